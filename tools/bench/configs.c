#include "tools/bench/bench.h"

#include "sim/memory.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHIP_FILE "chip/bench-16.yaml"

static bool holds_chips(const char *folder)
{
    char *file = memory_format("%s/" CHIP_FILE, folder);
    bool there = access(file, R_OK) == 0;
    free(file);
    return there;
}

/* PREFIX/share/npusim/configs of the program PREFIX/bin/npusim, wherever it was installed; NULL: unknown. */
static char *installed(void)
{
    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0)
        return NULL;
    program[length] = '\0';
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(program, '/');
        if (!slash)
            return NULL;
        *slash = '\0';
    }
    return memory_format("%s/share/npusim/configs", program);
}

bool bench_find_configs(char **out, struct diagnostics *diagnostics)
{
    char *share = installed();
    const char *places[] = {"configs", share};
    *out = NULL;
    for (size_t i = 0; i < 2 && !*out; i++)
        if (places[i] && holds_chips(places[i]))
            *out = memory_copy_string(places[i]);
    if (!*out)
        diagnostics_add(diagnostics, "configs/" CHIP_FILE,
                        "not here and not in %s, expected to be run where configs/ is, or installed",
                        share ? share : "an installed share/npusim");
    free(share);
    return *out != NULL;
}
