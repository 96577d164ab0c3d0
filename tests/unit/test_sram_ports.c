/* Banked SRAM: conflicts counted by hand, and against a count of every bank. */
#include "models/mem/sram_ports.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <stdlib.h>

static uint32_t cycles_of(uint32_t banks, uint32_t ports, const uint32_t *words, uint32_t count)
{
    struct sram_ports memory;
    sram_ports_init(&memory, banks, ports);
    for (uint32_t i = 0; i < count; i++)
        sram_ports_access(&memory, words[i]);
    return sram_ports_cycles(&memory);
}

START_TEST(words_of_different_banks_take_one_cycle)
{
    ck_assert_uint_eq(cycles_of(4, 1, (const uint32_t[]){0, 5, 10, 15}, 4), 1);
}
END_TEST

START_TEST(words_of_one_bank_take_turns)
{
    ck_assert_uint_eq(cycles_of(4, 1, (const uint32_t[]){3, 7, 11}, 3), 3);
    ck_assert_uint_eq(cycles_of(4, 1, (const uint32_t[]){3, 7, 1, 2, 0}, 5), 2);
    ck_assert_uint_eq(cycles_of(1, 1, (const uint32_t[]){3, 7, 1, 2, 0}, 5), 5);
}
END_TEST

START_TEST(more_ports_serve_more_at_once)
{
    ck_assert_uint_eq(cycles_of(4, 2, (const uint32_t[]){3, 7, 11}, 3), 2);
    ck_assert_uint_eq(cycles_of(4, 3, (const uint32_t[]){3, 7, 11}, 3), 1);
    ck_assert_uint_eq(cycles_of(1, 2, (const uint32_t[]){3, 7, 1, 2, 0}, 5), 3);
}
END_TEST

START_TEST(an_empty_set_takes_no_cycle)
{
    ck_assert_uint_eq(cycles_of(4, 1, NULL, 0), 0);
}
END_TEST

START_TEST(a_set_knows_nothing_of_the_one_before)
{
    struct sram_ports memory;
    sram_ports_init(&memory, 4, 1);
    for (uint32_t i = 0; i < 3; i++)
        sram_ports_access(&memory, 0);
    ck_assert_uint_eq(sram_ports_cycles(&memory), 3);
    sram_ports_access(&memory, 0);
    sram_ports_access(&memory, 1);
    ck_assert_uint_eq(sram_ports_cycles(&memory), 1);
    ck_assert_uint_eq(sram_ports_cycles(&memory), 0);
}
END_TEST

START_TEST(the_fullest_bank_decides)
{
    for (uint32_t banks = 1; banks <= 17; banks++)
        for (uint32_t ports = 1; ports <= 3; ports++) {
            uint32_t words[60], load[17] = {0}, fullest = 0;
            for (uint32_t i = 0; i < 60; i++) {
                words[i] = i * i * 37 % 101;
                uint32_t in_bank = ++load[words[i] % banks];
                fullest = in_bank > fullest ? in_bank : fullest;
            }
            ck_assert_uint_eq(cycles_of(banks, ports, words, 60), (fullest + ports - 1) / ports);
        }
}
END_TEST

START_TEST(a_run_of_neighbours_is_the_set_of_its_words)
{
    for (uint32_t banks = 1; banks <= 9; banks++)
        for (uint32_t ports = 1; ports <= 3; ports++)
            for (uint32_t count = 0; count <= 40; count++) {
                uint32_t words[40];
                for (uint32_t i = 0; i < count; i++)
                    words[i] = 13 + i;
                ck_assert_uint_eq(sram_ports_run(banks, ports, count), cycles_of(banks, ports, words, count));
            }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("SRAM ports");
    TCase *cases = tcase_create("SRAM ports");
    tcase_add_test(cases, words_of_different_banks_take_one_cycle);
    tcase_add_test(cases, words_of_one_bank_take_turns);
    tcase_add_test(cases, more_ports_serve_more_at_once);
    tcase_add_test(cases, an_empty_set_takes_no_cycle);
    tcase_add_test(cases, a_set_knows_nothing_of_the_one_before);
    tcase_add_test(cases, the_fullest_bank_decides);
    tcase_add_test(cases, a_run_of_neighbours_is_the_set_of_its_words);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
