/* Counters as rows: a component's struct holds a block of uint64_t; one row names each, with unit and meaning.
 * Integers only; whatever is a joule or a second is derived from them later, in one place (models/physics). */
#ifndef NPUSIM_SIM_COUNTERS_H
#define NPUSIM_SIM_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

struct counter_row {
    const char *name; /* ends the table when NULL */
    const char *unit; /* "cycles", "events", "words" ... */
    const char *description;
};

#endif
