/* Turns the program's lists of destinations into packets: packed places, sizes, hops, and multicast trees. */
#include "models/chip.h"
#include "sim/memory.h"
#include "sim/panic.h"
#include <stdlib.h>

/* ---- places ---- */

uint32_t chip_core_place(const struct chip_config *config, uint32_t core)
{
    uint32_t per_tile = config->noc.cores_per_tile, per_chip = chip_cores(config);
    uint32_t tile = core % per_chip / per_tile;
    return place_pack(core / per_chip, tile % config->noc.columns, tile / config->noc.columns,
                      PORT_LOCAL + core % per_tile);
}

static uint32_t host_port_at(const struct chip_config *config, uint32_t tile)
{
    return place_pack(0, tile % config->noc.columns, tile / config->noc.columns,
                      PORT_LOCAL + config->noc.cores_per_tile);
}

uint32_t chip_input_place(const struct chip_config *config)
{
    return host_port_at(config, config->host.tile);
}

uint32_t chip_host_place(const struct chip_config *config)
{
    return host_port_at(config, config->noc.router_kind == ROUTER_MERGE ? config->host.output_tile : config->host.tile);
}

static uint16_t distance(uint32_t a, uint32_t b)
{
    return (uint16_t)(a > b ? a - b : b - a);
}

/* Adds the links from (x, y) of chip `from` to `place`, over as many chips as lie between. */
static void count_hops(const struct chip_config *config, uint32_t from, uint32_t x, uint32_t y, uint32_t place,
                       struct send_route *route)
{
    while (from != place_chip(place)) {
        bool east = place_chip(place) > from;
        uint32_t gate = east ? config->noc.columns - 1 : 0;
        route->hops_ew = (uint16_t)(route->hops_ew + distance(x, gate));
        route->hops_ns = (uint16_t)(route->hops_ns + y);
        route->hops_local++;
        x = east ? 0 : config->noc.columns - 1;
        y = 0;
        from = east ? from + 1 : from - 1;
    }
    route->hops_ew = (uint16_t)(route->hops_ew + distance(x, place_x(place)));
    route->hops_ns = (uint16_t)(route->hops_ns + distance(y, place_y(place)));
    route->hops_local++;
}

/* ---- multicast trees ---- */

struct leaf {
    uint32_t place, axon;
};

static uint32_t port_towards(uint32_t x, uint32_t y, uint32_t place)
{
    if (place_x(place) != x)
        return place_x(place) > x ? PORT_EAST : PORT_WEST;
    if (place_y(place) != y)
        return place_y(place) > y ? PORT_NORTH : PORT_SOUTH;
    return place_port(place);
}

static uint32_t ports_of(uint32_t x, uint32_t y, const struct leaf *leaves, uint32_t count)
{
    uint32_t ports = 0;
    for (uint32_t i = 0; i < count; i++)
        ports |= UINT32_C(1) << port_towards(x, y, leaves[i].place);
    return ports;
}

static uint32_t add_row(struct tree_table *trees, uint32_t ports)
{
    uint32_t outputs = (uint32_t)__builtin_popcount(ports);
    trees->rows = memory_grow(trees->rows, &trees->row_capacity, trees->row_count + 1u, sizeof *trees->rows);
    trees->next = memory_grow(trees->next, &trees->next_capacity, trees->next_count + outputs, sizeof *trees->next);
    trees->rows[trees->row_count] = (struct tree_row){ports, trees->next_count};
    trees->next_count += outputs;
    return trees->row_count++;
}

/* The leaves that leave (x, y) by `port`, packed to the front; returns how many. Order among them is kept. */
static uint32_t select_leaves(uint32_t x, uint32_t y, uint32_t port, struct leaf *leaves, uint32_t count)
{
    uint32_t chosen = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (port_towards(x, y, leaves[i].place) != port)
            continue;
        struct leaf leaf = leaves[i];
        for (uint32_t j = i; j > chosen; j--)
            leaves[j] = leaves[j - 1];
        leaves[chosen++] = leaf;
    }
    return chosen;
}

/* The tree from (x, y) to the leaves (reordered); at most columns + rows deep. */
static uint32_t add_tree(struct tree_table *trees, uint32_t x, uint32_t y, struct leaf *leaves, uint32_t count,
                         struct send_route *route)
{
    static const int step_x[] = {1, -1, 0, 0}, step_y[] = {0, 0, 1, -1};
    uint32_t ports = ports_of(x, y, leaves, count), row = add_row(trees, ports), output = trees->rows[row].next;
    for (; ports; ports &= ports - 1, output++) {
        uint32_t port = (uint32_t)__builtin_ctz(ports);
        uint32_t chosen = select_leaves(x, y, port, leaves, count);
        if (port >= PORT_LOCAL) {
            must(chosen == 1); /* a source has one axon for each delay in a core */
            trees->next[output] = leaves[0].axon;
            route->hops_local++;
        } else {
            *(port < PORT_NORTH ? &route->hops_ew : &route->hops_ns) += 1;
            uint32_t child = add_tree(trees, (uint32_t)((int)x + step_x[port]), (uint32_t)((int)y + step_y[port]),
                                      leaves, chosen, route);
            trees->next[output] = child;
        }
        leaves += chosen;
        count -= chosen;
    }
    return row;
}

/* ---- one source ---- */

struct source {
    struct chip_routes *routes;
    const struct chip *chip;
    uint32_t x, y, population;
    uint32_t index; /* in the population */
};

static uint8_t flits(const struct chip_config *config, uint32_t bits)
{
    return (uint8_t)((bits + config->noc.flit_bits - 1) / config->noc.flit_bits);
}

static void append(struct chip_routes *routes, const struct send_route *route)
{
    routes->routes = memory_grow(routes->routes, &routes->capacity, routes->count + 1, sizeof *routes->routes);
    routes->routes[routes->count++] = *route;
}

static void add_unicast(const struct source *source, const struct route *from)
{
    const struct chip_config *config = source->chip->config;
    const struct population *population = &source->chip->program->populations[source->population];
    bool host = from->core == ROUTE_HOST, value = host && population->values;
    struct send_route route = {.axon = from->axon, .delay = (uint16_t)from->delay, .deliveries = 1,
                               .kind = PACKET_SPIKE,
                               .flits = flits(config, value ? config->noc.value_bits : config->noc.spike_bits)};
    route.target = host ? chip_host_place(config) : chip_core_place(config, from->core);
    if (host) {
        route.kind = value ? PACKET_VALUE : PACKET_OUTPUT;
        route.axon = source->chip->output_first[source->population] + from->axon;
    }
    count_hops(config, source->chip->number, source->x, source->y, route.target, &route);
    append(source->routes, &route);
}

static bool can_share(const struct source *source, const struct route *route)
{
    return source->chip->config->noc.multicast && route->core != ROUTE_HOST &&
           route->core / chip_cores(source->chip->config) == source->chip->number;
}

/* All routes of this delay that lie on this chip become one tree, if there are at least two. Returns false if not. */
static bool add_multicast(const struct source *source, const struct route *from, uint32_t count, uint32_t delay)
{
    struct leaf *leaves = memory_array(count, sizeof *leaves);
    uint32_t leaf_count = 0;
    for (uint32_t i = 0; i < count; i++)
        if (can_share(source, &from[i]) && from[i].delay == delay)
            leaves[leaf_count++] = (struct leaf){chip_core_place(source->chip->config, from[i].core), from[i].axon};
    if (leaf_count >= 2) {
        struct send_route route = {.delay = (uint16_t)delay, .deliveries = (uint16_t)leaf_count, .kind = PACKET_TREE,
                                   .flits = flits(source->chip->config, source->chip->config->noc.spike_bits)};
        route.target = add_tree(&source->routes->trees, source->x, source->y, leaves, leaf_count, &route);
        append(source->routes, &route);
    }
    free(leaves);
    return leaf_count >= 2;
}

static bool first_of_delay(const struct source *source, const struct route *from, uint32_t i)
{
    for (uint32_t j = 0; j < i; j++)
        if (can_share(source, &from[j]) && from[j].delay == from[i].delay)
            return false;
    return true;
}

static void add_source(const struct source *source, const struct route *from, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!can_share(source, &from[i]))
            add_unicast(source, &from[i]);
        else if (first_of_delay(source, from, i) && !add_multicast(source, from, count, from[i].delay))
            add_unicast(source, &from[i]);
    }
}

uint32_t *chip_routes_add(struct chip_routes *routes, const struct chip *chip, const struct route_table *table,
                          uint32_t place, uint32_t population, const uint32_t *indices)
{
    struct source source = {.routes = routes, .chip = chip, .x = place_x(place), .y = place_y(place),
                            .population = population};
    uint32_t *start = memory_array(table->sources + 1u, sizeof *start);
    routes->starts = memory_grow(routes->starts, &routes->start_capacity, routes->start_count + 1,
                                 sizeof *routes->starts);
    routes->starts[routes->start_count++] = start;
    for (uint32_t i = 0; i < table->sources; i++) {
        start[i] = (uint32_t)routes->count;
        source.index = indices ? indices[i] : i;
        add_source(&source, table->routes + table->start[i], table->start[i + 1] - table->start[i]);
    }
    start[table->sources] = (uint32_t)routes->count;
    return start;
}

void chip_routes_free(struct chip_routes *routes)
{
    for (size_t i = 0; i < routes->start_count; i++)
        free(routes->starts[i]);
    free(routes->starts);
    free(routes->routes);
    free(routes->trees.rows);
    free(routes->trees.next);
}
