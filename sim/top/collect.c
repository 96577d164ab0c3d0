#include "sim/top/collect.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include "sim/top/ranks.h"
#include <stdlib.h>
#include <string.h>

/* One of these for each sample until it is complete: chips of this rank, other ranks, the host. */
struct collected {
    uint32_t parts;
    size_t spike_capacity;
};

void collector_init(struct collector *collector, struct system_job *job, uint32_t chips)
{
    struct chip_result *result = job->result;
    uint64_t neurons = 1;
    *result = (struct chip_result){.population_count = job->program->population_count,
                                   .sample_count = job->sample_count};
    *collector = (struct collector){.job = job, .result = result, .own = ranks_own(),
                                    .parts = chips + (ranks_own() == 0 ? ranks_count() : 0)};
    result->samples = memory_array(job->sample_count, sizeof *result->samples);
    collector->collected = memory_array(job->sample_count, sizeof *collector->collected);
    collector->chips = memory_array(chips, sizeof *collector->chips);
    for (size_t i = 0; i < job->sample_count; i++) {
        result->samples[i].steps = job->samples[i].steps;
        if (job->samples[i].steps > result->steps)
            result->steps = job->samples[i].steps;
    }
    for (uint32_t p = 0; p < result->population_count; p++)
        neurons += job->program->populations[p].count;
    size_t most = job->observer && job->observer->slab_spikes ? job->observer->slab_spikes : SLAB_SPIKES;
    if (job->observer && ranks_count() == 1)
        collector->slab_steps = neurons < most ? (uint32_t)(most / neurons) : 1;
    result->layers = memory_array((size_t)result->population_count * result->steps, sizeof *result->layers);
    counter_table_init(&result->counters, job->config);
    counter_table_init(&collector->before, job->config);
    counter_table_init(&collector->warmed_up, job->config);
    if (job->observer)
        collector->digest = memory_array(1, job->observer->digest_bytes);
}

void collector_free(struct collector *collector)
{
    counter_table_free(&collector->before);
    counter_table_free(&collector->warmed_up);
    free(collector->collected);
    free(collector->chips);
    free(collector->digest);
}

/* ---- order and names ---- */

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
static void sort_spikes(struct sample_result *sample, const struct program *program, uint32_t first_step,
                        uint32_t end_step)
{
    size_t count = sample->spike_count;
    uint32_t steps = end_step - first_step;
    uint32_t neurons = 0, *keys = memory_array(count, sizeof *keys);
    struct recorded_spike *dealt = memory_array(count, sizeof *dealt);
    for (uint32_t p = 0; p < program->population_count; p++)
        neurons = program->populations[p].count > neurons ? program->populations[p].count : neurons;
    must((uint64_t)program->population_count * steps < UINT32_MAX);
    for (size_t i = 0; i < count; i++)
        keys[i] = sample->spikes[i].neuron;
    deal(sample->spikes, keys, count, neurons, dealt);
    for (size_t i = 0; i < count; i++)
        keys[i] = dealt[i].population * steps + (dealt[i].step - first_step);
    deal(dealt, keys, count, (size_t)program->population_count * steps, sample->spikes);
    free(keys);
    free(dealt);
}

/* On the link an output is a number over all neurons and the low half of a chip step. */
static void name_outputs(struct collector *collector, struct sample_result *sample)
{
    const struct program *program = collector->job->program;
    uint32_t step = collector->output_step;
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
    collector->output_step = step;
}

/* ---- slabs and whole samples ---- */

static bool is_warm_up(const struct collector *collector, size_t index)
{
    return index == 0 && collector->job->warm_up;
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

static void add_spikes(struct collector *collector, size_t index, const struct recorded_spike *spikes, size_t count)
{
    struct sample_result *sample = &collector->result->samples[index];
    sample->spikes = memory_grow(sample->spikes, &collector->collected[index].spike_capacity,
                                 sample->spike_count + count, sizeof *sample->spikes);
    if (count)
        memcpy(sample->spikes + sample->spike_count, spikes, count * sizeof *spikes);
    sample->spike_count += count;
}

/* Those before a timestep move from the chip to the sample. */
static void take_spikes(struct collector *collector, size_t index, struct probe *probe, uint32_t end_step)
{
    size_t kept = 0;
    if (end_step == UINT32_MAX) {
        add_spikes(collector, index, probe->spikes, probe->count);
        probe->count = 0;
    }
    for (size_t i = 0; i < probe->count; i++)
        if (probe->spikes[i].step < end_step)
            add_spikes(collector, index, &probe->spikes[i], 1);
        else
            probe->spikes[kept++] = probe->spikes[i];
    probe->count = kept;
}

/* Sorts what the sample has, shows it, and lets go of it. */
static void show_slab(struct collector *collector, size_t index, uint32_t end_step)
{
    const struct sample_observer *observer = collector->job->observer;
    struct sample_result *sample = &collector->result->samples[index];
    bool last = end_step == sample->steps;
    sort_spikes(sample, collector->job->program, collector->first_step, end_step);
    name_outputs(collector, sample);
    struct sample_slab slab = {.sample = collector->job->first_sample + index, .first_step = collector->first_step,
                               .end_step = end_step, .last = last, .spike_count = sample->spike_count,
                               .spikes = sample->spikes, .output_count = sample->output_count,
                               .outputs = sample->outputs, .result = last ? sample : NULL};
    observer->examine(observer->context, &slab, collector->digest);
    slab.result = NULL;
    slab.output_count = 0;
    if (observer->keep)
        observer->keep(observer->context, &slab, collector->digest);
    sample->spike_count = sample->output_count = 0;
    collector->first_step = end_step;
}

static void drop(struct sample_result *sample)
{
    free(sample->spikes);
    free(sample->outputs);
    counter_table_free(&sample->counters);
    sample->spikes = sample->outputs = NULL;
    sample->spike_count = sample->output_count = 0;
}

/* Counters so far become those of the sample alone. */
static void subtract_before(struct collector *collector, size_t index)
{
    struct counter_table *counters = &collector->result->samples[index].counters;
    counter_table_copy(&collector->result->counters, counters);
    if (is_warm_up(collector, index))
        counter_table_copy(&collector->warmed_up, counters);
    counter_table_subtract(counters, &collector->before);
    counter_table_copy(&collector->before, &collector->result->counters);
}

static void send_sample(struct collector *collector, size_t index)
{
    struct packed packed = {0};
    uint64_t number = index;
    pack_put(&packed, &number, sizeof number);
    pack_sample(&packed, &collector->result->samples[index]);
    ranks_post(&packed);
}

static void complete(struct collector *collector, size_t index)
{
    struct sample_result *sample = &collector->result->samples[index];
    collector->output_step = 0;
    if (collector->own > 0) {
        send_sample(collector, index);
        drop(sample);
        return;
    }
    subtract_before(collector, index);
    if (!collector->job->observer) {
        sort_spikes(sample, collector->job->program, 0, sample->steps);
        name_outputs(collector, sample);
        return;
    }
    if (!is_warm_up(collector, index))
        show_slab(collector, index, sample->steps);
    drop(sample);
    collector->first_step = 0;
    memset(collector->digest, 0, collector->job->observer->digest_bytes);
}

/* Samples of which everybody has told. */
static void complete_all(struct collector *collector)
{
    while (collector->next < collector->result->sample_count &&
           collector->collected[collector->next].parts == collector->parts)
        complete(collector, collector->next++);
}

/* ---- who tells of it ---- */

static struct counter_table *counters_of(struct collector *collector, size_t index)
{
    struct counter_table *table = &collector->result->samples[index].counters;
    if (table->chips == 0)
        counter_table_init(table, collector->job->config);
    return table;
}

static void on_sample(void *listener, struct chip *chip, uint32_t number, uint64_t began, uint64_t over)
{
    struct collector *collector = listener;
    uint32_t index = number - collector->job->first_sample;
    struct sample_result *sample = &collector->result->samples[index];
    struct counter_table *counters = counters_of(collector, index);
    if (!is_warm_up(collector, index)) {
        take_spikes(collector, index, &chip->probe, UINT32_MAX);
        add_layers(collector->result, &chip->probe);
    }
    chip_counters(chip, counters);
    if (index + 1 == collector->result->sample_count)
        chip_memory_add(chip, &collector->result->memory);
    counters->chip_cycles[chip->number] = over;
    if (chip->number == 0) {
        sample->start_cycle = began;
        sample->end_cycle = over;
        counters->cycles = over;
    }
    collector->collected[index].parts++; /* and the rest when the engine has come to a stop */
}

void collector_listen(struct collector *collector, struct chip *chip)
{
    chip->on_sample = on_sample;
    chip->listener = collector;
    collector->chips[collector->chip_count++] = chip;
}

void collector_host_done(struct collector *collector, size_t index)
{
    collector->collected[index].parts++;
    complete_all(collector);
}

void collector_poll(struct collector *collector)
{
    complete_all(collector);
    size_t index = collector->next;
    uint32_t end_step = collector->first_step + collector->slab_steps;
    if (!collector->slab_steps || index == collector->result->sample_count || is_warm_up(collector, index) ||
        end_step < collector->first_step || end_step >= collector->result->samples[index].steps)
        return;
    for (uint32_t i = 0; i < collector->chip_count; i++)
        if (chip_steps_done(collector->chips[i], collector->job->first_sample + (uint32_t)index) <
            (uint64_t)end_step + collector->job->program->depth)
            return;
    for (uint32_t i = 0; i < collector->chip_count; i++)
        take_spikes(collector, index, &collector->chips[i]->probe, end_step);
    show_slab(collector, index, end_step);
}

void collector_hear(struct collector *collector, struct packed *packed)
{
    struct sample_result part = {0};
    uint64_t index;
    must(pack_take(packed, &index, sizeof index) && index < collector->result->sample_count);
    must(pack_take_sample(packed, collector->job->config, &part));
    counter_table_add(counters_of(collector, index), &part.counters);
    add_spikes(collector, index, part.spikes, part.spike_count);
    drop(&part);
    collector->collected[index].parts++;
    complete_all(collector);
}

void collector_merge(struct collector *collector, struct packed *packed)
{
    struct chip_result *result = collector->result, part;
    must(pack_take_result(packed, collector->job->config, &part));
    must(part.sample_count == result->sample_count && part.steps == result->steps);
    layers_add(result, &part);
    memory_use_add(&result->memory, &part.memory);
    result->wakeups += part.wakeups;
    result->steps_run += part.steps_run;
    chip_result_free(&part);
}

void collector_finish(struct collector *collector)
{
    struct packed packed = {0};
    complete_all(collector);
    while (collector->own == 0 && collector->next < collector->result->sample_count) {
        must(ranks_hear(true, &packed)); /* chips and host have told everything, so other ranks must */
        collector_hear(collector, &packed);
        pack_free(&packed);
    }
    counter_table_subtract(&collector->result->counters, &collector->warmed_up);
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
    counter_table_init(&missing, collector->job->config);
    counter_table_copy(&missing, history);
    counter_table_subtract(&missing, &collector->warmed_up);
    chip_add_counters(chip, &missing);
    counter_table_free(&missing);
}
