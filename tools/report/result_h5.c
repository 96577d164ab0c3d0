/* result.h5: what a run leaves behind in full, for scripts (layout: docs/results.md). */
#include "sim/memory.h"
#include "tools/file/file.h"
#include "tools/file/h5.h"
#include "tools/report/derive.h"
#include "tools/report/result_spikes.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void write_config(struct h5 *file, const struct chip_config *chip)
{
    const struct parameter_row *rows = chip_parameter_rows();
    h5_group(file, "/config");
    for (const struct parameter_row *row = rows; row->key; row++) {
        if (!parameters_applies(rows, row, chip))
            continue;
        char *value = parameters_format(row, chip);
        h5_write_attribute_string(file, "/config", row->key, value);
        free(value);
    }
}

static void write_with_unit(struct h5 *file, const char *path, enum h5_type type, int rank, const uint64_t *size,
                            const void *data, const char *unit, const char *description)
{
    h5_write(file, path, type, rank, size, data);
    h5_write_attribute_string(file, path, "unit", unit);
    h5_write_attribute_string(file, path, "description", description);
}

static void write_sample_identity(struct h5 *file, const struct run_record *record, const struct run_numbers *numbers)
{
    const struct chip_result *result = record->chip_result;
    const uint64_t count = result->sample_count;
    int32_t *label = memory_array(count, sizeof *label), *chip = memory_array(count, sizeof *chip);
    int32_t *reference = memory_array(count, sizeof *reference);
    const char **name = memory_array(count, sizeof *name);
    for (size_t s = 0; s < count; s++) {
        label[s] = record->batch->samples[s].label;
        chip[s] = numbers->prediction[s];
        reference[s] = numbers->reference_prediction[s];
        name[s] = record->batch->samples[s].name ? record->batch->samples[s].name : "";
    }
    h5_write_strings(file, "/samples/name", count, name);
    write_with_unit(file, "/samples/label", H5_I32, 1, &count, label, "1", "class in the input files, -1: none");
    write_with_unit(file, "/samples/prediction", H5_I32, 1, &count, chip, "1", "class the chip decided for");
    write_with_unit(file, "/samples/reference_prediction", H5_I32, 1, &count, reference, "1",
                    "class the float reference decided for");
    free(label);
    free(chip);
    free(reference);
    free(name);
}

static void write_samples(struct h5 *file, const struct run_record *record, const struct run_numbers *numbers)
{
    const struct chip_result *result = record->chip_result;
    const uint64_t count = result->sample_count;
    uint64_t *cycles = memory_array(count, sizeof *cycles);
    uint32_t *steps = memory_array(count, sizeof *steps);
    for (size_t s = 0; s < count; s++) {
        cycles[s] = result->samples[s].end_cycle - result->samples[s].start_cycle;
        steps[s] = result->samples[s].steps;
    }
    write_sample_identity(file, record, numbers);
    write_with_unit(file, "/samples/steps", H5_U32, 1, &count, steps, "timesteps", "length of the sample");
    write_with_unit(file, "/samples/cycles", H5_U64, 1, &count, cycles, "cycles",
                    "from end to end of the chip's work on it, reset included");
    write_with_unit(file, "/samples/latency_s", H5_F64, 1, &count, numbers->latency_s, "s",
                    "from its first input entering the host link to its last output leaving it");
    write_with_unit(file, "/samples/energy_j", H5_F64, 1, &count, numbers->sample_energy_j, "J",
                    "dynamic, clock and static energy of its cycles");
    free(cycles);
    free(steps);
}

enum layer_field { LAYER_SPIKES, LAYER_SYNAPTIC_EVENTS, LAYER_BUSY_CYCLES };

static void write_layer_field(struct h5 *file, const struct chip_result *result, enum layer_field field,
                              const char *path, const char *unit, const char *description)
{
    const uint64_t size[2] = {result->population_count, result->steps};
    size_t all = (size_t)(size[0] * size[1]);
    uint64_t *values = memory_array(all, sizeof *values);
    for (size_t i = 0; i < all; i++) {
        const struct layer_step *at = &result->layers[i];
        values[i] = field == LAYER_SPIKES ? at->spikes
                    : field == LAYER_SYNAPTIC_EVENTS ? at->synaptic_events
                                                     : at->busy_cycles;
    }
    write_with_unit(file, path, H5_U64, 2, size, values, unit, description);
    free(values);
}

static void write_layers(struct h5 *file, const struct run_record *record, const struct run_numbers *numbers)
{
    const struct chip_result *result = record->chip_result;
    const uint64_t count = record->program->population_count, energies = numbers->energy.layers;
    const char **names = memory_array(count + 1, sizeof *names);
    uint32_t *neurons = memory_array(count, sizeof *neurons);
    for (size_t p = 0; p < count; p++) {
        names[p] = record->program->populations[p].name;
        neurons[p] = record->program->populations[p].count;
    }
    h5_write_strings(file, "/layers/names", count, names);
    write_with_unit(file, "/layers/neurons", H5_U32, 1, &count, neurons, "neurons", "size of the layer");
    write_layer_field(file, result, LAYER_SPIKES, "/layers/spikes", "spikes",
                      "[layer][timestep], summed over samples");
    write_layer_field(file, result, LAYER_SYNAPTIC_EVENTS, "/layers/synaptic_events", "events",
                      "[layer][timestep], summed over samples");
    write_layer_field(file, result, LAYER_BUSY_CYCLES, "/layers/busy_cycles", "cycles",
                      "[layer][timestep], summed over samples and cores");
    write_with_unit(file, "/layers/energy_j", H5_F64, 1, &energies, numbers->energy.layer, "J",
                    "each layer, then what the layers share; sums to the run's total");
    const uint64_t by_step[2] = {numbers->energy_steps.layers, numbers->energy_steps.steps};
    write_with_unit(file, "/layers/step_energy_j", H5_F64, 2, by_step, numbers->energy_steps.layer, "J",
                    "[layer, then shared][timestep], summed over samples: energy_j divided by what drives it");
    free(names);
    free(neurons);
}

/* table: [units][counters] as the components left it; each counter becomes a dataset [units]. */
static void write_counters(struct h5 *file, const char *component, const struct counter_row *rows, size_t counters,
                           const uint64_t *table, uint64_t units)
{
    uint64_t *column = memory_array(units, sizeof *column);
    for (size_t c = 0; c < counters; c++) {
        for (size_t unit = 0; unit < units; unit++)
            column[unit] = table[unit * counters + c];
        char *path = memory_format("/components/%s/%s", component, rows[c].name);
        write_with_unit(file, path, H5_U64, 1, &units, column, rows[c].unit, rows[c].description);
        free(path);
    }
    free(column);
}

static void write_components(struct h5 *file, const struct counter_table *table)
{
    write_counters(file, "core", core_counter_rows, CORE_COUNTERS, table->core, table->cores);
    write_counters(file, "router", router_counter_rows, ROUTER_COUNTERS, table->router, table->routers);
    write_counters(file, "processor", processor_counter_rows, PROCESSOR_COUNTERS, table->processor, table->processors);
    write_counters(file, "host", host_counter_rows, HOST_COUNTERS, table->host, table->chips);
    h5_write_attribute_int64(file, "/components", "cycles", (int64_t)table->cycles);
}

static void write_monte_carlo(struct h5 *file, const struct monte_carlo *runs)
{
    if (!runs)
        return;
    const uint64_t count = runs->count;
    uint64_t *seeds = memory_array(count, sizeof *seeds);
    double *values = memory_array(count, sizeof *values);
    for (size_t i = 0; i < count; i++)
        seeds[i] = runs->runs[i].seed;
    write_with_unit(file, "/monte_carlo/device_seed", H5_U64, 1, &count, seeds, "1", "of each chip");
    for (int figure = 0; figure < DEVICE_FIGURES; figure++) {
        const struct device_figure_row *row = &device_figure_rows[figure];
        char *path = memory_format("/monte_carlo/%s", row->name);
        for (size_t i = 0; i < count; i++)
            values[i] = runs->runs[i].figure[figure];
        write_with_unit(file, path, H5_F64, 1, &count, values, row->unit, row->description);
        if (row->of_ideal)
            h5_write_attribute_double(file, path, "ideal", runs->ideal.figure[figure]);
        free(path);
    }
    free(values);
    free(seeds);
}

static void write_provenance(struct h5 *file, const struct run_record *record)
{
    const struct provenance *source = &record->provenance;
    const char *group = "/provenance";
    char number[32];
    h5_group(file, group);
    h5_write_attribute_string(file, group, "version", source->version);
    h5_write_attribute_string(file, group, "command", source->command);
    h5_write_attribute_string(file, group, "config_sha256", source->config_sha256);
    h5_write_attribute_string(file, group, "network_sha256", source->network_sha256);
    h5_write_attribute_string(file, group, "input_sha256", source->input_sha256);
    h5_write_attribute_string(file, group, "semantics", record->semantics);
    h5_write_attribute_string(file, group, "dt_origin", record->dt_origin);
    h5_write_attribute_double(file, group, "dt_s", record->dt_s);
    snprintf(number, sizeof number, "%" PRIu64, source->seed);
    h5_write_attribute_string(file, group, "seed", number);
    snprintf(number, sizeof number, "%" PRIu64, record->chip->device_seed);
    h5_write_attribute_string(file, group, "device_seed", number);
    snprintf(number, sizeof number, "%016" PRIx64, record->chip_result->state_hash);
    h5_write_attribute_string(file, group, "state_hash", number);
}

struct result_file {
    struct h5 *h5;
    struct result_spikes *spikes;
};

bool result_open(const char *dir, const struct program *program, const struct spike_batch *batch, double dt_s,
                 struct result_file **out, struct diagnostics *diagnostics)
{
    struct h5 *h5;
    *out = NULL;
    if (!directory_make(dir, diagnostics))
        return false;
    char *path = memory_format("%s/result.h5", dir);
    bool created = h5_create(path, &h5, diagnostics);
    free(path);
    if (!created)
        return false;
    *out = memory_array(1, sizeof **out);
    **out = (struct result_file){h5, result_spikes_open(h5, "/spikes", program, batch, dt_s)};
    return true;
}

void result_add(struct result_file *file, const struct sample_slab *slab)
{
    result_spikes_add(file->spikes, slab);
}

bool result_finish(struct result_file *file, const struct run_record *record, const struct run_numbers *numbers,
                   struct diagnostics *diagnostics)
{
    struct h5 *h5 = file->h5;
    result_spikes_close(file->spikes);
    free(file);
    h5_write_attribute_string(h5, "/", "npusim_kind", "result");
    write_config(h5, record->chip);
    write_samples(h5, record, numbers);
    write_layers(h5, record, numbers);
    write_components(h5, &record->chip_result->counters);
    write_monte_carlo(h5, record->monte_carlo);
    write_provenance(h5, record);
    return h5_commit(h5, diagnostics);
}

void result_drop(struct result_file *file)
{
    if (!file)
        return;
    result_spikes_close(file->spikes);
    h5_close(file->h5);
    free(file);
}
