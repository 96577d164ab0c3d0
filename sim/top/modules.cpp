#include "sim/top/modules.hpp"

#include "sim/panic.h"
#include <algorithm>
#include <cstdio>

using sc_core::sc_time;
using sc_core::SC_NS;

namespace {

sc_time cycles(uint64_t count) { return sc_time(1, SC_NS) * static_cast<double>(count); }

// Every message that has left, to whoever takes it; `take` returns nothing and wakes the receiver.
template <typename Take> void drain(struct edge_queue &edge, Take take)
{
    while (const struct edge_message *message = edge_front(&edge)) {
        struct edge_message copy = *message;
        edge_pop(&edge);
        take(copy);
    }
}

} // namespace

quantum_module::quantum_module(sc_core::sc_module_name name, job_module &job_) : sc_module(name), job(job_)
{
    sc_core::sc_spawn_options options;
    options.spawn_method();
    options.set_sensitivity(&due);
    options.dont_initialize();
    sc_core::sc_spawn([this] { activate(); }, "activate", &options);
}

void quantum_module::wake_at(uint64_t cycle)
{
    uint64_t now = job.now();
    due.notify(cycles(cycle > now ? cycle - now : 0));
}

void quantum_module::activate()
{
    if (job.finished) // and its chips are gone
        return;
    uint64_t now = job.now(), until = std::min({now + job.quantum, job.stop_at, job.horizon});
    uint64_t next = run_until(until);
    flush();
    if (next != NEVER && next < job.stop_at)
        wake_at(std::max(next, now + 1));
}

chip_module::chip_module(sc_core::sc_module_name name, job_module &job_, uint32_t number_)
    : quantum_module(name, job_), number(number_)
{
}

void chip_module::build()
{
    chip = chip_new(job.job.config, job.job.program, number);
    chip->engine->order = job.job.order;
    chip->engine->oracle = job.job.oracle;
    if (job.job.trace)
        trace_attach(job.job.trace, chip->engine, number);
    collector_listen(&job.collector, chip);
}

void chip_module::release()
{
    chip_free(chip);
    chip = nullptr;
}

chip_module::~chip_module() { release(); }

uint64_t chip_module::run_until(uint64_t until)
{
    uint64_t first = engine_next(chip->engine);
    if (job.waves && first < until)
        job.waves->active[chip->number]->add(job.at(std::max(first, job.now())), job.at(until));
    chip_run(chip, std::max(until, chip->engine->now));
    collector_poll(&job.collector);
    return engine_next(chip->engine);
}

void chip_module::flush()
{
    if (job.job.replay) { // its outputs are in the log
        drain(chip->port.to_host, [](const struct edge_message &) {});
        drain(chip->aer.to_host, [](const struct edge_message &) {});
        return;
    }
    drain(chip->port.to_host, [this](const struct edge_message &message) {
        job.show(&system_waves::from_chip, message);
        driver_receive(&job.host->driver, message.arrival, &message.packet);
        job.host->wake_at(message.arrival);
    });
    drain(chip->east.to_neighbour, [this](const struct edge_message &message) {
        if (!east) {
            edge_put(&job.window.out[RANKS_EAST], message.arrival, &message.packet);
            return;
        }
        chip_link_receive(&east->chip->west, message.arrival, &message.packet);
        east->wake_at(message.arrival);
    });
    drain(chip->west.to_neighbour, [this](const struct edge_message &message) {
        if (!west) {
            edge_put(&job.window.out[RANKS_WEST], message.arrival, &message.packet);
            return;
        }
        chip_link_receive(&west->chip->east, message.arrival, &message.packet);
        west->wake_at(message.arrival);
    });
}

void chip_module::hear(struct edge_queue &from_west, struct edge_queue &from_east)
{
    auto take = [this](struct chip_link *link) {
        return [this, link](const struct edge_message &message) {
            chip_link_receive(link, message.arrival, &message.packet);
            wake_at(message.arrival);
        };
    };
    if (!west)
        drain(from_west, take(&chip->west));
    if (!east)
        drain(from_east, take(&chip->east));
}

host_module::host_module(sc_core::sc_module_name name, job_module &job_) : quantum_module(name, job_)
{
    driver_init(&driver, &job_.job.config->host, job_.job.program->depth);
    driver.samples = job_.job.samples;
    driver.sample_count = job_.job.sample_count;
    driver.first_sample = job_.job.first_sample;
    driver.results = job_.job.result->samples;
    driver.read = job_.job.read_inputs;
    driver.read_context = job_.job.read_context;
    driver.owner = &job_;
    driver.sample_ended = [](void *owner, size_t sample) {
        auto *running = static_cast<job_module *>(owner);
        collector_host_done(&running->collector, sample);
        if (running->job.progress)
            running->job.progress(running->job.progress_context, sample + 1, running->job.sample_count);
    };
}

host_module::~host_module() { driver_free(&driver); }

uint64_t host_module::run_until(uint64_t until)
{
    uint64_t next = driver_run(&driver, until);
    if (driver_done(&driver))
        job.host_is_done();
    return next;
}

void host_module::flush()
{
    struct chip *chip = job.chips[0]->chip;
    drain(driver.to_chip, [this, chip](const struct edge_message &message) {
        job.show(&system_waves::to_chip, message);
        host_port_receive(&chip->port, message.arrival, &message.packet);
        job.chips[0]->wake_at(message.arrival);
    });
}

job_module::job_module(sc_core::sc_module_name name, struct system_job &job_, job_module *after)
    : sc_module(name), job(job_), quantum(system_quantum(job_.config))
{
    if (job.quantum && job.quantum < quantum)
        quantum = job.quantum;
    uint64_t all = job.config->host.chips, ranks = ranks_count(), own = ranks_own();
    auto first = static_cast<uint32_t>(all * own / ranks), beyond = static_cast<uint32_t>(all * (own + 1) / ranks);
    collector_init(&collector, &job, beyond - first);
    for (uint32_t i = first; i < beyond; i++)
        chips.push_back(std::make_unique<chip_module>(sc_core::sc_gen_unique_name("chip"), *this, i));
    for (size_t i = 0; i + 1 < chips.size(); i++) {
        chips[i]->east = chips[i + 1].get();
        chips[i + 1]->west = chips[i].get();
    }
    if (ranks_own() == 0)
        host = std::make_unique<host_module>("host", *this);
    if (job.waves)
        waves = std::make_unique<system_waves>(job.waves, chips.size());
    if (after)
        after->next = this;
    sc_core::sc_spawn_options options;
    options.spawn_method();
    options.set_sensitivity(&end);
    options.dont_initialize();
    sc_core::sc_spawn([this] { finish(); }, "finish", &options);
}

job_module::~job_module()
{
    ranks_window_free(&window);
    collector_free(&collector);
}

uint64_t job_module::now() const
{
    return static_cast<uint64_t>((sc_core::sc_time_stamp() - begin) / sc_time(1, SC_NS) + 0.5);
}

sc_time job_module::at(uint64_t cycle) const { return begin + cycles(cycle); }

// Credits are a wire of their own.
void job_module::show(link_waves system_waves::*link, const struct edge_message &message)
{
    if (!waves || message.packet.kind == HOST_CREDIT)
        return;
    const struct host_config &host_link = job.config->host;
    uint32_t bits = edge_cycles(host_link.event_bits, host_link.link_bits_per_cycle);
    uint64_t sent = message.arrival + 1 - bits - host_link.link_latency;
    (waves.get()->*link).sending.add(at(sent), at(sent + bits));
    (waves.get()->*link).in_flight.add(at(sent), at(message.arrival));
}

void job_module::start()
{
    begin = sc_core::sc_time_stamp();
    started = true;
    for (auto &module : chips)
        module->build();
    if (job.trace) {
        const struct noc_config &noc = job.config->noc;
        struct trace_system system = {job.config->host.chips, noc.columns, noc.rows, noc.cores_per_tile,
                                      job.config->clock_hz};
        trace_describe(job.trace, &system);
    }
    if (job.replay)
        begin_replay();
    else if (host)
        host->wake_at(0);
}

// Stops a cycle early, to look at the potentials; finish() runs the rest.
void job_module::begin_replay()
{
    struct replay *replay = job.replay;
    struct chip *chip = chips[0]->chip;
    chip->probe.log = &replay->log;
    stop_at = replay->end_cycle - 1;
    for (size_t i = 0; i < replay->count; i++)
        chip_stimulate(chip, replay->events[i].cycle, &replay->events[i].packet);
    chips[0]->wake_at(0);
    end.notify(cycles(stop_at));
}

// The same cycle for every quantum: later than any module can have run, and than any message still under way.
void job_module::host_is_done()
{
    if (stop_at != NEVER)
        return;
    const struct host_config &link = job.config->host;
    set_stop(host->driver.done_cycle + 2 * (link.link_latency + link.chip_link_latency) + 2);
}

void job_module::set_stop(uint64_t cycle)
{
    must(cycle >= now());
    stop_at = cycle;
    end.notify(cycles(stop_at - now()));
}

// The next cycle for which a module of this rank has been woken, NEVER: none.
uint64_t job_module::next_activity() const
{
    if (!sc_core::sc_pending_activity())
        return NEVER;
    return now() + static_cast<uint64_t>(sc_core::sc_time_to_pending_activity() / sc_time(1, SC_NS) + 0.5);
}

void job_module::run_windows()
{
    const uint64_t lookahead = job.config->host.chip_link_latency;
    while (!finished) {
        window.next = next_activity();
        window.stop_at = stop_at;
        ranks_exchange(&window, lookahead);
        hear_samples();
        bool told = stop_at == NEVER && window.stop_at != NEVER;
        if (told)
            set_stop(window.stop_at);
        for (chip_module *border : {chips.front().get(), chips.back().get()})
            border->hear(window.in[RANKS_WEST], window.in[RANKS_EAST]);
        if (window.next == NEVER && !told)
            return;
        if (window.horizon <= window.next) // the end is known, and is something to do
            continue;
        horizon = window.horizon;
        sc_time left = at(horizon - 1) - sc_core::sc_time_stamp(); // to the end of that cycle
        if (left > sc_core::SC_ZERO_TIME || sc_core::sc_pending_activity_at_current_time())
            sc_core::sc_start(left);
    }
}

// Of other ranks, what has come until now.
void job_module::hear_samples()
{
    struct packed packed = {};
    while (host && ranks_hear(false, &packed)) {
        collector_hear(&collector, &packed);
        pack_free(&packed);
    }
}

void job_module::finish()
{
    const struct counter_table *history = job.history ? job.history(job.history_context) : nullptr;
    job.result->quantum = quantum;
    for (auto &module : chips) {
        chip_run(module->chip, stop_at);
        if (history)
            collector_add_history(&collector, module->chip, history);
        if (job.replay) {
            chip_potentials(module->chip, job.replay->potentials);
            chip_run(module->chip, job.replay->end_cycle);
        }
        if (job.trace)
            trace_end(job.trace, module->chip->engine);
        job.result->wakeups += module->chip->engine->wakeups;
        job.result->steps_run += module->chip->engine->steps;
    }
    job.result->state_hash = hash_of_chips();
    collector_finish(&collector);
    hand_over();
    if (job.replay)
        collector_replayed(&collector, chips[0]->chip, job.replay->end_cycle);
    finished = true;
    for (auto &module : chips)
        module->release();
    if (next)
        next->start();
    else
        sc_core::sc_stop();
}

// One chain over all chips, rank after rank.
uint64_t job_module::hash_of_chips()
{
    struct hash hash = {};
    uint32_t own = ranks_own(), last = ranks_count() - 1;
    struct packed word = {};
    if (own > 0)
        ranks_receive(own - 1, &word);
    must(own == 0 || pack_take(&word, &hash, sizeof hash));
    pack_free(&word);
    for (auto &module : chips)
        chip_hash(module->chip, &hash);
    if (last == 0)
        return hash.value;
    ranks_send(own == last ? 0 : own + 1, &hash, sizeof hash);
    if (own == 0)
        ranks_receive(last, &word);
    must(own > 0 || pack_take(&word, &hash, sizeof hash));
    pack_free(&word);
    return hash.value;
}

// What the chips of other ranks have done, to rank 0.
void job_module::hand_over()
{
    struct packed packed = {};
    if (ranks_own() > 0) {
        pack_result(&packed, job.result);
        ranks_send(0, packed.bytes, packed.count);
    }
    for (uint32_t from = 1; ranks_own() == 0 && from < ranks_count(); from++) {
        packed = {};
        ranks_receive(from, &packed);
        collector_merge(&collector, &packed);
        if (from + 1 < ranks_count())
            pack_free(&packed);
    }
    pack_free(&packed);
}

void job_module::print_waiting() const
{
    if (host)
    std::fprintf(stderr, "npusim: deadlock in sample %zu of %zu: nobody can go on\n",
                 job.first_sample + host->driver.sample, job.first_sample + job.sample_count);
    for (auto &module : chips) {
        std::fprintf(stderr, "chip %u, cycle %llu:\n", module->chip->number,
                     static_cast<unsigned long long>(module->chip->engine->now));
        engine_dump(module->chip->engine, stderr);
    }
}
