/* The parts of run_derive that stand alone. */
#ifndef NPUSIM_TOOLS_REPORT_DERIVE_H
#define NPUSIM_TOOLS_REPORT_DERIVE_H

#include "tools/report/report.h"

/* |chip and reference| / |chip or reference| over (sample, step, node, neuron) of all spiking nodes; 1 when neither
 * spiked. A population belongs to the node of its name. */
double spike_agreement(const struct network *network, const struct program *program, const struct chip_result *chip,
                       const struct reference_result *reference);

struct overlap {
    uint64_t both, either;
};
/* Adds spikes of the same steps, each list sorted by (population or node, step, neuron). */
void overlap_add(struct overlap *sum, const struct network *network, const struct program *program,
                 const struct recorded_spike *chip, size_t chip_count, const struct reference_spike *reference,
                 size_t reference_count);
double overlap_ratio(const struct overlap *sum);

/* Marks, in deciding[population], the populations that feed the first Output node; returns the number of its neurons,
 * 0 if nothing feeds it. */
uint32_t deciding_populations(const struct network *network, const struct program *program, bool *deciding);

/* Adds outputs that the host received to the scores of the deciding neurons ([deciding_populations]): spikes, or values
 * of the last of `steps` in graph units. */
void chip_scores(const struct program *program, const bool *deciding, uint32_t steps,
                 const struct recorded_spike *outputs, size_t count, double *score);
/* The highest score; lowest index on a tie, and *tie set. -1 where neurons is 0. */
int score_decision(const double *score, uint32_t neurons, bool *tie);
/* The deciding neuron of what the host received from those populations: most spikes, or the highest value of the last
 * step where they send values (in graph units); lowest index on a tie, and *tie set. -1 where neurons is 0. */
int chip_decision(const struct program *program, const bool *deciding, uint32_t neurons,
                  const struct sample_result *sample, bool *tie);

/* Quantile 0..1 of sorted values, linear between ranks i / (count - 1) (GSL's rule); 0 when there are none. */
double quantile_of_sorted(const double *sorted, size_t count, double fraction);

uint64_t core_sum(const struct counter_table *table, enum core_counter counter);
uint64_t router_sum(const struct counter_table *table, enum router_counter counter);
uint64_t host_sum(const struct counter_table *table, enum host_counter counter);

/* Spikes that a sample of the input holds: an event of value n is n spikes; one of an analog input counts once. */
uint64_t input_spike_count(const struct spike_batch *batch, size_t sample);

/* Batch / latency: what it answers a second. */
double baseline_throughput(const struct baseline_result *row);
/* Of the part itself, passes one after another without waiting; 0: not measured. */
double measured_throughput(const struct baseline_result *row);

double energy_per_sample(const struct run_record *record, const struct run_numbers *numbers);

#endif
