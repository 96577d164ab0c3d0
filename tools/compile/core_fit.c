/* How much of one core's tables a set of neurons takes: neurons, sets of parameters, axons, synapse memory. Neurons are
 * added one at a time; what they need is counted on the way, so a core is filled in time linear in its synapses. */
#include "tools/compile/stages.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>
#include <string.h>

struct core_fit {
    const struct core_config *core;
    const struct layer *layer;
    uint32_t capacity;      /* neurons */
    uint32_t axon_limit;
    uint32_t epoch;         /* since the last clear: stamps of other epochs count as never */
    uint32_t *key_epoch;    /* [key_count] */
    uint32_t *key_synapses; /* [key_count]: synapses of that axon so far */
    uint32_t *profile_epoch;
    uint32_t *words;        /* [capacity + 1]: words of a row with so many synapses */
    uint32_t *neurons, neuron_count;
    uint32_t *axons, profiles;
    size_t axon_count, axon_capacity;
    uint64_t synapses, word_count;
};

uint64_t sparse_words_of(const struct core_config *core, uint64_t synapses)
{
    uint64_t bits = synapses * (core->weight_bits + core->sparse_index_bits);
    return (bits + core->sparse_word_bits - 1) / core->sparse_word_bits;
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

uint32_t core_fit_capacity(const struct compilation *with)
{
    const struct core_config *core = &with->chip->core;
    uint32_t capacity = least(core->neurons_max, UINT16_MAX + 1u);
    if (core_is_dense(core))
        return least(capacity, core_dense_columns(core));
    return core->sparse_index_bits < 16 ? least(capacity, 1u << core->sparse_index_bits) : capacity;
}

static uint32_t axon_limit(const struct core_config *core)
{
    uint64_t rows = core_dense_rows(core);
    return core_is_dense(core) && rows < core->axons_max ? (uint32_t)rows : core->axons_max;
}

struct core_fit *core_fit_new(const struct compilation *with, const struct layer *layer)
{
    struct core_fit *fit = memory_array(1, sizeof *fit);
    fit->core = &with->chip->core;
    fit->layer = layer;
    fit->capacity = least(core_fit_capacity(with), layer->count);
    fit->axon_limit = axon_limit(fit->core);
    fit->key_epoch = memory_array(layer->key_count, sizeof *fit->key_epoch);
    fit->key_synapses = memory_array(layer->key_count, sizeof *fit->key_synapses);
    fit->profile_epoch = memory_array(layer->profile_count, sizeof *fit->profile_epoch);
    fit->neurons = memory_array(fit->capacity, sizeof *fit->neurons);
    fit->words = memory_array((size_t)fit->capacity + 1, sizeof *fit->words);
    for (uint32_t i = 0; i <= fit->capacity && fit->core->synapse_kind == SYNAPSE_SPARSE; i++)
        fit->words[i] = (uint32_t)sparse_words_of(fit->core, i);
    core_fit_clear(fit);
    return fit;
}

void core_fit_free(struct core_fit *fit)
{
    free(fit->key_epoch);
    free(fit->key_synapses);
    free(fit->profile_epoch);
    free(fit->neurons);
    free(fit->words);
    free(fit->axons);
    free(fit);
}

void core_fit_clear(struct core_fit *fit)
{
    must(fit->epoch < UINT32_MAX);
    fit->epoch++;
    fit->neuron_count = fit->profiles = 0;
    fit->axon_count = 0;
    fit->synapses = fit->word_count = 0;
}

static const char *axon_limit_name(const struct core_fit *fit)
{
    return fit->axon_limit < fit->core->axons_max ? "array rows" : "axons";
}

static const char *neuron_limit_name(const struct core_fit *fit)
{
    if (fit->capacity == fit->core->neurons_max)
        return "neurons";
    return core_is_dense(fit->core) ? "array columns" : "index bits";
}

/* What the neuron would break, if it joined. */
static const char *broken_limit(const struct core_fit *fit, uint32_t neuron)
{
    const struct layer *layer = fit->layer;
    if (fit->neuron_count == fit->capacity)
        return neuron_limit_name(fit);
    bool known = fit->profile_epoch[layer->profile_of[neuron]] == fit->epoch;
    if (!known && fit->profiles == fit->core->profiles_max)
        return "profiles";
    uint64_t axons = fit->axon_count, words = fit->word_count;
    for (size_t s = layer->start[neuron]; s < layer->start[neuron + 1]; s++) {
        uint32_t key = layer->key[s];
        uint32_t before = fit->key_epoch[key] == fit->epoch ? fit->key_synapses[key] : 0;
        axons += before == 0;
        words += fit->words[before + 1] - fit->words[before];
    }
    if (axons > fit->axon_limit)
        return axon_limit_name(fit);
    return fit->core->synapse_kind == SYNAPSE_SPARSE && words > fit->core->sparse_words ? "synapse memory" : NULL;
}

const char *core_fit_add(struct core_fit *fit, uint32_t neuron)
{
    const struct layer *layer = fit->layer;
    const char *limit = broken_limit(fit, neuron);
    if (limit)
        return limit;
    size_t first = layer->start[neuron], end = layer->start[neuron + 1];
    fit->axons = memory_grow(fit->axons, &fit->axon_capacity, fit->axon_count + (end - first), sizeof *fit->axons);
    for (size_t s = first; s < end; s++) {
        uint32_t key = layer->key[s];
        if (fit->key_epoch[key] != fit->epoch) {
            fit->key_epoch[key] = fit->epoch;
            fit->key_synapses[key] = 0;
            fit->axons[fit->axon_count++] = key;
        }
        uint32_t before = fit->key_synapses[key]++;
        fit->word_count += fit->words[before + 1] - fit->words[before];
    }
    uint32_t *profile = &fit->profile_epoch[layer->profile_of[neuron]];
    fit->profiles += *profile != fit->epoch;
    *profile = fit->epoch;
    fit->synapses += end - first;
    fit->neurons[fit->neuron_count++] = neuron;
    return NULL;
}

uint64_t core_fit_cost(const struct core_fit *fit)
{
    return core_is_dense(fit->core) ? (uint64_t)fit->axon_count * fit->neuron_count : fit->axon_count;
}

/* Radix sort by 11 bits: a core may have 100 000 axons. */
static void sort_keys(uint32_t *keys, uint32_t count)
{
    enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };
    uint32_t *from = keys, *other = memory_array(count, sizeof *other), *to = other;
    for (unsigned shift = 0; shift < 33; shift += DIGIT_BITS) {
        uint32_t place[DIGITS + 1] = {0};
        for (uint32_t i = 0; i < count; i++)
            place[(from[i] >> shift & (DIGITS - 1)) + 1]++;
        for (unsigned d = 0; d < DIGITS; d++)
            place[d + 1] += place[d];
        for (uint32_t i = 0; i < count; i++)
            to[place[from[i] >> shift & (DIGITS - 1)]++] = from[i];
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    memcpy(keys, from, from == keys ? 0 : count * sizeof *keys);
    free(other);
}

void core_fit_piece(struct core_fit *fit, struct piece *out)
{
    out->count = fit->neuron_count;
    out->neurons = memory_array(fit->neuron_count, sizeof *out->neurons);
    memcpy(out->neurons, fit->neurons, fit->neuron_count * sizeof *out->neurons);
    out->axon_count = (uint32_t)fit->axon_count;
    out->axons = memory_array(fit->axon_count, sizeof *out->axons);
    if (fit->axon_count)
        memcpy(out->axons, fit->axons, fit->axon_count * sizeof *out->axons);
    sort_keys(out->axons, out->axon_count);
    out->synapses = fit->synapses;
    out->words = fit->word_count;
}

bool core_fit_explain(const struct compilation *with, const struct layer *layer, const char *name, const char *limit)
{
    const struct core_config *core = &with->chip->core;
    size_t most = 0;
    for (uint32_t i = 0; i < layer->count; i++)
        most = layer->start[i + 1] - layer->start[i] > most ? layer->start[i + 1] - layer->start[i] : most;
    if (strcmp(limit, "synapse memory") == 0)
        return diagnostics_add(with->diagnostics, with->chip->path,
                               "node %s of the network: one neuron has %zu synapses, which fill %zu words, but "
                               "core.synapse.sparse.words is %u, expected at least %zu", name, most,
                               most * (size_t)sparse_words_of(core, 1), core->sparse_words,
                               most * (size_t)sparse_words_of(core, 1));
    if (strcmp(limit, "array rows") == 0)
        return diagnostics_add(with->diagnostics, with->chip->path,
                               "node %s of the network: one neuron has %zu inputs, but a core has %u x %u rows "
                               "(core.synapse.dimc.rows x core.synapse.dimc.arrays), expected at least %zu", name, most,
                               core->dimc_rows, core->dimc_arrays, most);
    return diagnostics_add(with->diagnostics, with->chip->path,
                           "node %s of the network: one neuron has %zu inputs, but core.axons is %u, expected at "
                           "least %zu", name, most, core->axons_max, most);
}
