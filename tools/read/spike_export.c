/* Spikes for other people's programs. */
#include "tools/read/spike_writer.h"

#include "sim/memory.h"
#include "tools/file/file.h"
#include "tools/read/spike_readers.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- .npy ---- */

static void measure(const struct spike_batch *batch, uint64_t *steps, bool *bytes)
{
    *steps = 0;
    *bytes = true;
    for (size_t s = 0; s < batch->count; s++) {
        const struct spike_sample *sample = &batch->samples[s];
        *steps = sample->steps > *steps ? sample->steps : *steps;
        for (size_t i = 0; i < sample->count; i++)
            *bytes = *bytes && sample->events[i].value <= 255.0f && sample->events[i].value == floorf(sample->events[i].value);
    }
}

/* Version 1.0: magic, length of the header in 16 bits, the header, padded to 64 bytes. */
static size_t put_header(char *out, bool bytes, uint64_t samples, uint64_t steps, uint64_t neurons)
{
    char text[192];
    int length = snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': False, 'shape': (%llu, %llu, %llu), }",
                          bytes ? "|u1" : "<f4", (unsigned long long)samples, (unsigned long long)steps,
                          (unsigned long long)neurons);
    size_t all = (10 + (size_t)length + 1 + 63) / 64 * 64, header = all - 10;
    memset(out, ' ', all);
    memcpy(out, "\x93NUMPY\1\0", 8);
    out[8] = (char)(header & 0xff);
    out[9] = (char)(header >> 8);
    memcpy(out + 10, text, (size_t)length);
    out[all - 1] = '\n';
    return all;
}

static void put_value(char *at, bool bytes, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    for (int i = 0; i < 4 && !bytes; i++)
        at[i] = (char)(bits >> 8 * i & 0xff);
    if (bytes)
        *at = (char)(unsigned char)value;
}

bool spikes_write_npy(const char *path, const struct spike_batch *batch, struct diagnostics *diagnostics)
{
    uint64_t steps, neurons = batch->inputs;
    bool bytes;
    measure(batch, &steps, &bytes);
    size_t width = bytes ? 1 : 4;
    if (steps && neurons && batch->count > SPIKE_ITEMS_MAX / steps / neurons)
        return diagnostics_add(diagnostics, path, "%zu samples of %llu steps and %llu neurons, expected at most %u values "
                               "(--samples)", batch->count, (unsigned long long)steps, (unsigned long long)neurons,
                               SPIKE_ITEMS_MAX);
    char *out = memory_array(256 + batch->count * steps * neurons * width, 1);
    size_t start = put_header(out, bytes, batch->count, steps, neurons);
    for (size_t s = 0; s < batch->count; s++)
        for (size_t i = 0; i < batch->samples[s].count; i++) {
            const struct spike_event *event = &batch->samples[s].events[i];
            put_value(out + start + ((s * steps + event->step) * neurons + event->index) * width, bytes, event->value);
        }
    bool good = file_write(path, out, start + batch->count * steps * neurons * width, diagnostics);
    free(out);
    return good;
}

/* ---- lists of spikes ---- */

/* Events repeated by their value; false and a message where that is no count. */
static bool count_spikes(const char *path, const struct spike_sample *sample, uint64_t *count,
                         struct diagnostics *diagnostics)
{
    *count = 0;
    for (size_t i = 0; i < sample->count; i++) {
        double value = (double)sample->events[i].value;
        if (!(value >= 0 && value <= 65536 && value == floor(value)))
            return diagnostics_add(diagnostics, path, "%s: value %g of neuron %u in step %u, expected a number of spikes",
                                   sample->name, value, (unsigned)sample->events[i].index, (unsigned)sample->events[i].step);
        *count += (uint64_t)value;
    }
    return *count <= SPIKE_ITEMS_MAX || diagnostics_add(diagnostics, path, "more than %u spikes", SPIKE_ITEMS_MAX);
}

static bool check_sample(const char *path, const struct spike_batch *batch, size_t sample, uint64_t *count,
                         struct diagnostics *diagnostics)
{
    if (sample >= batch->count)
        return diagnostics_add(diagnostics, "--sample", "%zu, expected 0 .. %zu", sample, batch->count - 1);
    return count_spikes(path, &batch->samples[sample], count, diagnostics);
}

static char *path_of(const char *population, const char *name)
{
    return memory_format("/spikes/%s%s", population, name);
}

bool spikes_write_sonata(struct h5 *file, const char *population, const struct spike_batch *batch, size_t sample,
                         struct diagnostics *diagnostics)
{
    uint64_t count = 0, at = 0;
    if (!check_sample(h5_path(file), batch, sample, &count, diagnostics))
        return false;
    const struct spike_sample *from = &batch->samples[sample];
    double *time_ms = memory_array(count, sizeof *time_ms);
    uint64_t *ids = memory_array(count, sizeof *ids);
    for (size_t i = 0; i < from->count; i++)
        for (float n = 0; n < from->events[i].value; n++) {
            time_ms[at] = from->events[i].step * batch->dt_s * 1e3;
            ids[at++] = from->events[i].index;
        }
    char *group = path_of(population, ""), *times = path_of(population, "/timestamps"), *id = path_of(population, "/node_ids");
    h5_write(file, times, H5_F64, 1, &count, time_ms);
    h5_write_attribute_string(file, times, "units", "ms");
    h5_write(file, id, H5_U64, 1, &count, ids);
    h5_write_attribute_string(file, group, "sorting", "by_time");
    free(group);
    free(times);
    free(id);
    free(time_ms);
    free(ids);
    return true;
}

bool spikes_write_text(const char *path, const char *population, const struct spike_batch *batch, size_t sample,
                       struct diagnostics *diagnostics)
{
    uint64_t count = 0;
    if (!check_sample(path, batch, sample, &count, diagnostics))
        return false;
    const struct spike_sample *from = &batch->samples[sample];
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        return diagnostics_add(diagnostics, path, "no memory for %llu lines", (unsigned long long)count);
    fprintf(stream, "# %s, %s: t in s, neuron; step %.9g s (--columns tn --time-unit s)\n", population, from->name,
            batch->dt_s);
    for (size_t i = 0; i < from->count; i++)
        for (float n = 0; n < from->events[i].value; n++)
            fprintf(stream, "%.12g %u\n", from->events[i].step * batch->dt_s, (unsigned)from->events[i].index);
    bool good = fclose(stream) == 0 && file_write(path, text, size, diagnostics);
    free(text);
    return good;
}
