#include "sim/top/ranks.h"

#include "sim/engine.h"
#include "sim/memory.h"
#include "sim/panic.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

void ranks_window_free(struct ranks_window *window)
{
    for (int side = 0; side < RANKS_SIDES; side++) {
        edge_free(&window->out[side]);
        edge_free(&window->in[side]);
    }
}

/* How many processes the launcher says that there are: Open MPI's mpirun, or a step of Slurm. */
static unsigned long launched(void)
{
    static const char *const names[] = {"OMPI_COMM_WORLD_SIZE", "SLURM_STEP_NUM_TASKS"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *text = getenv(names[i]);
        unsigned long count = text ? strtoul(text, NULL, 10) : 0;
        if (count > 1)
            return count;
    }
    return 1;
}

#ifndef NPUSIM_MPI

bool ranks_possible(void) { return false; }

bool ranks_begin(struct diagnostics *diagnostics)
{
    unsigned long count = launched();
    return count == 1 ||
           diagnostics_add(diagnostics, "run", "started as %lu processes, but this npusim was built without MPI; "
                           "expected one process, or a build with 'make MPI=1'", count);
}

void ranks_end(void) {}
uint32_t ranks_count(void) { return 1; }
uint32_t ranks_own(void) { return 0; }
int ranks_largest(int number) { return number; }
void ranks_exchange(struct ranks_window *window, uint64_t latency) { (void)window, (void)latency; }

void ranks_post(struct packed *packed) { panic("a message of %zu bytes to nobody", packed->count); }

bool ranks_hear(bool wait, struct packed *packed)
{
    (void)packed;
    must(!wait); /* nobody is there */
    return false;
}

void ranks_send(uint32_t to, const void *bytes, size_t size)
{
    (void)bytes;
    must(to == 0 && size == 0); /* nobody is there */
}

void ranks_receive(uint32_t from, struct packed *packed)
{
    must(from == 0 && packed->count == 0);
}

#else

#include "sim/top/lanes.h"
#include <mpi.h>

#define PIECES 2

/* What neighbours send each other: a fixed part, then the messages that did not fit. */
enum { INLINE_MESSAGES = 30 };
struct border {
    uint64_t next, stop_at;
    uint64_t count;
    struct edge_message messages[INLINE_MESSAGES];
};

static void forget_posted(bool wait);
static void open_lanes(void);
static void close_lanes(void);

/* MPI is a property of the process. */
static int rank, rank_count = 1;

bool ranks_possible(void) { return true; }

bool ranks_begin(struct diagnostics *diagnostics)
{
    (void)diagnostics;
    if (launched() == 1)
        return true;
    must(MPI_Init(NULL, NULL) == MPI_SUCCESS); /* other errors end all ranks: MPI_ERRORS_ARE_FATAL */
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &rank_count);
    open_lanes();
    return true;
}

void ranks_end(void)
{
    int there = 0;
    MPI_Initialized(&there);
    if (!there)
        return;
    forget_posted(true);
    close_lanes();
    MPI_Finalize();
}

uint32_t ranks_count(void) { return (uint32_t)rank_count; }
uint32_t ranks_own(void) { return (uint32_t)rank; }

int ranks_largest(int number)
{
    if (rank_count > 1)
        MPI_Allreduce(MPI_IN_PLACE, &number, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    return number;
}

/* ---- windows ---- */

static size_t waiting(const struct edge_queue *edge) { return edge->tail - edge->head; }

static uint64_t sooner(uint64_t a, uint64_t b) { return a < b ? a : b; }

/* Takes the queue's messages. `rest`: those beyond the inline ones, fresh. */
static void fill(struct border *border, struct edge_queue *edge, struct edge_message **rest)
{
    border->count = waiting(edge);
    *rest = memory_array(border->count, sizeof **rest);
    for (uint64_t i = 0; i < border->count; i++) {
        struct edge_message *to = i < INLINE_MESSAGES ? &border->messages[i] : &(*rest)[i - INLINE_MESSAGES];
        *to = *edge_front(edge);
        edge_pop(edge);
    }
}

static int rest_bytes(const struct border *border)
{
    uint64_t rest = border->count > INLINE_MESSAGES ? border->count - INLINE_MESSAGES : 0;
    must(rest < INT_MAX / sizeof(struct edge_message));
    return (int)(rest * sizeof(struct edge_message));
}

static void unpack(const struct border *border, const struct edge_message *rest, struct edge_queue *edge)
{
    for (uint64_t i = 0; i < border->count; i++) {
        const struct edge_message *from = i < INLINE_MESSAGES ? &border->messages[i] : &rest[i - INLINE_MESSAGES];
        edge_put(edge, from->arrival, &from->packet);
    }
}

static int neighbour(enum ranks_side side)
{
    int other = side == RANKS_WEST ? rank - 1 : rank + 1;
    return other >= 0 && other < rank_count ? other : MPI_PROC_NULL;
}

static void exchange_rests(int other, const struct border *mine, struct edge_message *rest,
                           const struct border *theirs, struct edge_queue *in)
{
    struct edge_message *incoming = memory_array((size_t)rest_bytes(theirs), 1);
    MPI_Request request = MPI_REQUEST_NULL;
    if (rest_bytes(mine))
        MPI_Isend(rest, rest_bytes(mine), MPI_BYTE, other, 1, MPI_COMM_WORLD, &request);
    if (rest_bytes(theirs))
        MPI_Recv(incoming, rest_bytes(theirs), MPI_BYTE, other, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    unpack(theirs, incoming, in);
    free(incoming);
}

/* A message under way is something that will happen, whoever tells of it. */
static uint64_t earliest_of(const struct ranks_window *window)
{
    uint64_t next = window->next;
    for (int side = 0; side < RANKS_SIDES; side++)
        for (size_t i = window->out[side].head; i != window->out[side].tail; i++)
            next = sooner(next, window->out[side].ring[i & (window->out[side].capacity - 1)].arrival);
    return next;
}

/* ---- on one machine ---- */

static MPI_Win shared = MPI_WIN_NULL;
static struct lanes lanes;
static struct lanes_slot **slots;

static void open_lanes(void)
{
    MPI_Comm machine;
    int here;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine);
    MPI_Comm_size(machine, &here);
    int everywhere = here == rank_count && !getenv("NPUSIM_NO_SHARED_MEMORY");
    MPI_Allreduce(MPI_IN_PLACE, &everywhere, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    if (everywhere) {
        void *own;
        MPI_Win_allocate_shared((MPI_Aint)lanes_slot_bytes(), 1, MPI_INFO_NULL, machine, &own, &shared);
        memset(own, 0, lanes_slot_bytes());
        slots = memory_array((size_t)rank_count, sizeof *slots);
        for (int i = 0; i < rank_count; i++) {
            MPI_Aint size;
            int unit;
            MPI_Win_shared_query(shared, i, &size, &unit, &slots[i]);
        }
        lanes = (struct lanes){.slots = slots, .own = (uint32_t)rank, .count = (uint32_t)rank_count};
        MPI_Barrier(machine);
    }
    MPI_Comm_free(&machine);
}

static void close_lanes(void)
{
    if (shared != MPI_WIN_NULL)
        MPI_Win_free(&shared);
    free(slots);
    slots = NULL;
}

/* ---- on several machines ---- */

/* With two ranks the neighbour's word is everybody's; with more, the minimum over all is under way meanwhile. */
static void exchange_windows(struct ranks_window *window, uint64_t latency)
{
    struct border mine[RANKS_SIDES], theirs[RANKS_SIDES];
    struct edge_message *rest[RANKS_SIDES];
    uint64_t said[2] = {earliest_of(window), window->stop_at}, all[2] = {said[0], said[1]};
    MPI_Request requests[2 * RANKS_SIDES + 1] = {[2 * RANKS_SIDES] = MPI_REQUEST_NULL};
    if (rank_count > 2)
        MPI_Iallreduce(said, all, 2, MPI_UINT64_T, MPI_MIN, MPI_COMM_WORLD, &requests[2 * RANKS_SIDES]);
    for (int side = 0; side < RANKS_SIDES; side++) {
        int other = neighbour((enum ranks_side)side);
        mine[side] = (struct border){.next = said[0], .stop_at = said[1]};
        theirs[side] = (struct border){.next = NEVER, .stop_at = NEVER};
        fill(&mine[side], &window->out[side], &rest[side]);
        MPI_Irecv(&theirs[side], (int)sizeof *theirs, MPI_BYTE, other, 0, MPI_COMM_WORLD, &requests[2 * side]);
        MPI_Isend(&mine[side], (int)sizeof *mine, MPI_BYTE, other, 0, MPI_COMM_WORLD, &requests[2 * side + 1]);
    }
    MPI_Waitall(2 * RANKS_SIDES + 1, requests, MPI_STATUSES_IGNORE);
    for (int side = 0; side < RANKS_SIDES; side++) {
        exchange_rests(neighbour((enum ranks_side)side), &mine[side], rest[side], &theirs[side], &window->in[side]);
        free(rest[side]);
        all[0] = sooner(all[0], theirs[side].next);
        all[1] = sooner(all[1], theirs[side].stop_at);
    }
    window->next = all[0];
    window->stop_at = all[1];
    window->horizon = all[0] == NEVER ? NEVER : all[0] + latency;
}

/* Pieces of a latency, so that a neighbour hears of what has been run while the rest runs. */
void ranks_exchange(struct ranks_window *window, uint64_t latency)
{
    if (slots)
        lanes_exchange(&lanes, window, latency, (latency + PIECES - 1) / PIECES);
    else
        exchange_windows(window, latency);
}

/* ---- samples ---- */

/* What was posted and may still be read by the library: in the order in which it was. */
struct posted {
    struct posted *next;
    MPI_Request request;
    struct packed packed;
};
static struct posted *posted_first, **posted_end = &posted_first;

static void forget_posted(bool wait)
{
    for (int done = 1; posted_first && done;) {
        struct posted *first = posted_first;
        if (wait)
            MPI_Wait(&first->request, MPI_STATUS_IGNORE);
        else
            MPI_Test(&first->request, &done, MPI_STATUS_IGNORE);
        if (!wait && !done)
            return;
        posted_first = first->next;
        posted_end = posted_first ? posted_end : &posted_first;
        pack_free(&first->packed);
        free(first);
    }
}

/* In words of 8 bytes, since MPI counts in int. */
void ranks_post(struct packed *packed)
{
    struct posted *post = memory_array(1, sizeof *post);
    while (packed->count % 8)
        pack_put(packed, "", 1);
    must(packed->count / 8 <= INT_MAX);
    forget_posted(false);
    post->packed = *packed;
    *packed = (struct packed){0};
    MPI_Isend(post->packed.bytes, (int)(post->packed.count / 8), MPI_UINT64_T, 0, 3, MPI_COMM_WORLD, &post->request);
    *posted_end = post;
    posted_end = &post->next;
}

bool ranks_hear(bool wait, struct packed *packed)
{
    MPI_Status status;
    int there = rank_count > 1 && wait, words;
    if (rank_count > 1 && wait)
        MPI_Probe(MPI_ANY_SOURCE, 3, MPI_COMM_WORLD, &status);
    else if (rank_count > 1)
        MPI_Iprobe(MPI_ANY_SOURCE, 3, MPI_COMM_WORLD, &there, &status);
    must(there || !wait);
    if (!there)
        return false;
    MPI_Get_count(&status, MPI_UINT64_T, &words);
    packed->bytes = memory_grow(packed->bytes, &packed->capacity, 8 * (size_t)words, 1);
    packed->count = 8 * (size_t)words;
    MPI_Recv(packed->bytes, words, MPI_UINT64_T, status.MPI_SOURCE, 3, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    return true;
}

/* ---- results ---- */

/* In pieces, since MPI counts in int. */
void ranks_send(uint32_t to, const void *bytes, size_t size)
{
    uint64_t length = size;
    MPI_Send(&length, 1, MPI_UINT64_T, (int)to, 2, MPI_COMM_WORLD);
    for (size_t done = 0; done < size;) {
        size_t piece = size - done < 1u << 30 ? size - done : 1u << 30;
        MPI_Send((const unsigned char *)bytes + done, (int)piece, MPI_BYTE, (int)to, 2, MPI_COMM_WORLD);
        done += piece;
    }
}

void ranks_receive(uint32_t from, struct packed *packed)
{
    uint64_t length = 0;
    MPI_Recv(&length, 1, MPI_UINT64_T, (int)from, 2, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    packed->bytes = memory_grow(packed->bytes, &packed->capacity, length, 1);
    for (size_t done = 0; done < length;) {
        size_t piece = length - done < 1u << 30 ? length - done : 1u << 30;
        MPI_Recv(packed->bytes + done, (int)piece, MPI_BYTE, (int)from, 2, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        done += piece;
    }
    packed->count = length;
}

#endif
