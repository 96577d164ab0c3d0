/* What a query costs: electricity, and the machine by its purchase over its life or by its rent. Prices are data
 * (configs/cost, accelerator files); the arithmetic is here. */
#ifndef NPUSIM_MODELS_BASELINE_MONEY_H
#define NPUSIM_MODELS_BASELINE_MONEY_H

#include "sim/parameters.h"

struct money {
    struct sourced_value electricity_price; /* USD/kWh */
    struct sourced_value overhead;          /* 1: of the building */
    struct sourced_value life;              /* years */
    struct sourced_value busy;              /* 1: share of the time in which queries run */
    struct sourced_value server_power;      /* 1: of an accelerator's power, beside it */
    struct sourced_value server_price;      /* 1: of an accelerator's price, beside it */
    struct sourced_value chip_price;        /* USD */
};

MUST_USE bool money_load(const char *path, struct money *out, struct diagnostics *diagnostics);
void money_free(struct money *money);

/* A machine and what it does. */
struct money_machine {
    double seconds;       /* of the machine for a query: latency of a batch over the batch */
    double joules;        /* of the accelerator for a query */
    double idle_w;        /* of the accelerator while no query runs */
    double purchase, rent; /* USD, USD/h; 0: unknown */
    double per_day;       /* queries a day */
};

struct money_result {
    double machines;      /* whole ones, for the queries a day */
    double energy_query;  /* USD for a query, server, building and idle time included */
    double bought_query, rented_query; /* USD for a query, energy included when bought, as it is in rent; NAN: unknown */
    double energy_day, bought_day, rented_day; /* USD a day of all queries and machines; NAN: unknown */
};

void money_count(const struct money *money, const struct money_machine *machine, struct money_result *out);

#endif
