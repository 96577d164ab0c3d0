/* Command line options as rows: name, kind, range, place in a struct, help. */
#ifndef NPUSIM_TOOLS_CLI_OPTIONS_H
#define NPUSIM_TOOLS_CLI_OPTIONS_H

#include "sim/diagnostics.h"
#include <stdint.h>

enum option_kind {
    OPTION_STRING, /* const char * */
    OPTION_U32,    /* uint32_t */
    OPTION_U64,    /* uint64_t */
    OPTION_DOUBLE, /* double, > 0 unless the row's range says otherwise */
    OPTION_FLAG,   /* bool */
    OPTION_LIST,   /* struct option_list: may be given several times */
    OPTION_CHOICE  /* int: index into `choices` */
};

#define OPTION_LIST_MAX 64
struct option_list {
    const char *item[OPTION_LIST_MAX];
    uint32_t count;
};

struct option_row {
    const char *name;  /* "--chip"; NULL ends the table */
    enum option_kind kind;
    size_t offset;
    const char *value; /* name of the value in help: "FILE"; NULL for flags */
    double minimum, maximum;
    bool required;
    const char *const *choices;
    const char *help;
};

/* Of OPTION_CHOICE, in the order of the enums. */
extern const char *const coding_choices[];    /* enum spike_coding */
extern const char *const time_unit_choices[];    /* enum time_unit */
/* Rows of every command that reads spikes: const char *columns, int time_unit. */
#define EVENT_TEXT_OPTIONS(columns, time_unit)                                                                         \
    {"--columns", OPTION_STRING, columns, "LETTERS", 0, 0, false, NULL,                                                \
     "of address-event text: t x y p n, '_' for one that is not used (default txyp)"},                                 \
    {"--time-unit", OPTION_CHOICE, time_unit, "UNIT", 0, 0, false, time_unit_choices,                                  \
     "of address-event text: s, ms, us, ns or step"}
extern const char *const keras_layout_choices[]; /* enum keras_layout */
extern const char *const precision_choices[]; /* enum baseline_precision */
extern const char *const order_choices[];     /* enum engine_order */

/* Arguments that are no options are collected in `positional` (NULL: they are errors). Strings point into argv. */
MUST_USE bool options_parse(int argc, char **argv, const struct option_row *rows, void *target,
                            struct option_list *positional, struct diagnostics *diagnostics);
/* "--help" or "-h" is among the arguments. */
bool options_ask_help(int argc, char **argv);
void options_help(const struct option_row *rows);

/* A command that is no more than its options: prints `usage` and their help, or parses them into `line` and does the
 * work; prints what is wrong. Returns the exit status. */
int options_command(int argc, char **argv, const char *usage, const struct option_row *rows, void *line,
                    bool (*work)(const void *line, struct diagnostics *diagnostics));

#endif
