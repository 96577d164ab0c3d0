/* The model around the layers of a Keras file. */
#include "tools/read/keras.h"

#include "sim/memory.h"
#include "tools/file/file.h"
#include <stdlib.h>
#include <string.h>

#define JSON_BYTES_MAX ((size_t)1 << 24)

bool keras_recognise(struct h5 *file)
{
    return h5_attribute_exists(file, "/", "layer_names") || h5_attribute_exists(file, "/model_weights", "layer_names");
}

struct node *keras_append(struct keras_model *model, enum node_kind kind, char *name)
{
    uint32_t index = network_append(model->network, kind, name);
    if (index > 0)
        network_add_edge(model->network, index - 1, index);
    return &model->network->nodes[index];
}

/* The text beside the file, NULL and a message when there is none. */
static char *text_beside(const char *path, struct diagnostics *diagnostics)
{
    const char *dot = strrchr(path, '.');
    size_t stem = dot && !strchr(dot, '/') ? (size_t)(dot - path) : strlen(path), size;
    char *beside = memory_format("%.*s.json", (int)stem, path);
    unsigned char *bytes = NULL;
    struct diagnostics ignored = {0};
    if (!file_read(beside, JSON_BYTES_MAX, &bytes, &size, &ignored))
        diagnostics_add(diagnostics, path, "Keras weights without their model, expected the attribute model_config or "
                        "the model as %s", beside);
    diagnostics_free(&ignored);
    free(beside);
    return (char *)bytes;
}

static json_t *load_model(struct h5 *file, struct diagnostics *diagnostics)
{
    char *text = NULL;
    json_error_t error;
    if (!h5_attribute_exists(file, "/", "model_config"))
        text = text_beside(h5_path(file), diagnostics);
    else if (!h5_attribute_string(file, "/", "model_config", &text, diagnostics))
        return NULL;
    json_t *model = text ? json_loads(text, 0, &error) : NULL;
    if (text && !model)
        diagnostics_add(diagnostics, h5_path(file), "its model is no JSON: line %d, column %d: %s", error.line,
                        error.column, error.text);
    free(text);
    return model;
}

/* {"class_name": "Sequential", "config": [layer ...]} or {"config": {"layers": [layer ...]}} */
static const json_t *layers_of(const json_t *model, const char *path, struct diagnostics *diagnostics)
{
    const char *kind = json_string_value(json_object_get(model, "class_name"));
    const json_t *config = json_object_get(model, "config");
    const json_t *layers = json_is_object(config) ? json_object_get(config, "layers") : config;
    if (!kind || strcmp(kind, "Sequential") != 0 || !json_is_array(layers)) {
        diagnostics_add(diagnostics, path, "its model is '%.60s', expected a Sequential with a list of layers",
                        kind ? kind : "none");
        return NULL;
    }
    return layers;
}

static void read_backend(struct keras_model *model, const json_t *config)
{
    struct diagnostics ignored = {0};
    const char *said = json_string_value(json_object_get(config, "backend"));
    const char *places[] = {"/", "/model_weights"};
    for (int i = 0; i < 2 && !model->backend; i++)
        if (h5_attribute_exists(model->file, places[i], "backend") &&
            !h5_attribute_string(model->file, places[i], "backend", &model->backend, &ignored))
            model->backend = NULL;
    if (!model->backend && said)
        model->backend = memory_copy_string(said);
    diagnostics_free(&ignored);
}

static bool read_layers(struct keras_model *model, const json_t *layers)
{
    size_t i;
    json_t *layer;
    bool good = true;
    json_array_foreach(layers, i, layer)
        good = good && keras_read_layer(model, layer);
    if (good && model->shape.rank == 0)
        good = diagnostics_add(model->diagnostics, model->network->path, "its model has no layers, expected some");
    if (good && model->flattened.rank)
        good = diagnostics_add(model->diagnostics, model->network->path, "its model ends with Flatten, expected Dense");
    if (good)
        keras_append(model, NODE_OUTPUT, memory_copy_string("output"));
    return good;
}

bool keras_read(struct h5 *file, enum keras_layout layout, struct network *out, struct diagnostics *diagnostics)
{
    struct keras_model model = {.file = file, .network = out, .diagnostics = diagnostics, .said = layout,
                                .root = h5_is_group(file, "/model_weights") ? "/model_weights" : ""};
    struct diagnostics ignored = {0};
    *out = (struct network){.path = memory_copy_string(h5_path(file)), .format = "Keras"};
    if (!h5_attribute_exists(file, "/", "keras_version") ||
        !h5_attribute_string(file, "/", "keras_version", &out->version, &ignored))
        out->version = memory_copy_string("");
    diagnostics_free(&ignored);
    json_t *json = load_model(file, diagnostics);
    const json_t *layers = json ? layers_of(json, out->path, diagnostics) : NULL;
    if (layers)
        read_backend(&model, json);
    bool good = layers && read_layers(&model, layers);
    json_decref(json);
    free(model.backend);
    return good;
}
