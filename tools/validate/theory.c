#include "tools/validate/theory.h"

#include "sim/memory.h"
#include <stdlib.h>

void theory_verdict(struct verdicts *verdicts, const char *name, const char *quantity, const char *unit,
                    double expected, double simulated, double limit)
{
    char *test = memory_copy_string(name);
    struct verdict verdict = {.suite = "theory", .test = test, .quantity = quantity, .unit = unit,
                              .expected = expected, .simulated = simulated, .error = simulated - expected,
                              .limit = limit};
    verdicts_add(verdicts, &verdict);
    free(test);
}

double theory_latency(const struct theory_case *test)
{
    const struct sample_result *sample = &test->result.samples[0];
    return sample->output_count == 1 ? (double)(sample->last_cycle - sample->first_cycle) : -1.0;
}

double theory_cycles(const struct theory_case *test)
{
    return (double)(test->result.samples[0].end_cycle - test->result.samples[0].start_cycle);
}

double theory_counter(const struct theory_case *test)
{
    const struct counter_table *counters = &test->result.samples[0].counters;
    uint64_t sum = 0;
    for (uint32_t core = 0; core < counters->cores; core++)
        sum += counters->core[(size_t)core * CORE_COUNTERS + test->counter];
    return (double)sum;
}

double theory_logged(const struct theory_case *test)
{
    double cycle = -1;
    size_t found = 0;
    for (size_t i = 0; i < test->replay.log.count; i++)
        if (test->replay.log.entries[i].kind == test->logged) {
            cycle = (double)test->replay.log.entries[i].cycle;
            found++;
        }
    return found == 1 ? cycle : -1;
}

double theory_host_waits(const struct theory_case *test)
{
    return (double)test->result.samples[0].counters.host[HOST_STALL_OUTPUT];
}

/* Rates are ratios of whole numbers: nothing but rounding may be between them. */
#define ROUNDING 1e-12

static bool run_chips(struct theory_cases *cases, const struct replay_options *options, struct verdicts *verdicts,
                      struct hash *hash)
{
    struct system_job *jobs = memory_array(cases->count, sizeof *jobs);
    for (size_t i = 0; i < cases->count; i++) {
        struct theory_case *test = &cases->items[i];
        bool replay = test->replay.end_cycle != 0;
        test->replay.events = test->stimuli;
        jobs[i] = (struct system_job){.config = &test->chip, .program = &test->program, .samples = &test->sample,
                                      .sample_count = replay ? 0 : 1, .replay = replay ? &test->replay : NULL,
                                      .quantum = options->quantum, .order = options->order,
                                      .oracle = options->oracle, .result = &test->result};
    }
    bool good = system_run(jobs, cases->count);
    for (size_t i = 0; good && i < cases->count; i++) {
        const struct theory_case *test = &cases->items[i];
        theory_verdict(verdicts, test->name, test->quantity, test->unit, test->expected, test->measure(test),
                       ROUNDING);
        hash_u64(hash, test->result.state_hash);
    }
    free(jobs);
    return good;
}

bool theory_run(const struct replay_options *options, struct verdicts *verdicts, uint64_t *state_hash,
                struct diagnostics *diagnostics)
{
    (void)diagnostics; /* no file is read */
    struct theory_cases cases = {0};
    struct hash hash = {0};
    theory_add_latencies(&cases);
    theory_add_timesteps(&cases);
    theory_add_throughputs(&cases);
    theory_add_queues(&cases);
    theory_add_events(&cases);
    bool good = run_chips(&cases, options, verdicts, &hash);
    theory_judge_links(options, verdicts);
    theory_judge_routers(options, verdicts);
    for (size_t i = 0; i < cases.count; i++)
        theory_case_free(&cases.items[i]);
    free(cases.items);
    *state_hash = hash.value;
    return good;
}
