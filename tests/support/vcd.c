#include "tests/support/vcd.h"

#include "sim/memory.h"
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 8

struct reading {
    FILE *file;
    struct vcd *vcd;
    char word[256];
    char *scope[DEPTH_MAX];
    int depth;
    double hz, unit_s;
    uint64_t time, *since; /* [signals]: time of the last change */
    double *limits;        /* [signals], in steps */
    size_t *by_id;         /* signals, sorted by id */
};

static bool next_word(struct reading *reading)
{
    return fscanf(reading->file, "%255s", reading->word) == 1;
}

static const char *need_word(struct reading *reading)
{
    ck_assert_msg(next_word(reading), "the dump ends in the middle of a declaration");
    return reading->word;
}

static void need(struct reading *reading, const char *word)
{
    ck_assert_str_eq(need_word(reading), word);
}

/* ---- declarations ---- */

static void read_timescale(struct reading *reading)
{
    static const char *const units[] = {"s", "ms", "us", "ns", "ps", "fs"};
    int factor = atoi(need_word(reading)), unit = 0;
    ck_assert(factor == 1 || factor == 10 || factor == 100);
    need_word(reading);
    while (unit < 6 && strcmp(units[unit], reading->word))
        unit++;
    ck_assert_int_lt(unit, 6);
    reading->unit_s = factor * pow(10, -3 * unit);
    need(reading, "$end");
}

static void read_comment(struct reading *reading)
{
    while (strcmp(need_word(reading), "$end"))
        if (!strcmp(reading->word, "clock"))
            reading->hz = strtod(need_word(reading), NULL);
}

static void read_variable(struct reading *reading)
{
    struct vcd *vcd = reading->vcd;
    bool integer = !strcmp(need_word(reading), "integer");
    ck_assert(integer || !strcmp(reading->word, "wire"));
    struct vcd_signal signal = {.bits = (uint32_t)atoi(need_word(reading))};
    ck_assert_uint_eq(signal.bits, integer ? 32 : 1);
    signal.id = memory_copy_string(need_word(reading));
    for (const char *c = signal.id; *c; c++)
        ck_assert(*c >= '!' && *c <= '~');
    signal.path = memory_copy_string(need_word(reading));
    for (int i = reading->depth - 1; i >= 0; i--) {
        char *longer = memory_format("%s.%s", reading->scope[i], signal.path);
        free(signal.path);
        signal.path = longer;
    }
    need(reading, "$end");
    vcd->signals = memory_grow(vcd->signals, &vcd->capacity, vcd->count + 1, sizeof *vcd->signals);
    vcd->signals[vcd->count++] = signal;
}

static void read_declarations(struct reading *reading)
{
    while (strcmp(need_word(reading), "$enddefinitions")) {
        if (!strcmp(reading->word, "$timescale")) {
            read_timescale(reading);
        } else if (!strcmp(reading->word, "$scope")) {
            ck_assert_int_lt(reading->depth, DEPTH_MAX);
            need(reading, "module");
            reading->scope[reading->depth++] = memory_copy_string(need_word(reading));
            need(reading, "$end");
        } else if (!strcmp(reading->word, "$upscope")) {
            ck_assert_int_gt(reading->depth, 0);
            free(reading->scope[--reading->depth]);
            need(reading, "$end");
        } else if (!strcmp(reading->word, "$var")) {
            read_variable(reading);
        } else {
            ck_assert(!strcmp(reading->word, "$version") || !strcmp(reading->word, "$comment"));
            read_comment(reading);
        }
    }
    need(reading, "$end");
    ck_assert_int_eq(reading->depth, 0);
    ck_assert(reading->hz > 0 && reading->unit_s > 0);
    reading->vcd->cycle = 1 / (reading->hz * reading->unit_s);
}

/* ---- identifiers ---- */

static const struct vcd *sorting;

static int by_id(const void *a, const void *b)
{
    return strcmp(sorting->signals[*(const size_t *)a].id, sorting->signals[*(const size_t *)b].id);
}

static void index_ids(struct reading *reading)
{
    struct vcd *vcd = reading->vcd;
    reading->by_id = memory_array(vcd->count, sizeof *reading->by_id);
    for (size_t i = 0; i < vcd->count; i++)
        reading->by_id[i] = i;
    sorting = vcd;
    qsort(reading->by_id, vcd->count, sizeof *reading->by_id, by_id);
    for (size_t i = 1; i < vcd->count; i++)
        ck_assert_str_ne(vcd->signals[reading->by_id[i - 1]].id, vcd->signals[reading->by_id[i]].id);
}

static size_t declared(const struct reading *reading, const char *id)
{
    size_t low = 0, high = reading->vcd->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(reading->vcd->signals[reading->by_id[middle]].id, id);
        if (order == 0)
            return reading->by_id[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    ck_abort_msg("identifier %s was not declared", id);
}

/* ---- changes ---- */

static void integrate(struct reading *reading, size_t number)
{
    struct vcd_signal *signal = &reading->vcd->signals[number];
    double from = (double)reading->since[number], to = (double)reading->time, limit = reading->limits[number];
    if (to > limit)
        to = limit;
    if (signal->set && to > from)
        signal->integral += (double)signal->value * (to - from) / reading->vcd->cycle;
    reading->since[number] = reading->time;
}

static void change(struct reading *reading, const char *id, int64_t value, bool vector)
{
    size_t number = declared(reading, id);
    struct vcd_signal *signal = &reading->vcd->signals[number];
    ck_assert_int_eq(vector, signal->bits > 1);
    integrate(reading, number);
    signal->value = value;
    signal->lowest = !signal->set || value < signal->lowest ? value : signal->lowest;
    signal->highest = !signal->set || value > signal->highest ? value : signal->highest;
    signal->changes += signal->set;
    signal->set = true;
}

static int64_t vector_of(const char *digits)
{
    uint32_t value = 0;
    ck_assert(strlen(digits) >= 1 && strlen(digits) <= 32 && strspn(digits, "01") == strlen(digits));
    for (; *digits; digits++)
        value = value << 1 | (uint32_t)(*digits - '0');
    return (int32_t)value;
}

static void advance(struct reading *reading)
{
    char *end;
    uint64_t time = strtoull(reading->word + 1, &end, 10);
    ck_assert(end > reading->word + 1 && *end == '\0');
    ck_assert_msg(time > reading->time || time == 0, "time %s does not grow", reading->word);
    reading->time = time;
}

static void read_changes(struct reading *reading)
{
    bool first = true;
    while (next_word(reading)) {
        char *word = reading->word;
        ck_assert(first == (word[0] == '#' && first));
        first = false;
        if (word[0] == '#') {
            advance(reading);
        } else if (word[0] == 'b') {
            int64_t value = vector_of(word + 1);
            change(reading, need_word(reading), value, true);
        } else if (strcmp(word, "$dumpvars") && strcmp(word, "$end")) {
            ck_assert(word[0] == '0' || word[0] == '1');
            change(reading, word + 1, word[0] - '0', false);
        }
    }
}

void vcd_read(const char *path, double (*limit)(void *context, const char *path), void *context, struct vcd *out)
{
    *out = (struct vcd){0};
    struct reading reading = {.file = fopen(path, "r"), .vcd = out};
    ck_assert_ptr_nonnull(reading.file);
    read_declarations(&reading);
    index_ids(&reading);
    reading.since = memory_array(out->count, sizeof *reading.since);
    reading.limits = memory_array(out->count, sizeof *reading.limits);
    for (size_t i = 0; i < out->count; i++)
        reading.limits[i] = limit(context, out->signals[i].path) * out->cycle;
    read_changes(&reading);
    for (size_t i = 0; i < out->count; i++)
        integrate(&reading, i);
    out->last_time = reading.time;
    fclose(reading.file);
    free(reading.since);
    free(reading.limits);
    free(reading.by_id);
}

void vcd_free(struct vcd *vcd)
{
    for (size_t i = 0; i < vcd->count; i++) {
        free(vcd->signals[i].path);
        free(vcd->signals[i].id);
    }
    free(vcd->signals);
}

const struct vcd_signal *vcd_find(const struct vcd *vcd, const char *path)
{
    for (size_t i = 0; i < vcd->count; i++)
        if (!strcmp(vcd->signals[i].path, path))
            return &vcd->signals[i];
    return NULL;
}

double vcd_sum(const struct vcd *vcd, const char *begins, const char *ends)
{
    double sum = 0;
    for (size_t i = 0; i < vcd->count; i++) {
        const char *path = vcd->signals[i].path;
        size_t length = strlen(path), tail = strlen(ends);
        if (!strncmp(path, begins, strlen(begins)) && length >= tail && !strcmp(path + length - tail, ends))
            sum += vcd->signals[i].integral;
    }
    return sum;
}
