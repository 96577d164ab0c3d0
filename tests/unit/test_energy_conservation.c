/* Random chips, networks, counters and operating corners: the energy by component, kind, layer, sample and timestep sums
 * to the same total, with the same low, high and assumed part. */
#include "models/chip.h"
#include "models/physics/energy_steps.h"
#include "models/physics/technology.h"
#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>

#define TRIALS 200
#define POPULATIONS_MAX 6
#define SAMPLES_MAX 5
#define STEPS_MAX 12

static const char *const files[] = {
    "configs/technology/45nm.yaml", "configs/technology/28nm.yaml", "configs/technology/22nm.yaml",
    "configs/technology/16nm.yaml", "configs/technology/14nm.yaml", "configs/technology/7nm.yaml",
    "configs/technology/5nm.yaml",  "configs/technology/loihi-davies2018.yaml",
    "configs/technology/22nm-memristor.yaml"};

static gsl_rng *rng;

static uint32_t any(uint32_t low, uint32_t high)
{
    return low + (uint32_t)gsl_rng_uniform_int(rng, high - low + 1);
}

/* One random run. */
struct random_run {
    struct chip_config chip;
    struct program program;
    struct population populations[POPULATIONS_MAX];
    struct core_program *cores;
    struct neuron_group *groups;
    struct chip_result result;
};

static struct memristor_config random_memristor(void)
{
    return (struct memristor_config){
        .rows = any(1, 256), .columns = any(1, 256), .arrays = any(1, 8), .rows_per_read = any(1, 64), .cell_bits = any(1, 8),
        .conductance_low = 1, .conductance_high = 1 + 100 * gsl_rng_uniform(rng), .read_voltage = gsl_rng_uniform_pos(rng),
        .read_cycles = any(1, 8), .converter_bits = any(1, 14), .converter_columns = any(1, 64), .converter_cycles = any(1, 8)};
}

static void random_core(struct core_config *core)
{
    *core = (struct core_config){
        .neurons_max = any(1, 1024), .axons_max = any(1, 4096), .routes_max = any(1, 8192), .profiles_max = any(1, 256),
        .queue_depth = any(1, 8192), .delay_slots = any(2, 64), .synapse_kind = (int)any(SYNAPSE_SPARSE, SYNAPSE_CROSSBAR),
        .weight_bits = any(1, 9), .sparse_words = any(1, 65536), .sparse_word_bits = any(8, 128),
        .crossbar_word_bits = any(9, 256), .dimc_rows = any(1, 512), .dimc_columns = any(1, 512), .dimc_arrays = any(1, 8),
        .dimc_rows_per_access = any(1, 64), .dimc_planes_per_access = any(1, 8),
        .accumulator_bits = any(8, 32), .accumulator_banks = any(1, 64),
        .accumulator_ports = any(1, 4), .state_banks = any(1, 64), .state_ports = any(1, 4),
        .neuron_location = (int)any(NEURON_COLUMN, NEURON_PROCESSOR), .neuron_lanes = any(1, 64),
        .potential_bits = any(8, 32), .current_bits = any(8, 32), .decay_bits = 12};
    core->memristor = random_memristor();
}

static void random_chip(struct chip_config *chip, enum technology_kind technology)
{
    bool events = technology == TECHNOLOGY_EVENTS;
    *chip = (struct chip_config){.clock_hz = 1e6 * any(1, 2000)};
    random_core(&chip->core);
    if (technology == TECHNOLOGY_MIXED_SIGNAL) {
        chip->core.synapse_kind = SYNAPSE_MEMRISTOR;
        chip->core.weight_bits = any(2, 9);
    }
    chip->noc = (struct noc_config){.columns = any(1, 8), .rows = any(1, 4), .cores_per_tile = any(1, 4),
                                    .buffer_flits = any(1, 16), .flit_bits = any(8, 128), .spike_bits = any(8, 64),
                                    .value_bits = any(8, 128)};
    chip->host = (struct host_config){.chips = any(1, 3), .event_bits = any(8, 64), .buffer_events = any(1, 512),
                                      .chip_link_buffer = any(1, 64)};
    chip->power = (struct power_config){.power_gating = (int)any(0, 1), .clock_gating = (int)any(0, 1)};
    if (!events && any(0, 1)) {
        chip->power.corner = CORNER_SET;
        chip->power.supply_v = 0.5 + 0.7 * gsl_rng_uniform(rng);
        chip->power.temperature_c = -40 + 165 * gsl_rng_uniform(rng);
    }
}

static void random_program(struct random_run *run)
{
    uint32_t count = any(1, POPULATIONS_MAX), cores = system_cores(&run->chip);
    run->cores = memory_array(cores, sizeof *run->cores);
    run->groups = memory_array(cores, sizeof *run->groups);
    for (uint32_t p = 0; p < count; p++)
        run->populations[p] = (struct population){.input = any(0, 1), .output = any(0, 1), .count = 10};
    for (uint32_t c = 0; c < cores; c++) {
        run->groups[c] = (struct neuron_group){.count = any(1, 100), .model = (int)any(MODEL_IF, MODEL_LI)};
        run->cores[c] = (struct core_program){.population = (int32_t)any(0, count) - 1,
                                              .relay_population = (int32_t)any(0, count) - 1, .group_count = 1,
                                              .groups = &run->groups[c]};
    }
    run->program = (struct program){.population_count = count, .populations = run->populations, .core_count = cores,
                                    .cores = run->cores};
}

static void random_words(uint64_t *words, size_t count)
{
    uint32_t most = any(0, 3) ? 1000000 : 10;
    for (size_t i = 0; i < count; i++)
        words[i] = any(0, most);
}

static void random_counters(struct counter_table *table, const struct chip_config *chip)
{
    counter_table_init(table, chip);
    random_words(table->core, (size_t)table->cores * CORE_COUNTERS);
    random_words(table->router, (size_t)table->routers * ROUTER_COUNTERS);
    random_words(table->processor, (size_t)table->processors * PROCESSOR_COUNTERS);
    random_words(table->host, (size_t)table->chips * HOST_COUNTERS);
    table->cycles = any(1, 10000000);
}

static void random_result(struct random_run *run)
{
    struct chip_result *result = &run->result;
    *result = (struct chip_result){.population_count = run->program.population_count, .sample_count = any(1, SAMPLES_MAX),
                                   .steps = any(0, STEPS_MAX)};
    result->samples = memory_array(result->sample_count, sizeof *result->samples);
    counter_table_init(&result->counters, &run->chip);
    for (size_t s = 0; s < result->sample_count; s++) {
        result->samples[s].steps = any(0, result->steps);
        random_counters(&result->samples[s].counters, &run->chip);
        counter_table_add(&result->counters, &result->samples[s].counters);
    }
    size_t cells = (size_t)result->population_count * result->steps;
    result->layers = memory_array(cells, sizeof *result->layers);
    for (size_t i = 0; i < cells; i++)
        if (any(0, 2))
            result->layers[i] = (struct layer_step){any(0, 1000), any(0, 100000), any(0, 5000)};
}

static void run_begin(struct random_run *run, enum technology_kind technology)
{
    *run = (struct random_run){0};
    random_chip(&run->chip, technology);
    random_program(run);
    random_result(run);
}

static void run_end(struct random_run *run)
{
    chip_result_free(&run->result);
    free(run->cores);
    free(run->groups);
}

static void near(const char *view, double sum, double total, double scale)
{
    ck_assert_msg(fabs(sum - total) <= 1e-11 * scale, "%s: %.15g instead of %.15g", view, sum, total);
}

static void near_costs(const char *view, struct cost sum, const struct energy_report *whole)
{
    near(view, sum.nominal, whole->total, whole->total);
    near(view, sum.low, whole->low_total, whole->total);
    near(view, sum.high, whole->high_total, whole->high_total);
    near(view, sum.assumed, whole->assumed, whole->total);
}

static void assert_components_layers_kinds(const struct energy_report *energy)
{
    struct cost components = {0}, layers = {0}, kinds = {0};
    double parts = 0;
    for (int c = 0; c < ENERGY_COMPONENTS; c++) {
        double by_kind = energy->dynamic_part[c] + energy->clock_part[c] + energy->static_part[c];
        near("kinds of a component", by_kind, energy->component[c].nominal, energy->total);
        components = cost_add(components, energy->component[c]);
    }
    for (uint32_t l = 0; l < energy->layers; l++) {
        double of_layer = 0;
        for (int c = 0; c < ENERGY_COMPONENTS; c++)
            of_layer += energy->layer_part[l * ENERGY_COMPONENTS + (uint32_t)c];
        near("components of a layer", of_layer, energy->layer[l], energy->total);
        layers = cost_add(layers, energy->layer_cost[l]);
        parts += energy->layer[l];
    }
    for (int k = 0; k < ENERGY_KINDS; k++)
        kinds = cost_add(kinds, energy->kind[k]);
    near_costs("components", components, energy);
    near_costs("layers", layers, energy);
    near_costs("kinds", kinds, energy);
    near("layers", parts, energy->total, energy->total);
}

static void assert_samples(const struct technology *technology, const struct random_run *run,
                           const struct energy_report *energy)
{
    struct cost samples = {0};
    for (size_t s = 0; s < run->result.sample_count; s++) {
        struct energy_report one;
        energy_compute(technology, &run->chip, &run->program, &run->result.samples[s].counters, &one);
        assert_components_layers_kinds(&one);
        samples = cost_add(samples, (struct cost){one.total, one.low_total, one.high_total, one.assumed});
        energy_report_free(&one);
    }
    near_costs("samples", samples, energy);
}

static void assert_steps(const struct technology *technology, const struct random_run *run,
                         const struct energy_report *energy)
{
    struct energy_steps steps;
    double kinds = 0;
    energy_steps_get(technology, &run->chip, &run->program, &run->result, &steps);
    for (int k = 0; k < ENERGY_KINDS; k++) {
        double sum = 0;
        for (uint32_t t = 0; t < steps.steps; t++)
            sum += steps.kind[k][t];
        near("timesteps of a kind", sum, energy->kind[k].nominal, energy->total);
        kinds += sum;
    }
    for (uint32_t l = 0; l < steps.layers; l++) {
        double sum = 0;
        for (uint32_t t = 0; t < steps.steps; t++)
            sum += steps.layer[(size_t)l * steps.steps + t];
        near("timesteps of a layer", sum, energy->layer[l], energy->total);
    }
    near("timesteps", kinds, energy->total, energy->total);
    energy_steps_free(&steps);
}

START_TEST(components_kinds_layers_samples_and_timesteps_sum_to_the_total)
{
    struct diagnostics diagnostics = {0};
    struct technology *technology;
    ck_assert(technology_load(files[_i], &technology, &diagnostics));
    rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 1 + (unsigned long)_i);
    for (int trial = 0; trial < TRIALS; trial++) {
        struct random_run run;
        struct energy_report energy;
        run_begin(&run, (enum technology_kind)technology->kind);
        bool far = run.chip.power.corner == CORNER_SET && _i == 6; /* 5 nm: outside the scaling table */
        if (far)
            run.chip.power.corner = CORNER_TECHNOLOGY;
        ck_assert(technology_fits(technology, &run.chip, &diagnostics));
        energy_compute(technology, &run.chip, &run.program, &run.result.counters, &energy);
        ck_assert(energy.total > 0 && energy.low_total <= energy.total && energy.total <= energy.high_total);
        ck_assert(energy.assumed <= energy.total * (1 + 1e-12));
        assert_components_layers_kinds(&energy);
        assert_samples(technology, &run, &energy);
        assert_steps(technology, &run, &energy);
        energy_report_free(&energy);
        run_end(&run);
    }
    gsl_rng_free(rng);
    technology_free(technology);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("energy conservation");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, components_kinds_layers_samples_and_timesteps_sum_to_the_total, 0,
                        (int)(sizeof files / sizeof *files));
    Suite *suite = suite_create("energy conservation");
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
