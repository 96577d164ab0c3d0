#include "tests/support/reference_data.h"

#include "sim/memory.h"
#include <stdlib.h>

const char *reference_root(void)
{
    const char *root = getenv("REFERENCE");
    return root ? root : "../shared/reference";
}

char *reference_path(const char *name)
{
    return memory_format("%s/%s", reference_root(), name);
}
