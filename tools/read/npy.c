/* Spikes in NumPy's .npy: (time, neuron) or (sample, time, neuron). */
#include "tools/file/npy.h"

#include "tools/read/spike_readers.h"

struct axes {
    uint64_t samples, steps, neurons;
    uint64_t sample_stride, step_stride, neuron_stride;
};

static bool find_axes(struct spike_reading *reading, const char *path, const struct npy *array, struct axes *out)
{
    char shape[192];
    npy_format_shape(array, shape, sizeof shape);
    if (array->rank != 2 && array->rank != 3)
        return diagnostics_add(reading->diagnostics, path, "shape %s, expected (time, neuron) or (sample, time, "
                               "neuron)", shape);
    int time = array->rank - 2, neuron = array->rank - 1;
    *out = (struct axes){
        .samples = array->rank == 3 ? array->size[0] : 1,
        .steps = array->size[time],
        .neurons = array->size[neuron],
        .sample_stride = array->rank == 3 ? array->stride[0] : 0,
        .step_stride = array->stride[time],
        .neuron_stride = array->stride[neuron],
    };
    uint32_t inputs = reading->batch->inputs;
    if (out->neurons == inputs)
        return true;
    return diagnostics_add(reading->diagnostics, path, "shape %s: %llu neurons a step, expected %u as the Input has%s",
                           shape, (unsigned long long)out->neurons, inputs,
                           out->steps == inputs ? " (time and neuron are swapped)" : "");
}

static bool read_sample(struct spike_reading *reading, const char *path, const struct npy *array,
                        const struct axes *axes, uint64_t base)
{
    uint64_t steps = axes->steps;
    if (reading->options->steps && reading->options->steps < steps)
        steps = reading->options->steps;
    for (uint64_t step = 0; step < steps; step++)
        for (uint64_t neuron = 0; neuron < axes->neurons; neuron++) {
            uint64_t offset = base + step * axes->step_stride + neuron * axes->neuron_stride;
            double value = npy_value(array, offset);
            if (value != 0 && !reading_add_event(reading, path, offset, step, (int64_t)neuron, value))
                return false;
        }
    return true;
}

bool npy_spikes_read(struct spike_reading *reading, const struct spike_file *file)
{
    struct npy array;
    struct axes axes = {0};
    if (!npy_parse(file->path, file->bytes, file->size, SPIKE_ITEMS_MAX, &array, reading->diagnostics) ||
        !find_axes(reading, file->path, &array, &axes) ||
        !reading_set_dt(reading, file->path, 0))
        return false;
    for (uint64_t i = 0; i < axes.samples && !reading_full(reading); i++) {
        if (!reading_begin_sample(reading, file->path, axes.samples > 1 ? (int64_t)i : -1, axes.steps) ||
            !read_sample(reading, file->path, &array, &axes, i * axes.sample_stride) || !reading_end_sample(reading))
            return false;
    }
    return true;
}
