#include "tools/cli/options.h"

#include "tools/cli/commands.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HELP_INDENT 29
#define HELP_COLUMNS 96 /* " (required)" follows only short texts */

const char *const coding_choices[] = {"rate", "analog", "latency", NULL};
const char *const time_unit_choices[] = {"unknown", "s", "ms", "us", "ns", "step", NULL};
const char *const keras_layout_choices[] = {"file", "theano", "keras2-theano", "tensorflow", NULL};
const char *const precision_choices[] = {"fp32", "tf32", "fp16", "fp8", "int8", NULL};
const char *const order_choices[] = {"id", "reversed", "shuffled", NULL};

static const struct option_row *find(const struct option_row *rows, const char *name)
{
    for (; rows->name; rows++)
        if (!strcmp(rows->name, name))
            return rows;
    return NULL;
}

static bool store_whole(const struct option_row *row, const char *text, void *field, struct diagnostics *diagnostics)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    bool digits = text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0;
    if (!digits || (double)number < row->minimum || (double)number > row->maximum)
        return diagnostics_add(diagnostics, row->name, "'%s', expected a whole number from %.0f to %.0f", text,
                               row->minimum, row->maximum);
    if (row->kind == OPTION_U32)
        *(uint32_t *)field = (uint32_t)number;
    else
        *(uint64_t *)field = number;
    return true;
}

static bool store_double(const struct option_row *row, const char *text, void *field, struct diagnostics *diagnostics)
{
    char *end;
    double number = strtod(text, &end);
    if (end == text || *end || !isfinite(number) || number < row->minimum || number > row->maximum)
        return diagnostics_add(diagnostics, row->name, "'%s', expected a number from %g to %g", text, row->minimum,
                               row->maximum);
    *(double *)field = number;
    return true;
}

static bool store_choice(const struct option_row *row, const char *text, void *field, struct diagnostics *diagnostics)
{
    char known[256] = "";
    for (int i = 0; row->choices[i]; i++) {
        if (!strcmp(row->choices[i], text)) {
            *(int *)field = i;
            return true;
        }
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", row->choices[i]);
    }
    return diagnostics_add(diagnostics, row->name, "'%s', expected one of %s", text, known);
}

static bool store(const struct option_row *row, const char *text, void *target, struct diagnostics *diagnostics)
{
    void *field = (char *)target + row->offset;
    struct option_list *list = field;
    switch (row->kind) {
    case OPTION_STRING:
        *(const char **)field = text;
        return *text || diagnostics_add(diagnostics, row->name, "empty, expected %s", row->value);
    case OPTION_LIST:
        if (list->count == OPTION_LIST_MAX)
            return diagnostics_add(diagnostics, row->name, "given more than %d times", OPTION_LIST_MAX);
        list->item[list->count++] = text;
        return true;
    case OPTION_DOUBLE:
        return store_double(row, text, field, diagnostics);
    case OPTION_CHOICE:
        return store_choice(row, text, field, diagnostics);
    case OPTION_FLAG:
        *(bool *)field = true;
        return true;
    default:
        return store_whole(row, text, field, diagnostics);
    }
}

static void check_required(const struct option_row *rows, const void *target, struct diagnostics *diagnostics)
{
    for (; rows->name; rows++)
        if (rows->required && !*(const char *const *)((const char *)target + rows->offset))
            diagnostics_add(diagnostics, rows->name, "missing, expected %s", rows->value);
}

bool options_parse(int argc, char **argv, const struct option_row *rows, void *target,
                   struct option_list *positional, struct diagnostics *diagnostics)
{
    size_t before = diagnostics->count;
    for (int i = 0; i < argc; i++) {
        const struct option_row *row = find(rows, argv[i]);
        if (row && (row->kind == OPTION_FLAG || i + 1 < argc)) {
            const char *text = row->kind == OPTION_FLAG ? "" : argv[++i];
            if (!store(row, text, target, diagnostics))
                continue;
        } else if (row) {
            diagnostics_add(diagnostics, argv[i], "no value, expected %s", row->value);
            if (row->kind == OPTION_STRING)
                *(const char **)((char *)target + row->offset) = ""; /* given: not missing as well */
        } else if (argv[i][0] == '-') {
            diagnostics_add(diagnostics, argv[i], "unknown option, see --help");
        } else if (!positional || positional->count == OPTION_LIST_MAX) {
            diagnostics_add(diagnostics, argv[i], "%s, see --help", positional ? "one name too many"
                                                                               : "no option, expected one");
        } else {
            positional->item[positional->count++] = argv[i];
        }
    }
    check_required(rows, target, diagnostics);
    return diagnostics->count == before;
}

bool options_ask_help(int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
            return true;
    return false;
}

/* Breaks the help between words, so that lines end before HELP_COLUMNS. */
static void print_row(const char *name, const char *value, const char *help, bool required)
{
    char head[64];
    snprintf(head, sizeof head, "%s %s", name, value ? value : "");
    int column = printf("  %-*s", HELP_INDENT - 3, head);
    while (*help) {
        int length = (int)strcspn(help, " ");
        if (column + 1 + length > HELP_COLUMNS)
            column = printf("\n%*s", HELP_INDENT - 1, "") - 1;
        column += printf(" %.*s", length, help);
        help += length + (help[length] == ' ');
    }
    printf("%s\n", required ? " (required)" : "");
}

void options_help(const struct option_row *rows)
{
    for (; rows->name; rows++)
        print_row(rows->name, rows->value, rows->help, rows->required);
    print_row("--help", NULL, "this text", false);
}

int options_command(int argc, char **argv, const char *usage, const struct option_row *rows, void *line,
                    bool (*work)(const void *line, struct diagnostics *diagnostics))
{
    struct diagnostics diagnostics = {0};
    if (options_ask_help(argc, argv)) {
        printf("usage: npusim %s\n\n", usage);
        options_help(rows);
        return STATUS_DONE;
    }
    bool good = options_parse(argc, argv, rows, line, NULL, &diagnostics) && work(line, &diagnostics);
    diagnostics_print(&diagnostics);
    diagnostics_free(&diagnostics);
    return good ? STATUS_DONE : STATUS_USER;
}
