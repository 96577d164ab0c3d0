/* The kernels of vector.h for x86-64: SSE2, which every such machine has, and AVX2. Rows of 8-bit weights are added in
 * registers of 16 bits, a block of columns at a time, and join the sums once for all rows of a call. */
#include "models/tile/vector.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

/* ---- SSE2: 64 columns of 16 bits are 8 registers ---- */

static inline __m128i low_half(__m128i bytes) { return _mm_srai_epi16(_mm_unpacklo_epi8(bytes, bytes), 8); }
static inline __m128i high_half(__m128i bytes) { return _mm_srai_epi16(_mm_unpackhi_epi8(bytes, bytes), 8); }

static inline void join_sse2(int32_t *sum, __m128i words)
{
    __m128i *place = (__m128i *)(void *)sum;
    __m128i low = _mm_srai_epi32(_mm_unpacklo_epi16(words, words), 16);
    __m128i high = _mm_srai_epi32(_mm_unpackhi_epi16(words, words), 16);
    _mm_storeu_si128(place, _mm_add_epi32(_mm_loadu_si128(place), low));
    _mm_storeu_si128(place + 1, _mm_add_epi32(_mm_loadu_si128(place + 1), high));
}

static void add_block_i8_sse2(int32_t *sum, const int8_t *const *rows, uint32_t count, uint32_t column)
{
    __m128i s[8];
    for (int k = 0; k < 8; k++)
        s[k] = _mm_setzero_si128();
    for (uint32_t r = 0; r < count; r++) {
        const __m128i *row = (const __m128i *)(const void *)(rows[r] + column);
        for (int k = 0; k < 4; k++) {
            __m128i bytes = _mm_loadu_si128(row + k);
            s[2 * k] = _mm_add_epi16(s[2 * k], low_half(bytes));
            s[2 * k + 1] = _mm_add_epi16(s[2 * k + 1], high_half(bytes));
        }
    }
    for (int k = 0; k < 8; k++)
        join_sse2(sum + column + 8 * k, s[k]);
}

static void add_rows_i8_sse2(int32_t *sum, const int8_t *const *rows, uint32_t count, uint32_t width)
{
    for (uint32_t column = 0; column < width; column += VECTOR_WIDTH)
        add_block_i8_sse2(sum, rows, count, column);
}

static void add_rows_i16_sse2(int32_t *sum, const int16_t *const *rows, uint32_t count, uint32_t width)
{
    for (uint32_t r = 0; r < count; r++)
        for (uint32_t column = 0; column < width; column += 8)
            join_sse2(sum + column, _mm_loadu_si128((const __m128i *)(const void *)(rows[r] + column)));
}

const struct vector_kernels vector_sse2 = {"SSE2", add_rows_i8_sse2, add_rows_i16_sse2, vector_update_plain};

/* ---- AVX2 ---- */

AVX2 static inline __m256i load(const int32_t *from) { return _mm256_loadu_si256((const __m256i *)(const void *)from); }
AVX2 static inline void store(int32_t *to, __m256i x) { _mm256_storeu_si256((__m256i *)(void *)to, x); }

AVX2 static inline void join_avx2(int32_t *sum, __m256i words)
{
    __m256i low = _mm256_cvtepi16_epi32(_mm256_castsi256_si128(words));
    __m256i high = _mm256_cvtepi16_epi32(_mm256_extracti128_si256(words, 1));
    store(sum, _mm256_add_epi32(load(sum), low));
    store(sum + 8, _mm256_add_epi32(load(sum + 8), high));
}

AVX2 static void add_block_i8_avx2(int32_t *sum, const int8_t *const *rows, uint32_t count, uint32_t column)
{
    __m256i s[4];
    for (int k = 0; k < 4; k++)
        s[k] = _mm256_setzero_si256();
    for (uint32_t r = 0; r < count; r++) {
        const __m128i *row = (const __m128i *)(const void *)(rows[r] + column);
        for (int k = 0; k < 4; k++)
            s[k] = _mm256_add_epi16(s[k], _mm256_cvtepi8_epi16(_mm_loadu_si128(row + k)));
    }
    for (int k = 0; k < 4; k++)
        join_avx2(sum + column + 16 * k, s[k]);
}

AVX2 static void add_rows_i8_avx2(int32_t *sum, const int8_t *const *rows, uint32_t count, uint32_t width)
{
    for (uint32_t column = 0; column < width; column += VECTOR_WIDTH)
        add_block_i8_avx2(sum, rows, count, column);
}

AVX2 static void add_rows_i16_avx2(int32_t *sum, const int16_t *const *rows, uint32_t count, uint32_t width)
{
    for (uint32_t r = 0; r < count; r++)
        for (uint32_t column = 0; column < width; column += 16)
            join_avx2(sum + column, _mm256_loadu_si256((const __m256i *)(const void *)(rows[r] + column)));
}

/* (|x| keep) >> bits with the sign of x, in 32 bits: |x| = high 2^bits + low, and high keep 2^bits is whole. */
AVX2 static inline __m256i decayed(__m256i x, uint32_t keep, uint32_t bits)
{
    __m256i size = _mm256_abs_epi32(x), keeps = _mm256_set1_epi32((int32_t)keep);
    __m128i shift = _mm_cvtsi32_si128((int32_t)bits);
    __m256i low = _mm256_and_si256(size, _mm256_set1_epi32((int32_t)((UINT32_C(1) << bits) - 1)));
    __m256i kept = _mm256_add_epi32(_mm256_mullo_epi32(_mm256_srl_epi32(size, shift), keeps),
                                    _mm256_srl_epi32(_mm256_mullo_epi32(low, keeps), shift));
    return _mm256_sign_epi32(kept, x);
}

AVX2 static inline __m256i saturated(__m256i x, int32_t highest)
{
    return _mm256_max_epi32(_mm256_min_epi32(x, _mm256_set1_epi32(highest)), _mm256_set1_epi32(-highest));
}

/* Eight neurons from j on; the fired ones as a bit mask. */
AVX2 static inline uint32_t update_eight(const struct vector_neurons *rule, const struct vector_state *state,
                                         uint32_t j, __m256i *changes)
{
    __m256i shifted = _mm256_sll_epi32(load(state->accumulator + j), _mm_cvtsi32_si128((int32_t)rule->fraction_bits));
    __m256i input = _mm256_add_epi32(shifted, load(state->bias + j));
    if (rule->current) {
        __m256i before = load(state->current + j);
        input = saturated(_mm256_add_epi32(decayed(before, rule->keep_current, rule->decay_bits), input),
                          rule->current_highest);
        *changes = _mm256_or_si256(*changes, _mm256_xor_si256(input, before));
        store(state->current + j, input);
    }
    __m256i before = load(state->potential + j);
    __m256i v = saturated(_mm256_add_epi32(decayed(before, rule->keep_potential, rule->decay_bits), input),
                          rule->potential_highest);
    __m256i fired = _mm256_setzero_si256();
    if (rule->fires) {
        fired = _mm256_cmpgt_epi32(v, _mm256_set1_epi32(rule->fires_above));
        __m256i after = rule->subtract ? saturated(_mm256_sub_epi32(v, _mm256_set1_epi32(rule->threshold)),
                                                   rule->potential_highest)
                                       : _mm256_set1_epi32(rule->reset);
        v = _mm256_blendv_epi8(v, after, fired);
    }
    *changes = _mm256_or_si256(*changes, _mm256_xor_si256(v, before));
    store(state->potential + j, v);
    return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(fired));
}

AVX2 static void update_avx2(const struct vector_neurons *neurons, struct vector_state *state, uint32_t first,
                             uint32_t end)
{
    const struct vector_neurons rule = *neurons;
    __m256i changes = _mm256_setzero_si256();
    uint32_t j = first;
    for (; rule.narrow && end - j >= 8; j += 8)
        for (uint32_t fired = update_eight(&rule, state, j, &changes); fired; fired &= fired - 1)
            state->fired[state->fired_count++] = j + (uint32_t)__builtin_ctz(fired);
    state->changed |= !_mm256_testz_si256(changes, changes);
    vector_update_plain(neurons, state, j, end);
}

const struct vector_kernels vector_avx2 = {"AVX2", add_rows_i8_avx2, add_rows_i16_avx2, update_avx2};

#else
typedef int vector_x86_is_empty_elsewhere; /* a file of C holds something */
#endif
