/* bench --json: names that scripts depend on. A value that a row does not measure is left out. */
#include "sim/panic.h"
#include "tools/cli/bench.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static void put(json_t *object, const char *key, json_t *value)
{
    must(json_object_set_new(object, key, value) == 0);
}

static void put_measured(json_t *object, const char *key, double value)
{
    if (value > 0)
        put(object, key, json_real(value));
}

static json_t *counts_of(const struct bench_counts *counts)
{
    json_t *object = json_object();
    for (const struct bench_count_name *name = bench_count_names; name->name; name++)
        if (bench_count(counts, name))
            put(object, name->name, json_integer((json_int_t)bench_count(counts, name)));
    return object;
}

static json_t *row_of(const struct bench_summary *summary)
{
    const struct bench_result *median = &summary->median;
    json_t *row = json_object();
    char hash[17];
    put(row, "name", json_string(summary->row->name));
    if (median->skipped[0]) {
        put(row, "skipped", json_string(median->skipped));
        return row;
    }
    put_measured(row, "ratio_to_functional", summary->ratio_to_functional);
    put_measured(row, "simulate_s", median->simulate_s);
    put_measured(row, "load_s", median->load_s);
    put_measured(row, "functional_s", median->functional_s);
    put_measured(row, "peak_rss_mib", median->peak_rss_mib);
    put_measured(row, "bytes_per_neuron", median->bytes_per_neuron);
    put_measured(row, "bytes_per_synapse", median->bytes_per_synapse);
    put_measured(row, "bytes_per_tile", median->bytes_per_tile);
    put_measured(row, "peak_bytes_per_synapse", median->peak_bytes_per_synapse);
    put_measured(row, "ns_per_synaptic_event", bench_ns_per_event(summary));
    put_measured(row, "synaptic_events_per_s", bench_rate(summary, median->counts.synaptic_events));
    put_measured(row, "hops_per_s", bench_rate(summary, median->counts.hops));
    put_measured(row, "ns_per_wakeup", bench_ns_per_wakeup(summary));
    put(row, "counts", counts_of(&median->counts));
    snprintf(hash, sizeof hash, "%016" PRIx64, median->state_hash);
    put(row, "state_hash", json_string(hash));
    return row;
}

void bench_print_json(const struct bench_machine *machine, uint32_t runs, const struct bench_summary *summaries,
                      size_t count)
{
    json_t *root = json_object(), *where = json_object(), *rows = json_array();
    json_t *cpu = json_string(machine->cpu);
    put(where, "cpu", cpu ? cpu : json_string("")); /* NULL: not UTF-8 */
    put(where, "cores", json_integer(machine->cores));
    put(where, "compiler", json_string(__VERSION__));
    put(where, "version", json_string(NPUSIM_VERSION));
    put(where, "runs", json_integer((json_int_t)runs));
    for (size_t i = 0; i < count; i++)
        must(json_array_append_new(rows, row_of(&summaries[i])) == 0);
    put(root, "machine", where);
    put(root, "rows", rows);
    must(json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) == 0);
    printf("\n");
    json_decref(root);
}
