#include "tests/support/h5_hostile.h"

#include "sim/panic.h"
#include <hdf5.h>
#include <stdint.h>

static void dataset(hid_t file, const char *name, hid_t type, hid_t space, hid_t list, hid_t memory, const void *data)
{
    hid_t id = H5Dcreate2(file, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    must(id >= 0);
    if (data)
        must(H5Dwrite(id, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0);
    H5Dclose(id);
    H5Sclose(space);
}

static hid_t line(hsize_t size)
{
    return H5Screate_simple(1, &size, NULL);
}

static hid_t half_float(void)
{
    hid_t type = H5Tcopy(H5T_IEEE_F32LE);
    must(H5Tset_fields(type, 15, 10, 5, 0, 10) >= 0 && H5Tset_size(type, 2) >= 0 && H5Tset_ebias(type, 15) >= 0);
    return type;
}

static hid_t fixed_text(size_t size)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    must(H5Tset_size(type, size) >= 0 && H5Tset_strpad(type, H5T_STR_SPACEPAD) >= 0);
    return type;
}

static hid_t chunked(hsize_t chunk)
{
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    must(H5Pset_chunk(list, 1, &chunk) >= 0);
    return list;
}

static void write_odd(hid_t file, enum hostile kind)
{
    const int16_t shorts[] = {-2, 300};
    const float floats[] = {0.5f, -2.0f};
    static double many[10000];
    if (kind == ODD_BIG_ENDIAN_I16) {
        dataset(file, "x", H5T_STD_I16BE, line(2), H5P_DEFAULT, H5T_NATIVE_INT16, shorts);
    } else if (kind == ODD_HALF_FLOATS) {
        dataset(file, "x", half_float(), line(2), H5P_DEFAULT, H5T_NATIVE_FLOAT, floats);
    } else if (kind == ODD_FIXED_TEXTS) {
        dataset(file, "x", fixed_text(4), line(2), H5P_DEFAULT, fixed_text(4), "ab  c   ");
    } else {
        for (int i = 0; i < 10000; i++)
            many[i] = i;
        hid_t list = chunked(1000);
        must(H5Pset_shuffle(list) >= 0 && H5Pset_deflate(list, 9) >= 0);
        dataset(file, "x", H5T_IEEE_F64LE, line(10000), list, H5T_NATIVE_DOUBLE, many);
    }
}

static void write_type(hid_t file, enum hostile kind)
{
    int32_t one = 1;
    hid_t type;
    if (kind == HOSTILE_COMPOUND) {
        type = H5Tcreate(H5T_COMPOUND, 8);
        must(H5Tinsert(type, "re", 0, H5T_NATIVE_FLOAT) >= 0 && H5Tinsert(type, "im", 4, H5T_NATIVE_FLOAT) >= 0);
    } else if (kind == HOSTILE_ENUM_I32) {
        type = H5Tenum_create(H5T_NATIVE_INT32);
        must(H5Tenum_insert(type, "ONE", &one) >= 0);
    } else if (kind == HOSTILE_REFERENCE) {
        type = H5Tcopy(H5T_STD_REF_OBJ);
    } else {
        type = H5Tvlen_create(H5T_NATIVE_INT32);
    }
    dataset(file, "x", type, line(2), H5P_DEFAULT, type, NULL);
    H5Tclose(type);
}

static void write_extent(hid_t file, enum hostile kind)
{
    const double four[] = {1, 2, 3, 4};
    const hsize_t ones[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    hid_t list = H5P_DEFAULT;
    if (kind == HOSTILE_NULL_SPACE) {
        dataset(file, "x", H5T_IEEE_F64LE, H5Screate(H5S_NULL), H5P_DEFAULT, 0, NULL);
    } else if (kind == HOSTILE_RANK_9) {
        dataset(file, "x", H5T_IEEE_F64LE, H5Screate_simple(9, ones, NULL), H5P_DEFAULT, 0, NULL);
    } else if (kind == HOSTILE_GIANT_CHUNK) {
        hsize_t none = H5S_UNLIMITED, four_items = 4;
        list = chunked(1 << 28);
        must(H5Pset_deflate(list, 1) >= 0);
        dataset(file, "x", H5T_IEEE_F64LE, H5Screate_simple(1, &four_items, &none), list, H5T_NATIVE_DOUBLE, four);
    } else if (kind == HOSTILE_UNSTORED_CONTIGUOUS) {
        dataset(file, "x", H5T_IEEE_F64LE, line(1 << 27), H5P_DEFAULT, 0, NULL);
    } else {
        list = chunked(1 << 20);
        must(H5Pset_deflate(list, 4) >= 0);
        hsize_t size = kind == HOSTILE_HUGE_CHUNKED ? (hsize_t)1 << 40 : (hsize_t)1 << 27;
        dataset(file, "x", H5T_IEEE_F64LE, line(size), list, 0, NULL);
    }
}

static void write_link(hid_t file, enum hostile kind)
{
    const double two[] = {1, 2};
    hsize_t size = 2;
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    dataset(file, "y", H5T_IEEE_F64LE, line(2), H5P_DEFAULT, H5T_NATIVE_DOUBLE, two);
    if (kind == HOSTILE_SOFT_LINK || kind == HOSTILE_SOFT_LINK_CYCLE) {
        must(H5Lcreate_soft(kind == HOSTILE_SOFT_LINK ? "/y" : "/x", file, "x", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    } else if (kind == HOSTILE_EXTERNAL_LINK) {
        must(H5Lcreate_external("/etc/hostname", "/y", file, "x", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    } else if (kind == HOSTILE_EXTERNAL_STORAGE) {
        must(H5Pset_external(list, "/etc/hostname", 0, 2) >= 0);
        dataset(file, "x", H5T_STD_U8LE, line(2), list, 0, NULL);
    } else {
        hid_t space = H5Screate_simple(1, &size, NULL);
        must(H5Pset_virtual(list, space, "/tmp/other.h5", "/y", space) >= 0);
        dataset(file, "x", H5T_IEEE_F64LE, space, list, 0, NULL);
    }
    H5Pclose(list);
}

void hostile_write(const char *path, enum hostile kind)
{
    must(H5open() >= 0);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    hid_t access_list = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fclose_degree(access_list, H5F_CLOSE_STRONG);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access_list);
    H5Pclose(access_list);
    must(file >= 0);
    if (kind <= ODD_CHUNKED_SHUFFLED)
        write_odd(file, kind);
    else if (kind <= HOSTILE_VLEN_NUMBERS)
        write_type(file, kind);
    else if (kind <= HOSTILE_RANK_9)
        write_extent(file, kind);
    else
        write_link(file, kind);
    H5Fclose(file);
}
