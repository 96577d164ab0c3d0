#include "tools/file/npy.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MAGIC "\x93NUMPY"
#define MAGIC_SIZE 6u

bool npy_recognise(const unsigned char *bytes, size_t size)
{
    return size >= MAGIC_SIZE && memcmp(bytes, MAGIC, MAGIC_SIZE) == 0;
}

/* The header is a Python literal: {'descr': '<f4', 'fortran_order': False, 'shape': (256, 12), } */
struct header {
    const char *at, *end;
    char descr[8];
    bool fortran, has_descr, has_order, has_shape;
};

static void skip_space(struct header *header)
{
    while (header->at < header->end && strchr(" \t\r\n", *header->at) && *header->at)
        header->at++;
}

static bool take(struct header *header, char wanted)
{
    skip_space(header);
    if (header->at >= header->end || *header->at != wanted)
        return false;
    header->at++;
    return true;
}

static bool take_word(struct header *header, const char *word)
{
    skip_space(header);
    size_t length = strlen(word);
    if ((size_t)(header->end - header->at) < length || memcmp(header->at, word, length) != 0)
        return false;
    header->at += length;
    return true;
}

static bool take_string(struct header *header, char *text, size_t size)
{
    char quote = take(header, '\'') ? '\'' : take(header, '"') ? '"' : 0;
    if (!quote)
        return false;
    size_t length = 0;
    for (; header->at < header->end && *header->at != quote; header->at++)
        if (length + 1 < size)
            text[length++] = *header->at;
        else
            return false;
    text[length] = 0;
    return take(header, quote);
}

static bool take_number(struct header *header, uint64_t *out)
{
    skip_space(header);
    const char *start = header->at;
    uint64_t value = 0;
    for (; header->at < header->end && *header->at >= '0' && *header->at <= '9'; header->at++) {
        if (value > (UINT64_C(1) << 58))
            return false;
        value = value * 10 + (uint64_t)(*header->at - '0');
    }
    *out = value;
    return header->at > start;
}

static bool take_shape(struct header *header, struct npy *out)
{
    if (!take(header, '('))
        return false;
    out->rank = 0;
    while (!take(header, ')')) {
        if (out->rank == NPY_RANK_MAX || !take_number(header, &out->size[out->rank]))
            return false;
        out->rank++;
        if (take(header, ','))
            continue;
        return take(header, ')');
    }
    return true;
}

static bool take_entry(struct header *header, struct npy *out)
{
    char key[16];
    if (!take_string(header, key, sizeof key) || !take(header, ':'))
        return false;
    if (strcmp(key, "descr") == 0)
        return header->has_descr = take_string(header, header->descr, sizeof header->descr);
    if (strcmp(key, "shape") == 0)
        return header->has_shape = take_shape(header, out);
    if (strcmp(key, "fortran_order") != 0)
        return false;
    header->fortran = take_word(header, "True");
    return header->has_order = header->fortran || take_word(header, "False");
}

static bool take_header(struct header *header, struct npy *out)
{
    if (!take(header, '{'))
        return false;
    while (!take(header, '}')) {
        if (!take_entry(header, out))
            return false;
        if (take(header, ','))
            continue;
        if (!take(header, '}'))
            return false;
        break;
    }
    return header->has_descr && header->has_order && header->has_shape;
}

static bool set_type(const char *descr, struct npy *out)
{
    if (strlen(descr) != 3 || !strchr("<>|=", descr[0]) || !strchr("biuf", descr[1]))
        return false;
    out->big_endian = descr[0] == '>';
    out->kind = descr[1];
    out->width = (unsigned)(descr[2] - '0');
    if (out->kind == 'b')
        return out->width == 1;
    return out->width == 2 || out->width == 4 || out->width == 8 || (out->width == 1 && out->kind != 'f');
}

/* False when there are more than `limit` items. */
static bool set_strides(struct npy *out, bool fortran, uint64_t limit)
{
    out->items = 1;
    for (int i = 0; i < out->rank; i++) {
        int axis = fortran ? i : out->rank - 1 - i;
        out->stride[axis] = out->items;
        if (out->size[axis] && out->items > limit / out->size[axis])
            return false;
        out->items *= out->size[axis];
    }
    return true;
}

/* Where the header's text begins and how long it is; 0 when the file ends before it. */
static size_t find_header(const unsigned char *bytes, size_t size, size_t *start)
{
    size_t count = size > MAGIC_SIZE && bytes[MAGIC_SIZE] == 1 ? 2 : 4, length = 0;
    *start = MAGIC_SIZE + 2 + count;
    if (size < *start || bytes[MAGIC_SIZE] < 1 || bytes[MAGIC_SIZE] > 3)
        return 0;
    for (size_t i = 0; i < count; i++)
        length |= (size_t)bytes[MAGIC_SIZE + 2 + i] << (8 * i);
    return length <= size - *start ? length : 0;
}

bool npy_parse(const char *path, const unsigned char *bytes, size_t size, uint64_t limit, struct npy *out,
               struct diagnostics *diagnostics)
{
    *out = (struct npy){0};
    size_t start, length = find_header(bytes, size, &start);
    struct header header = {.at = (const char *)bytes + start, .end = (const char *)bytes + start + length};
    if (!length || !take_header(&header, out))
        return diagnostics_add(diagnostics, path, "damaged .npy header, expected version 1 to 3 with descr, "
                               "fortran_order and a shape of rank 0 to %d", NPY_RANK_MAX);
    if (!set_type(header.descr, out))
        return diagnostics_add(diagnostics, path, "dtype '%s', expected booleans, integers or floats of 1 to 8 bytes",
                               header.descr);
    if (!set_strides(out, header.fortran, limit))
        return diagnostics_add(diagnostics, path, "an array of more than %llu items, expected at most that",
                               (unsigned long long)limit);
    uint64_t have = size - start - length, need = out->items * out->width;
    if (have != need)
        return diagnostics_add(diagnostics, path, "%llu bytes of data, expected %llu as its shape says",
                               (unsigned long long)have, (unsigned long long)need);
    out->data = bytes + start + length;
    return true;
}

/* IEEE 754 binary16. */
static double half_value(uint64_t bits)
{
    int exponent = (int)(bits >> 10 & 31);
    double fraction = (double)(bits & 1023), sign = bits >> 15 ? -1 : 1;
    if (exponent == 31)
        return fraction > 0 ? NAN : sign * INFINITY;
    return sign * (exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24));
}

static double float_value(uint64_t bits, unsigned width)
{
    if (width == 2)
        return half_value(bits);
    if (width == 4) {
        uint32_t low = (uint32_t)bits;
        float value;
        memcpy(&value, &low, sizeof value);
        return (double)value;
    }
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double signed_value(uint64_t bits, unsigned width)
{
    unsigned shift = 64 - 8 * width;
    uint64_t high = bits << shift;
    int64_t value;
    memcpy(&value, &high, sizeof value);
    return (double)(value / ((int64_t)1 << shift));
}

double npy_value(const struct npy *array, uint64_t offset)
{
    const unsigned char *at = array->data + offset * array->width;
    uint64_t bits = 0;
    for (unsigned i = 0; i < array->width; i++)
        bits |= (uint64_t)at[i] << (8 * (array->big_endian ? array->width - 1 - i : i));
    switch (array->kind) {
    case 'f': return float_value(bits, array->width);
    case 'i': return signed_value(bits, array->width);
    case 'b': return bits ? 1 : 0;
    default: return (double)bits;
    }
}

void npy_format_shape(const struct npy *array, char *text, size_t size)
{
    size_t used = 0;
    for (int i = 0; i < array->rank && used < size; i++) {
        unsigned long long axis = array->size[i];
        used += (size_t)snprintf(text + used, size - used, "%s%llu", i ? ", " : "(", axis);
    }
    if (used < size)
        snprintf(text + used, size - used, array->rank ? ")" : "()");
}
