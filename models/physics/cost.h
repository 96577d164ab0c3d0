/* An energy (or power) that remembers how far its sources vouch for it: nominal, the published low and high, and how
 * much of the nominal rests on values whose source says "assumed". */
#ifndef NPUSIM_MODELS_PHYSICS_COST_H
#define NPUSIM_MODELS_PHYSICS_COST_H

#include "sim/parameters.h"

struct cost {
    double nominal, low, high, assumed;
};

bool source_is_assumed(const struct sourced_value *value);

/* value * factor; the factor carries the unit (1e-12 for a value in pJ). */
struct cost cost_of(const struct sourced_value *value, double factor);
struct cost cost_scale(struct cost cost, double factor); /* factor >= 0 */
struct cost cost_add(struct cost a, struct cost b);
/* The rest of `whole` when `part`, which is inside it, is taken away: low from low, high from high. */
struct cost cost_remove(struct cost whole, struct cost part);

#endif
