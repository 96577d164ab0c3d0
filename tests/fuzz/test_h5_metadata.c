/* HDF5 files with bytes of their metadata changed (superblock, object headers, heaps, chunk indexes): each is read, or
 * refused with a message; none ends the process or runs on. libhdf5 1.10.8 alone crashes or hangs on about one of a
 * thousand of these. The mutations come from a fixed generator. */
#include "sim/memory.h"
#include "sim/panic.h"
#include "tests/support/run_suite.h"
#include "tools/network/spikes.h"
#include "tools/read/read.h"
#include <check.h>
#include <fcntl.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MUTATIONS 300
#define SECONDS_MAX 120

static bool read_as_network(const char *path, struct diagnostics *diagnostics)
{
    struct network network = {0};
    bool good = network_read(path, &network, diagnostics);
    network_free(&network);
    return good;
}

static bool read_as_spikes(const char *path, struct diagnostics *diagnostics)
{
    struct spike_batch batch = {0};
    struct spike_options how = {.dt_s = 0.001};
    bool good = spikes_read(path, 64, &how, &batch, diagnostics);
    spikes_free(&batch);
    return good;
}

static bool read_as_anything(const char *path, struct diagnostics *diagnostics)
{
    FILE *nowhere = fopen("/dev/null", "w");
    bool good = inspect_print(path, nowhere, diagnostics);
    fclose(nowhere);
    return good;
}

static const struct {
    const char *path;
    bool (*read)(const char *path, struct diagnostics *diagnostics);
} sources[] = {
    {"traces/digits/digits.nir", read_as_network},
    {"traces/digits/test-spikes.h5", read_as_spikes},
    {"traces/digits/digits.nir", read_as_anything},
};

/* ---- the file, and which of its bytes are metadata ---- */

struct image {
    unsigned char *bytes, *raw; /* raw[i]: byte i holds values */
    size_t size, *metadata, metadata_count;
};

static herr_t mark_raw(hid_t root, const char *name, const H5O_info_t *info, void *context)
{
    struct image *image = context;
    if (info->type != H5O_TYPE_DATASET)
        return 0;
    hid_t id = H5Dopen2(root, name, H5P_DEFAULT), space = H5Dget_space(id);
    haddr_t at = H5Dget_offset(id);
    hsize_t chunks = 0, offset[H5S_MAX_RANK], size = H5Dget_storage_size(id);
    if (at != HADDR_UNDEF)
        memset(image->raw + at, 1, size);
    else if (H5Dget_num_chunks(id, space, &chunks) < 0)
        chunks = 0; /* compact: within the object header */
    for (hsize_t i = 0; i < chunks; i++) {
        unsigned filters;
        must(H5Dget_chunk_info(id, space, i, offset, &filters, &at, &size) >= 0);
        memset(image->raw + at, 1, size);
    }
    H5Sclose(space);
    H5Dclose(id);
    return 0;
}

static struct image load(const char *path)
{
    struct image image = {0};
    FILE *stream = fopen(path, "rb");
    must(stream && fseek(stream, 0, SEEK_END) == 0);
    image.size = (size_t)ftell(stream);
    image.bytes = memory_array(image.size, 1);
    image.raw = memory_array(image.size, 1);
    image.metadata = memory_array(image.size, sizeof *image.metadata);
    rewind(stream);
    must(fread(image.bytes, 1, image.size, stream) == image.size);
    fclose(stream);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    must(file >= 0 && H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, mark_raw, &image, H5O_INFO_BASIC) >= 0);
    H5Fclose(file);
    for (size_t i = 0; i < image.size; i++)
        if (!image.raw[i])
            image.metadata[image.metadata_count++] = i;
    return image;
}

static void image_free(struct image *image)
{
    free(image->bytes);
    free(image->raw);
    free(image->metadata);
}

/* ---- mutations ---- */

static uint64_t state;

static uint32_t random_below(uint64_t limit) /* xorshift64* (S. Vigna, ACM TOMS 42:30, 2016) */
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((state * UINT64_C(0x2545f4914f6cdd1d) >> 32) % limit);
}

static void mutate(const struct image *image, uint32_t seed, unsigned char *bytes)
{
    static const unsigned char odd[] = {0, 1, 2, 3, 0x10, 0x7f, 0x80, 0xff};
    state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    memcpy(bytes, image->bytes, image->size);
    for (uint32_t i = random_below(4) + 1; i > 0; i--) {
        unsigned char *byte = &bytes[image->metadata[random_below(image->metadata_count)]];
        uint32_t how = random_below(3);
        if (how == 0)
            *byte ^= (unsigned char)(1u << random_below(8));
        else
            *byte = how == 1 ? (unsigned char)random_below(256) : odd[random_below(sizeof odd)];
    }
}

static void write_file(const char *path, const unsigned char *bytes, size_t size)
{
    FILE *stream = fopen(path, "wb");
    must(stream && fwrite(bytes, 1, size, stream) == size && fclose(stream) == 0);
}

enum { READ = 0, REFUSED = 2, UNEXPLAINED = 3 };

static int read_in_child(int source, const char *path)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        struct diagnostics diagnostics = {0};
        alarm(SECONDS_MAX);
        bool good = sources[source].read(path, &diagnostics);
        _exit(good ? READ : diagnostics_mention(&diagnostics, path) ? REFUSED : UNEXPLAINED);
    }
    must(child > 0 && waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

START_TEST(changed_metadata_is_read_or_refused)
{
    struct image image = load(sources[_i].path);
    unsigned char *bytes = memory_array(image.size, 1);
    char path[] = "/tmp/test_h5_metadata.XXXXXX";
    size_t count[UNEXPLAINED + 1] = {0};
    int descriptor = mkstemp(path);
    must(descriptor >= 0);
    close(descriptor);
    for (uint32_t seed = 1; seed <= MUTATIONS; seed++) {
        mutate(&image, seed, bytes);
        write_file(path, bytes, image.size);
        int status = read_in_child(_i, path);
        ck_assert_msg(status == READ || status == REFUSED, "%s: seed %u: %d", sources[_i].path, seed, status);
        count[status]++;
    }
    unlink(path);
    ck_assert_uint_gt(count[READ], MUTATIONS / 10);
    ck_assert_uint_gt(count[REFUSED], MUTATIONS / 10);
    free(bytes);
    image_free(&image);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("h5_metadata");
    TCase *test = tcase_create("mutations");
    suite_add_tcase(suite, test);
    tcase_set_timeout(test, 600);
    tcase_add_loop_test(test, changed_metadata_is_read_or_refused, 0, (int)(sizeof sources / sizeof *sources));
    return run_suite(suite);
}
