/* Spikes out, in NIR's data layout (nir/data_ir of neuromorphs/NIR), into a file being written. */
#ifndef NPUSIM_TOOLS_READ_SPIKE_WRITER_H
#define NPUSIM_TOOLS_READ_SPIKE_WRITER_H

#include "tools/file/h5.h"
#include "tools/network/spikes.h"

/* Writes ROOT/nodes/NODE/observables/OBSERVABLE and the __type__ attributes from ROOT down. ROOT is "" for a file of
 * its own, or a group ("/spikes"). The batch says: inputs = neurons of the node, dt_s > 0, and for each sample its
 * steps and events (name, label and path are not used). EventData when every value is 1, else ValuedEventData; one
 * row a sample, padded with index -1 and time +inf; the attribute dt, which NIR does not ask for, lets it be read
 * back without --dt. time = step * dt_s, never below it in the sense of floor(time / dt_s).
 * An error when the padded rows have more than 2^28 items. */
MUST_USE bool spikes_write_nir_data(struct h5 *file, const char *root, const char *node, const char *observable,
                                    const struct spike_batch *batch, struct diagnostics *diagnostics);

/* The same piece by piece. `expected`: events of a sample, roughly; `values`: some may not be 1. */
struct spike_rows;
struct spike_rows *spike_rows_open(struct h5 *file, const char *root, const char *node, const char *observable,
                                   uint64_t samples, uint64_t expected, double dt_s, bool values);
/* Events of a sample, behind the `column` that are there already. */
void spike_rows_add(struct spike_rows *rows, uint64_t sample, uint64_t column, const struct spike_event *events,
                    size_t count);
/* steps: of the longest sample. */
void spike_rows_close(struct spike_rows *rows, uint32_t neurons, uint32_t steps);

/* ---- spike_export.c: the same spikes in the formats of others ---- */
/* NumPy: (sample, time, neuron), uint8 where every value fits, else float32; zeros after a shorter sample's end. */
MUST_USE bool spikes_write_npy(const char *path, const struct spike_batch *batch, struct diagnostics *diagnostics);
/* SONATA: /spikes/POPULATION of one sample into a file being written; ms at the start of the step; an event of value n
 * is n spikes. */
MUST_USE bool spikes_write_sonata(struct h5 *file, const char *population, const struct spike_batch *batch,
                                  size_t sample, struct diagnostics *diagnostics);
/* Lines "t n" of one sample, t in s; an event of value n is n lines. */
MUST_USE bool spikes_write_text(const char *path, const char *population, const struct spike_batch *batch,
                                size_t sample, struct diagnostics *diagnostics);

#endif
