/* What YAML files and the command line say, before anybody knows which keys exist: a flat list of (key, text, place).
 *
 * Nested mappings become dotted keys ("core.event_queue.depth"); a dotted key in the file means the same. Only plain
 * YAML is read: no anchors, aliases, tags, lists or second documents. Files are hostile: size, nesting, number of keys
 * and length of keys and texts are bounded. */
#ifndef NPUSIM_SIM_SETTINGS_H
#define NPUSIM_SIM_SETTINGS_H

#include "sim/parameters.h"

#define SETTINGS_FILE_BYTES (1u << 20)
#define SETTINGS_PER_FILE 4096
#define SETTINGS_NESTING 16
#define SETTINGS_BASES 8 /* files in a chain of `base:` */
#define SETTINGS_KEY_BYTES 255
#define SETTINGS_TEXT_BYTES 4096

enum setting_kind {
    SETTING_PLAIN,   /* a scalar without quotes */
    SETTING_QUOTED,  /* a scalar in quotes or a block scalar: never a number */
    SETTING_MAPPING, /* a group; its keys are settings of their own, after this one */
    SETTING_BROKEN   /* already reported: a list, an alias ... */
};

struct setting {
    char *key;
    char *text; /* scalars only, else "" */
    enum setting_kind kind;
    uint32_t layer;    /* 0: --set, 1: the file, 2: its base, 3: the base of that ...; lower wins */
    char *key_place;   /* "file:line:col" or "--set KEY" */
    char *value_place;
};

struct settings {
    struct setting *items; /* by layer, 0 first; in a layer as they stand in the file */
    size_t count, capacity;
};

/* Reads the overrides, `path` and its chain of bases (the key `base` itself is left out). Everything wrong is added to
 * `diagnostics`; false when a file could not be read to its end, so that what is missing cannot be judged. */
MUST_USE bool settings_load(const char *path, const struct parameter_override *overrides, size_t override_count,
                            struct settings *out, struct diagnostics *diagnostics);
void settings_free(struct settings *settings);

/* A fresh copy of hostile text for a message: in quotes, at most 60 bytes, no control characters. */
char *settings_quote(const char *text);

#endif
