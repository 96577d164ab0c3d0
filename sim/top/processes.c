#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "sim/top/processes.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include "sim/top/pack.h"
#include "sim/top/splice.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What a worker sends. A sample: it is over. A slab: struct slab_message, the digest, spikes. The result comes last. */
enum message { MESSAGE_SAMPLE, MESSAGE_SLAB, MESSAGE_RESULT };

struct message_head {
    uint64_t kind, size; /* enum message; bytes that follow */
};

struct slab_message {
    uint64_t sample, spikes, last;
    uint32_t first_step, end_step;
};

struct worker {
    pid_t pid;
    int socket;
    size_t first, count; /* samples */
    size_t done;
    bool closed, has_result;
    struct packed received;
    struct chip_result result;
    double processor_s;
};

struct pool {
    struct system_job *job;
    struct worker *workers;
    uint32_t count;
    uint64_t *history; /* shared with the last worker: counters of all samples before its own */
    size_t history_words;
    bool history_sent;
};

/* ---- in a worker ---- */

struct workplace {
    int socket;
    const uint64_t *history;
    struct counter_table table;
    bool warm_up;
    const struct sample_observer *observer; /* of the run */
};

/* Whoever is to receive it is gone: so is the reason to go on. */
static void send_all(int socket, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    while (size > 0) {
        ssize_t sent = send(socket, bytes, size, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR)
            _exit(1);
        bytes += sent > 0 ? sent : 0;
        size -= sent > 0 ? (size_t)sent : 0;
    }
}

static void send_message(int socket, enum message kind, const struct packed *packed)
{
    struct message_head head = {kind, packed ? packed->count : 0};
    send_all(socket, &head, sizeof head);
    if (packed)
        send_all(socket, packed->bytes, packed->count);
}

static void report_sample(void *context, size_t done, size_t all)
{
    const struct workplace *place = context;
    (void)all;
    if (done > place->warm_up)
        send_message(place->socket, MESSAGE_SAMPLE, NULL);
}

static void examine(void *context, const struct sample_slab *slab, void *digest)
{
    const struct workplace *place = context;
    place->observer->examine(place->observer->context, slab, digest);
}

static void send_slab(void *context, const struct sample_slab *slab, const void *digest)
{
    const struct workplace *place = context;
    struct slab_message message = {slab->sample, slab->spike_count, slab->last, slab->first_step, slab->end_step};
    struct packed packed = {0};
    pack_put(&packed, &message, sizeof message);
    pack_put(&packed, digest, place->observer->digest_bytes);
    pack_put(&packed, slab->spikes, slab->spike_count * sizeof *slab->spikes);
    send_message(place->socket, MESSAGE_SLAB, &packed);
    pack_free(&packed);
}

static const struct counter_table *wait_for_history(void *context)
{
    struct workplace *place = context;
    unsigned char byte;
    ssize_t got;
    while ((got = recv(place->socket, &byte, 1, 0)) < 0 && errno == EINTR)
        continue;
    if (got != 1)
        _exit(1);
    counter_table_load(&place->table, place->history);
    return &place->table;
}

/* The sample before the worker's own, then those. */
static void work(const struct pool *pool, const struct worker *worker)
{
    struct workplace place = {.socket = worker->socket, .history = pool->history, .warm_up = worker->first > 0};
    struct system_job job = *pool->job;
    struct chip_result result = {0};
    counter_table_init(&place.table, job.config);
    job.warm_up = place.warm_up;
    job.samples += worker->first - job.warm_up;
    job.sample_count = worker->count + job.warm_up;
    job.first_sample = (uint32_t)worker->first - job.warm_up;
    job.history = worker == &pool->workers[pool->count - 1] && job.warm_up ? wait_for_history : NULL;
    job.history_context = job.progress_context = &place;
    job.progress = report_sample;
    job.result = &result;
    struct sample_observer observer = {&place, 0, 0, examine, send_slab};
    if (job.observer) {
        place.observer = job.observer;
        observer.digest_bytes = job.observer->digest_bytes;
        observer.slab_spikes = job.observer->slab_spikes;
        job.observer = &observer;
    }
    if (!system_run(&job, 1))
        _exit(1);
    struct timespec taken;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &taken);
    double processor_s = (double)taken.tv_sec + 1e-9 * (double)taken.tv_nsec;
    struct packed packed = {0};
    pack_put(&packed, &processor_s, sizeof processor_s);
    pack_result(&packed, &result);
    send_message(worker->socket, MESSAGE_RESULT, &packed);
    _exit(0);
}

/* ---- in the parent ---- */

static bool start(struct pool *pool, uint32_t index)
{
    struct worker *worker = &pool->workers[index];
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0) {
        fprintf(stderr, "npusim: --jobs: no connection to a process: %s\n", strerror(errno));
        return false;
    }
    worker->pid = fork();
    if (worker->pid == 0) {
        for (uint32_t i = 0; i < index; i++)
            close(pool->workers[i].socket);
        close(ends[0]);
        worker->socket = ends[1];
        work(pool, worker);
    }
    close(ends[1]);
    worker->socket = ends[0];
    if (worker->pid > 0)
        return true;
    close(ends[0]);
    fprintf(stderr, "npusim: --jobs: process %u of %u cannot be started: %s\n", index + 1, pool->count,
            strerror(errno));
    return false;
}

static void tell(const struct pool *pool, const struct worker *worker, int status)
{
    char how[64];
    if (WIFSIGNALED(status))
        snprintf(how, sizeof how, "was ended by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        snprintf(how, sizeof how, "failed with status %d", WEXITSTATUS(status));
    fprintf(stderr, "npusim: --jobs: process %u of %u (samples %zu to %zu) %s; the run is given up\n",
            (uint32_t)(worker - pool->workers) + 1, pool->count, worker->first, worker->first + worker->count - 1, how);
}

static bool end_of(const struct pool *pool, struct worker *worker)
{
    int status = 0;
    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    worker->pid = 0;
    worker->closed = true;
    if (worker->has_result && status == 0)
        return true;
    tell(pool, worker, status);
    return false;
}

static void show_progress(const struct pool *pool)
{
    size_t done = 0;
    for (uint32_t i = 0; i < pool->count; i++)
        done += pool->workers[i].done;
    if (pool->job->progress)
        pool->job->progress(pool->job->progress_context, done, pool->job->sample_count);
}

/* False when it is no slab. */
static bool keep_slab(const struct pool *pool, struct packed *packed, uint64_t size)
{
    const struct sample_observer *observer = pool->job->observer;
    struct slab_message message;
    if (!observer || size < sizeof message + observer->digest_bytes || !pack_take(packed, &message, sizeof message) ||
        size != sizeof message + observer->digest_bytes + message.spikes * sizeof(struct recorded_spike))
        return false;
    void *digest = memory_array(1, observer->digest_bytes);
    struct recorded_spike *spikes = memory_array(message.spikes, sizeof *spikes);
    bool good = pack_take(packed, digest, observer->digest_bytes) &&
                pack_take(packed, spikes, message.spikes * sizeof *spikes);
    struct sample_slab slab = {.sample = message.sample, .first_step = message.first_step,
                               .end_step = message.end_step, .last = message.last != 0,
                               .spike_count = message.spikes, .spikes = spikes};
    if (good && observer->keep)
        observer->keep(observer->context, &slab, digest);
    free(spikes);
    free(digest);
    return good;
}

static bool take_message(struct pool *pool, struct worker *worker, const struct message_head *head)
{
    struct packed *received = &worker->received;
    if (head->kind == MESSAGE_SLAB)
        return keep_slab(pool, received, head->size);
    worker->done += head->kind == MESSAGE_SAMPLE;
    show_progress(pool);
    if (head->kind == MESSAGE_SAMPLE)
        return head->size == 0;
    worker->has_result = pack_take(received, &worker->processor_s, sizeof worker->processor_s) &&
                         pack_take_result(received, pool->job->config, &worker->result);
    return worker->has_result;
}

/* Messages that have come whole; false when one makes no sense. */
static bool read_messages(struct pool *pool, struct worker *worker)
{
    struct packed *received = &worker->received;
    struct message_head head;
    bool good = true;
    while (good && pack_take(received, &head, sizeof head)) {
        if (received->count - received->taken < head.size) {
            received->taken -= sizeof head;
            break;
        }
        good = take_message(pool, worker, &head);
    }
    pack_shift(received);
    return good;
}

static bool hear(struct pool *pool, struct worker *worker)
{
    unsigned char bytes[65536];
    ssize_t got = recv(worker->socket, bytes, sizeof bytes, 0);
    if (got < 0 && errno == EINTR)
        return true;
    if (got <= 0)
        return end_of(pool, worker);
    pack_put(&worker->received, bytes, (size_t)got);
    if (read_messages(pool, worker))
        return true;
    fprintf(stderr, "npusim: --jobs: process %u of %u sent what is no result; the run is given up\n",
            (uint32_t)(worker - pool->workers) + 1, pool->count);
    return false;
}

/* When all but the last have ended. */
static void send_history(struct pool *pool)
{
    for (uint32_t i = 0; i + 1 < pool->count; i++)
        if (!pool->workers[i].closed)
            return;
    struct counter_table sum;
    counter_table_init(&sum, pool->job->config);
    for (uint32_t i = 0; i + 1 < pool->count; i++)
        counter_table_add(&sum, &pool->workers[i].result.counters);
    counter_table_store(&sum, pool->history);
    counter_table_free(&sum);
    pool->history_sent = true;
    (void)!send(pool->workers[pool->count - 1].socket, "", 1, MSG_NOSIGNAL); /* if it died, that will be seen */
}

static bool wait_for_all(struct pool *pool)
{
    struct pollfd *ends = memory_array(pool->count, sizeof *ends);
    bool good = true;
    for (uint32_t open = pool->count; good && open > 0;) {
        open = 0;
        for (uint32_t i = 0; i < pool->count; i++) {
            open += !pool->workers[i].closed;
            ends[i] = (struct pollfd){.fd = pool->workers[i].closed ? -1 : pool->workers[i].socket, .events = POLLIN};
        }
        if (open > 0 && poll(ends, pool->count, -1) < 0)
            good = errno == EINTR;
        else
            for (uint32_t i = 0; open > 0 && good && i < pool->count; i++)
                good = !(ends[i].revents & (POLLIN | POLLHUP | POLLERR)) || hear(pool, &pool->workers[i]);
        if (good && !pool->history_sent && pool->count > 1)
            send_history(pool);
    }
    free(ends);
    return good;
}

static void close_pool(struct pool *pool)
{
    for (uint32_t i = 0; i < pool->count; i++) {
        struct worker *worker = &pool->workers[i];
        if (worker->pid > 0) {
            kill(worker->pid, SIGKILL);
            waitpid(worker->pid, NULL, 0);
        }
        if (worker->socket >= 0)
            close(worker->socket);
        pack_free(&worker->received);
        chip_result_free(&worker->result);
    }
    munmap(pool->history, pool->history_words * sizeof(uint64_t));
    free(pool->workers);
}

/* Of worker i. Blocks are as long as makes the work the same with the warm-up that all but the first have. */
static size_t first_sample(const struct pool *pool, uint32_t i)
{
    size_t work = pool->job->sample_count + pool->count - 1;
    return i == 0 ? 0 : work * i / pool->count - (i - 1);
}

static void open_pool(struct pool *pool, struct system_job *job, uint32_t processes)
{
    struct counter_table table;
    *pool = (struct pool){.job = job, .count = processes < job->sample_count ? processes : (uint32_t)job->sample_count};
    pool->workers = memory_array(pool->count, sizeof *pool->workers);
    for (uint32_t i = 0; i < pool->count; i++) {
        pool->workers[i].first = first_sample(pool, i);
        pool->workers[i].count = first_sample(pool, i + 1) - pool->workers[i].first;
        pool->workers[i].socket = -1;
    }
    counter_table_init(&table, job->config);
    pool->history_words = counter_table_words(&table);
    counter_table_free(&table);
    pool->history = mmap(NULL, pool->history_words * sizeof(uint64_t), PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must(pool->history != MAP_FAILED);
}

static void splice_all(struct pool *pool, struct processes_cost *cost)
{
    splice_begin(pool->job, pool->job->result);
    *cost = (struct processes_cost){0};
    for (uint32_t i = 0; i < pool->count; i++) {
        double taken = pool->workers[i].processor_s;
        splice_block(pool->job->result, pool->workers[i].first, &pool->workers[i].result, i > 0);
        cost->all_s += taken;
        cost->longest_s = taken > cost->longest_s ? taken : cost->longest_s;
    }
}

bool processes_run(struct system_job *job, uint32_t processes, struct processes_cost *cost)
{
    struct pool pool;
    struct processes_cost unasked;
    must(!processes_refuse(job) && processes > 0 && job->sample_count > 0);
    open_pool(&pool, job, processes);
    fflush(NULL);
    bool good = true;
    for (uint32_t i = 0; good && i < pool.count; i++)
        good = start(&pool, i);
    good = good && wait_for_all(&pool);
    if (good)
        splice_all(&pool, cost ? cost : &unasked);
    close_pool(&pool);
    return good;
}

/* Between two samples of a chip the host link is crossed twice; by then the last credit inside has come back. */
const char *processes_refuse(const struct system_job *job)
{
    const struct noc_config *noc = &job->config->noc;
    uint32_t bits = noc->spike_bits > noc->value_bits ? noc->spike_bits : noc->value_bits;
    uint64_t flits = (bits + noc->flit_bits - 1) / noc->flit_bits;
    if (job->trace)
        return "an event trace is of one process, expected no --trace with it";
    if (job->waves)
        return "waves are of one process, expected no --trace-systemc with it";
    if (job->replay || job->first_sample || job->warm_up)
        return "a replay has no samples to share";
    if (noc->credit_latency + flits > 2 * (uint64_t)job->config->host.link_latency)
        return "router.credit_latency is so long that credits of one sample come back in the next, so that samples "
               "depend on each other; expected less than twice host.link.latency";
    return NULL;
}
