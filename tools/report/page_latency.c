/* Latency over samples. */
#include "tools/report/page.h"

#include "sim/memory.h"
#include <math.h>
#include <stdlib.h>

#define LEFT 72.0
#define RIGHT 800.0
#define TOP 34.0
#define BOTTOM 230.0
#define POINTS_SHOWN 2000

/* Values need a range that three digits can tell apart; from 0 where that costs little. */
static void latency_range(const struct run_numbers *numbers, size_t samples, double *low, double *high)
{
    double least = numbers->latency_max_s, most = numbers->latency_max_s;
    for (size_t s = 0; s < samples; s++)
        least = fmin(least, numbers->latency_s[s]);
    double spread = fmax(most - least, 0.05 * most);
    *low = least < 0.5 * most ? 0 : fmax(least - 0.15 * spread, 0);
    *high = most + 0.15 * spread;
}

static size_t slowest(const double *latency, size_t first, size_t end)
{
    size_t best = first;
    for (size_t s = first; s < end; s++)
        best = latency[s] > latency[best] ? s : best;
    return best;
}

static void points(struct page *page, const struct scale *x, const struct scale *y, size_t samples, size_t stride)
{
    text_add(&page->text, "<g class=\"first\">\n");
    for (size_t first = 0; first < samples; first += stride) {
        size_t end = first + stride < samples ? first + stride : samples;
        size_t at = slowest(page->numbers->latency_s, first, end);
        text_add(&page->text, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%s\"/>\n", scale_at(x, (double)at),
                 scale_at(y, page->numbers->latency_s[at]), samples > 300 ? "1.6" : "2.8");
    }
    text_add(&page->text, "</g>\n");
}

static void quantile_lines(struct page *page, const struct scale *y)
{
    const struct run_numbers *numbers = page->numbers;
    double y50 = scale_at(y, numbers->latency_p50_s), y99 = scale_at(y, numbers->latency_p99_s);
    double label50 = y50, label99 = y99;
    if (y50 - y99 < 15) {
        label50 = (y50 + y99) / 2 + 7.5;
        label99 = label50 - 15;
    }
    char value[QUANTITY_SIZE];
    svg_line(&page->text, LEFT, y50, RIGHT, y50, "median");
    svg_line(&page->text, LEFT, y99, RIGHT, y99, "late");
    char *label = memory_format("p50 %s", quantity(value, numbers->latency_p50_s, "s", MICRO));
    svg_label(&page->text, RIGHT + 6, label50 + 4, 94, "start", "", label);
    free(label);
    label = memory_format("p99 %s", quantity(value, numbers->latency_p99_s, "s", MICRO));
    svg_label(&page->text, RIGHT + 6, label99 + 4, 94, "start", "", label);
    free(label);
}

static void sample_axis(struct page *page, const struct scale *x, size_t samples)
{
    double step = fmax(1, tick_step((double)samples, 8));
    for (double s = 0; s < (double)samples; s += step) {
        char number[QUANTITY_SIZE];
        svg_label(&page->text, scale_at(x, s), BOTTOM + 17, 80, "middle", "tick", count_text(number, (uint64_t)s));
    }
    svg_label(&page->text, (LEFT + RIGHT) / 2, BOTTOM + 35, 300, "middle", "axis", "sample, in order of the input");
    svg_line(&page->text, LEFT, BOTTOM, RIGHT, BOTTOM, "base");
}

static void only_sample(struct page *page)
{
    char latency[QUANTITY_SIZE];
    char *finding = memory_format("The only sample is answered after %s",
                                  quantity(latency, page->numbers->latency_max_s, "s", MICRO));
    section_begin(page, finding, "Latency: from its first input entering the host link to its last output leaving it.");
    section_end(page);
    free(finding);
}

void page_latency(struct page *page)
{
    const struct run_numbers *numbers = page->numbers;
    size_t samples = page->record->chip_result->sample_count;
    if (samples == 0 || !(numbers->latency_max_s > 0))
        return;
    if (samples == 1) {
        only_sample(page);
        return;
    }
    size_t stride = (samples + POINTS_SHOWN - 1) / POINTS_SHOWN;
    double low, high;
    latency_range(numbers, samples, &low, &high);
    struct scale x = {-0.5, (double)samples - 0.5, LEFT, RIGHT, false}, y = {low, high, BOTTOM, TOP, false};
    char a[QUANTITY_SIZE], b[QUANTITY_SIZE], number[COUNTED_SIZE];
    char *finding = memory_format("Half of the samples are answered within %s, the slowest after %s",
                                  quantity(a, numbers->latency_p50_s, "s", MICRO),
                                  quantity(b, numbers->latency_max_s, "s", MICRO));
    char *reading = memory_format("Latency: from a sample's first input entering the host link to its last output "
                                  "leaving it.%s%s",
                                  low > 0 ? " The axis does not start at zero." : "",
                                  stride > 1 ? " Each point is the slowest of its neighbours: there are more samples "
                                               "than points fit."
                                             : "");
    section_begin(page, finding, reading);
    free(finding);
    free(reading);
    char *description = memory_format("Latency of %s", counted(number, samples, "sample"));
    svg_begin(&page->text, BOTTOM + 44, description);
    free(description);
    svg_axis_y(&page->text, &y, LEFT, RIGHT, "s", "latency");
    sample_axis(page, &x, samples);
    quantile_lines(page, &y);
    points(page, &x, &y, samples, stride);
    svg_end(&page->text);
    section_end(page);
}
