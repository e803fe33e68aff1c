/* Hopfield stores with random patterns, for their tests. */
#ifndef MANN_TESTS_STORED_H
#define MANN_TESTS_STORED_H

#include "fixture.h"

#include <mann/hopfield.h>

/* [count, units] of -1 and 1, to be freed. */
float *random_patterns(uint64_t seed, int32_t count, int32_t units);
/* A failure fails the test. */
mann_hopfield *stored(const mann_hopfield_options *options, int32_t units, int32_t count,
                      const float *x);
mann_hopfield_walk *walk_on(const mann_hopfield *net, const mann_hopfield_dynamics *dynamics);

/* -1..1 */
double overlap(const float *a, const float *b, int32_t units);

/* Means over networks and cues. */
typedef struct figures {
    double overlap, exact, stable, one_step;
} figures;

/* Networks of their own patterns settle from cues, patterns of which a share of units is
 * flipped. */
figures measure(const mann_hopfield_options *options, int32_t units, int32_t count, double corrupt,
                int32_t networks, int32_t cues);

void assert_between(double value, double low, double high);

/* The status is the wanted one, and the context's message has this part. */
void refused(mann_status status, mann_status wanted, const char *part);

#endif
