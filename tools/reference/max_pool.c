/* The largest value of each window. Padding is left out, as PyTorch and ONNX do; a window of padding alone gives 0. */
#include "tools/reference/simulation.h"

#include <math.h>

static double largest(const struct node *node, const double *plane, int64_t row, int64_t column)
{
    int64_t rows = node->input.size[1], columns = node->input.size[2];
    int64_t top = row * node->stride[0] - node->padding_begin[0], left = column * node->stride[1] - node->padding_begin[1];
    double best = -HUGE_VAL;
    for (int64_t r = top < 0 ? 0 : top; r < top + node->kernel[0] && r < rows; r++)
        for (int64_t c = left < 0 ? 0 : left; c < left + node->kernel[1] && c < columns; c++)
            best = fmax(best, plane[r * columns + c]);
    return isinf(best) ? 0.0 : best;
}

void simulate_max_pool(const struct node *node, const double *input, double *output)
{
    int64_t pixels = node->input.size[1] * node->input.size[2];
    for (int64_t channel = 0; channel < node->output.size[0]; channel++)
        for (int64_t row = 0; row < node->output.size[1]; row++)
            for (int64_t column = 0; column < node->output.size[2]; column++)
                *output++ = largest(node, input + channel * pixels, row, column);
}
