/* Is a program one that this chip can hold? Tables agree with one another and keep to the chip's limits. */
#include "tools/compile/program_layout.h"

#include "sim/memory.h"
#include "tools/network/network.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct checker {
    const struct program *program;
    const struct chip_config *chip;
    const char *path;
    struct diagnostics *diagnostics;
    uint32_t core; /* that is looked at */
    bool fine;
};

static void refuse(struct checker *checker, const char *dataset, const char *format, ...) PRINTF_LIKE(3, 4);
static void refuse(struct checker *checker, const char *dataset, const char *format, ...)
{
    char text[256], *place = memory_format("%s: %s", checker->path, dataset);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    diagnostics_add(checker->diagnostics, place, "core %u: %s", checker->core, text);
    free(place);
    checker->fine = false;
}

/* ---- neurons of one core ---- */
static void check_groups(struct checker *checker, const struct core_program *core)
{
    uint32_t next = 0, profiles = 0;
    for (uint32_t g = 0; g < core->group_count; g++) {
        const struct neuron_group *group = &core->groups[g];
        if (group->first != next || group->count == 0 || group->count > core->neuron_count - next) {
            refuse(checker, "/groups/first", "group %u holds %u neurons from %u on, expected groups that cover the "
                   "%u neurons in order", g, group->count, group->first, core->neuron_count);
            return;
        }
        next += group->count;
        struct neuron_group same = *group;
        bool known = false;
        for (uint32_t before = 0; before < g && !known && profiles <= checker->chip->core.profiles_max; before++) {
            same.first = core->groups[before].first;
            same.count = core->groups[before].count;
            known = memcmp(&same, &core->groups[before], sizeof same) == 0;
        }
        profiles += !known;
    }
    if (next != core->neuron_count)
        refuse(checker, "/groups/count", "groups hold %u neurons, expected %u", next, core->neuron_count);
    if (profiles > checker->chip->core.profiles_max)
        refuse(checker, "/groups/model", "more sets of parameters than core.profiles, %u",
               checker->chip->core.profiles_max);
}

static void check_neurons(struct checker *checker, const struct core_program *core)
{
    const struct core_config *config = &checker->chip->core;
    uint64_t columns = core_is_dense(config) ? core_dense_columns(config)
                                                            : (uint64_t)1 << config->sparse_index_bits;
    bool holds = core->population >= 0;
    if (holds != (core->neuron_count > 0) || (holds && checker->program->populations[core->population].input))
        refuse(checker, "/cores/population", "is %d for %u neurons, expected -1 without neurons, else a population "
               "that is no input", core->population, core->neuron_count);
    if (core->neuron_count > columns)
        refuse(checker, "/cores/neuron_start", "%u neurons, expected no more than %llu synapse targets",
               core->neuron_count, (unsigned long long)columns);
    check_groups(checker, core);
}

static void check_relays(struct checker *checker, const struct core_program *core)
{
    bool relays = core->relay_population >= 0;
    if (relays != (core->relay_count > 0) || (relays && !checker->program->populations[core->relay_population].input))
        refuse(checker, "/cores/relay_population", "is %d for %u relays, expected -1 without relays, else an input",
               core->relay_population, core->relay_count);
    if (core->relay_count > checker->chip->core.neurons_max)
        refuse(checker, "/cores/relay_start", "%u relays, expected no more than core.neurons, %u", core->relay_count,
               checker->chip->core.neurons_max);
}

/* ---- synapses of one core ---- */
static void check_rows(struct checker *checker, const struct core_program *core)
{
    const struct core_config *config = &checker->chip->core;
    bool dense = core_is_dense(config);
    uint64_t free_row = 0, size = dense ? core_dense_rows(config) : config->sparse_words;
    for (uint32_t a = 0; a < core->axon_count; a++) {
        uint64_t bits = (uint64_t)(core->synapse_start[a + 1] - core->synapse_start[a]) *
                        (config->weight_bits + config->sparse_index_bits);
        uint64_t rows = dense ? 1 : (bits + config->sparse_word_bits - 1) / config->sparse_word_bits;
        if (core->axon_row[a] < free_row || core->axon_row[a] + rows > size) {
            refuse(checker, "/axons/row", "axon %u begins at %u and takes %llu, expected %llu .. %llu", a,
                   core->axon_row[a], (unsigned long long)rows, (unsigned long long)free_row,
                   (unsigned long long)size);
            return;
        }
        free_row = core->axon_row[a] + rows;
    }
}

static void check_targets(struct checker *checker, const struct core_program *core)
{
    for (uint32_t a = 0; a < core->axon_count; a++)
        for (uint32_t s = core->synapse_start[a]; s < core->synapse_start[a + 1]; s++) {
            bool ascends = s == core->synapse_start[a] || core->synapse_target[s] > core->synapse_target[s - 1];
            if (ascends && core->synapse_target[s] < core->neuron_count)
                continue;
            refuse(checker, "/synapses/target", "axon %u has target %u, expected ascending targets below %u", a,
                   core->synapse_target[s], core->neuron_count);
            return;
        }
}

/* ---- routes of one table ---- */

/* A chip may be a timestep ahead of its neighbour. */
static uint32_t longest_delay(const struct chip_config *chip)
{
    return chip->core.delay_slots - (chip->host.chips > 1 ? 2 : 1);
}

static bool route_is_fine(const struct checker *checker, const struct route *route, const struct population *from,
                          uint32_t index)
{
    if (route->core == ROUTE_HOST)
        return from->output && !from->input && route->axon == index && route->delay == 0;
    return route->core < checker->program->core_count && route->delay >= 1 &&
           route->delay <= longest_delay(checker->chip) &&
           route->axon < checker->program->cores[route->core].axon_count;
}

/* index: of the sources in their population; NULL: 0, 1, ... */
static void check_routes(struct checker *checker, enum route_owner owner, const struct route_table *table,
                         int32_t population, const uint32_t *index)
{
    for (uint32_t s = 0; s < table->sources; s++)
        for (uint32_t r = table->start[s]; r < table->start[s + 1]; r++) {
            const struct route *route = &table->routes[r];
            bool ascends = r == table->start[s] || route->core >= table->routes[r - 1].core;
            if (ascends && route_is_fine(checker, route, &checker->program->populations[population],
                                         index ? index[s] : s))
                continue;
            refuse(checker, route_paths[owner].core, "source %u goes to core %u, axon %u, after %u steps, expected "
                   "ascending cores below %u with that axon and 1 .. %u steps, or the host", s, route->core,
                   route->axon, route->delay, checker->program->core_count, longest_delay(checker->chip));
            return;
        }
}

static void check_core_routes(struct checker *checker, const struct core_program *core)
{
    uint64_t rows = (uint64_t)core->neuron_routes.start[core->neuron_count] +
                    core->relay_routes.start[core->relay_count];
    if (rows > checker->chip->core.routes_max)
        refuse(checker, route_paths[ROUTES_NEURON].start, "%llu routes, expected no more than core.routes, %u",
               (unsigned long long)rows, checker->chip->core.routes_max);
    if (core->population >= 0)
        check_routes(checker, ROUTES_NEURON, &core->neuron_routes, core->population, core->neuron_index);
    if (core->relay_population >= 0)
        check_routes(checker, ROUTES_RELAY, &core->relay_routes, core->relay_population, core->relay_index);
}

/* ---- every neuron is somewhere, once ---- */
static void mark(struct checker *checker, const char *dataset, uint8_t *seen, uint32_t size, const uint32_t *index,
                 uint32_t count, uint64_t *held)
{
    for (uint32_t i = 0; i < count; i++) {
        if (index[i] >= size || seen[index[i]]) {
            refuse(checker, dataset, "holds %u of a population of %u, expected each one once", index[i], size);
            return;
        }
        seen[index[i]] = 1;
    }
    *held += count;
}

static void check_population(struct checker *checker, uint32_t p, uint64_t *held)
{
    const struct population *population = &checker->program->populations[p];
    uint32_t at_host = checker->program->input_routes[p].sources;
    uint32_t wanted = population->count;
    if (population->input && held[p] == 0)
        held[p] = at_host;
    else if (at_host)
        held[p] = 0;
    if (held[p] != wanted)
        refuse(checker, population->input ? "/relays/index" : "/neurons/index",
               "the cores (and the host) hold %llu of %s, expected %u", (unsigned long long)held[p],
               population->name, wanted);
}

/* So that marks take no more memory than the tables that were read. */
static bool sizes_agree(struct checker *checker)
{
    uint64_t wanted = 0, held = 0;
    for (uint32_t p = 0; p < checker->program->population_count; p++) {
        wanted += checker->program->populations[p].count;
        held += checker->program->input_routes[p].sources;
    }
    for (uint32_t c = 0; c < checker->program->core_count; c++)
        held += (uint64_t)checker->program->cores[c].neuron_count + checker->program->cores[c].relay_count;
    if (wanted != held)
        refuse(checker, "/populations/count", "the cores (and the host) hold %llu neurons and inputs, expected the "
               "sum of all populations, %llu", (unsigned long long)held, (unsigned long long)wanted);
    return wanted == held;
}

/* Cores of one population may lie anywhere, so marks are kept for all populations at once. */
static void check_all_held(struct checker *checker)
{
    const struct program *program = checker->program;
    uint8_t **seen = memory_array(program->population_count, sizeof *seen);
    uint64_t *held = memory_array(program->population_count, sizeof *held);
    for (uint32_t p = 0; p < program->population_count; p++)
        seen[p] = memory_array(program->populations[p].count, 1);
    for (checker->core = 0; checker->core < program->core_count; checker->core++) {
        const struct core_program *core = &program->cores[checker->core];
        if (core->population >= 0)
            mark(checker, "/neurons/index", seen[core->population], program->populations[core->population].count,
                 core->neuron_index, core->neuron_count, &held[core->population]);
        if (core->relay_population >= 0)
            mark(checker, "/relays/index", seen[core->relay_population],
                 program->populations[core->relay_population].count, core->relay_index, core->relay_count,
                 &held[core->relay_population]);
    }
    checker->core = 0;
    for (uint32_t p = 0; p < program->population_count; p++) {
        if (checker->fine)
            check_population(checker, p, held);
        free(seen[p]);
    }
    free(held);
    free(seen);
}

static void check_core(struct checker *checker, const struct core_program *core)
{
    check_neurons(checker, core);
    check_relays(checker, core);
    check_rows(checker, core);
    check_targets(checker, core);
}

bool program_check(const struct program *program, const struct chip_config *chip, const char *path,
                   struct diagnostics *diagnostics)
{
    struct checker checker = {.program = program, .chip = chip, .path = path, .diagnostics = diagnostics,
                              .fine = true};
    for (; checker.core < program->core_count; checker.core++)
        check_core(&checker, &program->cores[checker.core]);
    for (checker.core = 0; checker.fine && checker.core < program->core_count; checker.core++)
        check_core_routes(&checker, &program->cores[checker.core]);
    checker.core = 0; /* what is not of one core is reported under the first */
    for (uint32_t p = 0; checker.fine && p < program->population_count; p++)
        check_routes(&checker, ROUTES_INPUT, &program->input_routes[p], (int32_t)p, NULL);
    if (checker.fine && sizes_agree(&checker))
        check_all_held(&checker);
    return checker.fine;
}
