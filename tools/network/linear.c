/* Linear nodes as sparse matrices. Convolution is cross-correlation with zero padding (PyTorch's conv2d, which NIR
 * follows); an average pool divides by the whole kernel, padding included. Two passes: count, then fill. */
#include "tools/network/network.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>
#include <string.h>

static void allocate(struct sparse_matrix *out, int64_t sources, int64_t targets)
{
    must(sources >= 0 && sources <= (int64_t)TENSOR_ITEMS_MAX && targets >= 0 && targets <= (int64_t)TENSOR_ITEMS_MAX);
    *out = (struct sparse_matrix){.sources = (uint32_t)sources, .targets = (uint32_t)targets};
    out->start = memory_array((size_t)sources + 1, sizeof *out->start);
}

/* start[i + 1] holds the count of source i; makes it the starts, and room for the entries. */
static void counts_to_starts(struct sparse_matrix *out)
{
    for (uint32_t i = 0; i < out->sources; i++)
        out->start[i + 1] += out->start[i];
    out->target = memory_array(out->start[out->sources], sizeof *out->target);
    out->weight = memory_array(out->start[out->sources], sizeof *out->weight);
}

static bool too_large(const struct node *node, struct diagnostics *diagnostics)
{
    return diagnostics_add(diagnostics, node->name, "%s would have more than %zu synapses, expected a smaller layer",
                           node_kind_name(node->kind), SPARSE_ENTRIES_MAX);
}

/* ---- one weight a source ---- */
static void diagonal(const double *weight, int64_t size, struct sparse_matrix *out)
{
    allocate(out, size, size);
    for (uint32_t i = 0; i < out->sources; i++)
        out->start[i + 1] = !weight || weight[i] != 0.0;
    counts_to_starts(out);
    for (uint32_t i = 0; i < out->sources; i++) {
        if (out->start[i + 1] == out->start[i])
            continue;
        out->target[out->start[i]] = i;
        out->weight[out->start[i]] = weight ? weight[i] : 1.0;
    }
}

void sparse_identity(uint32_t size, struct sparse_matrix *out)
{
    diagonal(NULL, size, out);
}

/* ---- Affine: leading dimensions are independent blocks, which share the weights if these have rank 2 ---- */
struct affine {
    const double *weight;
    size_t in, out, blocks;
    size_t block_stride; /* in weights; 0: shared */
};

static struct affine affine_of(const struct node *node)
{
    const struct shape *shape = &node->weight.shape;
    must(shape->rank >= 2);
    struct affine a = {.weight = node->weight.data,
                       .out = (size_t)shape->size[shape->rank - 2],
                       .in = (size_t)shape->size[shape->rank - 1]};
    must(a.in && a.out);
    a.blocks = (size_t)shape_items(&node->input) / a.in;
    size_t weight_blocks = (size_t)shape_items(shape) / (a.in * a.out);
    a.block_stride = weight_blocks > 1 ? a.in * a.out : 0;
    must(weight_blocks == 1 || weight_blocks == a.blocks);
    must((size_t)shape_items(&node->input) == a.blocks * a.in);
    must((size_t)shape_items(&node->output) == a.blocks * a.out);
    return a;
}

static void affine_count(const struct affine *a, size_t block, size_t *count)
{
    const double *row = a->weight + block * a->block_stride;
    for (size_t o = 0; o < a->out; o++, row += a->in)
        for (size_t i = 0; i < a->in; i++)
            count[i] += row[i] != 0.0;
}

/* cursor[i]: where the next entry of source i goes. */
static void affine_fill(const struct affine *a, size_t block, size_t *cursor, struct sparse_matrix *out)
{
    const double *row = a->weight + block * a->block_stride;
    for (size_t o = 0; o < a->out; o++, row += a->in) {
        uint32_t target = (uint32_t)(block * a->out + o);
        for (size_t i = 0; i < a->in; i++) {
            if (row[i] == 0.0)
                continue;
            out->target[cursor[i]] = target;
            out->weight[cursor[i]++] = row[i];
        }
    }
}

static bool affine_to_sparse(const struct node *node, struct sparse_matrix *out, struct diagnostics *diagnostics)
{
    struct affine a = affine_of(node);
    if ((uint64_t)a.in * a.out * a.blocks > SPARSE_ENTRIES_MAX)
        return too_large(node, diagnostics);
    allocate(out, shape_items(&node->input), shape_items(&node->output));
    for (size_t b = 0; b < a.blocks; b++)
        affine_count(&a, b, out->start + 1 + b * a.in);
    counts_to_starts(out);
    size_t *cursor = memory_array(out->sources, sizeof *cursor);
    memcpy(cursor, out->start, out->sources * sizeof *cursor);
    for (size_t b = 0; b < a.blocks; b++)
        affine_fill(&a, b, cursor + b * a.in, out);
    free(cursor);
    return true;
}

/* ---- Conv1d, Conv2d and pools: a window along two axes ---- */

/* For each place of the input along one axis, the (output place, kernel tap) pairs that read it, by output place. */
struct axis {
    int64_t inputs, outputs, kernel, stride, padding, dilation;
    size_t *start;
    uint32_t *output, *tap;
};

struct window {
    struct axis axis[2];
    size_t channels_in, channels_out, groups;
    const double *weight; /* (Co, Ci/groups, Kh, Kw); NULL: `uniform` at every tap, groups == channels */
    double uniform;
};

static bool in_limit(int64_t value, int64_t minimum)
{
    return value >= minimum && value <= (int64_t)TENSOR_ITEMS_MAX;
}

static bool axis_fits(const struct axis *axis)
{
    return in_limit(axis->inputs, 1) && in_limit(axis->outputs, 1) && in_limit(axis->kernel, 1) &&
           in_limit(axis->stride, 1) && in_limit(axis->padding, 0) && in_limit(axis->dilation, 1) &&
           axis->inputs * axis->kernel <= (int64_t)TENSOR_ITEMS_MAX;
}

static void axis_make(struct axis *axis)
{
    size_t most = (size_t)(axis->inputs * axis->kernel), count = 0;
    axis->start = memory_array((size_t)axis->inputs + 1, sizeof *axis->start);
    axis->output = memory_array(most, sizeof *axis->output);
    axis->tap = memory_array(most, sizeof *axis->tap);
    for (int64_t place = 0; place < axis->inputs; place++) {
        for (int64_t tap = axis->kernel - 1; tap >= 0; tap--) { /* downwards: output places ascend */
            int64_t offset = place + axis->padding - tap * axis->dilation;
            if (offset < 0 || offset % axis->stride || offset / axis->stride >= axis->outputs)
                continue;
            axis->output[count] = (uint32_t)(offset / axis->stride);
            axis->tap[count++] = (uint32_t)tap;
        }
        axis->start[place + 1] = count;
    }
}

static void axis_free(struct axis *axis)
{
    free(axis->start);
    free(axis->output);
    free(axis->tap);
}

static void window_channels(const struct node *node, bool pool, struct window *w)
{
    const struct shape *weight = &node->weight.shape;
    if (pool) {
        w->channels_in = w->channels_out = w->groups =
            (size_t)(shape_items(&node->input) / (w->axis[0].inputs * w->axis[1].inputs));
        double taps = (double)node->kernel[0] * (double)node->kernel[1];
        w->uniform = node->kind == NODE_AVGPOOL2D ? 1.0 / taps : 1.0;
        return;
    }
    must(node->groups > 0);
    w->groups = (size_t)node->groups;
    w->channels_out = (size_t)weight->size[0];
    w->channels_in = (size_t)weight->size[1] * w->groups;
    w->weight = node->weight.data;
}

static struct window window_of(const struct node *node)
{
    bool pool = node->kind == NODE_SUMPOOL2D || node->kind == NODE_AVGPOOL2D;
    bool flat = node->kind == NODE_CONV1D; /* one row */
    const struct shape *in = &node->input, *out = &node->output, *weight = &node->weight.shape;
    must(in->rank >= (flat ? 1 : 2) && out->rank >= (flat ? 1 : 2) && (pool || weight->rank == (flat ? 3 : 4)));
    struct window w = {.uniform = 1.0};
    for (int d = flat; d < 2; d++)
        w.axis[d] = (struct axis){.inputs = in->size[in->rank - 2 + d],
                                  .outputs = out->size[out->rank - 2 + d],
                                  .kernel = pool ? node->kernel[d] : weight->size[weight->rank - 2 + d],
                                  .stride = node->stride[d],
                                  .padding = node->padding_begin[d],
                                  .dilation = pool ? 1 : node->dilation[d]};
    if (flat)
        w.axis[0] = (struct axis){.inputs = 1, .outputs = 1, .kernel = 1, .stride = 1, .dilation = 1};
    must(w.axis[0].inputs > 0 && w.axis[1].inputs > 0);
    window_channels(node, pool, &w);
    must((int64_t)w.channels_in * w.axis[0].inputs * w.axis[1].inputs == shape_items(in));
    must((int64_t)w.channels_out * w.axis[0].outputs * w.axis[1].outputs == shape_items(out));
    return w;
}

/* The entries of the source at (channel, row, column), by target; returns how many. target NULL: only counts. */
static size_t window_source(const struct window *w, size_t channel, size_t row, size_t column, uint32_t *target,
                            double *weight)
{
    const struct axis *rows = &w->axis[0], *columns = &w->axis[1];
    size_t group_in = w->channels_in / w->groups, group_out = w->channels_out / w->groups, count = 0;
    size_t first = channel / group_in * group_out;
    for (size_t co = first; co < first + group_out; co++) {
        for (size_t r = rows->start[row]; r < rows->start[row + 1]; r++) {
            size_t line = (co * group_in + channel % group_in) * (size_t)rows->kernel + rows->tap[r];
            size_t place = (co * (size_t)rows->outputs + rows->output[r]) * (size_t)columns->outputs;
            for (size_t c = columns->start[column]; c < columns->start[column + 1]; c++) {
                double value = w->weight ? w->weight[line * (size_t)columns->kernel + columns->tap[c]] : w->uniform;
                if (value == 0.0)
                    continue;
                if (target) {
                    target[count] = (uint32_t)(place + columns->output[c]);
                    weight[count] = value;
                }
                count++;
            }
        }
    }
    return count;
}

/* Counts when the entries have no room yet, else fills. */
static void window_pass(const struct window *w, struct sparse_matrix *out)
{
    size_t source = 0;
    for (size_t channel = 0; channel < w->channels_in; channel++) {
        for (size_t row = 0; row < (size_t)w->axis[0].inputs; row++) {
            for (size_t column = 0; column < (size_t)w->axis[1].inputs; column++, source++) {
                size_t start = out->start[source];
                if (out->target)
                    window_source(w, channel, row, column, out->target + start, out->weight + start);
                else
                    out->start[source + 1] = window_source(w, channel, row, column, NULL, NULL);
            }
        }
    }
}

/* Of the places where kernel and input meet, zero weights among them; true when more than the limit. */
static bool window_exceeds(const struct window *w)
{
    uint64_t rows = w->axis[0].start[w->axis[0].inputs], columns = w->axis[1].start[w->axis[1].inputs];
    uint64_t pairs = (uint64_t)w->channels_in * (w->channels_out / w->groups);
    return rows && columns && pairs > SPARSE_ENTRIES_MAX / rows / columns;
}

static bool window_to_sparse(const struct node *node, struct sparse_matrix *out, struct diagnostics *diagnostics)
{
    struct window w = window_of(node);
    if (!axis_fits(&w.axis[0]) || !axis_fits(&w.axis[1]))
        return too_large(node, diagnostics);
    axis_make(&w.axis[0]);
    axis_make(&w.axis[1]);
    bool fits = !window_exceeds(&w) || too_large(node, diagnostics);
    if (fits) {
        allocate(out, shape_items(&node->input), shape_items(&node->output));
        window_pass(&w, out);
        counts_to_starts(out);
        window_pass(&w, out);
    }
    axis_free(&w.axis[0]);
    axis_free(&w.axis[1]);
    return fits;
}

/* ---- */
bool linear_to_sparse(const struct node *node, struct sparse_matrix *out, struct diagnostics *diagnostics)
{
    *out = (struct sparse_matrix){0};
    switch (node->kind) {
    case NODE_AFFINE:
        return affine_to_sparse(node, out, diagnostics);
    case NODE_CONV1D:
    case NODE_CONV2D:
    case NODE_SUMPOOL2D:
    case NODE_AVGPOOL2D:
        return window_to_sparse(node, out, diagnostics);
    case NODE_SCALE:
    case NODE_FLATTEN:
        diagonal(node->kind == NODE_SCALE ? node->scale : NULL, shape_items(&node->output), out);
        return true;
    default:
        panic("%s (%s) is not linear", node->name, node_kind_name(node->kind));
    }
}

double *linear_bias(const struct node *node)
{
    must(node_is_linear(node->kind));
    size_t size = (size_t)shape_items(&node->output);
    double *bias = memory_array(size, sizeof *bias);
    if (!node->bias.data)
        return bias;
    size_t items = (size_t)shape_items(&node->bias.shape);
    bool conv = node->kind == NODE_CONV1D || node->kind == NODE_CONV2D;
    size_t repeat = conv ? size / (size_t)node->weight.shape.size[0] : 1; /* one value for each pixel of a channel */
    must(items && repeat && size % (items * repeat) == 0);
    for (size_t i = 0; i < size; i++)
        bias[i] = node->bias.data[i / repeat % items];
    return bias;
}
