/* Where the reference data lies: $REFERENCE, by default ../shared/reference. */
#ifndef NPUSIM_TESTS_SUPPORT_REFERENCE_DATA_H
#define NPUSIM_TESTS_SUPPORT_REFERENCE_DATA_H

const char *reference_root(void);
/* A path below it, fresh. */
char *reference_path(const char *name);

#endif
