/* Networks on chips, beside the right answers and beside the counts that independent simulators agree on. */
#include "tools/validate/networks.h"

#include "sim/memory.h"
#include "tools/file/file.h"
#include "tools/report/derive.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *networks_path(const char *name)
{
    const char *root = getenv("REFERENCE");
    return memory_format("%s/%s", root ? root : "../shared/reference", name);
}

static const struct network_case cases[] = {
    {"n-mnist on rain", "configs/chip/rain.yaml", "networks/nir/cnn/cnn_sinabs.nir", "spikes/nmnist",
     "spikes/nmnist/labels.txt", NULL, 1e-3},
    {"r1024_f64 on 16 cores", "configs/chip/bench-16.yaml", "bench/r1024_f64.nir", "bench/r1024_f64_input.h5", NULL,
     "bench/r1024_f64_expected.json", 1e-3},
    {"r1024_f128 on 128 cores", "configs/chip/bench-128.yaml", "bench/r1024_f128.nir", "bench/r1024_f128_input.h5", NULL,
     "bench/r1024_f128_expected.json", 1e-3},
};
enum { CASES = sizeof cases / sizeof *cases };

struct prepared {
    struct run run;
    char *network, *input, *labels;
};

static bool prepare(const struct network_case *from, struct prepared *to, struct diagnostics *diagnostics)
{
    *to = (struct prepared){.network = networks_path(from->network), .input = networks_path(from->input),
                            .labels = from->labels ? networks_path(from->labels) : NULL};
    to->run.options = (struct run_options){.chip = from->chip, .network = to->network, .input = to->input,
                                           .labels = to->labels, .dt_s = from->dt_s, .batch = 1, .seed = 1,
                                           .input_levels = 255, .precision = -1, .quiet = true};
    if (!run_prepare(&to->run, diagnostics))
        return false;
    run_make_inputs(&to->run);
    return true;
}

static void prepared_free(struct prepared *prepared)
{
    run_free(&prepared->run);
    free(prepared->network);
    free(prepared->input);
    free(prepared->labels);
}

/* ---- judging ---- */

static void add_count(struct verdicts *verdicts, const char *test, const char *quantity, const char *unit,
                      double expected, double simulated, double limit)
{
    struct verdict verdict = {.suite = "reference", .test = (char *)test, .quantity = quantity, .unit = unit,
                              .expected = expected, .simulated = simulated, .error = simulated - expected,
                              .limit = limit};
    verdicts_add(verdicts, &verdict);
}

static int float_decision(struct run *run, size_t sample)
{
    struct reference_sample spikes;
    bool tie;
    reference_begin(run->reference, &run->batch, sample);
    reference_advance(run->reference, run->batch.samples[sample].steps, &spikes);
    reference_sample_free(&spikes);
    return reference_decide(run->reference, &tie);
}

/* The published networks decide all 50 samples rightly in float; two may be lost to integers. */
static bool judge_decisions(const struct network_case *test, struct run *run, struct verdicts *verdicts,
                            struct diagnostics *diagnostics)
{
    if (!run_compare(run, diagnostics))
        return false;
    bool *deciding = memory_array(run->program.population_count, sizeof *deciding), tie;
    uint32_t neurons = deciding_populations(&run->network, &run->program, deciding);
    size_t in_float = 0, on_chip = 0;
    for (size_t s = 0; s < run->batch.count; s++) {
        int label = run->batch.samples[s].label;
        in_float += float_decision(run, s) == label;
        on_chip += chip_decision(&run->program, deciding, neurons, &run->result.samples[s], &tie) == label;
    }
    add_count(verdicts, test->name, "right in float", "samples", (double)run->batch.count, (double)in_float, 0);
    add_count(verdicts, test->name, "right on the chip", "samples", (double)run->batch.count, (double)on_chip, 2);
    free(deciding);
    return true;
}

/* Timesteps in which another number of neurons fired than the file says. */
static size_t step_differences(const struct chip_result *result, const json_t *per_step)
{
    size_t steps = json_array_size(per_step), differences = steps > result->steps ? steps - result->steps : 0;
    for (uint32_t t = 0; t < result->steps; t++) {
        int64_t spikes = 0;
        for (uint32_t p = 0; p < result->population_count; p++)
            spikes += (int64_t)result->layers[(size_t)p * result->steps + t].spikes;
        differences += t >= steps || spikes != json_integer_value(json_array_get(per_step, t));
    }
    return differences;
}

static bool judge_counts(const struct network_case *test, const struct run *run, struct verdicts *verdicts,
                         struct diagnostics *diagnostics)
{
    char *path = networks_path(test->expected);
    json_error_t error;
    json_t *root = json_load_file(path, 0, &error);
    json_t *per_step = json_object_get(root, "spikes_per_step");
    bool good = json_is_array(per_step) && json_is_integer(json_object_get(root, "synaptic_events")) &&
                json_is_integer(json_object_get(root, "spikes"));
    if (good) {
        add_count(verdicts, test->name, "spikes", "spikes",
                  (double)json_integer_value(json_object_get(root, "spikes")),
                  (double)core_sum(&run->result.counters, CORE_SPIKES), 0);
        add_count(verdicts, test->name, "synaptic events", "events",
                  (double)json_integer_value(json_object_get(root, "synaptic_events")),
                  (double)core_sum(&run->result.counters, CORE_SYNAPTIC_EVENTS), 0);
        verdicts_add_differences(verdicts, "reference", test->name, "spikes of each step",
                                 step_differences(&run->result, per_step), json_array_size(per_step));
    } else {
        diagnostics_add(diagnostics, path, "expected spikes, synaptic_events and spikes_per_step (JSON)");
    }
    json_decref(root);
    free(path);
    return good;
}

/* ---- all ---- */

static bool run_chips(const struct replay_options *options, struct prepared *prepared, uint64_t *state_hash)
{
    struct system_job jobs[CASES];
    struct hash hash = {0};
    for (int i = 0; i < CASES; i++) {
        struct run *run = &prepared[i].run;
        jobs[i] = (struct system_job){.config = &run->chip, .program = &run->program, .samples = run->inputs,
                                      .sample_count = run->batch.count, .read_inputs = run_read_inputs,
                                      .read_context = run, .quantum = options->quantum,
                                      .order = options->order, .oracle = options->oracle, .result = &run->result};
    }
    bool good = system_run(jobs, CASES);
    for (int i = 0; i < CASES; i++)
        hash_u64(&hash, prepared[i].run.result.state_hash);
    *state_hash = hash.value;
    return good;
}

static bool on_chips(const struct replay_options *options, struct verdicts *verdicts, uint64_t *state_hash,
                     struct diagnostics *diagnostics)
{
    struct prepared *prepared = memory_array(CASES, sizeof *prepared);
    bool good = true;
    for (int i = 0; i < CASES; i++)
        good &= prepare(&cases[i], &prepared[i], diagnostics);
    good = good && run_chips(options, prepared, state_hash);
    for (int i = 0; good && i < CASES; i++)
        good = cases[i].expected ? judge_counts(&cases[i], &prepared[i].run, verdicts, diagnostics)
                                 : judge_decisions(&cases[i], &prepared[i].run, verdicts, diagnostics);
    for (int i = 0; i < CASES; i++)
        prepared_free(&prepared[i]);
    free(prepared);
    return good;
}

bool networks_run(const struct replay_options *options, struct verdicts *verdicts, uint64_t *state_hash,
                  struct diagnostics *diagnostics)
{
    char *data = networks_path("networks/nir");
    bool there = directory_is(data);
    if (!there)
        fprintf(stderr, "npusim: reference: skipped, %s is not there (set REFERENCE)\n", data);
    free(data);
    if (!there)
        return true;
    bool good = networks_lif(verdicts, diagnostics);
    good &= networks_braille(verdicts, diagnostics);
    good &= on_chips(options, verdicts, state_hash, diagnostics);
    return good;
}
