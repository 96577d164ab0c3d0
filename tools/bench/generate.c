#include "tools/bench/generate.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include "tools/bench/random.h"
#include <stdlib.h>

enum { SEED_W_IN = 1, SEED_W_REC, SEED_SPIKES };

static void name_node(struct network *network, uint32_t neurons, enum bench_node place, const char *name,
                      enum node_kind kind)
{
    struct node *node = &network->nodes[place];
    node->name = memory_copy_string(name);
    node->kind = kind;
    node->input = node->output = (struct shape){1, {neurons}};
}

static double *filled(uint32_t neurons, double value)
{
    double *values = memory_array(neurons, sizeof *values);
    for (uint32_t i = 0; i < neurons; i++)
        values[i] = value;
    return values;
}

/* The first `count` of `ids`, drawn without repetition. */
static void draw(struct bench_random *random, uint32_t neurons, uint32_t *ids, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t other = i + bench_random_below(random, neurons - i), drawn = ids[other];
        ids[other] = ids[i];
        ids[i] = drawn;
    }
}

static double weight_of(enum bench_node place, uint32_t source)
{
    if (place == BENCH_W_IN)
        return 64.0;
    return source % 5 == 0 ? -64.0 : 16.0;
}

static void connect(struct network *network, uint32_t neurons, enum bench_node place, uint64_t seed, uint32_t fan_out)
{
    struct bench_random random = {seed};
    uint32_t *ids = memory_array(neurons, sizeof *ids);
    struct tensor *weight = &network->nodes[place].weight;
    weight->shape = (struct shape){2, {neurons, neurons}};
    weight->data = memory_array((size_t)neurons * neurons, sizeof(double));
    for (uint32_t i = 0; i < neurons; i++)
        ids[i] = i;
    for (uint32_t source = 0; source < neurons; source++) {
        draw(&random, neurons, ids, fan_out);
        for (uint32_t i = 0; i < fan_out; i++)
            weight->data[(size_t)ids[i] * neurons + source] = weight_of(place, source);
    }
    free(ids);
}

static void set_neurons(struct node *node, uint32_t neurons, uint32_t fan_out)
{
    node->tau_mem = filled(neurons, 0.016);
    node->r = filled(neurons, 16.0);
    node->v_leak = filled(neurons, 0.0);
    node->v_threshold = filled(neurons, 32.0 * fan_out);
    node->v_reset = filled(neurons, 0.0);
}

void bench_network(uint32_t neurons, uint32_t fan_out, struct network *out)
{
    static const struct edge edges[] = {{BENCH_INPUT, BENCH_W_IN}, {BENCH_W_IN, BENCH_LIF}, {BENCH_LIF, BENCH_W_REC},
                                        {BENCH_LIF, BENCH_OUTPUT}, {BENCH_W_REC, BENCH_LIF}};
    struct diagnostics diagnostics = {0};
    must(fan_out >= 1 && fan_out <= neurons);
    *out = (struct network){.path = memory_format("r%u_f%u", neurons, fan_out), .version = memory_copy_string(""),
                            .node_count = BENCH_NODES, .edge_count = sizeof edges / sizeof *edges};
    out->nodes = memory_array(BENCH_NODES, sizeof *out->nodes);
    out->edges = memory_array(out->edge_count, sizeof *out->edges);
    for (uint32_t i = 0; i < out->edge_count; i++)
        out->edges[i] = edges[i];
    name_node(out, neurons, BENCH_INPUT, "input", NODE_INPUT);
    name_node(out, neurons, BENCH_W_IN, "w_in", NODE_AFFINE);
    name_node(out, neurons, BENCH_LIF, "lif", NODE_LIF);
    name_node(out, neurons, BENCH_W_REC, "w_rec", NODE_AFFINE);
    name_node(out, neurons, BENCH_OUTPUT, "output", NODE_OUTPUT);
    connect(out, neurons, BENCH_W_IN, SEED_W_IN, fan_out);
    connect(out, neurons, BENCH_W_REC, SEED_W_REC, fan_out);
    set_neurons(&out->nodes[BENCH_LIF], neurons, fan_out);
    bool good = network_check(out, &diagnostics);
    diagnostics_print(&diagnostics);
    must(good);
}

void bench_spikes(uint32_t steps, struct spike_batch *out)
{
    struct bench_random random = {SEED_SPIKES};
    struct spike_sample *sample = memory_array(1, sizeof *sample);
    size_t capacity = 0;
    sample->name = memory_copy_string("bench");
    sample->label = -1;
    sample->steps = steps;
    for (uint32_t step = 0; step < steps; step++)
        for (uint32_t i = 0; i < BENCH_NEURONS; i++) {
            if (bench_random_below(&random, 20) != 0)
                continue;
            sample->events = memory_grow(sample->events, &capacity, sample->count + 1, sizeof *sample->events);
            sample->events[sample->count++] = (struct spike_event){step, i, 1.0f};
        }
    *out = (struct spike_batch){.path = memory_copy_string("bench"), .inputs = BENCH_NEURONS, .dt_s = BENCH_DT_S,
                                .count = 1, .samples = sample};
}
