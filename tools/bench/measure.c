#include "tools/bench/bench.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double bench_processor_s(void)
{
    return seconds(CLOCK_PROCESS_CPUTIME_ID);
}

double bench_clock_s(void)
{
    return seconds(CLOCK_MONOTONIC);
}

double bench_peak_mib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024.0;
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

double bench_median(double *values, uint32_t count)
{
    qsort(values, count, sizeof *values, by_size);
    return count % 2 ? values[count / 2] : 0.5 * (values[count / 2 - 1] + values[count / 2]);
}

/* ---- a process of its own ---- */

enum child_status { CHILD_DONE, CHILD_WRONG }; /* WRONG: messages are on stderr */

static void child(const struct bench_row *row, const struct bench_context *context, bool prepare, int pipe_end)
{
    struct bench_result result = {0};
    struct diagnostics diagnostics = {0};
    bool good = prepare ? row->prepare(row, context, &diagnostics) : row->run(row, context, &result, &diagnostics);
    diagnostics_print(&diagnostics);
    good = good && write(pipe_end, &result, sizeof result) == (ssize_t)sizeof result;
    _exit(good ? CHILD_DONE : CHILD_WRONG); /* the parent's buffers and files are not the child's to flush */
}

static size_t receive(int pipe_end, struct bench_result *out)
{
    size_t got = 0;
    for (;;) {
        ssize_t n = read(pipe_end, (char *)out + got, sizeof *out - got);
        if (n > 0)
            got += (size_t)n;
        else if (n == 0 || errno != EINTR)
            return got;
    }
}

static bool in_child(const struct bench_row *row, const struct bench_context *context, bool prepare,
                     struct bench_result *out, struct diagnostics *diagnostics)
{
    int ends[2], status = 0;
    fflush(NULL);
    if (pipe(ends) != 0)
        return diagnostics_add(diagnostics, row->name, "no pipe: %s", strerror(errno));
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        child(row, context, prepare, ends[1]);
    }
    close(ends[1]);
    size_t got = receive(ends[0], out);
    close(ends[0]);
    if (pid < 0)
        return diagnostics_add(diagnostics, row->name, "no process: %s", strerror(errno));
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (WIFSIGNALED(status))
        return diagnostics_add(diagnostics, row->name, "ended by signal %d", WTERMSIG(status));
    return (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_DONE && got == sizeof *out) ||
           diagnostics_add(diagnostics, row->name, "failed");
}

/* ---- several runs ---- */

static bool same_work(const struct bench_result *a, const struct bench_result *b)
{
    return a->state_hash == b->state_hash && memcmp(&a->counts, &b->counts, sizeof a->counts) == 0;
}

static double median_of(const struct bench_result *results, uint32_t runs, size_t offset)
{
    double *values = memory_array(runs, sizeof *values);
    for (uint32_t i = 0; i < runs; i++)
        values[i] = *(const double *)((const char *)&results[i] + offset);
    double median = bench_median(values, runs);
    free(values);
    return median;
}

static double median_ratio(const struct bench_result *results, uint32_t runs)
{
    double *values = memory_array(runs, sizeof *values);
    for (uint32_t i = 0; i < runs; i++)
        values[i] = results[i].simulate_s > 0 ? results[i].functional_s / results[i].simulate_s : 0;
    double median = bench_median(values, runs);
    free(values);
    return median;
}

static void summarise(const struct bench_row *row, const struct bench_result *results, uint32_t runs,
                      struct bench_summary *out)
{
    *out = (struct bench_summary){.row = row, .median = results[0], .ratio_to_functional = median_ratio(results, runs)};
    out->median.load_s = median_of(results, runs, offsetof(struct bench_result, load_s));
    out->median.simulate_s = median_of(results, runs, offsetof(struct bench_result, simulate_s));
    out->median.functional_s = median_of(results, runs, offsetof(struct bench_result, functional_s));
    for (uint32_t i = 1; i < runs; i++)
        if (results[i].peak_rss_mib > out->median.peak_rss_mib)
            out->median.peak_rss_mib = results[i].peak_rss_mib;
}

bool bench_measure(const struct bench_row *row, const struct bench_context *context, uint32_t runs,
                   struct bench_summary *out, struct diagnostics *diagnostics)
{
    struct bench_result *results = memory_array(runs, sizeof *results);
    bool good = !row->prepare || in_child(row, context, true, &results[0], diagnostics);
    for (uint32_t i = 0; i < runs && good; i++) {
        good = in_child(row, context, false, &results[i], diagnostics);
        if (good && !same_work(&results[0], &results[i]))
            good = diagnostics_add(diagnostics, row->name, "run %u did other work than run 1, expected the same counts "
                                   "and the same hash", i + 1);
    }
    if (good)
        summarise(row, results, runs, out);
    free(results);
    return good;
}
