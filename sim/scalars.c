#include "sim/scalars.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *text)
{
    while (is_digit(*text))
        text++;
    return text;
}

/* Digits without a leading zero; NULL when there are none. strtod alone would take "0x10", "1e5ns" or "inf". */
static const char *skip_integer(const char *text)
{
    if (!is_digit(*text))
        return NULL;
    return *text == '0' ? text + 1 : skip_digits(text);
}

static bool is_integer(const char *text)
{
    const char *end = skip_integer(text);
    return end && !*end;
}

static bool is_number(const char *text)
{
    const char *end = skip_integer(*text == '-' ? text + 1 : text);
    if (!end)
        return false;
    if (*end == '.') {
        if (!is_digit(end[1]))
            return false;
        end = skip_digits(end + 1);
    }
    if (*end == 'e' || *end == 'E') {
        end += end[1] == '+' || end[1] == '-' ? 2 : 1;
        if (!is_digit(*end))
            return false;
        end = skip_digits(end);
    }
    return !*end;
}

static bool length_limits(const struct parameter_row *row, size_t *least, size_t *most)
{
    bool given = row->minimum > 0 || row->maximum > 0;
    *least = given ? (size_t)row->minimum : 1;
    *most = given ? (size_t)row->maximum : 255;
    return given;
}

static char *expected_choice(const struct parameter_row *row)
{
    char *text = memory_copy_string("one of");
    for (const char *const *choice = row->choices; *choice; choice++) {
        char *longer = memory_format("%s%s %s", text, choice == row->choices ? "" : ",", *choice);
        free(text);
        text = longer;
    }
    return text;
}

char *scalar_expected(const struct parameter_row *row)
{
    size_t least, most;
    const char *unit = row->unit ? row->unit : "1";
    switch (row->type) {
    case PARAMETER_U32: return memory_format("a whole number %.0f .. %.0f (%s)", row->minimum, row->maximum, unit);
    case PARAMETER_DOUBLE: return memory_format("a number %g .. %g (%s)", row->minimum, row->maximum, unit);
    case PARAMETER_BOOL: return memory_copy_string("true or false");
    case PARAMETER_CHOICE: return expected_choice(row);
    case PARAMETER_STRING:
        length_limits(row, &least, &most);
        return memory_format("a text of %zu to %zu characters", least, most);
    case PARAMETER_VALUE:
        return memory_format("{value: %g .. %g, unit: \"%s\", source: text}", row->minimum, row->maximum, unit);
    }
    panic("row %s: type %d", row->key, (int)row->type);
}

static bool complain(const struct setting *item, const struct parameter_row *row, const char *what,
                     struct diagnostics *diagnostics)
{
    char *quoted = settings_quote(item->text), *expected = scalar_expected(row);
    diagnostics_add(diagnostics, item->value_place, "%s: %s %s, expected %s", row->key, quoted, what, expected);
    free(expected);
    free(quoted);
    return false;
}

static bool read_number(const struct setting *item, const struct parameter_row *row, double *out,
                        struct diagnostics *diagnostics)
{
    bool whole = row->type == PARAMETER_U32;
    if (item->kind != SETTING_PLAIN)
        return complain(item, row, "is a text in quotes", diagnostics);
    if (!(whole ? is_integer(item->text) : is_number(item->text)))
        return complain(item, row, whole ? "is not a whole number" : "is not a number", diagnostics);
    errno = 0;
    double value = strtod(item->text, NULL);
    if (errno || !isfinite(value) || value < row->minimum || value > row->maximum)
        return complain(item, row, "is out of range", diagnostics);
    *out = value;
    return true;
}

static bool read_bool(const struct setting *item, const struct parameter_row *row, bool *out,
                      struct diagnostics *diagnostics)
{
    bool yes = strcmp(item->text, "true") == 0, no = strcmp(item->text, "false") == 0;
    if (item->kind != SETTING_PLAIN || (!yes && !no))
        return complain(item, row, "is not a truth value", diagnostics);
    *out = yes;
    return true;
}

static bool read_choice(const struct setting *item, const struct parameter_row *row, int *out,
                        struct diagnostics *diagnostics)
{
    for (int i = 0; row->choices[i]; i++)
        if (strcmp(item->text, row->choices[i]) == 0) {
            *out = i;
            return true;
        }
    return complain(item, row, "is not a choice", diagnostics);
}

static bool read_string(const struct setting *item, const struct parameter_row *row, char **out,
                        struct diagnostics *diagnostics)
{
    size_t least, most, length = strlen(item->text);
    length_limits(row, &least, &most);
    bool null = item->kind == SETTING_PLAIN && strcmp(item->text, "~") == 0;
    if (null || length < least || length > most)
        return complain(item, row, "is too short or too long", diagnostics);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)item->text[i] < 0x20 || item->text[i] == 0x7f)
            return complain(item, row, "has a control character", diagnostics);
    *out = memory_copy_string(item->text);
    return true;
}

bool scalar_read(const struct setting *item, const struct parameter_row *row, void *out,
                 struct diagnostics *diagnostics)
{
    double number;
    if (item->kind == SETTING_BROKEN)
        return false;
    must(item->kind != SETTING_MAPPING);
    switch (row->type) {
    case PARAMETER_U32:
        must(row->minimum >= 0 && row->maximum <= UINT32_MAX);
        if (!read_number(item, row, &number, diagnostics))
            return false;
        *(uint32_t *)out = (uint32_t)number;
        return true;
    case PARAMETER_DOUBLE: return read_number(item, row, out, diagnostics);
    case PARAMETER_BOOL: return read_bool(item, row, out, diagnostics);
    case PARAMETER_CHOICE: return read_choice(item, row, out, diagnostics);
    case PARAMETER_STRING: return read_string(item, row, out, diagnostics);
    case PARAMETER_VALUE: break;
    }
    panic("row %s is not one value", row->key);
}

/* The shortest decimal that reads back as the same double. */
static char *format_double(double value)
{
    char text[40];
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (!(strtod(text, NULL) < value || strtod(text, NULL) > value))
            break;
    }
    return memory_copy_string(text);
}

static char *format_value(const struct sourced_value *value)
{
    char *number = format_double(value->value), *low = format_double(value->low), *high = format_double(value->high);
    char *text = memory_format("{value: %s, low: %s, high: %s, unit: \"%s\", source: \"%s\"}", number, low, high,
                               value->unit, value->source);
    free(high);
    free(low);
    free(number);
    return text;
}

char *scalar_format(const struct parameter_row *row, const void *at)
{
    switch (row->type) {
    case PARAMETER_U32: return memory_format("%u", *(const uint32_t *)at);
    case PARAMETER_DOUBLE: return format_double(*(const double *)at);
    case PARAMETER_BOOL: return memory_copy_string(*(const bool *)at ? "true" : "false");
    case PARAMETER_CHOICE: return memory_copy_string(row->choices[*(const int *)at]);
    case PARAMETER_STRING: return memory_copy_string(*(char *const *)at);
    case PARAMETER_VALUE: return format_value(at);
    }
    panic("row %s: type %d", row->key, (int)row->type);
}

size_t scalar_distance(const char *a, const char *b, size_t limit)
{
    enum { LONGEST = 64 };
    size_t rows = strlen(a), columns = strlen(b);
    size_t line[LONGEST + 1];
    if (columns > LONGEST || rows > columns + limit || columns > rows + limit)
        return limit;
    for (size_t j = 0; j <= columns; j++)
        line[j] = j;
    for (size_t i = 1; i <= rows; i++) {
        size_t diagonal = line[0];
        line[0] = i;
        for (size_t j = 1; j <= columns; j++) {
            size_t changed = diagonal + (a[i - 1] != b[j - 1]);
            size_t other = (line[j] < line[j - 1] ? line[j] : line[j - 1]) + 1;
            diagonal = line[j];
            line[j] = changed < other ? changed : other;
        }
    }
    return line[columns] < limit ? line[columns] : limit;
}
