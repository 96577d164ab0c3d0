/* The file around an ONNX graph. Protobuf has no magic number: a file is ONNX when all its fields have numbers and types
 * of ModelProto and one is the graph. */
#include "tools/read/onnx.h"

#include "sim/memory.h"
#include "tools/file/file.h"
#include "tools/read/onnx.pb-c.h"
#include "tools/read/onnx_graph.h"
#include <stdlib.h>
#include <sys/stat.h>

#define FILE_BYTES_MAX ((size_t)1 << 30)
#define FIELD_GRAPH 7
#define FIELD_LAST 26 /* the highest number of ModelProto that any version has used */
/* What the parser may allocate for each byte of the file: an empty message of two bytes becomes about a hundred. */
#define BYTES_FOR_A_BYTE 64

/* ---- recognition ---- */

static bool read_varint(const unsigned char *bytes, size_t size, size_t *at, uint64_t *out)
{
    *out = 0;
    for (unsigned shift = 0; shift < 64 && *at < size; shift += 7) {
        unsigned char byte = bytes[(*at)++];
        *out |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

/* Fields of ModelProto are numbers (wire type 0) or lengths and bytes (2). */
bool onnx_recognise(const unsigned char *bytes, size_t size)
{
    bool graph = false, version = false;
    for (size_t at = 0; at < size;) {
        uint64_t tag, value;
        if (!read_varint(bytes, size, &at, &tag) || !read_varint(bytes, size, &at, &value))
            return false;
        uint64_t field = tag >> 3, wire = tag & 7;
        bool number = field == 1 || field == 5;
        if (field < 1 || field > FIELD_LAST || wire != (number ? 0 : 2) || (!number && value > size - at))
            return false;
        at += number ? 0 : (size_t)value;
        graph = graph || field == FIELD_GRAPH;
        version = version || field == 1;
    }
    return graph && version;
}

static bool read_bytes(const char *path, unsigned char **bytes, size_t *size, struct diagnostics *diagnostics)
{
    struct stat about;
    if (stat(path, &about) != 0 || !S_ISREG(about.st_mode))
        return diagnostics_add(diagnostics, path, "is no file, expected an ONNX model");
    return file_read(path, FILE_BYTES_MAX, bytes, size, diagnostics);
}

bool onnx_is(const char *path)
{
    struct diagnostics ignored = {0};
    unsigned char *bytes = NULL;
    size_t size = 0;
    bool is = read_bytes(path, &bytes, &size, &ignored) && onnx_recognise(bytes, size);
    diagnostics_free(&ignored);
    free(bytes);
    return is;
}

/* ---- memory that the parser may use ---- */

struct allowance {
    size_t left;
};

static void *allocate(void *context, size_t size)
{
    struct allowance *allowance = context;
    if (size > allowance->left)
        return NULL;
    allowance->left -= size;
    return malloc(size);
}

static void release(void *context, void *memory)
{
    (void)context;
    free(memory);
}

/* ---- the model ---- */

static int64_t opset_of(const Onnx__ModelProto *model)
{
    for (size_t i = 0; i < model->n_opset_import; i++)
        if (!*model->opset_import[i]->domain)
            return model->opset_import[i]->version;
    return 1; /* before IR version 3 */
}

bool onnx_read_bytes(const char *path, const unsigned char *bytes, size_t size, struct network *out,
                     struct diagnostics *diagnostics)
{
    struct allowance allowance = {size * BYTES_FOR_A_BYTE + (1 << 16)};
    ProtobufCAllocator allocator = {.alloc = allocate, .free = release, .allocator_data = &allowance};
    Onnx__ModelProto *model = onnx__model_proto__unpack(&allocator, size, bytes);
    *out = (struct network){.path = memory_copy_string(path), .format = "ONNX"};
    if (!model || !model->graph) {
        diagnostics_add(diagnostics, path, "is no ONNX model: a field in it is cut off or of another type");
    } else {
        out->version = memory_format("opset %lld, IR %lld%s%s %s", (long long)opset_of(model),
                                     (long long)model->ir_version, *model->producer_name ? ", " : "",
                                     model->producer_name, model->producer_version);
    }
    bool good = model && model->graph && onnx_read_graph(model->graph, opset_of(model), out, diagnostics);
    onnx__model_proto__free_unpacked(model, &allocator);
    return good;
}

bool onnx_read(const char *path, struct network *out, struct diagnostics *diagnostics)
{
    unsigned char *bytes = NULL;
    size_t size = 0;
    *out = (struct network){0};
    if (!read_bytes(path, &bytes, &size, diagnostics))
        return false;
    bool good = onnx_read_bytes(path, bytes, size, out, diagnostics);
    free(bytes);
    return good;
}
