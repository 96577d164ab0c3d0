/* Loihi's integer neuron in NIR, which has none: the CubaLIF that it rounds. With steps of dt,
 *   u = u (1 - iDecay / 4096) + x           I = I + dt / tau_syn (w_in x - I)
 *   v = v (1 - vDecay / 4096) + u + bias    v = v + dt / tau_mem (v_leak - v + r I)
 * agree for tau = dt 4096 / decay, w_in = r = 4096 / decay and v_leak = bias 4096 / decay; a decay of 0 becomes 2^-30.
 * The integers themselves stay in the node's metadata, so that this project reads the integer neuron back; but only
 * where the CubaLIF is still the one that was written. */
#include "tools/read/nir.h"

#include "sim/memory.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEP_DEFAULT_S 1e-3 /* where the file has none: any, as long as the simulation takes the same */
#define SMALLEST 0x1p-30

static const char *const keys[] = {"loihi/iDecay", "loihi/vDecay", "loihi/vThMant", "loihi/bias", "loihi/dt"};
enum { CURRENT, POTENTIAL, THRESHOLD, BIAS, STEP, KEYS };

static double rate(double decay)
{
    return fmax(decay / 4096.0, SMALLEST);
}

double nir_loihi_step(const struct network *network)
{
    return network->dt_s > 0 ? network->dt_s : STEP_DEFAULT_S;
}

/* Everything that a CubaLIF has, for neurons that are all fresh. */
void nir_loihi_to_cubalif(const struct node *from, double dt_s, struct node *out)
{
    size_t size = (size_t)shape_items(&from->output);
    *out = (struct node){.name = from->name, .kind = NODE_CUBALIF, .input = from->input, .output = from->output};
    for (const struct node_field *field = node_fields(NODE_CUBALIF); field->name; field++)
        *node_field(out, field) = memory_array(size, sizeof(double));
    for (size_t i = 0; i < size; i++) {
        double u = rate(from->decay_current[i]), v = rate(from->decay_potential[i]);
        out->tau_syn[i] = dt_s / u;
        out->tau_mem[i] = dt_s / v;
        out->w_in[i] = 1.0 / u;
        out->r[i] = 1.0 / v;
        out->v_leak[i] = from->v_bias[i] / v;
        out->v_threshold[i] = from->v_threshold[i];
    }
}

void nir_loihi_put_metadata(struct h5 *file, const char *group, const struct node *node, double dt_s)
{
    const double *const values[] = {node->decay_current, node->decay_potential, node->v_threshold, node->v_bias};
    size_t size = (size_t)shape_items(&node->output);
    uint64_t count = size;
    int64_t *whole = memory_array(size, sizeof *whole);
    for (int k = 0; k < KEYS; k++) {
        char *path = memory_format("%s/metadata/%s", group, keys[k]);
        for (size_t i = 0; k != STEP && i < size; i++)
            whole[i] = (int64_t)values[k][i];
        if (k == STEP)
            h5_write(file, path, H5_F64, 0, NULL, &dt_s);
        else
            h5_write(file, path, H5_I64, 1, &count, whole);
        free(path);
    }
    free(whole);
}

/* ---- back ---- */

static struct metadata *entry_of(const struct network *network, const char *node, const char *key)
{
    for (uint32_t i = 0; i < network->metadata_count; i++)
        if (strcmp(network->metadata[i].key, key) == 0 && strcmp(network->metadata[i].node, node) == 0)
            return &network->metadata[i];
    return NULL;
}

/* NIR stores float32 where that loses nothing, so what was written comes back to the last bit. */
static bool same(const struct node *a, const struct node *b)
{
    for (const struct node_field *field = node_fields(NODE_CUBALIF); field->name; field++) {
        const double *x = *node_field((struct node *)(uintptr_t)a, field);
        const double *y = *node_field((struct node *)(uintptr_t)b, field);
        for (int64_t i = 0; i < shape_items(&a->output); i++)
            if (x[i] != y[i])
                return false;
    }
    return true;
}

static void free_fields(struct node *node)
{
    for (const struct node_field *field = node_fields(node->kind); field->name; field++) {
        free(*node_field(node, field));
        *node_field(node, field) = NULL;
    }
}

static bool values_fit(struct metadata *const *entry, int64_t items)
{
    for (int k = 0; k < KEYS; k++)
        if (!entry[k] || !entry[k]->numbers || shape_items(&entry[k]->shape) != (k == STEP ? 1 : items))
            return false;
    for (int64_t i = 0; i < items; i++)
        for (int k = 0; k < STEP; k++) {
            double value = entry[k]->numbers[i], least = k < THRESHOLD ? 0 : -0x1p31, most = k < THRESHOLD ? 4096 : 0x1p31;
            if (!(value >= least && value <= most && value == floor(value)))
                return false;
        }
    return entry[STEP]->numbers[0] > 0 && entry[STEP]->numbers[0] < 1e9;
}

/* The integer neuron that the metadata give, if the CubaLIF is what it becomes. */
static bool restore(struct node *node, struct metadata *const *entry)
{
    size_t bytes = (size_t)shape_items(&node->output) * sizeof(double);
    struct node loihi = {.name = node->name, .kind = NODE_LOIHI, .input = node->input, .output = node->output}, again;
    double **const fields[] = {&loihi.decay_current, &loihi.decay_potential, &loihi.v_threshold, &loihi.v_bias};
    for (int k = 0; k < STEP; k++) {
        *fields[k] = memory_array(bytes, 1);
        memcpy(*fields[k], entry[k]->numbers, bytes);
    }
    nir_loihi_to_cubalif(&loihi, entry[STEP]->numbers[0], &again);
    bool good = same(node, &again);
    free_fields(&again);
    free_fields(good ? node : &loihi);
    if (good)
        *node = loihi;
    return good;
}

static void drop_metadata(struct network *network, const char *node)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < network->metadata_count; i++) {
        struct metadata *entry = &network->metadata[i];
        if (strcmp(entry->node, node) != 0 || strncmp(entry->key, "loihi/", 6) != 0) {
            network->metadata[kept++] = *entry;
            continue;
        }
        free(entry->node);
        free(entry->key);
        free(entry->numbers);
        for (int64_t k = 0; entry->texts && k < shape_items(&entry->shape); k++)
            free(entry->texts[k]);
        free(entry->texts);
    }
    network->metadata_count = kept;
}

void nir_loihi_restore(struct network *network)
{
    for (uint32_t n = 0; n < network->node_count; n++) {
        struct node *node = &network->nodes[n];
        struct metadata *entry[KEYS];
        for (int k = 0; node->kind == NODE_CUBALIF && k < KEYS; k++)
            entry[k] = entry_of(network, node->name, keys[k]);
        if (node->kind == NODE_CUBALIF && values_fit(entry, shape_items(&node->output)) && restore(node, entry))
            drop_metadata(network, node->name);
    }
}
