/* npusim compile */
#include "sim/memory.h"
#include "tools/cli/checks.h"
#include "tools/cli/commands.h"
#include "tools/cli/options.h"
#include "tools/compile/compile.h"
#include "tools/file/sha256.h"
#include "tools/read/read.h"
#include <stdio.h>
#include <stdlib.h>

struct compile_line {
    const char *chip, *network, *out, *semantics;
    struct option_list settings;
    double dt_s;
    uint32_t input_levels;
    bool quiet;
};

#define FIELD(name) offsetof(struct compile_line, name)
static const struct option_row rows[] = {
    {"--chip", OPTION_STRING, FIELD(chip), "CHIP.yaml", 0, 0, true, NULL, "the chip"},
    {"--network", OPTION_STRING, FIELD(network), "NET", 0, 0, true, NULL, "trained network (NIR)"},
    {"--out", OPTION_STRING, FIELD(out), "PROGRAM.h5", 0, 0, false, NULL, "write the program there"},
    {"--dt", OPTION_DOUBLE, FIELD(dt_s), "S", 1e-12, 1e6, false, NULL,
     "length of a timestep in seconds (default 0.001)"},
    {"--semantics", OPTION_STRING, FIELD(semantics), "NAME[,SWITCH=VALUE]", 0, 0, false, NULL,
     "what NIR leaves open: norse (default), snntorch, exact ... (docs/semantics.md)"},
    {"--input-levels", OPTION_U32, FIELD(input_levels), "N", 1, 65535, false, NULL,
     "steps of an analog input; 1 (default): inputs are spikes"},
    {"--set", OPTION_LIST, FIELD(settings), "KEY=VALUE", 0, 0, false, NULL, "another value in the chip file"},
    {"--quiet", OPTION_FLAG, FIELD(quiet), NULL, 0, 0, false, NULL, "no report"},
    {0},
};

static void add_hashes(struct program *program, const struct chip_config *chip, const char *network_sha256)
{
    char config_sha256[65];
    chip_config_sha256(chip, config_sha256);
    free(program->chip_sha256);
    free(program->network_sha256);
    program->chip_sha256 = memory_copy_string(config_sha256);
    program->network_sha256 = memory_copy_string(network_sha256);
}

static bool compile_to_file(const struct compile_line *line, const struct network *network,
                            const struct chip_config *chip, const struct semantics *semantics,
                            struct diagnostics *diagnostics)
{
    struct compile_options how = {semantics, line->dt_s, (int32_t)line->input_levels};
    struct compile_report report = {0};
    struct program program = {0};
    char network_sha256[65];
    bool good = sha256_path(line->network, network_sha256, diagnostics) &&
                compile_network(network, chip, &how, &program, &report, diagnostics);
    if (good) {
        add_hashes(&program, chip, network_sha256);
        good = !line->out || program_write(line->out, &program, diagnostics);
    }
    if (good && !line->quiet)
        compile_report_print(&report, &program);
    program_free(&program);
    compile_report_free(&report);
    return good;
}

static bool compile_all(const void *options, struct diagnostics *diagnostics)
{
    const struct compile_line *line = options;
    struct chip_config chip = {0};
    struct network network = {0};
    struct semantics semantics;
    bool good = semantics_parse(line->semantics, &semantics, diagnostics);
    good &= load_chip(line->chip, &line->settings, &chip, diagnostics);
    good &= network_read(line->network, &network, diagnostics);
    good = good && compile_to_file(line, &network, &chip, &semantics, diagnostics);
    network_free(&network);
    chip_config_free(&chip);
    return good;
}

int command_compile(int argc, char **argv)
{
    struct compile_line line = {.dt_s = 0.001, .input_levels = 1};
    return options_command(argc, argv,
                           "compile --chip CHIP.yaml --network NET [--out PROGRAM.h5] [OPTION ...]\n\n"
                           "Reports cores, memory used, why layers were cut, and the traffic to expect.",
                           rows, &line, compile_all);
}
