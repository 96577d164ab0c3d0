/* Processes that keep time by promises: nobody hears of a message too late, all do what one process would do, all see
 * the end. A toy stands for chips: a message makes another one, later, until its generations are used up. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "sim/engine.h"
#include "sim/memory.h"
#include "sim/top/lanes.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define NODES 4u
#define GENERATIONS 200u
#define SEEDS 5u

/* What a node will do: messages that reach it, its own first ones too. */
struct agenda {
    struct edge_message *messages;
    size_t count, capacity;
};

struct node {
    struct agenda agenda;
    uint64_t sum, handled; /* of what it has done, in any order */
};

static uint64_t mix(uint64_t value)
{
    value = (value ^ (value >> 33)) * UINT64_C(0xff51afd7ed558ccd);
    value = (value ^ (value >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
    return value ^ (value >> 33);
}

static void add(struct agenda *agenda, const struct edge_message *message)
{
    agenda->messages = memory_grow(agenda->messages, &agenda->capacity, agenda->count + 1, sizeof *message);
    agenda->messages[agenda->count++] = *message;
}

static uint64_t first(const struct agenda *agenda)
{
    uint64_t next = NEVER;
    for (size_t i = 0; i < agenda->count; i++)
        next = agenda->messages[i].arrival < next ? agenda->messages[i].arrival : next;
    return next;
}

/* Handles a message; true when it makes another one, for the node `*to`. A seventh of the pauses is long. */
static bool handle(struct node *node, uint32_t own, uint64_t latency, const struct edge_message *message,
                   struct edge_message *made, uint32_t *to)
{
    uint64_t word = mix(message->arrival * NODES + own + ((uint64_t)message->packet.axon << 32) + message->packet.target);
    node->sum += word;
    node->handled++;
    if (message->packet.target == 0)
        return false;
    *made = *message;
    made->packet.target--;
    *to = own;
    if (word % 4 == 0 && own > 0)
        *to = own - 1;
    else if (word % 4 == 1 && own + 1 < NODES)
        *to = own + 1;
    uint64_t pause = word % 7 == 0 ? word % 5000 : word % 13;
    made->arrival = message->arrival + pause + (*to == own ? 1 : latency);
    return true;
}

static void begin(struct node *nodes)
{
    for (uint32_t i = 0; i < NODES; i++)
        for (uint32_t seed = 0; seed < SEEDS; seed++) {
            struct edge_message message = {mix(i * SEEDS + seed) % 100, {.axon = seed, .target = GENERATIONS}};
            add(&nodes[i].agenda, &message);
        }
}

/* Everything due before `horizon`; messages for others go out. */
static void run(struct node *nodes, uint32_t own, uint64_t latency, uint64_t horizon, struct ranks_window *window)
{
    struct node *node = &nodes[own];
    for (uint64_t next; (next = first(&node->agenda)) < horizon;)
        for (size_t i = 0; i < node->agenda.count; i++) {
            struct edge_message message = node->agenda.messages[i], made;
            uint32_t to;
            if (message.arrival != next)
                continue;
            node->agenda.messages[i--] = node->agenda.messages[--node->agenda.count];
            if (!handle(node, own, latency, &message, &made, &to))
                continue;
            if (to == own || !window)
                add(&nodes[to].agenda, &made);
            else
                edge_put(&window->out[to < own ? RANKS_WEST : RANKS_EAST], made.arrival, &made.packet);
        }
}

static void alone(struct node *nodes, uint64_t latency)
{
    begin(nodes);
    for (bool busy = true; busy;) {
        busy = false;
        for (uint32_t i = 0; i < NODES; i++) {
            busy |= nodes[i].agenda.count > 0;
            run(nodes, i, latency, NEVER, NULL);
        }
    }
}

/* In a child: exit status 0 when no message came too late; what it did lies in `done`. */
static void work(struct lanes_slot *const *slots, uint32_t own, uint64_t latency, struct node *done)
{
    struct lanes lanes = {.slots = slots, .own = own, .count = NODES};
    struct ranks_window window = {0};
    struct node nodes[NODES] = {{{0}, 0, 0}};
    uint64_t ran = 0;
    begin(nodes);
    for (;;) {
        window.next = first(&nodes[own].agenda);
        window.stop_at = NEVER;
        lanes_exchange(&lanes, &window, latency, latency);
        for (int side = 0; side < RANKS_SIDES; side++)
            for (const struct edge_message *message; (message = edge_front(&window.in[side])); edge_pop(&window.in[side])) {
                if (message->arrival < ran)
                    _exit(2);
                add(&nodes[own].agenda, message);
            }
        if (window.next == NEVER)
            break;
        if (window.horizon <= window.next)
            _exit(3);
        run(nodes, own, latency, window.horizon, &window);
        ran = window.horizon;
    }
    if (nodes[own].agenda.count)
        _exit(4);
    done[own].sum = nodes[own].sum;
    done[own].handled = nodes[own].handled;
    _exit(0);
}

static void *shared(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert(memory != MAP_FAILED);
    return memory;
}

static const uint64_t latencies[] = {1, 29, 371};

START_TEST(processes_do_what_one_does_and_see_the_end)
{
    struct node expected[NODES] = {{{0}, 0, 0}}, *done = shared(NODES * sizeof *done);
    struct lanes_slot *slots[NODES];
    pid_t children[NODES];
    for (uint32_t i = 0; i < NODES; i++)
        slots[i] = shared(lanes_slot_bytes());
    alone(expected, latencies[_i]);
    for (uint32_t i = 0; i < NODES; i++)
        if ((children[i] = fork()) == 0)
            work(slots, i, latencies[_i], done);
    for (uint32_t i = 0; i < NODES; i++) {
        int status;
        ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
        ck_assert_int_eq(status, 0);
        ck_assert_uint_gt(done[i].handled, SEEDS);
        ck_assert_uint_eq(done[i].handled, expected[i].handled);
        ck_assert_uint_eq(done[i].sum, expected[i].sum);
        free(expected[i].agenda.messages);
        munmap(slots[i], lanes_slot_bytes());
    }
    munmap(done, NODES * sizeof *done);
}
END_TEST

START_TEST(more_messages_than_there_is_room_for_all_arrive)
{
    enum { MANY = 5000 };
    struct lanes_slot *slots[2] = {shared(lanes_slot_bytes()), shared(lanes_slot_bytes())};
    pid_t child = fork();
    uint32_t own = child == 0 ? 1 : 0;
    struct lanes lanes = {.slots = slots, .own = own, .count = 2};
    struct ranks_window window = {.next = NEVER, .stop_at = NEVER};
    uint64_t got = 0;
    for (uint32_t i = 0; i < MANY; i++) /* both at once: each must take while it sends */
        edge_put(&window.out[own == 0 ? RANKS_EAST : RANKS_WEST], 100 + i, &(struct packet){.axon = i});
    while (got < MANY) {
        lanes_exchange(&lanes, &window, 10, 10);
        struct edge_queue *in = &window.in[own == 0 ? RANKS_EAST : RANKS_WEST];
        for (const struct edge_message *message; (message = edge_front(in)); edge_pop(in))
            if (message->packet.axon != got || message->arrival != 100 + got++)
                _exit(1);
        window.next = got < MANY ? 100 + got : NEVER;
    }
    lanes_exchange(&lanes, &window, 10, 10); /* nothing is left anywhere */
    bool ended = window.next == NEVER;
    ranks_window_free(&window);
    if (child == 0)
        _exit(ended ? 0 : 1);
    int status;
    ck_assert(ended);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    munmap(slots[0], lanes_slot_bytes());
    munmap(slots[1], lanes_slot_bytes());
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lanes");
    TCase *cases = tcase_create("lanes");
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, processes_do_what_one_does_and_see_the_end, 0, 3);
    tcase_add_test(cases, more_messages_than_there_is_room_for_all_arrive);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
