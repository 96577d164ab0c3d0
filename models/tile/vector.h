/* The two loops of a core that do the same to many neighbouring neurons: adding rows of weights, updating neurons. In
 * plain C and for what the machine offers, chosen when a core is built; every set gives the same bits, which
 * tests/unit/test_vector.c checks on random input and at the bounds. */
#ifndef NPUSIM_MODELS_TILE_VECTOR_H
#define NPUSIM_MODELS_TILE_VECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VECTOR_WIDTH 64u      /* sums and rows are padded to a multiple of it */
#define VECTOR_ROWS_MAX 255u  /* rows a call: 255 x -128 is the most that 16 bits hold */

/* A neuron group as its update needs it; neuron_array.h has the rule. */
struct vector_neurons {
    uint32_t keep_potential, keep_current; /* of 1 << decay_bits */
    uint32_t decay_bits, fraction_bits;
    int32_t potential_highest, current_highest;
    int32_t fires_above;      /* v > fires_above fires */
    int32_t threshold, reset; /* after a spike v - threshold (subtract), or reset */
    bool current, fires, subtract;
    bool narrow;              /* no sum on the way leaves 32 bits: neuron_array.c checks the bounds */
};

/* Arrays of a core, by neuron. */
struct vector_state {
    int32_t *potential, *current;
    const int32_t *accumulator, *bias;
    uint32_t *fired;          /* those that fire are put behind the first fired_count, ascending; room for one more than
                                 there are neurons */
    uint32_t fired_count;
    bool changed;             /* set when any potential or current is not what it was */
};

struct vector_kernels {
    const char *name;
    /* sum[i] += row[i] for i < width, a multiple of VECTOR_WIDTH, and every row of `rows` (at most VECTOR_ROWS_MAX).
     * The sums stay within 32 bits; the caller has checked it. */
    void (*add_rows_i8)(int32_t *sum, const int8_t *const *rows, uint32_t count, uint32_t width);
    void (*add_rows_i16)(int32_t *sum, const int16_t *const *rows, uint32_t count, uint32_t width);
    /* Neurons first .. end - 1. */
    void (*update)(const struct vector_neurons *neurons, struct vector_state *state, uint32_t first, uint32_t end);
};

/* The fastest set that this machine can run. */
const struct vector_kernels *vector_best(void);
/* Set `index` of those that this machine can run, plain C first; NULL: there are fewer. */
const struct vector_kernels *vector_set(size_t index);

/* ---- for the sets ---- */
void vector_update_plain(const struct vector_neurons *neurons, struct vector_state *state, uint32_t first,
                         uint32_t end);
#if defined(__x86_64__)
extern const struct vector_kernels vector_sse2, vector_avx2;
#endif

#endif
