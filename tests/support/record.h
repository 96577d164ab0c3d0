/* A made-up run of a small network, with everything that a report is written from. */
#ifndef NPUSIM_TESTS_SUPPORT_RECORD_H
#define NPUSIM_TESTS_SUPPORT_RECORD_H

#include "tools/report/report.h"

/* Names that must be escaped wherever they are written. */
#define FIXTURE_HIDDEN "a<b>&\"c\"'d"
#define FIXTURE_REMARK "<script>alert(1)</script>"

#define FIXTURE_INPUTS 4
#define FIXTURE_OUTPUTS 3
#define FIXTURE_BASELINES 4
#define FIXTURE_STEPS 10

struct record_fixture {
    struct run_record record;
    struct network network;
    struct spike_batch batch;
    struct chip_config chip;
    struct technology *technology;
    struct program program;
    struct compile_report compile;
    struct chip_result chip_result;
    struct reference_result reference;
    struct sample_digest *digests; /* made from what the chip and the reference hold */
    struct raster raster;
    struct baseline_result baselines[FIXTURE_BASELINES];
    uint64_t fired;        /* spikes on the chip, all samples */
    uint64_t latency_of_0; /* cycles; each sample takes 10 more than the one before */
};

/* Sample s is of class s % 3 and decided so on the chip, in the reference too; sample 1 has no label, and the label of
 * sample 2 is not what is decided. The reference lacks one spike of each sample that the chip fires. */
void record_fixture_make(struct record_fixture *fixture, uint32_t samples, uint32_t hidden);
/* DIR/result.h5, as a run writes it. */
bool record_write_h5(const struct record_fixture *fixture, const char *dir, const struct run_numbers *numbers,
                     struct diagnostics *diagnostics);
void record_fixture_free(struct record_fixture *fixture);

#endif
