/* report.html: well formed, escaped, self-contained, and saying what the numbers say. */
#include "sim/memory.h"
#include "tests/support/report_case.h"
#include "tests/support/run_suite.h"
#include "tools/file/file.h"
#include "tools/report/page.h"
#include <check.h>
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE_LIMIT ((size_t)1 << 26)
#define DEPTH_MAX 64

static struct record_fixture fixture;
static struct run_numbers numbers;
static char dir[64];

static void make(uint32_t samples, uint32_t hidden)
{
    record_fixture_make(&fixture, samples, hidden);
    run_derive(&fixture.record, &numbers);
    strcpy(dir, "/tmp/npusim-page-XXXXXX");
    ck_assert(mkdtemp(dir) != NULL);
}

static char *written_page(void)
{
    struct diagnostics diagnostics = {0};
    bool fine = page_write_html(dir, &fixture.record, &numbers, &diagnostics);
    diagnostics_print(&diagnostics);
    ck_assert(fine);
    char *path = memory_format("%s/report.html", dir);
    unsigned char *bytes;
    size_t size;
    ck_assert(file_read(path, PAGE_LIMIT, &bytes, &size, &diagnostics));
    unlink(path);
    free(path);
    return (char *)bytes;
}

static void drop(void)
{
    run_numbers_free(&numbers);
    record_fixture_free(&fixture);
    ck_assert(rmdir(dir) == 0);
}

/* The end of a tag's attributes, each NAME="VALUE"; NULL when they are not of that form. */
static const char *after_attributes(const char *at)
{
    while (*at && *at != '>' && *at != '/') {
        if (isspace((unsigned char)*at)) {
            at++;
            continue;
        }
        at += strcspn(at, "=>< \n");
        if (at[0] != '=' || at[1] != '"')
            return NULL;
        at += 2 + strcspn(at + 2, "\"<");
        if (*at != '"')
            return NULL;
        at++;
    }
    return at;
}

/* NULL when every tag is closed in order and every & begins a reference; else where it goes wrong. */
static const char *malformed(const char *html)
{
    const char *open[DEPTH_MAX];
    size_t length[DEPTH_MAX];
    int depth = 0;
    const char *at = strchr(html, '\n'); /* after the document type */
    for (; at && *at; at++) {
        if (*at == '&') {
            size_t name = strspn(at + 1, "#abcdefghijklmnopqrstuvwxyz0123456789");
            if (name == 0 || at[1 + name] != ';')
                return at;
        }
        if (*at == '>')
            return at;
        if (*at != '<')
            continue;
        bool closing = at[1] == '/';
        const char *name = at + 1 + closing;
        size_t size = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789");
        const char *end = after_attributes(name + size);
        if (size == 0 || !end)
            return at;
        if (closing) {
            if (depth == 0 || length[depth - 1] != size || strncmp(open[depth - 1], name, size) != 0)
                return at;
            depth--;
        } else if (*end != '/') {
            if (depth == DEPTH_MAX)
                return at;
            open[depth] = name;
            length[depth++] = size;
        }
        at = *end == '/' ? end + 1 : end;
        if (*at != '>')
            return at;
    }
    return depth == 0 ? NULL : "(unclosed at the end)";
}

static void assert_well_formed(const char *html)
{
    const char *wrong = malformed(html);
    ck_assert_msg(wrong == NULL, "malformed at: %.120s", wrong ? wrong : "");
}

START_TEST(the_check_itself_finds_what_is_malformed)
{
    ck_assert(malformed("x\n<p>a</p><br/>") == NULL);
    ck_assert(malformed("x\n<p>a") != NULL);
    ck_assert(malformed("x\n<p><b>a</p></b>") != NULL);
    ck_assert(malformed("x\n<p>a & b</p>") != NULL);
    ck_assert(malformed("x\n<p class=a>b</p>") != NULL);
    ck_assert(malformed("x\n<p class=\"<\">b</p>") != NULL);
    ck_assert(malformed("x\n<p>3 > 2</p>") != NULL);
}
END_TEST

START_TEST(page_is_well_formed_and_escapes_every_name)
{
    make(5, 6);
    char *html = written_page();
    assert_well_formed(html);
    static const char *const raw[] = {"<script", FIXTURE_HIDDEN, "Fast <GPU>", "tiny & <net>", "in/<0>.bin", "a & b"};
    for (size_t i = 0; i < sizeof raw / sizeof *raw; i++)
        ck_assert_msg(strstr(html, raw[i]) == NULL, "%s stands unescaped", raw[i]);
    ck_assert(strstr(html, "a&lt;b&gt;&amp;&quot;c&quot;&#39;d") != NULL);
    ck_assert(strstr(html, "&lt;script&gt;alert(1)&lt;/script&gt;") != NULL);
    free(html);
    drop();
}
END_TEST

START_TEST(page_needs_nothing_from_elsewhere)
{
    make(5, 6);
    char *html = written_page();
    static const char *const banned[] = {"http:", "https:", "src=", "href=", "url(", "@import", "<link", "<script"};
    for (size_t i = 0; i < sizeof banned / sizeof *banned; i++)
        ck_assert_msg(strstr(html, banned[i]) == NULL, "%s is in the page", banned[i]);
    free(html);
    drop();
}
END_TEST

START_TEST(page_has_every_chart_and_no_number_that_is_none)
{
    make(5, 6);
    char *html = written_page();
    static const char *const charts[] = {"Energy a sample by component", "Energy a sample by layer",
                                         "Latency of 5 samples", "Spikes of the first sample by layer",
                                         "Heat map of the mesh", "of the chip and of accelerators",
                                         "Power over the run, a step for each sample", "Energy by timestep",
                                         "Floor plan to scale", "Every constant with its source"};
    for (size_t i = 0; i < sizeof charts / sizeof *charts; i++)
        ck_assert_msg(strstr(html, charts[i]) != NULL, "%s is missing", charts[i]);
    ck_assert(strstr(html, "=\"nan") == NULL && strstr(html, "=\"-nan") == NULL && strstr(html, "=\"inf") == NULL);
    ck_assert(strstr(html, "00c0ffee12345678") != NULL);
    ck_assert(strstr(html, "npusim run --network &#39;a &amp; b&#39;") != NULL);
    free(html);
    drop();
}
END_TEST

static size_t count_of(const char *html, const char *what)
{
    size_t count = 0;
    for (const char *at = html; (at = strstr(at, what)); at += strlen(what))
        count++;
    return count;
}

START_TEST(every_constant_stands_with_its_source)
{
    make(2, 4);
    char *html = written_page();
    const struct parameter_row *rows = technology_parameter_rows();
    int seen = 0;
    for (const struct parameter_row *row = rows; row->key; row++) {
        if (row->type != PARAMETER_VALUE || !parameters_applies(rows, row, fixture.technology))
            continue;
        const struct sourced_value *value = (const void *)((const char *)fixture.technology + row->offset);
        struct text cells = {0};
        text_add(&cells, "<td>%s</td><td>%.5g</td>", row->key, value->value);
        ck_assert_msg(strstr(html, cells.data) != NULL, "%s is missing", cells.data);
        text_free(&cells);
        text_add(&cells, "<td>");
        text_escaped(&cells, value->source);
        text_add(&cells, "</td></tr>");
        ck_assert_msg(strstr(html, cells.data) != NULL, "%s is missing", cells.data);
        text_free(&cells);
        seen++;
    }
    ck_assert_int_ge(seen, 10);
    free(html);
    drop();
}
END_TEST

/* A range is a line and two caps; one too short to be seen has none. */
START_TEST(ranges_of_components_have_lines)
{
    make(2, 4);
    char *html = written_page();
    char *section = strstr(html, "Energy a sample by component"), *end = strstr(section, "</svg>");
    int ranges = 0, drawn = 0;
    for (int c = 0; c < ENERGY_COMPONENTS; c++)
        ranges += numbers.energy.component[c].high > numbers.energy.component[c].low;
    *end = '\0';
    for (const char *at = section; (at = strstr(at, "class=\"whisker\"")); at++)
        drawn++;
    ck_assert_int_gt(ranges, 2);
    ck_assert_int_gt(drawn, 3);
    ck_assert_int_eq(drawn % 3, 0);
    ck_assert_int_le(drawn / 3, ranges);
    free(html);
    drop();
}
END_TEST

/* Of the rectangle whose tooltip begins with `title`, which stands in it (floor plan) or before it (heat map). */
static double top_of(const char *html, const char *title, bool before)
{
    const char *at = strstr(html, title);
    ck_assert_msg(at != NULL, "%s is missing", title);
    while (!before && strncmp(at, "<rect", 5) != 0)
        at--;
    at = strstr(at, " y=\"");
    return strtod(at + 4, NULL);
}

/* The section's heading comes from the rule of the sentence: undecided in one is undecided in the other. */
START_TEST(the_heading_of_the_chart_is_as_unsure_as_the_sentence)
{
    make(5, 6);
    const char *decided = "Least energy a sample: &lt;GPU&gt; \xc2\xb7 ann \xc2\xb7 256.";
    const char *undecided = "Least energy a sample: undecided between the chip and &lt;GPU&gt; \xc2\xb7 ann \xc2\xb7 256.";
    char *html = written_page();
    ck_assert(strstr(html, decided) && !strstr(html, "Undecided: who needs less energy"));
    free(html);
    fixture.baselines[1].energy_j = 0.99 * numbers.energy.high_total / 5;
    html = written_page();
    ck_assert(strstr(html, undecided) && strstr(html, "Undecided: who needs less energy"));
    free(html);
    fixture.baselines[1].energy_j = 1.4 * numbers.energy.high_total / 5;
    fixture.baselines[1].energy_error = 0.5;
    html = written_page();
    ck_assert(strstr(html, undecided) && strstr(html, "Undecided: who needs less energy"));
    free(html);
    drop();
}
END_TEST

START_TEST(a_long_name_leaves_mode_and_batch_in_the_chart)
{
    make(2, 4);
    for (int i = 0; i < FIXTURE_BASELINES; i++) {
        fixture.baselines[i].name = i < 2 ? "Maker Jetson AGX Orin Industrial 64GB" : "Maker X";
        fixture.baselines[i].mode = BASELINE_SNN_FUSED;
    }
    char *html = written_page(), *chart = strstr(html, "Latency and energy a sample of the chip and of accelerators");
    *strstr(chart, "</svg>") = '\0';
    ck_assert(strstr(chart, "Jetson AGX Or") != NULL);
    ck_assert(strstr(chart, "\xe2\x80\xa6 \xc2\xb7 snn-fused \xc2\xb7 256</text>") != NULL);
    ck_assert(strstr(chart, ">X \xc2\xb7 snn-fused \xc2\xb7 1</text>") != NULL);
    ck_assert(strstr(chart, "<title>Maker") == NULL && strstr(chart, "<title>Jetson") == NULL); /* no label is shortened */
    free(html);
    drop();
}
END_TEST

START_TEST(bars_of_accelerators_have_their_error_and_a_mark_where_they_were_measured)
{
    make(2, 4);
    char *plain = written_page(), *chart = strstr(plain, "of the chip and of accelerators");
    *strstr(chart, "</svg>") = '\0';
    size_t before = count_of(chart, "class=\"whisker\"");
    ck_assert_uint_eq(count_of(chart, "class=\"mark\""), 0);
    for (int i = 0; i < FIXTURE_BASELINES; i++)
        fixture.baselines[i].latency_error = i < 3 ? 0.3 : 2; /* the last without an end: no cap there */
    fixture.baselines[0].measurement = (struct baseline_measurement){.latency_s = 1.7e-5, .energy_j = NAN, .power_w = NAN};
    char *html = written_page();
    chart = strstr(html, "of the chip and of accelerators");
    ck_assert(strstr(html, "<td>measured</td><td>1</td><td>17.0 " MICRO "s</td>") != NULL);
    ck_assert(strstr(html, " " MICRO "s " PLUS_MINUS "200 %</td>") != NULL);
    assert_well_formed(html);
    *strstr(chart, "</svg>") = '\0';
    ck_assert_uint_eq(count_of(chart, "class=\"whisker\""), before + 3 * 3 + 2);
    ck_assert_uint_eq(count_of(chart, "class=\"mark\""), 2); /* its key too */
    free(plain);
    free(html);
    drop();
}
END_TEST

START_TEST(a_tile_has_the_same_place_in_floor_plan_and_heat_map)
{
    make(2, 4);
    ck_assert_uint_ge(fixture.chip.noc.rows, 2);
    char *html = written_page(), *north = memory_format("<title>tile %u: ", fixture.chip.noc.columns);
    ck_assert_double_lt(top_of(html, north, false), top_of(html, "<title>tile 0: ", false));
    ck_assert_double_lt(top_of(html, "<title>tile 0,1: ", true), top_of(html, "<title>tile 0,0: ", true));
    free(north);
    free(html);
    drop();
}
END_TEST

START_TEST(a_huge_raster_is_thinned_alike_each_time_and_says_so)
{
    make(1, 4500);
    size_t hidden_spikes = 0;
    for (size_t i = 0; i < fixture.chip_result.samples[0].spike_count; i++)
        hidden_spikes += fixture.chip_result.samples[0].spikes[i].population == 1;
    ck_assert_uint_gt(hidden_spikes, 4000);
    char *html = written_page(), *again = written_page();
    ck_assert_str_eq(html, again);
    ck_assert(strstr(html, "picked by a hash") != NULL);
    const char *path = strstr(html, "class=\"spikes\"");
    ck_assert(path != NULL);
    char *marks = memory_format("%.*s", (int)strcspn(path, ">"), path);
    ck_assert_uint_gt(count_of(marks, "M"), 3600);
    ck_assert_uint_lt(count_of(marks, "M"), 4400);
    free(marks);
    free(again);
    free(html);
    drop();
}
END_TEST

START_TEST(page_counts_one_in_the_singular)
{
    make(1, 1);
    fixture.compile.cores_available = fixture.chip_result.steps = 1;
    numbers.dropped = numbers.hops = numbers.synaptic_events = numbers.spikes = 1;
    char *html = written_page();
    static const char *const expected[] = {
        "1 sample of up to 1 timestep of", "The only sample is answered after", ">1 neuron<", "% of 1 sample right",
        "4 input spikes and 1 spike became 1 synaptic event and 1 hop; 1 event was dropped", "of 1 core used",
        "2 of 4 tiles compute;"};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        ck_assert_msg(strstr(html, expected[i]) != NULL, "%s is missing", expected[i]);
    *strstr(html, "Chip configuration") = '\0'; /* from there on, values and their units */
    ck_assert_msg(wrong_plural(html) == NULL, "%.60s", wrong_plural(html));
    free(html);
    drop();
}
END_TEST

START_TEST(page_does_without_samples_labels_baselines_and_energy)
{
    make(0, 3);
    fixture.record.baseline_count = 0;
    memset(&numbers.energy.total, 0, sizeof numbers.energy.total);
    char *html = written_page();
    assert_well_formed(html);
    ck_assert(strstr(html, "nan") == NULL);
    free(html);
    drop();
}
END_TEST

START_TEST(scales_are_exact_at_their_ends_and_clip_beyond)
{
    struct scale linear = {10, 20, 100, 300, false}, decades = {1e-6, 1e-2, 0, 400, true};
    ck_assert(fabs(scale_at(&linear, 15) - 200) < 1e-9);
    ck_assert(fabs(scale_at(&linear, 25) - 300) < 1e-9);
    ck_assert(fabs(scale_at(&decades, 1e-5) - 100) < 1e-9);
    ck_assert(fabs(scale_at(&decades, 1e-9)) < 1e-9);
    ck_assert(fabs(tick_step(0.9, 5) - 0.2) < 1e-12);
    ck_assert(fabs(tick_step(1000, 5) - 200) < 1e-9);
    char text[QUANTITY_SIZE];
    ck_assert_str_eq(tick_text(text, 2e-7, "J"), "200 nJ");
    ck_assert_str_eq(tick_text(text, 1.5e-6, "J"), "1.5 " MICRO "J");
    ck_assert_str_eq(tick_text(text, 1e-6, "J"), "1 " MICRO "J");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("page");
    TCase *all = tcase_create("all");
    tcase_add_test(all, the_check_itself_finds_what_is_malformed);
    tcase_add_test(all, page_is_well_formed_and_escapes_every_name);
    tcase_add_test(all, page_needs_nothing_from_elsewhere);
    tcase_add_test(all, page_has_every_chart_and_no_number_that_is_none);
    tcase_add_test(all, every_constant_stands_with_its_source);
    tcase_add_test(all, ranges_of_components_have_lines);
    tcase_add_test(all, the_heading_of_the_chart_is_as_unsure_as_the_sentence);
    tcase_add_test(all, a_long_name_leaves_mode_and_batch_in_the_chart);
    tcase_add_test(all, bars_of_accelerators_have_their_error_and_a_mark_where_they_were_measured);
    tcase_add_test(all, a_tile_has_the_same_place_in_floor_plan_and_heat_map);
    tcase_add_test(all, a_huge_raster_is_thinned_alike_each_time_and_says_so);
    tcase_add_test(all, page_counts_one_in_the_singular);
    tcase_add_test(all, page_does_without_samples_labels_baselines_and_energy);
    tcase_add_test(all, scales_are_exact_at_their_ends_and_clip_beyond);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
