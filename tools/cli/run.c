/* npusim run */
#include "tools/cli/run.h"

#include "models/chip.h"
#include "sim/memory.h"
#include "sim/top/processes.h"
#include "sim/top/ranks.h"
#include "tools/cli/commands.h"
#include "tools/cli/monte_carlo.h"
#include "tools/compile/input_fit.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define FIELD(name) offsetof(struct run_options, name)
const struct option_row run_option_rows[] = {
    {"--chip", OPTION_STRING, FIELD(chip), "CHIP.yaml", 0, 0, true, NULL, "the chip"},
    {"--network", OPTION_STRING, FIELD(network), "NET", 0, 0, true, NULL, "trained network (NIR)"},
    {"--program", OPTION_STRING, FIELD(program), "FILE", 0, 0, false, NULL,
     "run this program (npusim compile) of the network, instead of compiling it anew"},
    {"--input", OPTION_LIST, FIELD(inputs), "[NODE=]SPIKES", 0, 0, true, NULL,
     "NIR data, N-MNIST, .npy, IDX images; a directory is a batch; NODE=FILE for each of several Input nodes"},
    {"--labels", OPTION_STRING, FIELD(labels), "FILE", 0, 0, false, NULL, "right answers, for accuracy"},
    {"--samples", OPTION_U32, FIELD(samples), "N", 1, 1e9, false, NULL, "the first N samples only"},
    {"--steps", OPTION_U32, FIELD(steps), "T", 1, 16777216, false, NULL,
     "timesteps of a sample (default: as the input says)"},
    {"--dt", OPTION_DOUBLE, FIELD(dt_s), "S", 1e-12, 1e6, false, NULL,
     "length of a timestep in seconds (default: as the input says)"},
    {"--coding", OPTION_CHOICE, FIELD(coding), "CODING", 0, 0, false, coding_choices,
     "of images: rate (default), analog or latency"},
    {"--input-levels", OPTION_U32, FIELD(input_levels), "N", 1, 65535, false, NULL,
     "steps of an analog input (default 255: 8 bits)"},
    {"--semantics", OPTION_STRING, FIELD(semantics), "NAME[,SWITCH=VALUE]", 0, 0, false, NULL,
     "what NIR leaves open: norse (default), snntorch, exact ... (docs/semantics.md)"},
    {"--baseline", OPTION_LIST, FIELD(baselines), "FILE", 0, 0, false, NULL,
     "an accelerator to compare with; may be repeated"},
    {"--batch", OPTION_U32, FIELD(batch), "N", 1, 1e6, false, NULL,
     "a second batch size for the accelerators (default 256)"},
    {"--precision", OPTION_CHOICE, FIELD(precision), "P", 0, 0, false, precision_choices,
     "of the accelerators: fp32, tf32, fp16 (default), int8"},
    {"--set", OPTION_LIST, FIELD(settings), "KEY=VALUE", 0, 0, false, NULL, "another value in the chip file"},
    EVENT_TEXT_OPTIONS(FIELD(columns), FIELD(time_unit)),
    {"--seed", OPTION_U64, FIELD(seed), "N", 0, 9e15, false, NULL, "of everything random (default 1)"},
    {"--device-seed", OPTION_U64, FIELD(device_seed), "N", 0, 9e15, false, NULL,
     "of memristors and their noise: which devices the chip happens to have (default: --seed)"},
    {"--monte-carlo", OPTION_U32, FIELD(monte_carlo), "N", 1, 100000, false, NULL,
     "run N chips that differ in their devices, seeds from --device-seed on, and tell how their figures spread"},
    {"--quantum", OPTION_U32, FIELD(quantum), "CYCLES", 1, 4294967295.0, false, NULL,
     "how far a chip runs ahead (default: the largest that is exact)"},
    {"--jobs", OPTION_U32, FIELD(jobs), "N", 1, 1024, false, NULL,
     "processes that share the samples, or the chips of --monte-carlo (default 1); no result depends on it"},
    {"--order", OPTION_CHOICE, FIELD(order), "ORDER", 0, 0, false, order_choices,
     "in which components step within a cycle; no result depends on it"},
    {"--oracle", OPTION_FLAG, FIELD(oracle), NULL, 0, 0, false, NULL,
     "step everything in every cycle and check that nobody slept too long (slow)"},
    {"--trace", OPTION_STRING, FIELD(trace), "FILE", 0, 0, false, NULL,
     "write every phase, spike and hop with its cycle (npusim trace shows it)"},
    {"--trace-systemc", OPTION_STRING, FIELD(trace_systemc), "FILE.vcd", 0, 0, false, NULL,
     "host link and chips at work, traced by SystemC"},
    {"--out", OPTION_STRING, FIELD(out), "DIR", 0, 0, false, NULL, "write summary.json, result.h5, report.html there"},
    {"--json", OPTION_FLAG, FIELD(json), NULL, 0, 0, false, NULL, "the summary as JSON, and nothing else"},
    {"--quiet", OPTION_FLAG, FIELD(quiet), NULL, 0, 0, false, NULL, "no progress, no summary"},
    {0},
};

double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Of the process that had most. */
static double peak_mib(void)
{
    struct rusage own, children;
    getrusage(RUSAGE_SELF, &own);
    getrusage(RUSAGE_CHILDREN, &children);
    return (double)(own.ru_maxrss > children.ru_maxrss ? own.ru_maxrss : children.ru_maxrss) / 1024.0;
}

static struct system_job job_of(struct run *run)
{
    return (struct system_job){.config = &run->chip, .program = &run->program, .samples = run->inputs,
                               .sample_count = run->batch.count, .read_inputs = run_read_inputs,
                               .read_context = run, .quantum = run->options.quantum,
                               .order = (enum engine_order)run->options.order, .oracle = run->options.oracle,
                               .trace = run->trace, .waves = run->options.trace_systemc, .result = &run->result};
}

/* The reference runs beside the simulation, in each process that has samples: its time is not the simulation's. */
static double reference_seconds(const struct run *run)
{
    double sum = 0, processes = run->options.jobs < run->batch.count ? run->options.jobs : (double)run->batch.count;
    for (size_t s = 0; run->digests && s < run->batch.count; s++)
        sum += run->digests[s].reference_s;
    return sum / processes;
}

/* Rank 0, or the only process, looks at the samples; elsewhere nobody does, but they are not kept there either. */
static bool simulate(struct run *run, const struct sample_observer *observer)
{
    struct progress progress = {0};
    struct system_job job = job_of(run);
    job.observer = observer;
    job.progress = progress_update;
    job.progress_context = &progress;
    double begin = seconds_now();
    progress_begin(&progress, "chip", run->options.quiet || run->options.json);
    bool good = run->options.jobs > 1 ? processes_run(&job, run->options.jobs, NULL) : system_run(&job, 1);
    progress_end(&progress);
    run->cost.simulate_s = seconds_now() - begin - reference_seconds(run);
    if (run->options.quantum > run->result.quantum && !run->options.quiet)
        fprintf(stderr, "npusim: --quantum: %u is not exact, %u used\n", run->options.quantum, run->result.quantum);
    return good;
}

static struct run_record record_of(const struct run *run)
{
    return (struct run_record){.network = &run->network, .batch = &run->batch, .chip = &run->chip,
                               .technology = run->technology, .program = &run->program,
                               .compile = &run->compile_report, .chip_result = &run->result,
                               .digests = run->digests, .raster = &run->raster, .baselines = run->baselines,
                               .baseline_count = run->baseline_count, .dt_s = run->dt_s,
                               .dt_origin = run->dt_origin, .semantics = run->semantics->name,
                               .provenance = run->provenance, .host = run->cost,
                               .monte_carlo = run->monte_carlo.count ? &run->monte_carlo : NULL};
}

static void take_back(const struct run *run, const char *name)
{
    char *path = memory_format("%s/%s", run->options.out, name);
    remove(path);
    free(path);
}

/* All or none: when one cannot be written (a full disk), those before it are taken back. */
static bool write_all(struct run *run, const struct run_numbers *numbers, struct diagnostics *diagnostics)
{
    if (!run->file)
        return true;
    struct result_file *file = run->file;
    run->file = NULL;
    bool good = result_finish(file, &run->record, numbers, diagnostics) &&
                page_write_html(run->options.out, &run->record, numbers, diagnostics) &&
                summary_write_json(run->options.out, &run->record, numbers, diagnostics);
    if (!good) {
        take_back(run, "result.h5");
        take_back(run, "report.html");
        take_back(run, "summary.json");
    }
    return good;
}

static bool report(struct run *run, struct diagnostics *diagnostics)
{
    struct run_numbers numbers;
    run->record = record_of(run);
    run_derive(&run->record, &numbers);
    monte_carlo_own(run, &numbers);
    bool good = write_all(run, &numbers, diagnostics);
    if (good && run->options.json)
        summary_print_json(&run->record, &numbers);
    else if (good && !run->options.quiet)
        summary_print(&run->record, &numbers);
    run_numbers_free(&numbers);
    return good;
}

/* SystemC writes it as it goes, so it is there after a deadlock too. */
static bool waves_writable(const char *path, struct diagnostics *diagnostics)
{
    size_t length = path ? strlen(path) : 0;
    if (!path)
        return true;
    if (length < 5 || strcmp(path + length - 4, ".vcd"))
        return diagnostics_add(diagnostics, "--trace-systemc", "%s, expected a name that ends in .vcd", path);
    FILE *file = fopen(path, "wb");
    if (!file || fclose(file))
        return diagnostics_add(diagnostics, path, "cannot be written (%s), expected a path in an existing directory",
                               strerror(errno));
    return true;
}

/* The samples over processes, or the chips: not both, and neither under an observer that sees one process only. */
static bool can_be_split(struct run *run, struct diagnostics *diagnostics)
{
    struct system_job job = job_of(run);
    const char *refused = run->options.trace ? "an event trace is of one process, expected no --trace with it"
                                             : processes_refuse(&job);
    if (run->options.jobs > 1 && refused)
        return diagnostics_add(diagnostics, "--jobs", "%s", refused);
    if (ranks_count() == 1)
        return true;
    if (run->options.jobs > 1)
        return diagnostics_add(diagnostics, "--jobs", "started as %u processes that share the chips, expected no --jobs "
                               "with it", ranks_count());
    if (run->options.trace || run->options.trace_systemc)
        return diagnostics_add(diagnostics, run->options.trace ? "--trace" : "--trace-systemc",
                               "started as %u processes, but a trace is of one; expected one process", ranks_count());
    if (ranks_count() > run->chip.host.chips)
        return diagnostics_add(diagnostics, run->options.chip, "started as %u processes, but there are no more than %u "
                               "chips (chips.count), expected a process or several chips each", ranks_count(),
                               run->chip.host.chips);
    return true;
}

/* Everything before the first cycle. Rank 0 has the comparisons and the files. */
static bool make_ready(struct run *run, double begin, struct sample_observer *observer,
                       struct diagnostics *diagnostics)
{
    if (!run_prepare(run, diagnostics))
        return false;
    program_strip(&run->program, &run->chip);
    run_make_inputs(run);
    struct input_reader reader = {run_read_inputs, run, run->batch.count, run->batch.path};
    if (!inputs_fit(&run->program, &run->chip, &reader, diagnostics))
        return false;
    run->cost.load_s = seconds_now() - begin;
    if (ranks_own() == 0 && !run_compare(run, diagnostics))
        return false;
    if (!can_be_split(run, diagnostics) || !waves_writable(run->options.trace_systemc, diagnostics) ||
        !monte_carlo_possible(run, diagnostics) || !monte_carlo_others(run, diagnostics))
        return false;
    if (run->options.trace && !trace_open(run->options.trace, &run->trace, diagnostics))
        return false;
    run->record = record_of(run);
    return ranks_own() > 0 || run_observe(run, observer, diagnostics);
}

static int finish(struct run *run, double begin, struct diagnostics *diagnostics)
{
    run->cost.wall_s = seconds_now() - begin;
    run->cost.peak_rss_mib = peak_mib();
    return report(run, diagnostics) ? STATUS_DONE : STATUS_USER;
}

static int run_all(struct run *run, struct diagnostics *diagnostics)
{
    double begin = seconds_now();
    if (ranks_own() > 0) {
        run->options.quiet = true;
        run->options.out = NULL;
    }
    struct sample_observer observer;
    bool good = make_ready(run, begin, &observer, diagnostics);
    bool told = ranks_largest(ranks_own() == 0 && !good); /* once is enough, if it is rank 0 that has something to say */
    if (ranks_own() > 0 && told)
        diagnostics_free(diagnostics);
    int status = ranks_largest(good ? STATUS_DONE : STATUS_USER);
    if (status != STATUS_DONE)
        return status;
    bool simulated = simulate(run, ranks_own() == 0 ? &observer : NULL);
    if (run->trace && !trace_close(run->trace, simulated, diagnostics))
        return STATUS_USER;
    status = ranks_largest(simulated ? STATUS_DONE : STATUS_FAILED);
    return status == STATUS_DONE && ranks_own() == 0 ? finish(run, begin, diagnostics) : status;
}

/* As a shell takes it back: in single quotes unless every character is harmless. */
static char *quoted(const char *word)
{
    static const char harmless[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+@%";
    if (*word && word[strspn(word, harmless)] == '\0')
        return memory_copy_string(word);
    size_t size = 3, used = 0;
    for (const char *c = word; *c; c++)
        size += *c == '\'' ? 4 : 1;
    char *text = memory_array(size, 1);
    text[used++] = '\'';
    for (const char *c = word; *c; c++) {
        const char *piece = *c == '\'' ? "'\\''" : (const char[]){*c, '\0'};
        size_t length = strlen(piece);
        memcpy(text + used, piece, length);
        used += length;
    }
    text[used] = '\'';
    return text;
}

static char *join(int argc, char **argv)
{
    char *text = memory_copy_string("npusim run");
    for (int i = 0; i < argc; i++) {
        char *word = quoted(argv[i]), *longer = memory_format("%s %s", text, word);
        free(text);
        free(word);
        text = longer;
    }
    return text;
}

int command_run(int argc, char **argv)
{
    struct run run = {.argc = argc, .argv = argv,
                      .options = {.batch = 256, .jobs = 1, .seed = 1, .device_seed = UINT64_MAX, .input_levels = 255,
                                  .precision = -1}};
    struct diagnostics diagnostics = {0};
    char *line = join(argc, argv);
    int status = STATUS_USER;
    run.provenance.version = NPUSIM_VERSION;
    run.provenance.command = line;
    if (options_ask_help(argc, argv)) {
        printf("usage: npusim run --chip CHIP.yaml --network NET --input SPIKES [OPTION ...]\n\n"
               "Compiles a trained network for a chip, simulates every cycle, and reports accuracy, latency\n"
               "and energy beside a float reference and, with --baseline, beside models of GPUs.\n\n");
        options_help(run_option_rows);
        status = STATUS_DONE;
    } else if (ranks_begin(&diagnostics)) {
        bool parsed = options_parse(argc, argv, run_option_rows, &run.options, NULL, &diagnostics);
        if (parsed)
            status = run_all(&run, &diagnostics);
        else if (ranks_own() > 0)
            diagnostics_free(&diagnostics); /* all have the same to say */
        result_drop(run.file);
        run.file = NULL;
        if (status != STATUS_DONE && run.made_out)
            rmdir(run.options.out); /* empty */
    }
    diagnostics_print(&diagnostics);
    diagnostics_free(&diagnostics);
    run_free(&run);
    ranks_end();
    free(line);
    return status;
}
