#include "sim/top/collect.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>
#include <string.h>

void collector_init(struct collector *collector, const struct chip_config *config, const struct program *program,
                    const struct driver_sample *samples, size_t sample_count, struct chip_result *result)
{
    *result = (struct chip_result){.population_count = program->population_count, .sample_count = sample_count};
    *collector = (struct collector){.config = config, .program = program, .result = result};
    result->samples = memory_array(sample_count, sizeof *result->samples);
    collector->spike_capacity = memory_array(sample_count, sizeof(size_t));
    for (size_t i = 0; i < sample_count; i++) {
        result->samples[i].steps = samples[i].steps;
        counter_table_init(&result->samples[i].counters, config);
        if (samples[i].steps > result->steps)
            result->steps = samples[i].steps;
    }
    result->layers = memory_array((size_t)program->population_count * result->steps, sizeof *result->layers);
    counter_table_init(&result->counters, config);
}

static void add_layers(struct chip_result *result, const struct probe *probe)
{
    for (uint32_t p = 0; p < result->population_count; p++)
        for (uint32_t t = 0; t < probe->steps; t++) {
            const struct layer_step *from = &probe->layers[(size_t)p * probe->steps + t];
            struct layer_step *to = &result->layers[(size_t)p * result->steps + t];
            to->spikes += from->spikes;
            to->synaptic_events += from->synaptic_events;
            to->busy_cycles += from->busy_cycles;
        }
}

static void on_sample(void *listener, struct chip *chip, uint32_t number, uint64_t began, uint64_t over)
{
    struct collector *collector = listener;
    uint32_t index = number - collector->first_sample;
    struct sample_result *sample = &collector->result->samples[index];
    bool counts = index > 0 || !collector->warm_up;
    size_t wanted = sample->spike_count + (counts ? chip->probe.count : 0);
    sample->spikes = memory_grow(sample->spikes, &collector->spike_capacity[index], wanted, sizeof *sample->spikes);
    for (size_t i = 0; counts && i < chip->probe.count; i++)
        sample->spikes[sample->spike_count++] = chip->probe.spikes[i];
    if (counts)
        add_layers(collector->result, &chip->probe);
    chip_counters(chip, &sample->counters);
    if (number + 1 == collector->result->sample_count)
        chip_memory_add(chip, &collector->result->memory);
    sample->counters.chip_cycles[chip->number] = over;
    if (chip->number == 0) {
        sample->start_cycle = began;
        sample->end_cycle = over;
        sample->counters.cycles = over;
    }
}

void collector_listen(struct collector *collector, struct chip *chip)
{
    chip->on_sample = on_sample;
    chip->listener = collector;
}

void collector_replayed(struct collector *collector, struct chip *chip, uint64_t end_cycle)
{
    chip_settle(chip);
    chip_counters(chip, &collector->result->counters);
    collector->result->counters.cycles = end_cycle;
}

void collector_add_history(const struct collector *collector, struct chip *chip, const struct counter_table *history)
{
    struct counter_table missing;
    counter_table_init(&missing, collector->config);
    counter_table_copy(&missing, history);
    counter_table_subtract(&missing, &collector->result->samples[0].counters);
    chip_add_counters(chip, &missing);
    counter_table_free(&missing);
}

void collector_merge(struct collector *collector, struct packed *packed)
{
    struct chip_result *result = collector->result, part;
    must(pack_take_result(packed, collector->config, &part));
    must(part.sample_count == result->sample_count && part.steps == result->steps);
    for (size_t i = 0; i < part.sample_count; i++) {
        struct sample_result *from = &part.samples[i], *to = &result->samples[i];
        counter_table_add(&to->counters, &from->counters);
        to->spikes = memory_grow(to->spikes, &collector->spike_capacity[i], to->spike_count + from->spike_count,
                                 sizeof *to->spikes);
        if (from->spike_count)
            memcpy(to->spikes + to->spike_count, from->spikes, from->spike_count * sizeof *to->spikes);
        to->spike_count += from->spike_count;
    }
    layers_add(result, &part);
    result->wakeups += part.wakeups;
    result->steps_run += part.steps_run;
    chip_result_free(&part);
}

/* Deals spikes to one pile a key, in the order in which they come. keys[i] belongs to spikes[i], below `piles`. */
static void deal(const struct recorded_spike *spikes, const uint32_t *keys, size_t count, size_t piles,
                 struct recorded_spike *out)
{
    size_t *next = memory_array(piles + 1, sizeof *next);
    for (size_t i = 0; i < count; i++)
        next[keys[i] + 1]++;
    for (size_t pile = 1; pile <= piles; pile++)
        next[pile] += next[pile - 1];
    for (size_t i = 0; i < count; i++)
        out[next[keys[i]]++] = spikes[i];
    free(next);
}

/* By neuron, then by population and step: each deal keeps the order of the one before. */
static void sort_spikes(struct sample_result *sample, const struct program *program)
{
    size_t count = sample->spike_count;
    uint32_t neurons = 0, *keys = memory_array(count, sizeof *keys);
    struct recorded_spike *dealt = memory_array(count, sizeof *dealt);
    for (uint32_t p = 0; p < program->population_count; p++)
        neurons = program->populations[p].count > neurons ? program->populations[p].count : neurons;
    must((uint64_t)program->population_count * sample->steps < UINT32_MAX);
    for (size_t i = 0; i < count; i++)
        keys[i] = sample->spikes[i].neuron;
    deal(sample->spikes, keys, count, neurons, dealt);
    for (size_t i = 0; i < count; i++)
        keys[i] = dealt[i].population * sample->steps + dealt[i].step;
    deal(dealt, keys, count, (size_t)program->population_count * sample->steps, sample->spikes);
    free(keys);
    free(dealt);
}

/* On the link an output is a number over all neurons and the low half of a chip step. */
static void name_outputs(const struct program *program, struct sample_result *sample)
{
    uint32_t step = 0;
    for (size_t i = 0; i < sample->output_count; i++) {
        struct recorded_spike *output = &sample->outputs[i];
        uint32_t p = 0;
        step = (uint32_t)((int32_t)step + (int16_t)(output->step - step));
        while (program->populations[p].input || output->neuron >= program->populations[p].count) {
            output->neuron -= program->populations[p].input ? 0 : program->populations[p].count;
            p++;
            must(p < program->population_count);
        }
        output->population = p;
        output->step = step - program->populations[p].depth;
    }
}

void collector_finish(struct collector *collector)
{
    struct chip_result *result = collector->result;
    for (size_t i = result->sample_count; i-- > 0;) {
        struct sample_result *sample = &result->samples[i];
        if (i + 1 == result->sample_count)
            counter_table_copy(&result->counters, &sample->counters);
        if (i > 0)
            counter_table_subtract(&sample->counters, &result->samples[i - 1].counters);
        sort_spikes(sample, collector->program);
        name_outputs(collector->program, sample);
    }
}

void collector_free(struct collector *collector)
{
    free(collector->spike_capacity);
    collector->spike_capacity = NULL;
}
