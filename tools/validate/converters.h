/* Suite `converters`: the law of converters in a technology file, fitted again to the survey that it cites. */
#ifndef NPUSIM_TOOLS_VALIDATE_CONVERTERS_H
#define NPUSIM_TOOLS_VALIDATE_CONVERTERS_H

#include "models/physics/adc_fit.h"
#include "tools/validate/validate.h"

/* The survey's successive-approximation converters in CMOS within the limits of adc_fit.h; fresh. */
MUST_USE bool converters_read(const char *path, struct adc_point **points, uint32_t *count,
                              struct diagnostics *diagnostics);

/* Where the reference data is absent nothing is judged, and that is said on stderr. */
MUST_USE bool converters_run(const struct replay_options *options, struct verdicts *verdicts, uint64_t *state_hash,
                             struct diagnostics *diagnostics);

#endif
