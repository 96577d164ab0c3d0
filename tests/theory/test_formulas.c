/* What can be said in a formula holds in the simulation: throughput of a link with credits, latency of an idle mesh,
 * levels of a barrier tree, length of a silent timestep, length of a tick. */
#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include "tests/support/simulate.h"
#include <check.h>
#include <stdlib.h>

/* ---- a link with credits carries min(1, capacity / (latency + credit latency)) flits a cycle ---- */

struct stream {
    struct component component;
    struct link *link;
    uint64_t count;
};

static uint64_t send_always(void *self, uint64_t now)
{
    struct stream *stream = self;
    struct packet packet = {.flits = 1};
    if (!link_ready(stream->link, now, 1))
        return link_credit_cycle(stream->link, 1);
    link_push(stream->link, now, &packet);
    stream->count++;
    return now + 1;
}

static uint64_t take_always(void *self, uint64_t now)
{
    struct stream *stream = self;
    if (link_peek(stream->link, now)) {
        link_pop(stream->link, now);
        stream->count++;
    }
    return link_next(stream->link, now);
}

static void hash_nothing(const void *self, struct hash *hash) { hash_u64(hash, ((const struct stream *)self)->count); }

static const struct component_class sender_class = {"sender", send_always, hash_nothing, NULL, NULL, NULL, 0};
static const struct component_class taker_class = {"taker", take_always, hash_nothing, NULL, NULL, NULL, 0};

static uint64_t flits_in(uint64_t cycles, uint32_t capacity, uint32_t latency, uint32_t credit_latency)
{
    struct link link;
    struct engine *engine = engine_new();
    struct stream sender = {.component = {.class_of = &sender_class}, .link = &link};
    struct stream taker = {.component = {.class_of = &taker_class}, .link = &link};
    engine_add(engine, &sender.component);
    engine_add(engine, &taker.component);
    engine_seal(engine);
    link_init(&link, engine, capacity, latency, credit_latency);
    link_connect(&link, &sender.component, &taker.component);
    engine_wake(engine, 0, 0);
    engine_run(engine, cycles);
    link_free(&link);
    engine_free(engine);
    return sender.count;
}

START_TEST(a_link_carries_its_capacity_in_each_round_trip_of_a_credit)
{
    for (uint32_t latency = 1; latency <= 9; latency += 2)
        for (uint32_t credit_latency = 1; credit_latency <= 7; credit_latency += 3)
            for (uint32_t capacity = 1; capacity <= 20; capacity++) {
                uint32_t round = latency + credit_latency, each = capacity < round ? capacity : round;
                ck_assert_uint_eq(flits_in(100u * round, capacity, latency, credit_latency), 100u * each);
            }
}
END_TEST

/* ---- an idle mesh: router and wire for each hop, and the local wire at both ends ---- */

static uint32_t apart(uint32_t a, uint32_t b) { return a > b ? a - b : b - a; }

/* Puts a packet of `flits` into the router of core `from`; returns the cycles until core `to` has taken it. */
static uint64_t flight(struct chip *chip, uint32_t from, uint32_t to, uint8_t flits)
{
    uint64_t begin = chip->engine->now, before = chip->cores[to].counters[CORE_EVENTS_IN];
    struct packet packet = {.kind = PACKET_SPIKE, .target = chip_core_place(chip->config, to), .flits = flits,
                            .value = 1, .step = 1};
    ck_assert(link_ready(chip->cores[from].output.out, begin, flits));
    link_push(chip->cores[from].output.out, begin, &packet);
    while (chip->cores[to].counters[CORE_EVENTS_IN] == before) {
        ck_assert_uint_lt(chip->engine->now, begin + 1000);
        chip_run(chip, chip->engine->now + 1);
        engine_settle(chip->engine, chip->engine->now);
    }
    uint64_t arrival = chip->engine->now - 1;
    chip_run(chip, arrival + 50); /* until credits are back and links free */
    return arrival - begin;
}

START_TEST(a_packet_in_an_idle_mesh_takes_its_hops)
{
    struct workload workload = DIGITS("configs/chip/rain.yaml", 1);
    workload.settings[0] = "router.latency=3";
    workload.settings[1] = "link.latency=2";
    workload.settings[2] = "link.local_latency=4";
    struct run *run = workload_load(&workload);
    struct chip *chip = chip_new(&run->chip, &run->program, 0);
    uint32_t columns = run->chip.noc.columns, per_tile = run->chip.noc.cores_per_tile;
    for (uint32_t a = 0; a < chip_tiles(&run->chip); a++)
        for (uint32_t b = 0; b < chip_tiles(&run->chip); b += 3) {
            uint32_t hops = apart(a % columns, b % columns) + apart(a / columns, b / columns);
            uint64_t cycles = flight(chip, a * per_tile, b * per_tile + per_tile - 1, (uint8_t)(1 + b % 2));
            ck_assert_uint_eq(cycles, (3 + 4) + hops * (3 + 2) + 4);
        }
    chip_free(chip);
    workload_free(run);
}
END_TEST

/* ---- timesteps ---- */

START_TEST(a_barrier_tree_has_the_logarithm_of_its_leaves_as_levels)
{
    for (uint32_t arity = 2; arity <= 64; arity++)
        for (uint32_t leaves = 1; leaves <= 4096; leaves++) {
            uint32_t levels = barrier_levels(leaves, arity);
            uint64_t reach = 1, below = 1;
            for (uint32_t i = 0; i < levels; i++) {
                below = reach;
                reach *= arity;
            }
            ck_assert_uint_ge(reach, leaves);
            ck_assert(levels == 0 || below < leaves);
        }
}
END_TEST

/* Cycles of a sample of `steps` timesteps in which nobody spikes, neither an input nor a neuron by its bias. */
static void silent_samples(struct run *run, const uint32_t steps[2], uint64_t cycles[2])
{
    for (uint32_t c = 0; c < run->program.core_count; c++)
        for (uint32_t j = 0; j < run->program.cores[c].neuron_count; j++)
            run->program.cores[c].bias[j] = 0;
    struct driver_sample samples[2] = {{steps[0], 0, NULL}, {steps[1], 0, NULL}};
    struct chip_result result;
    struct system_job job = run_job(run, &result);
    job.samples = samples;
    job.read_inputs = NULL; /* they hold what they need: nothing */
    job.sample_count = 2;
    ck_assert(system_run(&job, 1));
    ck_assert_uint_eq(result.samples[0].spike_count + result.samples[1].spike_count, 0);
    for (int i = 0; i < 2; i++)
        cycles[i] = result.samples[i].end_cycle - result.samples[i].start_cycle;
    chip_result_free(&result);
}

static uint64_t longest_sweep(const struct run *run)
{
    uint64_t longest = 0;
    struct chip *chip = chip_new(&run->chip, &run->program, 0);
    for (uint32_t c = 0; c < chip_cores(&run->chip); c++) {
        uint64_t cycles = neuron_array_cycles(&chip->cores[c].neurons);
        longest = cycles > longest ? cycles : longest;
    }
    chip_free(chip);
    return longest;
}

/* go is seen a cycle after it is given, its end a cycle after the last core is done; then the barrier. */
START_TEST(a_silent_timestep_takes_the_longest_sweep_and_the_barrier)
{
    static const char *const chips[] = {"tests/support/chips/tiny-sparse.yaml", "configs/chip/loihi.yaml",
                                        "configs/chip/rain.yaml"};
    struct workload workload = DIGITS(chips[_i], 1);
    workload.settings[0] = "host.link.bits_per_cycle=4096"; /* the host is never what a timestep waits for */
    workload.settings[1] = "host.link.latency=1";
    struct run *run = workload_load(&workload);
    const struct host_config *host = &run->chip.host;
    uint64_t cycles[2];
    uint64_t barrier = host->barrier_base +
                       host->barrier_level * barrier_levels(chip_tiles(&run->chip), host->barrier_arity);
    silent_samples(run, (const uint32_t[]){100, 150}, cycles);
    ck_assert_uint_eq(cycles[1] - cycles[0], 50 * (1 + longest_sweep(run) + 1 + barrier));
    workload_free(run);
}
END_TEST

START_TEST(a_timestep_by_the_tick_takes_a_tick)
{
    static const struct workload workload = DIGITS("tests/support/chips/tiny-tick.yaml", 1);
    struct run *run = workload_load(&workload);
    uint64_t cycles[2];
    silent_samples(run, (const uint32_t[]){10, 33}, cycles);
    ck_assert_uint_eq(cycles[1] - cycles[0], 23 * (uint64_t)run->chip.host.tick_cycles);
    workload_free(run);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("formulas");
    TCase *cases = tcase_create("formulas");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, a_link_carries_its_capacity_in_each_round_trip_of_a_credit);
    tcase_add_test(cases, a_packet_in_an_idle_mesh_takes_its_hops);
    tcase_add_test(cases, a_barrier_tree_has_the_logarithm_of_its_leaves_as_levels);
    tcase_add_loop_test(cases, a_silent_timestep_takes_the_longest_sweep_and_the_barrier, 0, 3);
    tcase_add_test(cases, a_timestep_by_the_tick_takes_a_tick);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
