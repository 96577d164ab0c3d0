/* npusim memory: the memory model's exponents from points, or every memory of a chip by that model. */
#include "sim/memory.h"
#include "tools/calibrate/memory_fit.h"
#include "tools/cli/commands.h"
#include "tools/cli/memory_chip.h"
#include "tools/cli/options.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct memory_line {
    const char *points, *chip;
    struct option_list settings;
};

#define FIELD(name) offsetof(struct memory_line, name)
static const struct option_row rows[] = {
    {"--points", OPTION_STRING, FIELD(points), "CSV", 0, 0, false, NULL,
     "fit the exponents on these (configs/technology/sram-points.csv) and show what is left"},
    {"--chip", OPTION_STRING, FIELD(chip), "FILE", 0, 0, false, NULL,
     "instead: every memory of this chip, with energy, leakage, area, access time"},
    {"--set", OPTION_LIST, FIELD(settings), "KEY=VALUE", 0, 0, false, NULL, "another value in the chip file"},
    {0},
};

static const char *const quantities[MEMORY_QUANTITIES] = {"read, pJ a word", "write over read", "area, um2 a bit"};
static const char *const terms[MEMORY_TERMS] = {"capacity", "width", "ports"};

static void print_exponents(const char *title, const struct memory_fit *fit)
{
    printf("%-44s %3zu points ", title, fit->points);
    for (int term = 0; term < MEMORY_TERMS; term++)
        if (fit->fitted[term])
            printf("  %s ^ %.3f +- %.3f", terms[term], fit->exponent[term], fit->error[term]);
    printf("  rms of what is left %.0f %%\n", 100 * (exp(fit->rms) - 1));
}

static void print_scales(const struct memory_points *points, const struct memory_fit *fit)
{
    for (uint32_t set = 0; set < points->set_count; set++)
        if (!isnan(fit->scale[set]))
            printf("  %-26s %.4g at 8192 bytes x 64 bits, 1 port\n", points->sets[set], fit->scale[set]);
}

static void print_residuals(const struct memory_points *points, const struct memory_fit *fit)
{
    for (size_t i = 0; i < points->count; i++)
        if (!isnan(fit->residual[i]))
            printf("  line %3u  %-26s %9.0f bytes x %3.0f bits, %.0f ports  %+6.1f %%\n", points->items[i].line,
                   points->sets[points->items[i].set], points->items[i].bytes, points->items[i].width_bits,
                   points->items[i].ports, 100 * (exp(fit->residual[i]) - 1));
}

static void print_group(const struct memory_points *points, const char *group)
{
    for (int quantity = 0; quantity < MEMORY_QUANTITIES; quantity++) {
        struct memory_fit fit;
        if (!memory_fit(points, group, UINT32_MAX, (enum memory_quantity)quantity, &fit))
            continue;
        char *title = memory_format("%s: %s", group, quantities[quantity]);
        print_exponents(title, &fit);
        if (quantity == MEMORY_WRITE_OVER_READ)
            printf("  geometric mean %.3f, from %.3f to %.3f\n", fit.mean, fit.least, fit.most);
        print_scales(points, &fit);
        print_residuals(points, &fit);
        free(title);
        memory_fit_free(&fit);
    }
}

static void print_sets(const struct memory_points *points)
{
    printf("\neach set by itself: where slopes disagree, the technology files carry both ends\n");
    for (uint32_t set = 0; set < points->set_count; set++) {
        struct memory_fit fit;
        if (!memory_fit(points, NULL, set, MEMORY_READ, &fit))
            continue;
        print_exponents(points->sets[set], &fit);
        memory_fit_free(&fit);
    }
}

static void print_left_out(const struct memory_points *points)
{
    printf("\nnot fitted\n");
    for (size_t i = 0; i < points->count; i++)
        if (!points->items[i].energy && !points->items[i].area)
            printf("  line %3u  %s: %s\n", points->items[i].line, points->sets[points->items[i].set],
                   points->items[i].source);
}

static bool fit_points(const char *path, struct diagnostics *diagnostics)
{
    struct memory_points points;
    if (!memory_points_read(path, &points, diagnostics))
        return false;
    for (size_t i = 0; i < points.count; i++) {
        bool seen = false;
        for (size_t j = 0; j < i; j++)
            seen |= strcmp(points.items[i].group, points.items[j].group) == 0;
        if (!seen)
            print_group(&points, points.items[i].group);
    }
    print_sets(&points);
    print_left_out(&points);
    memory_points_free(&points);
    return true;
}

static bool memory_work(const void *options, struct diagnostics *diagnostics)
{
    const struct memory_line *line = options;
    if ((line->points != NULL) == (line->chip != NULL))
        return diagnostics_add(diagnostics, "--points", "expected it or --chip, and not both");
    return line->points ? fit_points(line->points, diagnostics)
                        : memory_chip_print(line->chip, &line->settings, diagnostics);
}

int command_memory(int argc, char **argv)
{
    struct memory_line line = {0};
    return options_command(argc, argv,
                           "memory --points CSV | --chip FILE [--set KEY=VALUE ...]\n\n"
                           "Fits the model of memories to points, or shows what it says of a chip's memories\n"
                           "(docs/energy.md).",
                           rows, &line, memory_work);
}
