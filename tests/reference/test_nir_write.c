/* Every NIR file of the reference data: read, inspected, written, read again: the same. */
#include "sim/memory.h"
#include "tests/support/network_equal.h"
#include "tests/support/reference_data.h"
#include "tests/support/run_suite.h"
#include "tools/file/file.h"
#include "tools/read/read.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const folders[] = {"primitives", "lif", "braille", "cnn", "older"};
#define FOLDERS (int)(sizeof folders / sizeof folders[0])

static char *folder_path(int i)
{
    return memory_format("%s/networks/nir/%s", reference_root(), folders[i]);
}

static char *inspected(const char *path, struct diagnostics *problems)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    bool good = inspect_print(path, stream, problems);
    fclose(stream);
    ck_assert_msg(good, "%s: %s", path, problems->count ? problems->message[0] : "?");
    return text;
}

/* What inspect prints after the line that names the file. */
static const char *body(const char *text)
{
    return strchr(text, '\n');
}

static void round_trip(const char *path)
{
    struct network first, second;
    struct diagnostics problems = {0};
    char *copy = memory_format("%s/npusim_nir_%d.nir", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", (int)getpid());
    bool good = network_read_graph(path, &first, &problems) && network_write_nir(copy, &first, &problems) &&
                network_read_graph(copy, &second, &problems);
    ck_assert_msg(good, "%s: %s", path, problems.count ? problems.message[0] : "?");
    char *difference = networks_differ(&first, &second);
    ck_assert_msg(!difference, "%s: %s", path, difference ? difference : "");
    char *before = inspected(path, &problems), *after = inspected(copy, &problems);
    if (first.metadata_count < 2) /* entries come in the order of their names, which the names of sub-graphs change */
        ck_assert_str_eq(body(before), body(after));
    free(before);
    free(after);
    unlink(copy);
    free(copy);
    network_free(&first);
    network_free(&second);
}

START_TEST(every_file_is_the_same_after_writing_and_reading)
{
    char **names, *folder = folder_path(_i);
    size_t count, networks = 0;
    struct diagnostics problems = {0};
    ck_assert(directory_list(folder, &names, &count, &problems));
    for (size_t i = 0; i < count; i++) {
        const char *end = strrchr(names[i], '.');
        if (!end || strcmp(end, ".nir") != 0)
            continue;
        char *path = memory_format("%s/%s", folder, names[i]);
        round_trip(path);
        free(path);
        networks++;
    }
    ck_assert_uint_gt(networks, 0);
    directory_free_list(names, count);
    free(folder);
}
END_TEST

int main(void)
{
    char *folder = folder_path(0);
    if (access(folder, R_OK) != 0) {
        printf("test_nir_write: %d cases skipped (no reference data)\n", FOLDERS);
        return 0;
    }
    free(folder);
    Suite *suite = suite_create("nir_write");
    TCase *all = tcase_create("all");
    tcase_add_loop_test(all, every_file_is_the_same_after_writing_and_reading, 0, FOLDERS);
    tcase_set_timeout(all, 60);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
