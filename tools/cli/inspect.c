/* npusim inspect */
#include "tools/cli/commands.h"
#include "tools/cli/options.h"
#include "tools/read/read.h"
#include <stdio.h>

static const struct option_row rows[] = {{0}};

static bool inspect_all(int argc, char **argv, struct diagnostics *diagnostics)
{
    bool good = argc > 0 || diagnostics_add(diagnostics, "FILE", "missing, expected the name of a file");
    for (int i = 0; i < argc; i++)
        if (argv[i][0] == '-')
            good = diagnostics_add(diagnostics, argv[i], "unknown option, see --help");
    for (int i = 0; good && i < argc; i++)
        good &= inspect_print(argv[i], stdout, diagnostics);
    return good;
}

int command_inspect(int argc, char **argv)
{
    struct diagnostics diagnostics = {0};
    if (options_ask_help(argc, argv)) {
        printf("usage: npusim inspect FILE...\n\nSays what a network, spike, program or result file holds.\n\n");
        options_help(rows);
        return STATUS_DONE;
    }
    bool good = inspect_all(argc, argv, &diagnostics);
    diagnostics_print(&diagnostics);
    diagnostics_free(&diagnostics);
    return good ? STATUS_DONE : STATUS_USER;
}
