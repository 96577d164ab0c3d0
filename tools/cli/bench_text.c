#include "tools/cli/bench.h"

#include <inttypes.h>
#include <stdio.h>

#define NAME_WIDTH 23

double bench_rate(const struct bench_summary *summary, uint64_t count)
{
    return summary->median.simulate_s > 0 ? (double)count / summary->median.simulate_s : 0;
}

double bench_ns_per_event(const struct bench_summary *summary)
{
    uint64_t events = summary->median.counts.synaptic_events;
    return events ? 1e9 * summary->median.simulate_s / (double)events : 0;
}

double bench_ns_per_wakeup(const struct bench_summary *summary)
{
    uint64_t wakeups = summary->median.counts.wakeups;
    return wakeups ? 1e9 * summary->median.simulate_s / (double)wakeups : 0;
}

void bench_print_head(const struct bench_machine *machine, uint32_t runs)
{
    printf("%s, %ld cores; medians of %u runs\n", machine->cpu[0] ? machine->cpu : "unknown processor",
           machine->cores, runs);
    printf("%-*s %8s %10s %10s %10s %9s %9s %10s\n", NAME_WIDTH, "row", "of loop", "events/s", "hops/s", "ns/wake-up",
           "simulate", "load", "peak");
    fflush(stdout);
}

/* A dash where the row does not measure it. */
static void print_number(int width, int digits, double value, const char *unit)
{
    char text[32] = "-";
    if (value > 0)
        snprintf(text, sizeof text, "%.*f%s", digits, value, unit);
    printf(" %*s", width, text);
}

void bench_print_row(const struct bench_summary *summary)
{
    const struct bench_result *median = &summary->median;
    char ratio[32] = "-";
    if (summary->ratio_to_functional > 1)
        snprintf(ratio, sizeof ratio, "%.2f x", summary->ratio_to_functional);
    else if (summary->ratio_to_functional > 0)
        snprintf(ratio, sizeof ratio, "1/%.1f", 1.0 / summary->ratio_to_functional);
    if (median->skipped[0]) {
        printf("%-*s skipped: %s\n", NAME_WIDTH, summary->row->name, median->skipped);
        return;
    }
    printf("%-*s %8s", NAME_WIDTH, summary->row->name, ratio);
    print_number(10, 2, 1e-6 * bench_rate(summary, median->counts.synaptic_events), " M");
    print_number(10, 2, 1e-6 * bench_rate(summary, median->counts.hops), " M");
    print_number(10, 1, bench_ns_per_wakeup(summary), "");
    print_number(9, 3, median->simulate_s, " s");
    print_number(9, 3, median->load_s, " s");
    print_number(10, 1, median->peak_rss_mib, " MiB");
    printf("\n");
    fflush(stdout);
}

static void print_counts_of(const struct bench_summary *summary)
{
    printf("%-*s", NAME_WIDTH, summary->row->name);
    for (const struct bench_count_name *name = bench_count_names; name->name; name++) {
        uint64_t count = bench_count(&summary->median.counts, name);
        if (count)
            printf(" %15" PRIu64, count);
        else
            printf(" %15s", "-");
    }
    printf("  %016" PRIx64 "\n", summary->median.state_hash);
}

static void print_memory(const struct bench_summary *summaries, size_t count)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        const struct bench_result *median = &summaries[i].median;
        if (!(median->bytes_per_synapse > 0))
            continue;
        if (!any)
            printf("\n%-*s %10s %10s %10s %16s\n", NAME_WIDTH, "bytes of this machine", "a synapse", "a neuron",
                   "a tile", "peak a synapse");
        any = true;
        printf("%-*s %10.2f %10.0f %10.0f %16.1f\n", NAME_WIDTH, summaries[i].row->name, median->bytes_per_synapse,
               median->bytes_per_neuron, median->bytes_per_tile, median->peak_bytes_per_synapse);
    }
    if (any)
        printf("\n");
}

void bench_print_counts(const struct bench_summary *summaries, size_t count)
{
    printf("\n%-*s", NAME_WIDTH, "done in a run");
    for (const struct bench_count_name *name = bench_count_names; name->name; name++)
        printf(" %15s", name->name);
    printf("  %16s\n", "state hash");
    for (size_t i = 0; i < count; i++)
        if (!summaries[i].median.skipped[0])
            print_counts_of(&summaries[i]);
    print_memory(summaries, count);
    for (size_t i = 0; i < count; i++)
        if (summaries[i].median.functional_s > 0 && summaries[i].row->run != bench_run_jobs &&
            summaries[i].row->run != bench_run_mpi) {
            double rate = (double)summaries[i].median.counts.synaptic_events / summaries[i].median.functional_s;
            printf("functional loop, network of %s: %.0f M events/s\n", summaries[i].row->name, 1e-6 * rate);
        }
}
