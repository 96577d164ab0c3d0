/* NIR's own container of traces (nir/data_ir of neuromorphs/NIR): /nodes/NODE/observables/OBSERVABLE holds
 * TimeGriddedData (sample, time, neuron), or EventData: idx and time (sample, event), padded with -1 and +inf, and
 * for ValuedEventData a value each. Nested graphs are not looked into: nir cannot write them. */
#include "tools/read/spike_readers.h"

#include "sim/memory.h"
#include "tools/file/h5.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct observable {
    char *path; /* in the file; NULL: the node has none */
    bool grid, valued;
    double neurons;
};

/* Some rows of the arrays. */
struct event_arrays {
    int64_t *index;
    double *time_s;
    double *value; /* NULL: 1 each */
    uint64_t samples, events; /* of the whole arrays; of a sample, padding included */
    uint64_t first, rows;     /* those that are here */
};

#define SLAB_ITEMS ((uint64_t)1 << 19)

static char *join(const char *group, const char *name)
{
    return memory_format("%s/%s", group, name);
}

static bool set_kind(const char *type, const char *place, struct observable *out, struct diagnostics *diagnostics)
{
    out->grid = strcmp(type, "TimeGriddedData") == 0;
    out->valued = strcmp(type, "ValuedEventData") == 0;
    if (!out->grid && !out->valued && strcmp(type, "EventData") != 0)
        return diagnostics_add(diagnostics, place, "type \"%s\", expected TimeGriddedData, EventData or "
                               "ValuedEventData", type);
    return true;
}

static bool find_neurons(struct h5 *file, struct observable *out, struct diagnostics *diagnostics)
{
    if (!out->grid)
        return h5_attribute_double(file, out->path, "n_neurons", &out->neurons, diagnostics);
    char *data = join(out->path, "data"), *place = memory_format("%s: %s", h5_path(file), data);
    struct h5_shape shape = {0};
    bool fine = h5_shape_of(file, data, &shape, diagnostics);
    if (fine && shape.rank != 3)
        fine = diagnostics_add(diagnostics, place, "rank %d, expected 3 (sample, time, neuron)", shape.rank);
    out->neurons = fine ? (double)shape.size[2] : 0;
    free(data);
    free(place);
    return fine;
}

static bool inspect(struct h5 *file, struct observable *out, struct diagnostics *diagnostics)
{
    char *type = NULL, *place = memory_format("%s: %s", h5_path(file), out->path);
    bool fine = h5_attribute_string(file, out->path, "__type__", &type, diagnostics) &&
                set_kind(type, place, out, diagnostics) && find_neurons(file, out, diagnostics);
    free(type);
    free(place);
    return fine;
}

/* Results of a run keep theirs below /spikes. */
static const char *nir_data_root(struct h5 *file)
{
    return !h5_is_group(file, "/nodes") && h5_is_group(file, "/spikes/nodes") ? "/spikes" : "";
}

static bool list_nodes(struct h5 *file, char ***names, size_t *count, struct diagnostics *diagnostics)
{
    char *group = memory_format("%s/nodes", nir_data_root(file));
    bool fine = h5_is_group(file, group) ||
                diagnostics_add(diagnostics, h5_path(file), "HDF5 without a group /nodes, expected NIR data");
    fine = fine && h5_list(file, group, names, count, diagnostics);
    free(group);
    return fine;
}

/* "spikes", else the only observable of the node; out->path stays NULL when there is neither. */
static bool find_observable(struct h5 *file, const char *node, struct observable *out,
                            struct diagnostics *diagnostics)
{
    char *group = memory_format("%s/nodes/%s/observables", nir_data_root(file), node), *spikes = join(group, "spikes");
    char **names = NULL;
    size_t count = 0;
    bool fine = true;
    *out = (struct observable){0};
    if (h5_is_group(file, spikes))
        out->path = memory_copy_string(spikes);
    else if (h5_is_group(file, group)) {
        fine = h5_list(file, group, &names, &count, diagnostics);
        if (fine && count == 1)
            out->path = join(group, names[0]);
        h5_free_strings(names, count);
    }
    free(group);
    free(spikes);
    return fine && (!out->path || inspect(file, out, diagnostics));
}

/* Takes the node if it is the one: asked for, named "input", or alone, or the first of the right size. */
static bool try_node(struct h5 *file, const char *node, bool must_fit, uint32_t inputs, struct observable *out,
                     struct diagnostics *diagnostics)
{
    bool fine = find_observable(file, node, out, diagnostics);
    if (fine && out->path && (must_fit || out->neurons == inputs)) {
        if (out->neurons == inputs)
            return true;
        char *place = memory_format("%s: %s", h5_path(file), out->path);
        fine = diagnostics_add(diagnostics, place, "%g neurons, expected %u as the Input has", out->neurons, inputs);
        free(place);
    }
    free(out->path);
    out->path = NULL;
    return fine;
}

static bool choose(struct h5 *file, const char *wanted, uint32_t inputs, struct observable *out,
                   struct diagnostics *diagnostics)
{
    char **names = NULL;
    size_t count = 0;
    *out = (struct observable){0};
    if (!list_nodes(file, &names, &count, diagnostics))
        return false;
    bool fine = true;
    for (size_t i = 0; wanted && fine && !out->path && i < count; i++)
        if (strcmp(names[i], wanted) == 0)
            fine = try_node(file, names[i], true, inputs, out, diagnostics);
    for (size_t i = 0; fine && !out->path && i < count; i++)
        if (count == 1 || strcmp(names[i], "input") == 0)
            fine = try_node(file, names[i], true, inputs, out, diagnostics);
    for (size_t i = 0; fine && !out->path && i < count; i++)
        fine = try_node(file, names[i], false, inputs, out, diagnostics);
    h5_free_strings(names, count);
    if (fine && !out->path)
        return diagnostics_add(diagnostics, h5_path(file), "no node with spikes of %u neurons, expected "
                               "/nodes/input/observables/spikes", inputs);
    return fine;
}

static bool set_dt(struct spike_reading *reading, struct h5 *file, const struct observable *observable)
{
    double dt_s = 0;
    char *place = memory_format("%s: %s", h5_path(file), observable->path);
    bool fine = true;
    if (h5_attribute_exists(file, observable->path, "dt")) {
        fine = h5_attribute_double(file, observable->path, "dt", &dt_s, reading->diagnostics);
        if (fine && !(isfinite(dt_s) && dt_s > 0))
            fine = diagnostics_add(reading->diagnostics, place, "dt %g, expected seconds > 0", dt_s);
    }
    if (fine && !observable->grid && dt_s == 0 && !(reading->options->dt_s > 0))
        fine = diagnostics_add(reading->diagnostics, place, "events with times, expected --dt for the length of a "
                               "step");
    fine = fine && reading_set_dt(reading, h5_path(file), dt_s);
    free(place);
    return fine;
}

/* ---- a grid ---- */
static bool read_grid_sample(struct spike_reading *reading, const char *place, const double *data, uint64_t steps)
{
    uint32_t inputs = reading->batch->inputs;
    for (uint64_t step = 0; step < steps; step++)
        for (uint32_t i = 0; i < inputs; i++) {
            double value = data[step * inputs + i];
            if (value != 0 && !reading_add_event(reading, place, step * inputs + i, step, i, value))
                return false;
        }
    return reading_end_sample(reading);
}

/* How many rows of a dataset are read at a time: some megabytes. */
static uint64_t slab_rows(uint64_t row_items)
{
    return row_items < SLAB_ITEMS ? SLAB_ITEMS / (row_items ? row_items : 1) : 1;
}

static bool read_grid(struct spike_reading *reading, struct h5 *file, const struct observable *observable)
{
    char *name = join(observable->path, "data"), *place = memory_format("%s: %s", h5_path(file), name);
    struct h5_shape shape = {0};
    bool fine = h5_shape_of(file, name, &shape, reading->diagnostics);
    uint64_t row = fine && shape.size[2] && shape.size[1] > SPIKE_ITEMS_MAX / shape.size[2]
                       ? UINT64_MAX : shape.size[1] * shape.size[2];
    for (uint64_t i = 0, slab = slab_rows(row), rows; fine && i < shape.size[0] && !reading_full(reading); i += rows) {
        double *data = NULL;
        rows = shape.size[0] - i < slab ? shape.size[0] - i : slab;
        fine = h5_read_rows_doubles(file, name, i, rows, SPIKE_ITEMS_MAX, &data, reading->diagnostics);
        for (uint64_t r = 0; fine && r < rows && !reading_full(reading); r++)
            fine = reading_begin_sample(reading, h5_path(file), shape.size[0] > 1 ? (int64_t)(i + r) : -1,
                                        shape.size[1]) &&
                   read_grid_sample(reading, place, data + r * row, shape.size[1]);
        free(data);
    }
    free(name);
    free(place);
    return fine;
}

/* ---- events ---- */
static bool is_pad(const struct event_arrays *arrays, uint64_t i)
{
    return arrays->index[i] == -1 || arrays->time_s[i] == HUGE_VAL;
}

/* Steps that t_max covers, a begun one included; 0 without the attribute. */
static bool read_duration(struct spike_reading *reading, struct h5 *file, const struct observable *observable,
                          uint64_t *steps)
{
    double t_max_s = 0, dt_s = reading->batch->dt_s;
    *steps = 0;
    if (!h5_attribute_exists(file, observable->path, "t_max"))
        return true;
    if (!h5_attribute_double(file, observable->path, "t_max", &t_max_s, reading->diagnostics))
        return false;
    if (!isfinite(t_max_s) || t_max_s < 0) {
        char *place = memory_format("%s: %s", h5_path(file), observable->path);
        diagnostics_add(reading->diagnostics, place, "t_max %g, expected seconds >= 0", t_max_s);
        free(place);
        return false;
    }
    *steps = spike_step(t_max_s, dt_s);
    double rest = t_max_s / dt_s - (double)*steps;
    *steps += rest > 1e-9 + 1e-15 * (double)*steps;
    return true;
}

static bool check_times(struct spike_reading *reading, const char *place, const struct event_arrays *arrays,
                        uint64_t first, uint64_t *steps)
{
    for (uint64_t i = first; i < first + arrays->events; i++) {
        if (is_pad(arrays, i))
            continue;
        if (!isfinite(arrays->time_s[i]) || arrays->time_s[i] < 0)
            return diagnostics_add(reading->diagnostics, place, "event %llu: time %g s, expected a number >= 0",
                                   (unsigned long long)(arrays->first * arrays->events + i), arrays->time_s[i]);
        uint64_t step = spike_step(arrays->time_s[i], reading->batch->dt_s);
        *steps = step + 1 > *steps ? step + 1 : *steps;
    }
    return true;
}

static bool read_event_sample(struct spike_reading *reading, const char *path, const char *place,
                              const struct event_arrays *arrays, uint64_t sample, uint64_t steps)
{
    uint64_t first = (sample - arrays->first) * arrays->events;
    if (!check_times(reading, place, arrays, first, &steps) ||
        !reading_begin_sample(reading, path, arrays->samples > 1 ? (int64_t)sample : -1, steps))
        return false;
    for (uint64_t i = first; i < first + arrays->events; i++) {
        if (is_pad(arrays, i))
            continue;
        uint64_t step = spike_step(arrays->time_s[i], reading->batch->dt_s);
        double value = arrays->value ? arrays->value[i] : 1;
        if (!reading_add_event(reading, place, arrays->first * arrays->events + i, step, arrays->index[i], value))
            return false;
    }
    return reading_end_sample(reading);
}

static bool same_shape(const struct h5_shape *a, const struct h5_shape *b)
{
    return b->rank == 2 && a->size[0] == b->size[0] && a->size[1] == b->size[1];
}

static bool event_shape(struct h5 *file, const struct observable *observable, struct event_arrays *out,
                        struct diagnostics *diagnostics)
{
    char *index = join(observable->path, "idx"), *time = join(observable->path, "time");
    char *value = join(observable->path, "value"), *place = memory_format("%s: %s", h5_path(file), observable->path);
    struct h5_shape shape = {0}, times = {0}, values = {0};
    *out = (struct event_arrays){0};
    bool fine = h5_shape_of(file, index, &shape, diagnostics) && h5_shape_of(file, time, &times, diagnostics) &&
                (!observable->valued || h5_shape_of(file, value, &values, diagnostics));
    if (fine && (shape.rank != 2 || !same_shape(&shape, &times) || (observable->valued && !same_shape(&shape, &values))))
        fine = diagnostics_add(diagnostics, place, "idx, time and value differ in shape, expected (sample, event) "
                               "each");
    out->samples = shape.size[0];
    out->events = shape.size[1];
    free(index);
    free(time);
    free(value);
    free(place);
    return fine;
}

static bool load_events(struct h5 *file, const struct observable *observable, struct event_arrays *out,
                        struct diagnostics *diagnostics)
{
    char *index = join(observable->path, "idx"), *time = join(observable->path, "time");
    char *value = join(observable->path, "value");
    uint64_t first = out->first, rows = out->rows;
    bool fine = h5_read_rows_int64(file, index, first, rows, SPIKE_ITEMS_MAX, &out->index, diagnostics) &&
                h5_read_rows_doubles(file, time, first, rows, SPIKE_ITEMS_MAX, &out->time_s, diagnostics);
    if (fine && observable->valued)
        fine = h5_read_rows_doubles(file, value, first, rows, SPIKE_ITEMS_MAX, &out->value, diagnostics);
    free(index);
    free(time);
    free(value);
    return fine;
}

static void unload_events(struct event_arrays *arrays)
{
    free(arrays->index);
    free(arrays->time_s);
    free(arrays->value);
    arrays->index = NULL;
    arrays->time_s = arrays->value = NULL;
}

static bool read_events(struct spike_reading *reading, struct h5 *file, const struct observable *observable)
{
    struct event_arrays arrays;
    char *place = memory_format("%s: %s", h5_path(file), observable->path);
    uint64_t steps = 0;
    bool fine = event_shape(file, observable, &arrays, reading->diagnostics) &&
                read_duration(reading, file, observable, &steps);
    for (uint64_t slab = slab_rows(arrays.events); fine && arrays.first < arrays.samples && !reading_full(reading);
         arrays.first += arrays.rows) {
        arrays.rows = arrays.samples - arrays.first < slab ? arrays.samples - arrays.first : slab;
        fine = load_events(file, observable, &arrays, reading->diagnostics);
        for (uint64_t i = 0; fine && i < arrays.rows && !reading_full(reading); i++)
            fine = read_event_sample(reading, h5_path(file), place, &arrays, arrays.first + i, steps);
        unload_events(&arrays);
    }
    free(place);
    return fine;
}

/* What npusim import writes beside NIR's groups: /samples/label, -1 where there is none. */
static bool read_labels(struct spike_reading *reading, struct h5 *file)
{
    int64_t *labels = NULL;
    struct h5_shape shape = {0};
    size_t count = reading->batch->count;
    if (!h5_exists(file, "/samples/label") || reading->options->labels_path)
        return true;
    bool fine = h5_read_int64(file, "/samples/label", SPIKE_ITEMS_MAX, &labels, &shape, reading->diagnostics);
    size_t first = fine && shape.rank == 1 && shape.size[0] < count ? count - (size_t)shape.size[0] : 0;
    for (size_t s = first; fine && shape.rank == 1 && s < count && s - first < shape.size[0]; s++)
        if (labels[s - first] >= -1 && labels[s - first] <= INT32_MAX)
            reading->batch->samples[s].label = (int)labels[s - first];
    free(labels);
    return fine;
}

bool nir_data_read(struct spike_reading *reading, struct h5 *file)
{
    struct observable observable = {0};
    bool fine = choose(file, reading->options->node, reading->batch->inputs, &observable,
                       reading->diagnostics) &&
                set_dt(reading, file, &observable) &&
                (observable.grid ? read_grid(reading, file, &observable) : read_events(reading, file, &observable));
    fine = fine && read_labels(reading, file);
    free(observable.path);
    return fine;
}

bool nir_data_list(struct h5 *file, struct nir_data_node **out, size_t *count, struct diagnostics *diagnostics)
{
    char **names = NULL;
    size_t all = 0;
    *count = 0;
    *out = NULL;
    bool fine = list_nodes(file, &names, &all, diagnostics);
    *out = memory_array(all, sizeof **out);
    for (size_t i = 0; fine && i < all; i++) {
        struct observable observable;
        fine = find_observable(file, names[i], &observable, diagnostics);
        if (fine && observable.path && observable.neurons >= 1 && observable.neurons <= SPIKE_ITEMS_MAX &&
            strcmp(strrchr(observable.path, '/'), "/spikes") == 0)
            (*out)[(*count)++] = (struct nir_data_node){memory_copy_string(names[i]), (uint32_t)observable.neurons};
        free(observable.path);
    }
    h5_free_strings(names, all);
    return fine;
}

void nir_data_free_list(struct nir_data_node *nodes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(nodes[i].name);
    free(nodes);
}
