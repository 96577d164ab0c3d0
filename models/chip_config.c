#include "models/chip_config.h"

#include "models/chip_checks.h"
#include "sim/memory.h"
#include "sim/panic.h"
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const char *const input_places[] = {[INPUTS_HOST] = "host", [INPUTS_CORES] = "cores", NULL};
static const char *const policies[] = {[PLACEMENT_TRAFFIC] = "traffic", [PLACEMENT_BLOCKS] = "blocks", NULL};

#define AT(name) offsetof(struct chip_config, name)

static const struct parameter_row own_rows[] = {
    {"name", PARAMETER_STRING, AT(name), 1, 80, NULL, NULL, NULL, "of the chip, for reports"},
    {"clock_hz", PARAMETER_DOUBLE, AT(clock_hz), 1e3, 1e11, "Hz", NULL, NULL,
     "cycles in a second; only reports use it"},
    {"technology", PARAMETER_STRING, AT(technology), 1, 1024, NULL, NULL, NULL,
     "file of energies, leakage and areas, relative to this file"},
    {"placement.inputs", PARAMETER_CHOICE, AT(placement_inputs), 0, 0, NULL, input_places, NULL,
     "input spikes enter the mesh at the host's tile, or at the cores that hold their block"},
    {"placement.policy", PARAMETER_CHOICE, AT(placement_policy), 0, 0, NULL, policies, NULL,
     "packed and placed for short ways (traffic), or contiguous blocks of equal size on all cores"},
    {.key = NULL},
};

enum { CHIP_ROWS_MAX = 192 };

/* One table of all rows. Filled once and the same every time, so that it is as good as a constant. */
static struct parameter_row chip_rows[CHIP_ROWS_MAX];
static pthread_once_t chip_rows_once = PTHREAD_ONCE_INIT;

static size_t append_rows(size_t count, const struct parameter_row *rows, size_t shift)
{
    for (; rows->key; rows++) {
        must(count + 1 < CHIP_ROWS_MAX);
        chip_rows[count] = *rows;
        chip_rows[count++].offset += shift;
    }
    return count;
}

static void join_rows(void)
{
    size_t count = append_rows(0, own_rows, 0);
    count = append_rows(count, noc_parameter_rows, AT(noc));
    count = append_rows(count, core_parameter_rows, AT(core));
    count = append_rows(count, host_parameter_rows, AT(host));
    append_rows(count, power_parameter_rows, AT(power));
}

const struct parameter_row *chip_parameter_rows(void)
{
    must(pthread_once(&chip_rows_once, join_rows) == 0);
    return chip_rows;
}

bool chip_config_load(const char *path, const struct parameter_override *overrides, size_t override_count,
                      struct chip_config *out, struct diagnostics *diagnostics)
{
    *out = (struct chip_config){0};
    if (!parameters_load(path, chip_parameter_rows(), out, overrides, override_count, diagnostics))
        return false;
    out->path = memory_copy_string(path);
    if (chip_checks(out, diagnostics))
        return true;
    chip_config_free(out);
    return false;
}

void chip_config_free(struct chip_config *config)
{
    parameters_free(chip_parameter_rows(), config);
    free(config->path);
    config->path = NULL;
}

/* As a YAML scalar in quotes; the loader lets no control characters in. */
static char *quoted(const char *text)
{
    char *out = memory_array(2 * strlen(text) + 3, 1), *end = out;
    *end++ = '"';
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            *end++ = '\\';
        *end++ = *text;
    }
    *end = '"';
    return out;
}

static char *row_text(const struct parameter_row *row, const struct chip_config *config)
{
    char *value = parameters_format(row, config);
    if (row->type != PARAMETER_STRING)
        return value;
    char *text = quoted(value);
    free(value);
    return text;
}

char *chip_config_text(const struct chip_config *config)
{
    const struct parameter_row *rows = chip_parameter_rows();
    char *text = memory_copy_string("");
    for (const struct parameter_row *row = rows; row->key; row++) {
        if (!parameters_applies(rows, row, config))
            continue;
        char *value = row_text(row, config), *longer = memory_format("%s%s: %s\n", text, row->key, value);
        free(value);
        free(text);
        text = longer;
    }
    return text;
}

uint32_t chip_tiles(const struct chip_config *config)
{
    return config->noc.columns * config->noc.rows;
}

uint32_t chip_cores(const struct chip_config *config)
{
    return chip_tiles(config) * config->noc.cores_per_tile;
}

uint32_t system_cores(const struct chip_config *config)
{
    return chip_cores(config) * config->host.chips;
}
