/* The description of streams in an AEDAT 4 header: a tree of <node name="..."> and <attr key="..."> below the node
 * outInfo, a stream for each of its nodes. Expat parses; entities of a document type are refused. */
#include "tools/read/camera.h"

#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 16
#define TEXT_MAX 64

struct description {
    struct aedat_streams *out;
    XML_Parser parser;
    char names[DEPTH_MAX][TEXT_MAX]; /* of the nodes we are in */
    unsigned depth;
    char key[TEXT_MAX];  /* of the attribute we are in, "" : none */
    char text[TEXT_MAX]; /* of it, so far */
    bool deep;
};

static const char *value_of(const char **attributes, const char *name)
{
    for (; attributes[0]; attributes += 2)
        if (strcmp(attributes[0], name) == 0)
            return attributes[1];
    return "";
}

static bool in_stream(const struct description *at)
{
    return at->depth >= 2 && strcmp(at->names[0], "outInfo") == 0;
}

static void begin(void *context, const char *name, const char **attributes)
{
    struct description *at = context;
    if (strcmp(name, "attr") == 0) {
        snprintf(at->key, sizeof at->key, "%s", value_of(attributes, "key"));
        at->text[0] = '\0';
    } else if (strcmp(name, "node") == 0 && at->depth < DEPTH_MAX) {
        snprintf(at->names[at->depth++], TEXT_MAX, "%s", value_of(attributes, "name"));
        if (at->depth != 2 || !in_stream(at))
            return;
        at->deep = at->deep || at->out->count == AEDAT_STREAMS_MAX;
        if (!at->deep)
            at->out->stream[at->out->count++] = (struct aedat_stream){.id = (int32_t)strtol(at->names[1], NULL, 10)};
    } else if (strcmp(name, "node") == 0) {
        at->deep = true;
        XML_StopParser(at->parser, XML_FALSE);
    }
}

static uint32_t size_of(const char *text)
{
    long size = strtol(text, NULL, 10);
    return size > 0 && size <= 65536 ? (uint32_t)size : 0;
}

static void end(void *context, const char *name)
{
    struct description *at = context;
    struct aedat_stream *stream = in_stream(at) && at->out->count ? &at->out->stream[at->out->count - 1] : NULL;
    if (strcmp(name, "node") == 0 && at->depth) {
        at->depth--;
    } else if (strcmp(name, "attr") == 0 && stream) {
        if (at->depth == 2 && strcmp(at->key, "typeIdentifier") == 0)
            snprintf(stream->type, sizeof stream->type, "%.4s", at->text);
        else if (at->depth == 3 && strcmp(at->names[2], "info") == 0 && strcmp(at->key, "sizeX") == 0)
            stream->columns = size_of(at->text);
        else if (at->depth == 3 && strcmp(at->names[2], "info") == 0 && strcmp(at->key, "sizeY") == 0)
            stream->rows = size_of(at->text);
        at->key[0] = '\0';
    }
}

static void add_text(void *context, const char *text, int length)
{
    struct description *at = context;
    size_t used = strlen(at->text);
    if (at->key[0])
        snprintf(at->text + used, sizeof at->text - used, "%.*s", length, text);
}

static void refuse_type(void *context, const char *name, const char *system, const char *public, int internal)
{
    (void)name, (void)system, (void)public, (void)internal;
    XML_StopParser(((struct description *)context)->parser, XML_FALSE);
}

bool aedat_streams_read(const char *path, const char *text, size_t size, struct aedat_streams *out,
                        struct diagnostics *diagnostics)
{
    struct description at = {.out = out, .parser = XML_ParserCreate("UTF-8")};
    *out = (struct aedat_streams){0};
    if (!at.parser || size > (1u << 24)) {
        XML_ParserFree(at.parser);
        return diagnostics_add(diagnostics, path, "its description of streams is too long");
    }
    XML_SetUserData(at.parser, &at);
    XML_SetElementHandler(at.parser, begin, end);
    XML_SetCharacterDataHandler(at.parser, add_text);
    XML_SetStartDoctypeDeclHandler(at.parser, refuse_type);
    bool good = XML_Parse(at.parser, text, (int)size, 1) == XML_STATUS_OK;
    if (!good || at.deep)
        diagnostics_add(diagnostics, path, "its description of streams is no such XML: line %lu: %s",
                        (unsigned long)XML_GetCurrentLineNumber(at.parser),
                        at.deep ? "nested too deep or too many streams" : XML_ErrorString(XML_GetErrorCode(at.parser)));
    XML_ParserFree(at.parser);
    return good && !at.deep;
}
