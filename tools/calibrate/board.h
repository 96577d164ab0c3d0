/* What the boards of tools/measure-gpu say beside single launches: the cost of launching, from the latencies of whole
 * networks; and the power of a board, from launches that were repeated while its energy was counted. */
#ifndef NPUSIM_TOOLS_CALIBRATE_BOARD_H
#define NPUSIM_TOOLS_CALIBRATE_BOARD_H

#include "tools/calibrate/fit.h"

/* Change power.* and energy.* (before the times are fitted, which depend on them where the board is at its limit), and
 * launch.* (after): nonlinear least squares on log(predicted / measured). Return the rows that were used; 0: too few, and
 * nothing is changed. Networks are not held out from the fit of launches, for launches are all that is fitted on them. */
size_t board_fit_power(const struct measured *measured, const struct fit_rows *which, struct coefficients *coefficients);
size_t board_fit_launches(const struct measured *measured, const struct fit_rows *which,
                          struct coefficients *coefficients);
/* Keys of the coefficients that they may change, ended by NULL. */
extern const char *const board_launch_keys[], *const board_power_keys[];

/* Watts of a row whose power was measured: of the launch in its loop, or of a network's passes without waiting. */
double board_predict_power(const struct measured *measured, const struct measured_row *row,
                           const struct coefficients *coefficients);

#endif
