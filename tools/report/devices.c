#include "tools/report/devices.h"

#include "models/tile/memristor.h"
#include "sim/memory.h"
#include "tools/report/text.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A share as "97.46 %", a count as it is, the rest with its unit. */
static char *figure_text(enum device_figure figure, double value, const char *micro)
{
    char text[QUANTITY_SIZE];
    const char *unit = device_figure_rows[figure].unit;
    if (!isfinite(value))
        return memory_copy_string("n/a");
    if (unit[0] == '1')
        return memory_format("%.2f %%", 100 * value);
    if (figure == DEVICE_SPIKES)
        return memory_format("%.0f", value);
    return memory_copy_string(quantity(text, value, unit, micro));
}

static const char *words_of(enum device_figure figure)
{
    static const char *const words[DEVICE_FIGURES] = {"accuracy", "spike agreement", "spikes", "energy a sample",
                                                      "latency"};
    return words[figure];
}

void devices_row(const struct monte_carlo *runs, enum device_figure figure, const char *micro, struct devices_row *out)
{
    struct spread spread = monte_carlo_spread(runs, figure);
    *out = (struct devices_row){words_of(figure), figure_text(figure, spread.mean, micro),
                                figure_text(figure, spread.deviation, micro), figure_text(figure, spread.least, micro),
                                figure_text(figure, spread.most, micro), NULL};
    if (device_figure_rows[figure].of_ideal)
        out->ideal = figure_text(figure, runs->ideal.figure[figure], micro);
}

void devices_row_free(struct devices_row *row)
{
    free(row->mean);
    free(row->deviation);
    free(row->least);
    free(row->most);
    free(row->ideal);
}

char *devices_title(const struct monte_carlo *runs)
{
    return memory_format("%u chips that differ in their devices (seeds %llu to %llu)", runs->count,
                         (unsigned long long)runs->runs[0].seed,
                         (unsigned long long)runs->runs[runs->count - 1].seed);
}

/* What the chip file says of its devices, as far as it makes a difference. */
static char *sources_of_variation(const struct core_config *core)
{
    const struct memristor_config *memristor = &core->memristor;
    struct text text = {0};
    text_add(&text, "converters of %u bits", memristor->converter_bits);
    if (memristor->programming_noise > 0)
        text_add(&text, ", programming noise %g %s", memristor->programming_noise,
                 memristor->distribution == PROGRAMMING_GAUSSIAN ? "of the conductance range" : "of ln G");
    if (memristor->read_noise > 0)
        text_add(&text, ", read noise %g of a device's current", memristor->read_noise);
    if (memristor->wire_resistance > 0)
        text_add(&text, ", wires of %g ohm a cell", memristor->wire_resistance);
    if (memristor->stuck_low + memristor->stuck_high > 0)
        text_add(&text, ", %g of the devices stuck", memristor->stuck_low + memristor->stuck_high);
    return text.data;
}

char *devices_finding(const struct run_record *record)
{
    const struct core_config *core = &record->chip->core;
    if (core->synapse_kind != SYNAPSE_MEMRISTOR)
        return NULL;
    char *sources = sources_of_variation(core), *out;
    if (record->monte_carlo)
        out = memory_format("The arrays are analog: where the chip differs from the float reference, that is device noise (%s) "
                            "beside the rounding of weights. With ideal devices its spike agreement is %.2f %%: what is missing "
                            "there is rounding, the rest device noise.", sources,
                            100 * record->monte_carlo->ideal.figure[DEVICE_SPIKE_AGREEMENT]);
    else
        out = memory_format("The arrays are analog: where the chip differs from the float reference, that is device noise (%s) "
                            "beside the rounding of weights; this is one chip, --monte-carlo N tells them apart over N "
                            "chips.", sources);
    free(sources);
    return out;
}
