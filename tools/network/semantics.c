/* What NIR leaves open, as the platforms that published traces of its networks do it (Pedersen et al., "Neuromorphic
 * intermediate representation", Nature Communications 15, 2024). Which rule reproduces which platform's trace was found
 * by trying; docs/semantics.md lists them. */
#include "tools/network/network.h"

#include "sim/memory.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BIT(kind) (1u << (kind))
#define LIF_ALONE (BIT(NODE_LIF) | BIT(NODE_THRESHOLD))
#define IF_AND_LIF (LIF_ALONE | BIT(NODE_IF))
#define WITH_CUBALIF (IF_AND_LIF | BIT(NODE_CUBALIF))
#define ALL 0

static const struct semantics presets[] = {
    {.name = "exact", .integrator = INTEGRATOR_EXACT, .reset = RESET_SUBTRACT, .recurrent_bias_at_first_step = true,
     .several_spikes = true, .kinds = ALL},
    {.name = "norse", .kinds = ALL},
    {.name = "snntorch", .recurrent_bias_at_first_step = true, .kinds = ALL},
    {.name = "spyx", .reset = RESET_SUBTRACT, .reset_next_step = true, .spike_next_step = true,
     .recurrent_bias_at_first_step = true, .kinds = WITH_CUBALIF},
    {.name = "lava", .input_delay = 1, .recurrent_bias_at_first_step = true, .kinds = IF_AND_LIF},
    {.name = "nengo", .integrator = INTEGRATOR_ZOH, .recurrent_bias_at_first_step = true, .kinds = IF_AND_LIF},
    {.name = "rockpool", .integrator = INTEGRATOR_MIXED, .reset = RESET_SUBTRACT,
     .recurrent_bias_at_first_step = true, .kinds = LIF_ALONE},
    {.name = "sinabs", .integrator = INTEGRATOR_MIXED, .reset = RESET_SUBTRACT, .recurrent_bias_at_first_step = true,
     .clamp = CLAMP_THRESHOLD, .several_spikes = true, .kinds = IF_AND_LIF},
    {.name = "spinnaker2", .recurrent_bias_at_first_step = true, .kinds = IF_AND_LIF},
};
#define PRESETS (sizeof presets / sizeof presets[0])

/* ---- switches ---- */

enum switch_kind { SWITCH_INTEGRATOR, SWITCH_RESET, SWITCH_RESET_STEP, SWITCH_SPIKE_STEP, SWITCH_INPUT_DELAY,
                   SWITCH_RECURRENT_BIAS, SWITCH_CLAMP, SWITCH_SEVERAL };

static const struct {
    const char *name, *values; /* separated by ' ', in the order of the enum */
    enum switch_kind kind;
} switches[] = {
    {"integrator", "euler zoh mixed exact", SWITCH_INTEGRATOR},
    {"reset", "value subtract subtract-snntorch", SWITCH_RESET},
    {"reset_step", "same next", SWITCH_RESET_STEP},
    {"spike_step", "same next", SWITCH_SPIKE_STEP},
    {"input_delay", "0 1", SWITCH_INPUT_DELAY},
    {"recurrent_bias", "no yes", SWITCH_RECURRENT_BIAS},
    {"clamp", "none threshold", SWITCH_CLAMP}, /* or a number */
    {"several_spikes", "no yes", SWITCH_SEVERAL},
};
#define SWITCHES (sizeof switches / sizeof switches[0])

/* Position of a word in a list, -1 if it is not there. */
static int position(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (int i = 0; *list; i++) {
        size_t item = strcspn(list, " ");
        if (item == length && strncmp(list, word, item) == 0)
            return i;
        list += item + (list[item] == ' ');
    }
    return -1;
}

static bool set_clamp_value(const char *value, struct semantics *out)
{
    char *end;
    double number = strtod(value, &end);
    if (end == value || *end || !isfinite(number))
        return false;
    out->clamp = CLAMP_VALUE;
    out->clamp_value = number;
    return true;
}

static void set_switch(enum switch_kind kind, int chosen, struct semantics *out)
{
    switch (kind) {
    case SWITCH_INTEGRATOR: out->integrator = (enum integrator)chosen; return;
    case SWITCH_RESET: out->reset = (enum reset_rule)chosen; return;
    case SWITCH_RESET_STEP: out->reset_next_step = chosen != 0; return;
    case SWITCH_SPIKE_STEP: out->spike_next_step = chosen != 0; return;
    case SWITCH_INPUT_DELAY: out->input_delay = (uint32_t)chosen; return;
    case SWITCH_RECURRENT_BIAS: out->recurrent_bias_at_first_step = chosen != 0; return;
    case SWITCH_CLAMP: out->clamp = (enum lower_clamp)chosen; return;
    case SWITCH_SEVERAL: out->several_spikes = chosen != 0; return;
    }
}

static bool wrong_switch(const char *name, struct diagnostics *diagnostics)
{
    char *known = memory_copy_string("");
    for (size_t i = 0; i < SWITCHES; i++) {
        char *longer = memory_format("%s%s%s", known, i ? ", " : "", switches[i].name);
        free(known);
        known = longer;
    }
    diagnostics_add(diagnostics, "--semantics", "'%.40s' is no switch, expected one of: %s", name, known);
    free(known);
    return false;
}

static bool apply_switch(const char *name, const char *value, struct semantics *out, struct diagnostics *diagnostics)
{
    size_t i = 0;
    while (i < SWITCHES && strcmp(switches[i].name, name) != 0)
        i++;
    if (i == SWITCHES)
        return wrong_switch(name, diagnostics);
    int chosen = position(switches[i].values, value);
    out->kinds = 0;
    if (chosen >= 0)
        set_switch(switches[i].kind, chosen, out);
    else if (switches[i].kind != SWITCH_CLAMP || !set_clamp_value(value, out))
        return diagnostics_add(diagnostics, "--semantics", "%s is '%.40s', expected one of: %s%s", name, value,
                               switches[i].values, switches[i].kind == SWITCH_CLAMP ? " or a number" : "");
    return true;
}

/* ---- names ---- */

static const struct semantics *preset_named(const char *name)
{
    for (size_t i = 0; i < PRESETS; i++)
        if (strcmp(presets[i].name, name) == 0)
            return &presets[i];
    return NULL;
}

const struct semantics *semantics_find(const char *name, struct diagnostics *diagnostics)
{
    const struct semantics *found = preset_named(name);
    if (found)
        return found;
    char *known = memory_copy_string("");
    for (size_t i = 0; i < PRESETS; i++) {
        char *longer = memory_format("%s%s%s", known, i ? ", " : "", presets[i].name);
        free(known);
        known = longer;
    }
    diagnostics_add(diagnostics, "--semantics", "'%.40s' is not known, expected one of: %s", name, known);
    free(known);
    return NULL;
}

static bool check_whole(const struct semantics *s, struct diagnostics *diagnostics)
{
    bool delayed = s->reset_next_step || s->spike_next_step || s->input_delay || s->clamp;
    if (s->integrator == INTEGRATOR_EXACT && (delayed || s->reset == RESET_SUBTRACT_SNNTORCH))
        return diagnostics_add(diagnostics, "--semantics", "integrator=exact knows no steps, expected reset=value or "
                               "subtract and no other switch");
    if (s->reset == RESET_SUBTRACT_SNNTORCH && (s->reset_next_step || s->spike_next_step || s->several_spikes))
        return diagnostics_add(diagnostics, "--semantics", "reset=subtract-snntorch says when it resets, expected no "
                               "reset_step, spike_step or several_spikes beside it");
    return true;
}

bool semantics_parse(const char *text, struct semantics *out, struct diagnostics *diagnostics)
{
    *out = *preset_named("norse");
    if (!text)
        return true;
    if (strlen(text) >= sizeof out->name)
        return diagnostics_add(diagnostics, "--semantics", "is longer than %zu letters", sizeof out->name - 1);
    char *copy = memory_copy_string(text), *rest = copy;
    bool good = true;
    for (int i = 0; rest; i++) {
        char *item = rest, *comma = strchr(rest, ','), *equal;
        if (comma)
            *comma = '\0';
        rest = comma ? comma + 1 : NULL;
        equal = strchr(item, '=');
        const struct semantics *preset = equal || i ? NULL : semantics_find(item, diagnostics);
        if (preset)
            *out = *preset;
        else if (equal) {
            *equal = '\0';
            good = apply_switch(item, equal + 1, out, diagnostics) && good;
        } else {
            good = i == 0 ? false : wrong_switch(item, diagnostics);
        }
    }
    free(copy);
    snprintf(out->name, sizeof out->name, "%s", text);
    return good && check_whole(out, diagnostics);
}

bool semantics_apply(const struct semantics *semantics, const struct network *network,
                     struct diagnostics *diagnostics)
{
    size_t before = diagnostics->count;
    for (uint32_t n = 0; semantics->kinds && n < network->node_count; n++) {
        const struct node *node = &network->nodes[n];
        bool own_rule = node->kind == NODE_LOIHI || node->kind == NODE_SIGMA_DELTA;
        if (!node_is_neuron(node->kind) || own_rule || semantics->kinds & BIT(node->kind))
            continue;
        char *place = memory_format("%s: %s", network->path ? network->path : "network", node->name);
        diagnostics_add(diagnostics, place, "what %s does with %s is not known, expected norse, snntorch or exact, or "
                        "a switch that says what you want (%s,reset=value)", semantics->name,
                        node_kind_name(node->kind), semantics->name);
        free(place);
    }
    return diagnostics->count == before;
}
