/* Statistics over runs. Medians and quartiles, since a run that fails is far from one that does
 * not: a mean would be about the failures alone. */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <mann/statistics.h>
#include <math.h>

/* Stands for infinity while numbers are weighed with each other: 0 times infinity is no number. */
#define HUGE_NUMBER 1e300

/* Sorts; returns how many are not NaN. */
static int32_t prepare(double *value, int32_t count)
{
    int32_t kept = 0;
    for (int32_t i = 0; i < count; i++) {
        if (!isnan(value[i])) {
            value[kept++] = fmin(value[i], HUGE_NUMBER);
        }
    }
    gsl_sort(value, 1, (size_t)kept);
    return kept;
}

static double finished(double value)
{
    return value > HUGE_NUMBER / 1e20 ? INFINITY : value;
}

static double quantile(const double *sorted, int32_t count, double part)
{
    return count ? finished(gsl_stats_quantile_from_sorted_data(sorted, 1, (size_t)count, part))
                 : NAN;
}

mann_quartiles mann_quartiles_of(double *value, int32_t count)
{
    count = prepare(value, count);
    return (mann_quartiles){.count = count,
                            .low = quantile(value, count, 0.25),
                            .median = quantile(value, count, 0.5),
                            .high = quantile(value, count, 0.75)};
}

/* The median lies between the k-th smallest and the k-th largest value unless fewer than k values
 * are on one side of it; how many are is binomial with a half. */
mann_interval mann_median_interval(double *value, int32_t count)
{
    count = prepare(value, count);
    if (!count) {
        return (mann_interval){NAN, NAN, 0};
    }
    int32_t k = 1;
    while (2 * (k + 1) <= count &&
           2 * gsl_cdf_binomial_P((unsigned)k, 0.5, (unsigned)count) <= 0.05) {
        k++;
    }
    return (mann_interval){finished(value[k - 1]), finished(value[count - k]),
                           1 - 2 * gsl_cdf_binomial_P((unsigned)k - 1, 0.5, (unsigned)count)};
}

mann_interval mann_share_interval(int32_t hits, int32_t count)
{
    mann_interval found = {0, 1, 0.95};
    if (hits > 0) {
        found.low = gsl_cdf_beta_Pinv(0.025, hits, count - hits + 1);
    }
    if (hits < count) {
        found.high = gsl_cdf_beta_Pinv(0.975, hits + 1, count - hits);
    }
    return found;
}
