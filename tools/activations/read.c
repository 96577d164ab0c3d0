#include "tools/activations/activations.h"

#include "sim/memory.h"
#include "tools/file/h5.h"
#include <stdlib.h>
#include <string.h>

#define LAYERS_MAX 10000u
#define SIZE_MOST 65536

static bool wrong(const struct activation_trace *trace, const char *layer, const char *text,
                  struct diagnostics *diagnostics)
{
    char *place = memory_format("%s: %s", trace->path, layer);
    diagnostics_add(diagnostics, place, "%s", text);
    free(place);
    return false;
}

static bool read_layer(struct activation_trace *trace, struct h5 *file, const char *name,
                       struct diagnostics *diagnostics)
{
    struct activation_layer *layer = &trace->layers[trace->count++];
    struct h5_shape shape = {0};
    char *path = memory_format("/%s", name);
    *layer = (struct activation_layer){.name = memory_copy_string(name), .stride = 1};
    bool good = h5_attribute_double(file, path, "order", &layer->order, diagnostics) &&
                h5_read_uint8(file, path, TENSOR_ITEMS_MAX, &layer->data, &shape, diagnostics);
    free(path);
    if (!good)
        return false;
    if (shape.rank < 2 || shape.rank > 4)
        return wrong(trace, name, "has not the shape (T, in), (T, tokens, in) or (T, C, H, W)", diagnostics);
    layer->shape.rank = shape.rank;
    for (int i = 0; i < shape.rank; i++) {
        layer->shape.size[i] = (int64_t)shape.size[i];
        if (shape.size[i] == 0)
            return wrong(trace, name, "is empty", diagnostics);
    }
    for (int64_t i = 0; i < shape_items(&layer->shape); i++)
        if (layer->data[i] > 1)
            return wrong(trace, name, "holds values other than 0 and 1", diagnostics);
    return true;
}

static int by_order(const void *a, const void *b)
{
    const struct activation_layer *x = a, *y = b;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* ---- what is said of a layer ---- */

static bool set_value(struct activation_layer *layer, const char *key, size_t length, const char *value,
                      struct diagnostics *diagnostics)
{
    static const char *const names[] = {"kernel", "padding", "stride", "out"};
    int64_t *const places[] = {&layer->kernel, &layer->padding, &layer->stride, &layer->out};
    char *end;
    long long number = strtoll(value, &end, 10);
    for (int i = 0; i < 4; i++) {
        if (strlen(names[i]) != length || strncmp(names[i], key, length) != 0)
            continue;
        if (end == value || (*end && *end != ',') || number < (i != 1) || number > SIZE_MOST)
            return diagnostics_add(diagnostics, "--layer", "%s of %s is out of range, expected a whole number", names[i],
                                   layer->name);
        *places[i] = number;
        return true;
    }
    return diagnostics_add(diagnostics, "--layer", "'%.*s' of %s is not known, expected kernel, padding, stride or out",
                           (int)length, key, layer->name);
}

static bool apply_text(struct activation_trace *trace, const char *text, struct diagnostics *diagnostics)
{
    size_t length = strcspn(text, "=");
    uint32_t i = 0;
    while (i < trace->count && (strlen(trace->layers[i].name) != length ||
                                strncmp(trace->layers[i].name, text, length) != 0))
        i++;
    if (i == trace->count || text[length] != '=')
        return diagnostics_add(diagnostics, "--layer", "'%.60s' names no layer of %s, expected NAME=kernel:5,out:16", text,
                               trace->path);
    const char *at = text + length + 1;
    while (*at) {
        size_t key = strcspn(at, ":");
        if (at[key] != ':' || !set_value(&trace->layers[i], at, key, at + key + 1, diagnostics))
            return at[key] == ':' ? false : diagnostics_add(diagnostics, "--layer", "'%.60s', expected key:value", at);
        at += strcspn(at, ",");
        at += *at == ',';
    }
    return true;
}

/* A dense layer gives what the next one takes. */
static void infer_outputs(struct activation_trace *trace)
{
    for (uint32_t i = 0; i + 1 < trace->count; i++) {
        struct activation_layer *layer = &trace->layers[i];
        const struct shape *next = &trace->layers[i + 1].shape;
        if (layer->out == 0 && layer->shape.rank < 4 && next->rank < 4)
            layer->out = next->size[next->rank - 1];
    }
}

static bool check_layer(const struct activation_trace *trace, struct activation_layer *layer,
                        struct diagnostics *diagnostics)
{
    if (layer->shape.rank < 4) {
        bool plain = layer->kernel == 0 && layer->padding == 0 && layer->stride == 1;
        return plain || wrong(trace, layer->name, "is no convolution, expected only out", diagnostics);
    }
    if (layer->kernel == 0) {
        layer->out = 0;
        return true;
    }
    if (layer->out == 0)
        return wrong(trace, layer->name, "is a convolution with a kernel but without out", diagnostics);
    for (int axis = 2; axis < 4; axis++)
        if (layer->shape.size[axis] + 2 * layer->padding < layer->kernel)
            return wrong(trace, layer->name, "has a kernel larger than its input", diagnostics);
    return true;
}

bool activations_read(const char *path, const char *const *layers, uint32_t count, struct activation_trace *out,
                      struct diagnostics *diagnostics)
{
    struct h5 *file;
    char **names = NULL;
    size_t found = 0;
    *out = (struct activation_trace){.path = memory_copy_string(path)};
    if (!h5_open(path, &file, diagnostics))
        return false;
    bool good = h5_list(file, "/", &names, &found, diagnostics);
    if (good && (found == 0 || found > LAYERS_MAX))
        good = diagnostics_add(diagnostics, path, "has %zu datasets, expected one for each layer", found);
    out->layers = memory_array(found, sizeof *out->layers);
    for (size_t i = 0; good && i < found; i++)
        good = read_layer(out, file, names[i], diagnostics);
    h5_free_strings(names, found);
    h5_close(file);
    if (good)
        qsort(out->layers, out->count, sizeof *out->layers, by_order);
    for (uint32_t i = 0; good && i < count; i++)
        good = apply_text(out, layers[i], diagnostics);
    if (good)
        infer_outputs(out);
    for (uint32_t i = 0; good && i < out->count; i++)
        good = check_layer(out, &out->layers[i], diagnostics);
    return good;
}

void activations_free(struct activation_trace *trace)
{
    for (uint32_t i = 0; i < trace->count; i++) {
        free(trace->layers[i].name);
        free(trace->layers[i].data);
    }
    free(trace->layers);
    free(trace->path);
    *trace = (struct activation_trace){0};
}
