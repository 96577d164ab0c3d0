/* YAML of chips, technologies, accelerators and prices; CSV of measurements and of layers. */
#include "tests/fuzz/fuzz.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include "models/baseline/money.h"
#include "models/chip_config.h"
#include "models/physics/energy.h"
#include "models/physics/technology.h"
#include "tools/calibrate/measured.h"
#include "tools/compile/compile.h"
#include "tools/file/file.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MEASURED_HEADER "device,operator,precision,m,n,k,groups,elements,operations,row,inputs,outputs,weights,latency_s,power_w\n"

static bool copies(const char *const *from, uint32_t count, uint32_t index, const char *folder, const char *name)
{
    return index < count && fuzz_copy(from[index], folder, name);
}

#define COPIES(from, name) copies(from, sizeof from / sizeof *from, index, folder, name)

static bool seed_chip(uint32_t index, const char *folder)
{
    static const char *const from[] = {"tests/support/chips/tiny-sparse.yaml", "configs/chip/rain.yaml",
                                       "configs/chip/tinyodin.yaml", "configs/chip/two-chips.yaml"};
    return COPIES(from, "chip.yaml");
}

/* Every number lies in its row's range; what the file says of itself is read again. */
static void read_chip(const char *path, uint8_t mode)
{
    struct diagnostics problems = {0};
    struct chip_config chip;
    struct parameter_override override = {mode & 2 ? "core.neurons_max=7" : "core.neurons_max=1e9"};
    bool good = chip_config_load(path, &override, mode % 2, &chip, &problems);
    const struct parameter_row *rows = chip_parameter_rows();
    for (const struct parameter_row *row = rows; good && row->key; row++) {
        uint32_t number;
        if (row->type != PARAMETER_U32 || !parameters_applies(rows, row, &chip))
            continue;
        memcpy(&number, (const char *)&chip + row->offset, sizeof number);
        must(row->minimum <= number && number <= row->maximum);
    }
    if (good)
        chip_config_free(&chip);
    fuzz_verdict(good, &problems);
}

static bool seed_technology(uint32_t index, const char *folder)
{
    static const char *const from[] = {"configs/technology/28nm.yaml", "configs/technology/loihi-davies2018.yaml"};
    return COPIES(from, "technology.yaml");
}

static void read_technology(const char *path, uint8_t mode)
{
    struct diagnostics problems = {0};
    struct technology *technology = NULL;
    (void)mode;
    bool good = technology_load(path, &technology, &problems);
    if (good)
        technology_free(technology);
    fuzz_verdict(good, &problems);
}

static bool seed_accelerator(uint32_t index, const char *folder)
{
    static const char *const from[] = {"configs/accelerator/h100-sxm.yaml", "configs/accelerator/tpu-v4.yaml"};
    return COPIES(from, "accelerator.yaml");
}

/* The files that the seeds name, in a folder of that name beside the accelerator file. */
static void copy_named(const char *path, const char *folder)
{
    static const char *const names[] = {"hopper.yaml", "other.yaml", "unseen.yaml"};
    struct diagnostics problems = {0};
    char *where = memory_format("%.*s/%s", (int)(strrchr(path, '/') - path), path, folder);
    bool made = !directory_is(where) && directory_make(where, &problems);
    for (size_t i = 0; made && i < sizeof names / sizeof *names; i++) {
        char *from = memory_format("configs/accelerator/%s/%s", folder, names[i]);
        if (access(from, R_OK) == 0)
            must(fuzz_copy(from, where, names[i]));
        free(from);
    }
    free(where);
}

static void read_accelerator(const char *path, uint8_t mode)
{
    struct diagnostics problems = {0};
    struct accelerator *accelerator = NULL;
    (void)mode;
    copy_named(path, "coefficients");
    copy_named(path, "errors");
    bool good = accelerator_load(path, &accelerator, &problems);
    if (good)
        accelerator_free(accelerator);
    fuzz_verdict(good, &problems);
}

static bool seed_cost(uint32_t index, const char *folder)
{
    static const char *const from[] = {"configs/cost/data-center.yaml"};
    return COPIES(from, "cost.yaml");
}

static void read_cost(const char *path, uint8_t mode)
{
    struct diagnostics problems = {0};
    struct money money;
    (void)mode;
    bool good = money_load(path, &money, &problems);
    if (good)
        money_free(&money);
    fuzz_verdict(good, &problems);
}

static bool seed_measured(uint32_t index, const char *folder)
{
    if (index > 0)
        return false;
    fuzz_write_text(folder, "measured.csv", MEASURED_HEADER
                    "h100,matrix,fp16,128,256,64,1,0,0,0,0,0,0,1e-5,300\n"
                    "h100,elementwise,fp32,0,0,0,1,65536,2,256,65536,65536,0,2e-6,\n");
    return true;
}

static void read_measured(const char *path, uint8_t mode)
{
    struct diagnostics problems = {0};
    struct measured measured = {0};
    (void)mode;
    must(measured_add_device(&measured, "h100", "configs/accelerator/h100-sxm.yaml", &problems));
    bool good = measured_read(path, "traces/workloads", 0, &measured, &problems);
    if (good)
        measured_hold_out(&measured);
    measured_free(&measured);
    fuzz_verdict(good, &problems);
}

static bool seed_layers(uint32_t index, const char *folder)
{
    static const char *const from[] = {"traces/workloads/resnet18-cifar10.csv", "traces/workloads/spikebert-12-768.csv"};
    return COPIES(from, "layers.csv");
}

static void read_layers(const char *path, uint8_t mode)
{
    struct diagnostics problems = {0};
    struct work work;
    bool good = work_read(path, mode % 2 ? 4 : 0, &work, &problems);
    if (good)
        work_free(&work);
    fuzz_verdict(good, &problems);
}

const struct fuzz_target fuzz_texts[] = {
    {.name = "chip", .file = "chip.yaml", .seed = seed_chip, .read = read_chip, .bytes = true},
    {.name = "technology", .file = "technology.yaml", .seed = seed_technology, .read = read_technology, .bytes = true},
    {.name = "accelerator", .file = "accelerator.yaml", .seed = seed_accelerator, .read = read_accelerator, .bytes = true},
    {.name = "cost", .file = "cost.yaml", .seed = seed_cost, .read = read_cost, .bytes = true},
    {.name = "measured", .file = "measured.csv", .seed = seed_measured, .read = read_measured, .bytes = true},
    {.name = "layers", .file = "layers.csv", .seed = seed_layers, .read = read_layers, .bytes = true},
    {.name = NULL},
};
