/* Whether the inputs of a sample can wait in the cores' event queues. In a chip with timesteps a spike is for a later
 * timestep than the one in which it arrives, so at the end of a timestep everything that is for later ones lies in the
 * queue. A queue that holds back the mesh when it is full (policy stall) and a barrier that waits for the mesh would
 * then wait for each other: no order of packets helps, and the file is to blame, not the chip. */
#include "tools/compile/input_fit.h"

#include "sim/memory.h"
#include <stdlib.h>
#include <string.h>

#define WINDOW 512u

struct fitting {
    const struct program *program;
    const struct chip_config *chip;
    struct source *sources; /* of each input, numbered over all input populations */
    uint64_t *waiting;      /* [cores]: events in the queue */
    uint64_t *due;          /* [cores][slots] of them, by the timestep that takes them */
    uint32_t step;
};

struct source {
    const struct route_table *table;
    uint32_t row;
};

static uint32_t input_count(const struct program *program)
{
    uint32_t count = 0;
    for (uint32_t p = 0; p < program->population_count; p++)
        count += program->populations[p].input ? program->populations[p].count : 0;
    return count;
}

/* From the host's tile, or from the core that has its relay. */
static void find_sources(struct fitting *fitting)
{
    const struct program *program = fitting->program;
    uint32_t *base = memory_array(program->population_count, sizeof *base), next = 0;
    for (uint32_t p = 0; p < program->population_count; p++) {
        const struct route_table *table = &program->input_routes[p];
        base[p] = next;
        next += program->populations[p].input ? program->populations[p].count : 0;
        for (uint32_t i = 0; i < table->sources; i++)
            fitting->sources[base[p] + i] = (struct source){table, i};
    }
    for (uint32_t c = 0; c < program->core_count; c++)
        for (uint32_t i = 0; i < program->cores[c].relay_count; i++)
            fitting->sources[base[program->cores[c].relay_population] + program->cores[c].relay_index[i]] =
                (struct source){&program->cores[c].relay_routes, i};
    free(base);
}

/* Timesteps before `step` have ended: the queues hold what is for it and later ones, then hand out what is for it. */
static void advance(struct fitting *fitting, uint32_t step)
{
    uint32_t slots = fitting->chip->core.delay_slots;
    for (uint32_t k = 0; fitting->step < step && k < slots; k++) {
        fitting->step++;
        for (uint32_t c = 0; c < fitting->program->core_count; c++) {
            uint64_t *due = &fitting->due[(size_t)c * slots + fitting->step % slots];
            fitting->waiting[c] -= *due;
            *due = 0;
        }
    }
    fitting->step = step;
}

static bool add(struct fitting *fitting, const struct driver_input *input, uint32_t *core)
{
    uint32_t slots = fitting->chip->core.delay_slots;
    const struct source *source = &fitting->sources[input->input];
    uint64_t events = input->count < 0 ? 1 : (uint64_t)input->count;
    for (uint32_t r = source->table ? source->table->start[source->row] : 0;
         source->table && r < source->table->start[source->row + 1]; r++) {
        const struct route *route = &source->table->routes[r];
        if (route->core == ROUTE_HOST)
            continue;
        *core = route->core;
        fitting->due[(size_t)route->core * slots + (input->step + route->delay) % slots] += events;
        fitting->waiting[route->core] += events;
        if (fitting->waiting[route->core] > fitting->chip->core.queue_depth)
            return false;
    }
    return true;
}

static bool sample_fits(struct fitting *fitting, const struct input_reader *reader, size_t sample,
                        struct diagnostics *diagnostics)
{
    const struct core_config *core = &fitting->chip->core;
    struct driver_input inputs[WINDOW];
    size_t at = 0, count;
    uint32_t where = 0;
    memset(fitting->waiting, 0, fitting->program->core_count * sizeof *fitting->waiting);
    memset(fitting->due, 0, (size_t)fitting->program->core_count * core->delay_slots * sizeof *fitting->due);
    fitting->step = 0;
    while ((count = reader->read(reader->context, sample, &at, inputs, WINDOW)) > 0)
        for (size_t i = 0; i < count; i++) {
            advance(fitting, inputs[i].step);
            if (!add(fitting, &inputs[i], &where))
                return diagnostics_add(diagnostics, reader->path, "sample %zu, timestep %u: more than %u input spikes wait "
                                       "in core %u for later timesteps, and its queue stalls when full; expected fewer "
                                       "(a value of n is n spikes), a larger core.event_queue.depth, or "
                                       "core.event_queue.policy=drop", sample, inputs[i].step, core->queue_depth, where);
        }
    return true;
}

bool inputs_fit(const struct program *program, const struct chip_config *chip, const struct input_reader *reader,
                struct diagnostics *diagnostics)
{
    if (chip->core.core_order != ORDER_TIMESTEP || chip->core.queue_policy != QUEUE_STALL ||
        chip->host.timestep_mode != TIMESTEP_BARRIER)
        return true;
    size_t slots = (size_t)program->core_count * chip->core.delay_slots;
    struct fitting fitting = {.program = program, .chip = chip};
    fitting.sources = memory_array(input_count(program), sizeof *fitting.sources);
    fitting.waiting = memory_array(program->core_count, sizeof *fitting.waiting);
    fitting.due = memory_array(slots, sizeof *fitting.due);
    find_sources(&fitting);
    bool good = true;
    for (size_t s = 0; good && s < reader->samples; s++)
        good = sample_fits(&fitting, reader, s, diagnostics);
    free(fitting.sources);
    free(fitting.waiting);
    free(fitting.due);
    return good;
}
