#include "models/physics/cost.h"
#include <string.h>

bool source_is_assumed(const struct sourced_value *value)
{
    return strncmp(value->source, "assumed", strlen("assumed")) == 0;
}

struct cost cost_of(const struct sourced_value *value, double factor)
{
    double nominal = value->value * factor;
    return (struct cost){nominal, value->low * factor, value->high * factor, source_is_assumed(value) ? nominal : 0.0};
}

struct cost cost_scale(struct cost cost, double factor)
{
    return (struct cost){cost.nominal * factor, cost.low * factor, cost.high * factor, cost.assumed * factor};
}

struct cost cost_add(struct cost a, struct cost b)
{
    return (struct cost){a.nominal + b.nominal, a.low + b.low, a.high + b.high, a.assumed + b.assumed};
}

struct cost cost_remove(struct cost whole, struct cost part)
{
    return cost_add(whole, (struct cost){-part.nominal, -part.low, -part.high, -part.assumed});
}
