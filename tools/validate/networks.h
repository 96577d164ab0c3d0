/* Suite `reference`: trained networks whose publishers, or other simulators, recorded what they do. */
#ifndef NPUSIM_TOOLS_VALIDATE_NETWORKS_H
#define NPUSIM_TOOLS_VALIDATE_NETWORKS_H

#include "tools/cli/run.h"
#include "tools/validate/validate.h"

/* A path below $REFERENCE, or below ../shared/reference; fresh. */
char *networks_path(const char *name);

/* The float reference (networks_float.c). False, with messages, when a file could not be read. */
MUST_USE bool networks_lif(struct verdicts *verdicts, struct diagnostics *diagnostics);
MUST_USE bool networks_braille(struct verdicts *verdicts, struct diagnostics *diagnostics);

/* A network on a chip and in float (networks.c); paths as above, but for the chip's. */
struct network_case {
    const char *name, *chip, *network, *input;
    const char *labels;   /* or NULL */
    const char *expected; /* counts of every step (JSON), or NULL */
    double dt_s;
};

/* All of it. Where the reference data is absent nothing is judged, and that is said on stderr. */
MUST_USE bool networks_run(const struct replay_options *options, struct verdicts *verdicts, uint64_t *state_hash,
                           struct diagnostics *diagnostics);

#endif
