#define _XOPEN_SOURCE 700 /* realpath */
/* SONATA's samples: spikes as the files hold them, and a network of 300 integrate-and-fire neurons beside NEURON's own
 * output. The components' parameters are no part of the sample; those written here (tau 24 and 7 ms, refractory 3 ms)
 * are recalled from the publisher's simulator and were not checked against its files. */
#include "sim/memory.h"
#include "tests/support/command.h"
#include "tools/file/h5.h"
#include "tools/network/spikes.h"
#include "tools/read/read.h"
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *sample(const char *name)
{
    const char *root = getenv("REFERENCE");
    char *path = memory_format("%s/sonata/%s", root ? root : "../shared/reference", name);
    char *whole = realpath(path, NULL);
    char *found = memory_copy_string(whole ? whole : path);
    free(whole);
    free(path);
    return found;
}

static const struct {
    const char *file, *times, *ids;
    uint32_t neurons;
} spike_files[] = {
    {"300_intfire/inputs/lgn_spikes.h5", "/spikes/timestamps", "/spikes/gids", 90},
    {"300_intfire/inputs/tw_spikes.h5", "/spikes/timestamps", "/spikes/gids", 30},
    {"300_intfire/output/spikes.h5", "/spikes/v1/timestamps", "/spikes/v1/node_ids", 300},
    {"9_cells/inputs/exc_spike_trains.h5", "/spikes/excvirt/timestamps", "/spikes/excvirt/node_ids", 1000},
    {"9_cells/output/spikes.h5", "/spikes/cortex/timestamps", "/spikes/cortex/node_ids", 1000},
    {"ten_cells_spikes_nrn/input/tw_spikes.h5", "/spikes/timestamps", "/spikes/gids", 1000},
};

/* Every event of the file, and no other: dt is so short that each has a step of its own. */
START_TEST(spikes_are_as_the_file_holds_them)
{
    const double dt = 1e-6;
    struct diagnostics problems = {0};
    struct spike_options how = {.dt_s = dt};
    struct spike_batch batch;
    struct h5 *file;
    struct h5_shape shape;
    double *times;
    int64_t *ids;
    char *path = sample(spike_files[_i].file);
    bool good = spikes_read(path, spike_files[_i].neurons, &how, &batch, &problems);
    ck_assert_msg(good, "%s", problems.count ? problems.message[0] : "?");
    ck_assert(h5_open(path, &file, &problems));
    ck_assert(h5_read_doubles(file, spike_files[_i].times, 1 << 20, &times, &shape, &problems));
    ck_assert(h5_read_int64(file, spike_files[_i].ids, 1 << 20, &ids, &shape, &problems));
    double sum = 0;
    for (size_t e = 0; e < batch.samples[0].count; e++) {
        sum += (double)batch.samples[0].events[e].value;
        bool found = false;
        for (uint64_t k = 0; k < shape.size[0] && !found; k++)
            found = ids[k] == batch.samples[0].events[e].index &&
                    fabs(1e-3 * times[k] - dt * batch.samples[0].events[e].step) <= 0.5001 * dt;
        ck_assert(found);
    }
    ck_assert_double_eq(sum, (double)shape.size[0]);
    free(times);
    free(ids);
    h5_close(file);
    spikes_free(&batch);
    free(path);
}
END_TEST

static void write_component(const char *folder, const char *name, const char *text)
{
    char *path = memory_format("%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    ck_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
    free(path);
}

static void link_sample(const char *name)
{
    char *from = memory_format("300_intfire/%s", name), *target = sample(from), *at = memory_format("@/n/%s", name);
    char *link = scratch_text(at);
    ck_assert_int_eq(symlink(target, link), 0);
    free(from);
    free(target);
    free(at);
    free(link);
}

static void make_circuit(void)
{
    static const char *const folders[] = {"@/n", "@/shared_components", "@/shared_components/point_neuron_models_dir",
                                          "@/shared_components/synaptic_models"};
    char *folder = NULL;
    for (int i = 0; i < 4; i++) {
        free(folder);
        folder = scratch_text(folders[i]);
        ck_assert_int_eq(mkdir(folder, 0700), 0);
    }
    write_component(folder, "instanteneousExc.json", "{\"sign\": 1}");
    write_component(folder, "instanteneousInh.json", "{\"sign\": -1}");
    free(folder);
    folder = scratch_text(folders[2]);
    write_component(folder, "IntFire1_exc_1.json", "{\"tau\": 0.024, \"refrac\": 0.003}");
    write_component(folder, "IntFire1_inh_1.json", "{\"tau\": 0.007, \"refrac\": 0.003}");
    free(folder);
    link_sample("network");
    link_sample("circuit_config.json");
    link_sample("simulation_config.json");
}

static struct command_result run(const char *command)
{
    char *lgn = sample("300_intfire/inputs/lgn_spikes.h5"), *tw = sample("300_intfire/inputs/tw_spikes.h5");
    char *line = memory_format("%s --network @/n/circuit_config.json --input lgn=%s --input tw=%s --dt 1e-4 --steps 30000 "
                               "--semantics norse,integrator=mixed", command, lgn, tw);
    struct command_result result = command_run(line);
    ck_assert_msg(result.status == 0, "%s", result.error);
    free(line);
    free(lgn);
    free(tw);
    return result;
}

/* Spikes of NIR data or SONATA by type of neuron. */
static void rates(const char *path, const int64_t *type, double rate[2])
{
    struct diagnostics problems = {0};
    struct spike_options how = {.dt_s = 1e-4, .node = "v1"};
    struct spike_batch batch;
    double size[2] = {0};
    ck_assert(spikes_read(path, 300, &how, &batch, &problems));
    rate[0] = rate[1] = 0;
    for (int n = 0; n < 300; n++)
        size[type[n] - 100]++;
    for (size_t e = 0; e < batch.samples[0].count; e++)
        rate[type[batch.samples[0].events[e].index] - 100] += (double)batch.samples[0].events[e].value;
    for (int k = 0; k < 2; k++)
        rate[k] /= 3.0 * size[k];
    spikes_free(&batch);
}

START_TEST(the_network_fires_at_neurons_rates)
{
    struct diagnostics problems = {0};
    struct h5 *file;
    int64_t *type;
    double ours[2], neuron[2];
    char *nodes = sample("300_intfire/network/v1_nodes.h5"), *output = sample("300_intfire/output/spikes.h5");
    char *trace = scratch_text("@/trace.h5");
    make_circuit();
    struct command_result result = run("reference --out @/trace.h5");
    command_free(&result);
    ck_assert(h5_open(nodes, &file, &problems));
    ck_assert(h5_read_int64(file, "/nodes/v1/node_type_id", 300, &type, NULL, &problems));
    h5_close(file);
    rates(trace, type, ours);
    rates(output, type, neuron);
    printf("  300_intfire: excitatory %.3f Hz (NEURON %.3f), inhibitory %.3f Hz (NEURON %.3f)\n", ours[0], neuron[0],
           ours[1], neuron[1]);
    for (int k = 0; k < 2; k++)
        ck_assert_double_lt(fabs(ours[k] - neuron[k]), 0.01);
    result = run("run --chip %/configs/chip/loihi.yaml --json");
    const char *spikes = strstr(result.out, "\"spikes\": ");
    ck_assert_ptr_nonnull(spikes);
    long count = strtol(spikes + 10, NULL, 10);
    printf("  on loihi.yaml with 9-bit weights: %ld spikes, %.3f Hz (NEURON 4322, 4.802 Hz)\n", count, (double)count / 900);
    ck_assert_int_eq(count, 89288); /* known to be wrong (docs/formats.md); held so that a change is noticed */
    command_free(&result);
    free(type);
    free(trace);
    free(nodes);
    free(output);
}
END_TEST

int main(void)
{
    char *path = sample("300_intfire/circuit_config.json");
    int files = (int)(sizeof spike_files / sizeof spike_files[0]);
    if (access(path, R_OK) != 0) {
        printf("test_sonata: %d cases skipped (no reference data)\n", files + 1);
        return 0;
    }
    free(path);
    Suite *suite = suite_create("sonata");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, scratch_make, scratch_remove);
    tcase_set_timeout(all, 120);
    tcase_add_loop_test(all, spikes_are_as_the_file_holds_them, 0, files);
    tcase_add_test(all, the_network_fires_at_neurons_rates);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
