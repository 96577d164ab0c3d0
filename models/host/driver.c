#include "models/host/driver.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>

#define WINDOW 4096 /* inputs read at a time */

void driver_init(struct driver *driver, const struct host_config *config, uint32_t depth)
{
    *driver = (struct driver){.config = config, .depth = depth, .credits = config->buffer_events};
}

void driver_free(struct driver *driver)
{
    edge_free(&driver->to_chip);
    edge_free(&driver->from_chip);
    free(driver->window);
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
    driver->any_output = true;
}

static void end_sample(struct driver *driver)
{
    struct sample_result *result = &driver->results[driver->sample];
    if (!driver->any_output)
        result->last_cycle = driver->now;
    driver->done_cycle = result->done_cycle = driver->now;
    driver->sample++;
    driver->announced = driver->waiting = driver->any_input = driver->any_output = false;
    driver->step = 0;
    driver->output_capacity = 0;
    driver->sent_of_input = 0;
    if (driver->sample_ended)
        driver->sample_ended(driver->owner, driver->sample - 1);
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

static void begin_inputs(struct driver *driver)
{
    const struct driver_sample *sample = &driver->samples[driver->sample];
    driver->inputs = driver->read ? NULL : sample->inputs;
    driver->input_count = driver->read ? 0 : sample->count;
    driver->next_input = driver->read_at = 0;
}

/* The next input of the sample, NULL after the last. */
static const struct driver_input *next_input(struct driver *driver)
{
    if (driver->next_input == driver->input_count && driver->read) {
        if (!driver->window)
            driver->window = memory_array(WINDOW, sizeof *driver->window);
        driver->input_count = driver->read(driver->read_context, driver->first_sample + driver->sample, &driver->read_at,
                                           driver->window, WINDOW);
        driver->inputs = driver->window;
        driver->next_input = 0;
    }
    return driver->next_input < driver->input_count ? &driver->inputs[driver->next_input] : NULL;
}

static void send_next(struct driver *driver)
{
    const struct driver_sample *sample = &driver->samples[driver->sample];
    const struct driver_input *input;
    if (!driver->announced) {
        begin_inputs(driver);
        struct packet begin = {.kind = HOST_SAMPLE, .axon = driver->first_sample + (uint32_t)driver->sample,
                               .value = (int32_t)sample->steps};
        driver->results[driver->sample].first_cycle = driver->now;
        transmit(driver, &begin);
        driver->announced = true;
    } else if ((input = next_input(driver)) && input->step == driver->step) {
        send_input(driver, input);
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
