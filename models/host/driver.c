#include "models/host/driver.h"

#include "sim/memory.h"
#include "sim/panic.h"

void driver_init(struct driver *driver, const struct host_config *config, uint32_t depth)
{
    *driver = (struct driver){.config = config, .depth = depth, .credits = config->buffer_events};
}

void driver_free(struct driver *driver)
{
    edge_free(&driver->to_chip);
    edge_free(&driver->from_chip);
}

void driver_receive(struct driver *driver, uint64_t arrival, const struct packet *message)
{
    edge_put(&driver->from_chip, arrival, message);
}

bool driver_done(const struct driver *driver)
{
    return driver->sample == driver->sample_count;
}

/* ---- from the chip ---- */

static void keep_output(struct driver *driver, const struct packet *packet)
{
    struct sample_result *result = &driver->results[driver->sample];
    result->outputs = memory_grow(result->outputs, &driver->output_capacity, result->output_count + 1,
                                  sizeof *result->outputs);
    /* population and step are told apart by whoever knows the program; here they are as on the link */
    result->outputs[result->output_count++] = (struct recorded_spike){.step = packet->step, .neuron = packet->axon,
                                                                      .value = packet->value};
    result->last_cycle = driver->now;
}

static void end_sample(struct driver *driver)
{
    struct sample_result *result = &driver->results[driver->sample];
    if (result->output_count == 0)
        result->last_cycle = driver->now;
    if (driver->sample_ended)
        driver->sample_ended(driver->owner, driver->sample);
    driver->sample++;
    driver->done_cycle = result->done_cycle = driver->now;
    driver->announced = driver->waiting = driver->any_input = false;
    driver->step = 0;
    driver->next_input = driver->output_capacity = 0;
    driver->sent_of_input = 0;
}

static void take_messages(struct driver *driver)
{
    const struct edge_message *message;
    while ((message = edge_front(&driver->from_chip)) && message->arrival <= driver->now) {
        struct packet packet = message->packet;
        edge_pop(&driver->from_chip);
        if (packet.kind == HOST_CREDIT)
            driver->credits++;
        else if (packet.kind == HOST_DONE)
            end_sample(driver);
        else
            keep_output(driver, &packet);
    }
}

/* ---- to the chip ---- */

static void transmit(struct driver *driver, const struct packet *packet)
{
    uint32_t cycles = edge_cycles(driver->config->event_bits, driver->config->link_bits_per_cycle);
    edge_put(&driver->to_chip, driver->now + cycles - 1 + driver->config->link_latency, packet);
    driver->link_free = driver->now + cycles;
    driver->credits--;
}

static void send_input(struct driver *driver, const struct driver_input *input)
{
    bool graded = input->count < 0;
    struct packet packet = {.kind = HOST_INPUT, .axon = input->input, .value = graded ? -input->count : 1,
                            .step = (uint16_t)input->step};
    if (!driver->any_input)
        driver->results[driver->sample].first_cycle = driver->now;
    driver->any_input = true;
    transmit(driver, &packet);
    if (graded || ++driver->sent_of_input == input->count) {
        driver->sent_of_input = 0;
        driver->next_input++;
    }
}

static void send_next(struct driver *driver)
{
    const struct driver_sample *sample = &driver->samples[driver->sample];
    if (!driver->announced) {
        struct packet begin = {.kind = HOST_SAMPLE, .axon = driver->first_sample + (uint32_t)driver->sample,
                               .value = (int32_t)sample->steps};
        driver->results[driver->sample].first_cycle = driver->now;
        transmit(driver, &begin);
        driver->announced = true;
    } else if (driver->next_input < sample->count && sample->inputs[driver->next_input].step == driver->step) {
        send_input(driver, &sample->inputs[driver->next_input]);
    } else {
        struct packet complete = {.kind = HOST_STEP, .axon = driver->step, .step = (uint16_t)driver->step};
        transmit(driver, &complete);
        driver->step++;
        driver->waiting = driver->step == sample->steps + driver->depth;
    }
}

uint64_t driver_run(struct driver *driver, uint64_t until)
{
    while (driver->now < until) {
        take_messages(driver);
        bool wants = !driver_done(driver) && !driver->waiting && driver->credits > 0;
        if (wants && driver->link_free <= driver->now)
            send_next(driver);
        wants = !driver_done(driver) && !driver->waiting && driver->credits > 0;
        uint64_t next = wants ? driver->link_free : NEVER;
        const struct edge_message *front = edge_front(&driver->from_chip);
        if (front && front->arrival < next)
            next = front->arrival > driver->now ? front->arrival : driver->now + 1;
        if (next >= until) {
            driver->now = until;
            return next;
        }
        driver->now = next > driver->now ? next : driver->now + 1;
    }
    return driver->now;
}
