/* A router between mocks: a source at each input, a sink at each output. */
#ifndef NPUSIM_TESTS_SUPPORT_ROUTER_BENCH_H
#define NPUSIM_TESTS_SUPPORT_ROUTER_BENCH_H

#include "models/noc/router.h"

#define BENCH_PORTS 8u /* four neighbours, two cores, two chip-to-chip links */
#define BENCH_PACKETS 2000u

/* Sends its packets in order, a flit a cycle, as credits allow. */
struct source {
    struct component component;
    struct link *link;
    struct packet packets[BENCH_PACKETS];
    uint32_t count, sent;
    uint64_t busy_until;
};

/* Takes a packet every `interval` cycles, from cycle `opens` on. */
struct sink {
    struct component component;
    struct link *link;
    uint64_t interval, opens;
    struct { struct packet packet; uint64_t cycle; } taken[BENCH_PACKETS];
    uint32_t count;
};

struct router_bench {
    struct engine *engine;
    struct router router;
    struct source source[BENCH_PORTS];
    struct sink sink[BENCH_PORTS];
    struct link to[BENCH_PORTS], from[BENCH_PORTS];
    struct tree_table trees;
};

/* The router at (3, 3) of chip 1, its eastern gate at the same tile, the western one at (0, 0); links of latency 1 and
 * `flits` of buffer. */
void router_bench_init(struct router_bench *bench, uint32_t flits);
void router_bench_free(struct router_bench *bench);
/* One more packet of that source. */
void router_bench_add(struct router_bench *bench, uint32_t input, uint32_t target, uint8_t flits, uint32_t axon);
/* Wakes the sources, runs, and settles the router's counters. */
void router_bench_run(struct router_bench *bench, uint64_t cycles);
/* Packets that all sinks have taken. */
uint32_t router_bench_taken(const struct router_bench *bench);
uint64_t router_bench_counter(const struct router_bench *bench, enum router_counter which);

#endif
