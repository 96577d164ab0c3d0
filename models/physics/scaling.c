#include "models/physics/scaling.h"

#define NODES (sizeof table / sizeof table[0])

static const struct node {
    double nm;
    double square, linear, constant; /* energy = square V^2 + linear V + constant, in units common to all nodes */
    double area;                     /* 45 nm = 1 */
} table[] = {
    {130, 7.171, -6.709, 2.904, 6.4},     {90, 4.762, -4.781, 2.092, 2.8},
    {65, 3.755, -4.398, 1.975, 1.5},      {45, 1.103, -0.362, 0.2767, 1},
    {32, 0.9559, -0.7823, 0.471, 0.46},   {20, 0.373, -0.1582, 0.04104, 0.21},
    {16, 0.2958, -0.1241, 0.03024, 0.19}, {14, 0.2363, -0.09675, 0.02239, 0.17},
    {10, 0.2068, -0.09311, 0.02375, 0.1}, {7, 0.1776, -0.09097, 0.02447, 0.059},
};

static double node_energy(const struct node *node, double volts)
{
    return (node->square * volts + node->linear) * volts + node->constant;
}

/* The first node of the table that is not larger than nm; NODES: outside the table (or not a number). */
static size_t at_or_below(double nm)
{
    size_t i = 0;
    if (!(nm >= SCALING_SMALLEST_NM && nm <= SCALING_LARGEST_NM))
        return NODES;
    while (table[i].nm > nm)
        i++;
    return i;
}

static double between(double nm, size_t smaller, double large_value, double small_value)
{
    double large_nm = table[smaller - 1].nm, small_nm = table[smaller].nm;
    return small_value + (large_value - small_value) * (nm - small_nm) / (large_nm - small_nm);
}

static bool energy_at(struct operating_corner corner, double *out)
{
    size_t i = at_or_below(corner.node_nm);
    if (i == NODES || !(corner.supply_v >= SCALING_LOWEST_V && corner.supply_v <= SCALING_HIGHEST_V))
        return false;
    double energy = node_energy(&table[i], corner.supply_v);
    *out = i == 0 ? energy : between(corner.node_nm, i, node_energy(&table[i - 1], corner.supply_v), energy);
    return true;
}

bool scaling_energy(struct operating_corner from, struct operating_corner to, double *out)
{
    double before, after;
    if (!energy_at(from, &before) || !energy_at(to, &after))
        return false;
    *out = after / before;
    return true;
}

static bool area_at(double nm, double *out)
{
    size_t i = at_or_below(nm);
    if (i == NODES)
        return false;
    *out = i == 0 ? table[i].area : between(nm, i, table[i - 1].area, table[i].area);
    return true;
}

bool scaling_area(double from_nm, double to_nm, double *out)
{
    double before, after;
    if (!area_at(from_nm, &before) || !area_at(to_nm, &after))
        return false;
    *out = after / before;
    return true;
}
