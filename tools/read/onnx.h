/* ONNX models (onnx.ai), as far as a network of layers goes: a graph whose weights are constants of the file. Parsed by
 * protobuf-c with the part of the schema in onnx.proto. Tensors lose the batch dimension and are (C, H, W). */
#ifndef NPUSIM_TOOLS_READ_ONNX_H
#define NPUSIM_TOOLS_READ_ONNX_H

#include "tools/network/network.h"

/* The bytes are fields of an ONNX model one after the other, a graph among them. */
bool onnx_recognise(const unsigned char *bytes, size_t size);
bool onnx_is(const char *path);
/* The chain or graph of layers; network_check is the caller's. On failure `out` is to be freed too. */
MUST_USE bool onnx_read(const char *path, struct network *out, struct diagnostics *diagnostics);
MUST_USE bool onnx_read_bytes(const char *path, const unsigned char *bytes, size_t size, struct network *out,
                              struct diagnostics *diagnostics);

#endif
