/* Traces of whole runs, converted and read back by readers that know nothing of the writers: what the pictures show
 * is what the counters counted, in every order of work of a core and with both routers. Then damaged traces. */
#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include "tests/support/simulate.h"
#include "tests/support/vcd.h"
#include "tools/trace/trace_file.h"
#include "tools/validate/validate.h"
#include <check.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct workload workloads[] = {
    DIGITS("tests/support/chips/tiny-sparse.yaml", 2),    DIGITS("tests/support/chips/tiny-dimc.yaml", 1),
    DIGITS("tests/support/chips/tiny-multicast.yaml", 1), DIGITS("tests/support/chips/tiny-processor.yaml", 2),
    DIGITS("tests/support/chips/tiny-tick.yaml", 2),      DIGITS("tests/support/chips/tiny-two-chips.yaml", 2),
    DIGITS("tests/support/chips/tiny-memristor.yaml", 1),
    DIGITS("tests/support/chips/tiny-crossbar.yaml", 2),  DIGITS("configs/chip/rain.yaml", 1),
};
#define WORKLOADS ((int)(sizeof workloads / sizeof *workloads))

static const struct {
    const struct replay_suite *suite;
    const char *path;
} recordings[] = {
    {&tinyodin_suite, "tests/golden/tinyodin/slow_ack.h5"},
    {&tinyodin_suite, "tests/golden/tinyodin/virtual_and_leak.h5"},
    {&tinyodin_suite, "tests/golden/tinyodin/recurrent.h5"},
    {&ranc_suite, "tests/golden/ranc/storm.h5"},
    {&ranc_suite, "tests/golden/ranc/hotspot.h5"},
};
#define RECORDINGS ((int)(sizeof recordings / sizeof *recordings))

/* ---- a traced job, and its trace as both files ---- */

struct traced {
    const struct chip_config *chip;
    const struct program *program;
    struct chip_result result;
    char *trace, *vcd, *json;
};

static void traced_run(struct traced *it, struct system_job job)
{
    struct diagnostics diagnostics = {0};
    it->chip = job.config;
    it->program = job.program;
    it->trace = memory_format("/tmp/npusim-test-%ld.trace", (long)getpid());
    it->vcd = memory_format("%s.vcd", it->trace);
    it->json = memory_format("%s.json", it->trace);
    job.result = &it->result;
    ck_assert(trace_open(it->trace, &job.trace, &diagnostics));
    ck_assert(system_run(&job, 1));
    ck_assert(trace_close(job.trace, true, &diagnostics));
}

static void traced_convert(const struct traced *it)
{
    struct diagnostics diagnostics = {0};
    struct trace_file file;
    bool good = trace_file_read(it->trace, &file, &diagnostics);
    diagnostics_print(&diagnostics);
    ck_assert(good);
    FILE *vcd = fopen(it->vcd, "w"), *json = fopen(it->json, "w");
    ck_assert(vcd && json);
    trace_write_vcd(&file, true, vcd);
    trace_write_chrome(&file, json);
    ck_assert(fclose(vcd) == 0 && fclose(json) == 0);
    trace_file_free(&file);
}

static void traced_free(struct traced *it)
{
    unlink(it->trace);
    unlink(it->vcd);
    unlink(it->json);
    free(it->trace);
    free(it->vcd);
    free(it->json);
    chip_result_free(&it->result);
}

/* Counters end with the last sample, chip by chip; the trace goes on to the end of the run. */
static double counted_until(void *context, const char *path)
{
    const struct traced *it = context;
    uint64_t cycles = it->result.counters.chip_cycles[atoi(path + 4)];
    return (double)(cycles ? cycles : it->result.counters.cycles); /* a recording has no samples */
}

/* ---- value change dump against counters ---- */

static void compare(const struct vcd *vcd, const char *scope, const char *name, uint64_t counted)
{
    char *path = memory_format("%s%s", scope, name);
    const struct vcd_signal *signal = vcd_find(vcd, path);
    ck_assert_msg(signal != NULL, "no %s", path);
    ck_assert_msg(fabs(signal->integral - (double)counted) < 0.5, "%s: %.1f, counted %llu", path, signal->integral,
                  (unsigned long long)counted);
    free(path);
}

static char *scope_of(const struct traced *it, uint32_t tile_of_all, const char *component)
{
    uint32_t tiles = chip_tiles(it->chip), tile = tile_of_all % tiles, columns = it->chip->noc.columns;
    return memory_format("chip%u.tile%u_x%u_y%u.%s.", tile_of_all / tiles, tile, tile % columns, tile / columns,
                         component);
}

static char *core_scope(const struct traced *it, uint32_t core)
{
    char *name = memory_format("core%u", core % chip_cores(it->chip));
    char *scope = scope_of(it, core / it->chip->noc.cores_per_tile, name);
    free(name);
    return scope;
}

static void compare_core(const struct traced *it, const struct vcd *vcd, uint32_t core)
{
    char *scope = core_scope(it, core);
    const uint64_t *counted = it->result.counters.core + (size_t)core * CORE_COUNTERS;
    for (uint32_t i = 0; i < CORE_IDLE; i++)
        compare(vcd, scope, core_counter_rows[i].name, counted[i]);
    compare(vcd, scope, "stall_queue", counted[CORE_QUEUE_STALLS]);
    compare(vcd, scope, "spikes", counted[CORE_SPIKES]);
    char *queue = memory_format("%squeue", scope);
    const struct vcd_signal *depth = vcd_find(vcd, queue);
    ck_assert_msg(depth && depth->lowest == 0, "%s falls to %lld", queue, depth ? (long long)depth->lowest : 0);
    ck_assert_int_eq(depth->highest > 0, counted[CORE_QUEUE_WRITES] > 0);
    if (it->chip->core.core_order != ORDER_NEURON)
        ck_assert_int_le(depth->highest, it->chip->core.queue_depth);
    free(queue);
    free(scope);
}

static void compare_router(const struct traced *it, const struct vcd *vcd, uint32_t router)
{
    char *scope = scope_of(it, router, "router");
    const uint64_t *counted = it->result.counters.router + (size_t)router * ROUTER_COUNTERS;
    for (uint32_t i = 0; i < ROUTER_IDLE; i++)
        compare(vcd, scope, router_counter_rows[i].name, counted[i]);
    if (it->chip->noc.router_kind == ROUTER_SWITCH) { /* a flit takes an output for a cycle */
        double east_west = vcd_sum(vcd, scope, ".out_east") + vcd_sum(vcd, scope, ".out_west");
        double north_south = vcd_sum(vcd, scope, ".out_north") + vcd_sum(vcd, scope, ".out_south");
        ck_assert_double_eq_tol(east_west, (double)counted[ROUTER_FLITS_EW], 0.5);
        ck_assert_double_eq_tol(north_south, (double)counted[ROUTER_FLITS_NS], 0.5);
    } else { /* a packet takes a unit for two */
        double all = vcd_sum(vcd, scope, "_onward") + vcd_sum(vcd, scope, "_to_local") +
                     vcd_sum(vcd, scope, "_to_north") + vcd_sum(vcd, scope, "_to_south") +
                     vcd_sum(vcd, scope, "_to_core") + vcd_sum(vcd, scope, "_to_host");
        ck_assert_double_le(fabs(all - 2 * (double)counted[ROUTER_FLITS_IN]), 10); /* under way at the end: 5 units */
    }
    free(scope);
}

static void compare_host(const struct traced *it, const struct vcd *vcd)
{
    const uint64_t *host = it->result.counters.host;
    if (it->chip->host.protocol == HOST_ADDRESS_EVENT) {
        compare(vcd, "chip0.control.address_events.", "events_out", host[HOST_EVENTS_OUT]);
        ck_assert_double_gt(vcd_sum(vcd, "chip0.control.address_events.", ".request"), 0);
    } else {
        compare(vcd, "chip0.control.host_interface.", "packets_out", host[HOST_EVENTS_OUT]);
        compare(vcd, "chip0.control.host_interface.", "stall_output", host[HOST_STALL_OUTPUT]);
    }
}

static void compare_vcd(const struct traced *it, struct vcd *vcd)
{
    const struct counter_table *counters = &it->result.counters;
    vcd_read(it->vcd, counted_until, (void *)(uintptr_t)it, vcd);
    for (uint32_t core = 0; core < counters->cores; core++)
        compare_core(it, vcd, core);
    for (uint32_t router = 0; router < counters->routers; router++)
        compare_router(it, vcd, router);
    for (uint32_t i = 0; i < counters->processors; i++) {
        char *scope = scope_of(it, i, "processor");
        compare(vcd, scope, "busy", counters->processor[(size_t)i * PROCESSOR_COUNTERS + PROCESSOR_BUSY]);
        free(scope);
    }
    compare_host(it, vcd);
}

/* ---- timeline ---- */

struct span {
    json_int_t row;
    double begin, end;
};

static int by_row_and_time(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    return (x->begin > y->begin) - (x->begin < y->begin);
}

static bool is_one_of(const char *text, const char *const *names)
{
    while (*names && strcmp(text, *names))
        names++;
    return *names != NULL;
}

/* Members of the trace event format; colours are names that the viewer reserves. */
static void check_event(const json_t *event)
{
    static const char *const kinds[] = {"M", "X", "C", "i", NULL};
    static const char *const colours[] = {"thread_state_running", "thread_state_iowait", "good", "bad", "terrible",
                                          "grey", "yellow", NULL};
    static const char *const members[] = {"ph", "pid", "tid", "ts", "dur", "name", "cname", "s", "args", NULL};
    const char *kind = json_string_value(json_object_get(event, "ph")), *key;
    json_t *value, *colour = json_object_get(event, "cname"), *args = json_object_get(event, "args");
    json_object_foreach((json_t *)(uintptr_t)event, key, value)
        ck_assert_msg(is_one_of(key, members), "unknown member %s", key);
    ck_assert(kind && is_one_of(kind, kinds));
    ck_assert(json_integer_value(json_object_get(event, "pid")) > 0);
    ck_assert(json_integer_value(json_object_get(event, "tid")) > 0);
    ck_assert(json_is_string(json_object_get(event, "name")) && json_is_object(args));
    if (kind[0] == 'M')
        ck_assert(json_object_get(args, "name") || json_is_integer(json_object_get(args, "sort_index")));
    else
        ck_assert(json_number_value(json_object_get(event, "ts")) >= 0 && json_is_number(json_object_get(event, "ts")));
    ck_assert_int_eq(kind[0] == 'X', json_is_number(json_object_get(event, "dur")));
    ck_assert(!colour || (kind[0] == 'X' && is_one_of(json_string_value(colour), colours)));
    if (kind[0] == 'C')
        ck_assert(json_integer_value(json_object_get(args, "events")) >= 0);
    if (kind[0] == 'i')
        ck_assert_str_eq(json_string_value(json_object_get(event, "s")), "t");
}

static void check_rows(struct span *spans, size_t count)
{
    qsort(spans, count, sizeof *spans, by_row_and_time);
    for (size_t i = 1; i < count; i++)
        if (spans[i].row == spans[i - 1].row)
            ck_assert_msg(spans[i].begin > spans[i - 1].end - 1e-6, "row %lld: spans overlap at %.6f us",
                          (long long)spans[i].row, spans[i].begin);
}

static uint64_t core_total(const struct counter_table *counters, uint32_t counter)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < counters->cores; i++)
        sum += counters->core[(size_t)i * CORE_COUNTERS + counter];
    return sum;
}

static void check_totals(const struct traced *it, json_t *events)
{
    static const enum core_counter counters[] = {CORE_BUSY_SYNAPSE, CORE_BUSY_NEURON, CORE_BUSY_RESET};
    uint64_t cycles[3] = {0}, spikes = 0;
    size_t number;
    json_t *event;
    json_array_foreach(events, number, event) {
        const char *name = json_string_value(json_object_get(event, "name"));
        json_t *args = json_object_get(event, "args");
        for (int i = 0; i < 3; i++)
            if (!strcmp(name, core_counter_rows[counters[i]].name))
                cycles[i] += (uint64_t)json_integer_value(json_object_get(args, "cycles"));
        spikes += !strcmp(name, "spike");
    }
    if (it->result.sample_count) /* a recording can stop in the middle of work */
        for (int i = 0; i < 3; i++)
            ck_assert_uint_eq(cycles[i], core_total(&it->result.counters, counters[i]));
    ck_assert_uint_eq(spikes, core_total(&it->result.counters, CORE_SPIKES));
}

static void check_json(const struct traced *it)
{
    json_error_t error;
    json_t *root = json_load_file(it->json, JSON_REJECT_DUPLICATES, &error), *event;
    ck_assert_msg(root != NULL, "line %d: %s", error.line, error.text);
    json_t *events = json_object_get(root, "traceEvents");
    ck_assert(json_is_array(events) && json_array_size(events) > 100);
    struct span *spans = memory_array(json_array_size(events), sizeof *spans);
    size_t number, count = 0;
    json_array_foreach(events, number, event) {
        check_event(event);
        if (strcmp(json_string_value(json_object_get(event, "ph")), "X"))
            continue;
        double begin = json_number_value(json_object_get(event, "ts"));
        spans[count++] = (struct span){json_integer_value(json_object_get(event, "tid")), begin,
                                       begin + json_number_value(json_object_get(event, "dur"))};
    }
    check_rows(spans, count);
    check_totals(it, events);
    free(spans);
    json_decref(root);
}

/* ---- tests of whole runs ---- */

START_TEST(what_a_trace_shows_is_what_was_counted)
{
    struct run *run = workload_load(&workloads[_i]);
    struct traced it = {0};
    struct vcd vcd;
    traced_run(&it, run_job(run, NULL));
    traced_convert(&it);
    compare_vcd(&it, &vcd);
    check_json(&it);
    vcd_free(&vcd);
    traced_free(&it);
    workload_free(run);
}
END_TEST

/* Spikes of every neuron, as the probe recorded them. */
static uint64_t recorded_spikes(const struct traced *it, uint32_t population, uint32_t neuron)
{
    uint64_t count = 0;
    for (size_t s = 0; s < it->result.sample_count; s++)
        for (size_t i = 0; i < it->result.samples[s].spike_count; i++) {
            const struct recorded_spike *spike = &it->result.samples[s].spikes[i];
            count += spike->population == population && spike->neuron == neuron;
        }
    return count;
}

START_TEST(every_spike_of_a_neuron_is_a_pulse_of_its_wire)
{
    struct run *run = workload_load(&workloads[_i]);
    struct traced it = {0};
    struct vcd vcd;
    uint64_t all = 0;
    traced_run(&it, run_job(run, NULL));
    traced_convert(&it);
    compare_vcd(&it, &vcd);
    for (uint32_t core = 0; core < system_cores(it.chip); core++) {
        const struct core_program *program = &it.program->cores[core];
        char *scope = core_scope(&it, core);
        bool spiking = program->population >= 0 && !it.program->populations[program->population].values;
        for (uint32_t n = 0; spiking && n < program->neuron_count; n++) {
            char *name = memory_format("neuron%u", n), *path = memory_format("%s%s", scope, name);
            uint64_t spikes = recorded_spikes(&it, (uint32_t)program->population, program->neuron_index[n]);
            all += spikes;
            if (spikes)
                compare(&vcd, scope, name, spikes);
            else
                ck_assert_ptr_null(vcd_find(&vcd, path));
            free(name);
            free(path);
        }
        free(scope);
    }
    ck_assert_uint_gt(all, 0);
    vcd_free(&vcd);
    traced_free(&it);
    workload_free(run);
}
END_TEST

static void recording_load(struct replay_case *test, int number)
{
    struct diagnostics diagnostics = {0};
    const struct replay_suite *suite = recordings[number].suite;
    *test = (struct replay_case){0};
    ck_assert(recording_read(recordings[number].path, suite->tables, suite->untitled, &test->recording, &diagnostics));
    ck_assert(suite->prepare(test, suite->chip, &diagnostics));
}

static void recording_forget(struct replay_case *test)
{
    recording_free(&test->recording);
    chip_config_free(&test->chip);
    program_free(&test->program);
    free(test->events);
    free(test->replay.log.entries);
    free(test->replay.potentials);
}

START_TEST(a_recording_of_another_order_of_work_shows_what_was_counted)
{
    struct replay_case test;
    struct traced it = {0};
    recording_load(&test, _i);
    struct vcd vcd;
    traced_run(&it, (struct system_job){.config = &test.chip, .program = &test.program, .replay = &test.replay});
    traced_convert(&it);
    compare_vcd(&it, &vcd);
    check_json(&it);
    vcd_free(&vcd);
    traced_free(&it);
    recording_forget(&test);
}
END_TEST

START_TEST(a_traced_recording_ends_in_the_same_state)
{
    struct replay_case tests[2];
    struct system_job jobs[2];
    struct diagnostics diagnostics = {0};
    char *path = memory_format("/tmp/npusim-test-%ld.trace", (long)getpid());
    for (int i = 0; i < 2; i++) {
        recording_load(&tests[i], _i);
        jobs[i] = (struct system_job){.config = &tests[i].chip, .program = &tests[i].program,
                                      .replay = &tests[i].replay, .result = &tests[i].result};
    }
    ck_assert(trace_open(path, &jobs[1].trace, &diagnostics));
    ck_assert(system_run(jobs, 2));
    ck_assert(trace_close(jobs[1].trace, true, &diagnostics));
    ck_assert_uint_eq(tests[1].result.state_hash, tests[0].result.state_hash);
    ck_assert_uint_ne(tests[0].result.state_hash, 0);
    unlink(path);
    free(path);
    for (int i = 0; i < 2; i++) {
        chip_result_free(&tests[i].result);
        recording_forget(&tests[i]);
    }
}
END_TEST

static Suite *trace_suite(void)
{
    Suite *suite = suite_create("trace");
    TCase *runs = tcase_create("runs");
    tcase_set_timeout(runs, 300);
    tcase_add_loop_test(runs, what_a_trace_shows_is_what_was_counted, 0, WORKLOADS);
    tcase_add_loop_test(runs, every_spike_of_a_neuron_is_a_pulse_of_its_wire, 0, 1);
    tcase_add_loop_test(runs, a_recording_of_another_order_of_work_shows_what_was_counted, 0, RECORDINGS);
    tcase_add_loop_test(runs, a_traced_recording_ends_in_the_same_state, 0, RECORDINGS);
    suite_add_tcase(suite, runs);
    return suite;
}

int main(void)
{
    return run_suite(trace_suite());
}
