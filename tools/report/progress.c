#include "tools/report/report.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define BAR_WIDTH 30
#define SECONDS_BETWEEN_UPDATES 0.1

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void progress_begin(struct progress *progress, const char *what, bool quiet)
{
    *progress = (struct progress){.what = what, .shown = !quiet && isatty(STDERR_FILENO) == 1, .last_s = 0};
    if (progress->shown)
        fprintf(stderr, "%s ...", what);
}

void progress_update(void *context, size_t done, size_t all)
{
    struct progress *progress = context;
    double now = progress->shown ? seconds_now() : 0;
    if (!progress->shown || all == 0 || (done < all && now - progress->last_s < SECONDS_BETWEEN_UPDATES))
        return;
    progress->last_s = now;
    double fraction = done < all ? (double)done / (double)all : 1;
    int filled = (int)(BAR_WIDTH * fraction);
    fprintf(stderr, "\r%-12s [%.*s%*s] %3.0f %%  %zu of %zu", progress->what, filled,
            "##############################", BAR_WIDTH - filled, "", 100 * fraction, done, all);
    fflush(stderr);
}

/* Leaves the line as if nothing had been there. */
void progress_end(struct progress *progress)
{
    if (progress->shown)
        fprintf(stderr, "\r\033[K");
    progress->shown = false;
}
