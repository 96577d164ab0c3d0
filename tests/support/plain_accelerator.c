#include "tests/support/plain_accelerator.h"

static char name[] = "Plain", memory[] = "HBM2", nothing[] = "", source[] = "by hand";

void set_value(struct sourced_value *value, double to)
{
    *value = (struct sourced_value){.value = to, .low = to, .high = to, .source = source};
}

static void set_coefficients(struct coefficients *c)
{
    for (const struct parameter_row *row = coefficient_rows; row->key; row++)
        if (row->type == PARAMETER_VALUE)
            set_value(coefficient_at(c, row), row->unit[0] == '1' ? 1 : 0);
    set_value(&c->host_bandwidth, 1);
    set_value(&c->cache_bytes, 200);
    set_value(&c->tile_reuse, 2560);
    set_value(&c->tile_reuse_convolution, 2560);
    set_value(&c->split_least, 1e6);
    set_value(&c->split_vector, 1e6);
    set_value(&c->sharpness, 100);
    set_value(&c->sharpness_elements, 100);
    set_value(&c->idle_share, 0);
    set_value(&c->active_share, 0);
    set_value(&c->occupied_share, 0);
    c->fitted_on = nothing;
}

struct accelerator plain_accelerator(void)
{
    struct accelerator plain = {.name = name, .memory_type = memory};
    for (int p = 0; p < PRECISIONS; p++)
        set_value(&plain.peak[p], 1);
    set_value(&plain.vector, 1);
    set_value(&plain.memory_bandwidth, 1000);
    set_value(&plain.cache_capacity, 100);
    set_value(&plain.units, 10);
    set_value(&plain.dies, 1);
    set_value(&plain.clock, 1000);
    set_value(&plain.power_limit, 100);
    set_value(&plain.power_idle, 0);
    set_value(&plain.node, 7);
    set_coefficients(&plain.coefficients);
    return plain;
}

struct work_operator plain_product(double m, double n, double k, double groups)
{
    return (struct work_operator){.kind = OPERATOR_MATRIX, .m = m, .n = n, .k = k, .groups = groups,
                                  .weight_items = n * k * groups, .input_items = m * k * groups,
                                  .output_items = m * n * groups};
}

struct work_operator plain_update(double neurons)
{
    return (struct work_operator){.kind = OPERATOR_ELEMENTWISE, .elements = neurons, .operations_per_element = 5,
                                  .input_items = neurons, .output_items = neurons, .neuron = true,
                                  .state_items = neurons};
}
