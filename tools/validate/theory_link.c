/* A link carries what its credits allow: min(1, buffer / (latency + credit latency)) flits a cycle. */
#include "sim/memory.h"
#include "tools/validate/theory.h"
#include "tools/validate/theory_mock.h"
#include <stdlib.h>

#define LATENCY 5u
#define CREDIT_LATENCY 3u
#define ROUND (LATENCY + CREDIT_LATENCY)

/* After the first round trips every round trip is like the one before. */
static double rate(uint32_t buffer, const struct replay_options *options)
{
    struct link link;
    struct mock_source source;
    struct mock_sink sink;
    struct engine *engine = engine_new();
    engine->order = options->order;
    engine->oracle = options->oracle;
    mock_source_init(&source, engine, &link, 0);
    mock_sink_init(&sink, engine, &link, 0);
    engine_seal(engine);
    link_init(&link, engine, buffer, LATENCY, CREDIT_LATENCY);
    link_connect(&link, &source.component, &sink.component);
    mock_send(&source, 0, 0, 1, UINT64_MAX);
    engine_wake(engine, source.component.id, 0);
    engine_run(engine, 10 * ROUND);
    uint64_t before = mock_taken(&sink);
    engine_run(engine, 110 * ROUND);
    double flits = (double)(mock_taken(&sink) - before);
    link_free(&link);
    engine_free(engine);
    return flits / (100 * ROUND);
}

void theory_judge_links(const struct replay_options *options, struct verdicts *verdicts)
{
    for (uint32_t buffer = 1; buffer <= 2 * ROUND; buffer *= 2) {
        char *name = memory_format("link, %u of %u", buffer, ROUND);
        double expected = buffer < ROUND ? (double)buffer / ROUND : 1.0;
        theory_verdict(verdicts, name, "throughput", "flits/cycle", expected, rate(buffer, options), 0);
        free(name);
    }
}
