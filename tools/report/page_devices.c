/* Several chips with devices of their own: how their figures spread. */
#include "tools/report/devices.h"
#include "tools/report/page.h"
#include <stdlib.h>

static void cell(struct text *text, const char *raw)
{
    text_add(text, "<td>");
    text_escaped(text, raw ? raw : "");
    text_add(text, "</td>");
}

void page_devices(struct page *page)
{
    const struct monte_carlo *runs = page->record->monte_carlo;
    if (!runs)
        return;
    char *title = devices_title(runs);
    section_begin(page, title, "The same network and input on each. Everything else on this page is of the first one. Ideal: no "
                               "variation, wires without resistance, converters that lose nothing.");
    free(title);
    text_add(&page->text, "<div class=\"table\"><table>\n<tr><th></th><th>mean</th><th>standard deviation</th><th>least</th>"
                          "<th>most</th><th>ideal</th></tr>\n");
    for (int figure = 0; figure < DEVICE_FIGURES; figure++) {
        struct devices_row row;
        devices_row(runs, (enum device_figure)figure, MICRO, &row);
        const char *cells[] = {row.name, row.mean, row.deviation, row.least, row.most, row.ideal};
        text_add(&page->text, "<tr>");
        for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
            cell(&page->text, cells[i]);
        text_add(&page->text, "</tr>\n");
        devices_row_free(&row);
    }
    text_add(&page->text, "</table></div>\n");
    section_end(page);
}
