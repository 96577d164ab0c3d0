/* The fit of the memory model: exponents of made points come back, and the technology files hold what the fit of the
 * repository's points gives. */
#include "models/physics/energy.h"
#include "models/physics/technology.h"
#include "sim/memory.h"
#include "tests/support/run_suite.h"
#include "tools/calibrate/memory_fit.h"
#include "tools/file/file.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#define POINTS "configs/technology/sram-points.csv"
#define HEADER "set,node_nm,bytes,width_bits,ports,read_pj,write_pj,area_um2,group,use,source\n"

static struct diagnostics diagnostics;

static char *written(const char *text)
{
    char *path = memory_format("/tmp/test_memory_fit_%ld.csv", (long)getpid());
    ck_assert(file_write_text(path, text, &diagnostics));
    return path;
}

static void near(double a, double b, double tolerance)
{
    ck_assert_msg(fabs(a - b) <= tolerance, "%.12g is not %.12g", a, b);
}

START_TEST(exponents_of_made_points_come_back_whatever_the_scales_of_their_sets)
{
    char *text = memory_copy_string(HEADER);
    for (int i = 0; i < 24; i++) {
        double bytes = 128 << (i % 7), width = 8 << (i % 5), ports = 1 + i % 3, scale = i % 2 ? 3 : 40;
        double read = scale * pow(bytes / 8192, 0.5) * pow(width / 64, 0.7) * pow(ports, 0.3);
        double area = 8 * bytes * 0.2 * pow(bytes / 8192, -0.05) * pow(ports, 1.2);
        char *longer = memory_format("%s%s,22,%g,%g,%g,%.12g,%.12g,%.12g,g,both,made\n", text, i % 2 ? "odd" : "even",
                                     bytes, width, ports, read, 2 * read, area);
        free(text);
        text = longer;
    }
    char *path = written(text);
    struct memory_points points;
    struct memory_fit fit;
    ck_assert(memory_points_read(path, &points, &diagnostics));
    ck_assert(memory_fit(&points, "g", UINT32_MAX, MEMORY_READ, &fit));
    near(fit.exponent[TERM_CAPACITY], 0.5, 1e-9);
    near(fit.exponent[TERM_WIDTH], 0.7, 1e-9);
    near(fit.exponent[TERM_PORTS], 0.3, 1e-9);
    near(fit.scale[0], 40, 1e-6);
    near(fit.scale[1], 3, 1e-6);
    near(fit.rms, 0, 1e-9);
    memory_fit_free(&fit);
    ck_assert(memory_fit(&points, "g", UINT32_MAX, MEMORY_AREA, &fit));
    near(fit.exponent[TERM_CAPACITY], -0.05, 1e-9);
    near(fit.exponent[TERM_PORTS], 1.2, 1e-9);
    ck_assert(!fit.fitted[TERM_WIDTH]);
    memory_fit_free(&fit);
    ck_assert(memory_fit(&points, "g", UINT32_MAX, MEMORY_WRITE_OVER_READ, &fit));
    near(fit.mean, 2, 1e-9);
    memory_fit_free(&fit);
    memory_points_free(&points);
    unlink(path);
    free(path);
    free(text);
}
END_TEST

static struct technology *node(int nm)
{
    char *path = memory_format("configs/technology/%dnm.yaml", nm);
    struct technology *technology;
    ck_assert(technology_load(path, &technology, &diagnostics));
    free(path);
    return technology;
}

START_TEST(files_hold_what_the_fit_gives)
{
    struct memory_points points;
    struct memory_fit read, write, area, finfet;
    ck_assert(memory_points_read(POINTS, &points, &diagnostics));
    ck_assert(memory_fit(&points, "planar", UINT32_MAX, MEMORY_READ, &read));
    ck_assert(memory_fit(&points, "planar", UINT32_MAX, MEMORY_WRITE_OVER_READ, &write));
    ck_assert(memory_fit(&points, "planar", UINT32_MAX, MEMORY_AREA, &area));
    ck_assert(memory_fit(&points, "finfet", UINT32_MAX, MEMORY_READ, &finfet));
    static const int nodes[] = {45, 28, 22, 16, 14, 7, 5};
    for (int i = 0; i < 7; i++) {
        struct technology *technology = node(nodes[i]);
        const struct component_values *v = &technology->components;
        near(v->sram_capacity_exponent.value, nodes[i] > 7 ? read.exponent[TERM_CAPACITY] : finfet.exponent[TERM_CAPACITY], 6e-4);
        near(v->sram_width_exponent.value, read.exponent[TERM_WIDTH], 6e-4);
        near(v->sram_port_exponent.value, read.exponent[TERM_PORTS], 6e-4);
        near(v->sram_write_ratio.value, write.mean, 6e-4);
        near(v->sram_write_ratio.low, write.least, 6e-4);
        near(v->sram_write_ratio.high, write.most, 6e-4);
        near(v->sram_area_capacity_exponent.value, area.exponent[TERM_CAPACITY], 6e-4);
        near(v->sram_area_port_exponent.value, area.exponent[TERM_PORTS], 6e-4);
        if (nodes[i] == 45)
            near(v->sram_read.value, read.scale[0], 2e-3);
        technology_free(technology);
    }
    memory_fit_free(&read);
    memory_fit_free(&write);
    memory_fit_free(&area);
    memory_fit_free(&finfet);
    memory_points_free(&points);
}
END_TEST

static const struct {
    const char *row, *message;
} broken[] = {
    {"a,22,0,8,1,1,,,g,energy,s", "bytes"},          {"a,22,128,8,many,1,,,g,energy,s", "ports"},
    {"a,22,128,8,1,-1,,,g,energy,s", "read_pj"},     {"a,22,128,8,1,1,,,g,perhaps,s", "energy, area, both or none"},
    {"a,nan,128,8,1,1,,,g,energy,s", "node_nm"},
};

START_TEST(a_point_with_a_mistake_is_refused_with_its_line)
{
    char *text = memory_format(HEADER "%s\n", broken[_i].row), *path = written(text);
    struct memory_points points;
    struct diagnostics found = {0};
    ck_assert(!memory_points_read(path, &points, &found));
    ck_assert(diagnostics_mention(&found, ".csv:2:"));
    ck_assert(diagnostics_mention(&found, broken[_i].message));
    diagnostics_free(&found);
    unlink(path);
    free(path);
    free(text);
}
END_TEST

START_TEST(too_few_points_are_no_fit)
{
    char *path = written(HEADER "a,22,128,8,1,1,,,g,energy,s\na,22,256,8,1,2,,,g,energy,s\n");
    struct memory_points points;
    struct memory_fit fit;
    ck_assert(memory_points_read(path, &points, &diagnostics));
    ck_assert(!memory_fit(&points, "g", UINT32_MAX, MEMORY_READ, &fit));
    ck_assert(!memory_fit(&points, "nobody", UINT32_MAX, MEMORY_READ, &fit));
    memory_points_free(&points);
    unlink(path);
    free(path);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("memory fit");
    tcase_add_test(tests, exponents_of_made_points_come_back_whatever_the_scales_of_their_sets);
    tcase_add_test(tests, files_hold_what_the_fit_gives);
    tcase_add_loop_test(tests, a_point_with_a_mistake_is_refused_with_its_line, 0, (int)(sizeof broken / sizeof *broken));
    tcase_add_test(tests, too_few_points_are_no_fit);
    Suite *suite = suite_create("memory fit");
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
