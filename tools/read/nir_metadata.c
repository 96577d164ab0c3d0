/* What a NIR file says beside its graph: NODE/metadata/KEY, nested groups for nested keys. Kept as it is; values of
 * types that NIR does not write (compounds, references) are left out. */
#include "tools/read/nir.h"

#include "sim/memory.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES_MAX 100000u
#define ITEMS_MAX (1u << 20) /* of one entry */

struct metadata_reader {
    struct h5 *file;
    struct network *network;
    const char *node;
    struct diagnostics *diagnostics;
};

static void convert_shape(const struct h5_shape *from, struct shape *to)
{
    *to = (struct shape){.rank = from->rank};
    for (int i = 0; i < from->rank; i++)
        to->size[i] = (int64_t)from->size[i];
}

static bool read_value(const struct metadata_reader *reader, const char *path, const char *key)
{
    struct network *network = reader->network;
    struct metadata entry = {.kind = h5_value_kind(reader->file, path)};
    struct h5_shape shape = {0};
    if (entry.kind == 0)
        return true;
    if (network->metadata_count >= ENTRIES_MAX)
        return diagnostics_add(reader->diagnostics, network->path, "more than %u metadata entries, expected fewer",
                               ENTRIES_MAX);
    bool good = entry.kind == 's'
                    ? h5_read_strings(reader->file, path, ITEMS_MAX, &entry.texts, &shape, reader->diagnostics)
                    : h5_read_doubles(reader->file, path, ITEMS_MAX, &entry.numbers, &shape, reader->diagnostics);
    if (!good)
        return false;
    convert_shape(&shape, &entry.shape);
    entry.node = memory_copy_string(reader->node);
    entry.key = memory_copy_string(key);
    size_t capacity = network->metadata_count; /* rarely more than a few: grown one by one */
    network->metadata = memory_grow(network->metadata, &capacity, (size_t)network->metadata_count + 1,
                                    sizeof *network->metadata);
    network->metadata[network->metadata_count++] = entry;
    return true;
}

static bool read_group(const struct metadata_reader *reader, const char *group, const char *prefix, int depth)
{
    char **names;
    size_t count;
    if (depth > NIR_DEPTH_MAX)
        return diagnostics_add(reader->diagnostics, reader->network->path,
                               "metadata nested more than %d levels deep, expected fewer", NIR_DEPTH_MAX);
    if (!h5_list(reader->file, group, &names, &count, reader->diagnostics))
        return false;
    bool good = true;
    for (size_t i = 0; good && i < count; i++) {
        char *path = memory_format("%s/%s", group, names[i]), *key = memory_format("%s%s", prefix, names[i]);
        char *below = memory_format("%s/", key);
        good = h5_is_group(reader->file, path) ? read_group(reader, path, below, depth + 1)
                                               : read_value(reader, path, key);
        free(below);
        free(key);
        free(path);
    }
    h5_free_strings(names, count);
    return good;
}

bool nir_read_metadata(struct h5 *file, const char *group, const char *node, const char *prefix,
                       struct network *network, struct diagnostics *diagnostics)
{
    char *path = memory_format("%s/metadata", group);
    struct metadata_reader reader = {file, network, node, diagnostics};
    bool good = !h5_is_group(file, path) || read_group(&reader, path, prefix, 0);
    free(path);
    return good;
}

void nir_apply_metadata(struct network *network)
{
    nir_loihi_restore(network);
    for (uint32_t i = 0; i < network->metadata_count; i++) {
        const struct metadata *entry = &network->metadata[i];
        uint32_t n = 0;
        if (strcmp(entry->key, "v_initial") != 0 || !entry->numbers)
            continue;
        while (n < network->node_count && strcmp(network->nodes[n].name, entry->node) != 0)
            n++;
        struct node *node = n < network->node_count ? &network->nodes[n] : NULL;
        bool takes = node && !node->v_initial && (node->kind == NODE_IF || node->kind == NODE_LIF);
        int64_t given = shape_items(&entry->shape), items = takes ? shape_items(&node->output) : 0;
        if (!takes || (given != 1 && given != items))
            continue;
        node->v_initial = memory_array((size_t)items, sizeof *node->v_initial);
        for (int64_t k = 0; k < items; k++) {
            double value = entry->numbers[given == 1 ? 0 : k];
            node->v_initial[k] = isfinite(value) ? value : 0.0;
        }
    }
}
