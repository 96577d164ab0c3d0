#include "tools/bench/sheet.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include "tools/bench/random.h"
#include <stdlib.h>

/* A balanced row brings 0 on the average; 16 biases are the potential that a neuron comes to rest at. */
const struct sheet_kind sheet_scale = {.near = 4, .row = 25, .weights = SHEET_BALANCED, .threshold = 320,
                                       .bias_low = 10, .bias_high = 30};
const struct sheet_kind sheet_idle = {.near = 4, .row = 25, .weights = SHEET_BALANCED, .threshold = 320};
const struct sheet_kind sheet_dense = {.near = 1, .row = SHEET_CORE, .weights = SHEET_INT8, .threshold = 1200,
                                       .bias_low = 0, .bias_high = 800};

static const uint32_t near_x[] = {0, 1, 0, 1}, near_y[] = {0, 0, 1, 1};

void sheet_init(struct sheet *sheet, const struct sheet_kind *kind, const struct chip_config *chip)
{
    must(chip->noc.cores_per_tile == 1 && chip->core.neurons_max >= SHEET_CORE);
    *sheet = (struct sheet){.kind = kind, .columns = chip->noc.columns * chip->host.chips, .rows = chip->noc.rows,
                            .chip_columns = chip->noc.columns,
                            .decay_bits = chip->core.decay_bits, .decay = (UINT32_C(1) << chip->core.decay_bits) / 16,
                            .fraction_bits = chip->core.fraction_bits};
    must(kind->near == 1 || (sheet->columns > 1 && sheet->rows > 1)); /* four different cores */
}

uint32_t sheet_cores(const struct sheet *sheet)
{
    return sheet->columns * sheet->rows;
}

uint64_t sheet_synapses(const struct sheet *sheet)
{
    return (uint64_t)sheet_cores(sheet) * SHEET_CORE * sheet->kind->near * sheet->kind->row;
}

/* 0 2 4 .. 5 3 1: neighbours on the ring are at most two apart. */
static uint32_t folded(uint32_t place, uint32_t length)
{
    return 2 * place < length ? 2 * place : 2 * (length - place) - 1;
}

uint32_t sheet_place(const struct sheet *sheet, uint32_t core)
{
    uint32_t x = folded(core % sheet->columns, sheet->columns), y = folded(core / sheet->columns, sheet->rows);
    uint32_t chip = x / sheet->chip_columns;
    return (chip * sheet->rows + y) * sheet->chip_columns + x % sheet->chip_columns;
}

static uint32_t moved(const struct sheet *sheet, uint32_t core, uint32_t x, uint32_t y)
{
    return (core / sheet->columns + y) % sheet->rows * sheet->columns + (core % sheet->columns + x) % sheet->columns;
}

uint32_t sheet_near(const struct sheet *sheet, uint32_t core, uint32_t k)
{
    return sheet->kind->near == 1 ? moved(sheet, core, 1, 0) : moved(sheet, core, near_x[k], near_y[k]);
}

/* The core whose k-th near core this one is. */
static uint32_t source_of(const struct sheet *sheet, uint32_t core, uint32_t k)
{
    if (sheet->kind->near == 1)
        return moved(sheet, core, sheet->columns - 1, 0);
    return moved(sheet, core, (sheet->columns - near_x[k]) % sheet->columns, (sheet->rows - near_y[k]) % sheet->rows);
}

static struct bench_random stream(uint32_t core, uint32_t neuron, uint32_t k)
{
    return (struct bench_random){((uint64_t)core << 16 | neuron << 3 | k) * UINT64_C(0xd1342543de82ef95) + 1};
}

void sheet_row(const struct sheet *sheet, uint32_t core, uint32_t neuron, uint32_t k, uint16_t *target, int16_t *weight)
{
    const struct sheet_kind *kind = sheet->kind;
    struct bench_random random = stream(core, neuron, k);
    for (uint32_t i = 0; i < kind->row; i++) {
        uint32_t first = i * SHEET_CORE / kind->row, end = (i + 1) * SHEET_CORE / kind->row;
        target[i] = (uint16_t)(first + (end - first > 1 ? bench_random_below(&random, end - first) : 0));
        weight[i] = kind->weights == SHEET_INT8 ? (int16_t)((int)bench_random_below(&random, 255) - 127)
                                                : (int16_t)(neuron % 5 == 0 ? -64 : 16);
    }
}

int32_t sheet_bias(const struct sheet *sheet, uint32_t core, uint32_t neuron)
{
    const struct sheet_kind *kind = sheet->kind;
    struct bench_random random = stream(core, neuron, 7);
    int32_t one = 1 << sheet->fraction_bits, range = (kind->bias_high - kind->bias_low) * one;
    return kind->bias_low * one + (range ? (int32_t)bench_random_below(&random, (uint32_t)range) : 0);
}

/* ---- as a program ---- */

static void add_neurons(const struct sheet *sheet, uint32_t core, struct core_program *out)
{
    out->population = 0;
    out->relay_population = -1;
    out->neuron_count = SHEET_CORE;
    out->neuron_index = memory_array(SHEET_CORE, sizeof *out->neuron_index);
    out->bias = memory_array(SHEET_CORE, sizeof *out->bias);
    for (uint32_t n = 0; n < SHEET_CORE; n++) {
        out->neuron_index[n] = core * SHEET_CORE + n;
        out->bias[n] = sheet_bias(sheet, core, n);
    }
    out->group_count = 1;
    out->groups = memory_array(1, sizeof *out->groups);
    out->groups[0] = (struct neuron_group){.count = SHEET_CORE, .model = MODEL_LIF,
                                           .decay_potential = (int32_t)sheet->decay,
                                           .threshold = sheet->kind->threshold * (1 << sheet->fraction_bits)};
}

static int by_core(const void *a, const void *b)
{
    const struct route *x = a, *y = b;
    return x->core < y->core ? -1 : x->core > y->core;
}

static void add_routes(const struct sheet *sheet, uint32_t core, struct route_table *out)
{
    uint32_t near = sheet->kind->near;
    out->sources = SHEET_CORE;
    out->start = memory_array(SHEET_CORE + 1, sizeof *out->start);
    out->routes = memory_array((size_t)SHEET_CORE * near, sizeof *out->routes);
    for (uint32_t n = 0; n < SHEET_CORE; n++) {
        struct route *routes = out->routes + (size_t)n * near;
        for (uint32_t k = 0; k < near; k++)
            routes[k] = (struct route){.core = sheet_place(sheet, sheet_near(sheet, core, k)),
                                       .axon = k * SHEET_CORE + n, .delay = 1};
        qsort(routes, near, sizeof *routes, by_core);
        out->start[n + 1] = (n + 1) * near;
    }
}

/* Axon k * SHEET_CORE + n: neuron n of the core whose k-th near core this is. */
static void add_synapses(const struct sheet *sheet, uint32_t core, const struct chip_config *chip,
                         struct core_program *out)
{
    uint32_t row = sheet->kind->row, axons = sheet->kind->near * SHEET_CORE;
    uint64_t bits = (uint64_t)row * (chip->core.weight_bits + chip->core.sparse_index_bits);
    uint32_t words = core_is_dense(&chip->core) ? 1 : (uint32_t)((bits + chip->core.sparse_word_bits - 1) /
                                                                 chip->core.sparse_word_bits);
    out->axon_count = axons;
    out->synapse_start = memory_array(axons + 1u, sizeof *out->synapse_start);
    out->axon_row = memory_array(axons, sizeof *out->axon_row);
    out->synapse_target = memory_array((size_t)axons * row, sizeof *out->synapse_target);
    out->synapse_weight = memory_array((size_t)axons * row, sizeof *out->synapse_weight);
    for (uint32_t a = 0; a < axons; a++) {
        size_t first = (size_t)a * row;
        sheet_row(sheet, source_of(sheet, core, a / SHEET_CORE), a % SHEET_CORE, a / SHEET_CORE,
                  out->synapse_target + first, out->synapse_weight + first);
        out->axon_row[a] = a * words;
        out->synapse_start[a + 1] = (a + 1) * row;
    }
}

void sheet_program(const struct sheet *sheet, const struct chip_config *chip, struct program *out)
{
    uint32_t cores = sheet_cores(sheet);
    *out = (struct program){.network_name = memory_copy_string("sheet"), .population_count = 1, .core_count = cores};
    out->populations = memory_array(1, sizeof *out->populations);
    out->populations[0] = (struct population){.name = memory_copy_string("sheet"), .count = cores * SHEET_CORE};
    out->input_routes = memory_array(1, sizeof *out->input_routes);
    out->input_routes[0].start = memory_array(1, sizeof(uint32_t));
    out->cores = memory_array(cores, sizeof *out->cores);
    for (uint32_t core = 0; core < cores; core++) {
        struct core_program *program = &out->cores[sheet_place(sheet, core)];
        program->relay_routes.start = memory_array(1, sizeof(uint32_t));
        add_neurons(sheet, core, program);
        add_routes(sheet, core, &program->neuron_routes);
        add_synapses(sheet, core, chip, program);
    }
}
