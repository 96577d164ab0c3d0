/* Published tables of measured GPUs as they are: LLMCompass (no headers), NeuSight, DeepBench.
 *
 * NeuSight's columns N and K are exchanged here: the recorded launch grids (grid_x x tile columns) fit outputs of
 * M x "K" with the inner dimension "N", for every product of both tables.
 * Not read: DeepBench "pseudo FP16" (fp16 operands, fp32 arithmetic) and backward passes; of NeuSight's models those
 * that train, are fused by a compiler, run on several devices, or route tokens (switchxl4). */
#include "sim/memory.h"
#include "tools/calibrate/measured.h"
#include "tools/file/csv.h"
#include "tools/read/layers.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct publication {
    struct measured *measured;
    const char *dir;
    struct diagnostics *diagnostics;
};

static bool open_table(const struct publication *from, const char *name, bool header, struct csv *csv)
{
    char *path = memory_format("%s/physics/%s", from->dir, name);
    bool good = csv_read(path, header, csv, from->diagnostics);
    free(path);
    return good;
}

static struct work_operator product(double m, double n, double k, double groups)
{
    return (struct work_operator){.kind = OPERATOR_MATRIX, .m = m, .n = n, .k = k, .groups = groups,
                                  .weight_items = n * k * groups, .input_items = m * k * groups,
                                  .output_items = m * n * groups};
}

static struct work_operator elementwise(double elements, double inputs, double operations, double row)
{
    return (struct work_operator){.kind = OPERATOR_ELEMENTWISE, .elements = elements, .groups = 1,
                                  .operations_per_element = operations, .row_items = row,
                                  .input_items = inputs * elements, .output_items = elements};
}

static bool cells(const struct publication *from, const struct csv *csv, const struct csv_record *record,
                  const uint32_t *column, double *out, int count)
{
    bool good = true;
    for (int i = 0; i < count; i++)
        good &= csv_number(csv, record, column[i], 0, 1e15, &out[i], from->diagnostics);
    return good;
}

/* ---- LLMCompass: fp16; rates in 10^9 elements/s, or "0.19ms" ---- */

struct compass {
    const char *file, *device;
    int sizes;        /* of a line; 3: a product */
    double operations;
};

static bool compass_row(const struct publication *from, const struct compass *table, const struct csv *csv,
                        const struct csv_record *record, struct measured_row row)
{
    const uint32_t column[] = {0, 1, 2};
    double size[3];
    if (!cells(from, csv, record, column, size, table->sizes))
        return false;
    double figure = strtod(csv_cell(csv, record, (uint32_t)table->sizes), NULL);
    if (!(figure > 0))
        return csv_complain(csv, record, (uint32_t)table->sizes, from->diagnostics, "a positive figure");
    struct work_operator op = table->sizes == 3   ? product(size[0], size[1], size[2], 1)
                              : table->sizes == 2 ? elementwise(size[0] * size[1], 1, table->operations, size[1])
                                                  : elementwise(size[0], 1, table->operations, 0);
    op.normalisation = !strncmp(table->file, "layernorm", 9);
    row.seconds = table->sizes == 3 ? figure * 1e-3 : op.elements / (figure * 1e9);
    measured_add_operator(from->measured, row, &op);
    return true;
}

static bool read_compass(const struct publication *from)
{
    static const struct compass tables[] = {{"matmul_A100", "A100 SXM 80GB", 3, 0},  {"matmul_MI210", "MI210", 3, 0},
                                            {"softmax_A100", "A100 SXM 80GB", 2, 5}, {"softmax_MI210", "MI210", 2, 5},
                                            {"layernorm_A100", "A100 SXM 80GB", 2, 8},
                                            {"layernorm_MI210", "MI210", 2, 8},      {"gelu_A100", "A100 SXM 80GB", 1, 8},
                                            {"gelu_MI210", "MI210", 1, 8}};
    bool good = true;
    for (size_t t = 0; t < sizeof tables / sizeof *tables && good; t++) {
        struct csv csv;
        char *path = memory_format("llmcompass/%s.csv", tables[t].file);
        char *name = memory_format("llmcompass %.*s", (int)strcspn(tables[t].file, "_"), tables[t].file);
        struct measured_row row = {.device = measured_device(from->measured, tables[t].device),
                                   .precision = PRECISION_FP16, .table = measured_add_table(from->measured, name)};
        good = open_table(from, path, false, &csv);
        for (size_t i = 0; good && i < csv.record_count; i++)
            good &= compass_row(from, &tables[t], &csv, &csv.records[i], row);
        if (good)
            csv_free(&csv);
        free(name);
        free(path);
    }
    return good;
}

/* ---- NeuSight: fp32 ---- */

static bool neusight_products(const struct publication *from, const char *file, const char *title)
{
    static const char *const names[] = {"B", "M", "K", "N", "latency_ms", "device", NULL};
    struct csv csv;
    uint32_t column[6];
    bool good = open_table(from, file, true, &csv);
    if (!good)
        return false;
    good = csv_columns(&csv, names, column, from->diagnostics);
    uint32_t table = measured_add_table(from->measured, title);
    for (size_t i = 0; good && i < csv.record_count; i++) {
        double v[5];
        good = cells(from, &csv, &csv.records[i], column, v, 5);
        struct work_operator op = product(v[1], v[2], v[3], v[0]); /* M x "K", inner dimension "N" */
        struct measured_row row = {.device = measured_device(from->measured, csv_cell(&csv, &csv.records[i], column[5])),
                                   .precision = PRECISION_FP32, .table = table, .seconds = v[4] * 1e-3};
        if (good && row.device != UINT32_MAX)
            measured_add_operator(from->measured, row, &op);
    }
    csv_free(&csv);
    return good;
}

/* Binary operators read two values; operations are counted from the functions. */
static struct work_operator neusight_operator(const char *op, double rows, double width)
{
    bool binary = !strcmp(op, "add") || !strcmp(op, "mul") || !strcmp(op, "div") || !strcmp(op, "pow");
    struct work_operator norm = elementwise(rows * width, 1, 8, width);
    norm.normalisation = true;
    if (!strcmp(op, "ln"))
        return norm;
    if (!strcmp(op, "softmax"))
        return elementwise(rows * width, 1, 5, width);
    return elementwise(rows * width, binary ? 2 : 1, !strcmp(op, "gelu") ? 8 : 1, 0);
}

static bool neusight_elements(const struct publication *from, const char *file, const char *title)
{
    static const char *const names[] = {"B", "H", "latency_ms", "op", "device", NULL};
    struct csv csv;
    uint32_t column[5];
    bool good = open_table(from, file, true, &csv);
    if (!good)
        return false;
    good = csv_columns(&csv, names, column, from->diagnostics);
    uint32_t table = measured_add_table(from->measured, title);
    for (size_t i = 0; good && i < csv.record_count; i++) {
        double v[3];
        good = cells(from, &csv, &csv.records[i], column, v, 3);
        struct work_operator op = neusight_operator(csv_cell(&csv, &csv.records[i], column[3]), v[0], v[1]);
        struct measured_row row = {.device = measured_device(from->measured, csv_cell(&csv, &csv.records[i], column[4])),
                                   .precision = PRECISION_FP32, .table = table, .seconds = v[2] * 1e-3};
        if (good && row.device != UINT32_MAX)
            measured_add_operator(from->measured, row, &op);
    }
    csv_free(&csv);
    return good;
}

/* The layer list of a model, or NULL if there is none. */
static const char *model_list(const char *model)
{
    static const char *const lists[][2] = {{"bert_large", "bert-large-512"}, {"gpt2_large", "gpt2-large-1024"},
                                           {"gpt3_xl", "gpt3-xl-2048"},      {"gpt3_27", "gpt3-2.7b-2048"},
                                           {"opt_13", "opt-1.3b-2048"}};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (!strcmp(lists[i][0], model))
            return lists[i][1];
    return NULL;
}

static bool neusight_models(const struct publication *from, const char *workloads)
{
    static const char *const names[] = {"batch", "e2e_ms", "device", "model", "mode", "option", NULL};
    struct csv csv;
    uint32_t column[6];
    bool good = open_table(from, "neusight/e2e_model_latency.csv", true, &csv);
    if (!good)
        return false;
    good = csv_columns(&csv, names, column, from->diagnostics);
    uint32_t table = measured_add_table(from->measured, "neusight models");
    for (size_t i = 0; good && i < csv.record_count; i++) {
        const struct csv_record *record = &csv.records[i];
        double v[2];
        const char *list = model_list(csv_cell(&csv, record, column[3]));
        struct measured_row row = {.device = measured_device(from->measured, csv_cell(&csv, record, column[2])),
                                   .precision = PRECISION_FP32, .table = table, .network = true};
        good = cells(from, &csv, record, column, v, 2);
        if (!good || !list || row.device == UINT32_MAX || strcmp(csv_cell(&csv, record, column[4]), "inf") != 0 ||
            *csv_cell(&csv, record, column[5]))
            continue;
        char *path = memory_format("%s/%s.csv", workloads, list);
        good = layers_read(path, &row.work, from->diagnostics);
        free(path);
        row.batch = (uint32_t)v[0];
        row.seconds = v[1] * 1e-3;
        if (good)
            measured_add(from->measured, &row);
    }
    csv_free(&csv);
    return good;
}

/* ---- DeepBench ---- */

static bool deepbench_precision(const char *cell, enum baseline_precision *out)
{
    if (strcmp(cell, "Results FP32") != 0 && strncmp(cell, "Results - FP16 ip", 17) != 0)
        return false;
    *out = strcmp(cell, "Results FP32") ? PRECISION_FP16 : PRECISION_FP32;
    return true;
}

static bool deepbench_gemm(const struct publication *from)
{
    static const char *const names[] = {"M", "N", "K", "time_ms", "device", "precision", NULL};
    struct csv csv;
    uint32_t column[6];
    bool good = open_table(from, "deepbench/gemm.csv", true, &csv);
    if (!good)
        return false;
    good = csv_columns(&csv, names, column, from->diagnostics);
    for (size_t i = 0; good && i < csv.record_count; i++) {
        const struct csv_record *record = &csv.records[i];
        double v[4];
        struct measured_row row = {.device = measured_device(from->measured, csv_cell(&csv, record, column[4]))};
        good = cells(from, &csv, record, column, v, 4);
        if (!good || row.device == UINT32_MAX || !deepbench_precision(csv_cell(&csv, record, column[5]), &row.precision))
            continue;
        row.table = measured_add_table(from->measured, row.precision == PRECISION_FP32 ? "deepbench gemm fp32"
                                                                                      : "deepbench gemm fp16");
        row.seconds = v[3] * 1e-3;
        struct work_operator op = product(v[0], v[1], v[2], 1);
        measured_add_operator(from->measured, row, &op);
    }
    csv_free(&csv);
    return good;
}

enum { W, H, C, N, K, S, R, STRIDE_H, STRIDE_V, TIME, P, Q, CONV_NUMBERS };

static struct work_operator convolution(const double *v)
{
    double rows = v[N] * v[P] * v[Q];
    struct work_operator op = product(rows, v[K], v[C] * v[R] * v[S], 1);
    op.input_items = v[N] * v[C] * v[H] * v[W];
    op.channels = v[C];
    op.channels_last = true; /* the library's own layout changes are in its kernels' time */
    op.kernel[0] = (uint32_t)v[R];
    op.kernel[1] = (uint32_t)v[S];
    op.stride[0] = (uint32_t)v[STRIDE_V];
    op.stride[1] = (uint32_t)v[STRIDE_H];
    return op;
}

static bool deepbench_conv(const struct publication *from)
{
    static const char *const names[] = {"W", "H", "C", "N", "K", "S", "R", "stride_h", "stride_v", "fwd_ms", "P", "Q",
                                        "device", "precision", NULL};
    struct csv csv;
    uint32_t column[CONV_NUMBERS + 2];
    bool good = open_table(from, "deepbench/conv.csv", true, &csv);
    if (!good)
        return false;
    good = csv_columns(&csv, names, column, from->diagnostics);
    for (size_t i = 0; good && i < csv.record_count; i++) {
        const struct csv_record *record = &csv.records[i];
        double v[CONV_NUMBERS];
        if (!strcmp(csv_cell(&csv, record, column[W]), "W"))
            continue; /* the header again, before the second device */
        struct measured_row row = {
            .device = measured_device(from->measured, csv_cell(&csv, record, column[CONV_NUMBERS]))};
        good = cells(from, &csv, record, column, v, CONV_NUMBERS);
        if (!good || row.device == UINT32_MAX ||
            !deepbench_precision(csv_cell(&csv, record, column[CONV_NUMBERS + 1]), &row.precision))
            continue;
        row.table = measured_add_table(from->measured, row.precision == PRECISION_FP32 ? "deepbench conv fp32"
                                                                                      : "deepbench conv fp16");
        row.seconds = v[TIME] * 1e-3;
        struct work_operator op = convolution(v);
        measured_add_operator(from->measured, row, &op);
    }
    csv_free(&csv);
    return good;
}

static bool add_devices(const struct publication *from, const char *configs)
{
    static const char *const devices[][2] = {
        {"A100 SXM 80GB", "a100-sxm-80gb"},          {"MI210", "mi210"},
        {"NVIDIA A100-PCIE-40GB", "a100-pcie-40gb"}, {"NVIDIA A100 80GB PCIe", "a100-pcie-80gb"},
        {"NVIDIA L4", "l4"},                         {"NV_V100", "v100-sxm2-16gb"},
        {"NV_P100", "p100-pcie-16gb"},               {"AMD_Instinct_MI100", "mi100"},
        {"AMD_Instinct_MI210", "mi210"},             {"AMD_Instinct_MI250", "mi250"},
        {"NVIDIA_A100-PCIE-40GB", "a100-pcie-40gb"}, {"Tesla_P100-PCIE-16GB", "p100-pcie-16gb"},
        {"Tesla_P4", "p4"},                          {"Tesla_T4", "t4"},
        {"Tesla_V100-PCIE-32GB", "v100-pcie-16gb"}};
    bool good = true;
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
        char *path = memory_format("%s/%s.yaml", configs, devices[i][1]);
        good &= measured_add_device(from->measured, devices[i][0], path, from->diagnostics);
        free(path);
    }
    return good;
}

bool measured_read_published(const char *dir, const char *configs, const char *workloads, struct measured *measured,
                             struct diagnostics *diagnostics)
{
    struct publication from = {measured, dir, diagnostics};
    bool good = add_devices(&from, configs) && read_compass(&from) &&
                neusight_products(&from, "neusight/linear_fp32_A100_L4.csv", "neusight linear") &&
                neusight_products(&from, "neusight/bmm_fp32_A100_L4.csv", "neusight batched") &&
                neusight_elements(&from, "neusight/elem_fp32_A100_L4.csv", "neusight elementwise") &&
                neusight_elements(&from, "neusight/ln_fp32_A100_L4.csv", "neusight layernorm") &&
                neusight_elements(&from, "neusight/softmax_fp32_A100_L4.csv", "neusight softmax") &&
                deepbench_gemm(&from) && deepbench_conv(&from) && neusight_models(&from, workloads);
    if (good)
        measured_hold_out(measured);
    return good;
}
