/* HDF5 files: opening, links, attributes. Datasets are read in h5_read.c and written in h5_write.c. */
#include "tools/file/h5_private.h"

#include "sim/memory.h"
#include "tools/file/unfinished.h"
#include "sim/panic.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MAX 2000000u
#define ATTRIBUTE_BYTES_MAX (1u << 24)

bool h5_fail(const struct h5 *file, const char *dataset, struct diagnostics *diagnostics, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    char *place = memory_format("%s: %s", file->path, dataset);
    diagnostics_add(diagnostics, place, "%s", text);
    free(place);
    return false;
}

const char *h5_class_name(H5T_class_t class)
{
    switch (class) {
    case H5T_INTEGER: return "an integer";
    case H5T_FLOAT: return "a number";
    case H5T_STRING: return "text";
    case H5T_COMPOUND: return "a compound";
    case H5T_ENUM: return "an enumeration";
    case H5T_REFERENCE: return "a reference";
    case H5T_OPAQUE: return "opaque data";
    case H5T_BITFIELD: return "a bit field";
    case H5T_VLEN: return "a list of variable length";
    case H5T_ARRAY: return "an array type";
    default: return "an unknown type";
    }
}

/* The library prints a stack of its own for every failure; ours are messages. Filters come from the library alone: a
 * file must not make it load a plugin. Its own clean-up at exit crashes (1.10.8) when a full disk kept a file from
 * being closed; every file is closed explicitly, so it is not needed. */
void h5_begin(void)
{
    H5dont_atexit();
    must(H5open() >= 0);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5PLset_loading_state(0);
}

bool h5_is_hdf5(const char *path)
{
    struct stat info;
    h5_begin();
    return stat(path, &info) == 0 && S_ISREG(info.st_mode) && H5Fis_hdf5(path) > 0;
}

bool h5_open(const char *path, struct h5 **out, struct diagnostics *diagnostics)
{
    struct stat info;
    *out = NULL;
    if (stat(path, &info) != 0)
        return diagnostics_add(diagnostics, path, "cannot open: %s", strerror(errno));
    if (!S_ISREG(info.st_mode))
        return diagnostics_add(diagnostics, path, "is not a regular file, expected an HDF5 file");
    if (access(path, R_OK) != 0)
        return diagnostics_add(diagnostics, path, "cannot read: %s", strerror(errno));
    if (info.st_size == 0)
        return diagnostics_add(diagnostics, path, "is empty, expected an HDF5 file");
    if (!h5_is_hdf5(path))
        return diagnostics_add(diagnostics, path, "is not HDF5, expected an HDF5 file");
    const char *problem = h5_heap_problem(path, (uint64_t)info.st_size);
    if (problem)
        return diagnostics_add(diagnostics, path, "%s", problem);
    if (!h5_probe(path, (uint64_t)info.st_size, diagnostics))
        return false;
    hid_t access_list = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fclose_degree(access_list, H5F_CLOSE_STRONG);
    hid_t id = H5Fopen(path, H5F_ACC_RDONLY, access_list);
    H5Pclose(access_list);
    if (id < 0)
        return diagnostics_add(diagnostics, path, "is truncated or damaged, expected a whole HDF5 file");
    struct h5 *file = memory_array(1, sizeof *file);
    *file = (struct h5){.id = id, .path = memory_copy_string(path), .bytes = (uint64_t)info.st_size};
    *out = file;
    return true;
}

void h5_close(struct h5 *file)
{
    if (!file)
        return;
    if (file->id >= 0)
        H5Fclose(file->id);
    if (file->part) {
        unlink(file->part);
        unfinished_forget(file->part);
    }
    free(file->part);
    free(file->path);
    free(file->error);
    free(file);
}

const char *h5_path(const struct h5 *file)
{
    return file->path;
}

/* ---- links ---- */

static const char *link_problem(hid_t id, const char *prefix, size_t length)
{
    const char *name = prefix + length;
    while (name > prefix && name[-1] != '/')
        name--;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return "has a name that is no name, expected one other than '.' and '..'";
    H5L_info_t info;
    if (H5Lget_info(id, prefix, &info, H5P_DEFAULT) < 0)
        return "is missing";
    if (info.type != H5L_TYPE_HARD)
        return "is a soft or external link, expected data in the file itself";
    return NULL;
}

const char *h5_path_problem(struct h5 *file, const char *path)
{
    char *prefix = memory_copy_string(path);
    const char *problem = NULL;
    size_t length = strlen(path);
    for (size_t end = 1; end <= length && !problem; end++) {
        if ((path[end] != '/' && path[end] != '\0') || path[end - 1] == '/')
            continue;
        prefix[end] = '\0';
        problem = link_problem(file->id, prefix, end);
        prefix[end] = path[end];
    }
    free(prefix);
    return problem;
}

static H5I_type_t kind_of(struct h5 *file, const char *path)
{
    if (h5_path_problem(file, path))
        return H5I_BADID;
    hid_t object = H5Oopen(file->id, path, H5P_DEFAULT);
    if (object < 0)
        return H5I_BADID;
    H5I_type_t kind = H5Iget_type(object);
    H5Oclose(object);
    return kind;
}

bool h5_exists(struct h5 *file, const char *path)
{
    H5I_type_t kind = kind_of(file, path);
    return kind == H5I_GROUP || kind == H5I_DATASET;
}

bool h5_is_group(struct h5 *file, const char *path)
{
    return kind_of(file, path) == H5I_GROUP;
}

struct name_list {
    char **names;
    size_t count, capacity;
};

static herr_t keep_name(hid_t group, const char *name, const H5L_info_t *info, void *context)
{
    struct name_list *list = context;
    (void)group, (void)info;
    if (list->count >= LINKS_MAX)
        return -1;
    list->names = memory_grow(list->names, &list->capacity, list->count + 1, sizeof *list->names);
    list->names[list->count++] = memory_copy_string(name);
    return 0;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool h5_list(struct h5 *file, const char *group, char ***names, size_t *count, struct diagnostics *diagnostics)
{
    struct name_list list = {0};
    *names = NULL;
    *count = 0;
    const char *problem = h5_path_problem(file, group);
    if (problem)
        return h5_fail(file, group, diagnostics, "%s", problem);
    hid_t id = H5Gopen2(file->id, group, H5P_DEFAULT);
    if (id < 0)
        return h5_fail(file, group, diagnostics, "is not a group, expected one");
    herr_t status = H5Literate(id, H5_INDEX_NAME, H5_ITER_INC, NULL, keep_name, &list);
    H5Gclose(id);
    if (status < 0) {
        h5_free_strings(list.names, list.count);
        return h5_fail(file, group, diagnostics, "cannot be listed: damaged, or more than %u names", LINKS_MAX);
    }
    if (list.count)
        qsort(list.names, list.count, sizeof *list.names, by_text);
    *names = list.names;
    *count = list.count;
    return true;
}

void h5_free_strings(char **strings, size_t count)
{
    for (size_t i = 0; strings && i < count; i++)
        free(strings[i]);
    free(strings);
}

/* ---- attributes ---- */

bool h5_attribute_exists(struct h5 *file, const char *path, const char *name)
{
    return h5_exists(file, path) && H5Aexists_by_name(file->id, path, name, H5P_DEFAULT) > 0;
}

/* Opens a scalar attribute of class `wanted`, or of class `other`; *type is its type. Negative: failed, and said. */
static hid_t attribute_open(struct h5 *file, const char *path, const char *name, const char *expected,
                            H5T_class_t wanted, H5T_class_t other, hid_t *type, struct diagnostics *diagnostics)
{
    if (!h5_attribute_exists(file, path, name)) {
        h5_fail(file, path, diagnostics, "has no attribute '%s', expected %s", name, expected);
        return -1;
    }
    hid_t id = H5Aopen_by_name(file->id, path, name, H5P_DEFAULT, H5P_DEFAULT);
    hid_t space = id < 0 ? -1 : H5Aget_space(id);
    *type = id < 0 ? -1 : H5Aget_type(id);
    bool scalar = space >= 0 && H5Sget_simple_extent_npoints(space) == 1;
    H5T_class_t class = *type < 0 ? H5T_NO_CLASS : H5Tget_class(*type);
    if (space >= 0)
        H5Sclose(space);
    if (scalar && (class == wanted || class == other) && H5Tget_size(*type) <= ATTRIBUTE_BYTES_MAX)
        return id;
    h5_fail(file, path, diagnostics, "attribute '%s' is %s%s, expected %s", name, scalar ? "" : "not one value but ",
            h5_class_name(class), expected);
    if (*type >= 0)
        H5Tclose(*type);
    if (id >= 0)
        H5Aclose(id);
    return -1;
}

/* A string of fixed length, padded by NULs or spaces as its type says. */
static char *attribute_fixed(hid_t id, hid_t type)
{
    size_t size = H5Tget_size(type);
    char *text = memory_array(size + 1, 1);
    if (H5Aread(id, type, text) < 0) {
        free(text);
        return NULL;
    }
    size_t end = strlen(text);
    while (H5Tget_strpad(type) == H5T_STR_SPACEPAD && end > 0 && text[end - 1] == ' ')
        text[--end] = '\0';
    return text;
}

static char *attribute_variable(hid_t id, hid_t type)
{
    char *raw = NULL;
    if (H5Aread(id, type, &raw) < 0)
        return NULL;
    char *text = memory_copy_string(raw ? raw : "");
    H5free_memory(raw);
    return text;
}

bool h5_attribute_string(struct h5 *file, const char *path, const char *name, char **out,
                         struct diagnostics *diagnostics)
{
    hid_t type;
    *out = NULL;
    hid_t id = attribute_open(file, path, name, "text", H5T_STRING, H5T_STRING, &type, diagnostics);
    if (id < 0)
        return false;
    *out = H5Tis_variable_str(type) > 0 ? attribute_variable(id, type) : attribute_fixed(id, type);
    H5Tclose(type);
    H5Aclose(id);
    if (!*out)
        return h5_fail(file, path, diagnostics, "attribute '%s' cannot be read: damaged", name);
    return true;
}

bool h5_attribute_double(struct h5 *file, const char *path, const char *name, double *out,
                         struct diagnostics *diagnostics)
{
    hid_t type;
    *out = 0;
    hid_t id = attribute_open(file, path, name, "a number", H5T_FLOAT, H5T_INTEGER, &type, diagnostics);
    if (id < 0)
        return false;
    herr_t status = H5Aread(id, H5T_NATIVE_DOUBLE, out);
    H5Tclose(type);
    H5Aclose(id);
    if (status < 0)
        return h5_fail(file, path, diagnostics, "attribute '%s' cannot be read: damaged", name);
    return true;
}
