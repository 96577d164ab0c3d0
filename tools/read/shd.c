/* Spiking Heidelberg Digits and Speech Commands (B. Cramer et al., IEEE TNNLS 2022): /spikes/times (seconds, half
 * precision) and /spikes/units, a list of variable length for each sample; /labels. As its publisher documents the
 * layout; never seen from a real file. */
#include "tools/read/spike_readers.h"

#include "sim/memory.h"
#include "tools/file/h5.h"
#include <math.h>
#include <stdlib.h>

bool shd_recognise(struct h5 *file)
{
    return h5_exists(file, "/spikes/times") && h5_exists(file, "/spikes/units");
}

static bool add_sample(struct spike_reading *reading, const char *path, uint64_t index, const struct h5_lists *times,
                       const struct h5_lists *units)
{
    uint64_t first = times->start[index], end = times->start[index + 1], steps = 1;
    double dt = reading->options->dt_s;
    for (uint64_t i = first; i < end; i++) {
        if (!isfinite(times->values[i]) || times->values[i] < 0)
            return diagnostics_add(reading->diagnostics, path, "sample %llu: time %g, expected a number >= 0",
                                   (unsigned long long)index, times->values[i]);
        uint64_t step = spike_step(times->values[i], dt);
        steps = step + 1 > steps ? step + 1 : steps;
    }
    if (!reading_begin_sample(reading, path, (int64_t)index, steps))
        return false;
    for (uint64_t i = first; i < end; i++) {
        double unit = units->values[i];
        if (!(unit >= 0 && unit <= UINT32_MAX) || unit != floor(unit))
            return diagnostics_add(reading->diagnostics, path, "sample %llu: unit %g, expected a whole number >= 0",
                                   (unsigned long long)index, unit);
        if (!reading_add_event(reading, path, i - first, spike_step(times->values[i], dt), (int64_t)unit, 1))
            return false;
    }
    return reading_end_sample(reading);
}

static bool add_labels(struct spike_reading *reading, struct h5 *file, uint64_t samples)
{
    int64_t *labels = NULL;
    struct h5_shape shape = {0};
    if (!h5_exists(file, "/labels"))
        return true;
    bool good = h5_read_int64(file, "/labels", SPIKE_ITEMS_MAX, &labels, &shape, reading->diagnostics);
    if (good && (shape.rank != 1 || shape.size[0] != samples))
        good = diagnostics_add(reading->diagnostics, h5_path(file), "/labels: not one for each sample");
    for (size_t s = 0; good && s < reading->batch->count; s++) {
        if (labels[s] < 0 || labels[s] > INT32_MAX)
            good = diagnostics_add(reading->diagnostics, h5_path(file), "/labels: %lld is no label", (long long)labels[s]);
        reading->batch->samples[s].label = (int)labels[s];
    }
    free(labels);
    return good;
}

bool shd_read(struct spike_reading *reading, struct h5 *file)
{
    struct h5_lists times = {0}, units = {0};
    if (!(reading->options->dt_s > 0))
        return diagnostics_add(reading->diagnostics, h5_path(file), "SHD events carry times, expected --dt for the length "
                               "of a step");
    bool good = reading_set_dt(reading, h5_path(file), 0) &&
                h5_read_lists(file, "/spikes/times", SPIKE_ITEMS_MAX, &times, reading->diagnostics) &&
                h5_read_lists(file, "/spikes/units", SPIKE_ITEMS_MAX, &units, reading->diagnostics);
    bool same = good && times.count == units.count;
    for (uint64_t i = 0; same && i <= times.count; i++)
        same = times.start[i] == units.start[i];
    if (good && !same)
        good = diagnostics_add(reading->diagnostics, h5_path(file), "times and units differ in number, expected one for each");
    for (uint64_t i = 0; good && i < times.count && !reading_full(reading); i++)
        good = add_sample(reading, h5_path(file), i, &times, &units);
    good = good && add_labels(reading, file, times.count);
    h5_lists_free(&times);
    h5_lists_free(&units);
    return good;
}
