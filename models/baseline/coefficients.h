/* The fitted half of an accelerator: what measurements of it, or of its relatives, say beyond the data sheet. Written
 * by `npusim calibrate`, read with the accelerator file that names it; each value's source says on what it was fitted,
 * or "assumed". One file serves a family; what differs within it follows from the data sheets. */
#ifndef NPUSIM_MODELS_BASELINE_COEFFICIENTS_H
#define NPUSIM_MODELS_BASELINE_COEFFICIENTS_H

#include "sim/parameters.h"

struct coefficients {
    char *fitted_on;                                         /* the devices and tables, for reports */
    struct sourced_value launch_eager;                       /* us: a kernel that a framework launches one by one */
    struct sourced_value launch_layer;                       /* us: an operator over all timesteps in a spiking framework */
    struct sourced_value launch_graph;                       /* us: a kernel of a captured graph */
    struct sourced_value launch_product;                     /* us: start and end of a product's kernel */
    struct sourced_value launch_convolution;                 /* us: beside that, of a convolution's */
    struct sourced_value launch_pass, launch_pass_graph;     /* us: each inference: call and synchronisation */
    struct sourced_value neuron_step;                        /* us: least a step of neurons that do all steps in a kernel */
    struct sourced_value host_bandwidth;                     /* GB/s: input and output copies */
    struct sourced_value efficiency_vector, efficiency_tensor; /* 1: of the arithmetic peaks, large products */
    struct sourced_value efficiency_int8;                    /* 1: of efficiency_tensor, int8 products */
    struct sourced_value efficiency_memory;                  /* 1: of the bandwidth */
    struct sourced_value efficiency_half;                    /* 1: of that, element-wise kernels on 2-byte items */
    struct sourced_value cache_bytes;                        /* bytes a cycle and unit, from the last cache */
    struct sourced_value tile_reuse;                         /* items: loss of a smaller tile, operator_cost.h */
    struct sourced_value tile_reuse_convolution;             /* items: that of convolutions on matrix units */
    struct sourced_value channel_group;                      /* items: least channels that matrix units take at a time */
    struct sourced_value tile_fill;                          /* items of the inner dimension: start and end of a tile */
    struct sourced_value split_vector;                       /* items: as split_least, outside of the matrix units */
    struct sourced_value split_least;                        /* items: least part of a split inner dimension */
    struct sourced_value softmax_item, softmax_row;          /* cycles of a unit for an item, and for a long row */
    struct sourced_value softmax_wait;                       /* cycles until an item of a short row is done, one by one */
    struct sourced_value norm_row, norm_item;                /* cycles of a normalised row, and of each item in it */
    struct sourced_value norm_slots;                         /* 1: rows of a unit that are normalised at a time */
    struct sourced_value norm_rows, softmax_rows;            /* 1: rows in flight a unit, while they are reduced */
    struct sourced_value convolution, convolution_tensor;    /* 1: of a product's efficiency, by im2col in the kernel */
    struct sourced_value bias_item;                          /* cycles of a unit for a value that gets its bias */
    struct sourced_value efficiency_moved;                   /* 1: of the bandwidth, from channels first to last and back */
    struct sourced_value winograd, winograd_fused;           /* 1: of a product's efficiency, in Winograd's transform */
    struct sourced_value sharpness;                          /* 1: exponent that joins the bounds; large: the largest */
    struct sourced_value sharpness_elements;                 /* 1: that of operators other than products */
    struct sourced_value operation_vector, operation_tensor; /* pJ/operation at 7 nm; tensor: of 2-byte operands */
    struct sourced_value node_16, node_12, node_4;           /* 1: energy of an operation against 7 nm */
    struct sourced_value byte_hbm, byte_other, byte_cache;   /* pJ/byte */
    struct sourced_value idle_share;                         /* 1: of the limit, where no idle power is published */
    struct sourced_value active_share;                       /* 1: of the limit, above idle as soon as kernels run */
    struct sourced_value occupied_share;                     /* 1: of the limit, above that with all units busy */
};

extern const struct parameter_row coefficient_rows[];

MUST_USE bool coefficients_load(const char *path, struct coefficients *out, struct diagnostics *diagnostics);
void coefficients_free(struct coefficients *coefficients);
/* The file's text, to be written; fresh. */
char *coefficients_text(const struct coefficients *coefficients);
/* The value of a row, to be read or changed. */
struct sourced_value *coefficient_at(struct coefficients *coefficients, const struct parameter_row *row);

#endif
