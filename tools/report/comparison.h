/* Chips and accelerators over spike rates and batches: the figures of `npusim compare`, and its page. */
#ifndef NPUSIM_TOOLS_REPORT_COMPARISON_H
#define NPUSIM_TOOLS_REPORT_COMPARISON_H

#include "models/baseline/baseline.h"

enum { COMPARISON_POINTS = 32 };

struct comparison_chip {
    char *name;
    double latency_s[COMPARISON_POINTS], energy_j[COMPARISON_POINTS]; /* of a sample, by rate */
    double energy_low_j[COMPARISON_POINTS], energy_high_j[COMPARISON_POINTS]; /* every constant at its low or high */
};

struct comparison_row {
    char *name;                 /* of the accelerator */
    enum baseline_mode mode;
    enum baseline_precision precision;
    bool measured;              /* its coefficients are its own, not carried over from relatives */
    const char *missing;        /* NULL: latency_s and energy_j hold; energy_j may be NAN alone */
    double latency_s[COMPARISON_POINTS]; /* of a batch, by batch */
    double energy_j[COMPARISON_POINTS];  /* of a sample, by batch */
    double latency_error, energy_error; /* mean error of the model, as a share; NAN: unknown */
    double launch_share[COMPARISON_POINTS]; /* of the latency, by batch */
};

struct comparison {
    char *network;
    uint32_t steps;
    bool recurrent;             /* the dense network in one pass is one step of it, and no answer */
    double rates[COMPARISON_POINTS]; /* spikes an input and timestep, ascending */
    uint32_t batches[COMPARISON_POINTS];
    uint32_t rate_count, batch_count, chip_count, row_count;
    struct comparison_chip *chips;
    struct comparison_row *rows;
};

void comparison_free(struct comparison *comparison);

enum comparison_among { AMONG_ALL, AMONG_SPIKING, AMONG_MEASURED };
/* The row with the least energy a sample (or latency of a batch) at that batch, of those that answer; NULL: none is
 * known. */
const struct comparison_row *comparison_best(const struct comparison *comparison, uint32_t batch, bool energy,
                                             enum comparison_among among);
/* What a careful reader would say of chip and batch, from the figures; fresh. */
char *comparison_sentence(const struct comparison *comparison, uint32_t chip, uint32_t batch);
/* The rate below which the chip has the lesser figure than `value`, between the rates of the sweep on a straight line
 * of logarithms; 0: it has it nowhere; INFINITY: everywhere. */
double comparison_break_even(const struct comparison *comparison, const struct comparison_chip *chip, double value,
                             bool energy);

/* Between which rates the row's model, off by its mean error, and the range of the chip's energy leave open who has the
 * lesser figure; false: it is decided at every rate. *from 0: from the lowest; *to INFINITY: to the highest. */
bool comparison_open(const struct comparison *comparison, const struct comparison_chip *chip,
                     const struct comparison_row *row, uint32_t batch, bool energy, double *from, double *to);
/* The same in words: ", nominally; undecided from 0.03 to 0.1 (...)", or ""; fresh. */
char *comparison_open_text(const struct comparison *comparison, uint32_t chip, const struct comparison_row *row,
                           uint32_t batch, bool energy);

/* One page for all of them. */
MUST_USE bool comparison_write_html(const char *path, const struct comparison *comparisons, uint32_t count,
                                    struct diagnostics *diagnostics);

#endif
