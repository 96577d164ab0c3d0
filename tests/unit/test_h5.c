/* The door to HDF5: what is written reads back; types convert or are refused; hostile files take no memory. */
#include "tests/support/h5_hostile.h"
#include "tests/support/run_suite.h"
#include "tools/file/h5.h"
#include "tools/file/sha256.h"
#include <check.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[64], path[80], part[90];
static struct diagnostics problems;

static void setup(void)
{
    strcpy(directory, "/tmp/test_h5.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/x.h5", directory);
    snprintf(part, sizeof part, "%s.part", path);
    problems = (struct diagnostics){0};
}

static void teardown(void)
{
    diagnostics_free(&problems);
    remove(path);
    remove(part);
    remove(directory);
}

static struct h5 *create(void)
{
    struct h5 *file;
    ck_assert(h5_create(path, &file, &problems));
    return file;
}

static struct h5 *reopen(void)
{
    struct h5 *file;
    bool good = h5_open(path, &file, &problems);
    ck_assert_msg(good, "%s", problems.count ? problems.message[0] : "?");
    return file;
}

static void mentions(const char *text)
{
    ck_assert_uint_gt(problems.count, 0);
    ck_assert_msg(diagnostics_mention(&problems, text), "\"%s\" not in \"%s\"", text, problems.message[0]);
    diagnostics_free(&problems);
}

static bool there(const char *name)
{
    return access(name, F_OK) == 0;
}

START_TEST(every_type_reads_back_as_double_and_integer)
{
    struct h5 *file = create();
    const int8_t i8[] = {-128, 127};
    const uint8_t u8[] = {0, 255}, bits[] = {0, 1};
    const int16_t i16[] = {-32768, 32767};
    const uint16_t u16[] = {0, 65535};
    const int32_t i32[] = {INT32_MIN, INT32_MAX};
    const uint32_t u32[] = {0, UINT32_MAX};
    const int64_t i64[] = {-(INT64_C(1) << 53), INT64_C(1) << 53};
    const uint64_t u64[] = {0, UINT64_C(1) << 53}, two = 2;
    const float f32[] = {-3, 8};
    const double f64[] = {-1e9, 1e9};
    const struct {
        enum h5_type type;
        const void *data;
        double first, second;
    } cases[] = {{H5_I8, i8, -128, 127}, {H5_U8, u8, 0, 255}, {H5_BOOL, bits, 0, 1}, {H5_I16, i16, -32768, 32767},
                 {H5_U16, u16, 0, 65535}, {H5_I32, i32, INT32_MIN, INT32_MAX}, {H5_U32, u32, 0, UINT32_MAX},
                 {H5_I64, i64, -0x1p53, 0x1p53}, {H5_U64, u64, 0, 0x1p53}, {H5_F32, f32, -3, 8},
                 {H5_F64, f64, -1e9, 1e9}};
    const int count = sizeof cases / sizeof cases[0];
    char name[20];
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "/group/%d", i);
        h5_write(file, name, cases[i].type, 1, &two, cases[i].data);
    }
    ck_assert(h5_commit(file, &problems));
    file = reopen();
    for (int i = 0; i < count; i++) {
        double *doubles;
        int64_t *integers;
        struct h5_shape shape;
        snprintf(name, sizeof name, "/group/%d", i);
        ck_assert(h5_read_doubles(file, name, 2, &doubles, &shape, &problems));
        ck_assert(h5_read_int64(file, name, 2, &integers, NULL, &problems));
        ck_assert(shape.rank == 1 && shape.size[0] == 2);
        ck_assert(doubles[0] == cases[i].first && doubles[1] == cases[i].second);
        ck_assert(integers[0] == (int64_t)cases[i].first && integers[1] == (int64_t)cases[i].second);
        free(doubles);
        free(integers);
    }
    h5_close(file);
}
END_TEST

START_TEST(shapes_scalars_texts_and_attributes_read_back)
{
    struct h5 *file = create();
    const double values[6] = {0, 1, 2, 3, 4, 5}, dt = 0.001;
    const uint64_t size[2] = {2, 3}, pairs[2] = {2, 2};
    const char *const texts[4] = {"a", "", "ä b", "d"};
    h5_write(file, "/node/matrix", H5_F64, 2, size, values);
    h5_write(file, "/node/scalar", H5_F64, 0, NULL, &dt);
    h5_write(file, "/node/none", H5_F64, 1, (uint64_t[]){0}, values);
    h5_write_string_array(file, "/node/texts", 2, pairs, texts);
    h5_write_string(file, "/type", "NIRGraph");
    h5_group(file, "/empty");
    h5_write_attribute_string(file, "/", "kind", "program");
    h5_write_attribute_double(file, "/node", "dt", dt);
    h5_write_attribute_int64(file, "/node/matrix", "n", 7);
    ck_assert(h5_commit(file, &problems));
    file = reopen();
    struct h5_shape shape;
    double *doubles, number;
    char **strings, *text;
    ck_assert(h5_read_doubles(file, "/node/matrix", 6, &doubles, &shape, &problems));
    ck_assert(shape.rank == 2 && shape.size[0] == 2 && shape.size[1] == 3 && doubles[5] == 5);
    free(doubles);
    ck_assert(h5_read_doubles(file, "/node/scalar", 1, &doubles, &shape, &problems));
    ck_assert(shape.rank == 0 && doubles[0] == dt);
    free(doubles);
    ck_assert(h5_read_doubles(file, "/node/none", 1, &doubles, &shape, &problems));
    ck_assert(shape.rank == 1 && shape.size[0] == 0);
    free(doubles);
    ck_assert(h5_read_strings(file, "/node/texts", 4, &strings, &shape, &problems));
    ck_assert(shape.rank == 2);
    for (int i = 0; i < 4; i++)
        ck_assert_str_eq(strings[i], texts[i]);
    h5_free_strings(strings, 4);
    ck_assert(h5_read_string(file, "/type", &text, &problems));
    ck_assert_str_eq(text, "NIRGraph");
    free(text);
    ck_assert(h5_attribute_string(file, "/", "kind", &text, &problems));
    ck_assert_str_eq(text, "program");
    free(text);
    ck_assert(h5_attribute_double(file, "/node", "dt", &number, &problems) && number == dt);
    ck_assert(h5_attribute_double(file, "/node/matrix", "n", &number, &problems) && number == 7);
    ck_assert(h5_is_group(file, "/empty") && h5_is_group(file, "/") && !h5_is_group(file, "/type"));
    ck_assert(h5_is_string(file, "/type") && !h5_is_string(file, "/node/matrix") && !h5_is_string(file, "/empty"));
    h5_close(file);
}
END_TEST

START_TEST(names_are_listed_sorted)
{
    struct h5 *file = create();
    const char *const names[] = {"/g/10", "/g/2", "/g/b", "/g/a/c", "/g/1"};
    const char *const sorted[] = {"1", "10", "2", "a", "b"};
    for (int i = 0; i < 5; i++)
        h5_group(file, names[i]);
    ck_assert(h5_commit(file, &problems));
    file = reopen();
    char **list;
    size_t count;
    ck_assert(h5_list(file, "/g", &list, &count, &problems));
    ck_assert_uint_eq(count, 5);
    for (int i = 0; i < 5; i++)
        ck_assert_str_eq(list[i], sorted[i]);
    h5_free_strings(list, count);
    ck_assert(!h5_list(file, "/h", &list, &count, &problems));
    mentions("/h: is missing");
    h5_close(file);
}
END_TEST

START_TEST(equal_data_gives_equal_files)
{
    char first[65], second[65];
    double *values = calloc(100000, sizeof *values);
    for (int turn = 0; turn < 2; turn++) {
        struct h5 *file = create();
        h5_write(file, "/a", H5_F64, 1, (uint64_t[]){100000}, values);
        h5_write_string(file, "/b", "text");
        ck_assert(h5_commit(file, &problems));
        ck_assert(sha256_path(path, turn ? second : first, &problems));
        struct stat info;
        ck_assert(stat(path, &info) == 0 && info.st_size < 20000); /* 800 kB of zeros: compressed */
    }
    ck_assert_str_eq(first, second);
    free(values);
}
END_TEST

START_TEST(only_a_commit_leaves_a_file)
{
    struct h5 *file = create();
    h5_write_string(file, "/a", "text");
    ck_assert(there(part) && !there(path));
    h5_close(file);
    ck_assert(!there(part) && !there(path));
    file = create();
    h5_write_string(file, "/a", "text");
    h5_write_string(file, "/a", "again");
    ck_assert(!h5_commit(file, &problems));
    mentions("cannot write: /a: cannot be created");
    ck_assert(!there(part) && !there(path));
}
END_TEST

START_TEST(what_cannot_be_written_says_so)
{
    struct h5 *file;
    char name[200];
    ck_assert(!h5_create(directory, &file, &problems));
    mentions("is not a regular file");
    snprintf(name, sizeof name, "%s/no/x.h5", directory);
    ck_assert(!h5_create(name, &file, &problems));
    mentions("x.h5: cannot write: No such file or directory");
}
END_TEST

START_TEST(a_full_disk_is_an_error_and_leaves_nothing)
{
    struct rlimit limit = {.rlim_cur = 100000, .rlim_max = RLIM_INFINITY}, old;
    uint64_t count = 1 << 20, state = 1;
    uint8_t *noise = calloc(count, 1);
    for (uint64_t i = 0; i < count; i++)
        noise[i] = (uint8_t)((state = state * 6364136223846793005u + 1442695040888963407u) >> 56);
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
    struct h5 *file = create();
    limit.rlim_max = old.rlim_max;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    h5_write(file, "/noise", H5_U8, 1, &count, noise);
    bool good = h5_commit(file, &problems);
    setrlimit(RLIMIT_FSIZE, &old);
    ck_assert(!good);
    mentions("cannot write");
    ck_assert(!there(part) && !there(path));
    free(noise);
}
END_TEST

/* ---- reading what is not ours ---- */

START_TEST(odd_but_legal_types_are_read)
{
    double *doubles;
    char **texts;
    struct h5_shape shape;
    hostile_write(path, ODD_BIG_ENDIAN_I16);
    struct h5 *file = reopen();
    ck_assert(h5_read_doubles(file, "/x", 2, &doubles, NULL, &problems));
    ck_assert(doubles[0] == -2 && doubles[1] == 300);
    free(doubles);
    h5_close(file);
    hostile_write(path, ODD_HALF_FLOATS);
    file = reopen();
    ck_assert(h5_read_doubles(file, "/x", 2, &doubles, NULL, &problems));
    ck_assert(doubles[0] == 0.5 && doubles[1] == -2);
    free(doubles);
    h5_close(file);
    hostile_write(path, ODD_FIXED_TEXTS);
    file = reopen();
    ck_assert(h5_read_strings(file, "/x", 2, &texts, &shape, &problems));
    ck_assert_str_eq(texts[0], "ab");
    ck_assert_str_eq(texts[1], "c");
    h5_free_strings(texts, 2);
    h5_close(file);
    hostile_write(path, ODD_CHUNKED_SHUFFLED);
    file = reopen();
    ck_assert(h5_read_doubles(file, "/x", 10000, &doubles, NULL, &problems));
    ck_assert(doubles[9999] == 9999);
    free(doubles);
    h5_close(file);
}
END_TEST

START_TEST(a_number_that_does_not_fit_is_refused)
{
    struct h5 *file = create();
    const double fraction[] = {1, 2.5}, huge[] = {1e30}, nan[] = {NAN}, negative[] = {-1};
    const uint64_t top[] = {UINT64_MAX}, one = 1, two = 2;
    h5_write(file, "/fraction", H5_F64, 1, &two, fraction);
    h5_write(file, "/huge", H5_F64, 1, &one, huge);
    h5_write(file, "/nan", H5_F64, 1, &one, nan);
    h5_write(file, "/top", H5_U64, 1, &one, top);
    h5_write(file, "/negative", H5_F64, 1, &one, negative);
    ck_assert(h5_commit(file, &problems));
    file = reopen();
    int64_t *integers;
    uint8_t *bytes;
    ck_assert(!h5_read_int64(file, "/fraction", 2, &integers, NULL, &problems));
    mentions("/fraction: holds a fraction or NaN, expected whole numbers");
    ck_assert(!h5_read_int64(file, "/nan", 1, &integers, NULL, &problems));
    mentions("/nan: holds a fraction or NaN");
    const char *const names[] = {"/huge", "/top"};
    for (int i = 0; i < 2; i++) {
        ck_assert(!h5_read_int64(file, names[i], 1, &integers, NULL, &problems));
        ck_assert_ptr_null(integers);
        mentions("holds a value out of range");
    }
    ck_assert(!h5_read_uint8(file, "/negative", 1, &bytes, NULL, &problems));
    mentions("/negative: holds a value out of range");
    ck_assert(!h5_read_int64(file, "/fraction", 1, &integers, NULL, &problems));
    mentions("/fraction: has 2 values, expected at most 1");
    h5_close(file);
}
END_TEST

START_TEST(the_wrong_kind_of_thing_is_named)
{
    struct h5 *file = create();
    const double one = 1;
    h5_write(file, "/group/number", H5_F64, 0, NULL, &one);
    h5_write_string(file, "/text", "1");
    h5_write_attribute_double(file, "/text", "dt", 1);
    ck_assert(h5_commit(file, &problems));
    file = reopen();
    double *doubles, number;
    char *text;
    ck_assert(!h5_read_doubles(file, "/text", 1, &doubles, NULL, &problems));
    mentions("x.h5: /text: is text, expected numbers");
    ck_assert(!h5_read_string(file, "/group/number", &text, &problems));
    mentions("/group/number: is a number, expected text");
    ck_assert(!h5_read_doubles(file, "/group", 1, &doubles, NULL, &problems));
    mentions("/group: is a group, expected a dataset");
    ck_assert(!h5_read_doubles(file, "/group/none/deeper", 1, &doubles, NULL, &problems));
    mentions("/group/none/deeper: is missing");
    ck_assert(!h5_read_doubles(file, "/text/below", 1, &doubles, NULL, &problems));
    mentions("/text/below: is missing");
    ck_assert(!h5_attribute_string(file, "/text", "dt", &text, &problems));
    mentions("/text: attribute 'dt' is a number, expected text");
    ck_assert(!h5_attribute_double(file, "/text", "ms", &number, &problems));
    mentions("/text: has no attribute 'ms'");
    ck_assert(!h5_exists(file, "/group/.") && !h5_exists(file, "/group/../text") && h5_exists(file, "/group/number"));
    h5_close(file);
}
END_TEST

static const struct {
    enum hostile kind;
    const char *message;
} hostile_cases[] = {
    {HOSTILE_COMPOUND, "/x: is a compound, expected numbers"},
    {HOSTILE_ENUM_I32, "/x: is an enumeration, expected numbers"},
    {HOSTILE_REFERENCE, "/x: is a reference, expected numbers"},
    {HOSTILE_VLEN_NUMBERS, "/x: is a list of variable length, expected numbers"},
    {HOSTILE_NULL_SPACE, "/x: is empty (a null dataspace)"},
    {HOSTILE_HUGE_CHUNKED, "/x: has 1099511627776 values, expected at most 268435456"},
    {HOSTILE_UNSTORED_CHUNKED, "/x: claims far more values than the file stores"},
    {HOSTILE_UNSTORED_CONTIGUOUS, "/x: claims far more values than the file stores"},
    {HOSTILE_GIANT_CHUNK, "/x: has chunks far larger than itself"},
    {HOSTILE_RANK_9, "/x: has more than 8 dimensions"},
    {HOSTILE_SOFT_LINK, "/x: is a soft or external link"},
    {HOSTILE_SOFT_LINK_CYCLE, "/x: is a soft or external link"},
    {HOSTILE_EXTERNAL_LINK, "/x: is a soft or external link"},
    {HOSTILE_EXTERNAL_STORAGE, "/x: is stored in other files"},
    {HOSTILE_VIRTUAL, "/x: is stored in other files"},
};

START_TEST(hostile_datasets_are_refused_before_memory_is_taken)
{
    hostile_write(path, hostile_cases[_i].kind);
    struct h5 *file = reopen();
    double *doubles;
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    ck_assert(!h5_read_doubles(file, "/x", 1 << 28, &doubles, NULL, &problems));
    getrusage(RUSAGE_SELF, &after);
    mentions(hostile_cases[_i].message);
    ck_assert_int_lt(after.ru_maxrss - before.ru_maxrss, 100 * 1024); /* KiB */
    h5_close(file);
}
END_TEST

START_TEST(a_file_cut_anywhere_is_refused_or_fails_to_read)
{
    struct h5 *file = create();
    static double values[4000];
    for (int i = 0; i < 4000; i++)
        values[i] = sqrt(i);
    const char *const texts[] = {"a", "b", "c"};
    h5_write(file, "/g/x", H5_F64, 1, (uint64_t[]){4000}, values);
    h5_write_strings(file, "/g/t", 3, texts);
    ck_assert(h5_commit(file, &problems));
    struct stat info;
    ck_assert_int_eq(stat(path, &info), 0);
    int whole = 0;
    for (off_t size = info.st_size - 1; size >= 0; size = size * 9 / 10 - 1) {
        ck_assert_int_eq(truncate(path, size), 0);
        double *doubles = NULL;
        if (h5_open(path, &file, &problems)) {
            whole += h5_read_doubles(file, "/g/x", 4000, &doubles, NULL, &problems);
            h5_close(file);
        }
        free(doubles);
    }
    ck_assert_int_eq(whole, 0);
    ck_assert(diagnostics_mention(&problems, "is truncated or damaged, expected a whole HDF5 file"));
}
END_TEST

/* Puts `value` over `count` bytes, `at` bytes after the first `mark` in the file. */
static void spoil(const char *mark, size_t length, long at, int value, int count)
{
    FILE *stream = fopen(path, "r+b");
    ck_assert_ptr_nonnull(stream);
    char bytes[1 << 14];
    size_t got = fread(bytes, 1, sizeof bytes, stream), i = 0;
    while (i + length <= got && memcmp(bytes + i, mark, length) != 0)
        i++;
    ck_assert_uint_le(i + length, got);
    ck_assert_int_eq(fseek(stream, (long)i + at, SEEK_SET), 0);
    for (int k = 0; k < count; k++)
        fputc(value, stream);
    fclose(stream);
}

static void write_texts(void)
{
    const char *const texts[] = {"first", "second"};
    struct h5 *file = create();
    h5_write_strings(file, "/t", 2, texts);
    ck_assert(h5_commit(file, &problems));
}

START_TEST(a_damaged_heap_of_texts_is_refused_at_once)
{
    struct h5 *file;
    write_texts();
    spoil("GCOL", 4, 24, 0xff, 8); /* the first text's size: the library would walk round for ever */
    ck_assert(!h5_open(path, &file, &problems));
    mentions("x.h5: is damaged");
    write_texts();
    spoil("GCOL", 4, 8, 0x7f, 4); /* the heap's size */
    ck_assert(!h5_open(path, &file, &problems));
    mentions("x.h5: is damaged");
}
END_TEST

START_TEST(a_text_longer_than_the_file_takes_no_memory)
{
    char **texts;
    struct rusage before, after;
    write_texts();
    spoil("\2\0\0\0\6\0\0\0", 8, 4, 0x7f, 4); /* end of the first entry, length of the second */
    struct h5 *file = reopen();
    getrusage(RUSAGE_SELF, &before);
    ck_assert(!h5_read_strings(file, "/t", 2, &texts, NULL, &problems));
    getrusage(RUSAGE_SELF, &after);
    mentions("/t: cannot be read: damaged");
    ck_assert_int_lt(after.ru_maxrss - before.ru_maxrss, 100 * 1024); /* KiB */
    h5_close(file);
}
END_TEST

START_TEST(other_files_are_named)
{
    struct h5 *file;
    ck_assert(!h5_open(path, &file, &problems));
    mentions("x.h5: cannot open: No such file or directory");
    ck_assert(!h5_open(directory, &file, &problems));
    mentions("is not a regular file, expected an HDF5 file");
    FILE *stream = fopen(path, "w");
    fputs("PK\003\004 not HDF5", stream);
    fclose(stream);
    ck_assert(!h5_is_hdf5(path));
    ck_assert(!h5_open(path, &file, &problems));
    mentions("is not HDF5, expected an HDF5 file");
}
END_TEST

START_TEST(sha256_is_the_standard_one_and_sees_names_and_contents)
{
    char empty[65], abc[65], first[65], second[65], third[65];
    sha256_text("", empty);
    sha256_text("abc", abc); /* both: FIPS 180-4, NIST's example values */
    ck_assert_str_eq(empty, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    ck_assert_str_eq(abc, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    FILE *stream = fopen(path, "w");
    fputs("abc", stream);
    fclose(stream);
    ck_assert(sha256_path(path, first, &problems));
    ck_assert_str_eq(first, abc);
    ck_assert(sha256_path(directory, first, &problems));
    ck_assert_int_eq(rename(path, part), 0);
    ck_assert(sha256_path(directory, second, &problems));
    ck_assert_str_ne(first, second);
    stream = fopen(part, "w");
    fputs("abd", stream);
    fclose(stream);
    ck_assert(sha256_path(directory, third, &problems));
    ck_assert_str_ne(second, third);
    ck_assert(!sha256_path("/nonexistent", third, &problems));
    mentions("/nonexistent: cannot open");
}
END_TEST

int main(void)
{
    Suite *all = suite_create("h5");
    TCase *tests = tcase_create("h5");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, every_type_reads_back_as_double_and_integer);
    tcase_add_test(tests, shapes_scalars_texts_and_attributes_read_back);
    tcase_add_test(tests, names_are_listed_sorted);
    tcase_add_test(tests, equal_data_gives_equal_files);
    tcase_add_test(tests, only_a_commit_leaves_a_file);
    tcase_add_test(tests, what_cannot_be_written_says_so);
    tcase_add_test(tests, a_full_disk_is_an_error_and_leaves_nothing);
    tcase_add_test(tests, odd_but_legal_types_are_read);
    tcase_add_test(tests, a_number_that_does_not_fit_is_refused);
    tcase_add_test(tests, the_wrong_kind_of_thing_is_named);
    tcase_add_loop_test(tests, hostile_datasets_are_refused_before_memory_is_taken, 0,
                        (int)(sizeof hostile_cases / sizeof hostile_cases[0]));
    tcase_add_test(tests, a_file_cut_anywhere_is_refused_or_fails_to_read);
    tcase_add_test(tests, a_damaged_heap_of_texts_is_refused_at_once);
    tcase_add_test(tests, a_text_longer_than_the_file_takes_no_memory);
    tcase_add_test(tests, other_files_are_named);
    tcase_add_test(tests, sha256_is_the_standard_one_and_sees_names_and_contents);
    suite_add_tcase(all, tests);
    return run_suite(all);
}
