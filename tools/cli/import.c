/* npusim import */
#include "sim/memory.h"
#include "tools/cli/commands.h"
#include "tools/cli/options.h"
#include "tools/file/h5.h"
#include "tools/network/spikes.h"
#include "tools/read/spike_writer.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct import_line {
    const char *labels, *out, *shape, *columns;
    double dt_s;
    uint32_t inputs, steps, samples;
    uint64_t seed;
    int coding, time_unit;
    struct shape input; /* of --shape */
};

#define FIELD(name) offsetof(struct import_line, name)
static const struct option_row rows[] = {
    {"--out", OPTION_STRING, FIELD(out), "BATCH.h5", 0, 0, true, NULL, "where the batch goes"},
    {"--inputs", OPTION_U32, FIELD(inputs), "N", 1, 16777216, false, NULL, "neurons of the input"},
    {"--shape", OPTION_STRING, FIELD(shape), "C,H,W", 0, 0, false, NULL,
     "instead of --inputs: channels, rows and columns, as events of a camera need"},
    {"--labels", OPTION_STRING, FIELD(labels), "FILE", 0, 0, false, NULL, "of a single file: right answers"},
    {"--dt", OPTION_DOUBLE, FIELD(dt_s), "S", 1e-12, 1e6, false, NULL,
     "length of a timestep in seconds (default: as the files say)"},
    {"--steps", OPTION_U32, FIELD(steps), "T", 1, 16777216, false, NULL, "timesteps of a sample"},
    {"--samples", OPTION_U32, FIELD(samples), "N", 1, 1e9, false, NULL, "the first N samples of each file only"},
    {"--coding", OPTION_CHOICE, FIELD(coding), "CODING", 0, 0, false, coding_choices, "of images"},
    EVENT_TEXT_OPTIONS(FIELD(columns), FIELD(time_unit)),
    {"--seed", OPTION_U64, FIELD(seed), "N", 0, 9e15, false, NULL, "of rate coding (default 1)"},
    {0},
};

/* Takes the samples of `more` over. */
static bool append(struct spike_batch *sum, struct spike_batch *more, struct diagnostics *diagnostics)
{
    if (sum->count && sum->dt_s != more->dt_s)
        return diagnostics_add(diagnostics, more->path, "its step is %.9g s, expected %.9g s as in the files before, or "
                               "--dt", more->dt_s, sum->dt_s);
    struct spike_sample *samples = memory_array(sum->count + more->count, sizeof *samples);
    if (sum->count)
        memcpy(samples, sum->samples, sum->count * sizeof *samples);
    memcpy(samples + sum->count, more->samples, more->count * sizeof *samples);
    free(sum->samples);
    sum->samples = samples;
    sum->count += more->count;
    sum->dt_s = more->dt_s;
    free(more->samples);
    more->samples = NULL;
    more->count = 0;
    return true;
}

static bool write_batch(const char *path, const struct spike_batch *batch, struct diagnostics *diagnostics)
{
    struct h5 *file;
    int64_t *labels = memory_array(batch->count, sizeof *labels);
    const char **names = memory_array(batch->count, sizeof *names);
    for (size_t s = 0; s < batch->count; s++) {
        labels[s] = batch->samples[s].label;
        names[s] = batch->samples[s].name;
    }
    bool good = h5_create(path, &file, diagnostics);
    if (good && spikes_write_nir_data(file, "", "input", "spikes", batch, diagnostics)) {
        h5_write(file, "/samples/label", H5_I64, 1, (uint64_t[]){batch->count}, labels);
        h5_write_strings(file, "/samples/name", batch->count, names);
        good = h5_commit(file, diagnostics);
    } else if (good) {
        h5_close(file);
        good = false;
    }
    free(labels);
    free(names);
    return good;
}

static bool import_all(const struct import_line *line, const struct option_list *files, struct diagnostics *diagnostics)
{
    struct spike_batch sum = {.path = memory_copy_string(line->out), .inputs = line->inputs};
    struct spike_options how = {.dt_s = line->dt_s, .steps = line->steps, .samples = line->samples,
                                .coding = (enum spike_coding)line->coding, .seed = line->seed,
                                .labels_path = line->labels, .shape = line->input, .columns = line->columns,
                                .time_unit = (enum time_unit)line->time_unit};
    bool good = true;
    for (uint32_t i = 0; good && i < files->count; i++) {
        struct spike_batch batch = {0};
        good = spikes_read(files->item[i], line->inputs, &how, &batch, diagnostics) && append(&sum, &batch, diagnostics);
        spikes_free(&batch);
    }
    if (good && !(sum.dt_s > 0))
        good = diagnostics_add(diagnostics, "--dt", "missing, and the files say nothing: expected the length of a timestep");
    good = good && write_batch(line->out, &sum, diagnostics);
    if (good)
        printf("%s: %zu samples of %u inputs\n", line->out, sum.count, (unsigned)sum.inputs);
    spikes_free(&sum);
    return good;
}

static bool wrong_shape(const struct import_line *line, struct diagnostics *diagnostics)
{
    return diagnostics_add(diagnostics, "--shape", "'%.40s', expected 1 to 3 sizes from 1 on as in 2,34,34, of at most "
                           "16777216 values", line->shape);
}

/* --shape gives --inputs. */
static bool find_inputs(struct import_line *line, struct diagnostics *diagnostics)
{
    const char *at = line->shape;
    if (!line->inputs && !line->shape)
        return diagnostics_add(diagnostics, "--inputs", "missing, expected the number of input neurons, or --shape");
    if (line->inputs && line->shape)
        return diagnostics_add(diagnostics, "--shape", "beside --inputs, expected one of them");
    while (at) {
        char *end;
        long size = strtol(at, &end, 10);
        if (end == at || (*end && *end != ',') || size < 1 || size > 16777216 || line->input.rank == 3)
            return wrong_shape(line, diagnostics);
        line->input.size[line->input.rank++] = size;
        at = *end ? end + 1 : NULL;
    }
    int64_t items = line->shape ? shape_items(&line->input) : line->inputs;
    if (items > 16777216)
        return wrong_shape(line, diagnostics);
    line->inputs = (uint32_t)items;
    return true;
}

int command_import(int argc, char **argv)
{
    struct import_line line = {.seed = 1};
    struct option_list files = {0};
    struct diagnostics diagnostics = {0};
    if (options_ask_help(argc, argv)) {
        printf("usage: npusim import FILE... --inputs N --out BATCH.h5 [OPTION ...]\n\n"
               "Any spike data that npusim reads, as one compressed file with labels.\n\n");
        options_help(rows);
        return STATUS_DONE;
    }
    bool good = options_parse(argc, argv, rows, &line, &files, &diagnostics);
    good = good && find_inputs(&line, &diagnostics);
    if (good && !files.count)
        good = diagnostics_add(&diagnostics, "FILE", "missing, expected the name of a spike file");
    if (good && line.labels && files.count > 1)
        good = diagnostics_add(&diagnostics, "--labels", "is of one file, expected a single FILE (or a directory)");
    good = good && import_all(&line, &files, &diagnostics);
    diagnostics_print(&diagnostics);
    diagnostics_free(&diagnostics);
    return good ? STATUS_DONE : STATUS_USER;
}
