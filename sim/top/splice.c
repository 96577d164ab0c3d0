#include "sim/top/splice.h"

#include "sim/memory.h"

void splice_begin(const struct system_job *job, struct chip_result *result)
{
    *result = (struct chip_result){.population_count = job->program->population_count,
                                   .sample_count = job->sample_count};
    result->samples = memory_array(job->sample_count, sizeof *result->samples);
    for (size_t s = 0; s < job->sample_count; s++)
        if (job->samples[s].steps > result->steps)
            result->steps = job->samples[s].steps;
    result->layers = memory_array((size_t)result->population_count * result->steps, sizeof *result->layers);
    counter_table_init(&result->counters, job->config);
}

static void move(struct sample_result *sample, uint64_t cycles)
{
    sample->first_cycle += cycles;
    sample->last_cycle += cycles;
    sample->start_cycle += cycles;
    sample->end_cycle += cycles;
    sample->done_cycle += cycles;
}

void splice_block(struct chip_result *result, size_t first, struct chip_result *block, bool warm_up)
{
    uint64_t moved = warm_up ? result->samples[first - 1].done_cycle - block->samples[0].done_cycle : 0;
    counter_table_add(&result->counters, &block->counters);
    layers_add(result, block);
    for (size_t i = warm_up; i < block->sample_count; i++) {
        struct sample_result *sample = &result->samples[first + i - warm_up];
        *sample = block->samples[i];
        block->samples[i] = (struct sample_result){0};
        move(sample, moved);
    }
    result->state_hash = block->state_hash; /* the last block's is the run's */
    result->quantum = block->quantum;
    result->memory = block->memory;
    result->wakeups += block->wakeups;
    result->steps_run += block->steps_run;
}
