#include "sim/diagnostics.h"

#include "sim/memory.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Messages quote names from files: a message stays one line, and no control character reaches the terminal. */
static void make_printable(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = '?';
}

bool diagnostics_add(struct diagnostics *diagnostics, const char *place, const char *format, ...)
{
    size_t index = diagnostics->count++;
    if (index >= DIAGNOSTICS_KEPT)
        return false;
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    diagnostics->message[index] = place ? memory_format("%s: %s", place, text) : memory_copy_string(text);
    make_printable(diagnostics->message[index]);
    return false;
}

static size_t kept(const struct diagnostics *diagnostics)
{
    return diagnostics->count < DIAGNOSTICS_KEPT ? diagnostics->count : DIAGNOSTICS_KEPT;
}

bool diagnostics_mention(const struct diagnostics *diagnostics, const char *text)
{
    for (size_t i = 0; i < kept(diagnostics); i++)
        if (strstr(diagnostics->message[i], text))
            return true;
    return false;
}

void diagnostics_print(const struct diagnostics *diagnostics)
{
    for (size_t i = 0; i < kept(diagnostics); i++)
        fprintf(stderr, "npusim: %s\n", diagnostics->message[i]);
    if (diagnostics->count > DIAGNOSTICS_KEPT)
        fprintf(stderr, "npusim: and %zu more\n", diagnostics->count - DIAGNOSTICS_KEPT);
}

void diagnostics_free(struct diagnostics *diagnostics)
{
    for (size_t i = 0; i < kept(diagnostics); i++)
        free(diagnostics->message[i]);
    *diagnostics = (struct diagnostics){0};
}
