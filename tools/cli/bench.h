/* How `npusim bench` shows its rows: as they come on a terminal, or as one JSON object at the end. */
#ifndef NPUSIM_TOOLS_CLI_BENCH_H
#define NPUSIM_TOOLS_CLI_BENCH_H

#include "tools/bench/bench.h"

struct bench_machine {
    char cpu[128]; /* "" where the system does not say */
    long cores;
};

void bench_print_head(const struct bench_machine *machine, uint32_t runs);
void bench_print_row(const struct bench_summary *summary);
void bench_print_counts(const struct bench_summary *summaries, size_t count);
void bench_print_json(const struct bench_machine *machine, uint32_t runs, const struct bench_summary *summaries,
                      size_t count);

/* What a row did in a second; 0 where it does not. */
double bench_rate(const struct bench_summary *summary, uint64_t count);
double bench_ns_per_event(const struct bench_summary *summary);
double bench_ns_per_wakeup(const struct bench_summary *summary);

#endif
