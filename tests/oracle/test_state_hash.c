/* The state hash sees every register: on chips stopped in the middle of their work, each bit of each kind of state is
 * flipped, must change the hash, and is set right again. What is left out only schedules, or is an index into a list
 * whose contents are hashed. */
#include "tests/support/simulate.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <stdlib.h>

static const struct workload on_processor = {
    .chip = "tests/support/chips/tiny-processor.yaml", .network = "traces/digits/digits.nir",
    .input = "traces/digits/test-spikes.h5", .samples = 1, .settings = {"placement.inputs=cores"}};
static const struct workload on_column = DIGITS("tests/support/chips/tiny-sparse.yaml", 1);
static const struct workload with_slow_credits = {
    .chip = "tests/support/chips/tiny-sparse.yaml", .network = "traces/digits/digits.nir",
    .input = "traces/digits/test-spikes.h5", .samples = 1, .settings = {"router.credit_latency=5"}};
static const struct workload with_small_buffers = {
    .chip = "tests/support/chips/tiny-two-chips.yaml", .network = "traces/digits/digits.nir",
    .input = "traces/digits/test-spikes.h5", .samples = 1,
    .settings = {"chips.link.buffer_packets=1", "router.buffer_flits=2", "core.event_queue.depth=80"}};
static const struct workload on_two_chips = DIGITS("tests/support/chips/tiny-two-chips.yaml", 1);

struct stopped {
    struct run *run;
    struct plain_system plain;
    struct chip *chip; /* the one that is looked at */
    uint64_t hash;
};

static void begin(struct stopped *stopped, const struct workload *workload)
{
    stopped->run = workload_load(workload);
    plain_system_init(&stopped->plain, stopped->run);
    stopped->chip = stopped->plain.chips[0];
}

static void end(struct stopped *stopped)
{
    plain_system_free(&stopped->plain);
    workload_free(stopped->run);
}

/* Runs on until `wanted` holds of the chip. */
static void stop_when(struct stopped *stopped, bool (*wanted)(const struct chip *chip))
{
    do {
        plain_system_advance(&stopped->plain, stopped->plain.now + 1);
        ck_assert(!driver_done(&stopped->plain.driver));
    } while (!wanted(stopped->chip));
    stopped->hash = plain_system_hash(&stopped->plain);
}

static void flip(struct stopped *stopped, const char *what, void *at, size_t bits)
{
    unsigned char *bytes = at;
    for (size_t bit = 0; bit < bits; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        ck_assert_msg(plain_system_hash(&stopped->plain) != stopped->hash, "%s, bit %zu", what, bit);
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    ck_assert_uint_eq(plain_system_hash(&stopped->plain), stopped->hash);
}
#define FLIP(field) flip(&stopped, #field, &(field), 8 * sizeof(field))
#define FLIP_BOOL(field) flip(&stopped, #field, &(field), 1)
#define FLIP_ENUM(field) flip(&stopped, #field, &(field), 2)

/* One that has run out is as good as any other that has. */
static void flip_timer(struct stopped *stopped, const char *what, uint64_t *timer)
{
    uint64_t now = stopped->plain.now, before = *timer;
    if (before > now) {
        flip(stopped, what, timer, 64);
        return;
    }
    *timer = now + 1;
    ck_assert_msg(plain_system_hash(&stopped->plain) != stopped->hash, "%s", what);
    *timer = now;
    ck_assert_msg(plain_system_hash(&stopped->plain) == stopped->hash, "%s", what);
    *timer = before;
}
#define FLIP_TIMER(field) flip_timer(&stopped, #field, &(field))

static bool in_timestep_3(const struct chip *chip)
{
    return chip->timestep.phase == GO_STEP_0 + 3;
}

START_TEST(of_memories_of_a_core)
{
    struct stopped stopped;
    begin(&stopped, &on_processor);
    stop_when(&stopped, in_timestep_3);
    for (uint32_t c = 0; c < chip_cores(&stopped.run->chip); c++) {
        struct core *core = &stopped.chip->cores[c];
        for (uint32_t i = 0; i < CORE_COUNTERS; i += 5)
            FLIP(core->counters[i]);
        if (core->neurons.count == 0)
            continue;
        for (uint32_t j = 0; j < core->neurons.count; j += core->neurons.count - 1) {
            FLIP(core->neurons.potential[j]);
            FLIP(core->neurons.current[j]);
            FLIP(core->synapses.accumulator[j]);
        }
        uint32_t last = core->synapses.start[core->synapses.axons] - 1;
        if (core->synapses.dense_i8)
            FLIP(core->synapses.dense_i8[core->program->synapse_target[0]]); /* of axon 0 */
        else
            FLIP(core->program->synapse_weight[0]);
        /* in dense rows a target is a place, so it stays within the row's padding (VECTOR_WIDTH) */
        size_t bits = core->synapses.dense_i8 ? 5 : 16;
        flip(&stopped, "first target", &core->program->synapse_target[0], bits);
        flip(&stopped, "last target", &core->program->synapse_target[last], bits);
    }
    end(&stopped);
}
END_TEST

START_TEST(of_registers_of_a_core)
{
    struct stopped stopped;
    begin(&stopped, &on_processor);
    stop_when(&stopped, in_timestep_3);
    for (uint32_t c = 0; c < chip_cores(&stopped.run->chip); c++) {
        struct core *core = &stopped.chip->cores[c];
        FLIP(core->seen_go);
        FLIP(core->obeyed);
        FLIP_ENUM(core->phase);
        FLIP(core->step);
        FLIP(core->steps);
        FLIP_TIMER(core->drain_end);
        FLIP_TIMER(core->phase_end);
        FLIP_BOOL(core->in_blocked);
        FLIP(core->output.step);
        FLIP_TIMER(core->output.next_send);
        if (!axon_output_has_announced(&core->output)) /* else it follows from the link */
            FLIP_BOOL(core->output.blocked);
    }
    end(&stopped);
}
END_TEST

/* Registers that are read only in some phases: a core in which `wanted` holds. */
static struct core *core_where(const struct chip *chip, bool (*wanted)(const struct core *core))
{
    for (uint32_t c = 0; c < chip_cores(chip->config); c++)
        if (wanted(&chip->cores[c]))
            return &chip->cores[c];
    return NULL;
}

static bool waits_for_processor(const struct core *core)
{
    return core->phase == CORE_DRAINS || core->phase == CORE_ASKS;
}
static bool sends_a_relay(const struct core *core)
{
    return axon_output_has_announced(&core->output) && core->output.relay;
}
static bool sends_a_spike(const struct core *core)
{
    return axon_output_has_announced(&core->output) && !core->output.relay;
}
static bool one_waits_for_processor(const struct chip *chip) { return core_where(chip, waits_for_processor) != NULL; }
static bool one_sends_a_relay(const struct chip *chip) { return core_where(chip, sends_a_relay) != NULL; }
static bool one_sends_a_spike(const struct chip *chip) { return core_where(chip, sends_a_spike) != NULL; }

START_TEST(of_what_a_core_will_report_of_its_timestep)
{
    struct stopped stopped;
    begin(&stopped, &on_processor);
    stop_when(&stopped, one_waits_for_processor);
    struct core *core = core_where(stopped.chip, waits_for_processor);
    FLIP(core->began);
    FLIP(core->events_before);
    end(&stopped);
}
END_TEST

START_TEST(of_a_relayed_word_that_is_being_sent)
{
    struct stopped stopped;
    begin(&stopped, &on_processor);
    stop_when(&stopped, one_sends_a_relay);
    struct core *core = core_where(stopped.chip, sends_a_relay);
    FLIP(core->output.sending);
    FLIP(core->output.route_end);
    FLIP(core->output.event.axon);
    FLIP(core->output.event.value);
    FLIP(core->output.event.step);
    core->in_blocked = true;
    core->in_blocked_since = stopped.plain.now - 1;
    stopped.hash = plain_system_hash(&stopped.plain);
    FLIP(core->in_blocked_since);
    end(&stopped);
}
END_TEST

START_TEST(of_a_spike_that_is_being_sent)
{
    struct stopped stopped;
    begin(&stopped, &with_small_buffers);
    stop_when(&stopped, one_sends_a_spike);
    struct core *core = core_where(stopped.chip, sends_a_spike);
    FLIP(core->output.sending);
    FLIP(core->output.route_end);
    FLIP(core->neurons.fired[core->output.sending_spike]);
    end(&stopped);
}
END_TEST

static const struct core *core_with_events(const struct chip *chip)
{
    for (uint32_t c = 0; c < chip_cores(chip->config); c++)
        if (chip->cores[c].queue.stored > 1)
            return &chip->cores[c];
    return NULL;
}

static bool has_events(const struct chip *chip) { return core_with_events(chip) != NULL; }

static void flip_event(struct stopped *at, struct event_queue *queue, uint32_t slot)
{
    struct stopped stopped = *at;
    struct event_slot *events = &queue->slot[slot];
    if (event_queue_count(queue, slot) == 0)
        return;
    FLIP(events->events[events->taken].axon);
    FLIP(events->events[events->taken].value);
    FLIP(events->events[events->count - 1].axon);
    events->count--;
    ck_assert_uint_ne(plain_system_hash(&stopped.plain), stopped.hash);
    events->count++;
}

START_TEST(of_an_event_queue)
{
    struct stopped stopped;
    begin(&stopped, &on_column);
    stop_when(&stopped, has_events);
    struct event_queue *queue = &stopped.chip->cores[core_with_events(stopped.chip)->component.index].queue;
    for (uint32_t slot = 0; slot < queue->slots; slot++)
        flip_event(&stopped, queue, slot);
    end(&stopped);
}
END_TEST

static const struct core *core_that_reads_events(const struct chip *chip)
{
    for (uint32_t c = 0; c < chip_cores(chip->config); c++)
        if (chip->cores[c].queue.leaving > 3)
            return &chip->cores[c];
    return NULL;
}

static bool reads_events(const struct chip *chip) { return core_that_reads_events(chip) != NULL; }

START_TEST(of_events_on_their_way_out_of_a_queue)
{
    struct stopped stopped;
    begin(&stopped, &on_column);
    stop_when(&stopped, reads_events);
    struct event_queue *queue = &stopped.chip->cores[core_that_reads_events(stopped.chip)->component.index].queue;
    uint64_t *last = event_queue_leaves(queue, queue->leaving - 1);
    ck_assert_uint_gt(*last, stopped.plain.now);
    FLIP(*last);
    end(&stopped);
}
END_TEST

static const struct core *core_with_spikes_to_send(const struct chip *chip)
{
    for (uint32_t c = 0; c < chip_cores(chip->config); c++)
        if (chip->cores[c].output.spike + 1 < chip->cores[c].neurons.fired_count)
            return &chip->cores[c];
    return NULL;
}

static bool has_spikes_to_send(const struct chip *chip) { return core_with_spikes_to_send(chip) != NULL; }

START_TEST(of_spikes_that_wait_to_be_sent)
{
    struct stopped stopped;
    begin(&stopped, &on_column);
    stop_when(&stopped, has_spikes_to_send);
    struct core *core = &stopped.chip->cores[core_with_spikes_to_send(stopped.chip)->component.index];
    FLIP(core->output.sweep_start);
    FLIP(core->neurons.fired[core->output.spike]);
    FLIP(core->neurons.fired[core->neurons.fired_count - 1]);
    core->neurons.fired_count--;
    ck_assert_uint_ne(plain_system_hash(&stopped.plain), stopped.hash);
    core->neurons.fired_count++;
    core->output.spike++;
    ck_assert_uint_ne(plain_system_hash(&stopped.plain), stopped.hash);
    end(&stopped);
}
END_TEST

/* Whoever else an output could have served last. */
static void check_turns(struct stopped *stopped, uint16_t *behind)
{
    uint16_t before = *behind;
    for (uint32_t input = 0; input < ROUTER_PORTS_MAX; input++) {
        *behind = (uint16_t)-(UINT32_C(2) << input);
        ck_assert((plain_system_hash(&stopped->plain) == stopped->hash) == (*behind == before));
    }
    *behind = before;
}

/* That some output waits for its link, or all that wait do so for credit. */
static void check_waits(struct stopped *stopped, uint16_t *link, uint16_t *credit)
{
    uint16_t before[2] = {*link, *credit};
    uint64_t seen[3];
    for (int waits = 0; waits < 3; waits++) {
        *link = waits == 2;
        *credit = waits == 1;
        seen[waits] = plain_system_hash(&stopped->plain);
    }
    *link = before[0];
    *credit = before[1];
    ck_assert(seen[0] != seen[1] && seen[1] != seen[2] && seen[2] != seen[0]);
    ck_assert(seen[before[0] ? 2 : before[1] ? 1 : 0] == stopped->hash);
}

/* One input more or less that wants an output. */
static void check_requests(struct stopped *stopped, uint16_t *requests, uint32_t inputs)
{
    for (uint32_t input = 0; input < inputs; input++) {
        *requests ^= (uint16_t)(UINT32_C(1) << input);
        ck_assert_uint_ne(plain_system_hash(&stopped->plain), stopped->hash);
        *requests ^= (uint16_t)(UINT32_C(1) << input);
    }
}

START_TEST(of_a_router)
{
    struct stopped stopped;
    begin(&stopped, &on_column);
    stop_when(&stopped, in_timestep_3);
    for (uint32_t tile = 0; tile < chip_tiles(&stopped.run->chip); tile++) {
        struct router *router = &stopped.chip->routers[tile];
        check_waits(&stopped, &router->waits_link, &router->waits_credit);
        for (uint32_t i = 0; i < ROUTER_COUNTERS; i++)
            FLIP(router->counters[i]);
        for (uint32_t port = 0; port < router->ports; port++) {
            check_turns(&stopped, &router->port[port].behind);
            check_requests(&stopped, &router->port[port].requests, router->ports);
            router->free_at[port] = stopped.plain.now + 1;
            ck_assert_uint_ne(plain_system_hash(&stopped.plain), stopped.hash);
            router->free_at[port] = stopped.plain.now; /* as good as any time in the past */
            ck_assert_uint_eq(plain_system_hash(&stopped.plain), stopped.hash);
        }
    }
    end(&stopped);
}
END_TEST

/* Which the hash of some component must reach. */
START_TEST(of_credits_of_every_link)
{
    static const struct workload *const workloads[] = {&on_processor, &on_column, &on_two_chips};
    struct stopped stopped;
    uint32_t used = 0;
    begin(&stopped, workloads[_i]);
    stop_when(&stopped, in_timestep_3);
    for (uint32_t n = 0; n < stopped.run->chip.host.chips; n++)
        for (uint32_t i = 0; i < stopped.plain.chips[n]->link_count; i++) {
            struct link *link = &stopped.plain.chips[n]->links[i];
            uint64_t *free_at = &link->ring[((link->promises ? link->collected : link->head) - 1) & link->mask].free_at;
            uint64_t before = *free_at;
            if (before == 0 || before > stopped.plain.now)
                continue; /* nothing has gone there, or its credit is still under way */
            *free_at = stopped.plain.now + 1;
            ck_assert_msg(plain_system_hash(&stopped.plain) != stopped.hash, "link %u", i);
            *free_at = before;
            used++;
        }
    ck_assert_uint_ge(used, 4);
    end(&stopped);
}
END_TEST

static struct link *link_with_packet(const struct chip *chip)
{
    for (uint32_t i = 0; i < chip->link_count; i++)
        if (chip->links[i].head != chip->links[i].tail)
            return &chip->links[i];
    return NULL;
}

static bool has_packet(const struct chip *chip)
{
    return chip->timestep.phase > GO_STEP_0 && link_with_packet(chip) != NULL;
}

START_TEST(of_a_packet_in_a_link)
{
    struct stopped stopped;
    begin(&stopped, &on_column);
    stop_when(&stopped, has_packet);
    struct link *link = link_with_packet(stopped.chip);
    struct link_entry *entry = &link->ring[link->head & link->mask];
    FLIP(entry->packet.target);
    FLIP(entry->packet.axon);
    FLIP(entry->packet.value);
    FLIP(entry->packet.step);
    FLIP(entry->packet.flits);
    FLIP(entry->packet.kind);
    FLIP_TIMER(entry->visible);
    end(&stopped);
}
END_TEST

static struct link *link_with_credit_under_way(const struct chip *chip)
{
    for (uint32_t i = 0; i < chip->link_count; i++) {
        const struct link *link = &chip->links[i];
        if (!link->promises && link->head && link->ring[(link->head - 1) & link->mask].free_at > chip->engine->now &&
            link->ring[(link->head - 1) & link->mask].free_at != NEVER)
            return &chip->links[i];
    }
    return NULL;
}

static bool has_credit_under_way(const struct chip *chip) { return link_with_credit_under_way(chip) != NULL; }

START_TEST(of_a_credit_on_its_way_back)
{
    struct stopped stopped;
    begin(&stopped, &with_slow_credits);
    stop_when(&stopped, has_credit_under_way);
    struct link *link = link_with_credit_under_way(stopped.chip);
    FLIP(link->ring[(link->head - 1) & link->mask].free_at);
    end(&stopped);
}
END_TEST

START_TEST(of_a_processor)
{
    struct stopped stopped;
    begin(&stopped, &on_processor);
    stop_when(&stopped, in_timestep_3);
    for (uint32_t tile = 0; tile < chip_tiles(&stopped.run->chip); tile++) {
        struct processor *processor = &stopped.chip->processors[tile];
        FLIP_BOOL(processor->busy);
        FLIP(processor->owner);
        for (uint32_t i = 0; i < PROCESSOR_COUNTERS; i++)
            FLIP(processor->counters[i]);
    }
    end(&stopped);
}
END_TEST

START_TEST(of_the_timestep_control_of_every_chip)
{
    struct stopped stopped;
    begin(&stopped, &on_two_chips);
    stop_when(&stopped, in_timestep_3);
    for (uint32_t n = 0; n < 2; n++) {
        struct timestep *timestep = &stopped.plain.chips[n]->timestep;
        FLIP_ENUM(timestep->state);
        FLIP(timestep->obeyed);
        FLIP(timestep->sample);
        FLIP(timestep->steps);
        FLIP(timestep->phase);
        FLIP_TIMER(timestep->act_at);
        FLIP(timestep->began);
        FLIP(timestep->outstanding.sum.value);
        FLIP(timestep->command.value);
        FLIP(timestep->go.value);
        FLIP(timestep->started.value);
        FLIP(timestep->ended.value);
        FLIP(timestep->west.heard.value);
        FLIP(timestep->west.said.value);
        FLIP(timestep->east.heard.value);
        FLIP(timestep->east.said.value);
        for (uint32_t i = 0; i < HOST_COUNTERS; i++)
            FLIP(stopped.plain.chips[n]->host_counters[i]);
    }
    end(&stopped);
}
END_TEST

static void flip_message(struct stopped *at, struct edge_queue *edge)
{
    struct stopped stopped = *at;
    struct edge_message *message = &edge->ring[edge->head & (edge->capacity - 1)];
    FLIP_TIMER(message->arrival);
    FLIP(message->packet.target);
    FLIP(message->packet.axon);
    FLIP(message->packet.value);
    FLIP(message->packet.step);
    FLIP(message->packet.flits);
    FLIP(message->packet.kind);
}

static bool hears_the_host(const struct chip *chip)
{
    return chip->timestep.phase == GO_STEP_0 + 3 && edge_front(&chip->port.from_host) != NULL;
}

START_TEST(of_the_host_interface)
{
    struct stopped stopped;
    begin(&stopped, &on_column);
    stop_when(&stopped, hears_the_host);
    struct host_port *port = &stopped.chip->port;
    FLIP(port->route_end);
    FLIP(port->sample);
    FLIP_TIMER(port->in_free);
    FLIP_TIMER(port->out_free);
    FLIP(port->told_done);
    FLIP_BOOL(port->blocked);
    port->blocked = true;
    port->blocked_since = stopped.plain.now - 1;
    stopped.hash = plain_system_hash(&stopped.plain);
    FLIP(port->blocked_since);
    flip_message(&stopped, &port->from_host);
    end(&stopped);
}
END_TEST

static bool sends_an_input(const struct chip *chip)
{
    return chip->port.route != chip->port.route_end;
}

START_TEST(of_an_input_that_is_being_sent)
{
    struct stopped stopped;
    begin(&stopped, &on_column);
    stop_when(&stopped, sends_an_input);
    struct host_port *port = &stopped.chip->port;
    FLIP(port->route);
    FLIP(port->event.axon);
    FLIP(port->event.value);
    FLIP(port->event.step);
    end(&stopped);
}
END_TEST

static bool hears_its_neighbour(const struct chip *chip)
{
    return edge_front(&chip->east.from_neighbour) != NULL;
}

START_TEST(of_a_chip_to_chip_link)
{
    struct stopped stopped;
    begin(&stopped, &on_two_chips);
    stop_when(&stopped, hears_its_neighbour);
    struct chip_link *links[] = {&stopped.plain.chips[0]->east, &stopped.plain.chips[1]->west};
    for (int i = 0; i < 2; i++) {
        FLIP(links[i]->credits);
        FLIP_TIMER(links[i]->out_free);
        FLIP_TIMER(links[i]->in_free);
        FLIP(links[i]->said);
        FLIP(links[i]->started);
    }
    flip_message(&stopped, &links[0]->from_neighbour);
    end(&stopped);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("state hash");
    TCase *cases = tcase_create("changes with every bit");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, of_memories_of_a_core);
    tcase_add_test(cases, of_registers_of_a_core);
    tcase_add_test(cases, of_what_a_core_will_report_of_its_timestep);
    tcase_add_test(cases, of_a_relayed_word_that_is_being_sent);
    tcase_add_test(cases, of_a_spike_that_is_being_sent);
    tcase_add_test(cases, of_an_event_queue);
    tcase_add_test(cases, of_events_on_their_way_out_of_a_queue);
    tcase_add_test(cases, of_spikes_that_wait_to_be_sent);
    tcase_add_test(cases, of_a_router);
    tcase_add_loop_test(cases, of_credits_of_every_link, 0, 3);
    tcase_add_test(cases, of_a_packet_in_a_link);
    tcase_add_test(cases, of_a_credit_on_its_way_back);
    tcase_add_test(cases, of_a_processor);
    tcase_add_test(cases, of_the_timestep_control_of_every_chip);
    tcase_add_test(cases, of_the_host_interface);
    tcase_add_test(cases, of_an_input_that_is_being_sent);
    tcase_add_test(cases, of_a_chip_to_chip_link);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
