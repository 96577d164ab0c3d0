#include "tools/report/derive.h"

#include "models/physics/program_load.h"
#include "sim/memory.h"
#include "sim/panic.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

uint64_t core_sum(const struct counter_table *table, enum core_counter counter)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < table->cores; i++)
        sum += table->core[i * CORE_COUNTERS + counter];
    return sum;
}

uint64_t router_sum(const struct counter_table *table, enum router_counter counter)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < table->routers; i++)
        sum += table->router[i * ROUTER_COUNTERS + counter];
    return sum;
}

uint64_t host_sum(const struct counter_table *table, enum host_counter counter)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < table->chips; i++)
        sum += table->host[i * HOST_COUNTERS + counter];
    return sum;
}

uint64_t input_spike_count(const struct spike_batch *batch, size_t sample)
{
    struct spike_event events[256];
    uint64_t sum = 0;
    for (size_t first = 0, count; (count = spikes_take(batch, sample, first, events, 256)); first += count)
        for (size_t i = 0; i < count; i++) {
            double value = (double)events[i].value;
            sum += batch->analog ? value != 0 : value >= 1 ? (uint64_t)value : 0;
        }
    return sum;
}

double measured_throughput(const struct baseline_result *row)
{
    const struct baseline_measurement *found = &row->measurement;
    double pass = found->pass_s > 0 ? found->pass_s : found->latency_s;
    return pass > 0 ? row->batch / pass : 0;
}

double baseline_throughput(const struct baseline_result *row)
{
    return row->latency_s > 0 ? row->batch / row->latency_s : 0;
}

double energy_per_sample(const struct run_record *record, const struct run_numbers *numbers)
{
    size_t samples = record->chip_result->sample_count;
    return samples ? numbers->energy.total / (double)samples : 0;
}

static void derive_accuracy(const struct run_record *record, struct run_numbers *out)
{
    size_t samples = record->chip_result->sample_count;
    uint64_t right = 0, reference_right = 0;
    struct overlap overlap = {0, 0};
    out->prediction = memory_array(samples, sizeof *out->prediction);
    out->reference_prediction = memory_array(samples, sizeof *out->reference_prediction);
    for (size_t s = 0; s < samples; s++) {
        const struct sample_digest *digest = &record->digests[s];
        int label = record->batch->samples[s].label;
        out->prediction[s] = digest->prediction;
        out->reference_prediction[s] = digest->reference_prediction;
        out->ties += digest->tie;
        out->labelled_count += label >= 0;
        right += label >= 0 && digest->prediction == label;
        reference_right += label >= 0 && digest->reference_prediction == label;
        overlap.both += digest->spikes_in_both;
        overlap.either += digest->spikes_in_either;
    }
    out->spike_agreement = overlap_ratio(&overlap);
    out->labelled = out->labelled_count > 0;
    if (out->labelled) {
        out->accuracy = (double)right / (double)out->labelled_count;
        out->reference_accuracy = (double)reference_right / (double)out->labelled_count;
    }
}

/* From the first input entering the host link to the last output leaving it. A sample that sends nothing is answered
 * when its work ends: only then is it known that no output comes. */
static uint64_t latency_cycles(const struct sample_result *sample)
{
    uint64_t last = sample->last_cycle > sample->first_cycle ? sample->last_cycle : sample->end_cycle;
    return last > sample->first_cycle ? last - sample->first_cycle : 0;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void derive_latency(const struct run_record *record, struct run_numbers *out)
{
    size_t samples = record->chip_result->sample_count;
    uint64_t cycles = 0;
    out->latency_s = memory_array(samples, sizeof *out->latency_s);
    for (size_t s = 0; s < samples; s++) {
        uint64_t sample_cycles = latency_cycles(&record->chip_result->samples[s]);
        out->latency_s[s] = cycles_to_seconds(record->chip, sample_cycles);
        cycles += sample_cycles;
    }
    double *sorted = memory_array(samples, sizeof *sorted);
    if (samples)
        memcpy(sorted, out->latency_s, samples * sizeof *sorted);
    qsort(sorted, samples, sizeof *sorted, compare_doubles);
    out->latency_mean_s = samples ? cycles_to_seconds(record->chip, cycles) / (double)samples : 0;
    out->latency_p50_s = quantile_of_sorted(sorted, samples, 0.5);
    out->latency_p99_s = quantile_of_sorted(sorted, samples, 0.99);
    out->latency_max_s = samples ? sorted[samples - 1] : 0;
    free(sorted);
}

/* The same counters on the same chip with power.power_gating: unused. */
static double unused_off(const struct run_record *record)
{
    struct chip_config gated = *record->chip; /* shares its strings */
    struct energy_report report;
    gated.power.power_gating = POWER_GATING_UNUSED;
    energy_compute(record->technology, &gated, record->program, &record->chip_result->counters, &report);
    double total = report.total;
    energy_report_free(&report);
    return total;
}

static void derive_energy(const struct run_record *record, struct run_numbers *out)
{
    const struct chip_result *result = record->chip_result;
    energy_compute(record->technology, record->chip, record->program, &result->counters, &out->energy);
    out->sample_energy_j = memory_array(result->sample_count, sizeof *out->sample_energy_j);
    for (size_t s = 0; s < result->sample_count; s++)
        out->sample_energy_j[s] = record->digests[s].energy_j;
    energy_steps_get(record->technology, record->chip, record->program, result, &out->energy_steps);
    out->unused_off_j = unused_off(record);
    out->load = program_load_energy(record->technology, record->chip, record->program);
    out->area = area_range_mm2(record->technology, record->chip);
    out->area_mm2 = out->area.nominal;
}

/* An output still travels to the host when the chips are done: a run does not end before it has left. */
static void derive_time(const struct run_record *record, struct run_numbers *out)
{
    const struct chip_result *result = record->chip_result;
    double samples = result->sample_count ? (double)result->sample_count : 1;
    uint64_t cycles = result->counters.cycles, steps = 0;
    for (size_t s = 0; s < result->sample_count; s++) {
        cycles = result->samples[s].last_cycle > cycles ? result->samples[s].last_cycle : cycles;
        steps += result->samples[s].steps;
    }
    out->run_s = cycles_to_seconds(record->chip, cycles);
    out->power_w = out->run_s > 0 ? out->energy.total / out->run_s : 0;
    out->throughput_per_s = out->run_s > 0 ? (double)result->sample_count / out->run_s : 0;
    double worked_s = cycles_to_seconds(record->chip, result->counters.cycles);
    out->leakage_w = worked_s > 0 ? out->energy.static_total / worked_s : 0;
    out->input_s = (double)steps / samples * record->dt_s;
    bool gated = record->chip->power.clock_gating == CLOCK_GATING_IDLE;
    double clock_w = worked_s > 0 && !gated ? out->energy.clock_total / worked_s : 0;
    double events = out->energy.dynamic_total + (gated ? out->energy.clock_total : 0);
    out->paced_energy_j = (out->leakage_w + clock_w) * out->input_s + events / samples;
}

static void derive_counts(const struct run_record *record, struct run_numbers *out)
{
    const struct counter_table *table = &record->chip_result->counters;
    for (size_t s = 0; s < record->chip_result->sample_count; s++)
        out->input_spikes += record->digests[s].input_spikes;
    out->spikes = core_sum(table, CORE_SPIKES);
    out->synaptic_events = core_sum(table, CORE_SYNAPTIC_EVENTS);
    out->neuron_updates = core_sum(table, CORE_NEURON_UPDATES);
    out->packets = core_sum(table, CORE_PACKETS) + host_sum(table, HOST_PACKETS);
    out->hops = router_sum(table, ROUTER_HOPS_EW) + router_sum(table, ROUTER_HOPS_NS);
    out->dropped = core_sum(table, CORE_EVENTS_DROPPED);
    out->late = core_sum(table, CORE_EVENTS_LATE);
}

void run_derive(const struct run_record *record, struct run_numbers *out)
{
    must(record->batch->count >= record->chip_result->sample_count);
    *out = (struct run_numbers){0};
    derive_accuracy(record, out);
    derive_latency(record, out);
    derive_energy(record, out);
    derive_time(record, out);
    derive_counts(record, out);
}

void run_numbers_free(struct run_numbers *numbers)
{
    free(numbers->prediction);
    free(numbers->reference_prediction);
    free(numbers->latency_s);
    free(numbers->sample_energy_j);
    energy_steps_free(&numbers->energy_steps);
    energy_report_free(&numbers->energy);
    *numbers = (struct run_numbers){0};
}
