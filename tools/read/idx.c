#include "tools/read/spike_readers.h"

#include <gsl/gsl_rng.h>
#include <string.h>

#define TYPE_UNSIGNED_BYTE 0x08
#define RANK_MAX 8

struct idx {
    int rank;
    uint32_t size[RANK_MAX];
    uint64_t items;
    const unsigned char *data;
};

/* 0x08 unsigned byte, 0x09 signed byte, 0x0b short, 0x0c int, 0x0d float, 0x0e double */
bool idx_recognise(const struct spike_file *file)
{
    return file->size >= 4 && file->bytes[0] == 0 && file->bytes[1] == 0 && file->bytes[2] >= 0x08 &&
           file->bytes[2] <= 0x0e && file->bytes[3] >= 1 && file->bytes[3] <= RANK_MAX;
}

/* False when the header is cut off or its sizes multiply beyond the limit. */
static bool parse(const struct spike_file *file, struct idx *out)
{
    *out = (struct idx){.rank = file->bytes[3], .items = 1};
    size_t start = 4 + 4 * (size_t)out->rank;
    if (file->size < start)
        return false;
    for (int i = 0; i < out->rank; i++) {
        const unsigned char *at = file->bytes + 4 + 4 * (size_t)i;
        out->size[i] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
        if (out->size[i] && out->items > SPIKE_ITEMS_MAX / out->size[i])
            return false;
        out->items *= out->size[i];
    }
    out->data = file->bytes + start;
    return true;
}

bool idx_is_whole(const struct spike_file *file)
{
    struct idx idx;
    return idx_recognise(file) && file->bytes[2] == TYPE_UNSIGNED_BYTE && parse(file, &idx) &&
           idx.items == file->size - (size_t)(idx.data - file->bytes);
}

static bool open_idx(const struct spike_file *file, struct idx *out, struct diagnostics *diagnostics)
{
    if (file->bytes[2] != TYPE_UNSIGNED_BYTE)
        return diagnostics_add(diagnostics, file->path, "IDX of type 0x%02x, expected 0x08 (unsigned bytes)",
                               file->bytes[2]);
    if (!parse(file, out))
        return diagnostics_add(diagnostics, file->path, "IDX header cut off or more than %u items", SPIKE_ITEMS_MAX);
    uint64_t have = file->size - (size_t)(out->data - file->bytes);
    if (have != out->items)
        return diagnostics_add(diagnostics, file->path, "%llu bytes of data, expected %llu as the IDX header says",
                               (unsigned long long)have, (unsigned long long)out->items);
    return true;
}

bool idx_list(const struct spike_file *file, const unsigned char **items, size_t *count,
              struct diagnostics *diagnostics)
{
    struct idx idx;
    if (!open_idx(file, &idx, diagnostics))
        return false;
    if (idx.rank != 1)
        return diagnostics_add(diagnostics, file->path, "IDX of rank %d, expected a list of labels (rank 1)", idx.rank);
    *items = idx.data;
    *count = (size_t)idx.items;
    return true;
}

/* Every sample has a stream of its own, so that it does not depend on which others are read. The 32-bit seed of the
 * generator is mixed from both with the finaliser of SplitMix64 (G. L. Steele et al., OOPSLA 2014). */
static void seed_sample(gsl_rng *generator, uint64_t seed, uint64_t sample)
{
    uint64_t mixed = seed * UINT64_C(0x9e3779b97f4a7c15) + sample + 1;
    for (int i = 0; i < 2; i++) {
        mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
        mixed ^= mixed >> 31;
    }
    gsl_rng_set(generator, (unsigned long)(mixed & 0xffffffffu));
}

static bool code_image(struct spike_reading *reading, const char *path, const unsigned char *pixel, gsl_rng *generator)
{
    uint32_t steps = reading->options->steps, inputs = reading->batch->inputs;
    enum spike_coding coding = reading->options->coding;
    for (uint32_t step = 0; step < steps; step++)
        for (uint32_t i = 0; i < inputs; i++) {
            double value = 1;
            if (pixel[i] == 0)
                continue;
            if (coding == CODING_ANALOG)
                value = pixel[i] / 255.0;
            else if (coding == CODING_RATE && gsl_rng_uniform(generator) >= pixel[i] / 255.0)
                continue;
            else if (coding == CODING_LATENCY && (uint64_t)(255u - pixel[i]) * (steps - 1) / 255 != step)
                continue;
            if (!reading_add_event(reading, path, i, step, i, value))
                return false;
        }
    return true;
}

static bool check_images(struct spike_reading *reading, const struct spike_file *file, const struct idx *idx)
{
    struct diagnostics *diagnostics = reading->diagnostics;
    size_t before = diagnostics->count;
    if (idx->rank < 2)
        return diagnostics_add(diagnostics, file->path, "IDX of rank 1 (labels?), expected images (rank 2 or more)");
    uint64_t pixels = 1;
    for (int i = 1; i < idx->rank; i++)
        pixels *= idx->size[i];
    if (idx->size[0] == 0)
        diagnostics_add(diagnostics, file->path, "no images, expected at least 1");
    else if (pixels != reading->batch->inputs)
        diagnostics_add(diagnostics, file->path, "%llu pixels an image, expected %u as the Input has",
                        (unsigned long long)pixels, reading->batch->inputs);
    if (!reading->options->steps)
        diagnostics_add(diagnostics, file->path, "images have no time, expected --steps");
    return diagnostics->count == before;
}

bool idx_read(struct spike_reading *reading, const struct spike_file *file)
{
    struct idx idx;
    if (!open_idx(file, &idx, reading->diagnostics) || !check_images(reading, file, &idx) ||
        !reading_set_dt(reading, file->path, 0))
        return false;
    gsl_rng *generator = gsl_rng_alloc(gsl_rng_mt19937);
    bool fine = true;
    for (uint32_t i = 0; fine && i < idx.size[0] && !reading_full(reading); i++) {
        seed_sample(generator, reading->options->seed, reading->batch->count);
        int64_t index = idx.size[0] > 1 ? (int64_t)i : -1;
        fine = reading_begin_sample(reading, file->path, index, reading->options->steps) &&
               code_image(reading, file->path, idx.data + (size_t)i * reading->batch->inputs, generator) &&
               reading_end_sample(reading);
    }
    gsl_rng_free(generator);
    return fine;
}
