#include "tools/trace/trace_file.h"
#include <math.h>

struct trace_clock trace_clock_of(double hz)
{
    struct trace_clock clock = {hz, 0};
    while (clock.exponent > -15 && pow(10, -clock.exponent) < 1000 * hz)
        clock.exponent--;
    return clock;
}

uint64_t trace_clock_time(const struct trace_clock *clock, uint64_t cycle)
{
    long double units = (long double)pow(10, -clock->exponent) / (long double)clock->hz;
    return (uint64_t)((long double)cycle * units + 0.5L);
}
