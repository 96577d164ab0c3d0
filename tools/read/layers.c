#include "tools/read/layers.h"
#include "sim/memory.h"
#include "tools/file/csv.h"
#include "tools/file/file.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"layer",  "kind",     "repeat",     "m",   "n",      "k",       "groups",
                                    "batch",  "elements", "operations", "row", "inputs", "outputs", "weights",
                                    "state",  NULL};
enum { LAYER, KIND, REPEAT, M, N, K, GROUPS, BATCH, ELEMENTS, OPERATIONS, ROW, INPUTS, OUTPUTS, WEIGHTS, STATE, COLUMNS };
static const double LARGEST = 1e12; /* of any count: far above what a memory holds, far below what a double counts */

struct list {
    struct csv csv;
    uint32_t column[COLUMNS];
    struct diagnostics *diagnostics;
};

static bool word(const struct list *list, const struct csv_record *record, int column, const char *const *words,
                 int *out)
{
    const char *cell = csv_cell(&list->csv, record, list->column[column]);
    for (*out = 0; words[*out]; *out += 1)
        if (!strcmp(words[*out], cell))
            return true;
    return csv_complain(&list->csv, record, list->column[column], list->diagnostics,
                        column == KIND ? "matrix, convolutionRxC, elementwise, neuron, softmax or norm"
                                       : "rows or groups");
}

static bool numbers(const struct list *list, const struct csv_record *record, struct work_operator *op)
{
    double *const at[COLUMNS] = {[REPEAT] = &op->repeat, [M] = &op->m, [N] = &op->n, [K] = &op->k,
                                 [GROUPS] = &op->groups, [ELEMENTS] = &op->elements,
                                 [OPERATIONS] = &op->operations_per_element, [ROW] = &op->row_items,
                                 [INPUTS] = &op->input_items, [OUTPUTS] = &op->output_items,
                                 [WEIGHTS] = &op->weight_items, [STATE] = &op->state_items};
    bool matrix = op->kind == OPERATOR_MATRIX, good = true;
    for (int i = 0; i < COLUMNS; i++) {
        bool wanted = i == REPEAT || (matrix ? i == M || i == N || i == K || i == GROUPS : i == ELEMENTS);
        if (at[i])
            good &= csv_number(&list->csv, record, list->column[i], wanted ? 1 : 0, LARGEST, at[i], list->diagnostics);
    }
    return good;
}

/* "convolution5x5" or "convolution5x5/2", the stride behind the slash; false: no convolution. */
static bool convolution(const char *cell, struct work_operator *op)
{
    int end = 0;
    unsigned stride = 1;
    if (sscanf(cell, "convolution%4ux%4u%n/%4u%n", &op->kernel[0], &op->kernel[1], &end, &stride, &end) < 2 || cell[end] ||
        op->kernel[0] == 0 || op->kernel[1] == 0 || stride == 0)
        return false;
    op->stride[0] = op->stride[1] = stride;
    return true;
}

static bool read_kind(const struct list *list, const struct csv_record *record, struct work_operator *op)
{
    static const char *const kinds[] = {"matrix", "elementwise", "neuron", "softmax", "norm", NULL};
    const char *cell = csv_cell(&list->csv, record, list->column[KIND]);
    int kind = 0;
    op->kind = OPERATOR_MATRIX;
    if (convolution(cell, op))
        return true;
    if (!word(list, record, KIND, kinds, &kind))
        return false;
    op->kind = kind ? OPERATOR_ELEMENTWISE : OPERATOR_MATRIX;
    op->neuron = kind == 2;
    op->normalisation = kind == 4;
    return true;
}

static bool read_operator(const struct list *list, const struct csv_record *record, struct work_operator *op)
{
    static const char *const batches[] = {"rows", "groups", NULL};
    int batch;
    bool good = read_kind(list, record, op);
    good &= word(list, record, BATCH, batches, &batch);
    op->batch_in_groups = batch == 1;
    op->name = memory_copy_string(csv_cell(&list->csv, record, list->column[LAYER]));
    good = good && numbers(list, record, op);
    double window = (double)op->kernel[0] * (double)op->kernel[1];
    if (!good || window == 0)
        return good;
    op->channels = op->k / window;
    return op->channels == floor(op->channels) ||
           csv_complain(&list->csv, record, list->column[K], list->diagnostics, "a multiple of the kernel's size");
}

/* "# steps: T" and "# recurrent" among the comments; they are gone from the table, so the file is looked at again. */
static bool read_remarks(const char *path, struct work *out, struct diagnostics *diagnostics)
{
    unsigned char *bytes;
    size_t size;
    if (!file_read(path, 1 << 24, &bytes, &size, diagnostics))
        return false;
    const char *line = strstr((char *)bytes, "# steps:");
    unsigned value = 1;
    bool good = !line || (sscanf(line, "# steps: %7u", &value) == 1 && value > 0 && value <= 1000000);
    out->recurrent = strstr((char *)bytes, "# recurrent\n") != NULL;
    free(bytes);
    out->steps = value;
    return good || diagnostics_add(diagnostics, path, "bad \"# steps:\", expected 1 .. 1000000 behind it");
}

bool layers_read(const char *path, struct work *out, struct diagnostics *diagnostics)
{
    size_t before = diagnostics->count;
    struct list list = {.diagnostics = diagnostics};
    *out = (struct work){.steps = 1};
    if (!read_remarks(path, out, diagnostics) || !csv_read(path, true, &list.csv, diagnostics))
        return false;
    if (csv_columns(&list.csv, names, list.column, diagnostics)) {
        out->operators = memory_array(list.csv.record_count, sizeof *out->operators);
        for (size_t i = 0; i < list.csv.record_count; i++)
            (void)!read_operator(&list, &list.csv.records[i], &out->operators[out->count++]);
        if (out->count == 0)
            diagnostics_add(diagnostics, path, "no layers, expected a line for each operator");
    }
    csv_free(&list.csv);
    if (diagnostics->count == before)
        return true;
    work_free(out);
    return false;
}

bool layers_is(const char *path)
{
    size_t length = strlen(path);
    return length > 4 && !strcmp(path + length - 4, ".csv");
}

/* ---- writing ---- */

static const char *kind_of(const struct work_operator *op, char *convolution_text, size_t size)
{
    if (op->kind == OPERATOR_ELEMENTWISE)
        return op->neuron ? "neuron" : op->row_items == 0 ? "elementwise" : op->normalisation ? "norm" : "softmax";
    if (op->kernel[0] == 0)
        return "matrix";
    if (op->stride[0] == 1)
        snprintf(convolution_text, size, "convolution%ux%u", op->kernel[0], op->kernel[1]);
    else
        snprintf(convolution_text, size, "convolution%ux%u/%u", op->kernel[0], op->kernel[1], op->stride[0]);
    return convolution_text;
}

static char *line_of(const char *before, const struct work_operator *op)
{
    char kind[64];
    return memory_format("%s%s,%s,%.0f,%.0f,%.0f,%.0f,%.0f,%s,%.0f,%g,%.0f,%.0f,%.0f,%.0f,%.0f\n", before, op->name,
                         kind_of(op, kind, sizeof kind), fmax(1, op->repeat), op->m, op->n, op->k, op->groups,
                         op->batch_in_groups ? "groups" : "rows", op->elements, op->operations_per_element, op->row_items,
                         op->input_items, op->output_items, op->weight_items, op->state_items);
}

bool layers_write(const char *path, const struct work *work, const char *title, struct diagnostics *diagnostics)
{
    char *text = memory_format("# %s\n# steps: %u\n%s", title, work->steps, work->recurrent ? "# recurrent\n" : "");
    for (int i = 0; i < COLUMNS; i++) {
        char *more = memory_format("%s%s%s", text, names[i], i + 1 < COLUMNS ? "," : "\n");
        free(text);
        text = more;
    }
    for (uint32_t i = 0; i < work->count; i++) {
        char *more = line_of(text, &work->operators[i]);
        free(text);
        text = more;
    }
    bool good = file_write_text(path, text, diagnostics);
    free(text);
    return good;
}
