#include "models/chip.h"

#include "sim/memory.h"
#include <stdlib.h>

static void halve_weights(struct core_program *core)
{
    uint32_t count = core->axon_count ? core->synapse_start[core->axon_count] : 0;
    for (uint32_t i = 0; i < count; i++)
        if (core->synapse_weight[i] < INT8_MIN || core->synapse_weight[i] > INT8_MAX)
            return;
    core->synapse_weight_i8 = memory_array(count, sizeof *core->synapse_weight_i8);
    for (uint32_t i = 0; i < count; i++)
        core->synapse_weight_i8[i] = (int8_t)core->synapse_weight[i];
    free(core->synapse_weight);
    core->synapse_weight = NULL;
}

static bool is_plain(const struct core_program *core)
{
    for (uint32_t a = 0; core->axon_row && a < core->axon_count; a++)
        if (core->axon_row[a] != a)
            return false;
    return true;
}

void program_strip(struct program *program, const struct chip_config *chip)
{
    int kind = chip->core.synapse_kind;
    bool rows_matter = kind == SYNAPSE_DIMC;
    if (chip->core.core_order != ORDER_TIMESTEP ||
        (kind != SYNAPSE_SPARSE && kind != SYNAPSE_DIMC && kind != SYNAPSE_CROSSBAR))
        return;
    for (uint32_t c = 0; c < program->core_count; c++) {
        struct core_program *core = &program->cores[c];
        if (core->synapse_weight)
            halve_weights(core);
        if (rows_matter && !is_plain(core))
            continue;
        free(core->axon_row);
        core->axon_row = NULL;
    }
}
