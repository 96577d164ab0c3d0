#include "tools/file/file.h"

#include "sim/memory.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool directory_is(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool make_one(const char *path, struct diagnostics *diagnostics)
{
    if (mkdir(path, 0777) == 0 || directory_is(path))
        return true;
    return diagnostics_add(diagnostics, path, "cannot be made a directory: %s", strerror(errno));
}

bool directory_make(const char *path, struct diagnostics *diagnostics)
{
    if (!*path)
        return diagnostics_add(diagnostics, NULL, "an empty name, expected a directory");
    char *prefix = memory_copy_string(path);
    bool fine = true;
    for (char *at = prefix + 1; fine && *at; at++)
        if (*at == '/') {
            *at = 0;
            fine = make_one(prefix, diagnostics);
            *at = '/';
        }
    free(prefix);
    if (!fine || !make_one(path, diagnostics))
        return false;
    if (access(path, W_OK | X_OK) != 0)
        return diagnostics_add(diagnostics, path, "cannot be written to: %s", strerror(errno));
    return true;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_regular(const char *directory, const char *name)
{
    struct stat status;
    char *path = memory_format("%s/%s", directory, name);
    bool regular = stat(path, &status) == 0 && S_ISREG(status.st_mode);
    free(path);
    return regular;
}

bool directory_list(const char *path, char ***names, size_t *count, struct diagnostics *diagnostics)
{
    *names = NULL;
    *count = 0;
    DIR *directory = opendir(path);
    if (!directory)
        return diagnostics_add(diagnostics, path, "cannot be listed: %s", strerror(errno));
    size_t capacity = 0;
    errno = 0;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL; errno = 0) {
        if (entry->d_name[0] == '.' || !is_regular(path, entry->d_name))
            continue;
        *names = memory_grow(*names, &capacity, *count + 1, sizeof **names);
        (*names)[(*count)++] = memory_copy_string(entry->d_name);
    }
    int error = errno;
    closedir(directory);
    if (error) {
        directory_free_list(*names, *count);
        *names = NULL;
        *count = 0;
        return diagnostics_add(diagnostics, path, "cannot be listed: %s", strerror(error));
    }
    if (*count)
        qsort(*names, *count, sizeof **names, by_bytes);
    return true;
}

void directory_free_list(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}
