#include "models/tile/vector.h"

#include <stdlib.h>

static void add_rows_i8(int32_t *sum, const int8_t *const *rows, uint32_t count, uint32_t width)
{
    for (uint32_t r = 0; r < count; r++)
        for (uint32_t i = 0; i < width; i++)
            sum[i] += rows[r][i];
}

static void add_rows_i16(int32_t *sum, const int16_t *const *rows, uint32_t count, uint32_t width)
{
    for (uint32_t r = 0; r < count; r++)
        for (uint32_t i = 0; i < width; i++)
            sum[i] += rows[r][i];
}

static inline int32_t decayed(int32_t x, uint32_t keep, uint32_t bits)
{
    int32_t size = (int32_t)(((uint64_t)(uint32_t)abs(x) * keep) >> bits);
    return x < 0 ? -size : size;
}

static inline int32_t saturated(int64_t x, int32_t highest)
{
    return x > highest ? highest : x < -(int64_t)highest ? -highest : (int32_t)x;
}

void vector_update_plain(const struct vector_neurons *neurons, struct vector_state *state, uint32_t first, uint32_t end)
{
    const struct vector_neurons rule = *neurons;
    uint32_t fired_count = state->fired_count, changes = 0;
    for (uint32_t j = first; j < end; j++) {
        int64_t input = (int64_t)state->accumulator[j] * (INT64_C(1) << rule.fraction_bits) + state->bias[j];
        if (rule.current) {
            int32_t u = saturated(decayed(state->current[j], rule.keep_current, rule.decay_bits) + input,
                                  rule.current_highest);
            changes |= (uint32_t)(u ^ state->current[j]);
            state->current[j] = u;
            input = u;
        }
        int32_t before = state->potential[j];
        int32_t v = saturated(decayed(before, rule.keep_potential, rule.decay_bits) + input, rule.potential_highest);
        bool fired = rule.fires && v > rule.fires_above;
        int32_t after = rule.subtract ? saturated((int64_t)v - rule.threshold, rule.potential_highest) : rule.reset;
        state->potential[j] = fired ? after : v;
        changes |= (uint32_t)(state->potential[j] ^ before);
        state->fired[fired_count] = j;
        fired_count += fired;
    }
    state->fired_count = fired_count;
    state->changed |= changes != 0;
}

static const struct vector_kernels plain = {"plain C", add_rows_i8, add_rows_i16, vector_update_plain};

const struct vector_kernels *vector_set(size_t index)
{
    const struct vector_kernels *sets[3] = {&plain};
#if defined(__x86_64__)
    sets[1] = &vector_sse2;
    if (__builtin_cpu_supports("avx2"))
        sets[2] = &vector_avx2;
#endif
    return index < sizeof sets / sizeof *sets ? sets[index] : NULL;
}

const struct vector_kernels *vector_best(void)
{
    size_t last = 0;
    while (vector_set(last + 1))
        last++;
    return vector_set(last);
}
