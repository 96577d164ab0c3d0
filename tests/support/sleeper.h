/* A component that never does anything: the far end of links which the test itself fills and empties. */
#ifndef NPUSIM_TESTS_SUPPORT_SLEEPER_H
#define NPUSIM_TESTS_SUPPORT_SLEEPER_H

#include "sim/engine.h"

extern const struct component_class sleeper_class;

#endif
