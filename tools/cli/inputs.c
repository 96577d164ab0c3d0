#include "tools/cli/inputs.h"

#include "sim/memory.h"
#include "tools/cli/checks.h"
#include "tools/file/sha256.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The Input node that an item names, and its file; node_count when it names none. */
static uint32_t named_input(const struct network *network, const char *item, const char **file)
{
    const char *equal = strchr(item, '=');
    for (uint32_t n = 0; equal && n < network->node_count; n++) {
        const struct node *node = &network->nodes[n];
        if (node->kind != NODE_INPUT || strlen(node->name) != (size_t)(equal - item) ||
            strncmp(node->name, item, (size_t)(equal - item)) != 0)
            continue;
        *file = equal + 1;
        return n;
    }
    *file = item;
    return network->node_count;
}

static bool not_an_input(const struct network *network, const char *item, struct diagnostics *diagnostics)
{
    char *known = memory_copy_string("");
    for (uint32_t n = 0; n < network->node_count; n++) {
        if (network->nodes[n].kind != NODE_INPUT)
            continue;
        char *longer = memory_format("%s%s%s=FILE", known, *known ? ", " : "", network->nodes[n].name);
        free(known);
        known = longer;
    }
    diagnostics_add(diagnostics, "--input", "'%s' names no Input node, expected %s", item, known);
    free(known);
    return false;
}

/* file[n]: of Input node n. */
static bool assign_files(const struct network *network, const struct option_list *inputs, const char **file,
                         struct diagnostics *diagnostics)
{
    size_t before = diagnostics->count;
    for (uint32_t i = 0; i < inputs->count; i++) {
        const char *path;
        uint32_t n = named_input(network, inputs->item[i], &path);
        if (n == network->node_count)
            not_an_input(network, inputs->item[i], diagnostics);
        else if (file[n])
            diagnostics_add(diagnostics, "--input", "%s is given twice, expected once", network->nodes[n].name);
        else
            file[n] = path;
    }
    for (uint32_t n = 0; n < network->node_count; n++)
        if (network->nodes[n].kind == NODE_INPUT && !file[n])
            diagnostics_add(diagnostics, "--input", "nothing for %s, expected %s=FILE", network->nodes[n].name,
                            network->nodes[n].name);
    return diagnostics->count == before;
}

/* ---- several batches become one ---- */

static int by_step(const void *a, const void *b)
{
    const struct spike_event *x = a, *y = b;
    if (x->step != y->step)
        return x->step < y->step ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static bool add_sample(struct spike_batch *sum, const struct spike_batch *more, size_t sample, bool spool,
                       struct diagnostics *diagnostics)
{
    struct spike_sample *to = &sum->samples[sample];
    const struct spike_sample *from = &more->samples[sample];
    size_t count = to->count + from->count;
    struct spike_event *events = memory_array(count, sizeof *events);
    spikes_take(sum, sample, 0, events, to->count);
    spikes_take(more, sample, 0, events + to->count, from->count);
    for (size_t i = to->count; i < count; i++)
        events[i].index += sum->inputs;
    to->steps = from->steps > to->steps ? from->steps : to->steps;
    if (count)
        qsort(events, count, sizeof *events, by_step);
    return spikes_store(sum, sample, events, count, spool, diagnostics);
}

static bool add_batch(struct spike_batch *sum, const struct spike_batch *more, bool spool,
                      struct diagnostics *diagnostics)
{
    if (more->count != sum->count)
        return diagnostics_add(diagnostics, more->path, "%zu samples, expected %zu as in %s", more->count, sum->count,
                               sum->path);
    if (fabs(more->dt_s - sum->dt_s) > 1e-9 * sum->dt_s)
        return diagnostics_add(diagnostics, more->path, "its step is %.9g s, expected %.9g s as in %s, or --dt",
                               more->dt_s, sum->dt_s, sum->path);
    for (size_t s = 0; s < sum->count; s++)
        if (!add_sample(sum, more, s, spool, diagnostics))
            return false;
    sum->inputs += more->inputs;
    sum->analog = sum->analog || more->analog;
    return true;
}

static bool read_each(const struct network *network, const char *const *file, const struct spike_options *options,
                      struct spike_batch *out, struct diagnostics *diagnostics)
{
    struct spike_options how = *options;
    bool first = true, good = true;
    for (uint32_t n = 0; good && n < network->node_count; n++) {
        struct spike_batch batch = {0};
        if (!file[n])
            continue;
        uint32_t size = (uint32_t)shape_items(&network->nodes[n].output);
        how.node = network->nodes[n].name;
        how.shape = network->nodes[n].output;
        good = spikes_read(file[n], size, &how, first ? out : &batch, diagnostics);
        if (good && !first)
            good = add_batch(out, &batch, options->spool, diagnostics);
        spikes_free(&batch);
        how.labels_path = NULL;
        first = false;
    }
    if (!good)
        spikes_free(out);
    return good;
}

/* Of the one Input; of several, none. */
static struct shape only_shape(const struct network *network)
{
    struct shape shape = {0};
    for (uint32_t n = 0; n < network->node_count; n++) {
        if (network->nodes[n].kind != NODE_INPUT)
            continue;
        if (shape.rank)
            return (struct shape){0};
        shape = network->nodes[n].output;
    }
    return shape;
}

bool inputs_read(const struct network *network, const struct option_list *inputs, const struct spike_options *options,
                 struct spike_batch *out, struct diagnostics *diagnostics)
{
    const char *path;
    struct stat about;
    *out = (struct spike_batch){0};
    uint32_t named = named_input(network, inputs->item[0], &path);
    bool plain = named == network->node_count && (!strchr(path, '=') || stat(path, &about) == 0);
    if (inputs->count == 1 && plain) {
        struct spike_options how = *options;
        how.shape = only_shape(network);
        return spikes_read(path, input_size(network), &how, out, diagnostics);
    }
    const char **file = memory_array(network->node_count, sizeof *file);
    bool good = assign_files(network, inputs, file, diagnostics) && read_each(network, file, options, out, diagnostics);
    free(file);
    return good;
}

/* ---- hashes ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The file of an item, whichever form it has: a name that is no file is of the form NODE=FILE. */
static const char *file_of(const char *item)
{
    struct stat about;
    const char *equal = strchr(item, '=');
    return equal && stat(item, &about) != 0 ? equal + 1 : item;
}

bool inputs_sha256(const struct option_list *inputs, char out[65], struct diagnostics *diagnostics)
{
    if (inputs->count == 1)
        return sha256_path(file_of(inputs->item[0]), out, diagnostics);
    const char *items[OPTION_LIST_MAX];
    memcpy(items, inputs->item, inputs->count * sizeof *items);
    qsort(items, inputs->count, sizeof *items, by_text);
    char text[OPTION_LIST_MAX * 64 + 1] = "";
    bool good = true;
    for (uint32_t i = 0; good && i < inputs->count; i++) {
        good = sha256_path(file_of(items[i]), out, diagnostics);
        if (good)
            strcat(text, out); /* 64 letters each */
    }
    sha256_text(text, out);
    return good;
}
