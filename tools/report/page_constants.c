/* Every constant that energies, areas and leakages were made from, with its source, in a fold-out. */
#include "tools/report/page.h"

#include "models/physics/technology.h"
#include "sim/memory.h"
#include <stdlib.h>

static void cell(struct page *page, const char *raw)
{
    text_add(&page->text, "<td>");
    text_escaped(&page->text, raw);
    text_add(&page->text, "</td>");
}

static void constant_row(struct page *page, const struct parameter_row *row, const struct sourced_value *value)
{
    text_add(&page->text, "<tr>");
    cell(page, row->key);
    char *nominal = memory_format("%.5g", value->value);
    cell(page, nominal);
    free(nominal);
    char *range = value->low < value->high ? memory_format("%.4g to %.4g", value->low, value->high)
                                           : memory_copy_string("");
    cell(page, range);
    free(range);
    cell(page, row->unit);
    cell(page, value->source);
    text_add(&page->text, "</tr>\n");
}

void page_constants(struct page *page)
{
    const struct technology *technology = page->record->technology;
    const struct parameter_row *rows = technology_parameter_rows();
    uint32_t assumed, all;
    char values[COUNTED_SIZE];
    technology_sources(technology, &assumed, &all);
    char *finding = memory_format("Energies and areas rest on %s, %u of them assumed", counted(values, all, "constant"),
                                  assumed);
    section_begin(page, finding, technology_name(technology));
    free(finding);
    text_add(&page->text, "<details><summary>Every constant with its source</summary>\n<div class=\"table\"><table "
                          "class=\"words constants\">\n<tr><th>constant</th><th>value</th><th>range</th>"
                          "<th>unit</th><th>source</th></tr>\n");
    for (const struct parameter_row *row = rows; row->key; row++)
        if (row->type == PARAMETER_VALUE && parameters_applies(rows, row, technology))
            constant_row(page, row, (const void *)((const char *)technology + row->offset));
    text_add(&page->text, "</table></div></details>\n");
    section_end(page);
}
