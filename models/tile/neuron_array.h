/* Neuron array of a core: once a timestep it updates every neuron from its accumulator and lists those that fire.
 *
 * Integers throughout, the rule that Intel published for Loihi (Davies 2018; lava-dl), with widths from the chip file:
 *   decay(x, d) = sign(x) ((|x| (2^decay_bits - d)) >> decay_bits)        truncation toward zero
 *   a = (accumulator << fraction_bits) + bias
 *   IF v += a;  LIF, LI v = decay(v, dv) + a;  CubaLIF u = decay(u, du) + a, v = decay(v, dv) + u
 *   fires if v > threshold, then v = reset or v -= threshold; LI never fires
 * u and v saturate at their widths (Loihi's u wraps; no published network reaches it).
 *
 * Timing: groups of `lanes` neighbouring neurons enter every max(interval, cycles that the state memory's ports need);
 * a neuron that fires leaves the pipeline `depth` cycles after its group entered. On a processor an interval is the instructions
 * of a group, one a cycle. */
#ifndef NPUSIM_MODELS_TILE_NEURON_ARRAY_H
#define NPUSIM_MODELS_TILE_NEURON_ARRAY_H

#include "models/program.h"
#include "models/tile/core_config.h"
#include "models/tile/core_counters.h"
#include "models/tile/vector.h"

struct neuron_array {
    const struct core_config *config;
    const struct core_program *program;
    uint32_t count;
    uint32_t interval, last_interval; /* cycles of a full group of lanes, of the last one */
    uint32_t groups;                  /* of lanes */
    uint32_t state_words;             /* words of state of all neurons: 1 each, CubaLIF 2 */
    const struct vector_kernels *kernels;
    struct vector_neurons *rules;     /* [program->group_count] */
    int32_t *potential, *current;     /* [count] */
    int32_t *resting;                 /* [count]: timesteps of refractory time left; NULL: no neuron has one */
    uint32_t *fired;                  /* [count]: neurons that fired in the present timestep, ascending */
    uint32_t fired_count;
    bool rests;                       /* the last update added nothing, changed nothing and fired nothing: neither will the
                                         next one without an event, so it need not be done, only counted */
};

void neuron_array_init(struct neuron_array *array, const struct core_config *config,
                       const struct core_program *program);
void neuron_array_free(struct neuron_array *array);

/* Updates all neurons, clears the accumulators, fills `fired`. added: accumulators may be other than 0. */
void neuron_array_update(struct neuron_array *array, int32_t *accumulator, bool added,
                         uint64_t counters[CORE_COUNTERS]);
/* Cycles from the first group's entry until the last group has left the pipeline. 0 without neurons. */
uint64_t neuron_array_cycles(const struct neuron_array *array);
/* Cycles from the first group's entry until neuron `index` has left the pipeline. */
uint64_t neuron_array_leaves(const struct neuron_array *array, uint32_t index);
void neuron_array_reset(struct neuron_array *array);
/* Cycles to clear the state, a group of lanes at a time. */
uint64_t neuron_array_reset_cycles(const struct neuron_array *array);
/* Bytes on the host machine beside the program's. */
size_t neuron_array_bytes(const struct neuron_array *array);

#endif
