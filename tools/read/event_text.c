/* Address-event text: an event a line, numbers between blanks or commas; lines that begin with '#' or '%' and one line of
 * column names are passed over, and a first line of two numbers before lines of more is the sensor's columns and rows
 * (as event-camera data sets have it). Columns: t time, x, y, p polarity (above 0: ON), n number of the neuron, '_' one
 * that is not used. Times of x and y count from the first event, times of n from 0. */
#include "tools/read/camera.h"

#include "sim/memory.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAX 16
#define TIME_MOST_NS (INT64_MAX / 4)

struct text {
    struct spike_reading *reading;
    const struct spike_file *file;
    const char *columns;
    size_t column_count;
    const char *at;      /* in the bytes, which end with 0 */
    size_t line;
    const char *begin;   /* of the line */
    struct camera_recording recording;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == ',' || c == ';' || c == '\r';
}

static bool wrong(const struct text *in, const char *expected)
{
    char *place = memory_format("%s:%zu:%zu", in->file->path, in->line, (size_t)(in->at - in->begin) + 1);
    diagnostics_add(in->reading->diagnostics, place, "expected %s", expected);
    free(place);
    return false;
}

static void skip_space(struct text *in)
{
    while (is_space(*in->at))
        in->at++;
}

/* The beginning of a line with something in it that is no remark; false at the end. */
static bool next_line(struct text *in)
{
    for (;;) {
        while (*in->at && *in->at != '\n' && in->begin)
            in->at++;
        if (in->begin && *in->at)
            in->at++;
        if (!*in->at)
            return false;
        in->begin = in->at;
        in->line++;
        skip_space(in);
        if (*in->at && *in->at != '\n' && *in->at != '#' && *in->at != '%')
            return true;
    }
}

static size_t count_fields(const char *at)
{
    size_t count = 0;
    while (*at && *at != '\n') {
        while (is_space(*at))
            at++;
        count += *at && *at != '\n';
        while (*at && *at != '\n' && !is_space(*at))
            at++;
    }
    return count;
}

static bool begins_number(const char *at)
{
    at += *at == '-' || *at == '+';
    at += *at == '.';
    return isdigit((unsigned char)*at);
}

bool event_text_recognise(const struct spike_file *file)
{
    size_t looked = file->size < 4096 ? file->size : 4096;
    for (size_t i = 0; i < looked; i++)
        if (!isprint(file->bytes[i]) && !isspace(file->bytes[i]))
            return false;
    struct text in = {.file = file, .at = (const char *)file->bytes};
    bool line = next_line(&in);
    if (line && isalpha((unsigned char)*in.at))
        line = next_line(&in); /* names of columns */
    return line && begins_number(in.at) && count_fields(in.at) >= 2;
}

/* ---- one line ---- */

static bool read_number(struct text *in, double *out)
{
    char *end;
    if (!begins_number(in->at))
        return wrong(in, "a number");
    *out = strtod(in->at, &end);
    if (end == in->at || (*end && *end != '\n' && !is_space(*end)) || !isfinite(*out))
        return wrong(in, "a number");
    in->at = end;
    return true;
}

static bool read_whole(struct text *in, double most, double *out)
{
    const char *at = in->at;
    if (!read_number(in, out))
        return false;
    if (*out >= 0 && *out <= most && *out == floor(*out))
        return true;
    in->at = at;
    return wrong(in, "a whole number from 0 on, in range");
}

/* Decimal digits to nanoseconds without a detour through a double, which holds no nanosecond of a date. */
static bool read_time(struct text *in, int64_t *out)
{
    static const int64_t units[] = {[TIME_UNIT_S] = 1000000000, [TIME_UNIT_MS] = 1000000, [TIME_UNIT_US] = 1000,
                                    [TIME_UNIT_NS] = 1};
    int64_t unit = units[in->reading->options->time_unit], whole = 0, part = 0;
    const char *begin = in->at, *at = begin;
    bool minus = *at == '-';
    at += *at == '-' || *at == '+';
    while (isdigit((unsigned char)*at) && whole <= TIME_MOST_NS / unit / 10)
        whole = 10 * whole + (*at++ - '0');
    if (*at == '.')
        for (int64_t place = unit; isdigit((unsigned char)*++at);)
            part += (*at - '0') * (place /= 10);
    bool plain = at > in->at && (!*at || *at == '\n' || is_space(*at));
    double value = 0;
    if (!read_number(in, &value)) /* also where it ends */
        return false;
    if (!plain && !(fabs(value) < (double)TIME_MOST_NS / (double)unit)) {
        in->at = begin;
        return wrong(in, "a time in range");
    }
    *out = plain ? (minus ? -1 : 1) * (whole * unit + part) : (int64_t)(value * (double)unit);
    return true;
}

struct line {
    int64_t time_ns;
    double step, x, y, polarity, neuron;
};

static bool read_column(struct text *in, char column, struct line *out)
{
    double unused;
    bool steps = in->reading->options->time_unit == TIME_UNIT_STEP;
    switch (column) {
    case 't': return steps ? read_whole(in, SPIKE_STEPS_MAX, &out->step) : read_time(in, &out->time_ns);
    case 'x': return read_whole(in, 65535, &out->x);
    case 'y': return read_whole(in, 65535, &out->y);
    case 'p': return read_number(in, &out->polarity);
    case 'n': return read_whole(in, 4294967295.0, &out->neuron);
    default: return read_number(in, &unused);
    }
}

static bool read_line(struct text *in, struct line *out)
{
    *out = (struct line){.polarity = 1};
    for (size_t i = 0; i < in->column_count; i++) {
        if (!read_column(in, in->columns[i], out))
            return false;
        skip_space(in);
    }
    return !*in->at || *in->at == '\n' || wrong(in, "the end of the line (--columns says how many numbers it has)");
}

/* ---- the file ---- */

static bool check_columns(const struct text *in)
{
    const char *columns = in->columns, *expected = "letters t x y p n _, each at most once (but _), t and x y or n among them";
    bool good = in->column_count >= 2 && in->column_count <= COLUMNS_MAX && strspn(columns, "txypn_") == in->column_count;
    for (const char *c = "txypn"; good && *c; c++)
        good = !strchr(columns, *c) || strchr(columns, *c) == strrchr(columns, *c);
    bool camera = strchr(columns, 'x') && strchr(columns, 'y'), neuron = strchr(columns, 'n') != NULL;
    good = good && strchr(columns, 't') && camera != neuron;
    if (!good)
        return diagnostics_add(in->reading->diagnostics, "--columns", "'%.40s', expected %s", columns, expected);
    if (in->reading->options->time_unit == TIME_UNIT_UNKNOWN)
        return diagnostics_add(in->reading->diagnostics, in->file->path, "a text does not say what its times are, expected "
                               "--time-unit s, ms, us, ns or step");
    return (in->reading->options->dt_s > 0 || diagnostics_add(in->reading->diagnostics, in->file->path,
            "events carry times, expected --dt for the length of a step"));
}

static bool passes_head(struct text *in)
{
    bool line = next_line(in);
    if (line && isalpha((unsigned char)*in->at))
        line = next_line(in);
    double columns, rows;
    if (!line || count_fields(in->at) != 2 || in->column_count == 2)
        return line || wrong(in, "lines of events");
    if (!read_whole(in, 65536, &columns))
        return false;
    skip_space(in);
    if (!read_whole(in, 65536, &rows))
        return false;
    in->recording.columns = (uint32_t)columns;
    in->recording.rows = (uint32_t)rows;
    return next_line(in) || wrong(in, "lines of events");
}

static bool read_camera(struct text *in)
{
    struct line line;
    double dt_ns = in->reading->options->dt_s * 1e9;
    do {
        if (!read_line(in, &line))
            return false;
        if (in->reading->options->time_unit == TIME_UNIT_STEP)
            line.time_ns = (int64_t)fmin(line.step * dt_ns, (double)TIME_MOST_NS);
        struct camera_event event = {line.time_ns, (uint16_t)line.x, (uint16_t)line.y, line.polarity > 0};
        if (!camera_add(in->reading, in->file->path, &in->recording, event))
            return false;
    } while (next_line(in));
    return camera_sample(in->reading, in->file->path, &in->recording);
}

/* Twice through the text: the sample's length is the last event's. */
static bool read_neurons(struct text *in)
{
    const struct text start = *in;
    struct spike_reading *reading = in->reading;
    uint64_t steps = 1;
    for (int pass = 0; pass < 2; pass++) {
        struct line line;
        uint64_t number = 0;
        *in = start;
        if (pass && !reading_begin_sample(reading, in->file->path, -1, steps))
            return false;
        do {
            if (!read_line(in, &line))
                return false;
            if (line.time_ns < 0)
                return wrong(in, "a time from 0 on");
            uint64_t step = reading->options->time_unit == TIME_UNIT_STEP
                                ? (uint64_t)line.step : spike_step((double)line.time_ns * 1e-9, reading->options->dt_s);
            steps = step + 1 > steps ? step + 1 : steps;
            if (pass && !reading_add_event(reading, in->file->path, number++, step, (int64_t)line.neuron, 1))
                return false;
        } while (next_line(in));
    }
    return reading_end_sample(reading);
}

bool event_text_read(struct spike_reading *reading, const struct spike_file *file)
{
    const char *columns = reading->options->columns ? reading->options->columns : "txyp";
    struct text in = {.reading = reading, .file = file, .columns = columns, .column_count = strlen(columns),
                      .at = (const char *)file->bytes};
    if (!check_columns(&in) || !reading_set_dt(reading, file->path, 0) || !passes_head(&in))
        return false;
    bool good = strchr(columns, 'n') ? read_neurons(&in) : read_camera(&in);
    free(in.recording.events);
    return good;
}
