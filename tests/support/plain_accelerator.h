/* An accelerator and coefficients of easy numbers, on which a launch can be worked out by hand. */
#ifndef NPUSIM_TESTS_SUPPORT_PLAIN_ACCELERATOR_H
#define NPUSIM_TESTS_SUPPORT_PLAIN_ACCELERATOR_H

#include "models/baseline/operator_cost.h"

/* 10 units at 1 GHz, 1 Top/s in every precision and outside the matrix units, 1000 GB/s of HBM, a cache of 100 MB and
 * 2000 GB/s, 7 nm, a board of 100 W. Every efficiency is 1; launches, idle and busy power and energies are 0, tiles
 * smaller than 256x128 are too dear to be taken, and nothing is split. */
struct accelerator plain_accelerator(void);
void set_value(struct sourced_value *value, double to);

/* A product, and a neuron update of five operations, as a graph gives them. */
struct work_operator plain_product(double m, double n, double k, double groups);
struct work_operator plain_update(double neurons);

#endif
