/* libFuzzer's entry points. The environment's FUZZ_TARGET names the target; FUZZ_SEEDS=FOLDER writes the first inputs there
 * (and FOLDER.dict, libFuzzer's list of words) and ends; FUZZ_LIST prints every target's name and ends. */
#include "tests/fuzz/fuzz.h"

#include "sim/memory.h"
#include "sim/panic.h"
#include "tests/fuzz/bundle.h"
#include "tools/file/file.h"
#include <fcntl.h>
#include <pthread.h>
#include <sanitizer/common_interface_defs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEEDS_MOST 64u
#define DICTIONARY_MOST 400u
#define LIBRARY_MEMORY (1 << 26) /* that libhdf5 keeps for the next file: half a MiB of zeros each time is slow */
#define COPY_MOST ((size_t)1 << 20)

static const struct fuzz_target *target;
static char *folder;
static struct bundle seeds[SEEDS_MOST];
static uint32_t seed_count, written_seed = UINT32_MAX;
static struct words words;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
const char *__lsan_default_suppressions(void);
const char *__asan_default_options(void);
struct h5;
bool __real_h5_probe(const char *path, uint64_t bytes, struct diagnostics *diagnostics);
bool __wrap_h5_probe(const char *path, uint64_t bytes, struct diagnostics *diagnostics);

/* libhdf5 1.10.8 leaks where it fails half-way. */
const char *__lsan_default_suppressions(void) { return "leak:libhdf5\n"; }

/* libhdf5 asks for as much as a damaged length says and takes no for an answer; ours panics, which is a finding. */
const char *__asan_default_options(void) { return "max_allocation_size_mb=1024:allocator_may_return_null=1"; }

/* A process a file is slow, and needed only where the file's own structure is damaged. */
bool __wrap_h5_probe(const char *path, uint64_t bytes, struct diagnostics *diagnostics)
{
    return !target || !target->probe || __real_h5_probe(path, bytes, diagnostics);
}

/* The child's crashes are what it is for: no finding. */
static void become_probe(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        signal(signals[i], SIG_DFL);
    __sanitizer_set_death_callback(NULL);
}

/* ---- for the targets ---- */

char *fuzz_path(const char *in, const char *name)
{
    return memory_format("%s/%s", in, name);
}

void fuzz_write(const char *in, const char *name, const void *bytes, size_t size)
{
    char *path = fuzz_path(in, name);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    must(file >= 0 && write(file, bytes, size) == (ssize_t)size && close(file) == 0);
    free(path);
}

void fuzz_write_text(const char *in, const char *name, const char *text)
{
    fuzz_write(in, name, text, strlen(text));
}

bool fuzz_copy(const char *from, const char *to, const char *name)
{
    struct diagnostics problems = {0};
    const char *variable = "$REFERENCE", *root = getenv("REFERENCE");
    bool reference = strncmp(from, variable, strlen(variable)) == 0;
    char *path = reference ? memory_format("%s%s", root ? root : "../shared/reference", from + strlen(variable))
                           : memory_copy_string(from);
    FILE *stream = fopen(path, "rb");
    free(path);
    if (!stream)
        return false;
    unsigned char *bytes = memory_array(COPY_MOST, 1);
    fuzz_write(to, name, bytes, fread(bytes, 1, COPY_MOST, stream));
    fclose(stream);
    free(bytes);
    diagnostics_free(&problems);
    return true;
}

void fuzz_verdict(bool good, struct diagnostics *problems)
{
    must(good == (problems->count == 0));
    diagnostics_free(problems);
}

/* ---- start ---- */

static const struct fuzz_target *const all[] = {fuzz_networks, fuzz_spikes, fuzz_results, fuzz_texts};

static void list_targets(void)
{
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (const struct fuzz_target *at = all[i]; at->name; at++)
            puts(at->name);
}

static const struct fuzz_target *find(const char *name)
{
    for (size_t i = 0; name && i < sizeof all / sizeof *all; i++)
        for (const struct fuzz_target *at = all[i]; at->name; at++)
            if (strcmp(at->name, name) == 0)
                return at;
    fprintf(stderr, "FUZZ_TARGET: unknown, expected one of\n");
    list_targets();
    exit(2);
}

static void remove_folder(const char *path)
{
    struct diagnostics ignored = {0};
    char **names;
    size_t count = 0;
    if (directory_list(path, &names, &count, &ignored)) {
        for (size_t i = 0; i < count; i++) {
            char *file = fuzz_path(path, names[i]);
            unlink(file);
            free(file);
        }
        directory_free_list(names, count);
    }
    rmdir(path);
    diagnostics_free(&ignored);
}

static void remove_all(void)
{
    remove_folder(folder);
}

static void load_seeds(void)
{
    char *work = fuzz_path(folder, "seed");
    while (seed_count < SEEDS_MOST) {
        must(mkdir(work, 0700) == 0);
        bool there = target->seed(seed_count, work);
        if (there)
            bundle_load(work, &seeds[seed_count++], &words);
        remove_folder(work);
        if (!there)
            break;
    }
    must(seed_count > 0 && (target->bytes || words.count > 0));
    free(work);
}

static void write_dictionary(const char *path)
{
    FILE *file = fopen(path, "w");
    must(file);
    for (size_t i = 0; i < words.count && i < DICTIONARY_MOST; i++)
        fprintf(file, "\"%s\"\n", words.word[i]);
    must(fclose(file) == 0);
}

/* A seed is the file itself, or its number and no edit. */
static void write_seeds(const char *to)
{
    struct diagnostics problems = {0};
    char *work = fuzz_path(folder, "seed"), name[32];
    must(directory_make(to, &problems));
    for (uint32_t i = 0; i < seed_count; i++) {
        uint8_t program[2 + 32] = {(uint8_t)i, 0};
        snprintf(name, sizeof name, "seed-%03u", (unsigned)i);
        if (!target->bytes) {
            fuzz_write(to, name, program, sizeof program - 32 * (i % 2));
            continue;
        }
        must(mkdir(work, 0700) == 0 && target->seed(i, work));
        char *file = fuzz_path(work, target->file);
        must(fuzz_copy(file, to, name));
        free(file);
        remove_folder(work);
    }
    free(work);
    char *dictionary = memory_format("%s.dict", to);
    write_dictionary(dictionary);
    free(dictionary);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    if (getenv("FUZZ_LIST")) {
        list_targets();
        exit(0);
    }
    target = find(getenv("FUZZ_TARGET"));
    const char *memory = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    folder = memory_format("%s/npusim-fuzz.XXXXXX", memory);
    must(mkdtemp(folder));
    atexit(remove_all);
    pthread_atfork(NULL, NULL, become_probe);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5set_free_list_limits(LIBRARY_MEMORY, LIBRARY_MEMORY, LIBRARY_MEMORY, LIBRARY_MEMORY, LIBRARY_MEMORY, LIBRARY_MEMORY);
    load_seeds();
    const char *to = getenv("FUZZ_SEEDS");
    if (to) {
        write_seeds(to);
        exit(0);
    }
    return 0;
}

/* ---- one input ---- */

static void run_edits(const uint8_t *bytes, size_t size)
{
    struct pool pool = {0};
    struct bundle bundle, *seed = &seeds[size ? bytes[0] % seed_count : 0];
    uint32_t number = (uint32_t)(seed - seeds);
    bundle_copy(seed, &pool, &bundle);
    bundle_edit(&bundle, &words, &pool, bytes + 2, size > 2 ? size - 2 : 0);
    for (uint32_t i = 0; i < bundle.file_count; i++) {
        bool clean = written_seed == number && !seed->changed[i];
        if (!clean || bundle.changed[i])
            bundle_write(&bundle, i, folder);
        seed->changed[i] = bundle.changed[i]; /* what lies in the folder differs from the seed */
    }
    written_seed = number;
    pool_free(&pool);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (target->bytes)
        fuzz_write(folder, target->file, bytes, size);
    else
        run_edits(bytes, size);
    char *path = fuzz_path(folder, target->file);
    target->read(path, size > 1 ? bytes[1] : 0);
    free(path);
    return 0;
}
