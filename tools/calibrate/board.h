/* What the boards of tools/measure-gpu say beside single launches: the cost of launching, from the latencies of whole
 * networks; and the power of a board, from launches that were repeated while its energy was counted. */
#ifndef NPUSIM_TOOLS_CALIBRATE_BOARD_H
#define NPUSIM_TOOLS_CALIBRATE_BOARD_H

#include "tools/calibrate/fit.h"

struct board_fit {
    size_t networks, powers; /* rows */
};

/* Changes launch.* and power.*, energy.* of `coefficients` where rows of `which` say something: nonlinear least squares on
 * log(predicted / measured). Networks are not held out from the fit of launches for what they compute, for their launches
 * are all that is fitted. */
struct board_fit board_fit_coefficients(const struct measured *measured, const struct fit_rows *which,
                                        struct coefficients *coefficients);
/* Keys of the coefficients that it may change, ended by NULL. */
extern const char *const board_launch_keys[], *const board_power_keys[];

/* Watts of a row whose power was measured: of the launch in its loop, or of a network's passes without waiting. */
double board_predict_power(const struct measured *measured, const struct measured_row *row,
                           const struct coefficients *coefficients);

#endif
