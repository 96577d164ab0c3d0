/* npusim inspect */
#include "tools/cli/commands.h"
#include "tools/cli/options.h"
#include "tools/read/read.h"
#include <stdio.h>

struct inspect_line {
    int keras_layout;
};

static const struct option_row rows[] = {
    {"--keras-layout", OPTION_CHOICE, offsetof(struct inspect_line, keras_layout), "LAYOUT", 0, 0, false,
     keras_layout_choices, "of a Keras file: as the file says (default), theano, keras2-theano or tensorflow"},
    {0},
};

static bool inspect_all(int argc, char **argv, struct diagnostics *diagnostics)
{
    struct inspect_line line = {0};
    struct option_list files = {0};
    bool good = options_parse(argc, argv, rows, &line, &files, diagnostics);
    const struct read_options how = {(enum keras_layout)line.keras_layout};
    if (good && !files.count)
        good = diagnostics_add(diagnostics, "FILE", "missing, expected the name of a file");
    for (uint32_t i = 0; good && i < files.count; i++)
        good &= inspect_print_as(files.item[i], &how, stdout, diagnostics);
    return good;
}

int command_inspect(int argc, char **argv)
{
    struct diagnostics diagnostics = {0};
    if (options_ask_help(argc, argv)) {
        printf("usage: npusim inspect FILE... [OPTION ...]\n\n"
               "Says what a network, spike, program or result file holds.\n\n");
        options_help(rows);
        return STATUS_DONE;
    }
    bool good = inspect_all(argc, argv, &diagnostics);
    diagnostics_print(&diagnostics);
    diagnostics_free(&diagnostics);
    return good ? STATUS_DONE : STATUS_USER;
}
