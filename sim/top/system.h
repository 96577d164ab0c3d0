/* The system under SystemC: a host and one or several chips, each an sc_module around a passive C object, joined by
 * links with latency. One elaboration a process (a property of SystemC).
 *
 * A module runs `quantum` cycles at a time. What it sends arrives at least a link's latency later, so a quantum up to
 * the smallest latency across the edges is exact; a larger request is clipped. A cycle is 1 ns of SystemC time,
 * whatever the chip's clock: seconds are derived from cycles in one place (models/physics/energy.h). */
#ifndef NPUSIM_SIM_TOP_SYSTEM_H
#define NPUSIM_SIM_TOP_SYSTEM_H

#include "models/chip.h"
#include "models/host/driver.h"
#include "sim/trace.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Stimuli that arrive in given cycles, instead of samples: a recording replayed. All are handed over before the
 * first cycle, so no quantum can be too large. */
struct replay_event {
    uint64_t cycle;
    struct packet packet; /* HOST_PACKET, HOST_TRIGGER, or an address (address-event pins) */
};

struct replay {
    const struct replay_event *events; /* by cycle; addresses: in order, each after the one before */
    size_t count;
    uint64_t end_cycle;   /* cycles 0 .. end_cycle - 1 are run */
    struct cycle_log log; /* filled; entries of later cycles are left out; by cycle */
    int32_t *potentials;  /* filled: every core's neurons one after the other, as they are at the start of cycle end_cycle - 1 */
};

struct system_job {
    const struct chip_config *config;
    const struct program *program;
    const struct driver_sample *samples;
    size_t sample_count;
    /* Part of a run (processes.h). With a warm-up, samples[0] only brings the chips to where a sample leaves them. */
    uint32_t first_sample;    /* number of samples[0] in the run */
    bool warm_up;
    const struct counter_table *(*history)(void *context); /* NULL, or what the samples before these have counted;
                                                            * may wait for it; NULL then: there is none */
    void *history_context;
    uint32_t quantum;         /* cycles; 0: the largest that is exact */
    enum engine_order order;
    bool oracle;
    struct trace *trace;      /* NULL: none (sim/trace.h); of one job only */
    const char *waves;        /* NULL, or NAME.vcd: host links and chips at work, traced by SystemC; of one job only */
    void (*progress)(void *context, size_t done, size_t all); /* NULL: none */
    void *progress_context;
    struct replay *replay;      /* NULL: samples */
    struct chip_result *result; /* filled */
};

/* Runs the jobs one after the other in one elaboration. False when a job deadlocked: who waits for what has then been
 * printed on stderr. May be called once a process. */
MUST_USE bool system_run(struct system_job *jobs, size_t count);

/* The largest exact quantum. */
uint32_t system_quantum(const struct chip_config *config);

#ifdef __cplusplus
}
#endif
#endif
