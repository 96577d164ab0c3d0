#include "tools/bench/functional.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DECAY_BITS 12
#define FRACTION_BITS 6

struct functional_synapse {
    uint16_t target;
    int16_t weight;
};

static const struct node *find(const struct network *network, const char *name)
{
    for (uint32_t n = 0; n < network->node_count; n++)
        if (strcmp(network->nodes[n].name, name) == 0)
            return &network->nodes[n];
    panic("no node %s", name);
}

static void make_lists(struct fan_out *out, const struct node *node)
{
    struct sparse_matrix matrix;
    struct diagnostics diagnostics = {0};
    must(linear_to_sparse(node, &matrix, &diagnostics));
    must(matrix.targets <= 65536);
    out->sources = matrix.sources;
    out->start = memory_array(matrix.sources + 1u, sizeof *out->start);
    out->synapses = memory_array(matrix.start[matrix.sources], sizeof *out->synapses);
    for (uint32_t s = 0; s <= matrix.sources; s++)
        out->start[s] = (uint32_t)matrix.start[s];
    for (size_t i = 0; i < matrix.start[matrix.sources]; i++) {
        must(fabs(matrix.weight[i]) < 32768 && matrix.weight[i] == round(matrix.weight[i]));
        out->synapses[i] = (struct functional_synapse){(uint16_t)matrix.target[i], (int16_t)matrix.weight[i]};
    }
    sparse_free(&matrix);
}

void functional_init(struct functional *functional, const struct network *network, double dt_s)
{
    const struct node *lif = find(network, "lif");
    double rate = dt_s / lif->tau_mem[0];
    must(fabs(rate * lif->r[0] - 1.0) < 1e-6); /* files hold 32-bit floats */
    *functional = (struct functional){.neurons = (uint32_t)shape_items(&lif->output),
                                      .decay = (int32_t)lround(rate * (1 << DECAY_BITS)),
                                      .threshold = (int32_t)lround(lif->v_threshold[0]) * (1 << FRACTION_BITS)};
    make_lists(&functional->inputs, find(network, "w_in"));
    make_lists(&functional->recurrent, find(network, "w_rec"));
}

void functional_free(struct functional *functional)
{
    free(functional->inputs.start);
    free(functional->inputs.synapses);
    free(functional->recurrent.start);
    free(functional->recurrent.synapses);
}

static inline uint32_t deliver(const struct fan_out *lists, uint32_t source, int32_t *sum)
{
    uint32_t end = lists->start[source + 1];
    for (uint32_t i = lists->start[source]; i < end; i++)
        sum[lists->synapses[i].target] += lists->synapses[i].weight;
    return end - lists->start[source];
}

/* Returns how many fired; their numbers are in `fired`. Empties the sums. */
static uint32_t update(const struct functional *functional, int32_t *v, int32_t *sum, uint32_t *fired)
{
    uint32_t count = 0;
    int32_t keep = (1 << DECAY_BITS) - functional->decay;
    for (uint32_t n = 0; n < functional->neurons; n++) {
        v[n] = functional_keep(v[n], keep, DECAY_BITS) + sum[n] * (1 << FRACTION_BITS);
        sum[n] = 0;
        if (v[n] > functional->threshold) {
            v[n] = 0;
            fired[count++] = n;
        }
    }
    return count;
}

void functional_run(const struct functional *functional, const struct spike_sample *sample,
                    struct functional_result *out)
{
    int32_t *v = memory_array(functional->neurons, sizeof *v), *sum = memory_array(functional->neurons, sizeof *sum);
    uint32_t *fired = memory_array(functional->neurons, sizeof *fired), fired_count = 0;
    const struct spike_event *event = sample->events, *end = sample->events + sample->count;
    *out = (struct functional_result){.steps = sample->steps};
    out->spikes_per_step = memory_array(sample->steps, sizeof *out->spikes_per_step);
    for (uint32_t step = 0; step < sample->steps; step++) {
        for (; event < end && event->step == step; event++)
            out->synaptic_events += deliver(&functional->inputs, event->index, sum);
        for (uint32_t i = 0; i < fired_count; i++)
            out->synaptic_events += deliver(&functional->recurrent, fired[i], sum);
        fired_count = update(functional, v, sum, fired);
        out->spikes_per_step[step] = fired_count;
        out->spikes += fired_count;
    }
    free(v);
    free(sum);
    free(fired);
}

void functional_result_free(struct functional_result *result)
{
    free(result->spikes_per_step);
}
