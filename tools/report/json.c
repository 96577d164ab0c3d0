/* summary.json: one run in names that scripts depend on (docs/results.md). */
#include "sim/memory.h"
#include "sim/panic.h"
#include "tools/file/file.h"
#include "tools/report/derive.h"
#include "tools/report/findings.h"
#include "tools/report/text.h"
#include "tools/report/verdict.h"
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A number that is not finite has no place in JSON: its key is left out. */
static void put_real(json_t *object, const char *key, double value)
{
    if (isfinite(value))
        must(json_object_set_new(object, key, json_real(value)) == 0);
}

/* JSON integers are signed 64 bit here; what does not fit is written as decimal text rather than changed. */
static void put_count(json_t *object, const char *key, uint64_t value)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, value);
    must(json_object_set_new(object, key, value <= INT64_MAX ? json_integer((json_int_t)value) : json_string(digits)) ==
         0);
}

static void put_string(json_t *object, const char *key, const char *value)
{
    char *clean = utf8_copy(value ? value : "");
    must(json_object_set_new(object, key, json_string(clean)) == 0);
    free(clean);
}

static json_t *put_object(json_t *object, const char *key)
{
    json_t *inner = json_object();
    must(json_object_set_new(object, key, inner) == 0);
    return inner;
}

static void put_network(json_t *root, const struct run_record *record)
{
    json_t *network = put_object(root, "network");
    put_string(network, "name", record->program->network_name);
    put_string(network, "path", record->network->path);
    put_string(network, "version", record->network->version);
    put_count(network, "nodes", record->network->node_count);
    put_count(network, "edges", record->network->edge_count);
    put_count(network, "neurons", (uint64_t)network_neurons(record->network));
    put_count(network, "synapses", record->compile->synapses);
}

static void put_chip(json_t *root, const struct run_record *record)
{
    json_t *chip = put_object(root, "chip");
    put_string(chip, "name", record->chip->name);
    put_string(chip, "path", record->chip->path);
    put_string(chip, "technology", technology_name(record->technology));
    put_count(chip, "chips", record->chip->host.chips);
    put_count(chip, "columns", record->chip->noc.columns);
    put_count(chip, "rows", record->chip->noc.rows);
    put_count(chip, "cores", record->compile->cores_available);
    put_count(chip, "cores_used", record->compile->cores_used);
}

static void put_compile(json_t *root, const struct compile_report *report)
{
    json_t *compile = put_object(root, "compile");
    put_real(compile, "fill", report->fill);
    put_real(compile, "mean_hops", report->mean_hops);
    put_count(compile, "saturated_weights", report->saturated_weights);
    json_t *remarks = json_array();
    for (uint32_t i = 0; i < report->remark_count; i++) {
        char *clean = utf8_copy(report->remarks[i]);
        must(json_array_append_new(remarks, json_string(clean)) == 0);
        free(clean);
    }
    must(json_object_set_new(compile, "remarks", remarks) == 0);
}

static void put_run(json_t *root, const struct run_record *record, const struct run_numbers *numbers)
{
    put_count(root, "samples", record->chip_result->sample_count);
    put_count(root, "steps", record->chip_result->steps);
    put_real(root, "dt_s", record->dt_s);
    put_string(root, "dt_origin", record->dt_origin);
    put_string(root, "semantics", record->semantics);
    if (numbers->labelled) {
        put_real(root, "accuracy", numbers->accuracy);
        put_real(root, "reference_accuracy", numbers->reference_accuracy);
    }
    put_real(root, "spike_agreement", numbers->spike_agreement);
    put_count(root, "ties", numbers->ties);
    put_count(root, "cycles", record->chip_result->counters.cycles);
    put_real(root, "clock_hz", record->chip->clock_hz);
    put_real(root, "time_s", numbers->run_s);
    json_t *latency = put_object(root, "latency_s");
    put_real(latency, "mean", numbers->latency_mean_s);
    put_real(latency, "p50", numbers->latency_p50_s);
    put_real(latency, "p99", numbers->latency_p99_s);
    put_real(latency, "max", numbers->latency_max_s);
}

static void put_cost(json_t *object, const char *key, struct cost cost)
{
    json_t *range = put_object(object, key);
    put_real(range, "nominal", cost.nominal);
    put_real(range, "low", cost.low);
    put_real(range, "high", cost.high);
    put_real(range, "assumed", cost.assumed);
}

/* With every constant at its low or high, and how much of the nominal rests on assumed ones. */
static void put_ranges(json_t *object, const struct energy_report *energy)
{
    json_t *kinds = put_object(object, "range_by_kind"), *components = put_object(object, "range_by_component");
    for (int kind = 0; kind < ENERGY_KINDS; kind++)
        put_cost(kinds, energy_kind_name((enum energy_kind)kind), energy->kind[kind]);
    for (int c = 0; c < ENERGY_COMPONENTS; c++)
        put_cost(components, energy_component_name((enum energy_component)c), energy->component[c]);
}

static void put_energy(json_t *root, const struct run_record *record, const struct run_numbers *numbers)
{
    const struct energy_report *energy = &numbers->energy;
    json_t *object = put_object(root, "energy_j");
    put_real(object, "total", energy->total);
    put_real(object, "per_sample", energy_per_sample(record, numbers));
    put_real(object, "dynamic", energy->dynamic_total);
    put_real(object, "clock", energy->clock_total);
    put_real(object, "static", energy->static_total);
    put_real(object, "assumed", energy->assumed);
    put_real(object, "low", energy->low_total);
    put_real(object, "high", energy->high_total);
    put_real(object, "unused_cores_off", numbers->unused_off_j);
    json_t *component = put_object(object, "by_component");
    for (int c = 0; c < ENERGY_COMPONENTS; c++)
        put_real(component, energy_component_name((enum energy_component)c),
                 energy->component[c].nominal);
    put_ranges(object, energy);
    json_t *layer = put_object(object, "by_layer");
    for (uint32_t p = 0; p < record->program->population_count && p < energy->layers; p++) {
        char *clean = utf8_copy(record->program->populations[p].name);
        put_real(layer, clean, energy->layer[p]);
        free(clean);
    }
    /* a node may be called "shared" too; the sum stays the total */
    double named_so = json_real_value(json_object_get(layer, "shared"));
    put_real(layer, "shared", energy->layer[energy->layers - 1] + named_so);
    put_cost(root, "program_load_j", numbers->load);
    json_t *pace = put_object(root, "real_time");
    put_real(pace, "input_s", numbers->input_s);
    put_real(pace, "faster", numbers->latency_mean_s > 0 ? numbers->input_s / numbers->latency_mean_s : NAN);
    put_real(pace, "leakage_w", numbers->leakage_w);
    put_real(pace, "energy_j", numbers->paced_energy_j);
    put_real(root, "power_w", numbers->power_w);
    put_real(root, "area_mm2", numbers->area_mm2);
    put_real(root, "area_low_mm2", numbers->area.low);
    put_real(root, "area_high_mm2", numbers->area.high);
    put_real(root, "throughput_per_s", numbers->throughput_per_s);
}

static void put_counts(json_t *root, const struct run_record *record, const struct run_numbers *numbers)
{
    const struct counter_table *table = &record->chip_result->counters;
    json_t *counts = put_object(root, "counts");
    put_count(counts, "input_spikes", numbers->input_spikes);
    put_count(counts, "spikes", numbers->spikes);
    put_count(counts, "synaptic_events", numbers->synaptic_events);
    put_count(counts, "neuron_updates", numbers->neuron_updates);
    put_count(counts, "packets", numbers->packets);
    put_count(counts, "hops", numbers->hops);
    put_count(counts, "dropped", numbers->dropped);
    put_count(counts, "late", numbers->late);
    put_count(counts, "overruns", core_sum(table, CORE_OVERRUNS));
    json_t *stalls = put_object(counts, "stalls");
    put_count(stalls, "core_output", core_sum(table, CORE_STALL_OUTPUT));
    put_count(stalls, "core_processor", core_sum(table, CORE_STALL_PROCESSOR));
    put_count(stalls, "core_barrier", core_sum(table, CORE_STALL_BARRIER));
    put_count(stalls, "queue_full", core_sum(table, CORE_QUEUE_STALLS));
    put_count(stalls, "router_credit", router_sum(table, ROUTER_STALL_CREDIT));
    put_count(stalls, "router_link", router_sum(table, ROUTER_STALL_LINK));
    put_count(stalls, "host_output", host_sum(table, HOST_STALL_OUTPUT));
}

/* The very same network on the part itself, without the host's copies. */
static void put_measurement(json_t *object, const struct baseline_result *row)
{
    if (!(row->measurement.latency_s > 0))
        return;
    json_t *found = put_object(object, "measured");
    put_real(found, "latency_s", row->measurement.latency_s);
    put_real(found, "energy_j", row->measurement.energy_j);
    put_real(found, "power_w", row->measurement.power_w);
    put_real(found, "samples_per_s", measured_throughput(row));
}

static void put_verdicts(json_t *root, const struct run_record *record, const struct run_numbers *numbers)
{
    static const char *const names[MEASURES] = {"latency", "energy", "throughput"};
    if (!record->baseline_count)
        return;
    json_t *object = put_object(root, "verdicts");
    for (int m = 0; m < MEASURES; m++) {
        struct winner winner = best_of(record, numbers, (enum measure)m);
        json_t *verdict = put_object(object, names[m]);
        put_string(verdict, "best", !winner.decided ? "undecided" : winner.chip ? "chip" : "accelerator");
        put_string(verdict, "accelerator", winner.row->name);
        put_string(verdict, "mode", baseline_mode_name(winner.row->mode));
        put_count(verdict, "batch", winner.row->batch);
        put_real(verdict, "factor", winner.factor);
    }
}

static void put_baselines(json_t *root, const struct run_record *record, const struct run_numbers *numbers)
{
    json_t *list = json_array();
    must(json_object_set_new(root, "baselines", list) == 0);
    for (uint32_t i = 0; i < record->baseline_count; i++) {
        const struct baseline_result *row = &record->baselines[i];
        json_t *object = json_object();
        must(json_array_append_new(list, object) == 0);
        put_string(object, "name", row->name);
        put_string(object, "source", "analytic model");
        put_string(object, "coefficients", row->measured ? "measured" : "carried over");
        if (row->missing)
            put_string(object, "missing", row->missing);
        put_string(object, "mode", baseline_mode_name(row->mode));
        put_string(object, "precision", precision_name(row->precision));
        put_count(object, "batch", row->batch);
        put_real(object, "latency_s", row->latency_s);
        put_real(object, "energy_j", row->energy_j);
        put_real(object, "power_w", row->power_w);
        put_real(object, "throughput_per_s", baseline_throughput(row));
        put_real(object, "latency_ratio", latency_ratio(numbers, row));
        put_real(object, "energy_ratio", energy_ratio(record, numbers, row));
        put_real(object, "latency_error", row->latency_error);
        put_real(object, "energy_error", row->energy_error);
        if (row->judged_on)
            put_string(object, "errors_judged_on", row->judged_on);
        put_real(object, "idle_w", row->idle_w);
        put_measurement(object, row);
        put_real(object, "launch_s", row->launch_s);
        put_real(object, "arithmetic_s", row->arithmetic_s);
        put_real(object, "memory_s", row->memory_s);
    }
}

static void put_spread(json_t *object, const struct monte_carlo *runs, enum device_figure figure)
{
    json_t *inner = put_object(object, device_figure_rows[figure].name);
    struct spread spread = monte_carlo_spread(runs, figure);
    put_real(inner, "mean", spread.mean);
    put_real(inner, "std", spread.deviation);
    put_real(inner, "min", spread.least);
    put_real(inner, "max", spread.most);
    if (device_figure_rows[figure].of_ideal)
        put_real(inner, "ideal", runs->ideal.figure[figure]);
}

static void put_monte_carlo(json_t *root, const struct run_record *record)
{
    const struct monte_carlo *runs = record->monte_carlo;
    if (!runs)
        return;
    json_t *object = put_object(root, "monte_carlo"), *list = json_array();
    put_count(object, "chips", runs->count);
    for (int figure = 0; figure < DEVICE_FIGURES; figure++)
        put_spread(object, runs, (enum device_figure)figure);
    must(json_object_set_new(object, "runs", list) == 0);
    for (uint32_t i = 0; i < runs->count; i++) {
        json_t *row = json_object();
        must(json_array_append_new(list, row) == 0);
        put_count(row, "device_seed", runs->runs[i].seed);
        for (int figure = 0; figure < DEVICE_FIGURES; figure++)
            put_real(row, device_figure_rows[figure].name, runs->runs[i].figure[figure]);
    }
}

static void put_origin(json_t *root, const struct run_record *record, const struct run_numbers *numbers)
{
    json_t *host = put_object(root, "host");
    put_real(host, "wall_s", record->host.wall_s);
    put_real(host, "load_s", record->host.load_s);
    put_real(host, "simulate_s", record->host.simulate_s);
    put_real(host, "synaptic_events_per_s", (double)numbers->synaptic_events / record->host.simulate_s);
    put_real(host, "peak_rss_mib", record->host.peak_rss_mib);
    const struct memory_use *memory = &record->chip_result->memory;
    put_real(host, "bytes_per_synapse", memory_per_synapse(memory));
    put_real(host, "bytes_per_neuron", memory_per_neuron(memory));
    put_real(host, "bytes_per_tile", memory_per_tile(memory));
    put_count(host, "wakeups", record->chip_result->wakeups);
    put_count(host, "quantum_cycles", record->chip_result->quantum);

    char hash[17];
    snprintf(hash, sizeof hash, "%016" PRIx64, record->chip_result->state_hash);
    const struct provenance *source = &record->provenance;
    json_t *provenance = put_object(root, "provenance");
    put_string(provenance, "version", source->version);
    put_string(provenance, "config_sha256", source->config_sha256);
    put_string(provenance, "network_sha256", source->network_sha256);
    put_string(provenance, "input_sha256", source->input_sha256);
    put_count(provenance, "seed", source->seed);
    put_count(provenance, "device_seed", record->chip->device_seed);
    put_string(provenance, "state_hash", hash);
    put_string(provenance, "command", source->command);
}

static char *summary_text(const struct run_record *record, const struct run_numbers *numbers)
{
    json_t *root = json_object();
    put_network(root, record);
    put_chip(root, record);
    put_compile(root, record->compile);
    put_run(root, record, numbers);
    put_energy(root, record, numbers);
    put_counts(root, record, numbers);
    put_baselines(root, record, numbers);
    put_verdicts(root, record, numbers);
    put_monte_carlo(root, record);
    put_origin(root, record, numbers);
    char *text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    must(text != NULL);
    json_decref(root);
    char *line_ended = memory_format("%s\n", text);
    free(text);
    return line_ended;
}

void summary_print_json(const struct run_record *record, const struct run_numbers *numbers)
{
    char *text = summary_text(record, numbers);
    fputs(text, stdout);
    free(text);
}

bool summary_write_json(const char *dir, const struct run_record *record, const struct run_numbers *numbers,
                        struct diagnostics *diagnostics)
{
    if (!directory_make(dir, diagnostics))
        return false;
    char *path = memory_format("%s/summary.json", dir);
    char *text = summary_text(record, numbers);
    bool written = file_write_text(path, text, diagnostics);
    free(text);
    free(path);
    return written;
}
