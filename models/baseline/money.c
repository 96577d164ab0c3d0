#include "models/baseline/money.h"
#include <math.h>

#define DAY_S 86400.0
#define JOULES_KWH 3.6e6
#define DAYS_YEAR 365.25

#define VALUE(key_, field_, minimum_, maximum_, unit_, help_)                                                          \
    {.key = key_, .type = PARAMETER_VALUE, .offset = offsetof(struct money, field_), .minimum = minimum_,              \
     .maximum = maximum_, .unit = unit_, .help = help_}

static const struct parameter_row money_rows[] = {
    VALUE("electricity.price", electricity_price, 0, 10, "USD/kWh", "at the meter"),
    VALUE("electricity.overhead", overhead, 1, 10, "1", "power of the building over that of the machines"),
    VALUE("life.years", life, 0.1, 100, "years", "over which a purchase is spread"),
    VALUE("life.busy", busy, 0.001, 1, "1", "share of the time in which queries run"),
    VALUE("server.power", server_power, 0, 10, "1", "of an accelerator's power, beside it"),
    VALUE("server.price", server_price, 0, 10, "1", "of an accelerator's price, beside it"),
    VALUE("chip.price", chip_price, 0, 1e7, "USD", "of the simulated chip"),
    {.key = NULL},
};

bool money_load(const char *path, struct money *out, struct diagnostics *diagnostics)
{
    return parameters_load(path, money_rows, out, NULL, 0, diagnostics);
}

void money_free(struct money *money)
{
    parameters_free(money_rows, money);
}

void money_count(const struct money *money, const struct money_machine *machine, struct money_result *out)
{
    double days = machine->seconds * machine->per_day / (DAY_S * money->busy.value);
    double whole = ceil(days * (1 - 1e-12)); /* three days of work are three, whatever their last bit */
    out->machines = fmax(1, whole);
    double idle_s = fmax(0, out->machines * DAY_S - machine->seconds * machine->per_day);
    double joules = (machine->joules * machine->per_day + machine->idle_w * idle_s) * (1 + money->server_power.value);
    out->energy_day = joules * money->overhead.value / JOULES_KWH * money->electricity_price.value;
    double bought = machine->purchase * (1 + money->server_price.value) / (money->life.value * DAYS_YEAR);
    out->bought_day = machine->purchase > 0 ? out->machines * bought + out->energy_day : NAN;
    out->rented_day = machine->rent > 0 ? out->machines * 24 * machine->rent : NAN;
    out->energy_query = out->energy_day / machine->per_day;
    out->bought_query = out->bought_day / machine->per_day;
    out->rented_query = out->rented_day / machine->per_day;
}
