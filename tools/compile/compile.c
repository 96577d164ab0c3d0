#include "tools/compile/compile.h"

#include "sim/memory.h"
#include "tools/compile/stages.h"
#include <stdlib.h>
#include <string.h>

static bool check_options(const struct compilation *with)
{
    const struct network *network = with->network;
    bool needs_dt = false;
    if (with->chip->core.core_order != ORDER_TIMESTEP)
        return diagnostics_add(with->diagnostics, with->chip->path, "core.order has no samples and timesteps of a "
                               "network, expected timestep (the other orders run recordings: npusim validate)");
    for (uint32_t i = 0; i < network->node_count; i++)
        needs_dt = needs_dt || network->nodes[i].tau_mem || network->nodes[i].delay;
    if (needs_dt && !(with->options->dt_s > 0.0 && with->options->dt_s < 1e9))
        return diagnostics_add(with->diagnostics, "--dt", "is %g, expected the length of a timestep in seconds",
                               with->options->dt_s);
    if (with->options->input_levels < 1 || with->options->input_levels > UINT16_MAX)
        return diagnostics_add(with->diagnostics, "input levels", "are %d, expected 1 .. %d",
                               (int)with->options->input_levels, UINT16_MAX);
    return true;
}

static char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return memory_copy_string(slash ? slash + 1 : path);
}

static bool build_layers(const struct compilation *with, struct lowered *lowered, struct layer *layers)
{
    bool fine = true;
    for (uint32_t p = 0; p < lowered->population_count; p++)
        fine = layer_build(with, lowered, p, &layers[p]) && fine;
    return fine;
}

static bool compile_stages(const struct compilation *with, struct program *out)
{
    struct lowered lowered = {0};
    struct plan plan = {0};
    if (!lower_network(with, &lowered) || !schedule_populations(with, &lowered)) {
        lowered_free(&lowered);
        return false;
    }
    struct layer *layers = memory_array(lowered.population_count, sizeof *layers);
    bool fine = build_layers(with, &lowered, layers) && plan_pieces(with, &lowered, layers, &plan) &&
                place_pieces(with, &plan);
    if (fine) {
        emit_program(with, &plan, out);
        report_cores(with, &plan);
    }
    plan_free(&plan);
    for (uint32_t p = 0; p < lowered.population_count; p++)
        layer_free(&layers[p]);
    free(layers);
    lowered_free(&lowered);
    return fine;
}

bool compile_network(const struct network *network, const struct chip_config *chip,
                     const struct compile_options *options, struct program *out, struct compile_report *report,
                     struct diagnostics *diagnostics)
{
    struct compilation with = {network, chip, options, report, diagnostics};
    *out = (struct program){0};
    *report = (struct compile_report){0};
    if (!check_options(&with) || !semantics_apply(options->semantics, network, diagnostics) ||
        !compile_stages(&with, out)) {
        program_free(out);
        compile_report_free(report);
        return false;
    }
    out->network_name = file_name(network->path);
    return true;
}
