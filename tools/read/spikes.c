#include "tools/network/spikes.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include "tools/file/file.h"
#include "tools/file/h5.h"
#include "tools/file/npy.h"
#include "tools/read/camera.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool reading_full(const struct spike_reading *reading)
{
    return reading->options->samples && reading->batch->count >= reading->options->samples;
}

static bool nearly_equal(double a, double b)
{
    return fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b));
}

bool reading_set_dt(struct spike_reading *reading, const char *path, double file_dt_s)
{
    struct spike_batch *batch = reading->batch;
    if (reading->options->dt_s > 0) {
        batch->dt_s = reading->options->dt_s;
        return true;
    }
    if (reading->dt_known && !nearly_equal(batch->dt_s, file_dt_s))
        return diagnostics_add(reading->diagnostics, path, "its step is %.9g s, the files before say %.9g s, expected "
                               "the same or --dt", file_dt_s, batch->dt_s);
    batch->dt_s = file_dt_s;
    reading->dt_known = true;
    return true;
}

bool reading_begin_sample(struct spike_reading *reading, const char *path, int64_t index, uint64_t steps)
{
    if (steps == 0)
        return diagnostics_add(reading->diagnostics, path, "no timesteps, expected at least 1");
    if (steps > SPIKE_STEPS_MAX && !reading->options->steps)
        return diagnostics_add(reading->diagnostics, path, "%llu timesteps, expected at most %u (a longer --dt, or "
                               "--steps to cut)", (unsigned long long)steps, SPIKE_STEPS_MAX);
    struct spike_batch *batch = reading->batch;
    batch->samples = memory_grow(batch->samples, &reading->capacity, batch->count + 1, sizeof *batch->samples);
    reading->event_capacity = 0;
    reading->events = reading->options->spool ? 0 : reading->events;
    const char *name = file_name(path);
    batch->samples[batch->count++] = (struct spike_sample){
        .name = index < 0 ? memory_copy_string(name) : memory_format("%s[%lld]", name, (long long)index),
        .label = -1,
        .steps = reading->options->steps ? reading->options->steps : (uint32_t)steps,
    };
    return true;
}

static struct spike_sample *last_sample(struct spike_reading *reading)
{
    must(reading->batch->count > 0);
    return &reading->batch->samples[reading->batch->count - 1];
}

static bool check_event(struct spike_reading *reading, const char *path, uint64_t event, int64_t index, double value)
{
    unsigned long long number = event;
    if (index < 0 || index >= (int64_t)reading->batch->inputs)
        return diagnostics_add(reading->diagnostics, path, "%s: event %llu: index %lld, expected 0 .. %u (the Input "
                               "has %u)", last_sample(reading)->name, number, (long long)index,
                               reading->batch->inputs - 1, reading->batch->inputs);
    if (!isfinite(value) || value < 0 || value > SPIKE_VALUE_MAX)
        return diagnostics_add(reading->diagnostics, path, "%s: event %llu: value %g of input %lld, expected 0 .. %g",
                               last_sample(reading)->name, number, value, (long long)index, SPIKE_VALUE_MAX);
    if (reading->events >= SPIKE_ITEMS_MAX)
        return diagnostics_add(reading->diagnostics, path, "more than %u events, expected fewer (--samples, --steps)",
                               SPIKE_ITEMS_MAX);
    return true;
}

bool reading_add_event(struct spike_reading *reading, const char *path, uint64_t event, uint64_t step, int64_t index,
                       double value)
{
    if (!check_event(reading, path, event, index, value))
        return false;
    struct spike_sample *sample = last_sample(reading);
    if (value == 0 || step >= sample->steps)
        return true;
    sample->events = memory_grow(sample->events, &reading->event_capacity, sample->count + 1, sizeof *sample->events);
    sample->events[sample->count++] = (struct spike_event){(uint32_t)step, (uint32_t)index, (float)value};
    reading->events++;
    return true;
}

static int by_step(const void *a, const void *b)
{
    const struct spike_event *x = a, *y = b;
    if (x->step != y->step)
        return x->step < y->step ? -1 : 1;
    if (x->index != y->index)
        return x->index < y->index ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value); /* so that a sum does not depend on the sort */
}

static bool is_sorted(const struct spike_sample *sample)
{
    for (size_t i = 1; i < sample->count; i++)
        if (by_step(&sample->events[i - 1], &sample->events[i]) > 0)
            return false;
    return true;
}

static void merge_events(struct spike_sample *sample)
{
    size_t kept = 0;
    for (size_t i = 0; i < sample->count; i++) {
        struct spike_event *event = &sample->events[i];
        struct spike_event *before = kept ? &sample->events[kept - 1] : NULL;
        if (before && before->step == event->step && before->index == event->index)
            before->value += event->value;
        else
            sample->events[kept++] = *event;
    }
    sample->count = kept;
}

bool reading_end_sample(struct spike_reading *reading)
{
    struct spike_batch *batch = reading->batch;
    struct spike_sample *sample = last_sample(reading);
    if (!is_sorted(sample))
        qsort(sample->events, sample->count, sizeof *sample->events, by_step);
    merge_events(sample);
    for (size_t i = 0; i < sample->count; i++)
        if (sample->events[i].value != truncf(sample->events[i].value))
            batch->analog = true;
    return spikes_store(batch, batch->count - 1, sample->events, sample->count, reading->options->spool,
                        reading->diagnostics);
}

uint64_t spike_step(double time_s, double dt_s)
{
    double quotient = time_s / dt_s;
    if (!(quotient < SPIKE_STEPS_MAX))
        return SPIKE_STEPS_MAX;
    double whole = nearbyint(quotient);
    bool rounded = fabs(quotient - whole) <= 1e-9 + 1e-15 * whole;
    return (uint64_t)(rounded ? whole : floor(quotient));
}

/* ---- which format ---- */
static bool add_unknown(const struct spike_file *file, struct diagnostics *diagnostics)
{
    const char *what = "no known spike file";
    if (file->size == 0)
        what = "is empty";
    else if (file->size >= 4 && memcmp(file->bytes, "PK\3\4", 4) == 0)
        what = "is a zip archive";
    return diagnostics_add(diagnostics, file->path, "%s, expected NIR data (HDF5), N-MNIST events, AEDAT, address-event text, .npy or IDX "
                           "images",
                           what);
}

/* A cut-off IDX file of dark pixels looks like events too; those are only for an Input of that size. */
static bool are_events(const struct spike_reading *reading, const struct spike_file *file)
{
    return nmnist_recognise(file) && (reading->batch->inputs == NMNIST_INPUTS || !idx_recognise(file));
}

static bool read_bytes(struct spike_reading *reading, const struct spike_file *file)
{
    if (npy_recognise(file->bytes, file->size))
        return npy_spikes_read(reading, file);
    if (idx_is_whole(file))
        return idx_read(reading, file);
    if (aedat_recognise(file))
        return aedat_read(reading, file);
    if (event_text_recognise(file))
        return event_text_read(reading, file);
    if (are_events(reading, file))
        return nmnist_read(reading, file);
    if (idx_recognise(file))
        return idx_read(reading, file);
    return add_unknown(file, reading->diagnostics);
}

static bool read_hdf5(struct spike_reading *reading, const char *path)
{
    struct h5 *file;
    if (!h5_open(path, &file, reading->diagnostics))
        return false;
    bool fine;
    if (shd_recognise(file))
        fine = shd_read(reading, file);
    else
        fine = sonata_spikes_recognise(file) ? sonata_spikes_read(reading, file) : nir_data_read(reading, file);
    h5_close(file);
    return fine;
}

static bool read_file(struct spike_reading *reading, const char *path)
{
    if (h5_is_hdf5(path))
        return read_hdf5(reading, path);
    unsigned char *bytes;
    struct spike_file file = {.path = path};
    if (!file_read(path, SPIKE_FILE_MAX, &bytes, &file.size, reading->diagnostics))
        return false;
    file.bytes = bytes;
    bool fine = read_bytes(reading, &file);
    free(bytes);
    return fine;
}

static bool same_file(const char *a, const char *b)
{
    struct stat first, second;
    return b && stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

/* Goes on after a bad file, so that all of them are reported. */
static bool read_directory(struct spike_reading *reading, const char *path)
{
    char **names;
    size_t count, read = 0;
    if (!directory_list(path, &names, &count, reading->diagnostics))
        return false;
    bool fine = true;
    for (size_t i = 0; i < count && !reading_full(reading); i++) {
        char *file = memory_format("%s/%s", path, names[i]);
        if (strcmp(names[i], "labels.txt") != 0 && !same_file(file, reading->options->labels_path)) {
            fine = read_file(reading, file) && fine;
            read++;
        }
        free(file);
    }
    directory_free_list(names, count);
    if (fine && read == 0)
        return diagnostics_add(reading->diagnostics, path, "no files in it, expected spike files");
    return fine;
}

static bool check_options(const struct spike_options *options, struct diagnostics *diagnostics)
{
    size_t before = diagnostics->count;
    if (!isfinite(options->dt_s) || options->dt_s < 0)
        diagnostics_add(diagnostics, "--dt", "%g, expected seconds > 0", options->dt_s);
    if (options->steps > SPIKE_STEPS_MAX)
        diagnostics_add(diagnostics, "--steps", "%u, expected at most %u", options->steps, SPIKE_STEPS_MAX);
    return diagnostics->count == before;
}

bool spikes_read(const char *path, uint32_t inputs, const struct spike_options *options, struct spike_batch *out,
                 struct diagnostics *diagnostics)
{
    must(inputs > 0);
    *out = (struct spike_batch){.path = memory_copy_string(path), .inputs = inputs};
    struct spike_reading reading = {.options = options, .batch = out, .diagnostics = diagnostics};
    bool fine = check_options(options, diagnostics) &&
                (directory_is(path) ? read_directory(&reading, path) : read_file(&reading, path));
    if (fine && out->count == 0)
        fine = diagnostics_add(diagnostics, path, "no samples, expected at least 1");
    if (fine && options->labels_path)
        fine = labels_apply(options->labels_path, !options->samples, out, diagnostics);
    if (!fine)
        spikes_free(out);
    return fine;
}

void spikes_free(struct spike_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        free(batch->samples[i].name);
        free(batch->samples[i].events);
    }
    if (batch->spool)
        fclose(batch->spool);
    free(batch->samples);
    free(batch->path);
    *batch = (struct spike_batch){0};
}
