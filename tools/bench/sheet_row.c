/* A sheet on a chip, every spike of every step checked against the functional loop.
 *
 * Two samples: one of a single step, in which the chip is built and all memory touched, then the one that is measured,
 * from the end of the first to its own end. Building is reported as load_s. */
#include "models/chip.h"
#include "sim/memory.h"
#include "sim/top/system.h"
#include "tools/bench/bench.h"
#include "tools/bench/sheet.h"
#include <inttypes.h>
#include <stdlib.h>

enum { WARM_UP, MEASURED, SAMPLES };

struct sheet_case {
    struct chip_config chip;
    struct sheet sheet;
    struct program program;
    struct chip_result result;
    double ended_s[SAMPLES];
};

static void note_time(void *context, size_t done, size_t all)
{
    struct sheet_case *it = context;
    (void)all;
    it->ended_s[done - 1] = bench_processor_s();
}

static bool simulate(struct sheet_case *it, uint32_t steps, struct bench_result *out, struct diagnostics *diagnostics)
{
    struct driver_sample samples[SAMPLES] = {{.steps = 1}, {.steps = steps}};
    struct system_job job = {.config = &it->chip, .program = &it->program, .samples = samples, .sample_count = SAMPLES,
                             .progress = note_time, .progress_context = it, .result = &it->result};
    double begin = bench_processor_s();
    if (!system_run(&job, 1))
        return diagnostics_add(diagnostics, "simulation", "deadlock");
    out->load_s = it->ended_s[WARM_UP] - begin;
    out->simulate_s = it->ended_s[MEASURED] - it->ended_s[WARM_UP];
    out->peak_rss_mib = bench_peak_mib();
    out->state_hash = it->result.state_hash;
    bench_count_result(&it->result, &out->counts);
    bench_report_memory(&it->result.memory, out);
    return true;
}

/* ---- the same without a chip ---- */

static bool is_dense(const struct sheet *sheet)
{
    return sheet->kind->row == SHEET_CORE;
}

static void run_functional(const struct sheet_case *it, uint32_t steps, struct sheet_spikes *spikes, uint64_t *events,
                           struct bench_result *out, struct diagnostics *diagnostics)
{
    struct sheet_functional *functional = sheet_functional_new(&it->sheet);
    double begin = bench_processor_s();
    *events = sheet_functional_run(functional, steps, spikes);
    out->functional_s = bench_processor_s() - begin;
    if (is_dense(&it->sheet)) {
        begin = bench_processor_s();
        uint64_t rows = sheet_functional_add(functional, spikes);
        out->functional_s = bench_processor_s() - begin;
        if (rows * SHEET_CORE != *events || !sheet_functional_added(functional, spikes))
            diagnostics_add(diagnostics, "row additions", "not those of the functional loop");
    }
    sheet_functional_free(functional);
}

/* The core of the torus at every place of the mesh was numbered by the generator: spikes of both carry its number. */
static bool same_spikes(const struct sheet_case *it, const struct sheet_spikes *spikes, uint64_t events,
                        struct diagnostics *diagnostics)
{
    const struct sample_result *sample = &it->result.samples[MEASURED];
    uint64_t delivered = 0;
    size_t i = 0;
    for (uint32_t core = 0; core < sample->counters.cores; core++)
        delivered += sample->counters.core[(size_t)core * CORE_COUNTERS + CORE_SYNAPTIC_EVENTS];
    for (uint32_t step = 0; step < spikes->steps; step++)
        for (; i < spikes->first[step + 1]; i++)
            if (i >= sample->spike_count || sample->spikes[i].step != step ||
                sample->spikes[i].neuron != spikes->neuron[i])
                return diagnostics_add(diagnostics, "simulation", "spike %zu is not the one of the functional loop: "
                                       "step %u, neuron %u", i, step, spikes->neuron[i]);
    if (i != sample->spike_count || delivered != events)
        return diagnostics_add(diagnostics, "simulation", "%zu spikes and %" PRIu64 " synaptic events, functional loop "
                               "%zu and %" PRIu64, sample->spike_count, delivered, i, events);
    return true;
}

static bool stayed_silent(const struct sheet_case *it, struct diagnostics *diagnostics)
{
    return it->result.samples[MEASURED].spike_count == 0 ||
           diagnostics_add(diagnostics, "simulation", "%zu spikes of neurons without input",
                           it->result.samples[MEASURED].spike_count);
}

static bool measure(struct sheet_case *it, uint32_t steps, struct bench_result *out, struct diagnostics *diagnostics)
{
    struct sheet_spikes spikes;
    uint64_t events;
    sheet_program(&it->sheet, &it->chip, &it->program);
    program_strip(&it->program, &it->chip);
    if (!simulate(it, steps, out, diagnostics))
        return false;
    program_free(&it->program);
    if (it->sheet.kind->bias_high == 0)
        return stayed_silent(it, diagnostics);
    run_functional(it, steps, &spikes, &events, out, diagnostics);
    bool good = diagnostics->count == 0 && same_spikes(it, &spikes, events, diagnostics);
    sheet_spikes_free(&spikes);
    return good;
}

bool bench_run_sheet(const struct bench_row *row, const struct bench_context *context, struct bench_result *out,
                     struct diagnostics *diagnostics)
{
    struct sheet_case it = {0};
    if (!bench_load_chip(row, context, &it.chip, diagnostics))
        return false;
    sheet_init(&it.sheet, row->sheet, &it.chip);
    bool good = measure(&it, row->steps, out, diagnostics);
    chip_result_free(&it.result);
    program_free(&it.program);
    chip_config_free(&it.chip);
    return good;
}
