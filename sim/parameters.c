#include "sim/parameters.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include "sim/scalars.h"
#include "sim/settings.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether a row exists in this configuration; unknown while the choice it hangs on is missing or wrong. */
enum standing { APPLIES, ABSENT, UNKNOWN };

enum { LONGEST_SOURCE = 2048 };

struct row_state {
    bool good;      /* has a value of the right type and range */
    uint32_t layer; /* of that value */
};

struct loading {
    const struct parameter_row *rows;
    struct row_state *states;
    struct settings settings;
    char *target;
    const char *path;
    struct diagnostics *diagnostics;
};

static void *field(const struct parameter_row *row, const void *target)
{
    return (char *)(uintptr_t)target + row->offset;
}

static size_t count_rows(const struct parameter_row *rows)
{
    size_t count = 0;
    while (rows[count].key)
        count++;
    return count;
}

/* The row that decides over `row`; *wanted gets the text after '='. */
static const struct parameter_row *deciding_row(const struct parameter_row *rows, const struct parameter_row *row,
                                                const char **wanted)
{
    const char *equals = strchr(row->when, '=');
    must(equals);
    size_t length = (size_t)(equals - row->when);
    *wanted = equals + 1;
    for (const struct parameter_row *other = rows; other != row; other++)
        if (strlen(other->key) == length && memcmp(other->key, row->when, length) == 0) {
            must(other->type == PARAMETER_CHOICE);
            return other;
        }
    panic("row %s: no earlier row for \"%s\"", row->key, row->when);
}

/* `wanted` is a choice, or several with '|' between them. */
static bool is_wanted(const char *choice, const char *wanted)
{
    size_t length = strlen(choice);
    for (const char *part = wanted; part; part = strchr(part, '|') ? strchr(part, '|') + 1 : NULL)
        if (strcspn(part, "|") == length && memcmp(part, choice, length) == 0)
            return true;
    return false;
}

bool parameters_applies(const struct parameter_row *rows, const struct parameter_row *row, const void *target)
{
    if (!row->when)
        return true;
    const char *wanted;
    const struct parameter_row *decider = deciding_row(rows, row, &wanted);
    const int *choice = field(decider, target);
    return parameters_applies(rows, decider, target) && is_wanted(decider->choices[*choice], wanted);
}

static enum standing standing_of(const struct loading *loading, const struct parameter_row *row)
{
    if (!row->when)
        return APPLIES;
    const char *wanted;
    const struct parameter_row *decider = deciding_row(loading->rows, row, &wanted);
    enum standing above = standing_of(loading, decider);
    if (above != APPLIES)
        return above;
    if (!loading->states[decider - loading->rows].good)
        return UNKNOWN;
    const int *choice = field(decider, loading->target);
    return is_wanted(decider->choices[*choice], wanted) ? APPLIES : ABSENT;
}

static bool lies_below(const char *key, const char *group)
{
    size_t length = strlen(group);
    return strncmp(key, group, length) == 0 && key[length] == '.';
}

static bool is_part_of_value(const char *key, const struct parameter_row *row)
{
    static const char *const parts[] = {"value", "unit", "source", "low", "high", NULL};
    if (row->type != PARAMETER_VALUE || !lies_below(key, row->key))
        return false;
    for (const char *const *part = parts; *part; part++)
        if (strcmp(key + strlen(row->key) + 1, *part) == 0)
            return true;
    return false;
}

/* --- keys that no row has ------------------------------------------------------------------------------------- */

/* The row whose key is nearest, if it is near enough to be what was meant. */
static const char *suggestion(const struct parameter_row *rows, const char *key)
{
    const char *best = NULL;
    size_t best_distance = 3;
    for (const struct parameter_row *row = rows; row->key; row++) {
        size_t distance = scalar_distance(key, row->key, best_distance);
        if (distance < best_distance) {
            best_distance = distance;
            best = row->key;
        }
    }
    return best;
}

static void complain_unknown(const struct loading *loading, const struct setting *item)
{
    const char *meant = suggestion(loading->rows, item->key);
    char *quoted = settings_quote(item->key);
    diagnostics_add(loading->diagnostics, item->key_place, "unknown key %s, expected %s%s", quoted,
                    meant ? meant : "one of docs/configuration.md", meant ? "?" : "");
    free(quoted);
}

static void complain_shape(const struct loading *loading, const struct setting *item,
                           const struct parameter_row *below)
{
    if (below)
        diagnostics_add(loading->diagnostics, item->value_place, "%s has a value, expected keys below it (%s ...)",
                        item->key, below->key);
    else
        diagnostics_add(loading->diagnostics, item->value_place, "%s is a group of keys, expected one value",
                        item->key);
}

/* True when the setting's key leads somewhere and has the right shape (a group, or a value). */
static bool key_is_known(const struct loading *loading, const struct setting *item)
{
    const struct parameter_row *below = NULL;
    bool mapping = item->kind == SETTING_MAPPING;
    for (const struct parameter_row *row = loading->rows; row->key; row++) {
        if (is_part_of_value(item->key, row) || strcmp(item->key, row->key) == 0) {
            bool group = row->type == PARAMETER_VALUE && item->key[strlen(row->key)] == '\0';
            if (mapping && !group)
                complain_shape(loading, item, NULL);
            return !mapping || group;
        }
        if (!below && lies_below(row->key, item->key))
            below = row;
    }
    if (!below)
        complain_unknown(loading, item);
    else if (!mapping && item->kind != SETTING_BROKEN)
        complain_shape(loading, item, below);
    return below;
}

static void check_keys(struct loading *loading)
{
    const char *skip = NULL; /* an unknown group: its keys are not worth a message each */
    for (size_t i = 0; i < loading->settings.count; i++) {
        const struct setting *item = &loading->settings.items[i];
        if (skip && lies_below(item->key, skip))
            continue;
        skip = key_is_known(loading, item) ? NULL : item->key;
    }
}

/* --- one row -------------------------------------------------------------------------------------------------- */

/* The setting of `key` in the layer that wins; in layer 0 the last. Only `layer` unless it is UINT32_MAX. */
static const struct setting *find(const struct settings *settings, const char *key, uint32_t layer)
{
    const struct setting *best = NULL;
    for (size_t i = 0; i < settings->count; i++) {
        const struct setting *item = &settings->items[i];
        if (layer != UINT32_MAX && item->layer != layer)
            continue;
        if (strcmp(item->key, key) == 0 && (!best || (item->layer == 0 && best->layer == 0)))
            best = item;
    }
    return best;
}

/* As `find`, but a part of a sourced value stands for the whole: what a file replaces it replaces with its source. */
static const struct setting *find_row(const struct settings *settings, const struct parameter_row *row)
{
    const struct setting *best = find(settings, row->key, UINT32_MAX);
    for (size_t i = 0; row->type == PARAMETER_VALUE && i < settings->count; i++)
        if (is_part_of_value(settings->items[i].key, row) && (!best || settings->items[i].layer < best->layer))
            best = &settings->items[i];
    return best;
}

static bool read_part(struct loading *loading, const struct parameter_row *row, const struct setting *whole,
                      const char *name, enum parameter_type type, void *out)
{
    struct parameter_row part = *row;
    char *key = memory_format("%s.%s", row->key, name);
    part.key = key;
    part.type = type;
    if (type == PARAMETER_STRING) {
        part.minimum = 1;
        part.maximum = LONGEST_SOURCE;
    }
    const struct setting *item = find(&loading->settings, key, whole->layer);
    bool given = item != NULL;
    bool ok = given && item->kind != SETTING_MAPPING && scalar_read(item, &part, out, loading->diagnostics);
    if (!given && (strcmp(name, "low") == 0 || strcmp(name, "high") == 0))
        ok = true;
    else if (!given)
        diagnostics_add(loading->diagnostics, whole->key_place,
                        "missing key %s, expected %s to have value, unit and source", key, row->key);
    free(key);
    return ok;
}

static bool check_value(struct loading *loading, const struct parameter_row *row, const struct setting *whole,
                        const struct sourced_value *value)
{
    if (strcmp(value->unit, row->unit) != 0) {
        char *quoted = settings_quote(value->unit);
        diagnostics_add(loading->diagnostics, whole->value_place, "%s has the unit %s, expected \"%s\"", row->key,
                        quoted, row->unit);
        free(quoted);
        return false;
    }
    if (value->low <= value->value && value->value <= value->high)
        return true;
    return diagnostics_add(loading->diagnostics, whole->value_place, "%s is %g, expected it from low %g to high %g",
                           row->key, value->value, value->low, value->high);
}

static bool read_sourced(struct loading *loading, const struct parameter_row *row, const struct setting *whole)
{
    struct sourced_value *value = field(row, loading->target);
    bool is_scalar = strcmp(whole->key, row->key) == 0 && whole->kind != SETTING_MAPPING;
    if (is_scalar && whole->kind != SETTING_BROKEN)
        diagnostics_add(loading->diagnostics, whole->value_place,
                        "%s is one value, expected {value: number, unit: \"%s\", source: text}", row->key, row->unit);
    if (is_scalar)
        return false;
    bool ok = read_part(loading, row, whole, "value", PARAMETER_DOUBLE, &value->value);
    value->low = value->high = value->value;
    ok &= read_part(loading, row, whole, "low", PARAMETER_DOUBLE, &value->low);
    ok &= read_part(loading, row, whole, "high", PARAMETER_DOUBLE, &value->high);
    ok &= read_part(loading, row, whole, "unit", PARAMETER_STRING, &value->unit);
    ok &= read_part(loading, row, whole, "source", PARAMETER_STRING, &value->source);
    return ok && check_value(loading, row, whole, value);
}

/* At the nearest group that exists, or the file's beginning; not when that group was a mistake itself. */
static void complain_missing(struct loading *loading, const struct parameter_row *row)
{
    char *group = memory_copy_string(row->key), *dot, *expected = scalar_expected(row);
    const struct setting *nearest = NULL;
    while (!nearest && (dot = strrchr(group, '.'))) {
        *dot = '\0';
        nearest = find(&loading->settings, group, UINT32_MAX);
    }
    char *place = nearest ? memory_copy_string(nearest->key_place) : memory_format("%s:1:1", loading->path);
    if (!nearest || nearest->kind == SETTING_MAPPING)
        diagnostics_add(loading->diagnostics, place, "missing key %s, expected %s: %s", row->key, expected, row->help);
    free(place);
    free(expected);
    free(group);
}

static void complain_absent(struct loading *loading, const struct parameter_row *row, const struct setting *item)
{
    const char *wanted;
    const struct parameter_row *decider = deciding_row(loading->rows, row, &wanted);
    const int *choice = field(decider, loading->target);
    diagnostics_add(loading->diagnostics, item->key_place, "%s belongs to %s: %s, but %s is %s, expected no such key",
                    row->key, decider->key, wanted, decider->key, decider->choices[*choice]);
}

/* A base's keys of a choice that the file replaced are passed over; others that do not apply are mistakes. */
static bool is_left_over(const struct loading *loading, const struct parameter_row *row, const struct setting *item)
{
    const char *wanted;
    const struct parameter_row *decider = deciding_row(loading->rows, row, &wanted);
    return loading->states[decider - loading->rows].layer < item->layer;
}

static void clear_field(const struct parameter_row *row, void *target, bool owned)
{
    static const size_t size[] = {[PARAMETER_U32] = sizeof(uint32_t),
                                  [PARAMETER_DOUBLE] = sizeof(double),
                                  [PARAMETER_BOOL] = sizeof(bool),
                                  [PARAMETER_CHOICE] = sizeof(int),
                                  [PARAMETER_STRING] = sizeof(char *),
                                  [PARAMETER_VALUE] = sizeof(struct sourced_value)};
    void *at = field(row, target);
    if (owned && row->type == PARAMETER_STRING)
        free(*(char **)at);
    if (owned && row->type == PARAMETER_VALUE) {
        free(((struct sourced_value *)at)->unit);
        free(((struct sourced_value *)at)->source);
    }
    memset(at, 0, size[row->type]);
}

static void load_row(struct loading *loading, const struct parameter_row *row)
{
    struct row_state *state = &loading->states[row - loading->rows];
    enum standing standing = standing_of(loading, row);
    const struct setting *item = find_row(&loading->settings, row);
    if (!item) {
        if (standing == APPLIES)
            complain_missing(loading, row);
        return;
    }
    if (standing == ABSENT) {
        if (!is_left_over(loading, row, item))
            complain_absent(loading, row, item);
        return;
    }
    if (row->type == PARAMETER_VALUE)
        state->good = read_sourced(loading, row, item);
    else
        state->good = item->kind != SETTING_MAPPING &&
                      scalar_read(item, row, field(row, loading->target), loading->diagnostics);
    state->layer = item->layer;
}

bool parameters_load(const char *path, const struct parameter_row *rows, void *target,
                     const struct parameter_override *overrides, size_t override_count,
                     struct diagnostics *diagnostics)
{
    size_t before = diagnostics->count;
    struct loading loading = {.rows = rows, .target = target, .path = path, .diagnostics = diagnostics};
    for (const struct parameter_row *row = rows; row->key; row++)
        clear_field(row, target, false);
    loading.states = memory_array(count_rows(rows), sizeof *loading.states);
    if (settings_load(path, overrides, override_count, &loading.settings, diagnostics)) {
        check_keys(&loading);
        for (const struct parameter_row *row = rows; row->key; row++)
            load_row(&loading, row);
    }
    settings_free(&loading.settings);
    free(loading.states);
    if (diagnostics->count == before)
        return true;
    parameters_free(rows, target);
    return false;
}

char *parameters_format(const struct parameter_row *row, const void *target)
{
    return scalar_format(row, field(row, target));
}

void parameters_free(const struct parameter_row *rows, void *target)
{
    for (const struct parameter_row *row = rows; row->key; row++)
        clear_field(row, target, row->type == PARAMETER_STRING || row->type == PARAMETER_VALUE);
}

char *parameters_relative_path(const char *path, const char *named)
{
    const char *slash = strrchr(path, '/');
    if (named[0] == '/' || !slash)
        return memory_copy_string(named);
    return memory_format("%.*s/%s", (int)(slash - path), path, named);
}
