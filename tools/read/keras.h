/* Keras' HDF5 weights with their model: the JSON in the attribute model_config, or the file of the same name that ends
 * in .json. Sequential models of versions 0 to 2. Layout: keras.io's own writer (engine/saving.py). */
#ifndef NPUSIM_TOOLS_READ_KERAS_H
#define NPUSIM_TOOLS_READ_KERAS_H

#include "tools/file/h5.h"
#include "tools/network/network.h"
#include "tools/read/read.h"
#include <jansson.h>

bool keras_recognise(struct h5 *file); /* it has the attribute layer_names */
/* Reads the chain of layers; network_check is the caller's. On failure `out` is to be freed too. */
MUST_USE bool keras_read(struct h5 *file, enum keras_layout layout, struct network *out,
                         struct diagnostics *diagnostics);

/* ---- keras_layer.c ---- */
struct keras_model {
    struct h5 *file;
    const char *root;     /* of the layers' groups: "" or "/model_weights" */
    enum keras_layout said; /* by the user */
    char *backend;        /* "tensorflow", "theano"; NULL: not said */
    struct network *network;
    struct shape shape;   /* of what the next layer takes: (n) or (C, H, W); rank 0: no layer yet */
    struct shape flattened; /* what a channel-last Flatten took, until a Dense has put it in order; else rank 0 */
    bool ended;           /* softmax: only the order of the outputs is left */
    struct diagnostics *diagnostics;
};

MUST_USE bool keras_read_layer(struct keras_model *model, const json_t *layer);
/* Appends a node that takes the one before; the name is taken over. */
struct node *keras_append(struct keras_model *model, enum node_kind kind, char *name);

#endif
