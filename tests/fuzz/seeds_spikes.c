#include "tests/fuzz/seeds.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include "tests/fuzz/fuzz.h"
#include "tools/file/h5.h"
#include "tools/network/spikes.h"
#include "tools/read/spike_writer.h"
#include <hdf5.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static struct h5 *begin(const char *folder)
{
    struct diagnostics problems = {0};
    struct h5 *file;
    char *path = fuzz_path(folder, "spikes.h5");
    must(h5_create(path, &file, &problems));
    free(path);
    return file;
}

static void end(struct h5 *file)
{
    struct diagnostics problems = {0};
    must(h5_commit(file, &problems));
}

/* Two samples of events with values 1, or 2 and 0.5. */
static void write_batch(const char *folder, bool valued)
{
    struct diagnostics problems = {0};
    struct spike_event first[] = {{0, 1, 1}, {3, 0, valued ? 2 : 1}, {3, 3, 1}}, second[] = {{4, 2, valued ? 0.5f : 1}};
    struct spike_sample samples[] = {{.name = memory_copy_string("a"), .label = 1, .steps = 5, .count = 3, .events = first},
                                     {.name = memory_copy_string("b"), .label = 0, .steps = 5, .count = 1, .events = second}};
    struct spike_batch batch = {.inputs = 4, .dt_s = 0.001, .analog = valued, .count = 2, .samples = samples};
    struct h5 *file = begin(folder);
    must(spikes_write_nir_data(file, "", valued ? "v1" : "input", "spikes", &batch, &problems));
    h5_write(file, "/samples/label", H5_I64, 1, (uint64_t[]){2}, (int64_t[]){1, 0});
    h5_write_strings(file, "/samples/name", 2, (const char *const[]){"a", "b"});
    end(file);
    free(samples[0].name);
    free(samples[1].name);
}

static void write_grid(const char *folder)
{
    uint8_t spikes[2 * 3 * 4] = {0, 1, 0, 0, 1};
    struct h5 *file = begin(folder);
    h5_write_attribute_string(file, "/", "__type__", "NIRGraphData");
    h5_write(file, "/nodes/input/observables/spikes/data", H5_BOOL, 3, (uint64_t[]){2, 3, 4}, spikes);
    h5_write_attribute_string(file, "/nodes/input", "__type__", "NIRNodeData");
    h5_write_attribute_string(file, "/nodes/input/observables/spikes", "__type__", "TimeGriddedData");
    h5_write_attribute_double(file, "/nodes/input/observables/spikes", "dt", 0.001);
    end(file);
}

bool seed_nir_data(uint32_t index, const char *folder)
{
    if (index == 0 || index == 1)
        write_batch(folder, index == 1);
    else if (index == 2)
        write_grid(folder);
    else if (index == 3)
        return fuzz_copy("$REFERENCE/networks/nir/primitives/data_sample.h5", folder, "spikes.h5");
    return index < 3;
}

bool seed_sonata_spikes(uint32_t index, const char *folder)
{
    if (index > 1)
        return false;
    struct h5 *file = begin(folder);
    const char *ids = index ? "/spikes/gids" : "/spikes/v1/node_ids";
    const char *times = index ? "/spikes/timestamps" : "/spikes/v1/timestamps";
    h5_write(file, ids, H5_U64, 1, (uint64_t[]){4}, (uint64_t[]){0, 3, 1, 1});
    h5_write(file, times, H5_F64, 1, (uint64_t[]){4}, (double[]){0.1, 2, 2.5, 7});
    if (!index)
        h5_write_attribute_string(file, times, "units", "ms");
    h5_write_attribute_string(file, index ? "/spikes" : "/spikes/v1", "sorting", "by_time");
    end(file);
    return true;
}

/* ---- SHD: lists of variable length, which our own writer does not make ---- */

static void write_lists(hid_t file, const char *name, hid_t stored, hid_t memory, const hvl_t *lists, hsize_t count)
{
    hid_t type = H5Tvlen_create(stored), from = H5Tvlen_create(memory), space = H5Screate_simple(1, &count, NULL);
    hid_t data = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    must(H5Dwrite(data, from, H5S_ALL, H5S_ALL, H5P_DEFAULT, lists) >= 0);
    H5Dclose(data);
    H5Sclose(space);
    H5Tclose(from);
    H5Tclose(type);
}

bool seed_shd(uint32_t index, const char *folder)
{
    float first[] = {0.5f, 0.25f}, second[] = {0.125f};
    uint16_t units_first[] = {3, 699}, units_second[] = {0};
    hvl_t times[] = {{2, first}, {1, second}}, units[] = {{2, units_first}, {1, units_second}};
    if (index > 0)
        return false;
    struct h5 *file = begin(folder);
    h5_write(file, "/labels", H5_I64, 1, (uint64_t[]){2}, (int64_t[]){7, 19});
    h5_group(file, "/spikes");
    end(file);
    char *path = fuzz_path(folder, "spikes.h5");
    hid_t id = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    write_lists(id, "/spikes/times", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, times, 2);
    write_lists(id, "/spikes/units", H5T_STD_U16LE, H5T_NATIVE_UINT16, units, 2);
    must(H5Fclose(id) >= 0);
    free(path);
    return true;
}

/* ---- bytes ---- */

bool seed_nmnist(uint32_t index, const char *folder)
{
    static const unsigned char events[] = {1, 2, 0x80, 0, 5, 33, 33, 0, 1, 0, 0, 240, 0, 2, 0, 7, 7, 0x81, 0, 0};
    if (index == 0)
        fuzz_write(folder, "spikes.bs2", events, sizeof events);
    else if (index == 1)
        return fuzz_copy("$REFERENCE/spikes/nmnist/60041.bs2", folder, "spikes.bs2");
    return index == 0;
}

bool seed_npy(uint32_t index, const char *folder)
{
    static const char *const headers[] = {
        "{'descr': '|b1', 'fortran_order': False, 'shape': (3, 4), }", "{'descr': '<f4', 'fortran_order': True, 'shape': (3, 4), }",
        "{'descr': '>i2', 'fortran_order': False, 'shape': (2, 3, 4), }", "{'descr': '<f2', 'fortran_order': False, 'shape': (3, 4), }",
        "{'descr': '<u8', 'fortran_order': False, 'shape': (1, 4), }"};
    static const size_t bytes[] = {12, 48, 48, 24, 32};
    unsigned char file[256] = "\x93NUMPY\1";
    if (index >= 5)
        return false;
    size_t length = strlen(headers[index]), padded = (10 + length + 1 + 63) / 64 * 64 - 10;
    file[8] = (unsigned char)padded;
    memset(file + 10, ' ', padded);
    memcpy(file + 10, headers[index], length);
    file[9 + padded] = '\n';
    file[10 + padded] = 1;
    fuzz_write(folder, "spikes.npy", file, 10 + padded + bytes[index]);
    return true;
}

static void write_packed(const char *folder, const char *name, const void *bytes, unsigned size)
{
    char *path = fuzz_path(folder, name);
    gzFile file = gzopen(path, "wb");
    must(file && gzwrite(file, bytes, size) == (int)size && gzclose(file) == Z_OK);
    free(path);
}

bool seed_idx(uint32_t index, const char *folder)
{
    static const unsigned char images[] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 255, 128, 1, 7, 0, 0, 9};
    if (index == 0)
        fuzz_write(folder, "images", images, sizeof images);
    if (index == 1)
        write_packed(folder, "images", images, sizeof images);
    return index < 2;
}

bool seed_labels(uint32_t index, const char *folder)
{
    static const unsigned char list[] = {0, 0, 8, 1, 0, 0, 0, 2, 3, 4};
    if (index == 0)
        fuzz_write(folder, "labels.txt", list, sizeof list);
    if (index == 1)
        fuzz_write_text(folder, "labels.txt", "3\n4\n");
    if (index == 2)
        fuzz_write_text(folder, "labels.txt", "spikes.npy[0] 1\nspikes.npy[1] 7 # remark\n");
    if (index == 3)
        write_packed(folder, "labels.txt", "1\n2\n", 4);
    return index < 4;
}
