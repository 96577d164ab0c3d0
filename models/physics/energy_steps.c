#include "models/physics/energy_steps.h"
#include "models/physics/energy_parts.h"
#include "sim/memory.h"
#include <stdlib.h>

enum driver { BY_SAMPLES, BY_SYNAPTIC_EVENTS, BY_SPIKES, BY_BUSY_CYCLES, DRIVERS };

static enum driver driver_of(enum energy_component component, enum energy_kind kind)
{
    if (kind == ENERGY_CLOCK)
        return BY_BUSY_CYCLES;
    if (kind == ENERGY_STATIC)
        return BY_SAMPLES;
    switch (component) {
    case ENERGY_ROUTING_TABLE:
    case ENERGY_ROUTER:
        return BY_SPIKES;
    case ENERGY_NEURON_ARRAY:
    case ENERGY_NEURON_STATE:
    case ENERGY_PROCESSOR:
    case ENERGY_CONTROL:
        return BY_SAMPLES;
    default:
        return BY_SYNAPTIC_EVENTS;
    }
}

static double samples_at(const struct chip_result *result, uint32_t step)
{
    double count = 0;
    for (size_t s = 0; s < result->sample_count; s++)
        count += result->samples[s].steps > step;
    return count;
}

static double layer_weight(const struct chip_result *result, uint32_t layer, uint32_t step, enum driver driver)
{
    if (layer >= result->population_count || driver == BY_SAMPLES)
        return samples_at(result, step);
    const struct layer_step *at = &result->layers[(size_t)layer * result->steps + step];
    return (double)(driver == BY_SYNAPTIC_EVENTS ? at->synaptic_events
                    : driver == BY_SPIKES        ? at->spikes
                                                 : at->busy_cycles);
}

/* Shares of the steps that sum to 1; a driver that never occurred leaves the samples, and without steps all is in the
 * first. */
static void shares_of(const struct chip_result *result, uint32_t layer, enum driver driver, double *share,
                      uint32_t steps)
{
    double sum = 0;
    for (uint32_t t = 0; t < steps; t++)
        sum += share[t] = t < result->steps ? layer_weight(result, layer, t, driver) : 0;
    if (!(sum > 0) && driver != BY_SAMPLES) {
        shares_of(result, layer, BY_SAMPLES, share, steps);
        return;
    }
    for (uint32_t t = 0; t < steps; t++)
        share[t] = sum > 0 ? share[t] / sum : t == 0;
}

static void divide_layer(const struct energy_parts *parts, const struct chip_result *result, uint32_t layer,
                         double *share, struct energy_steps *out)
{
    for (int driver = 0; driver < DRIVERS; driver++) {
        shares_of(result, layer, (enum driver)driver, share, out->steps);
        for (int kind = 0; kind < ENERGY_KINDS; kind++) {
            double joules = 0;
            for (int c = 0; c < ENERGY_COMPONENTS; c++)
                if ((int)driver_of((enum energy_component)c, (enum energy_kind)kind) == driver)
                    joules += parts->part[kind][(size_t)layer * ENERGY_COMPONENTS + (size_t)c].nominal;
            for (uint32_t t = 0; t < out->steps; t++) {
                out->kind[kind][t] += joules * share[t];
                out->layer[(size_t)layer * out->steps + t] += joules * share[t];
            }
        }
    }
}

void energy_steps_get(const struct technology *technology, const struct chip_config *config,
                      const struct program *program, const struct chip_result *result, struct energy_steps *out)
{
    struct unit_costs costs;
    struct energy_parts parts;
    unit_costs_get(technology, config, &costs);
    energy_parts_get(&costs, config, program, &result->counters, &parts);
    *out = (struct energy_steps){.steps = result->steps ? result->steps : 1, .layers = parts.layers};
    for (int kind = 0; kind < ENERGY_KINDS; kind++)
        out->kind[kind] = memory_array(out->steps, sizeof *out->kind[kind]);
    out->layer = memory_array((size_t)out->layers * out->steps, sizeof *out->layer);
    double *share = memory_array(out->steps, sizeof *share);
    for (uint32_t layer = 0; layer < out->layers; layer++)
        divide_layer(&parts, result, layer, share, out);
    free(share);
    energy_parts_free(&parts);
}

void energy_steps_free(struct energy_steps *steps)
{
    for (int kind = 0; kind < ENERGY_KINDS; kind++)
        free(steps->kind[kind]);
    free(steps->layer);
    *steps = (struct energy_steps){0};
}
