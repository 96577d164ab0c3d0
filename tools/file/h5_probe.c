/* libhdf5 (1.10.8) reads out of bounds, or for ever, in some files with damaged object headers, heaps or chunk
 * indexes: about one of a thousand with random bytes changed, after all that is checked beforehand. So a file is looked
 * through by a child process first: whatever the library does to the child, the user gets a message with the place.
 * Packed data is not unpacked here, which would cost as much as reading it; DEFLATE's own checks are sound. */
#include "tools/file/h5_private.h"

#include "sim/memory.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define CPU_SECONDS 5
#define STRINGS_MAX ((uint64_t)1 << 28)
#define ITEM_BYTES_MAX 4096u

enum verdict { VERDICT_FINE, VERDICT_DAMAGED };

struct probe {
    struct h5 file;
    const char *path; /* of the object that is looked at */
    int report;       /* takes the name of each object before it is looked at, with a zero byte */
};

static void announce(const struct probe *probe, const char *name)
{
    size_t size = strlen(name) + 1;
    if (write(probe->report, name, size) != (ssize_t)size)
        _exit(VERDICT_DAMAGED);
}

/* ---- datasets ---- */

/* Bytes that a chunk must have stored; 0: as many as DEFLATE made of them. */
static uint64_t stored_bytes(hid_t list, unsigned skipped, uint64_t chunk_bytes)
{
    for (int i = 0; i < H5Pget_nfilters(list); i++) {
        unsigned flags, settings;
        size_t none = 0;
        H5Z_filter_t filter = H5Pget_filter2(list, (unsigned)i, &flags, &none, NULL, 0, NULL, &settings);
        if (skipped & 1u << i)
            continue;
        if (filter == H5Z_FILTER_DEFLATE)
            return 0;
        if (filter == H5Z_FILTER_FLETCHER32)
            chunk_bytes += sizeof(uint32_t);
    }
    return chunk_bytes;
}

/* The library trusts the stored size of a chunk that is not packed (or says so), and reads beyond it. */
static bool chunk_is_sound(const struct probe *probe, hid_t id, hid_t list, const hsize_t *offset, uint64_t bytes)
{
    hsize_t stored = 0;
    uint32_t skipped = 0;
    if (H5Dget_chunk_storage_size(id, offset, &stored) < 0 || stored == 0)
        return true; /* not there: reads as zeros, or fails with a message */
    if (stored > probe->file.bytes)
        return false;
    void *raw = memory_array(stored, 1);
    bool read = H5Dread_chunk(id, H5P_DEFAULT, offset, &skipped, raw) >= 0;
    free(raw);
    uint64_t wanted = stored_bytes(list, skipped, bytes);
    return read && (wanted == 0 || wanted == stored);
}

/* Every chunk in row-major order. */
static bool chunks_are_sound(const struct probe *probe, hid_t id, hid_t list, hid_t space, size_t item_bytes)
{
    hsize_t size[H5S_MAX_RANK], chunk[H5S_MAX_RANK], offset[H5S_MAX_RANK] = {0};
    int rank = H5Sget_simple_extent_dims(space, size, NULL);
    if (rank <= 0 || H5Pget_chunk(list, H5S_MAX_RANK, chunk) != rank)
        return false;
    uint64_t bytes = item_bytes;
    for (int i = 0; i < rank; i++) {
        if (size[i] == 0)
            return true;
        bytes *= chunk[i];
    }
    for (int axis = 0; axis >= 0;) {
        if (!chunk_is_sound(probe, id, list, offset, bytes))
            return false;
        for (axis = rank - 1; axis >= 0 && (offset[axis] += chunk[axis]) >= size[axis]; axis--)
            offset[axis] = 0;
    }
    return true;
}

/* One item of zeros: what the library makes of the type's offsets, precision and byte order. */
static bool converts(hid_t type, size_t item_bytes)
{
    unsigned char item[ITEM_BYTES_MAX] = {0};
    H5T_class_t class = H5Tget_class(type);
    if (class != H5T_INTEGER && class != H5T_FLOAT)
        return true;
    return item_bytes <= sizeof item && H5Tconvert(type, H5T_NATIVE_DOUBLE, 1, item, NULL, H5P_DEFAULT) >= 0;
}

/* Read whole, as texts are: an entry of the wrong length makes the library write beyond its buffer. */
static void look_at_lists(struct probe *probe, const char *path)
{
    struct diagnostics ignored = {0};
    struct h5_lists lists;
    if (h5_read_lists(&probe->file, path, STRINGS_MAX, &lists, &ignored))
        h5_lists_free(&lists);
    diagnostics_free(&ignored);
}

static bool dataset_is_sound(struct probe *probe, const char *path)
{
    hid_t id = H5Dopen2(probe->file.id, path, H5P_DEFAULT);
    hid_t type = id < 0 ? -1 : H5Dget_type(id), space = id < 0 ? -1 : H5Dget_space(id);
    hid_t list = id < 0 ? -1 : H5Dget_create_plist(id);
    if (type < 0 || space < 0 || list < 0)
        return false;
    bool sound = converts(type, H5Tget_size(type));
    if (sound && H5Pget_layout(list) == H5D_CHUNKED)
        sound = chunks_are_sound(probe, id, list, space, H5Tget_size(type));
    if (sound && H5Tget_class(type) == H5T_VLEN)
        look_at_lists(probe, path);
    H5Pclose(list);
    H5Sclose(space);
    H5Tclose(type);
    H5Dclose(id);
    return sound;
}

/* A dataset that its reader will refuse with a message of its own is left to it. */
static bool look_at_dataset(struct probe *probe, const char *path)
{
    struct diagnostics ignored = {0};
    struct h5_shape shape;
    char **strings;
    bool sound = true;
    if (h5_is_string(&probe->file, path)) {
        if (h5_read_strings(&probe->file, path, STRINGS_MAX, &strings, &shape, &ignored)) {
            uint64_t count = 1;
            for (int i = 0; i < shape.rank; i++)
                count *= shape.size[i];
            h5_free_strings(strings, count);
        }
    } else if (h5_check_dataset(&probe->file, path, &ignored)) {
        sound = dataset_is_sound(probe, path);
    }
    diagnostics_free(&ignored);
    return sound;
}

/* ---- every object ---- */

static herr_t look_at_attribute(hid_t object, const char *name, const H5A_info_t *info, void *context)
{
    struct probe *probe = context;
    struct diagnostics ignored = {0};
    double number;
    char *text = NULL;
    (void)object, (void)info;
    if (!h5_attribute_double(&probe->file, probe->path, name, &number, &ignored) &&
        h5_attribute_string(&probe->file, probe->path, name, &text, &ignored))
        free(text);
    diagnostics_free(&ignored);
    return 0;
}

static herr_t look_at_object(hid_t root, const char *name, const H5O_info_t *info, void *context)
{
    struct probe *probe = context;
    hsize_t next = 0;
    char *path = memory_format("/%s", strcmp(name, ".") == 0 ? "" : name);
    probe->path = path;
    announce(probe, path);
    H5Aiterate_by_name(root, name, H5_INDEX_NAME, H5_ITER_INC, &next, look_at_attribute, probe, H5P_DEFAULT);
    bool sound = info->type != H5O_TYPE_DATASET || look_at_dataset(probe, path);
    free(path);
    return sound ? 0 : -1;
}

/* ---- the child, and what is seen of it ---- */

/* The child says nothing itself, leaves no core and cannot run for ever. */
static void be_quiet(void)
{
    int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    setrlimit(RLIMIT_CPU, &(struct rlimit){CPU_SECONDS, CPU_SECONDS});
    signal(SIGXCPU, SIG_DFL);
}

static _Noreturn void look_at_file(const char *path, uint64_t bytes, int report)
{
    be_quiet();
    hid_t id = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    struct probe probe = {.file = {.id = id, .path = memory_copy_string(path), .bytes = bytes}, .report = report};
    if (id < 0)
        _exit(VERDICT_FINE); /* the parent will fail in the same way, and say so */
    herr_t status = H5Ovisit2(id, H5_INDEX_NAME, H5_ITER_INC, look_at_object, &probe, H5O_INFO_BASIC);
    H5Fclose(id);
    _exit(status < 0 ? VERDICT_DAMAGED : VERDICT_FINE);
}

/* The last name that the child announced. */
static void follow(int report, char *last, size_t size)
{
    char bytes[4096];
    size_t used = 0;
    for (ssize_t got; (got = read(report, bytes, sizeof bytes)) != 0;) {
        if (got < 0 && errno != EINTR)
            return;
        for (ssize_t i = 0; i < got; i++) {
            last[used < size ? used : size - 1] = bytes[i];
            used = bytes[i] ? used + 1 : 0;
        }
    }
}

static bool succeeded(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == VERDICT_FINE;
}

bool h5_probe(const char *path, uint64_t bytes, struct diagnostics *diagnostics)
{
    int ends[2];
    char last[1024] = "/";
    if (pipe(ends) != 0)
        return diagnostics_add(diagnostics, path, "cannot be checked: %s", strerror(errno));
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        look_at_file(path, bytes, ends[1]);
    }
    int error = errno;
    close(ends[1]);
    if (child > 0)
        follow(ends[0], last, sizeof last);
    close(ends[0]);
    if (child < 0)
        return diagnostics_add(diagnostics, path, "cannot be checked: %s", strerror(error));
    if (succeeded(child))
        return true;
    last[sizeof last - 1] = '\0';
    struct h5 file = {.path = (char *)(uintptr_t)path};
    return h5_fail(&file, last, diagnostics, "damaged here or in what follows, expected a whole HDF5 file");
}
