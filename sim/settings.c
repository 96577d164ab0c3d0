#include "sim/settings.h"

#include "sim/memory.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <yaml.h>

struct reader {
    yaml_parser_t parser;
    const char *path;
    uint32_t layer;
    size_t first; /* index of this file's first setting */
    struct settings *settings;
    struct diagnostics *diagnostics;
};

char *settings_quote(const char *text)
{
    char shown[61];
    size_t length = 0;
    while (text[length] && length < sizeof shown - 1) {
        unsigned char byte = (unsigned char)text[length];
        shown[length++] = byte < 0x20 || byte == 0x7f ? '?' : (char)byte;
    }
    const char *more = text[length] ? "..." : "";
    while (*more && length && ((unsigned char)text[length] & 0xc0) == 0x80)
        length--; /* do not cut a UTF-8 character in two */
    shown[length] = '\0';
    return memory_format("\"%s\"%s", shown, more);
}

static char *place_of(const char *path, yaml_mark_t mark)
{
    return memory_format("%s:%zu:%zu", path, mark.line + 1, mark.column + 1);
}

/* Returns false, as diagnostics_add does. */
static bool complain(struct reader *reader, yaml_mark_t mark, const char *what)
{
    char *place = place_of(reader->path, mark);
    diagnostics_add(reader->diagnostics, place, "%s", what);
    free(place);
    return false;
}

static struct setting *append(struct settings *settings)
{
    settings->items = memory_grow(settings->items, &settings->capacity, settings->count + 1, sizeof *settings->items);
    struct setting *item = &settings->items[settings->count++];
    *item = (struct setting){0};
    return item;
}

static bool syntax_error(struct reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    const char *problem = parser->problem ? parser->problem : "unreadable";
    if (parser->error == YAML_READER_ERROR)
        return diagnostics_add(reader->diagnostics, reader->path, "not YAML at byte %zu: %s, expected UTF-8 text",
                               parser->problem_offset, problem);
    char *place = place_of(reader->path, parser->problem_mark);
    diagnostics_add(reader->diagnostics, place, "not YAML: %s, expected \"key: value\" lines", problem);
    free(place);
    return false;
}

static bool next_event(struct reader *reader, yaml_event_t *event)
{
    return yaml_parser_parse(&reader->parser, event) ? true : syntax_error(reader);
}

/* Passes over the rest of a list whose start was just read. */
static bool skip_list(struct reader *reader)
{
    for (int depth = 1; depth > 0;) {
        yaml_event_t event;
        if (!next_event(reader, &event))
            return false;
        yaml_mark_t mark = event.start_mark;
        if (event.type == YAML_SEQUENCE_START_EVENT || event.type == YAML_MAPPING_START_EVENT)
            depth++;
        if (event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT)
            depth--;
        yaml_event_delete(&event);
        if (depth > SETTINGS_NESTING)
            return complain(reader, mark, "nested too deeply, expected at most 16 levels");
    }
    return true;
}

static bool scalar_is_sound(struct reader *reader, const yaml_event_t *event, size_t limit, const char *what)
{
    size_t length = event->data.scalar.length;
    if (memchr(event->data.scalar.value, 0, length))
        return complain(reader, event->start_mark, "a NUL character in the text, expected none");
    if (length <= limit)
        return true;
    char *text = memory_format("%s of %zu bytes, expected at most %zu", what, length, limit);
    complain(reader, event->start_mark, text);
    free(text);
    return false;
}

static bool has_decoration(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT: return event->data.scalar.anchor || event->data.scalar.tag;
    case YAML_MAPPING_START_EVENT: return event->data.mapping_start.anchor || event->data.mapping_start.tag;
    case YAML_SEQUENCE_START_EVENT: return event->data.sequence_start.anchor || event->data.sequence_start.tag;
    default: return false;
    }
}

/* Reads a key into a fresh dotted path; NULL when it is none. */
static char *read_key(struct reader *reader, const char *prefix, const yaml_event_t *event)
{
    if (event->type != YAML_SCALAR_EVENT || has_decoration(event)) {
        complain(reader, event->start_mark, "not a key, expected a plain word (no lists, aliases or tags)");
        return NULL;
    }
    size_t limit = SETTINGS_KEY_BYTES - strlen(prefix);
    if (!scalar_is_sound(reader, event, limit, "a key"))
        return NULL;
    return memory_format("%s%s%s", prefix, *prefix ? "." : "", (const char *)event->data.scalar.value);
}

static void complain_if_twice(struct reader *reader, const char *key, yaml_mark_t mark)
{
    for (size_t i = reader->first; i < reader->settings->count; i++) {
        const struct setting *earlier = &reader->settings->items[i];
        if (strcmp(earlier->key, key) != 0)
            continue;
        char *place = place_of(reader->path, mark), *quoted = settings_quote(key);
        diagnostics_add(reader->diagnostics, place, "key %s for the second time (first at %s), expected it once",
                        quoted, earlier->key_place);
        free(quoted);
        free(place);
        return;
    }
}

static bool read_mapping(struct reader *reader, const char *prefix, int depth);

static void keep_scalar(struct reader *reader, struct setting *item, const yaml_event_t *event)
{
    if (!scalar_is_sound(reader, event, SETTINGS_TEXT_BYTES, "a text"))
        return;
    item->kind = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE ? SETTING_PLAIN : SETTING_QUOTED;
    free(item->text);
    item->text = memory_copy_string((const char *)event->data.scalar.value);
}

static bool read_value(struct reader *reader, const char *key, yaml_mark_t key_mark, const yaml_event_t *event,
                       int depth)
{
    complain_if_twice(reader, key, key_mark);
    struct setting *item = append(reader->settings);
    *item = (struct setting){.key = memory_copy_string(key),
                             .text = memory_copy_string(""),
                             .kind = SETTING_BROKEN,
                             .layer = reader->layer,
                             .key_place = place_of(reader->path, key_mark),
                             .value_place = place_of(reader->path, event->start_mark)};
    bool list = event->type == YAML_SEQUENCE_START_EVENT;
    if (has_decoration(event) || event->type == YAML_ALIAS_EVENT)
        complain(reader, event->start_mark, "an anchor, alias or tag, expected the value itself");
    else if (event->type == YAML_SCALAR_EVENT)
        keep_scalar(reader, item, event);
    else if (list)
        complain(reader, event->start_mark, "a list, expected one value or \"key: value\" lines");
    else
        item->kind = SETTING_MAPPING;
    if (event->type == YAML_MAPPING_START_EVENT)
        return read_mapping(reader, key, depth + 1);
    return list ? skip_list(reader) : true;
}

static bool read_pair(struct reader *reader, const char *prefix, const yaml_event_t *key_event, int depth)
{
    if (reader->settings->count - reader->first >= SETTINGS_PER_FILE)
        return complain(reader, key_event->start_mark, "too many keys, expected at most 4096 in a file");
    char *key = read_key(reader, prefix, key_event);
    yaml_event_t value;
    if (!key || !next_event(reader, &value)) {
        free(key);
        return false;
    }
    bool ok = read_value(reader, key, key_event->start_mark, &value, depth);
    yaml_event_delete(&value);
    free(key);
    return ok;
}

/* The mapping's start was just read; reads to its end. */
static bool read_mapping(struct reader *reader, const char *prefix, int depth)
{
    for (;;) {
        yaml_event_t event;
        if (!next_event(reader, &event))
            return false;
        bool end = event.type == YAML_MAPPING_END_EVENT, ok = true;
        if (!end && depth > SETTINGS_NESTING)
            ok = complain(reader, event.start_mark, "nested too deeply, expected at most 16 levels");
        else if (!end)
            ok = read_pair(reader, prefix, &event, depth);
        yaml_event_delete(&event);
        if (end || !ok)
            return ok;
    }
}

/* Stream start, one document whose root is a mapping, stream end. */
static bool read_document(struct reader *reader)
{
    static const yaml_event_type_t expected[] = {YAML_STREAM_START_EVENT, YAML_DOCUMENT_START_EVENT,
                                                 YAML_MAPPING_START_EVENT, YAML_DOCUMENT_END_EVENT,
                                                 YAML_STREAM_END_EVENT};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        yaml_event_t event;
        if (!next_event(reader, &event))
            return false;
        bool ok = event.type == expected[i] && !has_decoration(&event);
        if (!ok)
            complain(reader, event.start_mark,
                     event.type == YAML_STREAM_END_EVENT ? "the file is empty, expected \"key: value\" lines"
                     : i > 2                             ? "a second document, expected one"
                                                         : "not a mapping, expected \"key: value\" lines");
        yaml_event_delete(&event);
        if (!ok || (expected[i] == YAML_MAPPING_START_EVENT && !read_mapping(reader, "", 1)))
            return false;
    }
    return true;
}

/* `place`: where another file names this one, or NULL. */
static bool refuse_file(const char *path, const char *place, const char *why, struct diagnostics *diagnostics)
{
    if (place)
        diagnostics_add(diagnostics, place, "cannot read %s: %s", path, why);
    else
        diagnostics_add(diagnostics, path, "cannot be read: %s", why);
    return false;
}

static bool open_file(const char *path, const char *place, FILE **out, struct stat *about,
                      struct diagnostics *diagnostics)
{
    if (stat(path, about) != 0)
        return refuse_file(path, place, strerror(errno), diagnostics);
    if (!S_ISREG(about->st_mode))
        return refuse_file(path, place, "not a file, expected a YAML file", diagnostics);
    if (about->st_size > (off_t)SETTINGS_FILE_BYTES)
        return refuse_file(path, place, "larger than 1 MiB, expected a YAML file", diagnostics);
    *out = fopen(path, "rb");
    return *out ? true : refuse_file(path, place, strerror(errno), diagnostics);
}

static bool read_file(FILE *file, const char *path, uint32_t layer, struct settings *settings,
                      struct diagnostics *diagnostics)
{
    struct reader reader = {
        .path = path, .layer = layer, .first = settings->count, .settings = settings, .diagnostics = diagnostics};
    unsigned char *bytes = memory_array(SETTINGS_FILE_BYTES, 1);
    size_t size = fread(bytes, 1, SETTINGS_FILE_BYTES, file);
    bool ok = !ferror(file) || diagnostics_add(diagnostics, path, "cannot read: %s", strerror(errno));
    if (ok && !yaml_parser_initialize(&reader.parser))
        ok = diagnostics_add(diagnostics, path, "cannot read: the YAML parser does not start");
    else if (ok) {
        yaml_parser_set_input_string(&reader.parser, bytes, size);
        ok = read_document(&reader);
        yaml_parser_delete(&reader.parser);
    }
    free(bytes);
    return ok;
}

static void release(struct setting *item)
{
    free(item->key);
    free(item->text);
    free(item->key_place);
    free(item->value_place);
}

/* Takes `base` out of the settings from `first` on; false when there is none. */
static bool take_base(struct settings *settings, size_t first, struct setting *base)
{
    for (size_t i = first; i < settings->count; i++) {
        if (strcmp(settings->items[i].key, "base") != 0)
            continue;
        *base = settings->items[i];
        memmove(&settings->items[i], &settings->items[i + 1], (settings->count - i - 1) * sizeof *base);
        settings->count--;
        return true;
    }
    return false;
}

/* The files of one chain, to find that a file is its own base. */
struct chain {
    struct stat seen[SETTINGS_BASES];
    uint32_t length;
};

static bool closes_a_circle(const struct chain *chain, const struct stat *about)
{
    for (uint32_t i = 0; i < chain->length; i++)
        if (chain->seen[i].st_dev == about->st_dev && chain->seen[i].st_ino == about->st_ino)
            return true;
    return false;
}

static bool load_chain(const char *path, const char *place, struct chain *chain, struct settings *settings,
                       struct diagnostics *diagnostics);

static bool load_base(const char *path, struct setting *base, struct chain *chain, struct settings *settings,
                      struct diagnostics *diagnostics)
{
    bool usable = (base->kind == SETTING_PLAIN || base->kind == SETTING_QUOTED) && *base->text;
    if (!usable && base->kind != SETTING_BROKEN)
        diagnostics_add(diagnostics, base->value_place, "base is no file name, expected the path of a YAML file");
    if (!usable)
        return false;
    char *named = parameters_relative_path(path, base->text);
    bool ok = load_chain(named, base->value_place, chain, settings, diagnostics);
    free(named);
    return ok;
}

/* place: where the file is named; NULL for the first. */
static bool load_chain(const char *path, const char *place, struct chain *chain, struct settings *settings,
                       struct diagnostics *diagnostics)
{
    FILE *file;
    struct stat about;
    if (chain->length == SETTINGS_BASES)
        return diagnostics_add(diagnostics, place, "a chain of more than %d files, expected fewer", SETTINGS_BASES);
    if (!open_file(path, place, &file, &about, diagnostics))
        return false;
    bool ok = !closes_a_circle(chain, &about) ||
              diagnostics_add(diagnostics, place, "base %s leads back to itself, expected another file", path);
    chain->seen[chain->length++] = about;
    size_t first = settings->count;
    ok = ok && read_file(file, path, chain->length, settings, diagnostics);
    fclose(file);
    struct setting base = {0};
    if (ok && take_base(settings, first, &base))
        ok = load_base(path, &base, chain, settings, diagnostics);
    release(&base);
    return ok;
}

static void add_override(const char *text, struct settings *settings, struct diagnostics *diagnostics)
{
    const char *equals = strchr(text, '=');
    size_t length = equals ? (size_t)(equals - text) : 0;
    if (!length || length > SETTINGS_KEY_BYTES || strlen(equals + 1) > SETTINGS_TEXT_BYTES) {
        char *quoted = settings_quote(text);
        diagnostics_add(diagnostics, "--set", "%s, expected key=value", quoted);
        free(quoted);
        return;
    }
    char *key = memory_copy_string(text);
    key[length] = '\0';
    struct setting *item = append(settings);
    *item = (struct setting){.key = key,
                             .text = memory_copy_string(equals + 1),
                             .kind = SETTING_PLAIN,
                             .key_place = memory_format("--set %s", key),
                             .value_place = memory_format("--set %s", key)};
}

bool settings_load(const char *path, const struct parameter_override *overrides, size_t override_count,
                   struct settings *out, struct diagnostics *diagnostics)
{
    *out = (struct settings){0};
    for (size_t i = 0; i < override_count; i++)
        add_override(overrides[i].text, out, diagnostics);
    struct chain chain = {.length = 0};
    return load_chain(path, NULL, &chain, out, diagnostics);
}

void settings_free(struct settings *settings)
{
    for (size_t i = 0; i < settings->count; i++)
        release(&settings->items[i]);
    free(settings->items);
    *settings = (struct settings){0};
}
