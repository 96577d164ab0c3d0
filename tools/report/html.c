/* report.html: the frame around the sections. */
#include "tools/report/page.h"

#include "sim/memory.h"
#include "tools/file/file.h"
#include <stdlib.h>

void section_begin(struct page *page, const char *finding, const char *reading)
{
    text_add(&page->text, "<section>\n<h2>");
    text_escaped(&page->text, finding);
    text_add(&page->text, "</h2>\n");
    paragraph(page, "reading", reading);
}

void section_end(struct page *page)
{
    text_add(&page->text, "</section>\n");
}

void paragraph(struct page *page, const char *class, const char *raw)
{
    text_add(&page->text, "<p class=\"%s\">", class);
    text_escaped(&page->text, raw);
    text_add(&page->text, "</p>\n");
}

bool page_write_html(const char *dir, const struct run_record *record, const struct run_numbers *numbers,
                     struct diagnostics *diagnostics)
{
    if (!directory_make(dir, diagnostics))
        return false;
    struct page page = {.record = record, .numbers = numbers};
    page_head(&page);
    page_baselines(&page);
    page_devices(&page);
    page_energy(&page);
    page_power(&page);
    page_floor(&page);
    page_latency(&page);
    page_raster(&page);
    page_mesh(&page);
    page_constants(&page);
    page_tables(&page);
    text_add(&page.text, "</main>\n</body>\n</html>\n");
    char *path = memory_format("%s/report.html", dir);
    bool written = file_write_text(path, page.text.data, diagnostics);
    free(path);
    text_free(&page.text);
    return written;
}
