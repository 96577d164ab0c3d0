/* Chip, technology and accelerator files with something wrong in them: refused before anything runs, with file, line
 * and column. */
#include "tests/support/command.h"

#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

#define BASE "base: %/tests/support/chips/tiny-sparse.yaml\n"
#define MEMRISTOR "base: %/tests/support/chips/tiny-memristor.yaml\n"
#define RUN "run --network traces/digits/digits.nir --input traces/digits/test-spikes.h5 --samples 1 --out @/out "

struct broken {
    const char *name, *text, *place, *what;
    size_t messages; /* 0: one */
};

static const struct broken chips[] = {
    {"unknown key", BASE "core.neurns: 8\n", "@/chip.yaml:2:1", "core.neurns", 0},
    {"unit where a number stands", BASE "clock_hz: 4ns\n", "@/chip.yaml:2:11", "4ns", 0},
    {"text where a number stands", BASE "core:\n  neurons: many\n", "@/chip.yaml:3:12", "many", 0},
    {"fraction where a whole number stands", BASE "core.neurons: 2.5\n", "@/chip.yaml:2:15", "2.5", 0},
    {"not a number", BASE "clock_hz: .nan\n", "@/chip.yaml:2:11", "nan", 0},
    {"out of range", BASE "core.neurons: 0\n", "@/chip.yaml:2:15", "0", 0},
    {"beyond 64 bits", BASE "core.neurons: 99999999999999999999999\n", "@/chip.yaml:2:15", "9999", 0},
    {"wrong choice", BASE "core.event_queue.policy: wait\n", "@/chip.yaml:2:26", "drop", 0},
    {"boolean expected", BASE "router.multicast: perhaps\n", "@/chip.yaml:2:19", "perhaps", 0},
    {"key given twice", BASE "clock_hz: 1e8\nclock_hz: 2e8\n", "@/chip.yaml:3:1", "clock_hz", 0},
    {"value where a group stands", BASE "core: 5\n", "@/chip.yaml:2:7", "core", 0},
    {"group where a value stands", BASE "clock_hz: {a: 1}\n", "@/chip.yaml:2:11", "expected one value", 0},
    {"list where a value stands", BASE "clock_hz: [1, 2]\n", "@/chip.yaml:2:11", "", 0},
    {"tab as indentation", BASE "core:\n\tneurons: 8\n", "@/chip.yaml:3:1", "", 0},
    {"bracket not closed", BASE "mesh: {columns: 2\n", "@/chip.yaml:3:1", "", 0},
    {"two documents", BASE "---\n" BASE, "@/chip.yaml:2:1", "", 0},
    {"alias", BASE "core.neurons: &n 4\ncore.axons: *n\n", "@/chip.yaml:3:13", "alias", 2},
    {"empty file", "", "@/chip.yaml:1:1", "empty", 0},
    {"base that includes itself", "base: chip.yaml\n", "@/chip.yaml:1:7", "", 0},
    {"base that is missing", "base: nowhere.yaml\n", "@/chip.yaml:1:7", "@/nowhere.yaml: No such file", 0},
    {"technology that is missing", BASE "technology: nowhere.yaml\n", "@/nowhere.yaml", "No such file", 0},
    {"technology that is a chip", BASE "technology: %/configs/chip/rain.yaml\n", "%/configs/chip/rain.yaml:17:1",
     "clock_hz", 18},
    {"keys that contradict each other", BASE "host.tile: 4\n", "@/chip.yaml", "host.tile is 4, expected at most 3", 0},
    {"potentials that wrap, in timesteps", BASE "core.neuron.overflow: wrap\n", "@/chip.yaml", "expected saturate", 0},
    {"last neuron beyond all", "base: %/configs/chip/tinyodin.yaml\ncore.controller.last_neuron: 256\n", "@/chip.yaml",
     "core.controller.last_neuron is 256, expected at most 255", 0},
    {"addresses for other neurons", "base: %/configs/chip/tinyodin.yaml\ncore.neurons: 512\n", "@/chip.yaml",
     "core.neurons is 512, expected at most 256", 0},
    {"order of work that runs recordings", "base: %/configs/chip/ranc.yaml\ntechnology: %/configs/technology/28nm.yaml\n", "@/chip.yaml",
     "expected timestep", 0},
    {"devices without a range", MEMRISTOR "core.synapse.memristor.conductance_low: 15\n", "@/chip.yaml",
     "conductance_high is 20 uS, expected at least twice conductance_low (15 uS)", 0},
    {"noise below zero", MEMRISTOR "core.synapse.memristor.read_noise: -0.1\n", "@/chip.yaml:2:36", "-0.1", 0},
    {"more devices stuck than there are", MEMRISTOR "core.synapse.memristor: {stuck_low: 0.6, stuck_high: 0.5}\n", "@/chip.yaml",
     "expected at most 1 together", 0},
    {"more bits in a device than a weight has", MEMRISTOR "core.synapse.memristor.cell_bits: 8\n", "@/chip.yaml",
     "core.synapse.memristor.cell_bits is 8, expected at most 7", 0},
    {"a read of more rows than an array has", MEMRISTOR "core.synapse.memristor.rows_per_read: 129\n", "@/chip.yaml",
     "core.synapse.memristor.rows_per_read is 129, expected at most 128", 0},
    {"more columns at a converter than there are", MEMRISTOR "core.synapse.memristor.converter.columns: 193\n", "@/chip.yaml",
     "core.synapse.memristor.converter.columns is 193, expected at most 192", 0},
    {"converter without bits", MEMRISTOR "core.synapse.memristor.converter.bits: 0\n", "@/chip.yaml:2:40", "0", 0},
    {"unknown distribution", MEMRISTOR "core.synapse.memristor.programming.distribution: uniform\n", "@/chip.yaml:2:50",
     "lognormal", 0},
    {"a memristor's key for another kind", BASE "core.synapse.memristor.read_noise: 0.1\n", "@/chip.yaml:2:1", "read_noise", 0},
    {"devices in a technology without", MEMRISTOR "technology: %/configs/technology/22nm.yaml\n", "@/chip.yaml",
     "expected mixed_signal", 0},
    {"two mistakes", BASE "core.neurns: 8\nclock_hz: 4ns\n", "@/chip.yaml:3:11", "4ns", 2},
};

static const struct broken settings[] = {
    {"unknown key", "core.neurns=8", "--set core.neurns", "unknown", 0},
    {"no value", "core.neurons", "--set", "expected key=value", 0},
    {"no key", "=8", "--set", "expected key=value", 0},
    {"unit where a number stands", "clock_hz=4ns", "--set clock_hz", "4ns", 0},
    {"empty", "''", "--set", "expected key=value", 0},
};

#define GPU "base: %/configs/accelerator/h100-sxm.yaml\n"
static const struct broken accelerators[] = {
    {"another unit", GPU "memory:\n  bandwidth:\n    value: 3350\n    unit: TB/s\n    source: x\n", "@/gpu.yaml:4:5",
     "expected \"GB/s\"", 0},
    {"unit in the value", GPU "memory:\n  bandwidth:\n    value: 3.35TB/s\n    unit: GB/s\n    source: x\n", "@/gpu.yaml:4:12",
     "3.35TB/s", 0},
    {"no source", GPU "memory:\n  bandwidth:\n    value: 3350\n    unit: GB/s\n", "@/gpu.yaml:3:3", "source", 0},
    {"negative", GPU "memory:\n  bandwidth:\n    value: -3350\n    unit: GB/s\n    source: x\n",
     "@/gpu.yaml:4:12", "-3350", 0},
    {"unknown key", GPU "memory.bandwith:\n  value: 1\n  unit: GB/s\n  source: x\n", "@/gpu.yaml:2:1", "bandwith", 0},
    {"empty file", "", "@/gpu.yaml:1:1", "empty", 0},
};

/* A technology file is checked in the same way, through the chip that names it. */
#define NODE "base: %/configs/technology/28nm.yaml\n"
static const struct broken technologies[] = {
    {"unknown key", NODE "energy.spke: {value: 1, unit: pJ, source: x}\n", "@/node.yaml:2:1", "spke", 0},
    {"another unit", NODE "supply: {value: 1, unit: mV, source: x}\n", "@/node.yaml:2:9", "expected \"V\"", 0},
    {"tab", NODE "\tenergy: 1\n", "@/node.yaml:2:1", "", 0},
};

static void expect(const char *line, const struct broken *broken)
{
    command_expect_refused(line, broken->place, broken->what, broken->messages ? broken->messages : 1);
}

START_TEST(a_broken_chip_file_is_refused_with_its_place)
{
    scratch_write("chip.yaml", chips[_i].text);
    expect(RUN "--chip @/chip.yaml", &chips[_i]);
}
END_TEST

START_TEST(a_broken_setting_is_refused_by_name)
{
    char *line = memory_format(RUN "--chip tests/support/chips/tiny-sparse.yaml --set %s", settings[_i].text);
    expect(line, &settings[_i]);
    free(line);
}
END_TEST

START_TEST(a_broken_accelerator_file_is_refused_with_its_place)
{
    scratch_write("gpu.yaml", accelerators[_i].text);
    expect(RUN "--chip tests/support/chips/tiny-sparse.yaml --baseline @/gpu.yaml", &accelerators[_i]);
    expect("baseline --network traces/digits/digits.nir --accelerator @/gpu.yaml", &accelerators[_i]);
}
END_TEST

START_TEST(a_broken_technology_file_is_refused_with_its_place)
{
    scratch_write("node.yaml", technologies[_i].text);
    expect(RUN "--chip tests/support/chips/tiny-sparse.yaml --set technology=@/node.yaml", &technologies[_i]);
}
END_TEST

START_TEST(a_chip_without_keys_names_every_key_that_is_missing)
{
    scratch_write("chip.yaml", "name: bare\n");
    struct command_result result = command_run(RUN "--chip @/chip.yaml");
    ck_assert_int_eq(result.status, 2);
    ck_assert_ptr_nonnull(strstr(result.error, "/chip.yaml:1:1: missing key clock_hz, expected a number"));
    ck_assert_ptr_nonnull(strstr(result.error, "/chip.yaml:1:1: missing key core.neuron.potential_bits, expected"));
    command_free(&result);
}
END_TEST

START_TEST(what_is_no_file_is_no_chip)
{
    scratch_write_bytes("binary", "\x89HDF\r\n\x1a\n\0\0\0", 11);
    command_expect_refused(RUN "--chip @/nowhere.yaml", "@/nowhere.yaml", "No such file", 1);
    command_expect_refused(RUN "--chip @", "@", "not a file", 1);
    command_expect_refused(RUN "--chip @/binary", "@/binary", "not YAML", 1);
    command_expect_refused(RUN "--chip ''", "--chip", "empty, expected CHIP.yaml", 1);
}
END_TEST

static Suite *broken_suite(void)
{
    Suite *suite = suite_create("broken_chips");
    TCase *test = tcase_create("files");
    suite_add_tcase(suite, test);
    tcase_add_checked_fixture(test, scratch_make, scratch_remove);
    tcase_add_loop_test(test, a_broken_chip_file_is_refused_with_its_place, 0, sizeof chips / sizeof *chips);
    tcase_add_loop_test(test, a_broken_setting_is_refused_by_name, 0, sizeof settings / sizeof *settings);
    tcase_add_loop_test(test, a_broken_accelerator_file_is_refused_with_its_place, 0,
                        sizeof accelerators / sizeof *accelerators);
    tcase_add_loop_test(test, a_broken_technology_file_is_refused_with_its_place, 0,
                        sizeof technologies / sizeof *technologies);
    tcase_add_test(test, a_chip_without_keys_names_every_key_that_is_missing);
    tcase_add_test(test, what_is_no_file_is_no_chip);
    return suite;
}

int main(void)
{
    return run_suite(broken_suite());
}
