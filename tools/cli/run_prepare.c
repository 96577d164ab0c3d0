/* Reads and checks all that a run needs. */
#include "tools/cli/run.h"

#include "sim/memory.h"
#include "tools/cli/checks.h"
#include "tools/cli/inputs.h"
#include "tools/file/file.h"
#include "tools/file/sha256.h"
#include "tools/read/read.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool load_hardware(struct run *run, struct diagnostics *diagnostics)
{
    if (!load_chip(run->options.chip, &run->options.settings, &run->chip, diagnostics))
        return false;
    char *path = parameters_relative_path(run->chip.path, run->chip.technology);
    bool good = technology_load(path, &run->technology, diagnostics) &&
                technology_fits(run->technology, &run->chip, diagnostics);
    free(path);
    chip_config_sha256(&run->chip, run->provenance.config_sha256);
    return good;
}

/* fp16 where the part has it, unless --precision says otherwise. A part without a power limit has latencies alone. */
static bool choose_precision(const struct run *run, uint32_t accelerator, enum baseline_precision *out,
                             struct diagnostics *diagnostics)
{
    static const enum baseline_precision preferred[PRECISIONS] = {PRECISION_FP16, PRECISION_TF32, PRECISION_FP32,
                                                                  PRECISION_INT8, PRECISION_FP8};
    int asked = run->options.precision;
    for (int i = 0; i < PRECISIONS; i++) {
        *out = asked < 0 ? preferred[i] : (enum baseline_precision)asked;
        const char *missing = accelerator_missing(run->accelerators[accelerator], *out);
        if (missing == NULL || strncmp(missing, "all", 3) != 0)
            return true;
    }
    return diagnostics_add(diagnostics, run->options.baselines.item[accelerator],
                           "missing in %s: %s; expected another --precision or accelerator", precision_name(*out),
                           accelerator_missing(run->accelerators[accelerator], *out));
}

static bool load_accelerators(struct run *run, struct diagnostics *diagnostics)
{
    bool good = true;
    for (uint32_t i = 0; i < run->options.baselines.count; i++)
        good &= accelerator_load(run->options.baselines.item[i], &run->accelerators[i], diagnostics) &&
                choose_precision(run, i, &run->precisions[i], diagnostics);
    return good;
}

static bool load_spikes(struct run *run, struct diagnostics *diagnostics)
{
    const struct run_options *options = &run->options;
    struct spike_options how = {.dt_s = options->dt_s, .steps = options->steps, .samples = options->samples,
                                .coding = (enum spike_coding)options->coding, .seed = options->seed,
                                .columns = options->columns, .time_unit = (enum time_unit)options->time_unit,
                                .labels_path = options->labels, .spool = true};
    if (!inputs_read(&run->network, &options->inputs, &how, &run->batch, diagnostics) ||
        !labels_fit(&run->network, &run->batch, options->labels, diagnostics))
        return false;
    run->dt_origin = options->dt_s > 0 ? "--dt" : "the input file";
    return choose_dt(options->dt_s, &run->batch, options->input, &run->dt_s, diagnostics);
}

static bool make_program(struct run *run, struct diagnostics *diagnostics)
{
    struct compile_options how = {.semantics = run->semantics, .dt_s = run->dt_s,
                                  .input_levels = run->batch.analog ? (int32_t)run->options.input_levels : 1};
    struct program compiled = {0};
    if (!compile_network(&run->network, &run->chip, &how, &compiled, &run->compile_report, diagnostics))
        return false;
    if (!run->options.program) {
        run->program = compiled;
        return true;
    }
    program_free(&compiled);
    if (!program_read(run->options.program, &run->chip, &run->program, diagnostics))
        return false;
    if (run->program.network_sha256 && strcmp(run->program.network_sha256, run->provenance.network_sha256) != 0)
        return diagnostics_add(diagnostics, run->options.program, "compiled from another network than %s, expected the "
                               "same", run->options.network);
    return true;
}

bool run_prepare(struct run *run, struct diagnostics *diagnostics)
{
    const struct run_options *options = &run->options;
    if (!options->inputs.count)
        run->options.inputs = (struct option_list){.item = {options->input}, .count = 1};
    run->options.input = options->inputs.item[0];
    bool good = load_hardware(run, diagnostics);
    good &= network_read(options->network, &run->network, diagnostics);
    run->semantics = &run->rules;
    good &= semantics_parse(options->semantics, &run->rules, diagnostics);
    good &= load_accelerators(run, diagnostics);
    if (!good || !load_spikes(run, diagnostics))
        return false;
    good = sha256_path(options->network, run->provenance.network_sha256, diagnostics);
    good &= inputs_sha256(&options->inputs, run->provenance.input_sha256, diagnostics);
    run->provenance.seed = options->seed;
    run->chip.device_seed = options->device_seed == UINT64_MAX ? options->seed : options->device_seed;
    if (!good || !make_program(run, diagnostics))
        return false;
    run->made_out = options->out && !directory_is(options->out);
    return !options->out || directory_make(options->out, diagnostics);
}

/* ---- inputs as the host sends them ---- */

/* First number of an Input node on the chip, where inputs are numbered over the input populations in their order. */
static uint32_t chip_base(const struct program *program, const char *node)
{
    uint32_t base = 0, p = 0;
    for (; p < program->population_count && strcmp(program->populations[p].name, node) != 0; p++)
        base += program->populations[p].input ? program->populations[p].count : 0;
    return base;
}

/* Number on the chip of each input of the batch, which runs through the Input nodes in ascending order; fresh. */
static uint32_t *chip_inputs(const struct run *run)
{
    uint32_t *number = memory_array(run->batch.inputs, sizeof *number), filled = 0;
    for (uint32_t n = 0; n < run->network.node_count; n++) {
        const struct node *node = &run->network.nodes[n];
        if (node->kind != NODE_INPUT)
            continue;
        uint32_t base = chip_base(&run->program, node->name), size = (uint32_t)shape_items(&node->output);
        for (uint32_t i = 0; i < size; i++)
            number[filled++] = base + i;
    }
    return number;
}

/* False for an input of no spike. */
static bool convert(const struct run *run, const struct spike_event *event, struct driver_input *out)
{
    long planes = run->batch.analog ? -lround((double)event->value * run->options.input_levels)
                                    : lround((double)event->value);
    *out = (struct driver_input){event->step, run->input_numbers[event->index], (int32_t)planes};
    return planes != 0;
}

size_t run_read_inputs(void *context, size_t sample, size_t *at, struct driver_input *out, size_t room)
{
    const struct run *run = context;
    struct spike_event events[512];
    size_t count = 0, most = room < 512 ? room : 512, got;
    while (count == 0 && (got = spikes_take(&run->batch, sample, *at, events, most))) {
        *at += got;
        for (size_t i = 0; i < got; i++)
            count += convert(run, &events[i], &out[count]);
    }
    return count;
}

void run_make_inputs(struct run *run)
{
    run->inputs = memory_array(run->batch.count, sizeof *run->inputs);
    run->input_numbers = chip_inputs(run);
    for (size_t s = 0; s < run->batch.count; s++)
        run->inputs[s].steps = run->batch.samples[s].steps;
}

void run_free(struct run *run)
{
    free(run->inputs);
    free(run->input_numbers);
    result_drop(run->file);
    examination_close(run->examination);
    raster_free(&run->raster);
    free(run->digests);
    reference_close(run->reference);
    free(run->baselines);
    free(run->monte_carlo.runs);
    for (uint32_t i = 0; i < run->options.baselines.count; i++)
        if (run->accelerators[i])
            accelerator_free(run->accelerators[i]);
    if (run->technology)
        technology_free(run->technology);
    chip_result_free(&run->result);
    program_free(&run->program);
    compile_report_free(&run->compile_report);
    spikes_free(&run->batch);
    network_free(&run->network);
    chip_config_free(&run->chip);
}
