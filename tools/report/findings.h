/* What the numbers say, as sentences: the same ones on the terminal and on the page. */
#ifndef NPUSIM_TOOLS_REPORT_FINDINGS_H
#define NPUSIM_TOOLS_REPORT_FINDINGS_H

#include "tools/report/report.h"

struct findings {
    char **sentence;
    size_t count, capacity;
};

/* micro: the prefix 1e-6 as it is written there (text.h). */
void findings_make(const struct run_record *record, const struct run_numbers *numbers, const char *micro,
                   struct findings *out);
void findings_free(struct findings *findings);

/* Baseline over chip; above 1 the chip is the quicker or the more economical one. NaN where the chip's is 0. */
double latency_ratio(const struct run_numbers *numbers, const struct baseline_result *baseline);
double energy_ratio(const struct run_record *record, const struct run_numbers *numbers,
                    const struct baseline_result *baseline);

/* "3.1x more", "3.1x less", "as much" for a ratio and the three words of its comparison. */
char *comparison(double value, const char *above, const char *below, const char *equal);

/* Against the chip's: "8.5x longer", "4,620x more"; fresh. */
char *latency_comparison(const struct run_numbers *numbers, double latency_s);
char *energy_comparison(const struct run_record *record, const struct run_numbers *numbers, double energy_j);

/* "+-36 %" with the sign as given, "unknown". */
const char *error_text(char out[32], double error, const char *plus_minus);

/* Length of the maker's name and its space where every row begins with the same word and has another; else 0. */
size_t common_word(const struct run_record *record);

/* What cores without a part of the network cost, in a sentence; NULL: nothing that is known. Fresh. */
char *unused_cores(const struct run_record *record, const struct run_numbers *numbers, const char *micro);

/* "93 %", "0.4 %", "<0.1 %". */
const char *percent(char out[32], double fraction);

/* Launching operators takes more than nine tenths of its time. */
bool launch_bound(const struct baseline_result *baseline);
/* Of its accelerator and batch, the quickest mode of the dense network or of the spiking one: what a short table shows. */
bool is_quickest(const struct run_record *record, const struct baseline_result *row);

#endif
