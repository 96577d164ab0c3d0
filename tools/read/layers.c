#include "tools/read/layers.h"
#include "sim/memory.h"
#include "tools/file/csv.h"
#include "tools/file/file.h"
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
                        column == KIND ? "matrix, convolution3x3, elementwise, neuron, softmax or norm"
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

static bool read_operator(const struct list *list, const struct csv_record *record, struct work_operator *op)
{
    static const char *const kinds[] = {"matrix", "convolution3x3", "elementwise", "neuron", "softmax", "norm", NULL};
    static const char *const batches[] = {"rows", "groups", NULL};
    int kind, batch;
    bool good = word(list, record, KIND, kinds, &kind);
    good &= word(list, record, BATCH, batches, &batch);
    op->kind = kind < 2 ? OPERATOR_MATRIX : OPERATOR_ELEMENTWISE;
    op->winograd = kind == 1;
    op->neuron = kind == 3;
    op->normalisation = kind == 5;
    op->batch_in_groups = batch == 1;
    op->name = memory_copy_string(csv_cell(&list->csv, record, list->column[LAYER]));
    good = good && numbers(list, record, op);
    op->channels = kind == 1 ? op->k / 9 : 0;
    return good;
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
