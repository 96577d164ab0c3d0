#include "tests/support/record.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include "tools/report/derive.h"
#include <stdlib.h>
#include <string.h>

#define CHIP "tests/support/chips/tiny-sparse.yaml"
#define TECHNOLOGY "configs/technology/28nm.yaml"
#define SAMPLE_CYCLES 2000

enum { NODE_IN, NODE_FC, NODE_HIDDEN, NODE_FC2, NODE_OUT, NODE_SINK, NODES };

static void make_network(struct network *network, uint32_t hidden)
{
    static const char *const names[NODES] = {"in", "fc", FIXTURE_HIDDEN, "fc2", "out", "sink"};
    static const enum node_kind kinds[NODES] = {NODE_INPUT, NODE_AFFINE, NODE_LIF, NODE_AFFINE, NODE_LIF, NODE_OUTPUT};
    const int64_t sizes[NODES] = {FIXTURE_INPUTS, hidden, hidden, FIXTURE_OUTPUTS, FIXTURE_OUTPUTS, FIXTURE_OUTPUTS};
    network->path = memory_copy_string("nets/tiny & <net>.nir");
    network->version = memory_copy_string("1.0");
    network->node_count = NODES;
    network->nodes = memory_array(NODES, sizeof *network->nodes);
    for (uint32_t n = 0; n < NODES; n++) {
        network->nodes[n] = (struct node){.name = memory_copy_string(names[n]), .kind = kinds[n]};
        network->nodes[n].output = (struct shape){.rank = 1, .size = {sizes[n]}};
    }
    network->edge_count = NODES - 1;
    network->edges = memory_array(NODES - 1, sizeof *network->edges);
    for (uint32_t e = 0; e + 1 < NODES; e++)
        network->edges[e] = (struct edge){e, e + 1};
}

static void make_program(struct program *program, uint32_t hidden, uint32_t cores)
{
    const struct population populations[3] = {
        {.name = memory_copy_string("in"), .input = true, .count = FIXTURE_INPUTS, .input_levels = 1},
        {.name = memory_copy_string(FIXTURE_HIDDEN), .count = hidden, .depth = 1, .scale = 64},
        {.name = memory_copy_string("out"), .output = true, .count = FIXTURE_OUTPUTS, .depth = 2, .scale = 64}};
    program->network_name = memory_copy_string("tiny");
    program->population_count = 3;
    program->populations = memory_array(3, sizeof *program->populations);
    memcpy(program->populations, populations, sizeof populations);
    program->core_count = cores;
    program->cores = memory_array(cores, sizeof *program->cores);
    for (uint32_t c = 0; c < cores; c++) {
        program->cores[c].population = c == 0 ? 1 : c == 1 ? 2 : -1;
        program->cores[c].relay_population = -1;
    }
    program->depth = 2;
}

static bool hidden_fires(uint32_t sample, uint32_t step, uint32_t neuron)
{
    return (7 * sample + 3 * step + 5 * neuron + step * neuron) % 4 == 0;
}

static bool output_fires(uint32_t sample, uint32_t step, uint32_t neuron)
{
    return neuron == sample % 3 || (step + neuron) % 3 == 0;
}

/* The spikes of one sample: what the chip fired, what the host saw of it, and the same but one in the reference. */
static void make_spikes(struct record_fixture *fixture, uint32_t sample, uint32_t hidden)
{
    struct sample_result *chip = &fixture->chip_result.samples[sample];
    struct reference_sample *reference = &fixture->reference.samples[sample];
    size_t most = (size_t)FIXTURE_STEPS * (hidden + FIXTURE_OUTPUTS);
    chip->spikes = memory_array(most, sizeof *chip->spikes);
    chip->outputs = memory_array(most, sizeof *chip->outputs);
    reference->spikes = memory_array(most, sizeof *reference->spikes);
    reference->output_values = memory_array(FIXTURE_STEPS * FIXTURE_OUTPUTS, sizeof(double));
    reference->steps = chip->steps = FIXTURE_STEPS;
    for (uint32_t population = 1; population <= 2; population++)
        for (uint32_t step = 0; step < FIXTURE_STEPS; step++)
            for (uint32_t n = 0; n < (population == 1 ? hidden : FIXTURE_OUTPUTS); n++) {
                if (!(population == 1 ? hidden_fires(sample, step, n) : output_fires(sample, step, n)))
                    continue;
                const struct recorded_spike spike = {population, step, n, 1};
                if (chip->spike_count > 0)
                    reference->spikes[reference->spike_count++] =
                        (struct reference_spike){population == 1 ? NODE_HIDDEN : NODE_OUT, step, n};
                chip->spikes[chip->spike_count++] = spike;
                fixture->chip_result.layers[population * FIXTURE_STEPS + step].spikes++;
                if (population == 2) {
                    chip->outputs[chip->output_count++] = spike;
                    reference->output_values[step * FIXTURE_OUTPUTS + n] = 1;
                }
            }
    fixture->fired += chip->spike_count;
}

static void make_table(struct counter_table *table, uint32_t cores, uint32_t routers)
{
    *table = (struct counter_table){.cores = cores, .routers = routers, .chips = 1};
    table->core = memory_array((size_t)cores * CORE_COUNTERS, sizeof(uint64_t));
    table->router = memory_array((size_t)routers * ROUTER_COUNTERS, sizeof(uint64_t));
    table->host = memory_array(HOST_COUNTERS, sizeof(uint64_t));
}

/* Counters of one sample, each different, and their sum over the run. */
static void make_counters(struct record_fixture *fixture, uint32_t sample)
{
    struct counter_table *table = &fixture->chip_result.samples[sample].counters;
    struct counter_table *run = &fixture->chip_result.counters;
    make_table(table, run->cores, run->routers);
    for (uint32_t c = 0; c < table->cores; c++) {
        uint64_t *core = table->core + (size_t)c * CORE_COUNTERS;
        core[CORE_IDLE] = SAMPLE_CYCLES - 300 * (c < 2);
        core[CORE_BUSY_SYNAPSE] = 200 * (c < 2);
        core[CORE_STALL_BARRIER] = 100 * (c < 2);
        for (int i = CORE_CYCLE_COUNTERS; i < CORE_COUNTERS; i++)
            core[i] = c < 2 ? (uint64_t)(10 * i) + c + sample : 0;
    }
    for (uint32_t r = 0; r < table->routers; r++)
        for (int i = 0; i < ROUTER_COUNTERS; i++)
            table->router[(size_t)r * ROUTER_COUNTERS + (size_t)i] = (uint64_t)(3 * i + 1) * (r + 1);
    for (int i = 0; i < HOST_COUNTERS; i++)
        table->host[i] = (uint64_t)(i + 2);
    table->cycles = SAMPLE_CYCLES;
    for (size_t i = 0; i < (size_t)table->cores * CORE_COUNTERS; i++)
        run->core[i] += table->core[i];
    for (size_t i = 0; i < (size_t)table->routers * ROUTER_COUNTERS; i++)
        run->router[i] += table->router[i];
    for (int i = 0; i < HOST_COUNTERS; i++)
        run->host[i] += table->host[i];
    run->cycles += table->cycles;
}

static void make_results(struct record_fixture *fixture, uint32_t samples, uint32_t hidden)
{
    struct chip_result *chip = &fixture->chip_result;
    *chip = (struct chip_result){.population_count = 3, .steps = FIXTURE_STEPS, .sample_count = samples,
                                 .state_hash = 0x00c0ffee12345678u, .quantum = 16};
    chip->layers = memory_array(3 * FIXTURE_STEPS, sizeof *chip->layers);
    chip->samples = memory_array(samples, sizeof *chip->samples);
    fixture->reference = (struct reference_result){.outputs = FIXTURE_OUTPUTS, .output_spikes = true,
                                                   .sample_count = samples};
    fixture->reference.samples = memory_array(samples, sizeof *fixture->reference.samples);
    make_table(&chip->counters, system_cores(&fixture->chip), chip_tiles(&fixture->chip));
    fixture->latency_of_0 = 500;
    for (uint32_t s = 0; s < samples; s++) {
        make_spikes(fixture, s, hidden);
        make_counters(fixture, s);
        uint64_t start = (uint64_t)s * SAMPLE_CYCLES;
        chip->samples[s].start_cycle = start;
        chip->samples[s].first_cycle = start + 20;
        chip->samples[s].last_cycle = start + 20 + fixture->latency_of_0 + 10 * s;
        chip->samples[s].end_cycle = start + SAMPLE_CYCLES;
    }
}

static void make_batch(struct spike_batch *batch, uint32_t samples)
{
    *batch = (struct spike_batch){.path = memory_copy_string("in/"), .inputs = FIXTURE_INPUTS, .dt_s = 1e-3,
                                  .count = samples};
    batch->samples = memory_array(samples, sizeof *batch->samples);
    for (uint32_t s = 0; s < samples; s++) {
        struct spike_sample *sample = &batch->samples[s];
        *sample = (struct spike_sample){.name = memory_format("in/<%u>.bin", s), .steps = FIXTURE_STEPS, .count = 3};
        sample->label = s == 1 ? -1 : s == 2 ? 0 : (int)(s % 3);
        sample->events = memory_array(sample->count, sizeof *sample->events);
        sample->events[0] = (struct spike_event){0, 1, 1};
        sample->events[1] = (struct spike_event){4, 0, 2};
        sample->events[2] = (struct spike_event){4, 3, 1};
    }
}

/* What this machine cannot go without: a failure here is the test's own. */
static void load_chip(struct record_fixture *fixture)
{
    struct diagnostics diagnostics = {0};
    bool fine = chip_config_load(CHIP, NULL, 0, &fixture->chip, &diagnostics) &&
                technology_load(TECHNOLOGY, &fixture->technology, &diagnostics);
    diagnostics_print(&diagnostics);
    diagnostics_free(&diagnostics);
    must(fine);
}

static struct sample_slab slab_of(const struct record_fixture *fixture, size_t sample)
{
    const struct sample_result *result = &fixture->chip_result.samples[sample];
    return (struct sample_slab){.sample = sample, .end_step = result->steps, .last = true,
                                .spike_count = result->spike_count, .spikes = result->spikes};
}

/* What examine.c makes of a sample, from a reference that is no simulation. */
static void make_digest(struct record_fixture *fixture, size_t sample)
{
    const struct sample_result *chip = &fixture->chip_result.samples[sample];
    const struct reference_sample *reference = &fixture->reference.samples[sample];
    struct sample_digest *digest = &fixture->digests[sample];
    struct overlap overlap = {0, 0};
    struct energy_report energy;
    bool deciding[3], tie;
    uint32_t neurons = deciding_populations(&fixture->network, &fixture->program, deciding);
    digest->prediction = chip_decision(&fixture->program, deciding, neurons, chip, &digest->tie);
    digest->reference_prediction = reference_decision(&fixture->reference, sample, &tie);
    overlap_add(&overlap, &fixture->network, &fixture->program, chip->spikes, chip->spike_count, reference->spikes,
                reference->spike_count);
    digest->spikes_in_both = overlap.both;
    digest->spikes_in_either = overlap.either;
    digest->input_spikes = input_spike_count(&fixture->batch, sample);
    energy_compute(fixture->technology, &fixture->chip, &fixture->program, &chip->counters, &energy);
    digest->energy_j = energy.total;
    for (int kind = 0; kind < ENERGY_KINDS; kind++)
        digest->kind_j[kind] = energy.kind[kind].nominal;
    energy_report_free(&energy);
}

static void make_digests(struct record_fixture *fixture, uint32_t samples)
{
    fixture->digests = memory_array(samples, sizeof *fixture->digests);
    for (uint32_t s = 0; s < samples; s++)
        make_digest(fixture, s);
    raster_begin(&fixture->raster, &fixture->program, &fixture->batch);
    struct sample_slab first = slab_of(fixture, 0);
    raster_add(&fixture->raster, &first);
}

bool record_write_h5(const struct record_fixture *fixture, const char *dir, const struct run_numbers *numbers,
                     struct diagnostics *diagnostics)
{
    struct result_file *file;
    if (!result_open(dir, &fixture->program, &fixture->batch, fixture->record.dt_s, &file, diagnostics))
        return false;
    for (size_t s = 0; s < fixture->chip_result.sample_count; s++) {
        struct sample_slab slab = slab_of(fixture, s);
        result_add(file, &slab);
    }
    return result_finish(file, &fixture->record, numbers, diagnostics);
}

void record_fixture_make(struct record_fixture *fixture, uint32_t samples, uint32_t hidden)
{
    *fixture = (struct record_fixture){0};
    load_chip(fixture);
    make_network(&fixture->network, hidden);
    make_program(&fixture->program, hidden, system_cores(&fixture->chip));
    make_batch(&fixture->batch, samples);
    make_results(fixture, samples, hidden);
    make_digests(fixture, samples);
    fixture->compile = (struct compile_report){.cores_used = 2, .cores_available = 4, .synapses = 7 * (uint64_t)hidden,
                                               .fill = 0.5, .mean_hops = 1.5, .remark_count = 1};
    fixture->compile.remarks = memory_array(1, sizeof(char *));
    fixture->compile.remarks[0] = memory_copy_string(FIXTURE_REMARK);
    const struct baseline_result baselines[FIXTURE_BASELINES] = {
        {.name = "Fast <GPU>", .mode = BASELINE_ANN, .precision = PRECISION_FP16, .batch = 1, .latency_s = 2e-5, .energy_j = 1e-3,
         .power_w = 150, .measured = true, .idle_w = 50, .launch_s = 1.9e-5, .arithmetic_s = 5e-7, .memory_s = 5e-7},
        {.name = "Fast <GPU>", .mode = BASELINE_ANN, .precision = PRECISION_FP16, .batch = 256, .latency_s = 4e-5, .energy_j = 1e-12,
         .power_w = 300, .measured = true, .idle_w = 50, .launch_s = 1e-5, .arithmetic_s = 2e-5, .memory_s = 1e-5},
        {.name = "Fast <GPU>", .mode = BASELINE_SNN, .precision = PRECISION_FP16, .batch = 1, .latency_s = 2e-4, .energy_j = 1e-2,
         .power_w = 120, .measured = true, .idle_w = 50, .launch_s = 1.98e-4, .arithmetic_s = 1e-6, .memory_s = 1e-6},
        {.name = "Fast <GPU>", .mode = BASELINE_SNN, .precision = PRECISION_FP16, .batch = 256, .latency_s = 5e-4, .energy_j = 2e-4,
         .power_w = 200, .measured = true, .idle_w = 50, .launch_s = 2e-4, .arithmetic_s = 2e-4, .memory_s = 1e-4}};
    memcpy(fixture->baselines, baselines, sizeof baselines);
    fixture->record = (struct run_record){
        .network = &fixture->network, .batch = &fixture->batch, .chip = &fixture->chip,
        .technology = fixture->technology, .program = &fixture->program, .compile = &fixture->compile,
        .chip_result = &fixture->chip_result, .digests = fixture->digests, .raster = &fixture->raster,
        .baselines = fixture->baselines,
        .baseline_count = FIXTURE_BASELINES, .dt_s = 1e-3, .dt_origin = "--dt", .semantics = "norse",
        .provenance = {.version = "0.0", .command = "npusim run --network 'a & b'", .seed = 7},
        .host = {.wall_s = 2, .load_s = 0.5, .simulate_s = 1.25, .peak_rss_mib = 40}};
    memset(fixture->record.provenance.config_sha256, 'c', 64);
    memset(fixture->record.provenance.network_sha256, 'd', 64);
    memset(fixture->record.provenance.input_sha256, 'e', 64);
}

static void free_table(struct counter_table *table)
{
    free(table->core);
    free(table->router);
    free(table->host);
}

void record_fixture_free(struct record_fixture *fixture)
{
    for (size_t s = 0; s < fixture->chip_result.sample_count; s++) {
        free(fixture->chip_result.samples[s].spikes);
        free(fixture->chip_result.samples[s].outputs);
        free_table(&fixture->chip_result.samples[s].counters);
        free(fixture->reference.samples[s].spikes);
        free(fixture->reference.samples[s].output_values);
        free(fixture->batch.samples[s].events);
        free(fixture->batch.samples[s].name);
    }
    free(fixture->digests);
    raster_free(&fixture->raster);
    free(fixture->chip_result.samples);
    free(fixture->chip_result.layers);
    free_table(&fixture->chip_result.counters);
    free(fixture->reference.samples);
    free(fixture->batch.samples);
    free(fixture->batch.path);
    for (uint32_t n = 0; n < fixture->network.node_count; n++)
        free(fixture->network.nodes[n].name);
    free(fixture->network.nodes);
    free(fixture->network.edges);
    free(fixture->network.path);
    free(fixture->network.version);
    for (uint32_t p = 0; p < fixture->program.population_count; p++)
        free(fixture->program.populations[p].name);
    free(fixture->program.populations);
    free(fixture->program.cores);
    free(fixture->program.network_name);
    free(fixture->compile.remarks[0]);
    free(fixture->compile.remarks);
    chip_config_free(&fixture->chip);
    technology_free(fixture->technology);
}
