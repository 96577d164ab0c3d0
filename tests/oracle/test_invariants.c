/* Invariants 1, 2, 3 and 5 of docs/ on whole networks: nobody sees in which order or in which portions the chip was
 * simulated, and everything is accounted for. Each test runs once for each workload. */
#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include "tests/support/simulate.h"
#include "tools/report/derive.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Two digits on a chip with other values in its file. */
#define UNDER(chip_path, ...) \
    {.chip = chip_path, .network = "traces/digits/digits.nir", .input = "traces/digits/test-spikes.h5", .samples = 2, \
     .settings = {__VA_ARGS__}}

/* long packets, late credits, slow cores */
#define LONG_PACKETS \
    UNDER("tests/support/chips/tiny-sparse.yaml", "router.flit_bits=8", "router.buffer_flits=8", \
          "router.credit_latency=3", "core.axon_cycles=9")
/* links to the outside that are faster than the routers behind them */
#define FAST_EDGES \
    UNDER("tests/support/chips/tiny-two-chips.yaml", "router.flit_bits=8", "router.buffer_flits=8", \
          "chips.link.bits_per_cycle=4096", "host.link.bits_per_cycle=4096")
/* hardly more than the network can do with */
#define SMALL_BUFFERS \
    UNDER("tests/support/chips/tiny-two-chips.yaml", "chips.link.buffer_packets=1", "host.buffer_events=1", \
          "router.buffer_flits=2", "core.event_queue.depth=80")
/* events are lost */
#define LOSSY UNDER("tests/support/chips/tiny-sparse.yaml", "core.event_queue.policy=drop", "core.event_queue.depth=3")
/* ticks come too early */
#define HASTY UNDER("tests/support/chips/tiny-tick.yaml", "timestep.tick_cycles=40", "core.axon_cycles=9")
/* devices with noise on two chips, relayed, lossy */
#define NOISY UNDER("tests/support/chips/tiny-memristor.yaml", "chips.count=2", "core.neurons=20", \
                    "core.event_queue.policy=drop", "core.event_queue.depth=40")
#define RELAYED UNDER("tests/support/chips/tiny-processor.yaml", "placement.inputs=cores", "router.multicast=true")

static const struct workload workloads[] = {
    DIGITS("tests/support/chips/tiny-sparse.yaml", 3),
    DIGITS("tests/support/chips/tiny-dimc.yaml", 3),
    DIGITS("tests/support/chips/tiny-multicast.yaml", 3),
    DIGITS("tests/support/chips/tiny-processor.yaml", 3),
    DIGITS("tests/support/chips/tiny-tick.yaml", 3),
    DIGITS("tests/support/chips/tiny-two-chips.yaml", 3),
    DIGITS("tests/support/chips/tiny-crossbar.yaml", 3),
    DIGITS("tests/support/chips/tiny-memristor.yaml", 3),
    DIGITS("configs/chip/loihi.yaml", 3),
    DIGITS("configs/chip/rain.yaml", 3),
    DIGITS("configs/chip/rain-processor.yaml", 3),
    DIGITS("configs/chip/rain-memristive.yaml", 3),
    DIGITS("configs/chip/two-chips.yaml", 3),
    BRAILLE("configs/chip/loihi.yaml"),
    BRAILLE("configs/chip/rain.yaml"),
    NMNIST("configs/chip/rain.yaml", 2),
    NMNIST("configs/chip/rain-processor.yaml", 1),
    NMNIST("configs/chip/rain-memristive.yaml", 1),
    NMNIST("configs/chip/two-chips.yaml", 1),
    R1024("configs/chip/bench-16.yaml", 50),
    LONG_PACKETS, FAST_EDGES, SMALL_BUFFERS, LOSSY, HASTY, NOISY, RELAYED
};
#define WORKLOADS ((int)(sizeof workloads / sizeof *workloads))

/* Runs `count` jobs one after the other in this process. */
static void run_jobs(struct system_job *jobs, struct chip_result *results, size_t count, const struct run *run)
{
    for (size_t i = 0; i < count; i++)
        jobs[i].result = &results[i];
    ck_assert_msg(system_run(jobs, count), "deadlock on %s", run->options.chip);
}

static void free_results(struct chip_result *results, size_t count)
{
    for (size_t i = 0; i < count; i++)
        chip_result_free(&results[i]);
}

#define ck_assert_same_hash(result, expected) \
    ck_assert_msg((result).state_hash == (expected).state_hash, "state hash %016llx, expected %016llx", \
                  (unsigned long long)(result).state_hash, (unsigned long long)(expected).state_hash)

START_TEST(the_order_in_which_components_step_changes_no_bit)
{
    if (!workload_available(&workloads[_i]))
        return;
    struct run *run = workload_load(&workloads[_i]);
    struct chip_result results[3];
    struct system_job jobs[3];
    for (int i = 0; i < 3; i++) {
        jobs[i] = run_job(run, NULL);
        jobs[i].order = (enum engine_order)i;
    }
    run_jobs(jobs, results, 3, run);
    ck_assert_same_hash(results[ORDER_REVERSED], results[ORDER_ID]);
    ck_assert_same_hash(results[ORDER_SHUFFLED], results[ORDER_ID]);
    free_results(results, 3);
    workload_free(run);
}
END_TEST

START_TEST(the_quantum_of_the_simulation_changes_no_bit)
{
    if (!workload_available(&workloads[_i]))
        return;
    struct run *run = workload_load(&workloads[_i]);
    uint32_t largest = system_quantum(&run->chip);
    const uint32_t asked[] = {0, 1, 16, largest, largest + 1, UINT32_MAX};
    struct chip_result results[6];
    struct system_job jobs[6];
    for (int i = 0; i < 6; i++) {
        jobs[i] = run_job(run, NULL);
        jobs[i].quantum = asked[i];
    }
    run_jobs(jobs, results, 6, run);
    for (int i = 0; i < 6; i++) {
        ck_assert_uint_eq(results[i].quantum, asked[i] && asked[i] < largest ? asked[i] : largest);
        ck_assert_same_hash(results[i], results[0]);
    }
    free_results(results, 6);
    workload_free(run);
}
END_TEST

START_TEST(nobody_sleeps_through_a_change_of_its_state)
{
    if (!workload_available(&workloads[_i]))
        return;
    struct workload workload = workloads[_i];
    workload.samples = workload.samples ? 1 : 0;
    workload.steps = workload.network[0] == 't' ? 8 : 20; /* digits have 16 */
    struct run *run = workload_load(&workload);
    struct chip_result results[3];
    struct system_job jobs[3];
    for (int i = 0; i < 3; i++) {
        jobs[i] = run_job(run, NULL);
        jobs[i].oracle = i > 0;
        jobs[i].order = i == 2 ? ORDER_SHUFFLED : ORDER_ID;
    }
    run_jobs(jobs, results, 3, run); /* the oracle panics if somebody does */
    ck_assert_same_hash(results[1], results[0]);
    ck_assert_same_hash(results[2], results[0]);
    ck_assert_uint_gt(results[1].steps_run, results[0].steps_run);
    free_results(results, 3);
    workload_free(run);
}
END_TEST

START_TEST(a_run_leaves_nothing_behind_for_the_next_one)
{
    if (!workload_available(&workloads[_i]))
        return;
    struct run *run = workload_load(&workloads[_i]);
    uint64_t alone = run_hash_alone(run);
    struct chip_result results[2];
    struct system_job jobs[2] = {run_job(run, NULL), run_job(run, NULL)};
    run_jobs(jobs, results, 2, run);
    ck_assert_uint_eq(results[0].state_hash, alone);
    ck_assert_uint_eq(results[1].state_hash, alone);
    ck_assert_uint_ne(alone, 0);
    free_results(results, 2);
    workload_free(run);
}
END_TEST

START_TEST(a_traced_run_ends_in_the_same_state)
{
    if (!workload_available(&workloads[_i]))
        return;
    struct diagnostics diagnostics = {0};
    char *path = memory_format("/tmp/npusim-test-%ld.trace", (long)getpid());
    struct run *run = workload_load(&workloads[_i]);
    struct chip_result results[2];
    struct system_job jobs[2] = {run_job(run, NULL), run_job(run, NULL)};
    ck_assert(trace_open(path, &jobs[1].trace, &diagnostics));
    run_jobs(jobs, results, 2, run);
    ck_assert_same_hash(results[1], results[0]);
    ck_assert(trace_close(jobs[1].trace, true, &diagnostics));
    struct stat file;
    ck_assert_int_eq(stat(path, &file), 0);
    ck_assert_int_gt(file.st_size, 10000);
    ck_assert_int_eq(unlink(path), 0);
    free(path);
    free_results(results, 2);
    workload_free(run);
}
END_TEST

START_TEST(the_systemc_edge_adds_nothing_to_a_plain_loop)
{
    if (!workload_available(&workloads[_i]))
        return;
    struct run *run = workload_load(&workloads[_i]);
    const struct host_config *link = &run->chip.host;
    struct plain_system plain;
    plain_system_init(&plain, run);
    while (!driver_done(&plain.driver))
        plain_system_advance(&plain, plain.now + system_quantum(&run->chip));
    /* as far as the system runs on: every message has arrived by then */
    plain_system_advance(&plain, plain.driver.done_cycle + 2 * (link->link_latency + link->chip_link_latency) + 2);
    ck_assert_uint_eq(plain_system_hash(&plain), run_hash_alone(run));
    plain_system_free(&plain);
    workload_free(run);
}
END_TEST

/* ---- everything is accounted for ---- */

static uint64_t sum(const uint64_t *counters, uint32_t count)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < count; i++)
        total += counters[i];
    return total;
}

/* Busy, stalled and idle cycles of every component are the cycles that its chip has run. */
static void check_cycles(const struct counter_table *table)
{
    for (uint32_t i = 0; i < table->cores; i++)
        ck_assert_uint_eq(sum(table->core + (size_t)i * CORE_COUNTERS, CORE_CYCLE_COUNTERS),
                          table->chip_cycles[i / (table->cores / table->chips)]);
    for (uint32_t i = 0; i < table->routers; i++)
        ck_assert_uint_eq(sum(table->router + (size_t)i * ROUTER_COUNTERS, ROUTER_CYCLE_COUNTERS),
                          table->chip_cycles[i / (table->routers / table->chips)]);
    for (uint32_t i = 0; i < table->processors; i++)
        ck_assert_uint_eq(sum(table->processor + (size_t)i * PROCESSOR_COUNTERS, PROCESSOR_JOBS),
                          table->chip_cycles[i / (table->processors / table->chips)]);
    ck_assert_uint_gt(table->cycles, 0);
    ck_assert_uint_eq(table->chip_cycles[0], table->cycles);
}

static void check_events(const struct counter_table *table, bool multicast)
{
    uint64_t arrived = core_sum(table, CORE_EVENTS_IN) + host_sum(table, HOST_EVENTS_OUT);
    uint64_t sent = core_sum(table, CORE_PACKETS) + host_sum(table, HOST_PACKETS);
    uint64_t written = core_sum(table, CORE_QUEUE_WRITES);
    ck_assert_uint_gt(arrived, 0);
    if (multicast)
        ck_assert_uint_gt(arrived, sent);
    else
        ck_assert_uint_eq(arrived, sent);
    ck_assert_uint_eq(core_sum(table, CORE_EVENTS_IN), written + core_sum(table, CORE_EVENTS_DROPPED));
    ck_assert_uint_eq(written, core_sum(table, CORE_QUEUE_READS) + core_sum(table, CORE_EVENTS_DISCARDED));
    ck_assert_uint_eq(core_sum(table, CORE_AXON_READS), core_sum(table, CORE_QUEUE_READS));
    ck_assert_uint_eq(core_sum(table, CORE_ROUTE_READS), core_sum(table, CORE_PACKETS));
}

static void check_hops(const struct counter_table *table)
{
    uint64_t local = router_sum(table, ROUTER_HOPS_LOCAL);
    ck_assert_uint_eq(router_sum(table, ROUTER_HOPS_EW),
                      core_sum(table, CORE_SENT_HOPS_EW) + host_sum(table, HOST_SENT_HOPS_EW));
    ck_assert_uint_eq(router_sum(table, ROUTER_HOPS_NS),
                      core_sum(table, CORE_SENT_HOPS_NS) + host_sum(table, HOST_SENT_HOPS_NS));
    ck_assert_uint_eq(local, core_sum(table, CORE_SENT_HOPS_LOCAL) + host_sum(table, HOST_SENT_HOPS_LOCAL));
    ck_assert_uint_eq(local, core_sum(table, CORE_EVENTS_IN) + host_sum(table, HOST_EVENTS_OUT) +
                                 host_sum(table, HOST_CHIP_LINK_PACKETS));
}

static uint64_t deliveries_of_host(const struct chip_result *result, size_t sample)
{
    return result->samples[sample].output_count;
}

START_TEST(every_cycle_event_and_hop_is_accounted_for)
{
    if (!workload_available(&workloads[_i]))
        return;
    struct run *run = workload_load(&workloads[_i]);
    struct chip_result result;
    struct system_job job = run_job(run, NULL);
    run_jobs(&job, &result, 1, run);
    uint64_t cycles = 0;
    for (size_t s = 0; s <= result.sample_count; s++) {
        const struct counter_table *table = s < result.sample_count ? &result.samples[s].counters : &result.counters;
        check_cycles(table);
        check_events(table, run->chip.noc.multicast);
        check_hops(table);
        if (s == result.sample_count)
            continue;
        cycles += table->cycles;
        ck_assert_uint_eq(host_sum(table, HOST_EVENTS_OUT), deliveries_of_host(&result, s));
    }
    ck_assert_uint_eq(cycles, result.counters.cycles);
    chip_result_free(&result);
    workload_free(run);
}
END_TEST

static const struct {
    struct workload workload;
    enum core_counter arises;
} situations[] = {{LONG_PACKETS, CORE_STALL_OUTPUT}, {LOSSY, CORE_EVENTS_DROPPED}, {HASTY, CORE_OVERRUNS},
                  {HASTY, CORE_EVENTS_LATE}, {RELAYED, CORE_RELAYED}, {RELAYED, CORE_STALL_PROCESSOR}};
#define SITUATIONS ((int)(sizeof situations / sizeof *situations))

START_TEST(the_situations_that_the_settings_are_for_arise)
{
    struct run *run = workload_load(&situations[_i].workload);
    struct chip_result result;
    struct system_job job = run_job(run, NULL);
    run_jobs(&job, &result, 1, run);
    ck_assert_uint_gt(core_sum(&result.counters, situations[_i].arises), 0);
    chip_result_free(&result);
    workload_free(run);
}
END_TEST

START_TEST(layers_and_the_probe_count_what_the_cores_count)
{
    if (!workload_available(&workloads[_i]))
        return;
    struct run *run = workload_load(&workloads[_i]);
    struct chip_result result;
    struct system_job job = run_job(run, NULL);
    run_jobs(&job, &result, 1, run);
    uint64_t spikes = 0, synaptic = 0, recorded = 0, values = 0;
    for (size_t i = 0; i < (size_t)result.population_count * result.steps; i++) {
        spikes += result.layers[i].spikes;
        synaptic += result.layers[i].synaptic_events;
    }
    for (size_t s = 0; s < result.sample_count; s++)
        recorded += result.samples[s].spike_count;
    values = core_sum(&result.counters, CORE_VALUES);
    ck_assert_uint_gt(spikes, 0);
    ck_assert_uint_eq(spikes, core_sum(&result.counters, CORE_SPIKES));
    ck_assert_uint_eq(spikes + values, recorded);
    ck_assert_uint_eq(synaptic, core_sum(&result.counters, CORE_SYNAPTIC_EVENTS));
    chip_result_free(&result);
    workload_free(run);
}
END_TEST

static void check_energy(const struct run *run, const struct counter_table *table)
{
    struct energy_report energy;
    energy_compute(run->technology, &run->chip, &run->program, table, &energy);
    double dynamic = 0, clock = 0, leak = 0, layers = 0, parts = 0;
    for (int c = 0; c < ENERGY_COMPONENTS; c++) {
        dynamic += energy.dynamic_part[c];
        leak += energy.static_part[c];
        clock += energy.clock_part[c];
    }
    for (uint32_t l = 0; l < energy.layers; l++)
        layers += energy.layer[l];
    for (uint32_t i = 0; i < energy.layers * ENERGY_COMPONENTS; i++)
        parts += energy.layer_part[i];
    double slack = 1e-12 * energy.total;
    ck_assert_double_gt(energy.dynamic_total, 0);
    ck_assert_double_gt(energy.static_total, 0);
    ck_assert_double_le(fabs(dynamic - energy.dynamic_total), slack);
    ck_assert_double_le(fabs(leak - energy.static_total), slack);
    ck_assert_double_le(fabs(clock - energy.clock_total), slack);
    ck_assert_double_le(fabs(dynamic + clock + leak - energy.total), slack);
    ck_assert_double_le(fabs(layers - energy.total), slack);
    ck_assert_double_le(fabs(parts - energy.total), slack);
    energy_report_free(&energy);
}

START_TEST(energies_of_components_and_of_layers_sum_to_the_total)
{
    if (!workload_available(&workloads[_i]))
        return;
    struct run *run = workload_load(&workloads[_i]);
    struct chip_result result;
    struct system_job job = run_job(run, NULL);
    run_jobs(&job, &result, 1, run);
    check_energy(run, &result.counters);
    for (size_t s = 0; s < result.sample_count; s++)
        check_energy(run, &result.samples[s].counters);
    chip_result_free(&result);
    workload_free(run);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("invariants");
    TCase *cases = tcase_create("workloads");
    (void)workloads_skipped("invariants", workloads, WORKLOADS);
    tcase_set_timeout(cases, 300);
    tcase_add_loop_test(cases, the_order_in_which_components_step_changes_no_bit, 0, WORKLOADS);
    tcase_add_loop_test(cases, the_quantum_of_the_simulation_changes_no_bit, 0, WORKLOADS);
    tcase_add_loop_test(cases, nobody_sleeps_through_a_change_of_its_state, 0, WORKLOADS);
    tcase_add_loop_test(cases, a_run_leaves_nothing_behind_for_the_next_one, 0, WORKLOADS);
    tcase_add_loop_test(cases, a_traced_run_ends_in_the_same_state, 0, WORKLOADS);
    tcase_add_loop_test(cases, the_systemc_edge_adds_nothing_to_a_plain_loop, 0, WORKLOADS);
    tcase_add_loop_test(cases, every_cycle_event_and_hop_is_accounted_for, 0, WORKLOADS);
    tcase_add_loop_test(cases, the_situations_that_the_settings_are_for_arise, 0, SITUATIONS);
    tcase_add_loop_test(cases, layers_and_the_probe_count_what_the_cores_count, 0, WORKLOADS);
    tcase_add_loop_test(cases, energies_of_components_and_of_layers_sum_to_the_total, 0, WORKLOADS);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
