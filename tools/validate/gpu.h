/* Suite `gpu`: the accelerator model against published measurements of GPUs (docs/baseline.md). The model is fitted
 * here on the part of the tables that is not held out, from the start that the shipped files had, and judged on the
 * rest, on whole networks, and on each accelerator by a fit without any of its rows; beside it the plain roofline. */
#ifndef NPUSIM_TOOLS_VALIDATE_GPU_H
#define NPUSIM_TOOLS_VALIDATE_GPU_H

#include "models/baseline/coefficients.h"
#include "tools/validate/validate.h"

/* Verdicts: expected is the roofline's error, simulated and error the model's, compared the rows. Where the reference
 * data is absent nothing is judged, and that is said on stderr. */
MUST_USE bool gpu_run(const struct replay_options *options, struct verdicts *verdicts, uint64_t *state_hash,
                      struct diagnostics *diagnostics);
/* gpu_power.c */
MUST_USE bool gpu_judge_power(const char *dir, const struct coefficients *shipped, struct verdicts *verdicts,
                              struct diagnostics *diagnostics);
MUST_USE bool gpu_judge_spiking(const char *dir, struct verdicts *verdicts, struct diagnostics *diagnostics);
/* gpu_boards.c */
MUST_USE bool gpu_judge_boards(struct verdicts *verdicts, struct diagnostics *diagnostics);
void gpu_print(const struct verdicts *verdicts);

#endif
