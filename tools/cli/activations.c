/* npusim activations */
#include "tools/activations/activations.h"

#include "tools/cli/commands.h"
#include "tools/cli/options.h"
#include "tools/read/read.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Columns of the weights that an accelerator of that design takes at once (dubcyfor3/Prosperity). */
#define OUTPUT_TILE 128

struct activations_line {
    const char *trace, *network, *spikes;
    struct option_list layers;
    double dt_s;
};

#define FIELD(name) offsetof(struct activations_line, name)
static const struct option_row rows[] = {
    {"--trace", OPTION_STRING, FIELD(trace), "TRACE.h5", 0, 0, true, NULL, "a binary tensor for each layer"},
    {"--layer", OPTION_LIST, FIELD(layers), "NAME=KEY:N,..", 0, 0, false, NULL,
     "kernel, padding, stride, out of a layer; a convolution without kernel is left out"},
    {"--dt", OPTION_DOUBLE, FIELD(dt_s), "S", 1e-12, 1e6, false, NULL, "length of a timestep (default 0.001)"},
    {"--network", OPTION_STRING, FIELD(network), "NET.nir", 0, 0, false, NULL, "write the layers as a network there"},
    {"--spikes", OPTION_STRING, FIELD(spikes), "SPIKES.h5", 0, 0, false, NULL, "write their spikes there"},
    {0},
};

struct density {
    double ones, products, all;
};

static void print_layer(const struct activation_layer *layer, struct density *sum)
{
    struct activation_view view;
    char *shape = shape_format(&layer->shape);
    if (layer->out == 0) {
        printf("  %-16s %-20s left out: %s\n", layer->name, shape,
               layer->shape.rank == 4 ? "no kernel given" : "its outputs are not known");
    } else {
        activation_view(layer, &view);
        double all = (double)view.m * (double)view.k, tiles = (double)((view.n + OUTPUT_TILE - 1) / OUTPUT_TILE);
        printf("  %-16s %-20s M %7" PRId64 "  K %6" PRId64 "  N %5" PRId64 "  bit density %.6f  product density %.6f\n",
               layer->name, shape, view.m, view.k, view.n, (double)view.ones / all, (double)view.products / all);
        sum->ones += tiles * (double)view.ones;
        sum->products += tiles * (double)view.products;
        sum->all += tiles * all;
    }
    free(shape);
}

static void print_trace(const struct activation_trace *trace)
{
    struct density sum = {0};
    printf("%s: activations of %u layers\n", trace->path, (unsigned)trace->count);
    for (uint32_t i = 0; i < trace->count; i++)
        print_layer(&trace->layers[i], &sum);
    if (sum.all > 0)
        printf("  bit density      %.15g\n  product density  %.15g\n", sum.ones / sum.all, sum.products / sum.all);
}

static bool write_network(const char *path, const struct activation_trace *trace, struct diagnostics *diagnostics)
{
    struct network network;
    bool good = activations_network(trace, &network, diagnostics) && network_write_nir(path, &network, diagnostics);
    network_free(&network);
    return good;
}

static bool activations_all(const void *options, struct diagnostics *diagnostics)
{
    const struct activations_line *line = options;
    struct activation_trace trace;
    bool good = activations_read(line->trace, line->layers.item, line->layers.count, &trace, diagnostics);
    good = good && (!line->network || write_network(line->network, &trace, diagnostics));
    good = good && (!line->spikes || activations_write_spikes(&trace, line->dt_s, line->spikes, diagnostics));
    if (good)
        print_trace(&trace);
    activations_free(&trace);
    return good;
}

int command_activations(int argc, char **argv)
{
    struct activations_line line = {.dt_s = 0.001};
    return options_command(argc, argv,
                           "activations --trace TRACE.h5 [--layer NAME=KEY:N,..] [--network NET.nir --spikes S.h5]\n\n"
                           "Shapes, matrix views and densities of recorded activations; and what npusim run needs to\n"
                           "drive a chip with them, without computing a neuron.",
                           rows, &line, activations_all);
}
