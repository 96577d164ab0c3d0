/* Real spike files with bytes changed, cut off or doubled: each is read as a sound batch or refused with a message.
 * The sanitisers say the rest. The mutations come from a fixed generator. */
#include "sim/memory.h"
#include "tests/support/reference_data.h"
#include "tests/support/run_suite.h"
#include "tools/file/file.h"
#include "tools/network/spikes.h"
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MUTATIONS 300
#define BYTES_MAX 40000u /* of a file: enough for its header and some data, and quick */

struct source {
    const char *path; /* in the reference data */
    uint32_t inputs;
    bool labels;
    size_t first, last; /* most changes fall between these bytes; all, when first > 0 */
};

/* In HDF5 only the data is changed: libhdf5 1.10 reads out of bounds by itself in about 1 of 500 files with damaged
 * metadata (object headers, global heaps), which is not ours to find. */

static const struct source SOURCES[] = {
    {"spikes/nmnist/60041.bs2", 2312, false, 0, 6000},
    {"networks/nir/braille/braille_test0_input_256x12.npy", 12, false, 0, 128},
    {"networks/nir/braille/norse_activity_noDelay_bias_zero.npy", 38, false, 0, 128},
    {"spikes/mnist/first5000-labels-idx1-ubyte.gz", 12, true, 0, 64},
    {"spikes/mnist/first5000-images-idx3-ubyte.gz", 784, false, 0, 64},
    {"networks/nir/primitives/data_sample.h5", 4, false, 13104, 13590},
    {"spikes/nmnist/labels.txt", 12, true, 0, 466},
};
#define SOURCE_COUNT (sizeof SOURCES / sizeof *SOURCES)

static uint64_t state = 1;

static uint32_t random_below(uint64_t limit) /* xorshift64* (S. Vigna, ACM TOMS 42:30, 2016) */
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((state * UINT64_C(0x2545f4914f6cdd1d) >> 32) % limit);
}

static unsigned char interesting(void)
{
    static const unsigned char bytes[] = {0, 1, 0x7f, 0x80, 0xff, ' ', '9', '-', '\n'};
    return random_below(2) ? bytes[random_below(sizeof bytes)] : (unsigned char)random_below(256);
}

static size_t mutate(unsigned char *bytes, size_t size, const struct source *source)
{
    for (uint32_t i = random_below(6) + 1; i > 0; i--) {
        bool anywhere = source->first == 0 && random_below(4) == 0;
        size_t range = anywhere ? size : source->last - source->first;
        bytes[source->first + random_below(range)] = interesting();
    }
    if (random_below(8) == 0)
        return random_below(size) + 1;
    if (random_below(8) == 0 && source->first == 0)
        memmove(bytes, bytes + random_below(size / 2), size / 2);
    return size;
}

static void check_batch(const struct spike_batch *batch, uint32_t inputs)
{
    ck_assert_uint_gt(batch->count, 0);
    for (size_t i = 0; i < batch->count; i++) {
        const struct spike_sample *sample = &batch->samples[i];
        ck_assert_uint_gt(sample->steps, 0);
        for (size_t k = 0; k < sample->count; k++) {
            const struct spike_event *event = &sample->events[k], *next = event + 1;
            ck_assert(event->step < sample->steps && event->index < inputs);
            ck_assert(isfinite(event->value) && event->value > 0);
            ck_assert(k + 1 == sample->count || event->step < next->step ||
                      (event->step == next->step && event->index < next->index));
        }
    }
}

static void read_mutation(const char *path, const char *spikes, const struct source *source)
{
    struct diagnostics problems = {0};
    struct spike_batch batch;
    struct spike_options options = {.dt_s = 0.001, .steps = random_below(2) ? 20 : 0, .samples = 5};
    if (source->labels)
        options.labels_path = path;
    if (spikes_read(source->labels ? spikes : path, source->inputs, &options, &batch, &problems)) {
        check_batch(&batch, source->inputs);
        ck_assert_uint_eq(problems.count, 0);
    } else {
        ck_assert_uint_gt(problems.count, 0);
        ck_assert_ptr_null(batch.samples);
    }
    spikes_free(&batch);
    diagnostics_free(&problems);
}

static void write_bytes(const char *path, const unsigned char *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
}

static size_t load(const char *path, unsigned char *bytes)
{
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    size_t size = fread(bytes, 1, BYTES_MAX, file);
    fclose(file);
    return size;
}

START_TEST(a_damaged_file_is_a_sound_batch_or_a_message)
{
    const struct source *source = &SOURCES[_i];
    char *path = memory_format("%s/%s", reference_root(), source->path), damaged[] = "/tmp/test_mutations.XXXXXX";
    char *spikes = memory_format("%s/%s", reference_root(), SOURCES[1].path);
    unsigned char *original = memory_array(BYTES_MAX, 1), *bytes = memory_array(BYTES_MAX, 1);
    size_t size = load(path, original);
    int descriptor = mkstemp(damaged);
    ck_assert_int_ge(descriptor, 0);
    close(descriptor);
    state = 1 + (uint64_t)_i;
    for (int i = 0; i < MUTATIONS; i++) {
        memcpy(bytes, original, size);
        size_t left = mutate(bytes, size, source);
        write_bytes(damaged, bytes, left);
        read_mutation(damaged, spikes, source);
    }
    remove(damaged);
    free(original);
    free(bytes);
    free(path);
    free(spikes);
}
END_TEST

int main(void)
{
    if (!directory_is(reference_root())) {
        printf("spike_mutations: %zu cases skipped (no reference data)\n", SOURCE_COUNT);
        return EXIT_SUCCESS;
    }
    Suite *all = suite_create("spike_mutations");
    TCase *tests = tcase_create("spike_mutations");
    tcase_set_timeout(tests, 300);
    tcase_add_loop_test(tests, a_damaged_file_is_a_sound_batch_or_a_message, 0, (int)SOURCE_COUNT);
    suite_add_tcase(all, tests);
    return run_suite(all);
}
