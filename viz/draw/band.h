/* Several runs as one curve: median and quartiles of a metric over the training. */
#ifndef MANN_DRAW_BAND_H
#define MANN_DRAW_BAND_H

#include <mann/history.h>

enum { MANN_BAND_POINTS = 240 };

typedef struct mann_band {
    int32_t count;
    double x[MANN_BAND_POINTS], low[MANN_BAND_POINTS], median[MANN_BAND_POINTS],
        high[MANN_BAND_POINTS];
} mann_band;

/* Where at least `least` of the runs say something. A run that has ended by itself goes on at its
 * last value, one that has diverged is worse than any number (a point may be infinite), one that
 * was only stopped says no more. */
void mann_band_make(mann_band *band, const mann_history *const *run, int32_t count,
                    const char *metric, int32_t least);

#endif
