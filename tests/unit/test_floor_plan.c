/* The floor plan: to scale, nothing lost, nothing over the edge, nothing on top of anything else. */
#include "models/physics/floor_plan.h"
#include "models/physics/unit_costs.h"
#include "tests/support/run_suite.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>

static const char *const chips[] = {"configs/chip/rain.yaml", "configs/chip/rain-processor.yaml",
                                    "configs/chip/rain-memristive.yaml", "configs/chip/two-chips.yaml",
                                    "configs/chip/loihi.yaml", "configs/chip/tinyodin.yaml",
                                    "tests/support/chips/tiny-processor.yaml"};

static struct diagnostics diagnostics;
static struct chip_config chip;
static struct technology *technology;
static struct unit_costs costs;
static struct floor_plan plan;

static void load(const char *path)
{
    ck_assert(chip_config_load(path, NULL, 0, &chip, &diagnostics));
    char *file = parameters_relative_path(chip.path, chip.technology);
    ck_assert(technology_load(file, &technology, &diagnostics));
    free(file);
    unit_costs_get(technology, &chip, &costs);
    floor_plan_get(&chip, costs.area, &plan);
}

static void drop(void)
{
    technology_free(technology);
    chip_config_free(&chip);
}

static void close_to(double a, double b)
{
    ck_assert_msg(fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b)), "%.15g is not %.15g", a, b);
}

START_TEST(the_drawn_chip_has_the_area_of_its_components)
{
    load(chips[_i]);
    close_to(plan.width_mm * plan.height_mm * chip.host.chips, area_mm2(technology, &chip));
    close_to(plan.width_mm, plan.tile_mm * chip.noc.columns);
    close_to(plan.height_mm - plan.edge_mm, plan.tile_mm * chip.noc.rows);
    close_to(plan.hop_mm, plan.tile_mm);
    drop();
}
END_TEST

START_TEST(the_parts_of_a_tile_fill_it_each_with_its_share)
{
    static struct floor_part parts[FLOOR_PARTS];
    double by[ENERGY_COMPONENTS] = {0}, sum = 0;
    load(chips[_i]);
    uint32_t count = floor_plan_tile(&chip, costs.area, parts);
    for (uint32_t i = 0; i < count; i++) {
        by[parts[i].component] += parts[i].width * parts[i].height;
        sum += parts[i].width * parts[i].height;
    }
    close_to(sum, plan.tile_mm * plan.tile_mm);
    double tiles = (double)chip_tiles(&chip) * chip.host.chips;
    for (int c = 0; c < ENERGY_COMPONENTS; c++)
        if (c != ENERGY_HOST_LINK && c != ENERGY_CHIP_LINK)
            close_to(by[c], costs.area[c].nominal / tiles);
    drop();
}
END_TEST

START_TEST(no_part_leaves_the_tile_or_covers_another)
{
    static struct floor_part parts[FLOOR_PARTS];
    load(chips[_i]);
    uint32_t count = floor_plan_tile(&chip, costs.area, parts);
    double slack = 1e-9 * plan.tile_mm;
    for (uint32_t i = 0; i < count; i++) {
        const struct floor_part *a = &parts[i];
        ck_assert(a->x >= -slack && a->y >= -slack && a->x + a->width <= plan.tile_mm + slack &&
                  a->y + a->height <= plan.tile_mm + slack);
        for (uint32_t j = 0; j < i; j++) {
            const struct floor_part *b = &parts[j];
            double wide = fmin(a->x + a->width, b->x + b->width) - fmax(a->x, b->x);
            double high = fmin(a->y + a->height, b->y + b->height) - fmax(a->y, b->y);
            ck_assert_msg(wide <= slack || high <= slack, "parts %u and %u overlap by %g x %g mm", i, j, wide, high);
        }
    }
    drop();
}
END_TEST

int main(void)
{
    int count = (int)(sizeof chips / sizeof *chips);
    TCase *tests = tcase_create("floor plan");
    tcase_add_loop_test(tests, the_drawn_chip_has_the_area_of_its_components, 0, count);
    tcase_add_loop_test(tests, the_parts_of_a_tile_fill_it_each_with_its_share, 0, count);
    tcase_add_loop_test(tests, no_part_leaves_the_tile_or_covers_another, 0, count);
    Suite *suite = suite_create("floor plan");
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
