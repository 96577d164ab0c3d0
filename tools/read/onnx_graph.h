/* Inside of the ONNX reader: tensors by name while the operators are gone through, and an operator's way to its inputs. */
#ifndef NPUSIM_TOOLS_READ_ONNX_GRAPH_H
#define NPUSIM_TOOLS_READ_ONNX_GRAPH_H

#include "tools/network/network.h"

struct Onnx__NodeProto;
struct Onnx__AttributeProto;
struct Onnx__TensorProto;
struct Onnx__GraphProto;

/* A named tensor of the graph. */
struct onnx_value {
    const char *name;
    uint32_t uses;           /* by operators and outputs */
    bool defined, constant, ended; /* ended: behind a softmax, nothing may follow */
    struct tensor data;      /* constant */
    uint32_t *sources;       /* nodes whose outputs add up to it */
    uint32_t source_count;
    struct shape shape;      /* without the batch, (C, H, W) */
    bool channel_last;       /* the graph means (H, W, C) by it */
    int64_t pad[2][2];       /* zeros around rows and columns that a Pad added, [begin, end][axis]; shape is without */
    struct shape flattened;  /* a (C, H, W) that was put in a row channel last, until weights have put it in order */
};

struct onnx_reader {
    struct network *network;
    struct onnx_value *values; /* in order of names */
    size_t value_count;
    int64_t batch;             /* of the inputs; 0: any */
    int64_t opset;
    uint32_t number;           /* of the operator at hand */
    const struct Onnx__NodeProto *at;
    struct diagnostics *diagnostics;
};

/* Adds "FILE: operator NUMBER (TYPE 'NAME'): TEXT"; returns false. */
bool onnx_complain(const struct onnx_reader *reader, const char *format, ...) PRINTF_LIKE(2, 3);

/* ---- onnx.c ---- */
MUST_USE bool onnx_read_graph(const struct Onnx__GraphProto *graph, int64_t opset, struct network *out,
                              struct diagnostics *diagnostics);
struct onnx_value *onnx_find(const struct onnx_reader *reader, const char *name);
/* Input or output i of the operator; NULL: absent. */
struct onnx_value *onnx_input(const struct onnx_reader *reader, size_t i);
struct onnx_value *onnx_output(const struct onnx_reader *reader, size_t i);
/* An input that is a tensor of activations; NULL and a message: absent or constant. */
struct onnx_value *onnx_activation(const struct onnx_reader *reader, size_t i);
/* The same; it may have zeros around it. */
struct onnx_value *onnx_padded(const struct onnx_reader *reader, size_t i);
/* An input that is a constant; NULL and a message. */
struct onnx_value *onnx_constant(const struct onnx_reader *reader, size_t i);
/* A new node of the operator that takes `from`; its index. It becomes the source of the operator's output. */
uint32_t onnx_append(struct onnx_reader *reader, enum node_kind kind, const struct onnx_value *from,
                     const struct shape *shape);
/* The operator does nothing: its output is `from` under another name, with `shape`. */
bool onnx_alias(struct onnx_reader *reader, const struct onnx_value *from, const struct shape *shape);
/* The operator's output is this constant, whose data are taken over. */
bool onnx_define_constant(struct onnx_reader *reader, struct tensor *data);

struct tensor onnx_copy(const struct tensor *from);

/* ---- onnx_attribute.c ---- */
const struct Onnx__AttributeProto *onnx_attribute(const struct onnx_reader *reader, const char *name);
int64_t onnx_int(const struct onnx_reader *reader, const char *name, int64_t absent);
double onnx_float(const struct onnx_reader *reader, const char *name, double absent);
/* `count` whole numbers; absent: all `value`. An error when there are others. */
MUST_USE bool onnx_ints(const struct onnx_reader *reader, const char *name, size_t count, int64_t value, int64_t *out);
bool onnx_text_is(const struct onnx_reader *reader, const char *name, const char *text);
/* Kernel, strides, pads, dilations of a window over the last `axes` dimensions, and the output's sizes. */
MUST_USE bool onnx_window(struct onnx_reader *reader, struct node *node, int axes, const struct onnx_value *from,
                          struct shape *output);

/* ---- onnx_tensor.c ---- */
MUST_USE bool onnx_tensor(const struct Onnx__TensorProto *from, const char *place, struct tensor *out,
                          struct diagnostics *diagnostics);

/* ---- operators: true when they have made their output ---- */
bool onnx_conv(struct onnx_reader *reader);
bool onnx_gemm(struct onnx_reader *reader);
bool onnx_matmul(struct onnx_reader *reader);
bool onnx_batch_normalisation(struct onnx_reader *reader);
bool onnx_arithmetic(struct onnx_reader *reader);
bool onnx_relu(struct onnx_reader *reader);
bool onnx_clip(struct onnx_reader *reader);
bool onnx_softmax(struct onnx_reader *reader);
bool onnx_pool(struct onnx_reader *reader);
bool onnx_global_pool(struct onnx_reader *reader);
bool onnx_reduce_mean(struct onnx_reader *reader);
bool onnx_pad(struct onnx_reader *reader);
bool onnx_flatten(struct onnx_reader *reader);
bool onnx_reshape(struct onnx_reader *reader);
bool onnx_squeeze(struct onnx_reader *reader);
bool onnx_transpose(struct onnx_reader *reader);
bool onnx_identity(struct onnx_reader *reader);
bool onnx_constant_operator(struct onnx_reader *reader);
bool onnx_shape_operator(struct onnx_reader *reader);
bool onnx_gather(struct onnx_reader *reader);
bool onnx_unsqueeze(struct onnx_reader *reader);
bool onnx_concat(struct onnx_reader *reader);

#endif
