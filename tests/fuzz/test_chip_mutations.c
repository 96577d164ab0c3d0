/* A chip file with bytes changed, cut off or doubled: it is read within all ranges, or refused with a message. The
 * sanitisers say the rest. The mutations come from a fixed generator. */
#include "models/chip_config.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MUTATIONS = 2000, BYTES_MAX = 1 << 14 };

static uint64_t state = 1;

static uint32_t random_below(uint64_t limit) /* xorshift64* (S. Vigna, ACM TOMS 42:30, 2016) */
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((state * UINT64_C(0x2545f4914f6cdd1d) >> 32) % limit);
}

/* Bytes that mean something to YAML or to a number. */
static char interesting(void)
{
    static const char bytes[] = ":#-[]{}&*!|>'\"%@`,? \n\t0129.e+~\\\xff\x80";
    return random_below(8) ? bytes[random_below(sizeof bytes)] : (char)random_below(256);
}

static size_t mutate(char *bytes, size_t size)
{
    for (uint32_t i = random_below(4) + 1; i > 0; i--)
        bytes[random_below(size)] = interesting();
    if (random_below(8) == 0)
        return random_below(size) + 1;
    if (random_below(4) == 0)
        memmove(bytes + random_below(size / 2), bytes + random_below(size / 2), random_below(size / 2));
    return size;
}

static void check_ranges(const struct chip_config *config)
{
    const struct parameter_row *rows = chip_parameter_rows();
    for (const struct parameter_row *row = rows; row->key; row++) {
        if (row->type != PARAMETER_U32 || !parameters_applies(rows, row, config))
            continue;
        uint32_t number;
        memcpy(&number, (const char *)config + row->offset, sizeof number);
        ck_assert_double_le(row->minimum, number);
        ck_assert_double_le(number, row->maximum);
    }
}

static bool load(const char *path, const char *bytes, size_t size)
{
    struct chip_config config;
    struct diagnostics diagnostics = {.count = 0};
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
    bool ok = chip_config_load(path, NULL, 0, &config, &diagnostics);
    ck_assert(ok == (diagnostics.count == 0));
    if (ok) {
        check_ranges(&config);
        chip_config_free(&config);
    }
    diagnostics_free(&diagnostics);
    return ok;
}

START_TEST(a_damaged_chip_file_is_refused_or_in_range)
{
    static char original[BYTES_MAX], bytes[BYTES_MAX];
    char path[] = "/tmp/npusim-chip-mutation-XXXXXX";
    FILE *file = fopen("tests/support/chips/tiny-sparse.yaml", "rb");
    ck_assert_ptr_nonnull(file);
    size_t size = fread(original, 1, sizeof original, file);
    fclose(file);
    close(mkstemp(path));
    int good = 0;
    for (int i = 0; i < MUTATIONS; i++) {
        memcpy(bytes, original, size);
        good += load(path, bytes, mutate(bytes, size));
    }
    unlink(path);
    ck_assert_int_gt(good, MUTATIONS / 100); /* a digit changed, a comment */
    ck_assert_int_lt(good, MUTATIONS / 2);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("mutations");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, a_damaged_chip_file_is_refused_or_in_range);
    Suite *suite = suite_create("damaged chip files");
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
