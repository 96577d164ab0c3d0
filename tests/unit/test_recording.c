/* Recordings made here, whole and broken, through the door that `npusim validate` uses; and how differences are counted. */
#include "tools/file/h5.h"
#include "tests/support/run_suite.h"
#include "tools/validate/validate.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char directory[64];
static struct diagnostics problems;
static struct verdicts verdicts;
static const struct replay_options how = {0};

static void setup(void)
{
    strcpy(directory, "/tmp/test_recording.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    problems = (struct diagnostics){0};
    verdicts = (struct verdicts){0};
}

static void teardown(void)
{
    char command[128];
    verdicts_free(&verdicts);
    diagnostics_free(&problems);
    snprintf(command, sizeof command, "rm -rf %s", directory);
    ck_assert_int_eq(system(command), 0);
}

static FILE *create(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    return file;
}

static void put(const char *name, const char *text)
{
    FILE *file = create(name);
    fputs(text, file);
    fclose(file);
}

/* `count` lines of `line` behind a title; every # in it is the line's number. */
static void put_lines(const char *name, const char *title, int count, const char *line)
{
    FILE *file = create(name);
    fputs(title, file);
    for (int i = 0; i < count; i++)
        for (const char *c = line; *c; c++)
            if (*c == '#')
                fprintf(file, "%d", i);
            else
                fputc(*c, file);
    fclose(file);
}

/* ---- a whole recording of each kind ---- */

/* Address 3 is requested in cycle 10, seen in 12, acknowledged in 14; no weights, so nothing happens. */
static void put_tinyodin(void)
{
    char row[2 * 256 + 2] = "";
    for (int i = 0; i < 256; i++)
        strcat(row, i < 255 ? "0," : "0\n");
    put("setup.json", "{\"open_loop\":1,\"output_on_pop\":0,\"last_neuron\":255,\"ack_delay\":0,\"end_cycle\":100,"
                      "\"note\":\"x\"}");
    put_lines("weights.csv", "", 256, row);
    put_lines("neurons.csv", "disabled,leak,threshold,potential\n", 256, "0,1,100,7\n");
    put("input.csv", "cycle,address\n10,3\n");
    put("accepted.csv", "cycle,index\n14,0\n");
    put("spikes.csv", "cycle,address\n");
    put_lines("final.csv", "neuron,potential\n", 256, "#,7\n");
}

/* Eight cores of one neuron and two axons that never fires; a packet to core 0 is delivered 2 (0+1+0+1+1) cycles on. */
static void put_ranc(void)
{
    put("setup.json", "{\"grid\":[3,3],\"output_core\":8,\"axons\":2,\"neurons\":1,\"delay_slots\":16,"
                      "\"buffer_depth\":4,\"end_cycle\":60}");
    put_lines("neurons.csv", "core,neuron,w0,w1,w2,w3,leak,threshold,negative_threshold,reset_potential,reset_mode,dx,dy,"
                             "axon,delay,synapses_hex\n", 8, "#,0,1,2,3,4,1,200,-200,0,0,0,0,1,0,3\n");
    FILE *axons = create("axons.csv");
    fputs("core,axon,weight_index\n", axons);
    for (int i = 0; i < 16; i++)
        fprintf(axons, "%d,%d,%d\n", i / 2, i % 2, i % 4);
    fclose(axons);
    put("input.csv", "cycle,dx,dy,axon,delay\n5,0,0,1,0\n");
    put("ticks.csv", "cycle\n20\n");
    put("spikes.csv", "cycle,core,neuron\n");
    put("delivered.csv", "cycle,core,axon,delay\n11,0,1,0\n");
    put("output.csv", "cycle,output\n");
    put("final.csv", "core,neuron,potential\n0,0,3\n1,0,1\n2,0,1\n3,0,1\n4,0,1\n5,0,1\n6,0,1\n7,0,1\n");
}

static const struct {
    const struct replay_suite *suite;
    void (*put)(void);
    size_t quantities;
} kinds[] = {{&tinyodin_suite, put_tinyodin, 3}, {&ranc_suite, put_ranc, 4}};

static bool run(const struct replay_suite *suite, const char *path)
{
    uint64_t state_hash;
    return replay_suite_run(suite, path, &how, &verdicts, &state_hash, &problems);
}

static size_t differences(void)
{
    size_t sum = 0;
    for (size_t i = 0; i < verdicts.count; i++) {
        sum += (size_t)verdicts.rows[i].error;
        ck_assert_int_eq(verdict_passes(&verdicts.rows[i]), verdicts.rows[i].error == 0);
    }
    return sum;
}

START_TEST(whole_recordings_pass)
{
    kinds[_i].put();
    if (!run(kinds[_i].suite, directory))
        diagnostics_print(&problems);
    ck_assert_uint_eq(problems.count, 0);
    ck_assert_uint_eq(verdicts.count, kinds[_i].quantities);
    ck_assert_uint_eq(differences(), 0);
}
END_TEST

START_TEST(what_is_packed_passes)
{
    char out[128];
    snprintf(out, sizeof out, "%s/packed", directory);
    kinds[_i].put();
    ck_assert(replay_suite_pack(kinds[_i].suite, directory, out, &problems));
    ck_assert(run(kinds[_i].suite, out));
    ck_assert_uint_eq(verdicts.count, kinds[_i].quantities);
    ck_assert_uint_eq(differences(), 0);
}
END_TEST

/* One fact of the recording changed: so many differences. */
static const struct {
    int kind;
    const char *file, *text;
    size_t differences;
} changes[] = {
    {0, "accepted.csv", "cycle,index\n13,0\n", 2},
    {0, "accepted.csv", "cycle,index\n14,1\n", 2},
    {0, "accepted.csv", "cycle,index\n", 1},
    {0, "accepted.csv", "index,cycle\n0,14\n", 0},
    {0, "spikes.csv", "cycle,address\n30,3\n", 1},
    {0, "input.csv", "cycle,address\n11,3\n", 2},
    {0, "input.csv", "cycle,address\n10,3\n1,4\n", 0},
    {1, "delivered.csv", "cycle,core,axon,delay\n11,1,1,0\n", 2},
    {1, "delivered.csv", "cycle,core,axon,delay\n11,0,0,0\n", 2},
    {1, "delivered.csv", "cycle,core,axon,delay\n11,0,1,1\n", 2},
    {1, "output.csv", "cycle,output\n11,1\n", 1},
    {1, "spikes.csv", "cycle,core,neuron\n30,0,0\n30,1,0\n", 2},
    {1, "final.csv", "core,neuron,potential\n0,0,2\n1,0,1\n2,0,1\n3,0,1\n4,0,1\n5,0,1\n6,0,1\n7,0,2\n", 2},
    {1, "input.csv", "cycle,dx,dy,axon,delay\n5,2,2,1,0\n", 3},
};

START_TEST(each_difference_is_counted)
{
    kinds[changes[_i].kind].put();
    put(changes[_i].file, changes[_i].text);
    ck_assert(run(kinds[changes[_i].kind].suite, directory));
    ck_assert_uint_eq(differences(), changes[_i].differences);
}
END_TEST

/* ---- broken ones: refused before anything runs, with where and what ---- */

#define SETUP_T(more) "{\"open_loop\":1,\"output_on_pop\":0,\"last_neuron\":255,\"ack_delay\":0,\"end_cycle\":100" more "}"
#define SETUP_R(output, axons, neurons, slots, depth, end) \
    "{\"output_core\":" output ",\"axons\":" axons ",\"neurons\":" neurons ",\"delay_slots\":" slots \
    ",\"buffer_depth\":" depth ",\"end_cycle\":" end "}"
#define NEURON_TITLES \
    "core,neuron,w0,w1,w2,w3,leak,threshold,negative_threshold,reset_potential,reset_mode,dx,dy,axon,delay,"

static const struct {
    int kind;
    const char *file, *text; /* NULL: the file is missing */
    const char *message;
} breaks[] = {
    {0, "setup.json", "{", "setup.json: line 1"},
    {0, "setup.json", "[1]", "expected a JSON object"},
    {0, "setup.json", "{\"open_loop\":1}", "setup has no whole number 'end_cycle'"},
    {0, "setup.json", "{\"open_loop\":1,\"open_loop\":0}", "setup.json: line 1"},
    {0, "setup.json", SETUP_T(",\"x\":99999999999999999999"), "setup.json: line 1"},
    {0, "setup.json", "{\"open_loop\":2,\"output_on_pop\":0,\"last_neuron\":255,\"ack_delay\":0,\"end_cycle\":9}",
     "open_loop is 2, expected 0 to 1"},
    {0, "setup.json", "{\"open_loop\":1,\"output_on_pop\":0,\"last_neuron\":256,\"ack_delay\":0,\"end_cycle\":9}",
     "last_neuron is 256, expected 0 to 255"},
    {0, "setup.json", "{\"open_loop\":1,\"output_on_pop\":0,\"last_neuron\":5,\"ack_delay\":-1,\"end_cycle\":9}",
     "ack_delay is -1, expected 0"},
    {0, "setup.json", "{\"open_loop\":1,\"output_on_pop\":0,\"last_neuron\":5,\"ack_delay\":0,\"end_cycle\":1}",
     "end_cycle is 1, expected 2"},
    {0, "weights.csv", NULL, "weights.csv: cannot be opened"},
    {0, "weights.csv", "", "weights: 0 x 0, expected 256 x 256"},
    {0, "weights.csv", "1,2\n3,4\n", "weights: 2 x 2, expected 256 x 256"},
    {0, "neurons.csv", "disabled,leak,threshold,potential\n0,1,2,3\n", "neurons: 1 rows, expected 256"},
    {0, "neurons.csv", "disabled,leak,threshold\n0,1,2\n", "neurons has no column 'potential'"},
    {0, "neurons.csv", "disabled,leak,threshold,potential\n0,128,2,3\n", "leak is 128, expected 0 to 127"},
    {0, "neurons.csv", "disabled,leak,threshold,potential\n2,0,2,3\n", "disabled is 2, expected 0 to 1"},
    {0, "neurons.csv", "disabled,leak,threshold,potential\n0,0,4096,3\n", "threshold is 4096, expected 0 to 4095"},
    {0, "neurons.csv", "disabled,leak,threshold,potential\n0,0,0,2048\n", "potential is 2048, expected -2048 to 2047"},
    {0, "input.csv", "cycle,address\n10\n", "input.csv:2: 1 fields, expected 2"},
    {0, "input.csv", "cycle,address\n10,x\n", "input.csv:2: 'x', expected a whole number"},
    {0, "input.csv", "cycle,address\n10,1.5\n", "'1.5', expected a whole number"},
    {0, "input.csv", "cycle,address\n10,\n", "'', expected a whole number"},
    {0, "input.csv", "cycle,address\n99999999999999999999,1\n", "expected a whole number"},
    {0, "input.csv", "cycle,address\n10,1024\n", "input, row 1: address is 1024, expected 0 to 1023"},
    {0, "input.csv", "cycle,address\n-1,1\n", "cycle is -1, expected 0"},
    {0, "input.csv", "", "input has no column 'cycle'"},
    {0, "spikes.csv", "when,address\n", "spikes has no column 'cycle'"},
    {0, "spikes.csv", "cycle,address\n5,256\n", "address is 256, expected 0 to 255"},
    {0, "accepted.csv", "cycle\n", "accepted has no column 'index'"},
    {0, "final.csv", "neuron,potential\n0,7\n", "final: 1 rows, expected 256"},
    {0, "final.csv", "neuron,potential\n256,7\n", "neuron is 256, expected 0 to 255"},
    {0, "final.csv", "neuron,potential\n-1,7\n", "neuron is -1, expected 0 to 255"},

    {1, "setup.json", SETUP_R("9", "2", "1", "16", "4", "60"), "host.output_tile"},
    {1, "setup.json", SETUP_R("8", "257", "1", "16", "4", "60"), "axons is 257, expected 1 to 256"},
    {1, "setup.json", SETUP_R("8", "2", "4000000000", "16", "4", "60"), "neurons is 4000000000, expected 1 to 256"},
    {1, "setup.json", SETUP_R("8", "2", "0", "16", "4", "60"), "neurons is 0, expected 1"},
    {1, "setup.json", SETUP_R("8", "2", "1", "1", "4", "60"), "delay_slots is 1, expected 2 to 64"},
    {1, "setup.json", SETUP_R("8", "2", "1", "16", "0", "60"), "buffer_depth is 0, expected 1"},
    {1, "setup.json", SETUP_R("8", "2", "1", "16", "4", "0"), "end_cycle is 0, expected 2"},
    {1, "setup.json", SETUP_R("8", "2", "1", "16", "4", "9999999999999"), "end_cycle is 9999999999999, expected 2"},
    {1, "setup.json", SETUP_R("7", "2", "1", "16", "4", "60"), "in the output core"},
    {1, "setup.json", SETUP_R("8", "2", "2", "16", "4", "60"), "neurons: 8 rows, expected 16"},
    {1, "setup.json", SETUP_R("8", "3", "1", "16", "4", "60"), "axons: 16 rows, expected 24"},
    {1, "neurons.csv", NEURON_TITLES "x\n", "expected 'synapses_hex' as the last column"},
    {1, "neurons.csv", NEURON_TITLES "synapses_hex\n0,0,1,2,3,4,1,200,-200,0,0,0,0,1,0,zz\n",
     "row 1: 'zz', expected hexadecimal digits"},
    {1, "neurons.csv", NEURON_TITLES "synapses_hex\n0,0,1,2,3,4,1,200,-200,0,0,0,0,1,0,3\n", "1 rows, expected 8"},
    {1, "neurons.csv", NEURON_TITLES "synapses_hex\n0,0,256,2,3,4,1,200,-200,0,0,0,0,1,0,3\n", "w0 is 256"},
    {1, "neurons.csv", NEURON_TITLES "synapses_hex\n9,0,1,2,3,4,1,200,-200,0,0,0,0,1,0,3\n", "core is 9"},
    {1, "neurons.csv", NEURON_TITLES "synapses_hex\n0,1,1,2,3,4,1,200,-200,0,0,0,0,1,0,3\n", "neuron is 1"},
    {1, "neurons.csv", NEURON_TITLES "synapses_hex\n0,0,1,2,3,4,1,200,-200,0,2,0,0,1,0,3\n", "reset_mode is 2"},
    {1, "neurons.csv", NEURON_TITLES "synapses_hex\n0,0,1,2,3,4,1,200,-200,0,0,0,0,1,16,3\n", "delay is 16"},
    {1, "axons.csv", "core,axon,weight_index\n0,2,0\n", "axon is 2, expected 0 to 1"},
    {1, "axons.csv", "core,axon,weight_index\n0,0,4\n", "weight_index is 4, expected 0 to 3"},
    {1, "axons.csv", "core,axon\n", "axons has no column 'weight_index'"},
    {1, "input.csv", "cycle,dx,dy,axon,delay\n0,0,0,0,0\n", "cycle is 0, expected 1"},
    {1, "input.csv", "cycle,dx,dy,axon,delay\n1,3,0,0,0\n", "dx is 3, expected 0 to 2"},
    {1, "input.csv", "cycle,dx,dy,axon,delay\n1,0,-1,0,0\n", "dy is -1, expected 0 to 2"},
    {1, "input.csv", "cycle,dx,dy,axon,delay\n1,0,0,2,0\n", "input, row 1: axon 2, expected less than 2"},
    {1, "input.csv", "cycle,dx,dy,axon,delay\n1,0,0,0,16\n", "delay is 16, expected 0 to 15"},
    {1, "ticks.csv", "cycle\n0\n", "cycle is 0, expected 1"},
    {1, "delivered.csv", "cycle,core,axon\n", "delivered has no column 'delay'"},
    {1, "output.csv", "cycle\n", "output has no column 'output'"},
    {1, "final.csv", "core,neuron,potential\n4000000,0,0\n", "core is 4000000, expected 0 to 8"},
    {1, "final.csv", "core,neuron,potential\n0,0,0\n", "final: 1 rows, expected 8"},
    {1, "final.csv", "core,neuron,potential\n0,0,3\n0,0,1\n2,0,1\n3,0,1\n4,0,1\n5,0,1\n6,0,1\n7,0,1\n",
     "final, row 2: given before"},
    {1, "final.csv", "core,neuron,potential\n8,0,3\n1,0,1\n2,0,1\n3,0,1\n4,0,1\n5,0,1\n6,0,1\n7,0,1\n",
     "final, row 1: in the output core"},
};

START_TEST(broken_recordings_are_refused_with_place_and_reason)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", directory, breaks[_i].file);
    kinds[breaks[_i].kind].put();
    if (breaks[_i].text)
        put(breaks[_i].file, breaks[_i].text);
    else
        ck_assert_int_eq(remove(path), 0);
    ck_assert(!run(kinds[breaks[_i].kind].suite, directory));
    if (!diagnostics_mention(&problems, breaks[_i].message))
        diagnostics_print(&problems);
    ck_assert_msg(diagnostics_mention(&problems, breaks[_i].message), "%s", breaks[_i].message);
    ck_assert(strstr(breaks[_i].message, ".yaml") || strstr(breaks[_i].message, "host.") ||
              diagnostics_mention(&problems, directory));
    ck_assert_uint_eq(verdicts.count, 0);
}
END_TEST

START_TEST(neurons_that_lead_out_of_the_mesh_are_refused)
{
    put_ranc();
    put_lines("neurons.csv", NEURON_TITLES "synapses_hex\n", 8, "#,0,1,2,3,4,1,200,-200,0,0,1,1,1,0,3\n");
    ck_assert(!run(&ranc_suite, directory));
    ck_assert(diagnostics_mention(&problems, "neurons, row 3: leads out of the mesh"));
}
END_TEST

START_TEST(neurons_that_lead_to_a_missing_axon_are_refused)
{
    put_ranc();
    put_lines("neurons.csv", NEURON_TITLES "synapses_hex\n", 8, "#,0,1,2,3,4,1,200,-200,0,0,0,0,2,0,3\n");
    ck_assert(!run(&ranc_suite, directory));
    ck_assert(diagnostics_mention(&problems, "neurons, row 1: axon 2, expected less than 2"));
}
END_TEST

START_TEST(too_many_columns_are_refused)
{
    FILE *file;
    put_tinyodin();
    file = create("input.csv");
    for (int i = 0; i < 301; i++)
        fprintf(file, "c%d,", i);
    fclose(file);
    ck_assert(!run(&tinyodin_suite, directory));
    ck_assert(diagnostics_mention(&problems, "302 fields, expected at most 300"));
}
END_TEST

START_TEST(everything_wrong_is_said_at_once)
{
    put_tinyodin();
    put("neurons.csv", "disabled,leak,threshold,potential\n2,128,4096,2048\n");
    put("input.csv", "cycle,address\n1,1024\n");
    put("setup.json", "{}");
    ck_assert(!run(&tinyodin_suite, directory));
    ck_assert_uint_ge(problems.count, 5 + 4 + 1);
}
END_TEST

START_TEST(a_folder_without_cases_is_refused)
{
    ck_assert(!run(&ranc_suite, directory));
    ck_assert(diagnostics_mention(&problems, "no case, expected folders with setup.json or .h5 files"));
}
END_TEST

/* ---- the same from HDF5 ---- */

/* A whole recording, changed by `change`, written and read again. */
static bool reread(const struct replay_suite *suite, void (*change)(struct recording *))
{
    char path[128];
    struct recording recording;
    snprintf(path, sizeof path, "%s/case.h5", directory);
    ck_assert(recording_read(directory, suite->tables, suite->untitled, &recording, &problems));
    change(&recording);
    ck_assert(recording_write_h5(path, &recording, &problems));
    recording_free(&recording);
    return run(suite, path);
}

static void lose_texts(struct recording *recording)
{
    struct table *neurons = (struct table *)recording_table(recording, "neurons");
    for (size_t row = 0; row < neurons->rows; row++)
        free(neurons->texts[row]);
    free(neurons->texts);
    neurons->texts = NULL;
}

START_TEST(synapses_without_words_are_refused)
{
    put_ranc();
    ck_assert(!reread(&ranc_suite, lose_texts));
    ck_assert(diagnostics_mention(&problems, "expected 'synapses_hex' as the last column"));
}
END_TEST

static void write_values(const char *path, uint64_t rows, uint64_t columns, uint64_t titles, uint64_t texts)
{
    static const char *const words[] = {"a", "b", "c", "d"};
    int64_t values[16] = {0};
    struct h5 *file;
    ck_assert(h5_create(path, &file, &problems));
    h5_write(file, "/setup/values", H5_I64, 2, (uint64_t[]){rows, columns}, values);
    h5_write_strings(file, "/setup/titles", titles, words);
    if (texts)
        h5_write_strings(file, "/setup/texts", texts, words);
    ck_assert(h5_commit(file, &problems));
}

static const struct {
    uint64_t rows, columns, titles, texts;
    const char *message;
} shapes[] = {
    {2, 3, 2, 0, "its titles disagree with its columns"}, {2, 2, 3, 0, "its titles disagree with its columns"},
    {2, 2, 2, 1, "expected one word a row"},              {2, 2, 2, 3, "expected one word a row"},
    {1, 2, 2, 0, "/weights/values"},
};

START_TEST(tables_whose_sizes_disagree_are_refused)
{
    char path[128];
    snprintf(path, sizeof path, "%s/case.h5", directory);
    write_values(path, shapes[_i].rows, shapes[_i].columns, shapes[_i].titles, shapes[_i].texts);
    ck_assert(!run(&tinyodin_suite, path));
    ck_assert_msg(diagnostics_mention(&problems, shapes[_i].message), "%s", shapes[_i].message);
}
END_TEST

/* ---- counting differences ---- */

START_TEST(differences_are_entries_of_one_side_only)
{
    struct log_entry entries[] = {{9, LOG_SPIKE, 1, 2, 3}, {5, LOG_SPIKE, 0, 0, 0}, {5, LOG_OUTPUT, 0, 0, 0},
                                  {7, LOG_SPIKE, 0, 0, 0}, {7, LOG_SPIKE, 0, 0, 0}, {50, LOG_SPIKE, 0, 0, 0}};
    struct cycle_log log = {.entries = entries, .count = 6};
    int64_t values[] = {5, 0, 0, 0, 7, 0, 0, 0, 9, 1, 2, 4};
    struct table table = {.columns = 4, .rows = 3, .values = values};
    struct log_columns all = {0, 1, 2, 3}, no_extra = {0, 1, 2, -1}, cycles = {0, -1, -1, -1};
    ck_assert_uint_eq(log_differences(&log, LOG_SPIKE, &table, all, 50), 3);       /* the second 7; 9 on both sides */
    ck_assert_uint_eq(log_differences(&log, LOG_SPIKE, &table, no_extra, 50), 1);
    ck_assert_uint_eq(log_differences(&log, LOG_SPIKE, &table, no_extra, 51), 2);  /* and cycle 50 */
    ck_assert_uint_eq(log_differences(&log, LOG_SPIKE, &table, cycles, 50), 1);
    ck_assert_uint_eq(log_differences(&log, LOG_OUTPUT, &table, all, 50), 2);
    ck_assert_uint_eq(log_differences(&log, LOG_ACCEPTED, &table, all, 50), 3);
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

int main(void)
{
    Suite *suite = suite_create("recording");
    TCase *cases = tcase_create("recording");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, whole_recordings_pass, 0, COUNT(kinds));
    tcase_add_loop_test(cases, what_is_packed_passes, 0, COUNT(kinds));
    tcase_add_loop_test(cases, each_difference_is_counted, 0, COUNT(changes));
    tcase_add_loop_test(cases, broken_recordings_are_refused_with_place_and_reason, 0, COUNT(breaks));
    tcase_add_test(cases, neurons_that_lead_out_of_the_mesh_are_refused);
    tcase_add_test(cases, neurons_that_lead_to_a_missing_axon_are_refused);
    tcase_add_test(cases, too_many_columns_are_refused);
    tcase_add_test(cases, everything_wrong_is_said_at_once);
    tcase_add_test(cases, a_folder_without_cases_is_refused);
    tcase_add_test(cases, synapses_without_words_are_refused);
    tcase_add_loop_test(cases, tables_whose_sizes_disagree_are_refused, 0, COUNT(shapes));
    tcase_add_test(cases, differences_are_entries_of_one_side_only);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
