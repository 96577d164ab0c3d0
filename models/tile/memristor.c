#include "models/tile/memristor.h"

#include "sim/memory.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A range of 2^15 units, or just below, leaves room in 16 bits for conductance_low (at most a range) above it. */
enum { RANGE_BITS = 15 };
#define MICRO 1e-6
#define NANO 1e-9

static int64_t low_units(const struct memristor_devices *devices)
{
    const struct memristor_config *config = &devices->config->memristor;
    double range = config->conductance_high - config->conductance_low;
    return llround(config->conductance_low / range * (double)devices->range);
}

static double siemens_per_unit(const struct memristor_devices *devices)
{
    const struct memristor_config *config = &devices->config->memristor;
    return (config->conductance_high - config->conductance_low) * MICRO / (double)devices->range;
}

static uint16_t as_units(double conductance)
{
    return (uint16_t)llround(fmin(fmax(conductance, 0), UINT16_MAX));
}

/* ---- a row: targets, variation, wires ---- */

/* Devices of a whole row, in the order in which they lie on its wire: pairs of all columns, positive first. */
struct row {
    uint32_t devices;
    double *conductance; /* units */
    double *below;       /* of the solver */
};

static void set_targets(const struct memristor_devices *devices, const struct core_program *program, uint32_t axon,
                        struct row *row)
{
    uint32_t cell_bits = devices->config->memristor.cell_bits, mask = (1u << cell_bits) - 1u;
    double low = (double)low_units(devices);
    for (uint32_t i = 0; i < row->devices; i++)
        row->conductance[i] = low;
    for (uint32_t i = program->synapse_start[axon]; i < program->synapse_start[axon + 1]; i++) {
        int32_t weight = program->synapse_weight[i];
        uint32_t size = (uint32_t)abs(weight);
        for (uint32_t s = 0; s < devices->slices; s++) {
            uint32_t steps = size >> (s * cell_bits) & mask;
            uint32_t pair = program->synapse_target[i] * devices->slices + s;
            row->conductance[2 * pair + (weight < 0)] += (double)((int64_t)steps << devices->fraction);
        }
    }
}

static void vary(const struct memristor_devices *devices, uint32_t array_row, struct row *row)
{
    const struct memristor_config *config = &devices->config->memristor;
    const uint32_t place[3] = {devices->core, array_row, 0};
    struct random_stream programming, stuck;
    double range = (double)devices->range, low = (double)low_units(devices);
    random_begin(&programming, devices->seed, MEMRISTOR_PROGRAMMING, place);
    random_begin(&stuck, devices->seed, MEMRISTOR_STUCK, place);
    for (uint32_t i = 0; i < row->devices; i++) {
        double *conductance = &row->conductance[i];
        if (config->programming_noise > 0 && config->distribution == PROGRAMMING_LOGNORMAL)
            *conductance *= random_lognormal(&programming, config->programming_noise);
        else if (config->programming_noise > 0)
            *conductance += random_gaussian(&programming, config->programming_noise * range);
        double chance = random_uniform(&stuck);
        if (chance < config->stuck_low)
            *conductance = low;
        else if (chance < config->stuck_low + config->stuck_high)
            *conductance = low + range;
        *conductance = fmin(fmax(*conductance, 0), UINT16_MAX);
    }
}

/* Voltages along the row, 1 at the driver: (v[i-1] - v[i]) + (v[i+1] - v[i]) = r g[i] v[i], and nothing beyond the last.
 * A tridiagonal system, by elimination from the far end: v[i] = ratio[i] v[i-1]. */
static void lose_along_row(struct row *row, double resistance)
{
    double *ratio = row->below, voltage = 1;
    for (uint32_t i = row->devices; i-- > 0;) {
        double beyond = i + 1 < row->devices ? 1 - ratio[i + 1] : 0;
        ratio[i] = 1 / (1 + resistance * row->conductance[i] + beyond);
    }
    for (uint32_t i = 0; i < row->devices; i++) {
        voltage *= ratio[i];
        row->conductance[i] *= voltage;
    }
}

static void build_row(struct memristor_devices *devices, const struct core_program *program, uint32_t axon, bool varied,
                      struct row *row)
{
    double unit = siemens_per_unit(devices), sum = 0;
    set_targets(devices, program, axon, row);
    if (varied)
        vary(devices, program->axon_row[axon], row);
    if (devices->config->memristor.wire_resistance > 0)
        lose_along_row(row, devices->config->memristor.wire_resistance * unit);
    for (uint32_t p = 0; p < devices->pairs; p++) {
        devices->positive[(size_t)axon * devices->pairs + p] = as_units(row->conductance[2 * p]);
        devices->negative[(size_t)axon * devices->pairs + p] = as_units(row->conductance[2 * p + 1]);
    }
    for (uint32_t i = 0; i < row->devices; i++)
        sum += row->conductance[i];
    devices->row_conductance[axon] = (uint64_t)llround(sum * unit / NANO);
}

static void build_rows(struct memristor_devices *devices, const struct core_program *program, bool varied)
{
    uint32_t count = 2 * core_dense_columns(devices->config) * devices->slices;
    struct row row = {.devices = count, .conductance = memory_array(count, sizeof(double)),
                      .below = memory_array(count, sizeof(double))};
    for (uint32_t axon = 0; axon < devices->axons; axon++)
        build_row(devices, program, axon, varied, &row);
    free(row.conductance);
    free(row.below);
}

void memristor_init(struct memristor_devices *devices, const struct core_config *config,
                    const struct core_program *program)
{
    *devices = (struct memristor_devices){.config = config, .axons = program->axon_count,
                                          .slices = core_memristor_slices(config),
                                          .fraction = RANGE_BITS - config->memristor.cell_bits};
    devices->pairs = program->neuron_count * devices->slices;
    devices->range = ((INT64_C(1) << config->memristor.cell_bits) - 1) << devices->fraction;
    devices->column_resistance = config->memristor.wire_resistance * config->memristor.rows * siemens_per_unit(devices);
    size_t cells = (size_t)devices->axons * devices->pairs;
    devices->positive = memory_array(cells, sizeof *devices->positive);
    devices->negative = memory_array(cells, sizeof *devices->negative);
    devices->row_conductance = memory_array(devices->axons, sizeof *devices->row_conductance);
    devices->positive_sum = memory_array(devices->pairs, sizeof *devices->positive_sum);
    devices->negative_sum = memory_array(devices->pairs, sizeof *devices->negative_sum);
    devices->square_sum = memory_array(devices->pairs, sizeof *devices->square_sum);
    build_rows(devices, program, false);
}

void memristor_free(struct memristor_devices *devices)
{
    free(devices->positive);
    free(devices->negative);
    free(devices->row_conductance);
    free(devices->positive_sum);
    free(devices->negative_sum);
    free(devices->square_sum);
}

void memristor_program(struct memristor_devices *devices, const struct core_program *program, uint64_t seed,
                       uint32_t core)
{
    devices->seed = seed;
    devices->core = core;
    build_rows(devices, program, true);
}

/* ---- reads ---- */

void memristor_begin(struct memristor_devices *devices)
{
    memset(devices->positive_sum, 0, devices->pairs * sizeof *devices->positive_sum);
    memset(devices->negative_sum, 0, devices->pairs * sizeof *devices->negative_sum);
    if (devices->config->memristor.read_noise > 0)
        memset(devices->square_sum, 0, devices->pairs * sizeof *devices->square_sum);
}

void memristor_drive(struct memristor_devices *devices, uint32_t axon)
{
    const uint16_t *positive = devices->positive + (size_t)axon * devices->pairs;
    const uint16_t *negative = devices->negative + (size_t)axon * devices->pairs;
    for (uint32_t p = 0; p < devices->pairs; p++) {
        devices->positive_sum[p] += positive[p];
        devices->negative_sum[p] += negative[p];
    }
    if (devices->config->memristor.read_noise > 0)
        for (uint32_t p = 0; p < devices->pairs; p++)
            devices->square_sum[p] += (uint64_t)positive[p] * positive[p] + (uint64_t)negative[p] * negative[p];
}

/* tanh(x) / x with x = sqrt(y), by its continued fraction as far as it holds to 1e-4, so that it is the same on every
 * machine; beyond, tanh is 1 to 7e-4. */
static double what_the_wire_leaves(double y)
{
    return y < 16 ? (945 + y * (105 + y)) / (945 + y * (420 + y * 15)) : 1 / sqrt(y);
}

/* A column's current, in units: what both wires bring, and noise. */
static int64_t current(const struct memristor_devices *devices, uint32_t pair, struct random_stream *noise)
{
    int64_t sum = (int64_t)devices->positive_sum[pair] - devices->negative_sum[pair];
    double read_noise = devices->config->memristor.read_noise;
    if (devices->column_resistance > 0) {
        double positive = devices->positive_sum[pair], negative = devices->negative_sum[pair];
        sum = llround(positive * what_the_wire_leaves(positive * devices->column_resistance)) -
              llround(negative * what_the_wire_leaves(negative * devices->column_resistance));
    }
    if (read_noise > 0)
        sum += llround(random_gaussian(noise, read_noise * sqrt((double)devices->square_sum[pair])));
    return sum;
}

static int64_t divide_rounded(int64_t a, int64_t b) /* to the nearest, halves up; b > 0 */
{
    int64_t twice = 2 * a + b;
    return twice >= 0 ? twice / (2 * b) : -((-twice + 2 * b - 1) / (2 * b));
}

/* A signed code of so many bits; its step is the full scale over 2^(bits - 1). Then back to steps of a device. */
static int64_t convert(const struct memristor_devices *devices, int64_t sum, uint64_t *clipped)
{
    const struct memristor_config *config = &devices->config->memristor;
    int64_t codes = INT64_C(1) << (config->converter_bits - 1);
    int64_t full_scale = llround(config->converter_full_scale * (double)devices->range);
    int64_t code = divide_rounded(sum * codes, full_scale);
    if (code > codes - 1 || code < -codes) {
        code = code < 0 ? -codes : codes - 1;
        ++*clipped;
    }
    return divide_rounded(code * full_scale, codes << devices->fraction);
}

int64_t memristor_convert(const struct memristor_devices *devices, uint32_t column, struct random_stream *noise,
                          uint64_t *clipped)
{
    int64_t sum = 0;
    for (uint32_t s = 0; s < devices->slices; s++) {
        int64_t slice = convert(devices, current(devices, column * devices->slices + s, noise), clipped);
        sum += slice * (INT64_C(1) << (s * devices->config->memristor.cell_bits));
    }
    return sum;
}

/* ---- */

void memristor_hash(const struct memristor_devices *devices, struct hash *hash)
{
    size_t cells = (size_t)devices->axons * devices->pairs;
    for (size_t i = 0; i < cells; i++)
        hash_u64(hash, (uint64_t)devices->positive[i] << 16 | devices->negative[i]);
}

size_t memristor_bytes(const struct memristor_devices *devices)
{
    return (size_t)devices->axons * devices->pairs * 2 * sizeof *devices->positive;
}

bool memristor_varies(const struct core_config *config)
{
    const struct memristor_config *memristor = &config->memristor;
    return config->synapse_kind == SYNAPSE_MEMRISTOR &&
           (memristor->programming_noise > 0 || memristor->read_noise > 0 || memristor->wire_resistance > 0 ||
            memristor->stuck_low > 0 || memristor->stuck_high > 0);
}
