/* Who wins, the chip or an accelerator, and whether that is decided: one rule for the sentences, the page's headings and
 * summary.json. A side has a range: the chip's energy with every constant at its low or high, an accelerator's
 * figures where the model may be off by its mean error. Where a part was measured with the very same network, that counts
 * in place of the model. A verdict is decided where no range reaches the other side. */
#ifndef NPUSIM_TOOLS_REPORT_VERDICT_H
#define NPUSIM_TOOLS_REPORT_VERDICT_H

#include "tools/report/report.h"

enum measure { MEASURE_LATENCY, MEASURE_ENERGY, MEASURE_THROUGHPUT, MEASURES };

/* Less is better: seconds to the answer, joules a sample, seconds a sample. INFINITY: unknown. */
struct figure {
    double value, low, high;
    bool measured;
};
struct figure chip_figure(const struct run_record *record, const struct run_numbers *numbers, enum measure measure);
struct figure model_figure(const struct baseline_result *row, enum measure measure);
/* Measured, or else the model's. */
struct figure row_figure(const struct baseline_result *row, enum measure measure);

struct winner {
    const struct baseline_result *row;   /* the best accelerator row */
    bool chip;                           /* the chip's figure is at least as good */
    bool decided;
    const struct baseline_result *rival; /* undecided: a row whose range reaches the chip's; else `row` */
    double factor;                       /* the better over the other */
};
/* There must be a row. */
struct winner best_of(const struct run_record *record, const struct run_numbers *numbers, enum measure measure);

/* "the chip (3.1x; next X, batch 1)", "X, batch 1 (3.1x better than the chip)", "undecided (the chip by 2.0x; next X,
 * batch 256)"; fresh. */
char *winner_text(const struct winner *winner, enum measure measure);
/* "2.92 us", "200 nJ to 2.09 uJ", "60 k/s or more"; fresh. */
char *figure_text(const struct figure *figure, enum measure measure, const char *micro);

#endif
