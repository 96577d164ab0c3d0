#include "tests/support/reference_data.h"
#include "tests/support/simulate.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include "tools/file/file.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

bool workload_available(const struct workload *workload)
{
    if (!workload->reference)
        return true;
    char *network = reference_path(workload->network), *input = reference_path(workload->input);
    bool there = access(network, R_OK) == 0 && access(input, R_OK) == 0;
    free(network);
    free(input);
    return there;
}

uint32_t workloads_skipped(const char *test, const struct workload *workloads, uint32_t count)
{
    uint32_t missing = 0;
    for (uint32_t i = 0; i < count; i++)
        missing += !workload_available(&workloads[i]);
    if (missing)
        printf("%s: %u cases skipped (no reference data)\n", test, missing);
    fflush(stdout);
    return missing;
}

struct loaded {
    struct run run; /* first: workload_load hands this out */
    char *network, *input;
};

struct run *workload_load(const struct workload *workload)
{
    struct diagnostics diagnostics = {0};
    struct loaded *loaded = memory_array(1, sizeof *loaded);
    loaded->network = workload->reference ? reference_path(workload->network) : memory_copy_string(workload->network);
    loaded->input = workload->reference ? reference_path(workload->input) : memory_copy_string(workload->input);
    struct run *run = &loaded->run;
    run->options = (struct run_options){.chip = workload->chip, .network = loaded->network, .input = loaded->input,
                                        .dt_s = workload->dt_s, .samples = workload->samples,
                                        .steps = workload->steps, .batch = 1, .seed = 1, .input_levels = 255};
    for (uint32_t i = 0; i < WORKLOAD_SETTINGS && workload->settings[i]; i++)
        run->options.settings.item[run->options.settings.count++] = workload->settings[i];
    bool good = run_prepare(run, &diagnostics);
    diagnostics_print(&diagnostics);
    diagnostics_free(&diagnostics);
    ck_assert_msg(good, "%s on %s", workload->network, workload->chip);
    run_make_inputs(run);
    return run;
}

void workload_free(struct run *run)
{
    struct loaded *loaded = (struct loaded *)run;
    run_free(run);
    free(loaded->network);
    free(loaded->input);
    free(loaded);
}

struct system_job run_job(const struct run *run, struct chip_result *result)
{
    return (struct system_job){.config = &run->chip, .program = &run->program, .samples = run->inputs,
                               .sample_count = run->batch.count, .read_inputs = run_read_inputs,
                               .read_context = (void *)(uintptr_t)run, .result = result};
}

static void report_hash(const struct run *run, int to)
{
    struct chip_result result = {0};
    struct system_job job = run_job(run, &result);
    bool good = system_run(&job, 1) && write(to, &result.state_hash, sizeof result.state_hash) ==
                                           (ssize_t)sizeof result.state_hash;
    _exit(good ? 0 : 1);
}

uint64_t run_hash_alone(const struct run *run)
{
    int ends[2], status;
    uint64_t hash = 0;
    ck_assert_int_eq(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        report_hash(run, ends[1]);
    close(ends[1]);
    ssize_t got = read(ends[0], &hash, sizeof hash);
    close(ends[0]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(got, (ssize_t)sizeof hash);
    return hash;
}

/* ---- without SystemC ---- */

static uint32_t chip_count(const struct plain_system *plain)
{
    return plain->run->chip.host.chips;
}

void plain_system_init(struct plain_system *plain, const struct run *run)
{
    *plain = (struct plain_system){.run = run};
    plain->chips = memory_array(run->chip.host.chips, sizeof *plain->chips);
    for (uint32_t i = 0; i < run->chip.host.chips; i++)
        plain->chips[i] = chip_new(&run->chip, &run->program, i);
    plain->results = memory_array(run->batch.count, sizeof *plain->results);
    driver_init(&plain->driver, &run->chip.host, run->program.depth);
    plain->driver.samples = run->inputs;
    plain->driver.read = run_read_inputs;
    plain->driver.read_context = (void *)(uintptr_t)run;
    plain->driver.sample_count = run->batch.count;
    plain->driver.results = plain->results;
}

void plain_system_free(struct plain_system *plain)
{
    for (uint32_t i = 0; i < chip_count(plain); i++)
        chip_free(plain->chips[i]);
    for (size_t s = 0; s < plain->run->batch.count; s++)
        free(plain->results[s].outputs);
    driver_free(&plain->driver);
    free(plain->chips);
    free(plain->results);
}

static void carry_between(struct edge_queue *from, struct chip_link *to)
{
    for (const struct edge_message *message; (message = edge_front(from)) != NULL; edge_pop(from))
        chip_link_receive(to, message->arrival, &message->packet);
}

static void carry(struct plain_system *plain)
{
    const struct edge_message *message;
    struct chip *first = plain->chips[0];
    for (; (message = edge_front(&plain->driver.to_chip)) != NULL; edge_pop(&plain->driver.to_chip))
        host_port_receive(&first->port, message->arrival, &message->packet);
    for (; (message = edge_front(&first->port.to_host)) != NULL; edge_pop(&first->port.to_host))
        driver_receive(&plain->driver, message->arrival, &message->packet);
    for (uint32_t i = 0; i + 1 < chip_count(plain); i++) {
        carry_between(&plain->chips[i]->east.to_neighbour, &plain->chips[i + 1]->west);
        carry_between(&plain->chips[i + 1]->west.to_neighbour, &plain->chips[i]->east);
    }
}

void plain_system_advance(struct plain_system *plain, uint64_t until)
{
    uint32_t quantum = system_quantum(&plain->run->chip);
    while (plain->now < until) {
        plain->now = until - plain->now < quantum ? until : plain->now + quantum;
        (void)driver_run(&plain->driver, plain->now);
        for (uint32_t i = 0; i < chip_count(plain); i++)
            chip_run(plain->chips[i], plain->now);
        carry(plain);
    }
}

uint64_t plain_system_hash(const struct plain_system *plain)
{
    struct hash hash = {0};
    for (uint32_t i = 0; i < chip_count(plain); i++)
        chip_hash(plain->chips[i], &hash);
    return hash.value;
}
