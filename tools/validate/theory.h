/* Suite `theory`: what can be said in a formula, beside what the models do. Each file of cases (theory_*.c) states its
 * formula; the chip that they share is invented, with durations that differ so that none stands in for another. */
#ifndef NPUSIM_TOOLS_VALIDATE_THEORY_H
#define NPUSIM_TOOLS_VALIDATE_THEORY_H

#include "tools/validate/validate.h"

/* One sample, or a few stimuli, on one chip, and one number of its result. */
struct theory_case {
    char *name;
    const char *quantity, *unit;
    struct chip_config chip;
    struct program program;
    struct driver_sample sample;
    struct driver_input *inputs; /* those of the sample */
    struct replay replay;        /* end_cycle 0: a sample */
    struct replay_event stimuli[2];
    struct chip_result result;
    double expected;
    double (*measure)(const struct theory_case *);
    enum core_counter counter;   /* theory_counter */
    enum log_kind logged;        /* theory_logged */
};

struct theory_cases {
    struct theory_case *items;
    size_t count, capacity;
};

/* Adds a case with the shared chip: columns x rows tiles of one core, switches. The rest is to be filled in; valid
 * until the next is added. */
struct theory_case *theory_add(struct theory_cases *cases, char *name, uint32_t columns, uint32_t rows);
void theory_case_free(struct theory_case *test);

/* `inputs` inputs (population 0) and `populations` of neurons, each one timestep deeper than the one before; the last
 * is the output. */
void theory_program(struct theory_case *test, uint32_t inputs, uint32_t populations);
/* Neurons of a population (from 1) on a core: IF, firing above `threshold`; every axon has weight 1 to each of
 * `targets`. */
void theory_core(struct theory_case *test, uint32_t core, uint32_t population, uint32_t neurons, int32_t threshold,
                 uint32_t axons, const uint16_t *targets, uint32_t target_count);
/* Neuron or input j of `from` to axon j of core `to` (or ROUTE_HOST); from = THEORY_INPUTS: the inputs. */
#define THEORY_INPUTS UINT32_MAX
void theory_routes(struct theory_case *test, uint32_t from, uint32_t to);
/* A sample of `steps` timesteps in which the first `inputs` inputs each spike once, in timestep 0. */
void theory_sample(struct theory_case *test, uint32_t steps, uint32_t inputs);

/* ---- quantities ---- */
double theory_latency(const struct theory_case *test); /* host to host */
double theory_cycles(const struct theory_case *test);  /* of the sample, reset included */
double theory_counter(const struct theory_case *test); /* `counter`, all cores */
double theory_logged(const struct theory_case *test);  /* cycle of the only entry of the kind `logged`, else -1 */
double theory_host_waits(const struct theory_case *test); /* cycles in which the host interface lacked credit */

/* ---- cycles by the formulas of the components' head comments ---- */
uint64_t theory_barrier(const struct chip_config *chip); /* base + level x ceil(log_arity(tiles)) */
uint32_t theory_interval(const struct core_config *core); /* between full groups of lanes */
uint64_t theory_sweep(const struct core_config *core, uint32_t neurons);
uint64_t theory_flight(const struct chip_config *chip, int64_t from, int64_t to); /* cores, or THEORY_HOST */
#define THEORY_HOST (-1)

/* ---- the cases ---- */
void theory_add_latencies(struct theory_cases *cases);  /* theory_latency.c */
void theory_add_timesteps(struct theory_cases *cases);  /* theory_timestep.c */
void theory_add_throughputs(struct theory_cases *cases); /* theory_throughput.c */
void theory_add_queues(struct theory_cases *cases);     /* theory_queue.c */
void theory_add_events(struct theory_cases *cases);     /* theory_event.c */
/* Links and routers between mocks (theory_link.c, theory_router.c). */
void theory_judge_links(const struct replay_options *options, struct verdicts *verdicts);
void theory_judge_routers(const struct replay_options *options, struct verdicts *verdicts);
void theory_verdict(struct verdicts *verdicts, const char *name, const char *quantity, const char *unit,
                    double expected, double simulated, double limit);

/* All of them. False when a chip deadlocked. */
MUST_USE bool theory_run(const struct replay_options *options, struct verdicts *verdicts, uint64_t *state_hash,
                         struct diagnostics *diagnostics);

#endif
