/* SONATA spikes: /spikes/POPULATION/{timestamps, node_ids}, ms; the older layout has /spikes/{timestamps, gids}. */
#include "tools/read/spike_readers.h"

#include "sim/memory.h"
#include "tools/file/h5.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool sonata_spikes_recognise(struct h5 *file)
{
    return h5_is_group(file, "/spikes") && !h5_exists(file, "/spikes/units") &&
           !h5_attribute_exists(file, "/spikes", "__type__"); /* NIR data in a result */
}

/* The group and the dataset of ids; `wanted` names a population, else there must be one. */
static bool find_population(struct h5 *file, const char *wanted, char **group, const char **ids,
                            struct diagnostics *diagnostics)
{
    char **names = NULL;
    size_t count = 0, chosen = 0;
    *ids = "node_ids";
    if (h5_exists(file, "/spikes/gids")) {
        *group = memory_copy_string("/spikes");
        *ids = "gids";
        return true;
    }
    if (!h5_list(file, "/spikes", &names, &count, diagnostics))
        return false;
    for (size_t i = 0; wanted && i < count; i++)
        chosen = strcmp(names[i], wanted) == 0 ? i : chosen;
    bool good = count == 1 || (wanted && count && strcmp(names[chosen], wanted) == 0);
    if (good)
        *group = memory_format("/spikes/%s", names[chosen]);
    else
        diagnostics_add(diagnostics, h5_path(file), "%zu populations in /spikes, expected one or the Input's name", count);
    h5_free_strings(names, count);
    return good;
}

static double unit_s(struct h5 *file, const char *path)
{
    struct diagnostics ignored = {0};
    char *unit = NULL;
    double scale = 1e-3;
    if (h5_attribute_exists(file, path, "units") && h5_attribute_string(file, path, "units", &unit, &ignored))
        scale = strcmp(unit, "s") == 0 ? 1.0 : 1e-3;
    free(unit);
    diagnostics_free(&ignored);
    return scale;
}

/* NEURON delivers an event in the fixed step that is nearest. */
static uint64_t nearest_step(double time_s, double dt_s)
{
    return spike_step(time_s + 0.5 * dt_s, dt_s);
}

static bool add_events(struct spike_reading *reading, const char *path, const double *time, const int64_t *id,
                       uint64_t count, double scale)
{
    double dt = reading->options->dt_s;
    uint64_t steps = 1;
    for (uint64_t i = 0; i < count; i++) {
        if (!isfinite(time[i]) || time[i] < 0)
            return diagnostics_add(reading->diagnostics, path, "event %llu: time %g, expected a number >= 0",
                                   (unsigned long long)i, time[i]);
        uint64_t step = nearest_step(time[i] * scale, dt);
        steps = step + 1 > steps ? step + 1 : steps;
    }
    if (!reading_begin_sample(reading, path, -1, steps))
        return false;
    for (uint64_t i = 0; i < count; i++)
        if (!reading_add_event(reading, path, i, nearest_step(time[i] * scale, dt), id[i], 1))
            return false;
    return reading_end_sample(reading);
}

bool sonata_spikes_read(struct spike_reading *reading, struct h5 *file)
{
    char *group = NULL;
    const char *ids;
    double *time = NULL;
    int64_t *id = NULL;
    struct h5_shape times = {0}, nodes = {0};
    if (!(reading->options->dt_s > 0))
        return diagnostics_add(reading->diagnostics, h5_path(file), "SONATA spikes carry times, expected --dt for the "
                               "length of a step");
    if (!find_population(file, reading->options->node, &group, &ids, reading->diagnostics))
        return false;
    char *time_path = memory_format("%s/timestamps", group), *id_path = memory_format("%s/%s", group, ids);
    bool good = reading_set_dt(reading, h5_path(file), 0) &&
                h5_read_doubles(file, time_path, SPIKE_ITEMS_MAX, &time, &times, reading->diagnostics) &&
                h5_read_int64(file, id_path, SPIKE_ITEMS_MAX, &id, &nodes, reading->diagnostics);
    if (good && (times.rank != 1 || nodes.rank != 1 || times.size[0] != nodes.size[0]))
        good = diagnostics_add(reading->diagnostics, h5_path(file), "%s: timestamps and ids differ in number", group);
    good = good && add_events(reading, h5_path(file), time, id, times.size[0], unit_s(file, time_path));
    free(time);
    free(id);
    free(time_path);
    free(id_path);
    free(group);
    return good;
}
