#include "tests/support/command.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX 64
#define NO_LIMIT SIZE_MAX

static char scratch[64], project[1024];

void scratch_make(void)
{
    strcpy(scratch, "/tmp/npusim-test.XXXXXX");
    must(mkdtemp(scratch) && getcwd(project, sizeof project));
}

void scratch_remove(void)
{
    char *command = memory_format("rm -rf %s", scratch);
    must(system(command) == 0);
    free(command);
}

char *scratch_text(const char *text)
{
    size_t capacity = 0, size = 0;
    char *out = memory_grow(NULL, &capacity, 1, 1);
    for (; *text; text++) {
        const char *piece = *text == '@' ? scratch : *text == '%' ? project : text;
        size_t length = piece == text ? 1 : strlen(piece);
        out = memory_grow(out, &capacity, size + length + 1, 1);
        memcpy(out + size, piece, length);
        size += length;
    }
    out[size] = '\0';
    return out;
}

void scratch_write_bytes(const char *name, const void *bytes, size_t size)
{
    char *path = memory_format("%s/%s", scratch, name);
    FILE *file = fopen(path, "wb");
    must(file && fwrite(bytes, 1, size, file) == size && fclose(file) == 0);
    free(path);
}

void scratch_write(const char *name, const char *text)
{
    char *whole = scratch_text(text);
    scratch_write_bytes(name, whole, strlen(whole));
    free(whole);
}

void scratch_cut(const char *name, const char *from, size_t size)
{
    char *bytes = memory_array(size, 1);
    FILE *file = fopen(from, "rb");
    must(file && fread(bytes, 1, size, file) == size);
    fclose(file);
    scratch_write_bytes(name, bytes, size);
    free(bytes);
}

static size_t count_in(const char *path)
{
    DIR *directory = opendir(path);
    size_t count = 0;
    if (!directory)
        return 0;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        struct stat status;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        char *below = memory_format("%s/%s", path, entry->d_name);
        count += 1 + (lstat(below, &status) == 0 && S_ISDIR(status.st_mode) ? count_in(below) : 0);
        free(below);
    }
    closedir(directory);
    return count;
}

size_t scratch_count(void)
{
    return count_in(scratch);
}

/* ---- a command ---- */

static void split(char *line, char **words)
{
    size_t count = 0;
    const char *program = getenv("NPUSIM");
    words[count++] = memory_copy_string(program ? program : "build/npusim");
    for (char *word = strtok(line, " "); word; word = strtok(NULL, " ")) {
        must(count + 1 < WORDS_MAX);
        words[count++] = strcmp(word, "''") == 0 ? word + 2 : word;
    }
    words[count] = NULL;
}

static _Noreturn void become(char **words, FILE *out, FILE *error, size_t limit)
{
    int nothing = open("/dev/null", O_RDONLY);
    must(dup2(nothing, STDIN_FILENO) >= 0 && dup2(fileno(out), STDOUT_FILENO) >= 0 &&
         dup2(fileno(error), STDERR_FILENO) >= 0);
    if (limit != NO_LIMIT) {
        signal(SIGXFSZ, SIG_IGN); /* so that writing fails, with EFBIG */
        must(setrlimit(RLIMIT_FSIZE, &(struct rlimit){limit, limit}) == 0);
    }
    execv(words[0], words);
    panic("cannot run %s", words[0]);
}

static char *all_of(FILE *file)
{
    long size = (fseek(file, 0, SEEK_END), ftell(file));
    char *text = memory_array((size_t)size + 1, 1);
    rewind(file);
    must(fread(text, 1, (size_t)size, file) == (size_t)size);
    fclose(file);
    return text;
}

struct command_result command_run_limited(const char *line, size_t limit)
{
    char *words[WORDS_MAX], *copy = scratch_text(line);
    FILE *out = tmpfile(), *error = tmpfile();
    int status = 0;
    split(copy, words);
    must(out && error);
    pid_t child = fork();
    if (child == 0)
        become(words, out, error, limit);
    must(child > 0 && waitpid(child, &status, 0) == child);
    free(words[0]);
    free(copy);
    return (struct command_result){WIFEXITED(status) ? WEXITSTATUS(status) : -1, all_of(out), all_of(error)};
}

struct command_result command_run(const char *line)
{
    return command_run_limited(line, NO_LIMIT);
}

void command_free(struct command_result *result)
{
    free(result->out);
    free(result->error);
    *result = (struct command_result){0};
}

/* ---- what a refusal looks like ---- */

/* "npusim: PLACE: ... what ..." in one line. */
static bool line_fits(const char *line, size_t length, const char *place, const char *what)
{
    char *text = memory_array(length + 1, 1), *start = memory_format("npusim: %s: ", place);
    memcpy(text, line, length);
    bool fits = strncmp(text, start, strlen(start)) == 0 && strstr(text, what) != NULL;
    free(start);
    free(text);
    return fits;
}

void command_expect_refused(const char *line, const char *place, const char *what, size_t messages)
{
    char *where = scratch_text(place), *said = scratch_text(what);
    size_t before = scratch_count(), lines = 0;
    bool found = false;
    struct command_result result = command_run(line);
    ck_assert_msg(result.status == 2, "npusim %s: status %d, expected 2: %s", line, result.status, result.error);
    ck_assert_str_eq(result.out, "");
    for (const char *at = result.error; *at; lines++) {
        size_t length = strcspn(at, "\n");
        ck_assert_msg(strncmp(at, "npusim: ", 8) == 0, "no message of ours: %s", at);
        found |= line_fits(at, length, where, said);
        at += length + (at[length] == '\n');
    }
    ck_assert_msg(found, "npusim %s: expected '%s: ... %s', found: %s", line, where, said, result.error);
    ck_assert_msg(lines == messages, "npusim %s: %zu messages, expected %zu: %s", line, lines, messages, result.error);
    ck_assert_msg(scratch_count() == before, "npusim %s: left files behind", line);
    command_free(&result);
    free(said);
    free(where);
}
