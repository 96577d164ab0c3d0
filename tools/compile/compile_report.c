/* What the compiler decided and why. */
#include "tools/compile/stages.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void remark(const struct compilation *with, const char *format, ...)
{
    struct compile_report *report = with->report;
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    must(length >= 0);
    char *text = memory_array((size_t)length + 1, 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    char **longer = memory_array((size_t)report->remark_count + 1, sizeof *longer); /* few: one by one */
    for (uint32_t i = 0; i < report->remark_count; i++)
        longer[i] = report->remarks[i];
    longer[report->remark_count++] = text;
    free(report->remarks);
    report->remarks = longer;
}

static double memory_used(const struct core_config *core, const struct piece *piece)
{
    if (core_is_dense(core))
        return (double)piece->axon_count / (double)core_dense_rows(core);
    return (double)piece->words / core->sparse_words;
}

static uint32_t profiles_used(const struct plan *plan, const struct piece *piece)
{
    if (piece->relay)
        return 0;
    const struct layer *layer = &plan->layers[piece->population];
    bool *seen = memory_array(layer->profile_count, sizeof *seen);
    uint32_t used = 0;
    for (uint32_t i = 0; i < piece->count; i++) {
        bool *here = &seen[layer->profile_of[piece->neurons[i]]];
        used += !*here;
        *here = true;
    }
    free(seen);
    return used;
}

static struct compile_core_note note_of(const struct compilation *with, const struct plan *plan,
                                        const struct piece *piece)
{
    struct compile_core_note note = {.core = piece->core, .routes = (uint32_t)piece_routes(plan, piece),
                                     .neurons = piece->relay ? 0 : piece->count, .axons = piece->axon_count,
                                     .profiles = profiles_used(plan, piece), .synapses = piece->synapses, .fill = 1.0,
                                     .limit = piece->limit ? piece->limit : "inputs"};
    double stored = (double)piece->axon_count * piece->count;
    note.memory_used = memory_used(&with->chip->core, piece);
    if (core_is_dense(&with->chip->core))
        note.fill = stored > 0.0 ? (double)piece->synapses / stored : 0.0;
    return note;
}

static int note_compare(const void *a, const void *b)
{
    const struct compile_core_note *x = a, *y = b;
    if (x->core != y->core)
        return x->core < y->core ? -1 : 1;
    return x->neurons > y->neurons ? -1 : x->neurons < y->neurons;
}

void report_cores(const struct compilation *with, const struct plan *plan)
{
    struct compile_report *report = with->report;
    double stored = 0.0;
    report->cores_available = system_cores(with->chip);
    report->notes = memory_array(plan->count, sizeof *report->notes);
    for (uint32_t i = 0; i < plan->count; i++) {
        report->notes[report->note_count++] = note_of(with, plan, &plan->pieces[i]);
        report->synapses += plan->pieces[i].synapses;
        stored += (double)plan->pieces[i].axon_count * plan->pieces[i].count;
    }
    bool dense = core_is_dense(&with->chip->core);
    report->fill = dense && stored > 0.0 ? (double)report->synapses / stored : 1.0;
    qsort(report->notes, report->note_count, sizeof *report->notes, note_compare);
    for (uint32_t i = 0; i < report->note_count; i++)
        report->cores_used += i == 0 || report->notes[i].core != report->notes[i - 1].core;
}

/* ---- printing: a line for each population, its cores summed up ---- */
struct line {
    uint32_t cores, neurons_max, profiles_max, axons_max, routes_max;
    uint64_t synapses;
    double memory_max, fill_sum;
    const char *limit; /* of the first core: the last is closed by the end of the layer */
};

static void add_note(struct line *line, const struct compile_core_note *note)
{
    line->limit = line->cores == 0 || strcmp(line->limit, "end of layer") == 0 ? note->limit : line->limit;
    line->cores++;
    line->neurons_max = note->neurons > line->neurons_max ? note->neurons : line->neurons_max;
    line->profiles_max = note->profiles > line->profiles_max ? note->profiles : line->profiles_max;
    line->axons_max = note->axons > line->axons_max ? note->axons : line->axons_max;
    line->routes_max = note->routes > line->routes_max ? note->routes : line->routes_max;
    line->memory_max = note->memory_used > line->memory_max ? note->memory_used : line->memory_max;
    line->fill_sum += note->fill;
    line->synapses += note->synapses;
}

static void print_line(const struct population *population, const struct line *line)
{
    printf("%-16.16s %8" PRIu32 " %5" PRIu32, population->name, population->count, population->depth);
    if (population->input)
        printf(" %5s %s\n", "-", "input");
    else
        printf(" %5" PRIu32 " %8" PRIu32 " %5" PRIu32 " %7" PRIu32 " %7" PRIu32 " %10" PRIu64 " %6.1f%% %5.1f%%  %s\n",
               line->cores, line->neurons_max, line->profiles_max, line->axons_max, line->routes_max,
               line->synapses, 100.0 * line->memory_max, line->cores ? 100.0 * line->fill_sum / line->cores : 0.0,
               line->limit ? line->limit : "-");
}

void compile_report_print(const struct compile_report *report, const struct program *program)
{
    struct line *lines = memory_array(program->population_count, sizeof *lines);
    for (uint32_t i = 0; i < report->note_count; i++) {
        const struct core_program *core = &program->cores[report->notes[i].core];
        if (report->notes[i].neurons && core->population >= 0)
            add_note(&lines[core->population], &report->notes[i]);
    }
    printf("%-16s %8s %5s %5s %8s %5s %7s %7s %10s %7s %6s  %s\n", "population", "neurons", "depth", "cores", "neurons",
           "sets", "axons", "routes", "synapses", "memory", "fill", "closed by");
    for (uint32_t p = 0; p < program->population_count; p++)
        print_line(&program->populations[p], &lines[p]);
    printf("(neurons, sets of parameters, axons, routes, memory: of the fullest core)\n");
    printf("%" PRIu32 " of %" PRIu32 " cores, %" PRIu64 " synapses, fill %.1f%%, %.2f hops a packet",
           report->cores_used, report->cores_available, report->synapses, 100.0 * report->fill, report->mean_hops);
    if (report->saturated_weights)
        printf(", %" PRIu64 " weights clipped", report->saturated_weights);
    printf("\n");
    for (uint32_t i = 0; i < report->remark_count; i++)
        printf("remark: %s\n", report->remarks[i]);
    free(lines);
}

void compile_report_free(struct compile_report *report)
{
    for (uint32_t i = 0; i < report->remark_count; i++)
        free(report->remarks[i]);
    free(report->remarks);
    free(report->notes);
    *report = (struct compile_report){0};
}
