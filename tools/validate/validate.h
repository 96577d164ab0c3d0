/* npusim validate: what the project can check against something that it did not make. */
#ifndef NPUSIM_TOOLS_VALIDATE_VALIDATE_H
#define NPUSIM_TOOLS_VALIDATE_VALIDATE_H

#include "sim/top/system.h"
#include "tools/validate/recording.h"

struct verdict {
    const char *suite;
    char *test; /* the case */
    const char *quantity, *unit;
    double expected, simulated, error, limit;
    double compared; /* entries that were compared, where the quantity is differences among them; else 0 */
    bool fitted;
    char *note; /* NULL, or how the figure came about: scale, parts, sources */
};

struct verdicts {
    struct verdict *rows;
    size_t count, capacity;
};

/* Passes when |error| <= limit. */
void verdicts_add(struct verdicts *verdicts, const struct verdict *verdict); /* copies `test` and `note` */
/* A quantity of which nothing may differ, among `compared` entries. */
void verdicts_add_differences(struct verdicts *verdicts, const char *suite, const char *test, const char *quantity,
                              size_t differences, size_t compared);
bool verdict_passes(const struct verdict *verdict);
void verdicts_free(struct verdicts *verdicts);

/* A recording made ready to run: the chip, its program, the stimuli, and what it did. */
struct replay_case {
    struct recording recording;
    struct chip_config chip;
    struct program program;
    struct replay replay;
    struct replay_event *events;
    struct chip_result result;
};

struct replay_suite {
    const char *name, *chip; /* chip file */
    const char *const *tables, *const *untitled;
    bool (*prepare)(struct replay_case *, const char *chip, struct diagnostics *);
    void (*judge)(const struct replay_case *, struct verdicts *);
};
extern const struct replay_suite tinyodin_suite, ranc_suite;

#define REPLAY_CYCLES_MAX (INT64_C(1) << 40)

struct replay_options {
    uint32_t quantum;
    enum engine_order order;
    bool oracle;
    const char *plot; /* suite silicon: NULL, or an SVG to write */
};

/* Runs the case at `path`, or every case below it: folders with setup.json, or .h5 files. False when one could not be
 * read, with what is wrong with all of them, or (no message) when one deadlocked. */
MUST_USE bool replay_suite_run(const struct replay_suite *suite, const char *path, const struct replay_options *options,
                               struct verdicts *verdicts, uint64_t *state_hash, struct diagnostics *diagnostics);

/* Writes each such case to DIR/NAME.h5. */
MUST_USE bool replay_suite_pack(const struct replay_suite *suite, const char *path, const char *dir,
                                struct diagnostics *diagnostics);

/* How many entries of one kind differ from a table: those in one of both only. columns: of core, number, extra; -1: not
 * compared. */
struct log_columns {
    int cycle, core, number, extra;
};
size_t log_differences(const struct cycle_log *log, enum log_kind kind, const struct table *table,
                       struct log_columns columns, uint64_t end_cycle);

/* ---- programs of recordings (replay_program.c) ---- */

/* One population of `neurons` neurons, `cores` empty cores. */
void replay_program_init(struct program *program, const char *name, uint32_t cores, uint32_t neurons);
/* Tables of a core with a group for each neuron, a route of each, and room for every synapse. */
void replay_core_init(struct core_program *core, uint32_t neurons, uint32_t axons);
/* Each (core, item) once, item 0 .. items - 1 of each core 0 .. cores - 1 but `without`; core_title NULL: one core. The
 * columns have been checked against these limits. */
MUST_USE bool replay_covers(const struct recording *recording, const char *table, const char *core_title,
                            const char *item_title, uint32_t cores, uint32_t items, int64_t without,
                            struct diagnostics *diagnostics);

#endif
