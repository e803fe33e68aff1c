/* Medians over runs, at the validations of the longest run: between them a straight line would bend
 * on a logarithmic axis. Were a run that is done left out from there on, the median would rise at
 * the end, to those of the runs that have trouble. */
#include "draw/band.h"

#include <mann/statistics.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Between the numbers before and after x, in proportion; NaN before the first and behind the last.
 */
static double value_at(const mann_series *series, double x)
{
    int32_t low = 0, high = series->count;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (series->x[middle] <= x) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (!low || x > series->x[series->count - 1]) {
        return NAN;
    }
    double before = series->y[low - 1];
    if (low == series->count || series->x[low] <= series->x[low - 1]) {
        return before;
    }
    double part = (x - series->x[low - 1]) / (series->x[low] - series->x[low - 1]);
    return before + part * (series->y[low] - before);
}

/* What a run says at x. */
static double say(const mann_history *run, const mann_series *series, double x)
{
    if (x <= series->x[series->count - 1]) {
        return value_at(series, x);
    }
    bool by_itself = !strcmp(run->exit_reason, "settled") || !strcmp(run->exit_reason, "until");
    return by_itself                               ? series->y[series->count - 1]
           : !strcmp(run->exit_reason, "diverged") ? INFINITY
                                                   : NAN;
}

/* The series that reaches furthest; NULL: there is none. */
static const mann_series *longest(const mann_history *const *run, int32_t count, const char *metric)
{
    const mann_series *found = NULL;
    for (int32_t i = 0; i < count; i++) {
        const mann_series *series = mann_history_series(run[i], metric);
        if (series && series->count &&
            (!found || series->x[series->count - 1] > found->x[found->count - 1])) {
            found = series;
        }
    }
    return found;
}

void mann_band_make(mann_band *band, const mann_history *const *run, int32_t count,
                    const char *metric, int32_t least)
{
    const mann_series *places = longest(run, count, metric);
    double *value = malloc(((size_t)count + 1) * sizeof *value);
    int32_t lines = places ? places->count : 0;
    int32_t points = lines < MANN_BAND_POINTS ? lines : MANN_BAND_POINTS;
    band->count = 0;
    for (int32_t k = 0; value && k < points; k++) {
        int64_t line = points > 1 ? (int64_t)k * (lines - 1) / (points - 1) : 0;
        double x = places->x[line];
        int32_t said = 0;
        for (int32_t i = 0; i < count; i++) {
            const mann_series *series = mann_history_series(run[i], metric);
            value[said] = series && series->count ? say(run[i], series, x) : NAN;
            said += !isnan(value[said]);
        }
        if (said && said >= least) {
            mann_quartiles q = mann_quartiles_of(value, said);
            band->x[band->count] = x;
            band->low[band->count] = q.low;
            band->median[band->count] = q.median;
            band->high[band->count++] = q.high;
        }
    }
    free(value);
}
