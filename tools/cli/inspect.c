/* npusim inspect */
#include "tools/cli/commands.h"
#include "tools/read/read.h"
#include <stdio.h>
#include <string.h>

int command_inspect(int argc, char **argv)
{
    struct diagnostics diagnostics = {0};
    if (argc == 0 || !strcmp(argv[0], "--help")) {
        printf("usage: npusim inspect FILE...\n\nSays what a network, spike, program or result file holds.\n");
        return argc == 0 ? STATUS_USER : STATUS_DONE;
    }
    bool good = true;
    for (int i = 0; i < argc; i++)
        good &= inspect_print(argv[i], stdout, &diagnostics);
    diagnostics_print(&diagnostics);
    diagnostics_free(&diagnostics);
    return good ? STATUS_DONE : STATUS_USER;
}
