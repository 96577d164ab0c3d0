#include "tools/bench/bench.h"

#include "models/chip_config.h"
#include "sim/memory.h"
#include "tools/bench/sheet.h"
#include <stdlib.h>
#include <string.h>

#define R1024(fan, file, ...) \
    .run = bench_run_chip, .chip = file, .fan_out = fan, .steps = 1000, .settings = {__VA_ARGS__}
#define NOC(side, rate, length) \
    .run = bench_run_noc, .chip = "bench-16.yaml", .rate_percent = rate, .cycles = length, \
    .settings = {"mesh.columns=" side, "mesh.rows=" side, "mesh.cores_per_tile=1"}

#define SHEET(which, file, side_x, side_y, length) \
    .run = bench_run_sheet, .chip = file, .sheet = &which, .steps = length, \
    .settings = {"mesh.columns=" side_x, "mesh.rows=" side_y, "mesh.cores_per_tile=1"}

/* Four chips of 256 tiles; a cycle of loihi.yaml stands for 3.5 ns. */
#define CHIPS(latency) \
    .run = bench_run_mpi, .chip = "bench-16.yaml", .sheet = &sheet_scale, .steps = 30, \
    .settings = {"mesh.columns=16", "mesh.rows=16", "mesh.cores_per_tile=1", "chips.count=4", "chips.link.latency=" latency}

const struct bench_row bench_rows[] = {
    {.name = "r1024_f64_16", .help = "1024 neurons, fan-out 64, on 16 cores", R1024(64, "bench-16.yaml", NULL)},
    {.name = "r1024_f64_128", .help = "the same on 128 cores", R1024(64, "bench-128.yaml", NULL)},
    {.name = "r1024_f64_128_multicast", .help = "the same with packets copied in the routers",
     R1024(64, "bench-128.yaml", "router.multicast=true")},
    {.name = "r1024_f128_64", .help = "fan-out 128 on 64 cores",
     R1024(128, "bench-16.yaml", "mesh.columns=4", "mesh.rows=4")},
    {.name = "dense_1", .help = "rows of 256 8-bit weights on 1 tile of Rain-style arrays",
     SHEET(sheet_dense, "rain.yaml", "1", "1", 20000)},
    {.name = "dense_16", .help = "the same on 16 tiles", SHEET(sheet_dense, "rain.yaml", "4", "4", 2000)},
    {.name = "dense_256", .help = "the same on 256 tiles", SHEET(sheet_dense, "rain.yaml", "16", "16", 200)},
    {.name = "dense_1024", .help = "the same on 1024 tiles", SHEET(sheet_dense, "rain.yaml", "32", "32", 50)},
    {.name = "scale_1k", .help = "1024 neurons, fan-out 100 to four near cores, on 4 tiles",
     SHEET(sheet_scale, "bench-16.yaml", "2", "2", 10000)},
    {.name = "scale_10k", .help = "10240 neurons on 40 tiles", SHEET(sheet_scale, "bench-16.yaml", "8", "5", 1000)},
    {.name = "scale_100k", .help = "102400 neurons on 400 tiles",
     SHEET(sheet_scale, "bench-16.yaml", "20", "20", 200)},
    {.name = "scale_1m", .help = "1048576 neurons on 4096 tiles",
     SHEET(sheet_scale, "bench-16.yaml", "64", "64", 60)},
    {.name = "idle_4096", .help = "1000 steps without a spike on 4096 tiles",
     SHEET(sheet_idle, "bench-16.yaml", "64", "64", 1000)},
    {.name = "noc_8x8", .help = "uniform random traffic, 0.1 packets a core and cycle", NOC("8", 10, 100000)},
    {.name = "noc_8x8_30", .help = "the same, 0.3", NOC("8", 30, 40000)},
    {.name = "noc_8x8_full", .help = "the same at saturation", NOC("8", 100, 30000)},
    {.name = "noc_32x32", .help = "the same on 32 x 32 routers, 0.1", NOC("32", 10, 2000)},
    {.name = "noc_32x32_30", .help = "the same, 0.3 (saturated)", NOC("32", 30, 2000)},
    {.name = "noc_32x32_full", .help = "the same, as much as goes in", NOC("32", 100, 2000)},
    {.name = "wakeup", .help = "1024 components that wake themselves 1 to 32 cycles later", .run = bench_run_wakeup,
     .cycles = 300000},
    {.name = "jobs_2", .help = "50 samples of r1024_f64_16 over two processes, beside one process", .run = bench_run_jobs,
     .chip = "bench-16.yaml", .fan_out = 64, .steps = 1000},
    /* 100 ns, as rain.yaml assumes between chips on a board. */
    {.name = "mpi_2", .help = "262144 neurons on 4 chips, 100 ns apart, over two processes, beside one process", CHIPS("29")},
    /* 1.3 us: chip to chip over FPGAs in a rack, Ilmberger and Schemmel, arXiv:2512.03781. */
    {.name = "mpi_2_rack", .help = "the same, 1.3 us apart", CHIPS("371")},
    {.name = "load_r1024_f64", .help = "read, compile, build for 16 cores", .run = bench_run_load,
     .prepare = bench_prepare_load, .chip = "bench-16.yaml", .fan_out = 64},
    {.name = "load_2_neurons_128", .help = "2 neurons for 128 tiles of one core", .run = bench_run_load,
     .prepare = bench_prepare_load, .chip = "bench-128.yaml", .neurons = 2, .fan_out = 2,
     .settings = {"mesh.columns=16", "mesh.rows=8", "mesh.cores_per_tile=1"}},
    {.name = NULL},
};

#define COUNT(field) {#field, offsetof(struct bench_counts, field)}
const struct bench_count_name bench_count_names[] = {
    COUNT(spikes), COUNT(synaptic_events), COUNT(packets), COUNT(hops),
    COUNT(wakeups), COUNT(steps), COUNT(cycles), {NULL, 0},
};

uint64_t bench_count(const struct bench_counts *counts, const struct bench_count_name *name)
{
    return *(const uint64_t *)((const char *)counts + name->offset);
}

bool bench_load_chip(const struct bench_row *row, const struct bench_context *context, struct chip_config *out,
                     struct diagnostics *diagnostics)
{
    struct parameter_override overrides[BENCH_SETTINGS];
    size_t count = 0;
    char *path = memory_format("%s/chip/%s", context->configs, row->chip);
    while (count < BENCH_SETTINGS && row->settings[count]) {
        overrides[count].text = row->settings[count];
        count++;
    }
    bool good = chip_config_load(path, overrides, count, out, diagnostics);
    free(path);
    return good;
}
