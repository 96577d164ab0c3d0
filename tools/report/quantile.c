#include "tools/report/derive.h"

#include <gsl/gsl_statistics_double.h>

double quantile_of_sorted(const double *sorted, size_t count, double fraction)
{
    return count ? gsl_stats_quantile_from_sorted_data(sorted, 1, count, fraction) : 0;
}
