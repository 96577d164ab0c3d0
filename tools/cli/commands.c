#include "tools/cli/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const struct command commands[] = {
    {"run", "a network on a chip: energy and latency, beside GPUs", command_run},
    {"compile", "a network for a chip: a program file, and how it fits", command_compile},
    {"reference", "a network in float without hardware", command_reference},
    {"compare", "chips and accelerators over spike rate and batch: one page", command_compare},
    {"sweep", "a chip with one value of its file after another: one page", command_sweep},
    {"cost", "dollars a query and a day, for chip and accelerators", command_cost},
    {"calibrate", "the GPU model to measurements of a GPU", command_calibrate},
    {"baseline", "the same network's work on a GPU, by an analytic model", command_baseline},
    {"activations", "recorded activations: densities, and to drive a chip", command_activations},
    {"convert", "a network without spikes into one of spiking neurons", command_convert},
    {"import", "any spike data into one compressed file with labels", command_import},
    {"export", "spikes of a result or batch as .npy, SONATA or text", command_export},
    {"inspect", "what is in a network, spike, program or result file", command_inspect},
    {"memory", "energy, area and time of memories: fit, and a chip's", command_memory},
    {"bench", "how fast the simulator itself is, beside a plain loop", command_bench},
    {"validate", "recordings of real designs, run again and compared", command_validate},
    {"trace", "an event trace for a wave viewer or a timeline", command_trace},
    {NULL, NULL, NULL},
};

static void help(void)
{
    printf("npusim " NPUSIM_VERSION ": a cycle-level simulator of a spiking NPU\n\n"
           "usage: npusim COMMAND [OPTION ...]\n\n");
    for (const struct command *command = commands; command->name; command++)
        printf("  %-11s %s\n", command->name, command->help);
    printf("\nnpusim COMMAND --help explains a command, npusim --version prints the version.\n\n"
           "Exit status: 0 done; 1 the simulation failed; 2 a mistake in what was given (standard error\n"
           "says where).\n\n"
           "Example:\n"
           "  npusim run --chip configs/chip/rain.yaml --network traces/digits/digits.nir \\\n"
           "      --input traces/digits/test-spikes.h5 --labels traces/digits/labels.txt \\\n"
           "      --baseline configs/accelerator/h100-sxm.yaml --out build/digits\n");
}

static int run_command(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "npusim: no command, see npusim --help\n");
        return STATUS_USER;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
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

/* What could not be printed is not done. */
int command_line(int argc, char **argv)
{
    int status = run_command(argc, argv);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    fprintf(stderr, "npusim: standard output: cannot be written: %s\n", strerror(errno));
    return status == STATUS_DONE ? STATUS_USER : status;
}
