/* Measured launches and whole networks: what coefficients are fitted on and judged by. */
#ifndef NPUSIM_TOOLS_CALIBRATE_MEASURED_H
#define NPUSIM_TOOLS_CALIBRATE_MEASURED_H

#include "models/baseline/operator_cost.h"

enum { MEASURED_TABLES = 64, MEASURED_DEVICES = 32 };

struct measured_row {
    uint32_t table, device;
    enum baseline_precision precision;
    struct work work;     /* one operator, or a network */
    char *name;           /* of a network from a CSV; else NULL */
    uint32_t batch;
    bool network;         /* its launches count too */
    enum baseline_mode mode; /* of a network; else ann */
    bool cold;            /* one launch, whose operands were not used shortly before */
    bool burst;           /* one launch, timed over a few ms: too short for the board to come to its power limit */
    bool captured;        /* one launch, timed within a captured graph: by the clock of the device */
    double seconds;
    double power_w;       /* 0: not measured */
    double loop_s;        /* a pass in the loop during which power was measured; 0: none */
    double operations;    /* its work */
    bool held;            /* of the quarter of its table and device with the largest work */
    bool spare;           /* a network whose launches were measured in that precision: judged, never fitted */
};

struct measured_device {
    char *name, *path;    /* as the tables call it; accelerator file */
    struct accelerator *accelerator;
};

struct measured {
    struct measured_row *rows;
    size_t count, capacity;
    char *tables[MEASURED_TABLES];
    uint32_t table_count;
    struct measured_device devices[MEASURED_DEVICES];
    uint32_t device_count;
};

/* Finds the device by its name among those that measured_add_device added; UINT32_MAX: none. */
uint32_t measured_device(const struct measured *measured, const char *name);
MUST_USE bool measured_add_device(struct measured *measured, const char *name, const char *accelerator_path,
                                  struct diagnostics *diagnostics);
/* UINT32_MAX: there are MEASURED_TABLES already. */
uint32_t measured_add_table(struct measured *measured, const char *name);
/* `work` becomes the list's. */
void measured_add(struct measured *measured, const struct measured_row *row);
/* One launch; work.operators is made here. */
void measured_add_operator(struct measured *measured, struct measured_row row, const struct work_operator *op);
/* Marks what is held out and spare; call once, after the last row. */
void measured_hold_out(struct measured *measured);
void measured_free(struct measured *measured);

/* CSV that tools/measure-gpu writes; its columns are described in measured_csv.c. All rows are of `device`, or where it is
 * UINT32_MAX of what their column `device` names. Layer lists of whole networks are looked for below `workloads`. */
MUST_USE bool measured_read(const char *path, const char *workloads, uint32_t device, struct measured *measured,
                            struct diagnostics *diagnostics);

/* The published tables below DIR/physics (llmcompass, neusight, deepbench) with the accelerators that they measured. */
MUST_USE bool measured_read_published(const char *dir, const char *configs, const char *workloads,
                                      struct measured *measured, struct diagnostics *diagnostics);

/* By `coefficients`; a network with its launches, one operator without. */
double measured_predict(const struct measured *measured, const struct measured_row *row,
                        const struct coefficients *coefficients);
double measured_roofline(const struct measured *measured, const struct measured_row *row);

#endif
