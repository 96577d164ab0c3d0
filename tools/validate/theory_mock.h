/* Ends of a link, for cases of one router or link: a source that sends whenever it may, a sink that takes whenever it
 * may. */
#ifndef NPUSIM_TOOLS_VALIDATE_THEORY_MOCK_H
#define NPUSIM_TOOLS_VALIDATE_THEORY_MOCK_H

#include "sim/link.h"

#define MOCK_KINDS 4u

struct mock_source {
    struct component component;
    struct link *link;
    struct packet pattern[MOCK_KINDS]; /* sent in turn */
    uint32_t pattern_count;            /* 0: it sends nothing */
    uint64_t limit, sent;
    uint64_t busy_until;               /* a flit a cycle */
};

struct mock_sink {
    struct component component;
    struct link *link;
    uint64_t opens;                    /* takes nothing before */
    uint64_t taken[MOCK_KINDS], last[MOCK_KINDS]; /* packets of each axon, cycle of the last one */
};

void mock_source_init(struct mock_source *source, struct engine *engine, struct link *link, uint32_t index);
void mock_sink_init(struct mock_sink *sink, struct engine *engine, struct link *link, uint32_t index);
/* One more packet of the pattern; its axon is its kind. */
void mock_send(struct mock_source *source, uint32_t target, uint32_t axon, uint8_t flits, uint64_t limit);
uint64_t mock_taken(const struct mock_sink *sink);

#endif
