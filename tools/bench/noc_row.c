/* A mesh of the chip's routers alone, under uniform random traffic from source queues (open loop: Dally and Towles,
 * "Principles and Practices of Interconnection Networks", 2004, chapter 23).
 *
 * At every router sits one terminal. It offers packets to any other terminal, in each cycle with the row's probability,
 * into a queue without bound; it sends at most one a cycle and takes at most one a cycle out of the mesh. Buffers,
 * widths and latencies are those of the row's chip file. */
#include "models/chip_config.h"
#include "models/noc/router.h"
#include "sim/memory.h"
#include "tools/bench/bench.h"
#include "tools/bench/random.h"
#include <inttypes.h>
#include <stdlib.h>

struct terminal {
    struct component component;
    struct link *in, *out;
    /* two streams: what is drawn must not depend on when a step looks */
    struct bench_random arrivals, targets;
    uint64_t next_offer; /* cycle */
    uint64_t queued, sent, received;
    uint32_t tile, columns, tiles, flits;
    uint64_t offer_below; /* of 2^32 */
};

struct mesh {
    struct engine *engine;
    struct router *routers;
    struct terminal *terminals;
    struct link *links;
    uint32_t link_count, tiles;
    const struct noc_config *noc;
};

/* ---- the terminal ---- */

static void draw_next_offer(struct terminal *terminal)
{
    do
        terminal->next_offer++;
    while (bench_random_u64(&terminal->arrivals) >> 32 >= terminal->offer_below);
}

static void send(struct terminal *terminal, uint64_t now)
{
    uint32_t tile = bench_random_below(&terminal->targets, terminal->tiles - 1);
    tile += tile >= terminal->tile;
    struct packet packet = {.target = place_pack(0, tile % terminal->columns, tile / terminal->columns, PORT_LOCAL),
                            .value = 1, .flits = (uint8_t)terminal->flits, .kind = PACKET_SPIKE};
    link_push(terminal->out, now, &packet);
    terminal->sent++;
    terminal->queued--;
    terminal->component.progress++;
}

static uint64_t terminal_step(void *self, uint64_t now)
{
    struct terminal *terminal = self;
    for (; terminal->next_offer <= now; draw_next_offer(terminal))
        terminal->queued++;
    if (link_peek(terminal->in, now)) {
        link_pop(terminal->in, now);
        terminal->received++;
        terminal->component.progress++;
    }
    if (terminal->queued && link_ready(terminal->out, now, terminal->flits))
        send(terminal, now);
    uint64_t sends = terminal->next_offer, arrives = link_next(terminal->in, now);
    if (terminal->queued)
        sends = link_ready(terminal->out, now, terminal->flits) ? now + 1 : link_credit_cycle(terminal->out, terminal->flits);
    return sends < arrives ? sends : arrives;
}

static void terminal_hash(const void *self, struct hash *hash)
{
    const struct terminal *terminal = self;
    hash_u64(hash, terminal->sent);
    hash_u64(hash, terminal->received);
    hash_u64(hash, terminal->targets.state);
    link_hash(terminal->in, hash);
}

static const struct component_class terminal_class = {"terminal", terminal_step, terminal_hash, NULL, NULL, NULL, 0};

/* ---- the mesh ---- */

static struct link *wire(struct mesh *mesh, const struct component *producer, const struct component *consumer,
                         uint32_t latency)
{
    struct link *link = &mesh->links[mesh->link_count++];
    link_init(link, mesh->engine, mesh->noc->buffer_flits, mesh->noc->router_latency + latency,
              mesh->noc->credit_latency);
    link_connect(link, producer, consumer);
    return link;
}

static void join(struct mesh *mesh, uint32_t a, uint32_t b, uint32_t port_a, uint32_t port_b)
{
    struct router *from = &mesh->routers[a], *to = &mesh->routers[b];
    struct link *there = wire(mesh, &from->component, &to->component, mesh->noc->link_latency);
    struct link *back = wire(mesh, &to->component, &from->component, mesh->noc->link_latency);
    router_attach(from, port_a, back, there);
    router_attach(to, port_b, there, back);
}

static void add_terminal(struct mesh *mesh, const struct bench_row *row, uint32_t tile)
{
    struct terminal *terminal = &mesh->terminals[tile];
    const struct noc_config *noc = mesh->noc;
    *terminal = (struct terminal){.component = {.class_of = &terminal_class, .index = tile}, .tile = tile,
                                  .arrivals = {2 * tile}, .targets = {2 * tile + 1}, .columns = noc->columns,
                                  .tiles = mesh->tiles,
                                  .flits = (noc->spike_bits + noc->flit_bits - 1) / noc->flit_bits,
                                  .offer_below = (row->rate_percent * (UINT64_C(1) << 32)) / 100};
    engine_add(mesh->engine, &terminal->component);
    draw_next_offer(terminal);
}

static void build(struct mesh *mesh, const struct bench_row *row)
{
    uint32_t columns = mesh->noc->columns;
    for (uint32_t tile = 0; tile < mesh->tiles; tile++)
        router_init(&mesh->routers[tile], mesh->engine, tile, 0, tile % columns, tile / columns, PORT_LOCAL + 1);
    for (uint32_t tile = 0; tile < mesh->tiles; tile++) {
        struct terminal *terminal = &mesh->terminals[tile];
        struct router *router = &mesh->routers[tile];
        add_terminal(mesh, row, tile);
        terminal->out = wire(mesh, &terminal->component, &router->component, mesh->noc->local_latency);
        terminal->in = wire(mesh, &router->component, &terminal->component, mesh->noc->local_latency);
        router_attach(router, PORT_LOCAL, terminal->out, terminal->in);
        if ((tile + 1) % columns)
            join(mesh, tile, tile + 1, PORT_EAST, PORT_WEST);
        if (tile + columns < mesh->tiles)
            join(mesh, tile, tile + columns, PORT_NORTH, PORT_SOUTH);
    }
    engine_seal(mesh->engine);
    for (uint32_t tile = 0; tile < mesh->tiles; tile++)
        engine_wake(mesh->engine, mesh->terminals[tile].component.id, mesh->terminals[tile].next_offer);
}

static void free_mesh(struct mesh *mesh)
{
    for (uint32_t i = 0; i < mesh->link_count; i++)
        link_free(&mesh->links[i]);
    free(mesh->links);
    free(mesh->routers);
    free(mesh->terminals);
    engine_free(mesh->engine);
}

/* What was sent has arrived or lies in a link. */
static bool nothing_lost(const struct mesh *mesh, struct diagnostics *diagnostics)
{
    uint64_t sent = 0, received = 0, under_way = 0;
    for (uint32_t tile = 0; tile < mesh->tiles; tile++) {
        sent += mesh->terminals[tile].sent;
        received += mesh->terminals[tile].received;
    }
    for (uint32_t i = 0; i < mesh->link_count; i++)
        under_way += link_held(&mesh->links[i]);
    return sent == received + under_way ||
           diagnostics_add(diagnostics, "simulation", "%" PRIu64 " packets sent, %" PRIu64 " received, %" PRIu64
                           " under way", sent, received, under_way);
}

static void count(struct mesh *mesh, struct bench_result *out)
{
    struct hash hash = {0};
    out->counts = (struct bench_counts){.wakeups = mesh->engine->wakeups, .steps = mesh->engine->steps,
                                        .cycles = mesh->engine->now};
    for (uint32_t tile = 0; tile < mesh->tiles; tile++) {
        struct router *router = &mesh->routers[tile];
        router_settle(router, mesh->engine->now);
        out->counts.packets += mesh->terminals[tile].sent;
        out->counts.hops += router->counters[ROUTER_HOPS_EW] + router->counters[ROUTER_HOPS_NS] +
                            router->counters[ROUTER_HOPS_LOCAL];
    }
    engine_hash(mesh->engine, &hash);
    out->state_hash = hash.value;
}

bool bench_run_noc(const struct bench_row *row, const struct bench_context *context, struct bench_result *out,
                   struct diagnostics *diagnostics)
{
    struct chip_config chip = {0};
    if (!bench_load_chip(row, context, &chip, diagnostics))
        return false;
    struct mesh mesh = {.engine = engine_new(), .tiles = chip_tiles(&chip), .noc = &chip.noc};
    mesh.routers = memory_lines(mesh.tiles, sizeof *mesh.routers);
    mesh.terminals = memory_array(mesh.tiles, sizeof *mesh.terminals);
    mesh.links = memory_lines((size_t)mesh.tiles * 6, sizeof *mesh.links);
    build(&mesh, row);
    double begin = bench_processor_s();
    engine_run(mesh.engine, row->cycles);
    out->simulate_s = bench_processor_s() - begin;
    out->peak_rss_mib = bench_peak_mib();
    count(&mesh, out);
    bool good = nothing_lost(&mesh, diagnostics);
    free_mesh(&mesh);
    chip_config_free(&chip);
    return good;
}
