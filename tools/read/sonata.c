/* A population that edges lead to becomes a LIF node, one that none lead to an Input. A synapse adds its weight to the
 * potential at once (NEURON's IntFire1), so r is tau / dt with the dt of the simulation_config.json beside the circuit.
 * A delay becomes a Delay node, one for each different one; in a population's edges to itself a step less, which the
 * cycle takes. */
#include "tools/read/sonata.h"

#include "sim/memory.h"
#include "tools/file/file.h"
#include "tools/file/h5.h"
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_BYTES_MAX ((size_t)1 << 22)
#define EDGES_MAX ((uint64_t)1 << 26) /* synapses of a file */
#define DT_DEFAULT_S 1e-4             /* where no simulation_config.json names one */
#define DELAYS_MAX 256                /* different ones of a file */

struct population {
    char *name, *types_path;
    int64_t size;
    int64_t *type_id;
    uint32_t node;
    bool target;
};

struct circuit {
    json_t *config;
    char *folder;
    struct network *network;
    struct population *populations;
    size_t count, capacity;
    struct diagnostics *diagnostics;
};

bool sonata_recognise(const char *path)
{
    unsigned char *bytes = NULL;
    size_t size = 0;
    struct diagnostics ignored = {0};
    const char *dot = strrchr(path, '.');
    bool good = dot && strcmp(dot, ".json") == 0 && file_read(path, CONFIG_BYTES_MAX, &bytes, &size, &ignored);
    bool known = good && bytes[0] == '{' && strstr((const char *)bytes, "\"networks\"");
    free(bytes);
    diagnostics_free(&ignored);
    return known;
}

static json_t *load_json(const char *path, struct diagnostics *diagnostics)
{
    unsigned char *bytes;
    size_t size;
    json_error_t error;
    if (!file_read(path, CONFIG_BYTES_MAX, &bytes, &size, diagnostics))
        return NULL;
    json_t *json = json_loadb((const char *)bytes, size, 0, &error);
    free(bytes);
    if (!json)
        diagnostics_add(diagnostics, path, "%d:%d: is no JSON: %s", error.line, error.column, error.text);
    return json;
}

/* "$NAME/rest" with the manifest's NAME, then relative to the file's folder; fresh. */
static char *resolve(const struct circuit *circuit, const char *text, int depth)
{
    if (text[0] == '$' && depth < 8) {
        bool braced = text[1] == '{';
        size_t length = strcspn(text, "/");
        char *bare = braced && length > 3 ? memory_format("$%.*s", (int)length - 3, text + 2)
                                          : memory_format("%.*s", (int)length, text);
        const char *value = json_string_value(json_object_get(json_object_get(circuit->config, "manifest"), bare));
        free(bare);
        if (value) {
            char *longer = memory_format("%s%s", value, text + length), *path = resolve(circuit, longer, depth + 1);
            free(longer);
            return path;
        }
    }
    return text[0] == '/' ? memory_copy_string(text) : memory_format("%s/%s", circuit->folder, text);
}

static char *component(const struct circuit *circuit, const char *kind, const char *file)
{
    const char *folder = json_string_value(json_object_get(json_object_get(circuit->config, "components"), kind));
    char *text = memory_format("%s/%s", folder ? folder : ".", file), *path = resolve(circuit, text, 0);
    free(text);
    return path;
}

/* A number of a component's file; `missing` where it has no such key. */
static bool component_number(const struct circuit *circuit, const char *kind, const char *file, const char *key,
                             double missing, double *out)
{
    char *path = component(circuit, kind, file);
    json_t *json = load_json(path, circuit->diagnostics);
    const json_t *value = json_object_get(json, key);
    bool good = json != NULL;
    *out = json_is_number(value) ? json_number_value(value) : missing;
    if (good && !isfinite(*out))
        good = diagnostics_add(circuit->diagnostics, path, "has no number '%s'", key);
    json_decref(json);
    free(path);
    return good;
}

static double simulation_dt(const struct circuit *circuit)
{
    struct diagnostics ignored = {0};
    char *path = memory_format("%s/simulation_config.json", circuit->folder);
    json_t *json = load_json(path, &ignored);
    double dt = json_number_value(json_object_get(json_object_get(json, "run"), "dt"));
    json_decref(json);
    free(path);
    diagnostics_free(&ignored);
    return dt > 0 && dt < 1e6 ? 1e-3 * dt : DT_DEFAULT_S;
}

/* ---- populations ---- */

static struct population *find(const struct circuit *circuit, const char *name)
{
    for (size_t i = 0; i < circuit->count; i++)
        if (strcmp(circuit->populations[i].name, name) == 0)
            return &circuit->populations[i];
    return NULL;
}

static bool add_population(struct circuit *circuit, struct h5 *file, const char *name, const char *types_path)
{
    struct h5_shape shape = {0};
    char *path = memory_format("/nodes/%s/node_type_id", name);
    circuit->populations = memory_grow(circuit->populations, &circuit->capacity, circuit->count + 1,
                                       sizeof *circuit->populations);
    struct population *population = &circuit->populations[circuit->count++];
    *population = (struct population){.name = memory_copy_string(name), .types_path = memory_copy_string(types_path)};
    bool good = h5_read_int64(file, path, NETWORK_NEURONS_MAX, &population->type_id, &shape, circuit->diagnostics);
    if (good && (shape.rank != 1 || shape.size[0] == 0))
        good = diagnostics_add(circuit->diagnostics, h5_path(file), "%s: is no list of nodes", path);
    population->size = good ? (int64_t)shape.size[0] : 0;
    free(path);
    return good;
}

static bool read_nodes(struct circuit *circuit, const json_t *entry)
{
    const char *file_text = json_string_value(json_object_get(entry, "nodes_file"));
    const char *types_text = json_string_value(json_object_get(entry, "node_types_file"));
    struct h5 *file;
    char **names = NULL;
    size_t count = 0;
    if (!file_text)
        return diagnostics_add(circuit->diagnostics, circuit->network->path, "an entry of nodes without nodes_file");
    char *path = resolve(circuit, file_text, 0), *types = resolve(circuit, types_text ? types_text : "", 0);
    bool good = h5_open(path, &file, circuit->diagnostics);
    if (good) {
        good = h5_list(file, "/nodes", &names, &count, circuit->diagnostics);
        for (size_t i = 0; good && i < count; i++)
            good = add_population(circuit, file, names[i], types);
        h5_close(file);
    }
    h5_free_strings(names, count);
    free(types);
    free(path);
    return good;
}

static struct node *append(struct network *network, enum node_kind kind, char *name)
{
    size_t nodes = network->node_count;
    network->nodes = memory_grow(network->nodes, &nodes, (size_t)network->node_count + 1, sizeof *network->nodes);
    network->nodes[network->node_count] = (struct node){.name = name, .kind = kind};
    return &network->nodes[network->node_count++];
}

static void connect(struct network *network, uint32_t from, uint32_t to)
{
    size_t edges = network->edge_count;
    network->edges = memory_grow(network->edges, &edges, (size_t)network->edge_count + 1, sizeof *network->edges);
    network->edges[network->edge_count++] = (struct edge){from, to};
}

static double *filled(double value, int64_t items)
{
    double *values = memory_array((size_t)items, sizeof *values);
    for (int64_t i = 0; i < items; i++)
        values[i] = value;
    return values;
}

/* tau and refractory time (s) of each node, from its type's parameters; neighbours mostly share their type. */
static bool read_parameters(const struct circuit *circuit, const struct population *population, double *tau,
                            double *refractory)
{
    struct sonata_table types;
    bool good = sonata_table_read(population->types_path, &types, circuit->diagnostics);
    for (int64_t i = 0; good && i < population->size; i++) {
        if (i && population->type_id[i] == population->type_id[i - 1]) {
            tau[i] = tau[i - 1];
            refractory[i] = refractory[i - 1];
            continue;
        }
        const char *file = sonata_table_find(&types, "node_type_id", population->type_id[i], "dynamics_params");
        if (!file)
            good = diagnostics_add(circuit->diagnostics, types.path, "no dynamics_params for node type %lld",
                                   (long long)population->type_id[i]);
        good = good && component_number(circuit, "point_neuron_models_dir", file, "tau", NAN, &tau[i]) &&
               component_number(circuit, "point_neuron_models_dir", file, "refrac", 0, &refractory[i]);
        if (good && !(refractory[i] >= 0 && refractory[i] < 1e3))
            good = diagnostics_add(circuit->diagnostics, types.path, "a refractory time out of range");
    }
    sonata_table_free(&types);
    return good;
}

static bool add_neurons(struct circuit *circuit, struct population *population)
{
    struct node *node = append(circuit->network, population->target ? NODE_LIF : NODE_INPUT,
                               memory_copy_string(population->name));
    population->node = circuit->network->node_count - 1;
    node->output = (struct shape){1, {population->size}};
    if (!population->target)
        return true;
    node->tau_mem = filled(0, population->size);
    node->r = filled(0, population->size);
    node->v_leak = filled(0, population->size);
    node->v_threshold = filled(1, population->size); /* IntFire1: fires when m passes 1 */
    node->v_reset = filled(0, population->size);
    node->refractory = filled(0, population->size);
    double *tau = node->tau_mem, *r = node->r;
    if (!read_parameters(circuit, population, tau, node->refractory))
        return false;
    for (int64_t i = 0; i < population->size; i++)
        r[i] = tau[i] / circuit->network->dt_s;
    append(circuit->network, NODE_OUTPUT, memory_format("%s_output", population->name));
    connect(circuit->network, population->node, circuit->network->node_count - 1);
    return true;
}

/* ---- edges ---- */

struct edges {
    const char *name; /* of the edge population */
    struct population *source, *target;
    uint64_t count;
    int64_t *from, *to, *type, *group, *index;
    int64_t *copies;       /* nsyns of group 0, NULL: 1 each */
    double *own_weight;    /* syn_weight of group 0, NULL: of the type */
    uint64_t in_group;
    struct sonata_table types;
};

static bool edge_list(const struct circuit *circuit, struct h5 *file, const char *group, const char *name, bool needed,
                      uint64_t count, int64_t **out, uint64_t *got)
{
    struct h5_shape shape = {0};
    char *path = memory_format("%s/%s", group, name);
    bool there = h5_exists(file, path);
    bool good = (!there && !needed) || h5_read_int64(file, path, EDGES_MAX, out, &shape, circuit->diagnostics);
    *got = good && there && shape.rank == 1 ? shape.size[0] : 0;
    if (good && there && (shape.rank != 1 || (count != UINT64_MAX && *got != count)))
        good = diagnostics_add(circuit->diagnostics, h5_path(file), "%s: is no list of as many edges as the others", path);
    free(path);
    return good;
}

static bool read_group(const struct circuit *circuit, struct h5 *file, const char *group, struct edges *edges)
{
    uint64_t weights = 0;
    struct h5_shape shape = {0};
    char *zero = memory_format("%s/0", group), *own = memory_format("%s/0/syn_weight", group);
    bool good = edge_list(circuit, file, zero, "nsyns", false, UINT64_MAX, &edges->copies, &edges->in_group);
    if (good && h5_exists(file, own)) {
        good = h5_read_doubles(file, own, EDGES_MAX, &edges->own_weight, &shape, circuit->diagnostics);
        weights = good && shape.rank == 1 ? shape.size[0] : 0;
        if (good && edges->copies && weights != edges->in_group)
            good = diagnostics_add(circuit->diagnostics, h5_path(file), "%s: has another size than nsyns", own);
        edges->in_group = weights;
    }
    free(zero);
    free(own);
    return good;
}

static bool read_lists(const struct circuit *circuit, struct h5 *file, const char *group, struct edges *edges)
{
    uint64_t got;
    bool good = edge_list(circuit, file, group, "source_node_id", true, UINT64_MAX, &edges->from, &edges->count) &&
                edge_list(circuit, file, group, "target_node_id", true, edges->count, &edges->to, &got) &&
                edge_list(circuit, file, group, "edge_type_id", true, edges->count, &edges->type, &got) &&
                edge_list(circuit, file, group, "edge_group_id", true, edges->count, &edges->group, &got) &&
                edge_list(circuit, file, group, "edge_group_index", true, edges->count, &edges->index, &got) &&
                read_group(circuit, file, group, edges);
    for (uint64_t e = 0; good && e < edges->count; e++) {
        bool inside = edges->from[e] >= 0 && edges->from[e] < edges->source->size && edges->to[e] >= 0 &&
                      edges->to[e] < edges->target->size && edges->group[e] == 0 && edges->index[e] >= 0;
        bool listed = !(edges->copies || edges->own_weight) || (uint64_t)edges->index[e] < edges->in_group;
        if (!inside || !listed)
            good = diagnostics_add(circuit->diagnostics, h5_path(file), "%s: edge %llu names a node or an entry of group 0 "
                                   "that is not there", group, (unsigned long long)e);
    }
    return good;
}

/* What the type of an edge says: looked up once for each run of equal types. */
struct edge_type {
    int64_t id;
    double weight, delay_s;
};

static bool read_type(const struct circuit *circuit, const struct edges *edges, int64_t id, struct edge_type *out)
{
    const char *weight = sonata_table_find(&edges->types, "edge_type_id", id, "syn_weight");
    const char *delay = sonata_table_find(&edges->types, "edge_type_id", id, "delay");
    const char *params = sonata_table_find(&edges->types, "edge_type_id", id, "dynamics_params");
    double sign = 1;
    if (!delay || (!weight && !edges->own_weight))
        return diagnostics_add(circuit->diagnostics, edges->types.path, "no delay or syn_weight for edge type %lld",
                               (long long)id);
    if (params && !component_number(circuit, "synaptic_models_dir", params, "sign", 1, &sign))
        return false;
    *out = (struct edge_type){id, sign * (weight ? strtod(weight, NULL) : 1), 1e-3 * strtod(delay, NULL)};
    if (!isfinite(out->weight) || !(out->delay_s >= 0 && out->delay_s < 1e3))
        return diagnostics_add(circuit->diagnostics, edges->types.path, "edge type %lld: delay or syn_weight out of range",
                               (long long)id);
    return true;
}

struct delayed { /* the synapses of one delay */
    double delay_s;
    double *weight; /* (target, source) */
};

static struct delayed *delayed_of(const struct edges *edges, double delay_s, struct delayed *list, size_t *count)
{
    for (size_t i = 0; i < *count; i++)
        if (list[i].delay_s == delay_s)
            return &list[i];
    if (*count == DELAYS_MAX)
        return NULL;
    list[*count] = (struct delayed){delay_s, filled(0, edges->source->size * edges->target->size)};
    return &list[(*count)++];
}

static bool gather(const struct circuit *circuit, const struct edges *edges, struct delayed *list, size_t *count)
{
    struct edge_type type = {0};
    for (uint64_t e = 0; e < edges->count; e++) {
        if ((e == 0 || type.id != edges->type[e]) && !read_type(circuit, edges, edges->type[e], &type))
            return false;
        struct delayed *to = delayed_of(edges, type.delay_s, list, count);
        if (!to)
            return diagnostics_add(circuit->diagnostics, edges->types.path, "more than %d different delays", DELAYS_MAX);
        double weight = type.weight;
        if (edges->own_weight)
            weight = (type.weight < 0 ? -1 : 1) * edges->own_weight[edges->index[e]];
        if (edges->copies)
            weight *= (double)edges->copies[edges->index[e]];
        to->weight[edges->to[e] * edges->source->size + edges->from[e]] += weight;
    }
    return true;
}

static void add_synapses(const struct circuit *circuit, const struct edges *edges, size_t i, struct delayed *synapses)
{
    struct network *network = circuit->network;
    bool cycle = edges->source == edges->target;
    double delay_s = fmax(0, synapses->delay_s - (cycle ? network->dt_s : 0));
    struct node *delay = append(network, NODE_DELAY, memory_format("%s_delay%zu", edges->name, i));
    delay->output = (struct shape){1, {edges->source->size}};
    delay->delay = filled(delay_s, edges->source->size);
    connect(network, edges->source->node, network->node_count - 1);
    struct node *weights = append(network, NODE_AFFINE, memory_format("%s_synapses%zu", edges->name, i));
    weights->weight = (struct tensor){{2, {edges->target->size, edges->source->size}}, synapses->weight};
    connect(network, network->node_count - 2, network->node_count - 1);
    connect(network, network->node_count - 1, edges->target->node);
}

static void edges_free(struct edges *edges)
{
    free(edges->from);
    free(edges->to);
    free(edges->type);
    free(edges->group);
    free(edges->index);
    free(edges->copies);
    free(edges->own_weight);
    sonata_table_free(&edges->types);
}

/* The populations at both ends; those that edges lead to become neurons. */
static bool read_ends(const struct circuit *circuit, struct h5 *file, const char *group, struct edges *edges)
{
    const char *const names[] = {"source_node_id", "target_node_id"};
    struct population **const ends[] = {&edges->source, &edges->target};
    for (int i = 0; i < 2; i++) {
        char *path = memory_format("%s/%s", group, names[i]), *name = NULL;
        bool good = h5_attribute_string(file, path, "node_population", &name, circuit->diagnostics);
        *ends[i] = good ? find(circuit, name) : NULL;
        if (good && !*ends[i])
            diagnostics_add(circuit->diagnostics, h5_path(file), "%s: population '%.60s' is not among the nodes", path, name);
        free(name);
        free(path);
        if (!*ends[i])
            return false;
    }
    return (uint64_t)edges->source->size * (uint64_t)edges->target->size <= TENSOR_ITEMS_MAX ||
           diagnostics_add(circuit->diagnostics, h5_path(file), "%s: its populations are too large for one matrix", group);
}

/* First pass: which populations are targets. Second: the synapses. */
static bool read_edges(struct circuit *circuit, struct h5 *file, const char *name, const char *types, bool ends_only)
{
    struct edges edges = {.name = name};
    struct delayed list[DELAYS_MAX];
    size_t count = 0;
    char *group = memory_format("/edges/%s", name);
    bool good = read_ends(circuit, file, group, &edges);
    if (good && ends_only)
        edges.target->target = true;
    else if (good)
        good = sonata_table_read(types, &edges.types, circuit->diagnostics) && read_lists(circuit, file, group, &edges) &&
               gather(circuit, &edges, list, &count);
    for (size_t i = 0; i < count; i++)
        if (good)
            add_synapses(circuit, &edges, i, &list[i]);
        else
            free(list[i].weight);
    edges_free(&edges);
    free(group);
    return good;
}

static bool read_edge_file(struct circuit *circuit, const json_t *entry, bool ends_only)
{
    const char *file_text = json_string_value(json_object_get(entry, "edges_file"));
    const char *types_text = json_string_value(json_object_get(entry, "edge_types_file"));
    struct h5 *file;
    char **names = NULL;
    size_t count = 0;
    if (!file_text || !types_text)
        return diagnostics_add(circuit->diagnostics, circuit->network->path,
                               "an entry of edges without edges_file and edge_types_file");
    char *path = resolve(circuit, file_text, 0), *types = resolve(circuit, types_text, 0);
    bool good = h5_open(path, &file, circuit->diagnostics);
    if (good) {
        good = h5_list(file, "/edges", &names, &count, circuit->diagnostics);
        for (size_t i = 0; good && i < count; i++)
            good = read_edges(circuit, file, names[i], types, ends_only);
        h5_close(file);
    }
    h5_free_strings(names, count);
    free(types);
    free(path);
    return good;
}

static bool read_circuit(struct circuit *circuit)
{
    const json_t *networks = json_object_get(circuit->config, "networks");
    const json_t *nodes = json_object_get(networks, "nodes"), *edges = json_object_get(networks, "edges");
    size_t i;
    json_t *entry;
    bool good = true;
    json_array_foreach(nodes, i, entry)
        good = good && read_nodes(circuit, entry);
    json_array_foreach(edges, i, entry)
        good = good && read_edge_file(circuit, entry, true);
    for (size_t p = 0; good && p < circuit->count; p++)
        good = add_neurons(circuit, &circuit->populations[p]);
    json_array_foreach(edges, i, entry)
        good = good && read_edge_file(circuit, entry, false);
    return good;
}

bool sonata_read(const char *path, struct network *out, struct diagnostics *diagnostics)
{
    const char *slash = strrchr(path, '/');
    struct circuit circuit = {.network = out, .diagnostics = diagnostics};
    circuit.folder = slash ? memory_format("%.*s", (int)(slash - path), path) : memory_copy_string(".");
    *out = (struct network){.path = memory_copy_string(path), .format = "SONATA", .version = memory_copy_string("")};
    out->dt_s = simulation_dt(&circuit);
    circuit.config = load_json(path, diagnostics);
    bool good = circuit.config && read_circuit(&circuit);
    json_decref(circuit.config);
    for (size_t i = 0; i < circuit.count; i++) {
        free(circuit.populations[i].name);
        free(circuit.populations[i].types_path);
        free(circuit.populations[i].type_id);
    }
    free(circuit.populations);
    free(circuit.folder);
    return good;
}
