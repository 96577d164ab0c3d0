/* Layers of a .net file are numbered; each takes the one before. */
#include "tools/read/lava.h"

#include "sim/memory.h"
#include <stdlib.h>
#include <string.h>

#define LAYERS_MAX 10000u

bool lava_recognise(struct h5 *file)
{
    return h5_exists(file, "/layer/0/type");
}

struct node *lava_append(struct lava_layer *layer, enum node_kind kind, char *name)
{
    uint32_t index = network_append(layer->network, kind, name);
    if (layer->last != UINT32_MAX)
        network_add_edge(layer->network, layer->last, index);
    layer->last = index;
    return &layer->network->nodes[index];
}

static double metadata_dt(struct h5 *file)
{
    struct diagnostics ignored = {0};
    double *value = NULL, dt = 0;
    if (h5_exists(file, "/simulation/Ts") && h5_read_doubles(file, "/simulation/Ts", 1, &value, NULL, &ignored) &&
        value[0] > 0 && value[0] < 1e6)
        dt = 1e-3 * value[0];
    free(value);
    diagnostics_free(&ignored);
    return dt;
}

bool lava_read(struct h5 *file, struct network *out, struct diagnostics *diagnostics)
{
    *out = (struct network){.path = memory_copy_string(h5_path(file)), .format = "lava-dl",
                            .version = memory_copy_string(""), .dt_s = metadata_dt(file)};
    struct lava_layer layer = {.file = file, .network = out, .last = UINT32_MAX, .diagnostics = diagnostics};
    bool good = true;
    for (uint32_t i = 0; good && i <= LAYERS_MAX; i++) {
        char *name = memory_format("%u", i);
        layer.group = memory_format("/layer/%s", name);
        layer.name = name;
        bool there = h5_is_group(file, layer.group);
        if (there)
            good = i < LAYERS_MAX ? lava_read_layer(&layer)
                                  : diagnostics_add(diagnostics, out->path, "more than %u layers", LAYERS_MAX);
        free(layer.group);
        free(name);
        if (!there)
            break;
    }
    if (good)
        lava_append(&layer, NODE_OUTPUT, memory_copy_string("output"));
    return good;
}
