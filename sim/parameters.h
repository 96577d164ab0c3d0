/* Configuration files as rows: one row names a parameter, its place in a C struct, type, range, unit and help.
 *
 * The loader reads YAML (libyaml, behind this header) by rows: an unknown key, a missing key, a wrong type, a value
 * out of range are all reported at once, each with file:line:col. There are no defaults: what a row names must be in
 * the file, except rows whose condition (`when`) does not hold; those must be absent.
 *
 * A file may begin with `base: OTHER.yaml` (path relative to the file): keys of the file replace those of the base.
 * Nested keys and dotted keys ("mesh: {rows: 4}" and "mesh.rows: 4") mean the same. */
#ifndef NPUSIM_SIM_PARAMETERS_H
#define NPUSIM_SIM_PARAMETERS_H

#include "sim/diagnostics.h"
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum parameter_type {
    PARAMETER_U32,    /* uint32_t, decimal digits only ("4ns", "4.7", "1_000", "010" are errors) */
    PARAMETER_DOUBLE, /* double, finite */
    PARAMETER_BOOL,   /* bool: true or false */
    PARAMETER_CHOICE, /* int: index into `choices` */
    PARAMETER_STRING, /* char *, owned by the struct (parameters_free) */
    PARAMETER_VALUE   /* struct sourced_value: a mapping {value, unit, source} (optionally low, high) */
};

/* A physical constant with its origin. A `source` that begins with "assumed" counts as assumed. */
struct sourced_value {
    double value;
    double low, high; /* equal to value when the file gives none */
    char *unit;       /* must equal the row's unit */
    char *source;
};

struct parameter_row {
    const char *key;             /* dotted path: "core.synapse.kind" */
    enum parameter_type type;
    size_t offset;               /* into the struct that is filled */
    double minimum, maximum;     /* inclusive; numbers and values only; both 0: string length 1..255 for strings */
    const char *unit;            /* "cycles", "bits", "1" ...; shown in help, demanded in `struct sourced_value` */
    const char *const *choices;  /* PARAMETER_CHOICE: NULL-terminated */
    const char *when;            /* NULL, or "KEY=CHOICE" or "KEY=CHOICE|CHOICE": this row exists only then; KEY is an
                                    earlier CHOICE row, and must itself exist */
    const char *help;
};

/* A "key=value" from the command line (--set). */
struct parameter_override {
    const char *text;
};

/* Fills `target` by `rows` (ended by a row with key NULL) from `path`, then the overrides (of two for one key the
 * last). Fields of rows that do not apply are zero. On failure `target` owns no strings. Keys of a base that belong to
 * a choice which the file (or --set) replaced are passed over; a sourced value is replaced as a whole. */
MUST_USE bool parameters_load(const char *path, const struct parameter_row *rows, void *target,
                              const struct parameter_override *overrides, size_t override_count,
                              struct diagnostics *diagnostics);

/* The resolved value of one row that applies as text (a fresh string), for results and for `config_sha256`. */
char *parameters_format(const struct parameter_row *row, const void *target);

/* True when the row's `when` holds in `target`. */
bool parameters_applies(const struct parameter_row *rows, const struct parameter_row *row, const void *target);

/* Frees the strings in `target`. */
void parameters_free(const struct parameter_row *rows, void *target);

/* A path named inside `path`, relative to it (a fresh string). */
char *parameters_relative_path(const char *path, const char *named);

#ifdef __cplusplus
}
#endif
#endif
