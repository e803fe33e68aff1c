/* What several runs say together. Infinity stands for "worse than any number": never solved,
 * diverged. NaN is left out. */
#ifndef MANN_STATISTICS_H
#define MANN_STATISTICS_H

#include <mann/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mann_quartiles {
    int32_t count;
    double low, median, high; /* NaN if count is 0 */
} mann_quartiles;

/* Linear between order statistics. Sorts the values. */
MANN_API mann_quartiles mann_quartiles_of(double *value, int32_t count);

/* An interval with its confidence: what it covers in how many of all repetitions. */
typedef struct mann_interval {
    double low, high, confidence;
} mann_interval;

/* Of the median, from order statistics: whatever the distribution. The narrowest that has a
 * confidence of at least 0.95; of fewer than 6 values all of them, with less. Sorts the values. */
MANN_API mann_interval mann_median_interval(double *value, int32_t count);

/* Of a share, `hits` of `count` at 0.95 (Clopper and Pearson 1934). */
MANN_API mann_interval mann_share_interval(int32_t hits, int32_t count);

#ifdef __cplusplus
}
#endif

#endif
