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

/* What some consecutive timesteps of a sample left behind. A sample is one slab, or several where its spikes would take
 * more than the memory of SLAB_SPIKES of them. */
struct sample_slab {
    size_t sample;                        /* in the run */
    uint32_t first_step, end_step;        /* in the reference's time */
    bool last;                            /* of the sample */
    size_t spike_count;
    const struct recorded_spike *spikes;  /* sorted by (population, step, neuron) */
    size_t output_count;                  /* which the host received meanwhile; of any step up to end_step */
    const struct recorded_spike *outputs;
    const struct sample_result *result;   /* last: of the whole sample, its counters too, without spikes and outputs */
};
#define SLAB_SPIKES ((size_t)1 << 22)

/* Takes a job's samples as they end, so that the chip_result need not hold their spikes, outputs and counters. What
 * `examine` finds out about a sample is `digest_bytes` long and travels between processes as it lies in memory. */
struct sample_observer {
    void *context;
    size_t digest_bytes;
    size_t slab_spikes; /* 0: SLAB_SPIKES */
    /* In the process that simulates, slab after slab, sample after sample. The digest is 0 before the first slab. */
    void (*examine)(void *context, const struct sample_slab *slab, void *digest);
    /* In the process that asked for the run, the slabs of a sample in order, the samples in any; `outputs` and `result`
     * are not there. The digest is done with the last slab. NULL: nobody there wants to know. */
    void (*keep)(void *context, const struct sample_slab *slab, const void *digest);
};

struct system_job {
    const struct chip_config *config;
    const struct program *program;
    const struct driver_sample *samples;
    size_t sample_count;
    driver_read *read_inputs; /* NULL: samples[] hold their inputs; else reads them when they are due (driver.h) */
    void *read_context;
    const struct sample_observer *observer; /* NULL: the result holds everything */
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
