#include "tools/cli/commands.h"

#include <stdio.h>
#include <string.h>

const struct command commands[] = {
    {"run", "a network on a chip: energy and latency, beside GPUs", command_run},
    {"compile", "a network for a chip: a program file, and how it fits", command_compile},
    {"reference", "a network in float without hardware", command_reference},
    {"baseline", "the same network's work on a GPU, by an analytic model", command_baseline},
    {"inspect", "what is in a network, spike, program or result file", command_inspect},
    {"bench", "how fast the simulator itself is, beside a plain loop", command_bench},
    {"validate", "recordings of real designs, run again and compared", command_validate},
    {NULL, NULL, NULL},
};

static void help(void)
{
    printf("npusim " NPUSIM_VERSION ": a cycle-level simulator of a spiking NPU\n\nusage: npusim COMMAND [OPTION ...]\n\n");
    for (const struct command *command = commands; command->name; command++)
        printf("  %-10s %s\n", command->name, command->help);
    printf("\nnpusim COMMAND --help explains a command. Exit status: 0 done, 1 the simulation failed, 2 a mistake in what was"
           " given.\n");
}

int command_line(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "npusim: no command, see npusim --help\n");
        return STATUS_USER;
    }
    if (!strcmp(argv[1], "--help")) {
        help();
        return STATUS_DONE;
    }
    if (!strcmp(argv[1], "--version")) {
        puts("npusim " NPUSIM_VERSION);
        return STATUS_DONE;
    }
    for (const struct command *command = commands; command->name; command++)
        if (!strcmp(command->name, argv[1]))
            return command->run(argc - 2, argv + 2);
    fprintf(stderr, "npusim: %s: unknown command, see npusim --help\n", argv[1]);
    return STATUS_USER;
}
