/* The values of an ONNX tensor: raw little-endian bytes, or the list that its type has. */
#include "tools/read/onnx_graph.h"

#include "sim/memory.h"
#include "tools/read/onnx.pb-c.h"
#include <math.h>
#include <string.h>

/* TensorProto.DataType of the specification. */
enum type { FLOAT = 1, UINT8 = 2, INT8 = 3, UINT16 = 4, INT16 = 5, INT32 = 6, INT64 = 7, BOOL = 9, FLOAT16 = 10, DOUBLE = 11,
            UINT32 = 12, UINT64 = 13, BFLOAT16 = 16 };
#define EXTERNAL 1 /* TensorProto.DataLocation */

static size_t width_of(int32_t type)
{
    switch (type) {
    case UINT8: case INT8: case BOOL: return 1;
    case UINT16: case INT16: case FLOAT16: case BFLOAT16: return 2;
    case FLOAT: case INT32: case UINT32: return 4;
    case INT64: case DOUBLE: case UINT64: return 8;
    default: return 0;
    }
}

static double from_half(uint16_t bits)
{
    int exponent = bits >> 10 & 0x1f, fraction = bits & 0x3ff;
    double size = exponent == 0x1f ? (fraction ? (double)NAN : (double)INFINITY)
                  : exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
    return bits & 0x8000 ? -size : size;
}

static double from_float_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

static double from_double_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double from_bits(int32_t type, uint64_t bits)
{
    switch (type) {
    case INT8: return (int8_t)bits;
    case INT16: return (int16_t)bits;
    case INT32: return (int32_t)bits;
    case INT64: return (double)(int64_t)bits;
    case FLOAT16: return from_half((uint16_t)bits);
    case BFLOAT16: return from_float_bits((uint32_t)bits << 16);
    case FLOAT: return from_float_bits((uint32_t)bits);
    case DOUBLE: return from_double_bits(bits);
    default: return (double)bits;
    }
}

static void decode_raw(const unsigned char *bytes, int32_t type, size_t items, double *out)
{
    size_t width = width_of(type);
    for (size_t i = 0; i < items; i++) {
        uint64_t bits = 0;
        for (size_t b = width; b-- > 0;)
            bits = bits << 8 | bytes[i * width + b];
        out[i] = from_bits(type, bits);
    }
}

/* Number of items in the list that the type has. */
static size_t listed(const Onnx__TensorProto *from)
{
    switch (from->data_type) {
    case FLOAT: return from->n_float_data;
    case DOUBLE: return from->n_double_data;
    case INT64: return from->n_int64_data;
    case UINT32: case UINT64: return from->n_uint64_data;
    default: return from->n_int32_data;
    }
}

/* Small types lie in int32_data, halves as their bits. */
static double item_of(const Onnx__TensorProto *from, size_t i)
{
    switch (from->data_type) {
    case FLOAT: return (double)from->float_data[i];
    case DOUBLE: return from->double_data[i];
    case INT64: return (double)from->int64_data[i];
    case UINT32: case UINT64: return (double)from->uint64_data[i];
    case FLOAT16: case BFLOAT16: return from_bits(from->data_type, (uint16_t)from->int32_data[i]);
    default: return from->int32_data[i];
    }
}

static bool read_shape(const Onnx__TensorProto *from, const char *place, struct shape *out,
                       struct diagnostics *diagnostics)
{
    if (from->n_dims > SHAPE_RANK_MAX)
        return diagnostics_add(diagnostics, place, "%zu dimensions, expected at most %d", from->n_dims, SHAPE_RANK_MAX);
    *out = (struct shape){.rank = (int)from->n_dims};
    int64_t items = 1;
    for (int i = 0; i < out->rank; i++) {
        out->size[i] = from->dims[i];
        if (from->dims[i] < 0 || from->dims[i] > (int64_t)TENSOR_ITEMS_MAX)
            return diagnostics_add(diagnostics, place, "dimension %d is %lld, expected 0 .. %u", i,
                                   (long long)from->dims[i], TENSOR_ITEMS_MAX);
        items *= from->dims[i];
        if (items > (int64_t)TENSOR_ITEMS_MAX)
            return diagnostics_add(diagnostics, place, "more than %u values, expected fewer", TENSOR_ITEMS_MAX);
    }
    return true;
}

bool onnx_tensor(const struct Onnx__TensorProto *from, const char *place, struct tensor *out,
                 struct diagnostics *diagnostics)
{
    size_t width = width_of(from->data_type);
    *out = (struct tensor){0};
    if (from->data_location == EXTERNAL)
        return diagnostics_add(diagnostics, place, "its values lie in another file, expected a model in one file "
                               "(save without external data)");
    if (!width)
        return diagnostics_add(diagnostics, place, "values of type %d, expected float, double, half or integers",
                               (int)from->data_type);
    if (!read_shape(from, place, &out->shape, diagnostics))
        return false;
    size_t items = (size_t)shape_items(&out->shape), given = listed(from);
    bool raw = from->raw_data.len > 0 || given == 0;
    if (raw ? from->raw_data.len != items * width : given != items)
        return diagnostics_add(diagnostics, place, "%zu %s, expected %zu for its dimensions",
                               raw ? from->raw_data.len : given, raw ? "bytes" : "values", raw ? items * width : items);
    out->data = memory_array(items, sizeof *out->data);
    if (raw)
        decode_raw(from->raw_data.data, from->data_type, items, out->data);
    for (size_t i = 0; !raw && i < items; i++)
        out->data[i] = item_of(from, i);
    return true;
}
