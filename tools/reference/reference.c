/* Runs a batch, sample by sample, and keeps spikes, outputs and (on request) potentials. */
#include "tools/reference/reference.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include "tools/reference/simulation.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The values kept of one sample, so that an absurd number of steps is refused: 8 GiB. */
#define KEPT_VALUES_MAX ((uint64_t)1 << 30)

struct kept_spike {
    struct reference_spike spike;
    float offset, value;
};

struct spike_list { /* of one node: (step, neuron), by step */
    struct kept_spike *spikes;
    size_t count, capacity;
};

struct run {
    struct simulation simulation;
    const struct network *network;
    const struct reference_options *options;
    uint32_t output_node;
    uint64_t inputs; /* of all Input nodes */
    uint32_t outputs;
    size_t neurons;
    struct spike_list *lists; /* one a node */
};

/* ---- what goes in and out ---- */
static uint32_t first_output(const struct network *network)
{
    for (uint32_t n = 0; n < network->node_count; n++)
        if (network->nodes[n].kind == NODE_OUTPUT)
            return n;
    panic("%s: no Output node", network->path ? network->path : "network");
}

/* Whether only spikes reach the node: all its sources spike, or flatten spikes. */
static bool fed_by_spikes(const struct run *run, uint32_t node, const bool *carries_spikes)
{
    const struct unit *unit = &run->simulation.units[node];
    bool all = unit->edge_count > 0;
    for (uint32_t k = 0; k < unit->edge_count; k++)
        all = all && carries_spikes[run->network->edges[unit->edges[k]].from];
    return all;
}

static bool output_spikes(const struct run *run)
{
    const struct network *network = run->network;
    bool *carries_spikes = memory_array(network->node_count, sizeof *carries_spikes);
    for (uint32_t i = 0; i < network->node_count; i++) {
        uint32_t n = run->simulation.order[i];
        enum node_kind kind = network->nodes[n].kind;
        bool passes = kind == NODE_FLATTEN || kind == NODE_DELAY;
        carries_spikes[n] = node_spikes(kind) || (passes && fed_by_spikes(run, n, carries_spikes));
    }
    bool spikes = fed_by_spikes(run, run->output_node, carries_spikes);
    free(carries_spikes);
    return spikes;
}

static bool check_batch(const struct spike_batch *batch, const struct run *run, struct diagnostics *diagnostics)
{
    size_t before = diagnostics->count;
    if (run->inputs != batch->inputs)
        diagnostics_add(diagnostics, batch->path, "%" PRIu32 " inputs, expected %" PRIu64 " as the network has",
                        batch->inputs, run->inputs);
    uint64_t a_step = 1 + run->outputs + (run->options->keep_potentials ? (uint64_t)run->neurons : 0);
    for (size_t i = 0; i < batch->count; i++)
        if (batch->samples[i].steps > KEPT_VALUES_MAX / a_step)
            diagnostics_add(diagnostics, batch->samples[i].name, "%" PRIu32 " steps, expected at most %" PRIu64,
                            batch->samples[i].steps, KEPT_VALUES_MAX / a_step);
    return diagnostics->count == before;
}

/* Sets the outputs of the Input nodes from the events of this step; returns the first event of a later step. */
static size_t set_inputs(struct run *run, const struct spike_sample *sample, size_t event, uint32_t step)
{
    uint64_t base = 0;
    for (uint32_t n = 0; n < run->network->node_count; n++) {
        struct unit *unit = &run->simulation.units[n];
        if (run->network->nodes[n].kind != NODE_INPUT)
            continue;
        memset(unit->output, 0, unit->size * sizeof *unit->output);
        for (size_t e = event; e < sample->count && sample->events[e].step == step; e++) {
            uint64_t index = sample->events[e].index;
            must(index < run->inputs);
            if (index >= base && index - base < unit->size)
                unit->output[index - base] += (double)sample->events[e].value;
        }
        base += unit->size;
    }
    while (event < sample->count && sample->events[event].step == step)
        event++;
    return event;
}

/* ---- what is kept ---- */
static void keep_spikes(struct run *run, uint32_t step)
{
    for (uint32_t n = 0; n < run->network->node_count; n++) {
        const struct unit *unit = &run->simulation.units[n];
        struct spike_list *list = &run->lists[n];
        if (!node_spikes(run->network->nodes[n].kind))
            continue;
        for (size_t i = 0; i < unit->size; i++) {
            if (unit->output[i] == 0.0)
                continue;
            list->spikes = memory_grow(list->spikes, &list->capacity, list->count + 1, sizeof *list->spikes);
            float offset = unit->neuron.offset ? (float)unit->neuron.offset[i] : 0.0f;
            list->spikes[list->count++] = (struct kept_spike){{n, step, (uint32_t)i}, offset, (float)unit->output[i]};
        }
    }
}

static void keep_potentials(const struct run *run, float *row)
{
    for (uint32_t n = 0; n < run->network->node_count; n++) {
        const struct unit *unit = &run->simulation.units[n];
        if (!unit->neuron.potential)
            continue;
        for (size_t i = 0; i < unit->size; i++)
            *row++ = (float)unit->neuron.potential[i];
    }
}

static void join_list(struct spike_list *list, bool exact, bool valued, struct reference_sample *out)
{
    for (size_t i = 0; i < list->count; i++, out->spike_count++) {
        out->spikes[out->spike_count] = list->spikes[i].spike;
        if (exact)
            out->offsets[out->spike_count] = list->spikes[i].offset;
        if (valued)
            out->values[out->spike_count] = list->spikes[i].value;
    }
    list->count = 0;
}

static void join_spikes(struct run *run, struct reference_sample *out)
{
    size_t count = 0;
    bool exact = run->options->semantics->integrator == INTEGRATOR_EXACT, valued = false;
    for (uint32_t n = 0; n < run->network->node_count; n++) {
        count += run->lists[n].count;
        for (size_t i = 0; !valued && i < run->lists[n].count; i++)
            valued = run->lists[n].spikes[i].value != 1.0f;
    }
    out->spikes = memory_array(count, sizeof *out->spikes);
    if (exact)
        out->offsets = memory_array(count, sizeof *out->offsets);
    if (valued)
        out->values = memory_array(count, sizeof *out->values);
    for (uint32_t n = 0; n < run->network->node_count; n++)
        join_list(&run->lists[n], exact, valued, out);
}

/* ---- */
static void run_sample(struct run *run, const struct spike_sample *sample, struct reference_sample *out)
{
    out->steps = sample->steps;
    out->output_values = memory_array((size_t)sample->steps * run->outputs, sizeof *out->output_values);
    if (run->options->keep_potentials)
        out->potentials = memory_array((size_t)sample->steps * run->neurons, sizeof *out->potentials);
    simulation_reset(&run->simulation);
    size_t event = 0;
    for (uint32_t step = 0; step < sample->steps; step++) {
        event = set_inputs(run, sample, event, step);
        simulation_step(&run->simulation);
        keep_spikes(run, step);
        memcpy(out->output_values + (size_t)step * run->outputs, run->simulation.units[run->output_node].input,
               run->outputs * sizeof *out->output_values);
        if (out->potentials)
            keep_potentials(run, out->potentials + (size_t)step * run->neurons);
    }
    join_spikes(run, out);
}

static struct run run_of(const struct network *network, const struct reference_options *options)
{
    struct run run = {.network = network, .options = options, .output_node = first_output(network)};
    run.outputs = (uint32_t)shape_items(&network->nodes[run.output_node].input);
    run.neurons = (size_t)network_neurons(network);
    for (uint32_t n = 0; n < network->node_count; n++)
        if (network->nodes[n].kind == NODE_INPUT)
            run.inputs += (uint64_t)shape_items(&network->nodes[n].output);
    return run;
}

static void run_samples(struct run *run, const struct spike_batch *batch, struct reference_result *out)
{
    const struct reference_options *options = run->options;
    run->lists = memory_array(run->network->node_count, sizeof *run->lists);
    for (; out->sample_count < batch->count; out->sample_count++) {
        if (options->progress)
            options->progress(options->progress_context, out->sample_count, batch->count);
        run_sample(run, &batch->samples[out->sample_count], &out->samples[out->sample_count]);
    }
    if (options->progress)
        options->progress(options->progress_context, batch->count, batch->count);
    for (uint32_t n = 0; n < run->network->node_count; n++)
        free(run->lists[n].spikes);
    free(run->lists);
}

bool reference_run(const struct network *network, const struct spike_batch *batch,
                   const struct reference_options *options, struct reference_result *out,
                   struct diagnostics *diagnostics)
{
    struct run run = run_of(network, options);
    *out = (struct reference_result){0};
    bool fine = check_batch(batch, &run, diagnostics);
    if (!simulation_make(network, options->semantics, options->dt_s, &run.simulation, diagnostics))
        return false;
    if (fine) {
        out->outputs = run.outputs;
        out->output_spikes = output_spikes(&run);
        out->samples = memory_array(batch->count, sizeof *out->samples);
        run_samples(&run, batch, out);
    }
    simulation_free(&run.simulation);
    return fine;
}

void reference_free(struct reference_result *result)
{
    for (size_t i = 0; i < result->sample_count; i++) {
        free(result->samples[i].spikes);
        free(result->samples[i].offsets);
        free(result->samples[i].values);
        free(result->samples[i].output_values);
        free(result->samples[i].potentials);
    }
    free(result->samples);
    *result = (struct reference_result){0};
}

int reference_decision(const struct reference_result *result, size_t sample, bool *tie)
{
    must(sample < result->sample_count && result->outputs);
    const struct reference_sample *s = &result->samples[sample];
    int best = 0;
    double best_score = 0.0;
    *tie = false;
    for (uint32_t o = 0; o < result->outputs; o++) {
        double score = 0.0;
        for (uint32_t step = result->output_spikes || !s->steps ? 0 : s->steps - 1; step < s->steps; step++)
            score += s->output_values[(size_t)step * result->outputs + o];
        if (o && score == best_score)
            *tie = true;
        if (o && score <= best_score)
            continue;
        *tie = false;
        best = (int)o;
        best_score = score;
    }
    return best;
}
