/* Random streams: the published vectors of Philox, the same numbers for the same place, distributions. */
#include "sim/random.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <math.h>

/* Random123 1.14, kat_vectors: philox4x32 10. */
static const struct {
    uint32_t counter[4], key[2], words[4];
} known[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

START_TEST(the_published_vectors_come_out)
{
    struct random_stream stream;
    uint64_t seed = (uint64_t)(known[_i].key[1] & 0xffffffu) << 32 | known[_i].key[0];
    random_begin(&stream, seed, (uint8_t)(known[_i].key[1] >> 24), known[_i].counter + 1);
    stream.counter[0] = known[_i].counter[0];
    for (int i = 0; i < 4; i++)
        ck_assert_uint_eq(random_word(&stream), known[_i].words[i]);
}
END_TEST

START_TEST(a_place_has_its_numbers_whatever_was_drawn_before)
{
    const uint32_t here[3] = {1, 2, 3}, there[3] = {1, 2, 4};
    struct random_stream first, other, again;
    random_begin(&first, 7, 1, here);
    double expected[100];
    for (int i = 0; i < 100; i++)
        expected[i] = random_gaussian(&first, 1);
    random_begin(&other, 7, 1, there);
    for (int i = 0; i < 1234; i++)
        random_lognormal(&other, 1);
    random_begin(&again, 7, 1, here);
    for (int i = 0; i < 100; i++)
        ck_assert_double_eq(random_gaussian(&again, 1), expected[i]);
}
END_TEST

START_TEST(another_seed_purpose_or_place_has_others)
{
    const uint32_t here[3] = {1, 2, 3};
    struct random_stream stream;
    random_begin(&stream, 7, 1, here);
    uint32_t word = random_word(&stream);
    for (int i = 0; i < 5; i++) {
        uint32_t place[3] = {1 + (i == 0), 2 + (i == 1), 3 + (i == 2)};
        random_begin(&stream, 7 + (i == 3), (uint8_t)(1 + (i == 4)), place);
        ck_assert_uint_ne(random_word(&stream), word);
    }
}
END_TEST

/* Means and deviations of n numbers, within 5 standard errors. */
START_TEST(distributions_have_their_moments)
{
    enum { COUNT = 100000 };
    const uint32_t here[3] = {0, 0, 0};
    struct random_stream stream;
    double gauss = 0, gauss_squared = 0, logs = 0, logs_squared = 0, uniform = 0;
    random_begin(&stream, 1, 1, here);
    for (int i = 0; i < COUNT; i++) {
        double g = random_gaussian(&stream, 2), l = log(random_lognormal(&stream, 0.5)), u = random_uniform(&stream);
        ck_assert(u >= 0 && u < 1);
        gauss += g;
        gauss_squared += g * g;
        logs += l;
        logs_squared += l * l;
        uniform += u;
    }
    double error = 5 / sqrt(COUNT);
    ck_assert_double_le(fabs(gauss / COUNT), 2 * error);
    ck_assert_double_le(fabs(sqrt(gauss_squared / COUNT) - 2), 2 * error);
    ck_assert_double_le(fabs(logs / COUNT), 0.5 * error);
    ck_assert_double_le(fabs(sqrt(logs_squared / COUNT) - 0.5), 0.5 * error);
    ck_assert_double_le(fabs(uniform / COUNT - 0.5), error / sqrt(12));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("random");
    TCase *cases = tcase_create("random");
    tcase_add_loop_test(cases, the_published_vectors_come_out, 0, (int)(sizeof known / sizeof *known));
    tcase_add_test(cases, a_place_has_its_numbers_whatever_was_drawn_before);
    tcase_add_test(cases, another_seed_purpose_or_place_has_others);
    tcase_add_test(cases, distributions_have_their_moments);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
