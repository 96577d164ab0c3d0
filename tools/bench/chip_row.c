/* A network on a chip, checked step by step against the functional loop. */
#include "models/chip.h"
#include "sim/memory.h"
#include "sim/panic.h"
#include "sim/top/system.h"
#include "tools/bench/bench.h"
#include "tools/bench/functional.h"
#include "tools/bench/generate.h"
#include "tools/compile/compile.h"
#include <inttypes.h>
#include <stdlib.h>

#define FUNCTIONAL_RUNS 5

struct chip_case {
    struct chip_config chip;
    struct network network;
    struct spike_batch batch;
    struct program program;
    struct driver_input *inputs;
    struct chip_result result;
};

bool bench_compile(const struct network *network, const struct chip_config *chip, struct program *out,
                   struct diagnostics *diagnostics)
{
    struct compile_options how = {.semantics = semantics_find("norse", diagnostics), .dt_s = BENCH_DT_S,
                                  .input_levels = 1};
    struct compile_report report = {0};
    bool good = compile_network(network, chip, &how, out, &report, diagnostics);
    compile_report_free(&report);
    if (good)
        program_strip(out, chip);
    return good;
}

static bool simulate(struct chip_case *it, struct diagnostics *diagnostics)
{
    const struct spike_sample *sample = it->batch.samples;
    it->inputs = memory_array(sample->count, sizeof *it->inputs);
    for (size_t i = 0; i < sample->count; i++)
        it->inputs[i] = (struct driver_input){sample->events[i].step, sample->events[i].index, 1};
    struct driver_sample driven = {sample->steps, sample->count, it->inputs};
    struct system_job job = {.config = &it->chip, .program = &it->program, .samples = &driven, .sample_count = 1,
                             .result = &it->result};
    return system_run(&job, 1) || diagnostics_add(diagnostics, "simulation", "deadlock");
}

void bench_count_result(const struct chip_result *result, struct bench_counts *counts)
{
    const struct counter_table *table = &result->counters;
    *counts = (struct bench_counts){.wakeups = result->wakeups, .steps = result->steps_run, .cycles = table->cycles};
    for (uint32_t i = 0; i < table->cores; i++) {
        const uint64_t *core = table->core + (size_t)i * CORE_COUNTERS;
        counts->spikes += core[CORE_SPIKES];
        counts->synaptic_events += core[CORE_SYNAPTIC_EVENTS];
        counts->packets += core[CORE_PACKETS];
    }
    for (uint32_t i = 0; i < table->routers; i++) {
        const uint64_t *router = table->router + (size_t)i * ROUTER_COUNTERS;
        counts->hops += router[ROUTER_HOPS_EW] + router[ROUTER_HOPS_NS] + router[ROUTER_HOPS_LOCAL];
    }
    for (uint32_t i = 0; i < table->chips; i++)
        counts->packets += table->host[(size_t)i * HOST_COUNTERS + HOST_PACKETS];
}

void bench_report_memory(const struct memory_use *use, struct bench_result *out)
{
    out->bytes_per_neuron = memory_per_neuron(use);
    out->bytes_per_synapse = memory_per_synapse(use);
    out->bytes_per_tile = memory_per_tile(use);
    out->peak_bytes_per_synapse = out->peak_rss_mib * 1048576.0 / (double)use->synapses;
}

/* The median of several runs of the loop; what it computed is the same in each. */
static double run_functional(const struct chip_case *it, struct functional_result *out)
{
    struct functional functional;
    double seconds[FUNCTIONAL_RUNS];
    functional_init(&functional, &it->network, BENCH_DT_S);
    for (int i = 0; i < FUNCTIONAL_RUNS; i++) {
        if (i)
            functional_result_free(out);
        double begin = bench_processor_s();
        functional_run(&functional, it->batch.samples, out);
        seconds[i] = bench_processor_s() - begin;
    }
    functional_free(&functional);
    return bench_median(seconds, FUNCTIONAL_RUNS);
}

static bool same_spikes(const struct chip_case *it, const struct bench_counts *counts,
                        const struct functional_result *functional, struct diagnostics *diagnostics)
{
    uint32_t lif = 0;
    while (it->program.populations[lif].input)
        lif++;
    must(it->result.steps == functional->steps);
    for (uint32_t step = 0; step < functional->steps; step++) {
        uint64_t chip = it->result.layers[(size_t)lif * it->result.steps + step].spikes;
        if (chip != functional->spikes_per_step[step])
            return diagnostics_add(diagnostics, "simulation", "%" PRIu64 " spikes in step %u, functional loop %u", chip,
                                   step, functional->spikes_per_step[step]);
    }
    if (counts->spikes != functional->spikes || counts->synaptic_events != functional->synaptic_events)
        return diagnostics_add(diagnostics, "simulation",
                               "%" PRIu64 " spikes and %" PRIu64 " synaptic events, functional loop %" PRIu64
                               " and %" PRIu64,
                               counts->spikes, counts->synaptic_events, functional->spikes,
                               functional->synaptic_events);
    return true;
}

static bool measure(struct chip_case *it, struct bench_result *out, struct diagnostics *diagnostics)
{
    struct functional_result functional;
    double begin = bench_clock_s();
    if (!bench_compile(&it->network, &it->chip, &it->program, diagnostics))
        return false;
    out->load_s = bench_clock_s() - begin;
    begin = bench_processor_s();
    if (!simulate(it, diagnostics))
        return false;
    out->simulate_s = bench_processor_s() - begin;
    out->peak_rss_mib = bench_peak_mib();
    out->state_hash = it->result.state_hash;
    bench_count_result(&it->result, &out->counts);
    bench_report_memory(&it->result.memory, out);
    out->functional_s = run_functional(it, &functional);
    bool good = same_spikes(it, &out->counts, &functional, diagnostics);
    functional_result_free(&functional);
    return good;
}

bool bench_run_chip(const struct bench_row *row, const struct bench_context *context, struct bench_result *out,
                    struct diagnostics *diagnostics)
{
    struct chip_case it = {0};
    if (!bench_load_chip(row, context, &it.chip, diagnostics))
        return false;
    bench_network(row->neurons ? row->neurons : BENCH_NEURONS, row->fan_out, &it.network);
    bench_spikes(row->steps, &it.batch);
    bool good = measure(&it, out, diagnostics);
    chip_result_free(&it.result);
    free(it.inputs);
    program_free(&it.program);
    spikes_free(&it.batch);
    network_free(&it.network);
    chip_config_free(&it.chip);
    return good;
}
