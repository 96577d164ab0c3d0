/* Whether two networks say the same, to the last bit of every value. */
#ifndef NPUSIM_TESTS_SUPPORT_NETWORK_EQUAL_H
#define NPUSIM_TESTS_SUPPORT_NETWORK_EQUAL_H

#include "tools/network/network.h"

/* NULL when equal (nodes may come in another order), else what differs, fresh. Paths are not compared. */
char *networks_differ(const struct network *a, const struct network *b);

#endif
