#include "tools/cli/checks.h"

static int64_t ports(const struct network *network, enum node_kind kind)
{
    int64_t size = 0;
    for (uint32_t i = 0; i < network->node_count; i++)
        if (network->nodes[i].kind == kind)
            size += shape_items(kind == NODE_INPUT ? &network->nodes[i].output : &network->nodes[i].input);
    return size;
}

uint32_t input_size(const struct network *network)
{
    return (uint32_t)ports(network, NODE_INPUT);
}

bool labels_fit(const struct network *network, const struct spike_batch *batch, const char *path,
                struct diagnostics *diagnostics)
{
    size_t before = diagnostics->count;
    int64_t outputs = ports(network, NODE_OUTPUT);
    for (size_t s = 0; path && s < batch->count; s++)
        if (batch->samples[s].label >= outputs)
            diagnostics_add(diagnostics, path, "label %d of %s, expected 0 .. %lld as the Output has",
                            batch->samples[s].label, batch->samples[s].name, (long long)outputs - 1);
    return diagnostics->count == before;
}

bool choose_dt(double given_s, const struct spike_batch *batch, const char *input, double *dt_s,
               struct diagnostics *diagnostics)
{
    *dt_s = given_s > 0 ? given_s : batch->dt_s;
    return *dt_s > 0 ||
           diagnostics_add(diagnostics, "--dt",
                           "missing, and %s says nothing: expected the length of a timestep in seconds", input);
}

bool load_chip(const char *path, const struct option_list *settings, struct chip_config *chip,
               struct diagnostics *diagnostics)
{
    struct parameter_override overrides[OPTION_LIST_MAX];
    for (uint32_t i = 0; i < settings->count; i++)
        overrides[i].text = settings->item[i];
    return chip_config_load(path, overrides, settings->count, chip, diagnostics);
}
