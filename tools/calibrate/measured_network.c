#include "tools/calibrate/measured_network.h"
#include <math.h>

bool measured_networks_read(const char *path, const struct accelerator *accelerator, struct measured *out,
                            struct diagnostics *diagnostics)
{
    const char *table = accelerator_measured_table(accelerator);
    *out = (struct measured){0};
    return !*table ||
           (measured_add_device(out, accelerator_name(accelerator), path, diagnostics) &&
            measured_read(table, accelerator_measured_networks(accelerator), 0, out, diagnostics));
}

static bool same_convolution(const struct work_operator *a, const struct work_operator *b)
{
    return a->channels == b->channels && a->kernel[0] == b->kernel[0] && a->kernel[1] == b->kernel[1] &&
           a->stride[0] == b->stride[0] && a->stride[1] == b->stride[1];
}

/* Names may differ. */
static bool same_operator(const struct work_operator *a, const struct work_operator *b)
{
    return a->kind == b->kind && a->m == b->m && a->n == b->n && a->k == b->k && a->groups == b->groups &&
           a->batch_in_groups == b->batch_in_groups && fmax(1, a->repeat) == fmax(1, b->repeat) &&
           same_convolution(a, b) && a->elements == b->elements &&
           a->operations_per_element == b->operations_per_element && a->row_items == b->row_items &&
           a->normalisation == b->normalisation && a->weight_items == b->weight_items &&
           a->input_items == b->input_items && a->output_items == b->output_items && a->neuron == b->neuron &&
           a->state_items == b->state_items;
}

static uint32_t count_of(const struct work *work, const struct work_operator *op)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < work->count; i++)
        count += same_operator(&work->operators[i], op);
    return count;
}

/* The same operators in any order, in one step. */
static bool same_network(const struct work *a, const struct work *b)
{
    bool same = a->count == b->count && a->recurrent == b->recurrent;
    for (uint32_t i = 0; same && i < a->count; i++)
        same = count_of(a, &a->operators[i]) == count_of(b, &a->operators[i]);
    return same;
}

void measured_network_fill(const struct measured *measured, const struct work *work, struct baseline_result *row)
{
    for (size_t i = 0; i < measured->count; i++) {
        const struct measured_row *found = &measured->rows[i];
        if (!found->network || found->mode != row->mode || found->precision != row->precision ||
            found->batch != row->batch || !same_network(&found->work, work))
            continue;
        if (!baseline_mode_is_dense(row->mode) && found->work.steps != work->steps) {
            row->measurement.other_steps = found->work.steps;
            continue;
        }

        bool powered = found->power_w > 0 && found->loop_s > 0;
        row->measurement = (struct baseline_measurement){
            .latency_s = found->seconds, .energy_j = powered ? found->power_w * found->loop_s / found->batch : NAN,
            .power_w = powered ? found->power_w : NAN, .pass_s = found->loop_s};
        return;
    }
}
