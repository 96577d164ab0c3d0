/* Sizes and costs of an operator: described in operator_cost.h. */
#include "models/baseline/launch.h"

#define MICRO 1e-6

struct work_operator operator_of_batch(const struct work_operator *op, double batch)
{
    struct work_operator of = *op;
    *(op->batch_in_groups ? &of.groups : &of.m) *= batch;
    of.elements *= batch;
    of.input_items *= batch;
    of.output_items *= batch;
    of.state_items *= batch;
    return of;
}

double operator_operations(const struct work_operator *op)
{
    if (op->kind == OPERATOR_MATRIX)
        return 2 * op->m * op->n * op->k * op->groups;
    return op->elements * op->operations_per_element;
}

double operator_bytes(const struct work_operator *op, enum baseline_precision precision)
{
    return (op->weight_items + op->input_items + op->output_items + 2 * op->state_items) * precision_bytes(precision);
}

void operator_cost(const struct accelerator *accelerator, const struct coefficients *coefficients,
                   enum baseline_precision precision, const struct work_operator *op, struct operator_heat heat,
                   struct operator_cost *out)
{
    struct launch launch = {.accelerator = accelerator, .coefficients = coefficients, .precision = precision, .op = op,
                            .heat = heat, .efficiency = 1};
    if (op->channels > 0)
        convolution_cost(&launch, out);
    else
        launch_cost(&launch, out);
    if (op->kind == OPERATOR_MATRIX)
        out->seconds += coefficients->launch_product.value * MICRO;
}
