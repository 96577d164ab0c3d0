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

/* Events of the sample under way, some at a time. */
struct window {
    const struct spike_batch *batch;
    size_t sample, taken; /* of it, those that the window has been filled with */
    size_t count, next;
    struct spike_event events[1024];
};

struct reference_run {
    struct simulation simulation;
    const struct network *network;
    const struct reference_options *options;
    uint32_t output_node;
    uint64_t inputs; /* of all Input nodes */
    uint32_t outputs;
    bool output_spikes;
    size_t neurons;
    struct spike_list *lists; /* one a node */
    struct window window;
    uint32_t step;            /* the next one */
    double *score;            /* [outputs], of the sample so far */
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
static bool fed_by_spikes(const struct reference_run *run, uint32_t node, const bool *carries_spikes)
{
    const struct unit *unit = &run->simulation.units[node];
    bool all = unit->edge_count > 0;
    for (uint32_t k = 0; k < unit->edge_count; k++)
        all = all && carries_spikes[run->network->edges[unit->edges[k]].from];
    return all;
}

static bool output_spikes(const struct reference_run *run)
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

static bool check_steps(const struct spike_batch *batch, const struct reference_run *run,
                        struct diagnostics *diagnostics)
{
    size_t before = diagnostics->count;
    uint64_t a_step = 1 + run->outputs + (run->options->keep_potentials ? (uint64_t)run->neurons : 0);
    for (size_t i = 0; i < batch->count; i++)
        if (batch->samples[i].steps > KEPT_VALUES_MAX / a_step)
            diagnostics_add(diagnostics, batch->samples[i].name, "%" PRIu32 " steps, expected at most %" PRIu64,
                            batch->samples[i].steps, KEPT_VALUES_MAX / a_step);
    return diagnostics->count == before;
}

/* The next event of the sample, NULL after the last. */
static const struct spike_event *next_event(struct window *window)
{
    if (window->next == window->count) {
        window->count = spikes_take(window->batch, window->sample, window->taken, window->events,
                                    sizeof window->events / sizeof *window->events);
        window->taken += window->count;
        window->next = 0;
    }
    return window->next < window->count ? &window->events[window->next] : NULL;
}

/* The value of an input; inputs run through the Input nodes in ascending order. */
static double *input_value(struct reference_run *run, uint64_t index)
{
    for (uint32_t n = 0; n < run->network->node_count; n++) {
        struct unit *unit = &run->simulation.units[n];
        if (run->network->nodes[n].kind != NODE_INPUT)
            continue;
        if (index < unit->size)
            return &unit->output[index];
        index -= unit->size;
    }
    panic("input %" PRIu64 " of %" PRIu64, index, run->inputs);
}

/* Sets the outputs of the Input nodes from the events of this step. */
static void set_inputs(struct reference_run *run)
{
    const struct spike_event *event;
    for (uint32_t n = 0; n < run->network->node_count; n++)
        if (run->network->nodes[n].kind == NODE_INPUT)
            memset(run->simulation.units[n].output, 0, run->simulation.units[n].size * sizeof(double));
    while ((event = next_event(&run->window)) && event->step == run->step) {
        *input_value(run, event->index) += (double)event->value;
        run->window.next++;
    }
}

/* ---- what is kept ---- */
static void keep_spikes(struct reference_run *run, uint32_t step)
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

static void keep_potentials(const struct reference_run *run, float *row)
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

/* All lists, which are empty then. */
static void join_spikes(struct reference_run *run, struct reference_sample *out)
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

/* ---- a sample, step by step ---- */

void reference_begin(struct reference_run *run, const struct spike_batch *batch, size_t sample)
{
    run->window.batch = batch;
    run->window.sample = sample;
    run->window.taken = run->window.count = run->window.next = 0;
    run->step = 0;
    memset(run->score, 0, run->outputs * sizeof *run->score);
    simulation_reset(&run->simulation);
}

/* One step; returns what the first Output node received. */
static const double *advance(struct reference_run *run, uint32_t steps)
{
    set_inputs(run);
    simulation_step(&run->simulation);
    keep_spikes(run, run->step);
    const double *outputs = run->simulation.units[run->output_node].input;
    for (uint32_t o = 0; o < run->outputs; o++)
        if (run->output_spikes || run->step + 1 == steps)
            run->score[o] += outputs[o];
    run->step++;
    return outputs;
}

void reference_advance(struct reference_run *run, uint32_t end_step, struct reference_sample *out)
{
    uint32_t steps = run->window.batch->samples[run->window.sample].steps;
    *out = (struct reference_sample){.steps = end_step};
    while (run->step < end_step)
        advance(run, steps);
    join_spikes(run, out);
}

static int decide(const double *score, uint32_t outputs, bool *tie)
{
    int best = 0;
    *tie = false;
    for (uint32_t o = 1; o < outputs; o++) {
        if (score[o] == score[best])
            *tie = true;
        if (score[o] <= score[best])
            continue;
        *tie = false;
        best = (int)o;
    }
    return best;
}

int reference_decide(const struct reference_run *run, bool *tie)
{
    return decide(run->score, run->outputs, tie);
}

bool reference_open(const struct network *network, const struct spike_batch *batch,
                    const struct reference_options *options, struct reference_run **out,
                    struct diagnostics *diagnostics)
{
    struct reference_run *run = memory_array(1, sizeof *run);
    *out = NULL;
    run->network = network;
    run->options = options;
    run->output_node = first_output(network);
    run->outputs = (uint32_t)shape_items(&network->nodes[run->output_node].input);
    run->neurons = (size_t)network_neurons(network);
    for (uint32_t n = 0; n < network->node_count; n++)
        if (network->nodes[n].kind == NODE_INPUT)
            run->inputs += (uint64_t)shape_items(&network->nodes[n].output);
    bool fine = run->inputs == batch->inputs ||
                diagnostics_add(diagnostics, batch->path, "%" PRIu32 " inputs, expected %" PRIu64 " as the network has",
                                batch->inputs, run->inputs);
    if (!simulation_make(network, options->semantics, options->dt_s, &run->simulation, diagnostics)) {
        free(run);
        return false;
    }
    run->output_spikes = output_spikes(run);
    run->lists = memory_array(network->node_count, sizeof *run->lists);
    run->score = memory_array(run->outputs, sizeof *run->score);
    *out = run;
    if (fine)
        return true;
    reference_close(run);
    *out = NULL;
    return false;
}

void reference_close(struct reference_run *run)
{
    if (!run)
        return;
    for (uint32_t n = 0; n < run->network->node_count; n++)
        free(run->lists[n].spikes);
    free(run->lists);
    free(run->score);
    simulation_free(&run->simulation);
    free(run);
}

/* ---- a batch, with everything kept ---- */

static void run_sample(struct reference_run *run, const struct spike_batch *batch, size_t sample,
                       struct reference_sample *out)
{
    out->steps = batch->samples[sample].steps;
    out->output_values = memory_array((size_t)out->steps * run->outputs, sizeof *out->output_values);
    if (run->options->keep_potentials)
        out->potentials = memory_array((size_t)out->steps * run->neurons, sizeof *out->potentials);
    reference_begin(run, batch, sample);
    for (uint32_t step = 0; step < out->steps; step++) {
        memcpy(out->output_values + (size_t)step * run->outputs, advance(run, out->steps),
               run->outputs * sizeof *out->output_values);
        if (out->potentials)
            keep_potentials(run, out->potentials + (size_t)step * run->neurons);
    }
    join_spikes(run, out);
}

bool reference_run(const struct network *network, const struct spike_batch *batch,
                   const struct reference_options *options, struct reference_result *out,
                   struct diagnostics *diagnostics)
{
    struct reference_run *run;
    *out = (struct reference_result){0};
    if (!reference_open(network, batch, options, &run, diagnostics))
        return false;
    if (!check_steps(batch, run, diagnostics)) {
        reference_close(run);
        return false;
    }
    out->outputs = run->outputs;
    out->output_spikes = run->output_spikes;
    out->samples = memory_array(batch->count, sizeof *out->samples);
    for (; out->sample_count < batch->count; out->sample_count++) {
        if (options->progress)
            options->progress(options->progress_context, out->sample_count, batch->count);
        run_sample(run, batch, out->sample_count, &out->samples[out->sample_count]);
    }
    if (options->progress)
        options->progress(options->progress_context, batch->count, batch->count);
    reference_close(run);
    return true;
}

void reference_sample_free(struct reference_sample *sample)
{
    free(sample->spikes);
    free(sample->offsets);
    free(sample->values);
    free(sample->output_values);
    free(sample->potentials);
    *sample = (struct reference_sample){0};
}

void reference_free(struct reference_result *result)
{
    for (size_t i = 0; i < result->sample_count; i++)
        reference_sample_free(&result->samples[i]);
    free(result->samples);
    *result = (struct reference_result){0};
}

int reference_decision(const struct reference_result *result, size_t sample, bool *tie)
{
    must(sample < result->sample_count && result->outputs);
    const struct reference_sample *s = &result->samples[sample];
    double *score = memory_array(result->outputs, sizeof *score);
    for (uint32_t step = result->output_spikes || !s->steps ? 0 : s->steps - 1; step < s->steps; step++)
        for (uint32_t o = 0; o < result->outputs; o++)
            score[o] += s->output_values[(size_t)step * result->outputs + o];
    int best = decide(score, result->outputs, tie);
    free(score);
    return best;
}
