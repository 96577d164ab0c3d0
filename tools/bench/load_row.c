/* From a file to a chip that could begin: read, compile, build. */
#include "models/chip.h"
#include "sim/memory.h"
#include "tools/bench/bench.h"
#include "tools/bench/generate.h"
#include "tools/compile/compile.h"
#include "tools/read/read.h"
#include <stdlib.h>

static char *file_of(const struct bench_row *row, const struct bench_context *context)
{
    return memory_format("%s/%s.nir", context->scratch, row->name);
}

bool bench_prepare_load(const struct bench_row *row, const struct bench_context *context,
                        struct diagnostics *diagnostics)
{
    struct network network;
    char *path = file_of(row, context);
    bench_network(row->neurons ? row->neurons : BENCH_NEURONS, row->fan_out, &network);
    bool good = bench_write_nir(path, &network, diagnostics);
    network_free(&network);
    free(path);
    return good;
}

static void build(const struct chip_config *config, const struct program *program, struct bench_result *out)
{
    struct hash hash = {0};
    double begin = bench_clock_s();
    struct chip *chip = chip_new(config, program, 0);
    out->load_s += bench_clock_s() - begin;
    chip_hash(chip, &hash);
    out->state_hash = hash.value;
    chip_free(chip);
}

static bool load(const char *path, const struct chip_config *config, struct bench_result *out,
                 struct diagnostics *diagnostics)
{
    struct network network = {0};
    struct program program = {0};
    struct compile_report report = {0};
    struct compile_options how = {.semantics = semantics_find("norse", diagnostics), .dt_s = BENCH_DT_S,
                                  .input_levels = 1};
    double begin = bench_clock_s();
    bool good = network_read(path, &network, diagnostics) &&
                compile_network(&network, config, &how, &program, &report, diagnostics);
    network_free(&network);
    out->load_s = bench_clock_s() - begin;
    if (good)
        build(config, &program, out);
    compile_report_free(&report);
    program_free(&program);
    return good;
}

bool bench_run_load(const struct bench_row *row, const struct bench_context *context, struct bench_result *out,
                    struct diagnostics *diagnostics)
{
    struct chip_config config = {0};
    char *path = file_of(row, context);
    bool good = bench_load_chip(row, context, &config, diagnostics) && load(path, &config, out, diagnostics);
    out->peak_rss_mib = bench_peak_mib();
    chip_config_free(&config);
    free(path);
    return good;
}
