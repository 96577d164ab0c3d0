/* lava-dl's exchange files (netx, `.net`). Layout: lava-nc/lava-dl, netx/hdf5.py and slayer's export. */
#ifndef NPUSIM_TOOLS_READ_LAVA_H
#define NPUSIM_TOOLS_READ_LAVA_H

#include "tools/file/h5.h"
#include "tools/network/network.h"

bool lava_recognise(struct h5 *file); /* it has /layer/0/type */
/* Reads the chain of layers; network_check is the caller's. On failure `out` is to be freed too. */
MUST_USE bool lava_read(struct h5 *file, struct network *out, struct diagnostics *diagnostics);

/* ---- lava_layer.c ---- */
struct lava_layer {
    struct h5 *file;
    char *group;      /* "/layer/3" */
    const char *name; /* "3" */
    struct network *network;
    uint32_t last;    /* node whose output the layer takes; UINT32_MAX: the first layer */
    struct shape shape; /* of that output where it is known */
    struct diagnostics *diagnostics;
};

/* Appends the layer's nodes; sets `last` and `shape` to what the next takes. */
MUST_USE bool lava_read_layer(struct lava_layer *layer);
/* Appends a node after `last` (an edge leads there) and makes it `last`; the name is taken over. The pointer holds
 * until the next. */
struct node *lava_append(struct lava_layer *layer, enum node_kind kind, char *name);

#endif
