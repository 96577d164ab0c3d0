/* Network files of our own writers with bytes changed: each is read or refused with a message, and never more. */
#include "sim/memory.h"
#include "tests/support/command.h"
#include "tests/support/run_suite.h"
#include "tools/file/file.h"
#include "tools/file/h5.h"
#include "tools/read/read.h"
#include <check.h>
#include <gsl/gsl_rng.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUTATIONS 150

/* libhdf5 1.10.8 loses what it took for an object header (480 bytes) when an attribute in it is damaged. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) { return "leak:libhdf5\n"; }

static struct diagnostics problems;

static void finish(struct h5 *file)
{
    ck_assert(h5_commit(file, &problems));
}

static struct h5 *begin(const char *name)
{
    struct h5 *file;
    char *path = scratch_text(name);
    ck_assert(h5_create(path, &file, &problems));
    free(path);
    return file;
}

static void make_lava(void)
{
    struct h5 *file = begin("@/seed");
    double weight[] = {1, 2, 3, 4}, two = 2;
    h5_write_string(file, "/layer/0/type", "dense_rec");
    h5_write(file, "/layer/0/shape", H5_F64, 1, (uint64_t[]){1}, &two);
    h5_write(file, "/layer/0/weight", H5_F32, 1, (uint64_t[]){4}, (float[]){1, 2, 3, 4});
    h5_write(file, "/layer/0/weight_rec", H5_F64, 2, (uint64_t[]){2, 2}, weight);
    h5_write(file, "/layer/0/delay", H5_I64, 1, (uint64_t[]){2}, (int64_t[]){3, 1});
    h5_write_string(file, "/layer/0/neuron/type", "CUBA");
    h5_write(file, "/layer/0/neuron/iDecay", H5_I64, 0, NULL, &(int64_t){1024});
    h5_write(file, "/layer/0/neuron/vDecay", H5_I64, 0, NULL, &(int64_t){128});
    h5_write(file, "/layer/0/neuron/vThMant", H5_I64, 0, NULL, &(int64_t){80});
    finish(file);
}

static void make_keras(void)
{
    struct h5 *file = begin("@/seed");
    h5_write_attribute_string(file, "/", "layer_names", "d");
    h5_write_attribute_string(file, "/", "model_config",
                              "{\"class_name\": \"Sequential\", \"config\": {\"layers\": [{\"class_name\": \"Dense\", "
                              "\"config\": {\"name\": \"d\", \"units\": 2, \"activation\": \"relu\"}}]}}");
    h5_write(file, "/model_weights/d/kernel:0", H5_F32, 2, (uint64_t[]){2, 2}, (float[]){1, 2, 3, 4});
    h5_write(file, "/model_weights/d/bias:0", H5_F32, 1, (uint64_t[]){2}, (float[]){1, 2});
    finish(file);
}

/* As our own writer has it, from the lava file. */
static void make_nir(void)
{
    struct h5 *file = begin("@/seed");
    h5_write_string(file, "/version", "1.0.7");
    h5_write_string(file, "/node/type", "NIRGraph");
    h5_write(file, "/node/metadata/a/b", H5_F64, 1, (uint64_t[]){2}, (double[]){1, 2});
    h5_write_string(file, "/node/nodes/in/type", "Input");
    h5_write(file, "/node/nodes/in/shape", H5_I64, 1, (uint64_t[]){1}, (int64_t[]){2});
    h5_write_string(file, "/node/nodes/d/type", "Delay");
    h5_write(file, "/node/nodes/d/delay", H5_F64, 1, (uint64_t[]){2}, (double[]){0.001, 0.002});
    h5_write_string(file, "/node/nodes/out/type", "Output");
    h5_write(file, "/node/nodes/out/shape", H5_I64, 1, (uint64_t[]){1}, (int64_t[]){2});
    h5_write_string_array(file, "/node/edges", 2, (uint64_t[]){2, 2}, (const char *const[]){"in", "d", "d", "out"});
    finish(file);
}

static void make_sonata(void)
{
    scratch_write("seed", "{\"manifest\": {\"$D\": \"$E/x\", \"$E\": \"$D\"}, \"components\": {\"synaptic_models_dir\": "
                          "\"$D\"}, \"networks\": {\"nodes\": [{\"nodes_file\": \"$D/n.h5\", \"node_types_file\": \"t.csv\"}], "
                          "\"edges\": [{\"edges_file\": \"e.h5\", \"edge_types_file\": \"t.csv\"}]}}");
}

static void (*const makers[])(void) = {make_lava, make_keras, make_nir, make_sonata};

static bool read_one(const char *path)
{
    struct network network;
    struct diagnostics found = {0};
    bool good = network_read_graph(path, &network, &found);
    ck_assert(good == (found.count == 0));
    if (good)
        network_free(&network);
    diagnostics_free(&found);
    return good;
}

START_TEST(a_changed_network_is_read_or_refused)
{
    unsigned char *bytes;
    size_t size, read = 0;
    char *seed = scratch_text("@/seed"), *path = scratch_text("@/changed.json"); /* SONATA is known by its name too */
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(random, 1);
    makers[_i]();
    ck_assert(file_read(seed, 1 << 20, &bytes, &size, &problems));
    for (int i = 0; i < MUTATIONS; i++) {
        unsigned char *copy = memory_array(size, 1);
        memcpy(copy, bytes, size);
        for (unsigned long k = 0; k <= gsl_rng_uniform_int(random, 4); k++)
            copy[gsl_rng_uniform_int(random, size)] = (unsigned char)gsl_rng_uniform_int(random, 256);
        size_t length = i % 10 ? size : gsl_rng_uniform_int(random, size);
        scratch_write_bytes("changed.json", copy, length);
        read += read_one(path);
        free(copy);
    }
    printf("  format %d: %zu of %d changed files read, the others refused\n", _i, read, MUTATIONS);
    gsl_rng_free(random);
    free(bytes);
    free(seed);
    free(path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("network_mutations");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, scratch_make, scratch_remove);
    tcase_set_timeout(all, 120);
    tcase_add_loop_test(all, a_changed_network_is_read_or_refused, 0, (int)(sizeof makers / sizeof makers[0]));
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
