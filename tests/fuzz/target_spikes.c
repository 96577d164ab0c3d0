/* Spike files and labels. */
#include "tests/fuzz/fuzz.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include "tests/fuzz/seeds.h"
#include "tools/network/spikes.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define INPUTS 4u
#define NMNIST 2312u
#define SHD 700u

static void check_sample(const struct spike_sample *sample, uint32_t inputs)
{
    must(sample->steps > 0);
    for (size_t k = 0; k < sample->count; k++) {
        const struct spike_event *event = &sample->events[k], *next = event + 1;
        must(event->step < sample->steps && event->index < inputs);
        must(isfinite(event->value) && event->value > 0);
        must(k + 1 == sample->count || event->step < next->step ||
             (event->step == next->step && event->index < next->index));
    }
}

/* A batch is sound: events sorted, inside, positive; or the reader says why there is none. */
static void read_batch(const char *path, uint32_t inputs, uint8_t mode, const char *labels)
{
    struct diagnostics problems = {0};
    struct spike_batch batch;
    struct spike_options how = {.dt_s = mode % 2 ? 0.001 : 0, .steps = mode & 2 ? 20 : 0, .samples = mode & 4 ? 2 : 0,
                                .coding = (enum spike_coding)(mode / 8 % 3), .node = mode & 64 ? "v1" : NULL,
                                .labels_path = labels};
    bool good = spikes_read(path, inputs, &how, &batch, &problems);
    must(!good || batch.count > 0);
    for (size_t i = 0; good && i < batch.count; i++)
        check_sample(&batch.samples[i], inputs);
    must(good || !batch.samples);
    spikes_free(&batch);
    fuzz_verdict(good, &problems);
}

static void read_small(const char *path, uint8_t mode) { read_batch(path, INPUTS, mode, NULL); }
static void read_nmnist(const char *path, uint8_t mode) { read_batch(path, NMNIST, mode | 1, NULL); }
static void read_shd(const char *path, uint8_t mode) { read_batch(path, SHD, mode, NULL); }

static void read_any(const char *path, uint8_t mode) { read_batch(path, mode & 128 ? SHD : INPUTS, mode | 1, NULL); }

/* Files of every layout of spikes. */
static bool seed_any(uint32_t index, const char *folder)
{
    return index == 0 ? seed_shd(0, folder) : index < 3 ? seed_sonata_spikes(index - 1, folder) : seed_nir_data(index - 3, folder);
}

/* Recordings of cameras: 24 columns, 16 rows. */
static void read_camera(const char *path, uint8_t mode)
{
    struct diagnostics problems = {0};
    struct spike_batch batch;
    struct spike_options how = {.dt_s = 0.001, .steps = mode & 2 ? 20 : 0, .time_unit = TIME_UNIT_S, .shape = {3, {2, 16, 24}},
                                .columns = mode & 4 ? "tn" : NULL};
    bool good = spikes_read(path, 768, &how, &batch, &problems);
    for (size_t i = 0; good && i < batch.count; i++)
        check_sample(&batch.samples[i], 768);
    spikes_free(&batch);
    fuzz_verdict(good, &problems);
}

static bool seed_aedat(uint32_t index, const char *folder)
{
    static const char *const names[] = {"none.aedat4", "polarity31.aedat", "davis2.aedat", "lz4.aedat4", "zstd.aedat4"};
    if (index >= sizeof names / sizeof *names)
        return false;
    char *from = memory_format("tests/reference/aedat/%s", names[index]);
    bool there = fuzz_copy(from, folder, "events.aedat");
    free(from);
    return there;
}

static bool seed_event_text(uint32_t index, const char *folder)
{
    if (index == 0)
        fuzz_write_text(folder, "events.txt", "24 16\n# t x y p\n0.000100 3 4 1\n0.0021 23 15 0\n1e-2,0,0,1\n");
    return index == 0;
}

static void read_labels(const char *path, uint8_t mode)
{
    static const char npy[] = "\x93NUMPY\1\0\x46\0{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3, 4), }           "
                              "\n\1\0\0\0\0\1\0\0\0\0\1\0\0\0\0\1\1\0\0\0\0\1\0\0";
    char spikes[4096];
    strcpy(spikes, path);
    strcpy(strrchr(spikes, '/'), "/spikes.npy");
    *strrchr(spikes, '/') = '\0';
    fuzz_write(spikes, "spikes.npy", npy, sizeof npy - 1);
    strcat(spikes, "/spikes.npy");
    read_batch(spikes, INPUTS, mode | 1, path);
}

const struct fuzz_target fuzz_spikes[] = {
    {.name = "nir-data", .file = "spikes.h5", .seed = seed_nir_data, .read = read_small},
    {.name = "sonata-spikes", .file = "spikes.h5", .seed = seed_sonata_spikes, .read = read_small},
    {.name = "shd", .file = "spikes.h5", .seed = seed_shd, .read = read_shd},
    {.name = "nmnist", .file = "spikes.bs2", .seed = seed_nmnist, .read = read_nmnist, .bytes = true},
    {.name = "npy", .file = "spikes.npy", .seed = seed_npy, .read = read_small, .bytes = true},
    {.name = "idx", .file = "images", .seed = seed_idx, .read = read_small, .bytes = true},
    {.name = "aedat", .file = "events.aedat", .seed = seed_aedat, .read = read_camera, .bytes = true},
    {.name = "event-text", .file = "events.txt", .seed = seed_event_text, .read = read_camera, .bytes = true},
    {.name = "labels", .file = "labels.txt", .seed = seed_labels, .read = read_labels, .bytes = true},
    {.name = "spikes-bytes", .file = "spikes.h5", .seed = seed_any, .read = read_any, .bytes = true, .probe = true},
    {.name = NULL},
};
