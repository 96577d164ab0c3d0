/* One router between mocks: what it carries, who gets how much of it, and who waits behind whom.
 *
 * switch: an output carries a flit a cycle, whatever the packets' sizes; outputs work side by side; inputs that want
 *   one output take turns, so after any time their packets differ by 1, never more. A packet waits behind one in the
 *   same input whose output has no credit: if that output's sink takes its first packet in cycle c, the credit is back
 *   in c + 1, the packet behind is in front in c + 2 and at its own sink in c + 3. From another input it takes 2.
 * merge: a unit carries a packet every 2 cycles; the first input always goes first, so beside a saturated one the
 *   second gets nothing. A unit with one full output buffer waits, whatever the packet wants: if the sink takes in
 *   cycle c, the packet is taken in c + 1 and passes the units east, north and local, 2 cycles each: c + 7. */
#include "models/noc/merge_router.h"
#include "models/noc/router.h"
#include "sim/memory.h"
#include "tools/validate/theory.h"
#include "tools/validate/theory_mock.h"
#include <stdlib.h>
#include <string.h>

#define PORTS 6u   /* four neighbours, two cores */
#define OPENS 100u
#define WARM 40u   /* cycles until buffers are full */
#define LONG 1200u /* cycles counted: whole turns of all patterns */

struct bench {
    struct engine *engine;
    struct router router;
    struct merge_router merge;
    struct mock_source source[PORTS];
    struct mock_sink sink[PORTS];
    struct link to[PORTS], from[PORTS];
};

static struct engine *engine_for(const struct replay_options *options)
{
    struct engine *engine = engine_new();
    engine->order = options->order;
    engine->oracle = options->oracle;
    return engine;
}

static void add_ends(struct bench *bench, uint32_t count)
{
    for (uint32_t p = 0; p < count; p++) {
        mock_source_init(&bench->source[p], bench->engine, &bench->to[p], p);
        mock_sink_init(&bench->sink[p], bench->engine, &bench->from[p], p);
    }
}

static void add_links(struct bench *bench, uint32_t count, const struct component *router, uint32_t in, uint32_t out,
                      uint32_t latency)
{
    engine_seal(bench->engine);
    for (uint32_t p = 0; p < count; p++) {
        link_init(&bench->to[p], bench->engine, in, latency, 1);
        link_init(&bench->from[p], bench->engine, out, latency, 1);
        link_connect(&bench->to[p], &bench->source[p].component, router);
        link_connect(&bench->from[p], router, &bench->sink[p].component);
    }
}

/* At tile (1, 1); buffers of 8 flits in front of it and of `out` behind it. */
static struct bench *switch_bench(const struct replay_options *options, uint32_t out)
{
    struct bench *bench = memory_array(1, sizeof *bench);
    bench->engine = engine_for(options);
    router_init(&bench->router, bench->engine, 0, 0, 1, 1, PORTS);
    add_ends(bench, PORTS);
    add_links(bench, PORTS, &bench->router.component, 8, out, 1);
    for (uint32_t p = 0; p < PORTS; p++)
        router_attach(&bench->router, p, &bench->to[p], &bench->from[p]);
    return bench;
}

/* At tile (1, 1), buffers of 4 in front of it and of `out` behind. Sources: western neighbour, core; sinks: eastern
 * neighbour, core. */
static struct bench *merge_bench(const struct replay_options *options, uint32_t out)
{
    struct bench *bench = memory_array(1, sizeof *bench);
    bench->engine = engine_for(options);
    merge_router_init(&bench->merge, bench->engine, 0, 1, 1, out);
    add_ends(bench, 2);
    add_links(bench, 2, &bench->merge.component, 4, out, MERGE_STAGE_CYCLES);
    bench->merge.units[UNIT_EAST].in[0] = &bench->to[0];
    bench->merge.units[UNIT_EAST].in[1] = &bench->to[1];
    bench->merge.units[UNIT_EAST].out[0] = &bench->from[0];
    bench->merge.units[UNIT_LOCAL].out[0] = &bench->from[1];
    return bench;
}

static void bench_free(struct bench *bench, uint32_t count)
{
    for (uint32_t p = 0; p < count; p++) {
        link_free(&bench->to[p]);
        link_free(&bench->from[p]);
    }
    if (count < PORTS)
        merge_router_free(&bench->merge);
    engine_free(bench->engine);
    free(bench);
}

static void run(struct bench *bench, uint32_t count, uint64_t until)
{
    for (uint32_t p = 0; p < count && bench->engine->now == 0; p++)
        if (bench->source[p].limit)
            engine_wake(bench->engine, bench->source[p].component.id, 0);
    engine_run(bench->engine, until);
}

static uint32_t core_here(uint32_t core) { return place_pack(0, 1, 1, PORT_LOCAL + core); }

/* ---- switch ---- */

static uint64_t spread(const uint64_t taken[4], const uint64_t before[4])
{
    uint64_t least = UINT64_MAX, most = 0;
    for (uint32_t p = 0; p < 4; p++) {
        uint64_t packets = taken[p] - before[p];
        least = packets < least ? packets : least;
        most = packets > most ? packets : most;
    }
    return most - least;
}

/* Four inputs with packets of these sizes for one core: flits a cycle, and how far their shares ever differ. */
static void judge_output(const struct replay_options *options, struct verdicts *verdicts, const char *name,
                         const uint8_t flits[4])
{
    struct bench *bench = switch_bench(options, 16);
    const uint64_t *taken = bench->sink[PORT_LOCAL].taken;
    uint64_t widest = 0, carried = 0, before[4];
    for (uint32_t p = 0; p < 4; p++)
        mock_send(&bench->source[p], core_here(0), p, flits[p], UINT64_MAX);
    run(bench, PORTS, WARM);
    memcpy(before, taken, sizeof before);
    for (uint64_t until = WARM + 1; until <= WARM + LONG; until++) {
        run(bench, PORTS, until);
        widest = spread(taken, before) > widest ? spread(taken, before) : widest;
    }
    for (uint32_t p = 0; p < 4; p++)
        carried += (taken[p] - before[p]) * flits[p];
    theory_verdict(verdicts, name, "throughput", "flits/cycle", 1, (double)carried / LONG, 0);
    theory_verdict(verdicts, name, "shares differ by", "packets", 1, (double)widest, 0);
    bench_free(bench, PORTS);
}

static void judge_outputs(const struct replay_options *options, struct verdicts *verdicts)
{
    const uint32_t target[4] = {place_pack(0, 0, 1, PORT_LOCAL), place_pack(0, 2, 1, PORT_LOCAL),
                                place_pack(0, 1, 0, PORT_LOCAL), place_pack(0, 1, 2, PORT_LOCAL)};
    struct bench *bench = switch_bench(options, 16);
    uint64_t taken = 0;
    for (uint32_t p = 0; p < 4; p++)
        mock_send(&bench->source[p], target[p], p, 1, UINT64_MAX); /* straight on: from east to west, ... */
    run(bench, PORTS, WARM);
    for (uint32_t p = 0; p < 4; p++)
        taken -= mock_taken(&bench->sink[p]);
    run(bench, PORTS, WARM + LONG);
    for (uint32_t p = 0; p < 4; p++)
        taken += mock_taken(&bench->sink[p]);
    theory_verdict(verdicts, "switch, 4 to 4", "throughput", "flits/cycle", 4, (double)taken / LONG, 0);
    bench_free(bench, PORTS);
}

static void judge_blocking(const struct replay_options *options, struct verdicts *verdicts)
{
    struct bench *bench = switch_bench(options, 1);
    bench->sink[PORT_LOCAL].opens = OPENS;
    mock_send(&bench->source[PORT_WEST], core_here(0), 0, 1, 0); /* fills the buffer */
    mock_send(&bench->source[PORT_WEST], core_here(0), 1, 1, 0); /* waits */
    mock_send(&bench->source[PORT_WEST], core_here(1), 2, 1, 3);
    mock_send(&bench->source[PORT_NORTH], core_here(1), 3, 1, 1);
    run(bench, PORTS, 2 * OPENS);
    const struct mock_sink *free_sink = &bench->sink[PORT_LOCAL + 1];
    theory_verdict(verdicts, "switch, same input", "head of line", "cycle", OPENS + 3, (double)free_sink->last[2], 0);
    theory_verdict(verdicts, "switch, other input", "head of line", "cycle", 2, (double)free_sink->last[3], 0);
    bench_free(bench, PORTS);
}

/* ---- merge ---- */

static void judge_unit(const struct replay_options *options, struct verdicts *verdicts, bool both)
{
    struct bench *bench = merge_bench(options, 4);
    const char *name = both ? "merge, 2 inputs" : "merge, 1 input";
    uint64_t before[2];
    for (uint32_t p = 0; p < (both ? 2u : 1u); p++)
        mock_send(&bench->source[p], place_pack(0, 3, 1, PORT_LOCAL), p, 1, UINT64_MAX);
    run(bench, 2, WARM);
    for (uint32_t p = 0; p < 2; p++)
        before[p] = bench->sink[0].taken[p];
    run(bench, 2, WARM + LONG);
    uint64_t first = bench->sink[0].taken[0] - before[0], second = bench->sink[0].taken[1] - before[1];
    theory_verdict(verdicts, name, "throughput", "packets/cycle", 0.5, (double)(first + second) / LONG, 0);
    if (both)
        theory_verdict(verdicts, name, "second's share", "packets", 0, (double)second, 0);
    bench_free(bench, 2);
}

static void judge_merge_blocking(const struct replay_options *options, struct verdicts *verdicts)
{
    struct bench *bench = merge_bench(options, 1);
    bench->sink[0].opens = OPENS;
    mock_send(&bench->source[0], place_pack(0, 3, 1, PORT_LOCAL), 0, 1, 0); /* fills the buffer */
    mock_send(&bench->source[0], place_pack(0, 1, 1, PORT_LOCAL), 1, 1, 2);
    run(bench, 2, 2 * OPENS);
    theory_verdict(verdicts, "merge, full buffer", "head of line", "cycle", OPENS + 7, (double)bench->sink[1].last[1],
                   0);
    bench_free(bench, 2);
}

void theory_judge_routers(const struct replay_options *options, struct verdicts *verdicts)
{
    judge_output(options, verdicts, "switch, 4 to 1", (const uint8_t[]){1, 1, 1, 1});
    judge_output(options, verdicts, "switch, 3 flits", (const uint8_t[]){3, 3, 3, 3});
    judge_output(options, verdicts, "switch, 1..4 flits", (const uint8_t[]){1, 2, 3, 4});
    judge_outputs(options, verdicts);
    judge_blocking(options, verdicts);
    judge_unit(options, verdicts, false);
    judge_unit(options, verdicts, true);
    judge_merge_blocking(options, verdicts);
}
