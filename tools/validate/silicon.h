/* Suite `silicon`: published chips run as simulations, and what they should have come to. Each file of cases
 * (silicon_*.c) makes programs for a chip file of configs/chip, and after the runs compares powers, energies and times
 * with published ones. An energy always comes from the counters of its run through models/physics/energy.h.
 *
 * A chip that is too large is run in part: how much of it, and how the rest was concluded, stands in the row's note. */
#ifndef NPUSIM_TOOLS_VALIDATE_SILICON_H
#define NPUSIM_TOOLS_VALIDATE_SILICON_H

#include "models/physics/energy.h"
#include "tools/file/csv.h"
#include "tools/validate/theory.h"

struct silicon_run {
    char *name;
    struct theory_case test; /* chip, program, sample or replay, result */
};

/* One published figure beside a model's, for the plot: the model's at its sources' values, low and high. */
struct silicon_point {
    char *name;
    double published, simulated, low, high;
    const char *unit;
    bool fitted;
};

struct silicon {
    struct silicon_run **runs;
    size_t count, capacity;
    struct csv cases;  /* physics/neuromorphic/validation_cases.csv */
    struct csv macros; /* physics/cim/dcim_validation_points_zigzag_imc.csv */
    struct csv chips;  /* configs/silicon/spiking-chips.csv */
    struct silicon_point *points;
    size_t point_count, point_capacity;
    struct verdicts *verdicts;
    struct diagnostics *diagnostics;
};

/* ---- before the runs ---- */

/* A run on a chip of configs/chip/NAME.yaml with the given settings ("key=value", NULL ends them); NULL with a message
 * where the file is wrong. Program and sample are to be filled in (tools/validate/theory.h). */
struct silicon_run *silicon_add(struct silicon *silicon, char *name, const char *chip, const char *const *settings);

/* ---- after the runs ---- */

const struct silicon_run *silicon_find(const struct silicon *silicon, const char *name);
/* Of the whole run. `technology`: NAME of configs/technology/NAME.yaml, or NULL: the chip file's. False: a message. */
MUST_USE bool silicon_energy(struct silicon *silicon, const struct silicon_run *run, const char *technology,
                             struct energy_report *out);
double silicon_seconds(const struct silicon_run *run);
uint64_t silicon_count(const struct silicon_run *run, enum core_counter counter); /* all cores */

/* The published value number `which` (from 0) of the case that begins with `test`; values are separated by " / ". False
 * with a message where the table has none. */
MUST_USE bool silicon_published(struct silicon *silicon, const char *chip, const char *test, int which, double *out);

struct silicon_row {
    const char *test, *quantity, *unit;
    double expected, simulated;
    double limit;  /* of |simulated / expected - 1|; INFINITY: shown, not judged */
    bool fitted;   /* the figure took part in making the constants */
};
/* With a note below the row; `note` is freed. */
void silicon_judge(struct silicon *silicon, const struct silicon_row *row, char *note);

/* A row for the plot as well; the model's figure at its sources' low and high. */
void silicon_point(struct silicon *silicon, const struct silicon_row *row, double low, double high);
/* All points as ratios of simulated to published, with error bars, in one SVG (silicon_plot.c). */
MUST_USE bool silicon_plot(const struct silicon *silicon, const char *path, struct diagnostics *diagnostics);

/* ---- the cases: programs, and what they are compared with ---- */
struct silicon_family {
    const char *name;
    bool (*add)(struct silicon *);
    bool (*judge)(struct silicon *);
};
extern const struct silicon_family silicon_truenorth, silicon_odin, silicon_loihi_query, silicon_loihi_times,
    silicon_macros, silicon_spiking, silicon_self;

MUST_USE bool silicon_run_all(const struct replay_options *options, struct verdicts *verdicts, uint64_t *state_hash,
                              struct diagnostics *diagnostics);
void silicon_print(const struct verdicts *verdicts);

#endif
