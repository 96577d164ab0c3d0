#include "tools/report/derive.h"

#include "sim/memory.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Marks the neuron nodes whose output reaches `node` through nothing but linear nodes. */
static void mark_sources(const struct network *network, uint32_t node, bool *marked)
{
    bool *seen = memory_array(network->node_count, sizeof *seen);
    uint32_t *waiting = memory_array(network->node_count, sizeof *waiting);
    uint32_t count = 1;
    waiting[0] = node;
    seen[node] = true;
    while (count) {
        uint32_t to = waiting[--count];
        for (uint32_t e = 0; e < network->edge_count; e++) {
            uint32_t from = network->edges[e].from;
            if (network->edges[e].to != to || seen[from])
                continue;
            seen[from] = true;
            marked[from] = node_is_neuron(network->nodes[from].kind);
            if (!marked[from])
                waiting[count++] = from;
        }
    }
    free(waiting);
    free(seen);
}

static bool node_is_marked(const struct network *network, const bool *marked, const char *name)
{
    for (uint32_t n = 0; n < network->node_count; n++)
        if (marked[n] && strcmp(network->nodes[n].name, name) == 0)
            return true;
    return false;
}

uint32_t deciding_populations(const struct network *network, const struct program *program, bool *deciding)
{
    bool *marked = memory_array(network->node_count, sizeof *marked);
    uint32_t output = 0, neurons = 0;
    while (output < network->node_count && network->nodes[output].kind != NODE_OUTPUT)
        output++;
    if (output < network->node_count)
        mark_sources(network, output, marked);
    for (uint32_t p = 0; p < program->population_count; p++) {
        const struct population *population = &program->populations[p];
        deciding[p] = population->output && !population->input && node_is_marked(network, marked, population->name);
        if (deciding[p] && population->count > neurons)
            neurons = population->count;
    }
    free(marked);
    return neurons;
}

void chip_scores(const struct program *program, const bool *deciding, uint32_t steps,
                 const struct recorded_spike *outputs, size_t count, double *score)
{
    for (size_t i = 0; i < count; i++) {
        const struct recorded_spike *output = &outputs[i];
        if (output->population >= program->population_count || !deciding[output->population])
            continue;
        const struct population *population = &program->populations[output->population];
        if (output->neuron >= population->count)
            continue;
        if (!population->values)
            score[output->neuron] += 1;
        else if (output->step + 1 == steps)
            score[output->neuron] += output->value / (population->scale > 0 ? population->scale : 1);
    }
}

int score_decision(const double *score, uint32_t neurons, bool *tie)
{
    int best = neurons ? 0 : -1;
    *tie = false;
    for (uint32_t n = 1; n < neurons; n++) {
        if (score[n] > score[best]) {
            best = (int)n;
            *tie = false;
        } else if (!(score[n] < score[best])) {
            *tie = true;
        }
    }
    return best;
}

int chip_decision(const struct program *program, const bool *deciding, uint32_t neurons,
                  const struct sample_result *sample, bool *tie)
{
    double *score = memory_array(neurons, sizeof *score);
    chip_scores(program, deciding, sample->steps, sample->outputs, sample->output_count, score);
    int best = score_decision(score, neurons, tie);
    free(score);
    return best;
}
