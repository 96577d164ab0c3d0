/* A check of inputs against a program: what could only end in a deadlock is a message before the first cycle. */
#ifndef NPUSIM_TOOLS_COMPILE_INPUT_FIT_H
#define NPUSIM_TOOLS_COMPILE_INPUT_FIT_H

#include "models/chip_config.h"
#include "models/host/driver.h"
#include "models/program.h"
#include "sim/diagnostics.h"

struct input_reader {
    driver_read *read; /* of a sample, by its number */
    void *context;
    size_t samples;
    const char *path;  /* for the message */
};

/* False, with a message, when the input spikes alone that wait in some core for later timesteps are more than its queue
 * holds. Spikes of neurons are not counted: a queue that they fill is still found as a deadlock while the chip runs. */
MUST_USE bool inputs_fit(const struct program *program, const struct chip_config *chip, const struct input_reader *reader,
                         struct diagnostics *diagnostics);

#endif
