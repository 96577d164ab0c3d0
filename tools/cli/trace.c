/* npusim trace */
#include "sim/memory.h"
#include "tools/cli/commands.h"
#include "tools/cli/options.h"
#include "tools/trace/trace_file.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct trace_options {
    const char *vcd, *json;
    bool neurons;
};

#define FIELD(name) offsetof(struct trace_options, name)
static const struct option_row rows[] = {
    {"--vcd", OPTION_STRING, FIELD(vcd), "OUT.vcd", 0, 0, false, NULL, "value change dump, for GTKWave"},
    {"--json", OPTION_STRING, FIELD(json), "OUT.json", 0, 0, false, NULL, "Chrome trace, for ui.perfetto.dev"},
    {"--neurons", OPTION_FLAG, FIELD(neurons), NULL, 0, 0, false, NULL,
     "in the value change dump, a wire for each neuron that spikes"},
    {0},
};

/* PATH.part, renamed when it is whole. */
static bool write_file(const struct trace_file *file, const char *path, bool vcd, bool neurons,
                       struct diagnostics *diagnostics)
{
    char *part = memory_format("%s.part", path);
    FILE *out = fopen(part, "wb");
    bool good = out != NULL;
    if (out && vcd)
        trace_write_vcd(file, neurons, out);
    else if (out)
        trace_write_chrome(file, out);
    if (out) {
        good = !ferror(out);
        good &= fclose(out) == 0;
        good = good && rename(part, path) == 0;
        if (!good)
            remove(part);
    }
    if (!good)
        diagnostics_add(diagnostics, path, "cannot be written (%s), expected a path in a directory with room",
                        strerror(errno));
    free(part);
    return good;
}

static bool convert(const char *path, const struct trace_options *options, struct diagnostics *diagnostics)
{
    struct trace_file file;
    if (!trace_file_read(path, &file, diagnostics))
        return false;
    bool good = !options->vcd || write_file(&file, options->vcd, true, options->neurons, diagnostics);
    good = good && (!options->json || write_file(&file, options->json, false, false, diagnostics));
    trace_file_free(&file);
    return good;
}

static bool trace_all(int argc, char **argv, struct diagnostics *diagnostics)
{
    struct trace_options options = {0};
    struct option_list files = {0};
    if (!options_parse(argc, argv, rows, &options, &files, diagnostics))
        return false;
    bool good = files.count == 1 || diagnostics_add(diagnostics, "FILE", "%u given, expected one trace", files.count);
    if (!options.vcd && !options.json)
        good = diagnostics_add(diagnostics, "--vcd, --json", "missing, expected one of them or both");
    if (options.neurons && !options.vcd)
        good = diagnostics_add(diagnostics, "--neurons", "without --vcd, expected both");
    return good && convert(files.item[0], &options, diagnostics);
}

int command_trace(int argc, char **argv)
{
    struct diagnostics diagnostics = {0};
    if (options_ask_help(argc, argv)) {
        printf("usage: npusim trace FILE --vcd OUT.vcd | --json OUT.json [--neurons]\n\n"
               "Turns a trace (npusim run --trace FILE) into what a wave or a timeline viewer opens.\n\n");
        options_help(rows);
        return STATUS_DONE;
    }
    bool good = trace_all(argc, argv, &diagnostics);
    diagnostics_print(&diagnostics);
    diagnostics_free(&diagnostics);
    return good ? STATUS_DONE : STATUS_USER;
}
