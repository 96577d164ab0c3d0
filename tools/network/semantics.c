/* What NIR leaves open, as the platforms that published traces of its networks do it (Pedersen et al., "Neuromorphic
 * intermediate representation", Nature Communications 15, 2024): both integrate by Euler's rule and reset to v_reset
 * in the step of the spike. Norse does not evaluate a recurrent Affine at step 0, so its bias is absent there. */
#include "tools/network/network.h"

#include "sim/memory.h"
#include <stdlib.h>
#include <string.h>

static const struct semantics presets[] = {
    {.name = "norse", .integrator = INTEGRATOR_EULER, .reset = RESET_TO_VALUE, .recurrent_bias_at_first_step = false},
    {.name = "snntorch", .integrator = INTEGRATOR_EULER, .reset = RESET_TO_VALUE, .recurrent_bias_at_first_step = true},
};
#define PRESETS (sizeof presets / sizeof presets[0])

const struct semantics *semantics_find(const char *name, struct diagnostics *diagnostics)
{
    char *known = memory_copy_string("");
    for (size_t i = 0; i < PRESETS; i++) {
        if (strcmp(presets[i].name, name) == 0) {
            free(known);
            return &presets[i];
        }
        char *longer = memory_format("%s%s%s", known, i ? ", " : "", presets[i].name);
        free(known);
        known = longer;
    }
    diagnostics_add(diagnostics, "--semantics", "'%s' is not known, expected one of: %s", name, known);
    free(known);
    return NULL;
}
