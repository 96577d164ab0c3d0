/* Heat maps of the mesh: how busy the cores of a tile are, and how many flits its router sends. */
#include "tools/report/page.h"

#include "sim/memory.h"
#include "tools/report/findings.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#define CELL_MAX 46.0
#define CELL_LABELLED 34.0 /* smaller cells hold no number */
#define CHIP_GAP 12.0
#define MAP_WIDTH 420.0
#define TOP 34.0

struct mesh {
    uint32_t columns, rows, chips, cores_per_tile;
    double cell;
};

static struct mesh mesh_of(const struct run_record *record)
{
    const struct chip_config *chip = record->chip;
    struct mesh mesh = {chip->noc.columns, chip->noc.rows, chip->host.chips ? chip->host.chips : 1,
                        chip->noc.cores_per_tile, 0};
    double room = MAP_WIDTH - CHIP_GAP * (mesh.chips - 1);
    mesh.cell = fmax(fmin(CELL_MAX, room / ((double)mesh.columns * mesh.chips)), 2);
    return mesh;
}

static uint32_t tiles_of(const struct mesh *mesh)
{
    return mesh->columns * mesh->rows * mesh->chips;
}

/* Share of all cycles in which the tile's cores work on synapses or neurons, mean over its cores. */
static double *busy_shares(const struct run_record *record, const struct mesh *mesh)
{
    const struct counter_table *table = &record->chip_result->counters;
    double *share = memory_array(tiles_of(mesh), sizeof *share);
    for (uint32_t core = 0; core < table->cores; core++) {
        const uint64_t *counter = table->core + (size_t)core * CORE_COUNTERS;
        uint32_t tile = core / mesh->cores_per_tile;
        if (tile < tiles_of(mesh) && table->cycles > 0)
            share[tile] += (double)(counter[CORE_BUSY_SYNAPSE] + counter[CORE_BUSY_NEURON]) / (double)table->cycles /
                           mesh->cores_per_tile;
    }
    return share;
}

static double *flits_sent(const struct run_record *record, const struct mesh *mesh)
{
    const struct counter_table *table = &record->chip_result->counters;
    double *flits = memory_array(tiles_of(mesh), sizeof *flits);
    for (uint32_t tile = 0; tile < table->routers && tile < tiles_of(mesh); tile++) {
        const uint64_t *counter = table->router + (size_t)tile * ROUTER_COUNTERS;
        flits[tile] = (double)(counter[ROUTER_FLITS_EW] + counter[ROUTER_FLITS_NS] + counter[ROUTER_FLITS_LOCAL]);
    }
    return flits;
}

static uint32_t hottest(const double *value, uint32_t tiles)
{
    uint32_t best = 0;
    for (uint32_t t = 1; t < tiles; t++)
        best = value[t] > value[best] ? t : best;
    return best;
}

static char *value_text(double value, bool share)
{
    char text[QUANTITY_SIZE];
    if (share)
        return memory_copy_string(percent(text, value));
    if (value < 1000)
        return memory_format("%.0f", value);
    tick_text(text, value, "");
    return memory_copy_string(text);
}

static void draw_tile(struct page *page, const struct mesh *mesh, double x, double y, double value, double most,
                      bool share, const char *where)
{
    double part = most > 0 ? value / most : 0;
    char *shown = value_text(value, share);
    text_add(&page->text,
             "<g><title>%s: %s%s</title><rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
             "class=\"empty\"/><rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"heat\" "
             "fill-opacity=\"%.3f\"/></g>\n",
             where, shown, share ? " busy" : value == 1 ? " flit" : " flits", x, y, mesh->cell, mesh->cell, x, y,
             mesh->cell, mesh->cell, part);
    if (mesh->cell >= CELL_LABELLED && value > 0)
        svg_label(&page->text, x + mesh->cell / 2, y + mesh->cell / 2 + 4, 60, "middle",
                  part > 0.7 ? "onheat" : "incell", shown);
    free(shown);
}

/* The legend's ramp from nothing to the hottest tile. */
static void draw_ramp(struct page *page, double left, double y, double most, bool share)
{
    char *end = value_text(most, share);
    svg_label(&page->text, left, y + 10, 30, "start", "tick", "0");
    for (int i = 0; i < 20; i++)
        text_add(&page->text, "<rect x=\"%.1f\" y=\"%.1f\" width=\"6.2\" height=\"11\" class=\"heat\" "
                              "fill-opacity=\"%.2f\"/>\n",
                 left + 14 + 6 * i, y, (i + 0.5) / 20);
    svg_label(&page->text, left + 142, y + 10, 100, "start", "tick", end);
    free(end);
}

static void draw_map(struct page *page, const struct mesh *mesh, double left, const char *title, const double *value,
                     bool share)
{
    uint32_t tiles = mesh->columns * mesh->rows;
    double most = value[hottest(value, tiles_of(mesh))];
    svg_label(&page->text, left, 14, MAP_WIDTH, "start", "strong", title);
    for (uint32_t t = 0; t < tiles_of(mesh); t++) {
        uint32_t chip = t / tiles, column = t % tiles % mesh->columns, row = t % tiles / mesh->columns;
        char *where = mesh->chips > 1
                          ? memory_format("chip %" PRIu32 " tile %" PRIu32 ",%" PRIu32, chip, column, row)
                          : memory_format("tile %" PRIu32 ",%" PRIu32, column, row);
        double x = left + chip * (mesh->columns * mesh->cell + CHIP_GAP) + column * mesh->cell;
        draw_tile(page, mesh, x, TOP - 8 + tile_top(mesh->cell, mesh->rows, row), value[t], most, share, where);
        free(where);
    }
    draw_ramp(page, left, TOP + mesh->rows * mesh->cell + 4, most, share);
}

void page_mesh(struct page *page)
{
    struct mesh mesh = mesh_of(page->record);
    if (tiles_of(&mesh) == 0 || mesh.cores_per_tile == 0)
        return;
    double *busy = busy_shares(page->record, &mesh), *flits = flits_sent(page->record, &mesh);
    uint32_t top = hottest(busy, tiles_of(&mesh)), working = 0;
    for (uint32_t t = 0; t < tiles_of(&mesh); t++)
        working += busy[t] > 0;
    char share[32], all[COUNTED_SIZE], sent[COUNTED_SIZE];
    char *finding = memory_format("%" PRIu32 " of %s %s; the busiest works %s of the time, the busiest router "
                                  "sends %s",
                                  working, counted(all, tiles_of(&mesh), "tile"),
                                  working == 1 ? "computes" : "compute", percent(share, busy[top]),
                                  counted(sent, (uint64_t)flits[hottest(flits, tiles_of(&mesh))], "flit"));
    section_begin(page, finding, "Each square is a tile at its place in the mesh, as in the floor plan (column, row from the "
                                 "south-west corner, at the bottom left). Left: share of cycles in which its cores work on "
                                 "synapses or neurons, mean over the tile's cores. Right: flits its router sent, whole run.");
    free(finding);
    svg_begin(&page->text, TOP + mesh.rows * mesh.cell + 24, "Heat map of the mesh");
    draw_map(page, &mesh, 10, "cores busy", busy, true);
    draw_map(page, &mesh, 10 + CHART_WIDTH / 2.0, "router flits", flits, false);
    svg_end(&page->text);
    section_end(page);
    free(busy);
    free(flits);
}
