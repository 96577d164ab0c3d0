#include "sim/top/collect.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>

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
    struct sample_result *sample = &collector->result->samples[number];
    size_t wanted = sample->spike_count + chip->probe.count;
    sample->spikes = memory_grow(sample->spikes, &collector->spike_capacity[number], wanted, sizeof *sample->spikes);
    for (size_t i = 0; i < chip->probe.count; i++)
        sample->spikes[sample->spike_count++] = chip->probe.spikes[i];
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

static int by_neuron(const void *a, const void *b)
{
    const struct recorded_spike *x = a, *y = b;
    return x->neuron < y->neuron ? -1 : x->neuron > y->neuron;
}

/* Spikes come nearly in order: by step, then core after core. So they are dealt to their population and step, and only
 * what is out of order there is sorted. */
static void sort_spikes(struct sample_result *sample, uint32_t populations)
{
    size_t places = (size_t)populations * sample->steps, *end = memory_array(places + 1, sizeof *end);
    struct recorded_spike *dealt = memory_array(sample->spike_count, sizeof *dealt);
    for (size_t i = 0; i < sample->spike_count; i++)
        end[(size_t)sample->spikes[i].population * sample->steps + sample->spikes[i].step + 1]++;
    for (size_t place = 1; place <= places; place++)
        end[place] += end[place - 1];
    for (size_t i = 0; i < sample->spike_count; i++)
        dealt[end[(size_t)sample->spikes[i].population * sample->steps + sample->spikes[i].step]++] = sample->spikes[i];
    for (size_t place = 0, first = 0; place < places; first = end[place++])
        for (size_t i = first + 1; i < end[place]; i++)
            if (dealt[i].neuron < dealt[i - 1].neuron) {
                qsort(dealt + first, end[place] - first, sizeof *dealt, by_neuron);
                break;
            }
    free(end);
    free(sample->spikes);
    sample->spikes = dealt;
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
        sort_spikes(sample, result->population_count);
        name_outputs(collector->program, sample);
    }
}

void collector_free(struct collector *collector)
{
    free(collector->spike_capacity);
    collector->spike_capacity = NULL;
}
