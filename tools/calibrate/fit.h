/* Coefficients from measurements: nonlinear least squares (GSL, Levenberg-Marquardt) on log(predicted / measured).
 *
 * Every table and device weighs the same, whatever its number of rows (at most 150 are taken, evenly); rows far off the
 * others count less (weights of Cauchy's loss, three rounds). Each coefficient is held to where it began by a weak prior,
 * so that one on which the rows say nothing stays. Each table has an overhead a launch of its own, that of its way of
 * measuring: it is fitted beside the coefficients and belongs to none of them. */
#ifndef NPUSIM_TOOLS_CALIBRATE_FIT_H
#define NPUSIM_TOOLS_CALIBRATE_FIT_H

#include "tools/calibrate/measured.h"

/* Which rows: of accelerators of a family, held out or not, ... */
struct fit_rows {
    const char *family;     /* what the accelerators' names begin with; NULL: any */
    const char *without;    /* accelerator file that is left out whole; NULL: none */
    const char *only;       /* accelerator file; NULL: all */
    uint32_t table;         /* UINT32_MAX: any */
    bool energy_known;      /* energies were fitted on powers, and stay */
    bool fit, held;         /* rows that may be fitted; rows that are held out or spare */
};
bool fit_rows_take(const struct measured *measured, const struct measured_row *row, const struct fit_rows *which);

struct fit {
    struct coefficients coefficients;   /* its strings are those of the start */
    double overhead_s[MEASURED_TABLES]; /* 0 where the table holds whole networks; where no row was used, the geometric
                                           mean of the others, or launch.eager */
    size_t rows;
    double residual;                    /* root mean square of log(predicted / measured), unweighted */
    bool fitted[64];                    /* coefficient_rows that had a say */
};

/* `use` picks the rows. */
void fit_coefficients(const struct measured *measured, const struct coefficients *start, const struct fit_rows *which,
                      struct fit *out);

/* With the overhead of its table. */
double fit_predict(const struct measured *measured, const struct measured_row *row, const struct fit *fit);

struct fit_error {
    size_t rows;
    double model, roofline; /* means of |predicted / measured - 1| */
    double bias;            /* mean of predicted / measured - 1, of the model */
};

struct fit_error fit_judge(const struct measured *measured, const struct fit *fit, const struct fit_rows *which);

#endif
