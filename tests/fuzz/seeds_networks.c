#include "tests/fuzz/seeds.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include "tests/fuzz/fuzz.h"
#include "tools/file/h5.h"
#include <stdlib.h>

static struct h5 *begin(const char *folder, const char *name)
{
    struct diagnostics problems = {0};
    struct h5 *file;
    char *path = fuzz_path(folder, name);
    must(h5_create(path, &file, &problems));
    free(path);
    return file;
}

static void end(struct h5 *file)
{
    struct diagnostics problems = {0};
    must(h5_commit(file, &problems));
}

/* ---- NIR ---- */

/* "NODE:PARAMETER=SIZE,SIZE" with the values 1, 2, 3 .. times `scale`; no sizes: a scalar. */
struct number {
    const char *path;
    int rank;
    uint64_t size[4];
    double scale;
};

static void put(struct h5 *file, const char *graph, const struct number *number)
{
    uint64_t items = 1;
    for (int i = 0; i < number->rank; i++)
        items *= number->size[i];
    double *values = memory_array((size_t)items, sizeof *values);
    for (uint64_t i = 0; i < items; i++)
        values[i] = number->scale * (double)(i + 1);
    char *path = memory_format("%s/nodes/%s", graph, number->path);
    h5_write(file, path, H5_F64, number->rank, number->size, values);
    free(path);
    free(values);
}

static void integers(struct h5 *file, const char *path, int rank, uint64_t size, const int64_t *values)
{
    char *whole = memory_format("/node/nodes/%s", path);
    h5_write(file, whole, H5_I64, rank, &size, values);
    free(whole);
}

static void nodes(struct h5 *file, const char *graph, const char *const (*types)[2], const struct number *numbers)
{
    for (; (*types)[0]; types++) {
        char *path = memory_format("%s/nodes/%s/type", graph, (*types)[0]);
        h5_write_string(file, path, (*types)[1]);
        free(path);
    }
    for (; numbers->path; numbers++)
        put(file, graph, numbers);
}

static struct h5 *begin_nir(const char *folder, const char *const *edges, uint64_t count)
{
    struct h5 *file = begin(folder, "n.nir");
    h5_write_string(file, "/version", "1.0.7");
    h5_write_string(file, "/node/type", "NIRGraph");
    h5_write_string_array(file, "/node/edges", 2, (uint64_t[]){count, 2}, edges);
    return file;
}

#define TYPES(...) (const char *const[][2]){__VA_ARGS__, {NULL, NULL}}
#define NUMBERS(...) (const struct number[]){__VA_ARGS__, {.path = NULL}}
#define ONES(path, n) {path, 1, {n}, 1}

static void write_convolution(const char *folder)
{
    static const char *const edges[] = {"in", "conv", "conv", "if", "if", "pool", "pool", "average", "average", "flat",
                                        "flat", "line", "line", "scale", "scale", "cuba", "cuba", "out"};
    struct h5 *file = begin_nir(folder, edges, 9);
    nodes(file, "/node",
          TYPES({"in", "Input"}, {"conv", "Conv2d"}, {"if", "IF"}, {"pool", "SumPool2d"}, {"average", "AvgPool2d"},
                {"flat", "Flatten"}, {"line", "Linear"}, {"scale", "Scale"}, {"cuba", "CubaLIF"}, {"out", "Output"}),
          NUMBERS({"conv/weight", 4, {2, 1, 3, 3}, 0.1}, ONES("conv/bias", 2), {"if/r", 3, {2, 4, 4}, 1},
                  {"if/v_threshold", 3, {2, 4, 4}, 1}, {"line/weight", 2, {3, 2}, 1}, ONES("scale/scale", 3),
                  ONES("cuba/tau_syn", 3), ONES("cuba/tau_mem", 3), ONES("cuba/r", 3), ONES("cuba/v_leak", 3),
                  ONES("cuba/v_threshold", 3), ONES("cuba/v_reset", 3), ONES("cuba/w_in", 3)));
    integers(file, "in/shape", 1, 3, (int64_t[]){1, 4, 4});
    integers(file, "conv/input_shape", 1, 2, (int64_t[]){4, 4});
    integers(file, "conv/stride", 1, 2, (int64_t[]){1, 1});
    integers(file, "conv/padding", 1, 2, (int64_t[]){1, 1});
    integers(file, "conv/dilation", 1, 2, (int64_t[]){1, 1});
    integers(file, "conv/groups", 0, 0, (int64_t[]){1});
    static const char *const pools[] = {"pool", "average"};
    for (int i = 0; i < 2; i++) {
        char *kernel = memory_format("%s/kernel_size", pools[i]), *stride = memory_format("%s/stride", pools[i]);
        char *padding = memory_format("%s/padding", pools[i]);
        integers(file, kernel, 1, 2, (int64_t[]){2, 2});
        integers(file, stride, 1, 2, (int64_t[]){2, 2});
        integers(file, padding, 1, 2, (int64_t[]){0, 0});
        free(kernel);
        free(stride);
        free(padding);
    }
    integers(file, "flat/start_dim", 0, 0, (int64_t[]){0});
    integers(file, "flat/end_dim", 0, 0, (int64_t[]){-1});
    integers(file, "flat/input_type", 1, 3, (int64_t[]){2, 1, 1});
    integers(file, "out/shape", 1, 1, (int64_t[]){3});
    end(file);
}

static void write_line(const char *folder)
{
    static const char *const edges[] = {"in", "c", "c", "t", "t", "d", "d", "i", "i", "out"};
    struct h5 *file = begin_nir(folder, edges, 5);
    nodes(file, "/node",
          TYPES({"in", "Input"}, {"c", "Conv1d"}, {"t", "Threshold"}, {"d", "Delay"}, {"i", "I"}, {"out", "Output"}),
          NUMBERS({"c/weight", 3, {2, 1, 3}, 0.5}, ONES("c/bias", 2), {"t/threshold", 2, {2, 6}, 0.1},
                  {"d/delay", 2, {2, 6}, 0.001}, {"i/r", 2, {2, 6}, 1}));
    integers(file, "in/shape", 1, 2, (int64_t[]){1, 6});
    integers(file, "c/input_shape", 0, 0, (int64_t[]){6});
    h5_write_string(file, "/node/nodes/c/padding", "same");
    integers(file, "c/stride", 0, 0, (int64_t[]){1});
    integers(file, "c/dilation", 0, 0, (int64_t[]){1});
    integers(file, "c/groups", 0, 0, (int64_t[]){1});
    integers(file, "out/shape", 1, 2, (int64_t[]){2, 6});
    end(file);
}

/* A cycle, metadata in groups, a sub-graph, two inputs. */
static void write_recurrent(const char *folder)
{
    static const char *const edges[] = {"in", "w", "w", "lif", "lif", "rec", "rec", "lif", "lif", "sub", "in2", "li",
                                        "sub", "li", "li", "cubali", "cubali", "out"};
    static const char *const inside[] = {"input", "a", "a", "output"};
    struct h5 *file = begin_nir(folder, edges, 9);
    nodes(file, "/node",
          TYPES({"in", "Input"}, {"in2", "Input"}, {"w", "Affine"}, {"lif", "LIF"}, {"rec", "Affine"}, {"sub", "NIRGraph"},
                {"li", "LI"}, {"cubali", "CubaLI"}, {"out", "Output"}),
          NUMBERS({"w/weight", 2, {3, 2}, 1}, ONES("w/bias", 3), ONES("lif/tau", 3), ONES("lif/r", 3), ONES("lif/v_leak", 3),
                  ONES("lif/v_threshold", 3), {"rec/weight", 2, {3, 3}, -1}, ONES("rec/bias", 3), ONES("li/tau", 3),
                  ONES("li/r", 3), ONES("li/v_leak", 3), ONES("cubali/tau_syn", 3), ONES("cubali/tau_mem", 3),
                  ONES("cubali/r", 3), ONES("cubali/v_leak", 3), ONES("cubali/w_in", 3)));
    nodes(file, "/node/nodes/sub", TYPES({"input", "Input"}, {"a", "Linear"}, {"output", "Output"}),
          NUMBERS({"a/weight", 2, {3, 3}, 1}));
    h5_write_string_array(file, "/node/nodes/sub/edges", 2, (uint64_t[]){2, 2}, inside);
    integers(file, "in/shape", 1, 1, (int64_t[]){2});
    integers(file, "in2/shape", 1, 1, (int64_t[]){3});
    integers(file, "sub/nodes/input/shape", 1, 1, (int64_t[]){3});
    integers(file, "sub/nodes/output/shape", 1, 1, (int64_t[]){3});
    integers(file, "out/shape", 1, 1, (int64_t[]){3});
    h5_write(file, "/node/nodes/lif/metadata/v_initial", H5_F64, 1, (uint64_t[]){3}, (double[]){0.5, 0.5, 0.5});
    h5_write(file, "/node/metadata/a/b", H5_F64, 1, (uint64_t[]){2}, (double[]){1, 2});
    h5_write_string(file, "/node/metadata/text", "words of it");
    h5_write(file, "/node/metadata/flag", H5_BOOL, 0, NULL, (uint8_t[]){1});
    end(file);
}

bool seed_nir(uint32_t index, const char *folder)
{
    static void (*const makers[])(const char *) = {write_convolution, write_line, write_recurrent};
    static const char *const files[] = {
        "graph_multi_in_out", "graph_nested_recurrent_metadata", "graph_no_edges", "prim_CubaLIF", "prim_LIF_nocompress",
        "prim_affine", "prim_conv1d", "prim_conv2d", "prim_conv2d_noshape", "prim_conv2d_same", "prim_delay",
        "prim_sumpool_avgpool_flatten", "prim_threshold"};
    if (index < 3) {
        makers[index](folder);
        return true;
    }
    if (index - 3 >= sizeof files / sizeof *files)
        return false;
    char *from = memory_format("$REFERENCE/networks/nir/primitives/%s.nir", files[index - 3]);
    bool there = fuzz_copy(from, folder, "n.nir");
    free(from);
    return there;
}

/* ---- lava-dl ---- */

static void layer(struct h5 *file, int number, const char *type, int rank, const int64_t *shape)
{
    char *path = memory_format("/layer/%d/type", number), *sizes = memory_format("/layer/%d/shape", number);
    h5_write_strings(file, path, 1, &type);
    h5_write(file, sizes, H5_I64, 1, (uint64_t[]){(uint64_t)rank}, shape);
    free(path);
    free(sizes);
}

static void layer_number(struct h5 *file, int number, const char *name, int64_t value)
{
    char *path = memory_format("/layer/%d/%s", number, name);
    h5_write(file, path, H5_I64, 0, NULL, &value);
    free(path);
}

static void layer_weights(struct h5 *file, int number, const char *name, int rank, const uint64_t *size)
{
    float values[64];
    char *path = memory_format("/layer/%d/%s", number, name);
    for (int i = 0; i < 64; i++)
        values[i] = (float)(2 * i - 60);
    h5_write(file, path, H5_F32, rank, size, values);
    free(path);
}

static void layer_neuron(struct h5 *file, int number, const char *type)
{
    char *path = memory_format("/layer/%d/neuron/type", number);
    h5_write_string(file, path, type);
    free(path);
    layer_number(file, number, "neuron/iDecay", 1024);
    layer_number(file, number, "neuron/vDecay", 128);
    layer_number(file, number, "neuron/vThMant", 80);
    layer_number(file, number, "neuron/refDelay", 1);
}

static void write_lava_image(const char *folder)
{
    struct h5 *file = begin(folder, "n.net");
    layer(file, 0, "input", 3, (int64_t[]){1, 4, 4});
    layer_neuron(file, 0, "LOIHI");
    layer_weights(file, 0, "weight", 1, (uint64_t[]){1});
    layer_weights(file, 0, "bias", 1, (uint64_t[]){1});
    layer(file, 1, "conv", 3, (int64_t[]){2, 2, 2});
    layer_neuron(file, 1, "LOIHI");
    layer_weights(file, 1, "weight", 4, (uint64_t[]){2, 1, 3, 3});
    layer_weights(file, 1, "bias", 1, (uint64_t[]){2});
    static const char *const axes[] = {"stride", "padding", "dilation", "kernelSize"};
    static const int64_t values[] = {1, 0, 1, 3};
    for (int i = 0; i < 4; i++) {
        char *path = memory_format("/layer/1/%s", axes[i]);
        h5_write(file, path, H5_I64, 1, (uint64_t[]){2}, (int64_t[]){values[i], values[i]});
        free(path);
    }
    layer_number(file, 1, "groups", 1);
    layer_number(file, 1, "inChannels", 1);
    layer_number(file, 1, "outChannels", 2);
    layer(file, 2, "flatten", 1, (int64_t[]){8});
    layer(file, 3, "dense", 1, (int64_t[]){3});
    layer_neuron(file, 3, "CUBA");
    layer_weights(file, 3, "weight", 2, (uint64_t[]){3, 8});
    end(file);
}

static void write_lava_dense(const char *folder)
{
    struct h5 *file = begin(folder, "n.net");
    layer(file, 0, "dense_rec", 1, (int64_t[]){2});
    layer_weights(file, 0, "weight", 1, (uint64_t[]){4});
    layer_weights(file, 0, "weight_rec", 2, (uint64_t[]){2, 2});
    h5_write(file, "/layer/0/delay", H5_I64, 1, (uint64_t[]){2}, (int64_t[]){3, 1});
    layer_neuron(file, 0, "CUBA");
    layer(file, 1, "dense", 1, (int64_t[]){2});
    layer_weights(file, 1, "weight", 2, (uint64_t[]){2, 2});
    layer_neuron(file, 1, "SDNN");
    h5_write_string(file, "/layer/1/neuron/activation", "relu");
    end(file);
}

bool seed_lava(uint32_t index, const char *folder)
{
    if (index == 0)
        write_lava_image(folder);
    if (index == 1)
        write_lava_dense(folder);
    return index < 2;
}

/* ---- Keras ---- */

static const char model_dense[] =
    "{\"class_name\": \"Sequential\", \"config\": {\"layers\": [{\"class_name\": \"Dense\", \"config\": {\"name\": \"d\", "
    "\"units\": 2, \"activation\": \"relu\"}}, {\"class_name\": \"Dropout\", \"config\": {\"name\": \"o\", \"rate\": 0.5}}, "
    "{\"class_name\": \"Activation\", \"config\": {\"name\": \"s\", \"activation\": \"softmax\"}}]}}";
static const char model_image[] =
    "{\"class_name\": \"Sequential\", \"backend\": \"tensorflow\", \"config\": {\"layers\": [{\"class_name\": \"Conv2D\", "
    "\"config\": {\"name\": \"c\", \"filters\": 3, \"kernel_size\": [3, 3], \"strides\": [1, 1], \"dilation_rate\": [1, 1], "
    "\"padding\": \"same\", \"data_format\": \"channels_last\", \"activation\": \"relu\", \"batch_input_shape\": [null, 4, "
    "4, 1]}}, {\"class_name\": \"AveragePooling2D\", \"config\": {\"name\": \"p\", \"pool_size\": [2, 2], \"strides\": [2, "
    "2], \"padding\": \"valid\", \"data_format\": \"channels_last\"}}, {\"class_name\": \"Flatten\", \"config\": {\"name\": "
    "\"f\", \"data_format\": \"channels_last\"}}, {\"class_name\": \"Dense\", \"config\": {\"name\": \"d\", \"units\": 2, "
    "\"activation\": \"softmax\"}}]}}";
static const char model_old[] =
    "{\"class_name\": \"Sequential\", \"config\": [{\"class_name\": \"Convolution2D\", \"config\": {\"name\": \"c\", "
    "\"nb_filter\": 1, \"nb_row\": 2, \"nb_col\": 2, \"dim_ordering\": \"th\", \"border_mode\": \"valid\", \"subsample\": [1, "
    "1], \"activation\": \"relu\", \"batch_input_shape\": [null, 1, 3, 3]}}, {\"class_name\": \"Flatten\", \"config\": "
    "{\"name\": \"f\", \"dim_ordering\": \"th\"}}, {\"class_name\": \"Dense\", \"config\": {\"name\": \"d\", \"output_dim\": "
    "4, \"activation\": \"softmax\"}}]}";

bool seed_keras(uint32_t index, const char *folder)
{
    static const char *const models[] = {model_dense, model_image, model_old};
    float values[64];
    if (index >= 3)
        return false;
    for (int i = 0; i < 64; i++)
        values[i] = (float)i / 8 - 3;
    struct h5 *file = begin(folder, "n.h5");
    h5_write_attribute_string(file, "/", "layer_names", index ? "c" : "d");
    if (index == 2) /* the model lies beside the weights */
        fuzz_write_text(folder, "n.json", models[index]);
    else
        h5_write_attribute_string(file, "/", "model_config", models[index]);
    if (index == 0)
        h5_write(file, "/model_weights/d/kernel:0", H5_F32, 2, (uint64_t[]){2, 2}, values);
    if (index == 1) {
        h5_write(file, "/model_weights/c/c/kernel:0", H5_F32, 4, (uint64_t[]){3, 3, 1, 3}, values);
        h5_write(file, "/model_weights/d/d/kernel:0", H5_F32, 2, (uint64_t[]){12, 2}, values);
        h5_write(file, "/model_weights/d/d/bias:0", H5_F32, 1, (uint64_t[]){2}, values);
    }
    if (index == 2) {
        h5_write(file, "/c/c_W", H5_F32, 4, (uint64_t[]){1, 1, 2, 2}, values);
        h5_write(file, "/c/c_b", H5_F32, 1, (uint64_t[]){1}, values);
        h5_write(file, "/d/d_W", H5_F32, 2, (uint64_t[]){4, 4}, values);
    }
    end(file);
    return true;
}

/* ---- SONATA ---- */

static const char circuit[] =
    "{\"manifest\": {\"$N\": \"$M\", \"$M\": \".\"}, \"components\": {\"synaptic_models_dir\": \"$N\", "
    "\"point_neuron_models_dir\": \"${N}/.\"}, \"networks\": {\"nodes\": [{\"nodes_file\": \"$N/nodes.h5\", "
    "\"node_types_file\": \"$N/node_types.csv\"}], \"edges\": [{\"edges_file\": \"edges.h5\", \"edge_types_file\": "
    "\"edge_types.csv\"}]}}";

static void population(struct h5 *file, const char *name, uint64_t count, int64_t type)
{
    int64_t values[8];
    char *path = memory_format("/nodes/%s/node_type_id", name);
    for (int i = 0; i < 8; i++)
        values[i] = type + i % 2;
    h5_write(file, path, H5_I64, 1, &count, values);
    free(path);
}

static void edge_population(struct h5 *file, const char *name, const char *from, const char *to, bool weights)
{
    static const char *const lists[] = {"source_node_id", "target_node_id", "edge_type_id", "edge_group_id",
                                        "edge_group_index"};
    static const int64_t values[5][4] = {{0, 1, 2, 0}, {0, 0, 1, 1}, {100, 100, 101, 101}, {0, 0, 0, 0}, {0, 1, 2, 3}};
    for (int i = 0; i < 5; i++) {
        char *path = memory_format("/edges/%s/%s", name, lists[i]);
        h5_write(file, path, H5_I64, 1, (uint64_t[]){4}, values[i]);
        if (i < 2)
            h5_write_attribute_string(file, path, "node_population", i ? to : from);
        free(path);
    }
    char *copies = memory_format("/edges/%s/0/nsyns", name), *own = memory_format("/edges/%s/0/syn_weight", name);
    h5_write(file, copies, H5_I64, 1, (uint64_t[]){4}, (int64_t[]){1, 2, 1, 3});
    if (weights)
        h5_write(file, own, H5_F64, 1, (uint64_t[]){4}, (double[]){0.1, 0.2, 0.3, 0.4});
    free(copies);
    free(own);
}

bool seed_sonata(uint32_t index, const char *folder)
{
    if (index > 0)
        return false;
    struct h5 *file = begin(folder, "nodes.h5");
    population(file, "v1", 3, 100);
    population(file, "lgn", 3, 200);
    end(file);
    file = begin(folder, "edges.h5");
    edge_population(file, "lgn_v1", "lgn", "v1", false);
    edge_population(file, "v1_v1", "v1", "v1", true);
    end(file);
    fuzz_write_text(folder, "circuit_config.json", circuit);
    fuzz_write_text(folder, "simulation_config.json", "{\"run\": {\"tstop\": 3.0, \"dt\": 0.1}}");
    fuzz_write_text(folder, "node_types.csv", "node_type_id model_template dynamics_params\n100 nrn:IntFire1 exc.json\n"
                                              "101 nrn:IntFire1 \"exc.json\"\n200 NULL NULL\n201 NULL NULL\n");
    fuzz_write_text(folder, "edge_types.csv", "edge_type_id delay syn_weight dynamics_params # remark\n"
                                              "100 2.0 0.01 inh.json\n101 1.5 0.3 exc.json\n");
    fuzz_write_text(folder, "exc.json", "{\"tau\": 0.024, \"refrac\": 0.003, \"sign\": 1}");
    fuzz_write_text(folder, "inh.json", "{\"sign\": -1}");
    return true;
}
