#include "tools/report/text.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

void text_add(struct text *text, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    must(length >= 0);
    size_t needed = text->length + (size_t)length + 1;
    text->data = memory_grow(text->data, &text->capacity, needed, 1);
    vsnprintf(text->data + text->length, (size_t)length + 1, format, again);
    va_end(again);
    text->length += (size_t)length;
}

void text_free(struct text *text)
{
    free(text->data);
    *text = (struct text){0};
}

/* Bytes of the valid UTF-8 sequence at `at`, 0 if there is none (RFC 3629: no overlong forms, no surrogates). */
static size_t sequence_length(const unsigned char *at)
{
    if (at[0] < 0x80)
        return 1;
    size_t length = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    if (at[0] < 0xc2 || at[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) || (at[0] == 0xf0 && at[1] < 0x90) ||
        (at[0] == 0xf4 && at[1] > 0x8f))
        return 0;
    return length;
}

static const char *reference_of(unsigned char byte)
{
    switch (byte) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return byte < 0x20 && byte != '\n' && byte != '\t' ? REPLACEMENT : byte == 0x7f ? REPLACEMENT : NULL;
    }
}

void text_escaped(struct text *text, const char *raw)
{
    const unsigned char *at = (const unsigned char *)raw;
    while (*at) {
        size_t length = sequence_length(at);
        const char *reference = length == 0 ? REPLACEMENT : reference_of(*at);
        if (reference)
            text_add(text, "%s", reference);
        else
            text_add(text, "%.*s", (int)length, (const char *)at);
        at += length ? length : 1;
    }
}

size_t utf8_prefix(const char *raw, size_t characters)
{
    size_t at = 0;
    while (raw[at] && characters > 0) {
        at++;
        while (((unsigned char)raw[at] & 0xc0) == 0x80)
            at++;
        characters--;
    }
    return at;
}

size_t utf8_length(const char *raw)
{
    size_t length = 0;
    for (; *raw; raw++)
        length += ((unsigned char)*raw & 0xc0) != 0x80;
    return length;
}

char *utf8_copy(const char *raw)
{
    struct text text = {0};
    text_add(&text, "%s", "");
    const unsigned char *at = (const unsigned char *)raw;
    while (*at) {
        size_t length = sequence_length(at);
        if (length)
            text_add(&text, "%.*s", (int)length, (const char *)at);
        else
            text_add(&text, REPLACEMENT);
        at += length ? length : 1;
    }
    return text.data;
}

const char *quantity(char out[QUANTITY_SIZE], double value, const char *unit, const char *micro)
{
    static const char *const names[] = {"a", "f", "p", "n", NULL, "m", "", "k", "M", "G", "T"};
    const int unity = 6, last = strcmp(unit, "s") == 0 ? 6 : 10; /* nobody says kiloseconds */
    if (!isfinite(value)) {
        snprintf(out, QUANTITY_SIZE, "n/a");
        return out;
    }
    double size = fabs(value);
    int prefix = unity;
    while (size > 0 && size < 0.9995 && prefix > 0) {
        size *= 1e3;
        prefix--;
    }
    while (size >= 999.5 && prefix < last) {
        size /= 1e3;
        prefix++;
    }
    int decimals = size == 0 ? 0 : size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
    const char *name = names[prefix] ? names[prefix] : micro;
    snprintf(out, QUANTITY_SIZE, "%s%.*f%s%s%s", value < 0 ? "-" : "", decimals, size, *name || *unit ? " " : "", name,
             unit);
    return out;
}

const char *quantity_trimmed(char out[QUANTITY_SIZE], double value, const char *unit, const char *micro)
{
    quantity(out, value, unit, micro);
    char *end = out + strcspn(out, " "), *point = strchr(out, '.');
    if (!point || point > end)
        return out;
    char *last = end;
    while (last[-1] == '0')
        last--;
    if (last[-1] == '.')
        last--;
    memmove(last, end, strlen(end) + 1);
    return out;
}

const char *count_text(char out[QUANTITY_SIZE], uint64_t value)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, value);
    int place = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            out[place++] = ',';
        out[place++] = digits[i];
    }
    out[place] = '\0';
    return out;
}

const char *counted(char out[COUNTED_SIZE], uint64_t count, const char *noun)
{
    char number[QUANTITY_SIZE];
    snprintf(out, COUNTED_SIZE, "%s %s%s", count_text(number, count), noun, count == 1 ? "" : "s");
    return out;
}

const char *ratio(char out[QUANTITY_SIZE], double value)
{
    if (!isfinite(value) || value >= 1e15)
        snprintf(out, QUANTITY_SIZE, "n/a");
    else if (value < 9.95)
        snprintf(out, QUANTITY_SIZE, "%.*fx", value < 1.1 ? 2 : 1, value);
    else {
        double step = value < 1e3 ? 1 : pow(10, floor(log10(value)) - 2);
        count_text(out, (uint64_t)(round(value / step) * step));
        strncat(out, "x", QUANTITY_SIZE - strlen(out) - 1);
    }
    return out;
}
