/* npusim export */
#include "sim/memory.h"
#include "tools/cli/commands.h"
#include "tools/cli/options.h"
#include "tools/file/h5.h"
#include "tools/read/spike_readers.h"
#include "tools/read/spike_writer.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const format_choices[] = {"npy", "sonata", "text", NULL};
enum format { FORMAT_NPY, FORMAT_SONATA, FORMAT_TEXT };

struct export_line {
    const char *spikes, *node, *out;
    uint32_t sample, samples;
    double dt_s;
    int format;
};

#define FIELD(name) offsetof(struct export_line, name)
static const struct option_row rows[] = {
    {"--spikes", OPTION_STRING, FIELD(spikes), "FILE.h5", 0, 0, true, NULL,
     "a run's result.h5, npusim reference's trace, or a batch of npusim import"},
    {"--format", OPTION_CHOICE, FIELD(format), "FORMAT", 0, 0, false, format_choices,
     "npy (default): (sample, time, neuron); sonata: /spikes/NODE of one sample; text: lines of time and neuron"},
    {"--out", OPTION_STRING, FIELD(out), "OUT", 0, 0, true, NULL, "the file to write"},
    {"--node", OPTION_STRING, FIELD(node), "NODE", 0, 0, false, NULL,
     "the node; needed for npy and text where the file has several (sonata: all)"},
    {"--sample", OPTION_U32, FIELD(sample), "N", 0, 4e9, false, NULL, "of sonata and text: which sample (default 0)"},
    {"--samples", OPTION_U32, FIELD(samples), "N", 1, 1e9, false, NULL, "of npy: the first N samples only"},
    {"--dt", OPTION_DOUBLE, FIELD(dt_s), "S", 1e-12, 1e6, false, NULL,
     "length of a timestep in seconds (default: as the file says)"},
    {0},
};

static bool read_node(const struct export_line *line, const struct nir_data_node *node, struct spike_batch *out,
                      struct diagnostics *diagnostics)
{
    uint32_t samples = line->format == FORMAT_NPY ? line->samples : line->sample + 1;
    struct spike_options how = {.dt_s = line->dt_s, .node = node->name, .samples = samples};
    if (!spikes_read(line->spikes, node->neurons, &how, out, diagnostics))
        return false;
    if (out->dt_s > 0 || line->format == FORMAT_NPY)
        return true;
    spikes_free(out);
    return diagnostics_add(diagnostics, "--dt", "missing, and the file says nothing: expected the length of a timestep");
}

static bool write_one(const struct export_line *line, const struct nir_data_node *node, struct diagnostics *diagnostics)
{
    struct spike_batch batch = {0};
    if (!read_node(line, node, &batch, diagnostics))
        return false;
    bool good = line->format == FORMAT_NPY
                    ? spikes_write_npy(line->out, &batch, diagnostics)
                    : spikes_write_text(line->out, node->name, &batch, line->sample, diagnostics);
    spikes_free(&batch);
    return good;
}

static bool write_sonata(const struct export_line *line, const struct nir_data_node *nodes, size_t count,
                         struct diagnostics *diagnostics)
{
    struct h5 *file;
    if (!h5_create(line->out, &file, diagnostics))
        return false;
    bool good = true;
    for (size_t i = 0; good && i < count; i++) {
        struct spike_batch batch = {0};
        good = read_node(line, &nodes[i], &batch, diagnostics) &&
               spikes_write_sonata(file, nodes[i].name, &batch, line->sample, diagnostics);
        spikes_free(&batch);
    }
    if (good)
        return h5_commit(file, diagnostics);
    h5_close(file);
    return false;
}

static bool unknown_node(const struct export_line *line, const struct nir_data_node *nodes, size_t count,
                         struct diagnostics *diagnostics)
{
    char *known = memory_copy_string("");
    for (size_t i = 0; i < count && i < 40; i++) {
        char *longer = memory_format("%s%s%s", known, i ? ", " : "", nodes[i].name);
        free(known);
        known = longer;
    }
    diagnostics_add(diagnostics, "--node", "%s, expected one of: %s", line->node ? line->node : "missing", known);
    free(known);
    return false;
}

/* The one that --node names, or the only one; `count` when there is none. */
static size_t chosen(const struct export_line *line, const struct nir_data_node *nodes, size_t count)
{
    size_t i = 0;
    if (!line->node)
        return count == 1 ? 0 : count;
    while (i < count && strcmp(nodes[i].name, line->node) != 0)
        i++;
    return i;
}

static bool export_all(const void *options, struct diagnostics *diagnostics)
{
    const struct export_line *line = options;
    struct nir_data_node *nodes = NULL;
    size_t count = 0;
    struct h5 *file;
    if (!h5_open(line->spikes, &file, diagnostics))
        return false;
    bool good = nir_data_list(file, &nodes, &count, diagnostics);
    h5_close(file);
    size_t one = good ? chosen(line, nodes, count) : 0;
    bool all = line->format == FORMAT_SONATA && !line->node && count > 0;
    if (good && !all && one == count)
        good = unknown_node(line, nodes, count, diagnostics);
    if (good && line->format == FORMAT_SONATA)
        good = write_sonata(line, all ? nodes : nodes + one, all ? count : 1, diagnostics);
    else if (good)
        good = write_one(line, &nodes[one], diagnostics);
    nir_data_free_list(nodes, count);
    return good;
}

int command_export(int argc, char **argv)
{
    struct export_line line = {0};
    return options_command(argc, argv,
                           "export --spikes FILE.h5 --out OUT [--format FORMAT] [OPTION ...]\n\n"
                           "Spikes that npusim wrote, in the formats of others: .npy, SONATA, address-event text.",
                           rows, &line, export_all);
}
