/* The matrix view of a layer, row tile by row tile, so that it is never made as a whole. */
#include "tools/activations/activations.h"

#include "sim/memory.h"
#include <stdlib.h>

#define TILE_ROWS 256
#define TILE_COLUMNS 16

struct geometry {
    int64_t steps, positions, columns; /* of positions: output columns */
    int64_t channels, rows_in, columns_in;
};

static struct geometry geometry_of(const struct activation_layer *layer)
{
    const int64_t *size = layer->shape.size;
    struct geometry g = {.steps = size[0], .positions = layer->shape.rank == 3 ? size[1] : 1, .columns = 1};
    if (layer->shape.rank < 4)
        return g;
    g.channels = size[1];
    g.rows_in = size[2];
    g.columns_in = size[3];
    g.columns = (g.columns_in + 2 * layer->padding - layer->kernel) / layer->stride + 1;
    g.positions = g.columns * ((g.rows_in + 2 * layer->padding - layer->kernel) / layer->stride + 1);
    return g;
}

/* Element of the M x K matrix. */
static unsigned element(const struct activation_layer *layer, const struct geometry *g, int64_t row, int64_t column)
{
    int64_t t = row % g->steps, position = row / g->steps;
    if (layer->shape.rank < 4) {
        int64_t in = layer->shape.size[layer->shape.rank - 1];
        return layer->data[(t * g->positions + position) * in + column];
    }
    int64_t area = layer->kernel * layer->kernel, channel = column / area;
    int64_t y = position / g->columns * layer->stride + column % area / layer->kernel - layer->padding;
    int64_t x = position % g->columns * layer->stride + column % layer->kernel - layer->padding;
    if (y < 0 || x < 0 || y >= g->rows_in || x >= g->columns_in)
        return 0;
    return layer->data[((t * g->channels + channel) * g->rows_in + y) * g->columns_in + x];
}

static int ones_of(unsigned word)
{
    return __builtin_popcount(word);
}

/* What row i has beyond the largest row of the tile that it contains; of equal rows only an earlier one counts. */
static int beyond(const uint16_t *row, int rows, int i)
{
    int most = 0, own = ones_of(row[i]);
    for (int k = 0; own >= 2 && k < rows; k++) {
        bool inside = k != i && (row[k] & ~(unsigned)row[i]) == 0 && (row[k] != row[i] || k < i);
        int ones = inside ? ones_of(row[k]) : 0;
        most = ones > most ? ones : most;
    }
    return own - most;
}

static void count_tile(const struct activation_layer *layer, const struct geometry *g, int64_t first_row,
                       int64_t first_column, struct activation_view *out)
{
    uint16_t word[TILE_ROWS] = {0};
    int rows = (int)(out->m - first_row < TILE_ROWS ? out->m - first_row : TILE_ROWS);
    int columns = (int)(out->k - first_column < TILE_COLUMNS ? out->k - first_column : TILE_COLUMNS);
    for (int i = 0; i < rows; i++)
        for (int c = 0; c < columns; c++)
            word[i] = (uint16_t)(word[i] | element(layer, g, first_row + i, first_column + c) << c);
    for (int i = 0; i < rows; i++) {
        out->ones += (uint64_t)ones_of(word[i]);
        out->products += (uint64_t)beyond(word, rows, i);
    }
}

void activation_view(const struct activation_layer *layer, struct activation_view *out)
{
    struct geometry g = geometry_of(layer);
    bool conv = layer->shape.rank == 4;
    *out = (struct activation_view){
        .m = g.steps * g.positions,
        .k = conv ? g.channels * layer->kernel * layer->kernel : layer->shape.size[layer->shape.rank - 1],
        .n = layer->out};
    for (int64_t row = 0; row < out->m; row += TILE_ROWS)
        for (int64_t column = 0; column < out->k; column += TILE_COLUMNS)
            count_tile(layer, &g, row, column, out);
}
