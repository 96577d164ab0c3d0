/* npusim cost */
#include "models/baseline/accelerator.h"
#include "models/baseline/money.h"
#include "tools/cli/chip_figures.h"
#include "tools/cli/commands.h"
#include "tools/cli/options.h"
#include "tools/compile/compile.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cost_line {
    const char *cost, *network, *chip;
    struct option_list accelerators;
    uint32_t batch, steps;
    double per_day;
    int precision, mode;
};

static const char *const modes[] = {"ann", "ann-graph", "snn", "snn-layer", "snn-fused", NULL};

#define FIELD(name) offsetof(struct cost_line, name)
static const struct option_row rows[] = {
    {"--cost", OPTION_STRING, FIELD(cost), "FILE", 0, 0, true, NULL, "configs/cost/NAME.yaml"},
    {"--network", OPTION_STRING, FIELD(network), "NET", 0, 0, true, NULL, "network (NIR) or layer list (.csv): a query"},
    {"--accelerator", OPTION_LIST, FIELD(accelerators), "FILE", 0, 0, false, NULL, "again for several"},
    {"--chip", OPTION_STRING, FIELD(chip), "SUMMARY", 0, 0, false, NULL, "summary.json of a run of the same network"},
    {"--per-day", OPTION_DOUBLE, FIELD(per_day), "N", 1, 1e15, false, NULL, "queries a day (default 1e6)"},
    {"--batch", OPTION_U32, FIELD(batch), "N", 1, 1e6, false, NULL, "queries at once (default 1)"},
    {"--precision", OPTION_CHOICE, FIELD(precision), "P", 0, 0, false, precision_choices, "as for baseline (default fp16)"},
    {"--mode", OPTION_CHOICE, FIELD(mode), "MODE", 0, 0, false, modes, "as for baseline (default ann)"},
    {"--steps", OPTION_U32, FIELD(steps), "T", 1, 16777216, false, NULL, "as for baseline"},
    {0},
};

/* "unknown" rather than a number that nobody knows. */
static const char *usd(char text[32], double value)
{
    if (isnan(value))
        return "unknown";
    snprintf(text, 32, "%.3g", value);
    return text;
}

static void print_row(const char *name, const struct money_result *r)
{
    char a[32], b[32], c[32], d[32], e[32], f[32];
    printf("%-28s %8.0f %11s %11s %11s %11s %11s %11s\n", name, r->machines, usd(a, r->energy_query),
           usd(b, r->bought_query), usd(c, r->rented_query), usd(d, r->energy_day), usd(e, r->bought_day),
           usd(f, r->rented_day));
}

static bool print_accelerator(const struct cost_line *line, const char *path, const struct money *money,
                              const struct work *work, struct diagnostics *diagnostics)
{
    struct accelerator *part;
    struct baseline_result result;
    struct money_result cost;
    enum baseline_precision precision = (enum baseline_precision)line->precision;
    if (!accelerator_load(path, &part, diagnostics))
        return false;
    const char *missing = accelerator_missing(part, precision);
    if (missing) {
        printf("%-28s missing: %s (%s)\n", part->name, missing, precision_name(precision));
        accelerator_free(part);
        return true;
    }
    baseline_estimate(part, work, (enum baseline_mode)line->mode, precision, line->batch, &result);
    struct money_machine machine = {.seconds = result.latency_s / line->batch, .joules = result.energy_j,
                                    .idle_w = accelerator_idle_w(part, &part->coefficients), .per_day = line->per_day,
                                    .purchase = part->price_purchase.value, .rent = part->price_rent.value};
    money_count(money, &machine, &cost);
    print_row(part->name, &cost);
    accelerator_free(part);
    return true;
}

static bool print_chip(const struct cost_line *line, const struct money *money, struct diagnostics *diagnostics)
{
    struct chip_figures chip;
    struct money_result cost;
    if (!chip_figures_read(line->chip, &chip, diagnostics))
        return false;
    struct money_machine machine = {.seconds = 1 / chip.per_second, .joules = chip.energy_j, .per_day = line->per_day,
                                    .idle_w = chip.static_w, .purchase = money->chip_price.value};
    money_count(money, &machine, &cost);
    print_row(chip.name, &cost);
    printf("  the chip's price is %s; between queries it draws its static power\n", money->chip_price.source);
    free(chip.name);
    return true;
}

static void print_head(const struct cost_line *line, const struct money *money)
{
    printf("%.4g queries a day, batch %u, %s, %s; %.3g USD/kWh, building x %.3g, server + %.0f %% power, + %.0f %% price, "
           "%.3g years, busy %.0f %%\n", line->per_day, line->batch, precision_name((enum baseline_precision)line->precision),
           modes[line->mode], money->electricity_price.value, money->overhead.value, 100 * money->server_power.value,
           100 * money->server_price.value, money->life.value, 100 * money->busy.value);
    printf("%-28s %8s %35s %35s\n%-28s %8s %11s %11s %11s %11s %11s %11s\n", "", "", "USD a query", "USD a day", "", "number",
           "energy", "bought", "rented", "energy", "bought", "rented");
}

static bool cost_all(const void *options, struct diagnostics *diagnostics)
{
    const struct cost_line *line = options;
    struct money money = {0};
    struct work work = {0};
    bool good = line->accelerators.count > 0 || line->chip ||
                diagnostics_add(diagnostics, "--accelerator", "expected at least one, or --chip");
    bool priced = good && money_load(line->cost, &money, diagnostics);
    good = priced && work_read(line->network, line->steps, &work, diagnostics);
    if (good)
        print_head(line, &money);
    for (uint32_t i = 0; good && i < line->accelerators.count; i++)
        good = print_accelerator(line, line->accelerators.item[i], &money, &work, diagnostics);
    if (good && line->chip)
        good = print_chip(line, &money, diagnostics);
    work_free(&work);
    if (priced)
        money_free(&money);
    return good;
}

int command_cost(int argc, char **argv)
{
    struct cost_line line = {.batch = 1, .per_day = 1e6, .precision = PRECISION_FP16};
    return options_command(argc, argv,
                           "cost --cost FILE --network NET [--accelerator FILE ...] [--chip SUMMARY] [OPTION ...]\n\n"
                           "What a query and a day of queries cost: electricity, and machines bought or rented.",
                           rows, &line, cost_all);
}
