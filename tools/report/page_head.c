/* Style, title, key figures, findings. */
#include "tools/report/page.h"

#include "sim/memory.h"
#include "tools/file/file.h"
#include "tools/report/derive.h"
#include "tools/report/findings.h"
#include "tools/report/verdict.h"
#include <inttypes.h>
#include <stdlib.h>

static const char *const style[] = {
    ":root{color-scheme:light dark;--page:#f4f5f7;--surface:#fff;--ink:#17202c;--soft:#5a6675;--line:#e1e5ea;",
    "--first:#2a6fd6;--second:#e3a23a;--third:#8a5cc2;--heat:#2a6fd6;--onheat:#fff}\n",
    "@media(prefers-color-scheme:dark){:root{--page:#12161c;--surface:#1a2028;--ink:#e6eaf0;--soft:#9aa6b4;",
    "--line:#303945;--first:#5b9bf3;--second:#e0a54a;--third:#b08be6;--heat:#5b9bf3;--onheat:#0c1118}}\n",
    "*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,",
    "-apple-system,\"Segoe UI\",Roboto,\"DejaVu Sans\",sans-serif}main{max-width:980px;margin:0 auto;padding:28px 20px",
    " 60px}h1{font-size:25px;line-height:1.25;margin:0 0 4px;overflow-wrap:anywhere}",
    "h2{font-size:17px;line-height:1.35;margin:0 0 2px;overflow-wrap:anywhere}h3{font-size:14px;margin:18px 0 4px}\n",
    ".reading,.lead,.note{color:var(--soft);margin:0 0 12px;font-size:13.5px;overflow-wrap:anywhere}.lead{",
    "font-size:15px;margin-bottom:18px}section{background:var(--surface);border:1px solid var(--line);",
    "border-radius:10px;padding:18px 20px;margin:16px 0}ul{margin:6px 0 0;padding-left:20px}li{margin:3px 0;",
    "overflow-wrap:anywhere}\n",
    ".cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,1fr));gap:10px;margin:14px 0}.card{",
    "background:var(--surface);border:1px solid var(--line);border-radius:10px;padding:11px 14px}.card b{display:",
    "block;font-size:21px;line-height:1.3;white-space:nowrap}.card span{color:var(--soft);font-size:12.5px;display:",
    "block;line-height:1.35}\n",
    ".chart{overflow-x:auto}svg{display:block;min-width:680px;width:100%;height:auto;font-family:inherit}",
    "svg text{font-size:12px;fill:var(--ink)}svg .tick{fill:var(--soft)}svg .axis{fill:var(--soft)}svg .strong{",
    "font-weight:600}svg .grid{stroke:var(--line)}svg .base{stroke:var(--soft)}\n",
    ".first{fill:var(--first)}.second{fill:var(--second)}.third{fill:var(--third)}.heat{fill:var(--heat)}.empty{",
    "fill:none;stroke:var(--line)}svg text.onheat{fill:var(--onheat);font-size:11px}svg text.incell{font-size:11px}",
    ".box{fill:var(--first);opacity:.3}\n",
    ".spikes{stroke:var(--first);fill:none}.inputs{stroke:var(--soft);fill:none}.median{stroke:var(--second);",
    "stroke-width:1.5}.late{stroke:var(--third);stroke-width:1.5}\n",
    ".mark{fill:var(--ink)}.found td{font-weight:600}.figures th,.figures td{padding:4px 6px;font-size:12.5px}\n",
    ".whisker{stroke:var(--ink);stroke-width:1.2}.wall{fill:none;stroke:var(--ink)}.tile{fill:var(--line);stroke:",
    "var(--surface)}.used{fill:var(--first);stroke:var(--surface)}.fourth{fill:#3f9c74}\n",
    ".p0{fill:#7fb2e5}.p1{fill:#e8b96a}.p2{fill:#4f83cc}.p3{fill:#c77fb4}.p4{fill:#6bbf8a}.p5{fill:#d98873}",
    ".p6{fill:#a6a2dd}.p7{fill:#c2c46a}.p8{fill:#8d99a6}.p9{fill:#58bcc4}.p10{fill:#b58a63}.p11{fill:#d3d7dc}",
    ".p12{fill:#9fbf7a}.part{stroke:var(--surface);stroke-width:.7}svg text.onpart{font-size:11px;fill:#10161f}\n",
    ".table{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:13.5px;font-variant-numeric:",
    "tabular-nums}th,td{text-align:right;padding:4px 10px;border-bottom:1px solid var(--line);white-space:nowrap}",
    "th{color:var(--soft);font-weight:500}th:first-child,td:first-child,.words td{text-align:left}.words td{",
    "white-space:normal;overflow-wrap:anywhere;vertical-align:top}.words td:first-child{color:var(--soft);",
    "white-space:nowrap}.constants th{text-align:left}.constants td:nth-child(-n+4){",
    "white-space:nowrap}summary{cursor:pointer;margin:8px 0;color:var(--soft)}\n",
    NULL};

static void card(struct page *page, const char *value, const char *what)
{
    text_add(&page->text, "<div class=\"card\"><b>");
    text_escaped(&page->text, value);
    text_add(&page->text, "</b><span>");
    text_escaped(&page->text, what);
    text_add(&page->text, "</span></div>\n");
}

static void cards(struct page *page)
{
    const struct run_numbers *numbers = page->numbers;
    char a[QUANTITY_SIZE], b[QUANTITY_SIZE];
    struct text value = {0}, what = {0};
    text_add(&page->text, "<div class=\"cards\">\n");
    if (numbers->labelled) {
        text_add(&value, "%.2f %%", 100 * numbers->accuracy);
        text_add(&what, "right on the chip; float reference %.2f %%; on a tie of the outputs, where the first wins: %" PRIu32,
                 100 * numbers->reference_accuracy, numbers->ties);
        card(page, value.data, what.data);
    }
    text_free(&value);
    text_free(&what);
    text_add(&value, "%.2f %%", 100 * numbers->spike_agreement);
    card(page, value.data, "of spikes as in the reference");
    text_add(&what, "mean latency; 99\xc2\xa0%% within %s", quantity(b, numbers->latency_p99_s, "s", MICRO));
    card(page, quantity(a, numbers->latency_mean_s, "s", MICRO), what.data);
    text_free(&what);
    text_add(&what, "energy a sample, fed without pause");
    struct figure joules = chip_figure(page->record, numbers, MEASURE_ENERGY);
    char *range = figure_text(&joules, MEASURE_ENERGY, MICRO);
    if (joules.low < joules.high)
        text_add(&what, "; %s at the low and high of every constant", range);
    free(range);
    card(page, quantity(a, energy_per_sample(page->record, numbers), "J", MICRO), what.data);
    text_free(&what);
    text_add(&what, "mean power of the chip; area %.3g mm\xc2\xb2", numbers->area_mm2);
    card(page, quantity(a, numbers->power_w, "W", MICRO), what.data);
    card(page, quantity(a, numbers->throughput_per_s, "/s", MICRO), "samples, as they were run");
    text_free(&value);
    text_free(&what);
    text_add(&page->text, "</div>\n");
}

static void findings_list(struct page *page)
{
    struct findings findings;
    findings_make(page->record, page->numbers, MICRO, &findings);
    text_add(&page->text, "<section>\n<h2>What the numbers say</h2>\n<ul>\n");
    for (size_t i = 0; i < findings.count + page->record->compile->remark_count; i++) {
        text_add(&page->text, "<li>");
        text_escaped(&page->text, i < findings.count ? findings.sentence[i]
                                                     : page->record->compile->remarks[i - findings.count]);
        text_add(&page->text, "</li>\n");
    }
    text_add(&page->text, "</ul>\n</section>\n");
    findings_free(&findings);
}

void page_open(struct text *text, const char *title)
{
    text_add(text, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" "
                   "content=\"width=device-width, initial-scale=1\"/>\n<title>");
    text_escaped(text, title);
    text_add(text, "</title>\n<style>\n");
    for (size_t i = 0; style[i]; i++)
        text_add(text, "%s", style[i]);
    text_add(text, "</style>\n</head>\n<body>\n<main>\n<h1>");
    text_escaped(text, title);
    text_add(text, "</h1>\n");
}

void page_head(struct page *page)
{
    const struct run_record *record = page->record;
    char dt[QUANTITY_SIZE], samples[COUNTED_SIZE], steps[COUNTED_SIZE];
    char *title = memory_format("%s on %s", file_name(record->network->path), record->chip->name);
    page_open(&page->text, title);
    char *lead = memory_format("%s of up to %s of %s (from %s), simulated cycle by cycle at %s. The neurons' "
                               "equations are stepped by the rules \"%s\" (docs/semantics.md), in the float reference too.",
                               counted(samples, record->chip_result->sample_count, "sample"),
                               counted(steps, record->chip_result->steps, "timestep"),
                               tick_text(dt, record->dt_s, "s"), record->dt_origin,
                               tick_text((char[QUANTITY_SIZE]){0}, record->chip->clock_hz, "Hz"), record->semantics);
    paragraph(page, "lead", lead);
    free(lead);
    free(title);
    cards(page);
    findings_list(page);
}
