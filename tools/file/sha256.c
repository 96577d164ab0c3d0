#include "tools/file/sha256.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <dirent.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DEPTH_MAX 16
#define DIGEST_BYTES 32

static EVP_MD_CTX *digest_new(void)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    must(context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1);
    return context;
}

static void digest_end(EVP_MD_CTX *context, char out[65])
{
    unsigned char bytes[DIGEST_BYTES];
    must(EVP_DigestFinal_ex(context, bytes, NULL) == 1);
    EVP_MD_CTX_free(context);
    for (int i = 0; i < DIGEST_BYTES; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

void sha256_text(const char *text, char out[65])
{
    EVP_MD_CTX *context = digest_new();
    must(EVP_DigestUpdate(context, text, strlen(text)) == 1);
    digest_end(context, out);
}

static bool hash_file(const char *path, char out[65], struct diagnostics *diagnostics)
{
    unsigned char block[1 << 16];
    FILE *stream = fopen(path, "rb");
    if (!stream)
        return diagnostics_add(diagnostics, path, "cannot open: %s", strerror(errno));
    EVP_MD_CTX *context = digest_new();
    size_t got;
    while ((got = fread(block, 1, sizeof block, stream)) > 0)
        must(EVP_DigestUpdate(context, block, got) == 1);
    bool good = !ferror(stream);
    fclose(stream);
    digest_end(context, out);
    return good ? true : diagnostics_add(diagnostics, path, "cannot read: %s", strerror(errno));
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char **list_directory(const char *path, size_t *count, struct diagnostics *diagnostics)
{
    char **names = NULL;
    size_t capacity = 0;
    *count = 0;
    DIR *directory = opendir(path);
    if (!directory) {
        diagnostics_add(diagnostics, path, "cannot open: %s", strerror(errno));
        return NULL;
    }
    names = memory_grow(names, &capacity, 1, sizeof *names);
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        names = memory_grow(names, &capacity, *count + 1, sizeof *names);
        names[(*count)++] = memory_copy_string(entry->d_name);
    }
    closedir(directory);
    qsort(names, *count, sizeof *names, by_text);
    return names;
}

static bool hash_path(const char *path, int depth, char out[65], struct diagnostics *diagnostics);

/* A directory's hash is that of the lines "NAME, NUL, hash of the entry, newline". */
static bool hash_directory(const char *path, int depth, char out[65], struct diagnostics *diagnostics)
{
    size_t count;
    char **names = list_directory(path, &count, diagnostics);
    if (!names)
        return false;
    EVP_MD_CTX *context = digest_new();
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        char entry[65] = "";
        char *child = memory_format("%s/%s", path, names[i]);
        good = hash_path(child, depth + 1, entry, diagnostics) && good;
        entry[64] = '\n';
        must(EVP_DigestUpdate(context, names[i], strlen(names[i]) + 1) == 1);
        must(EVP_DigestUpdate(context, entry, sizeof entry) == 1);
        free(child);
        free(names[i]);
    }
    free(names);
    digest_end(context, out);
    return good;
}

static bool hash_path(const char *path, int depth, char out[65], struct diagnostics *diagnostics)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return diagnostics_add(diagnostics, path, "cannot open: %s", strerror(errno));
    if (S_ISREG(info.st_mode))
        return hash_file(path, out, diagnostics);
    if (!S_ISDIR(info.st_mode))
        return diagnostics_add(diagnostics, path, "is neither a file nor a directory");
    if (depth >= DEPTH_MAX)
        return diagnostics_add(diagnostics, path, "directories are nested deeper than %d", DEPTH_MAX);
    return hash_directory(path, depth, out, diagnostics);
}

bool sha256_path(const char *path, char out[65], struct diagnostics *diagnostics)
{
    memset(out, 0, 65);
    return hash_path(path, 0, out, diagnostics);
}
