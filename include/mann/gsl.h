/* A stream as a gsl_rng, so that every gsl_ran_* distribution can be drawn from it. */
#ifndef MANN_GSL_H
#define MANN_GSL_H

#include <gsl/gsl_rng.h>
#include <mann/rng.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Borrows rng: drawing from the result advances it. Nothing is to be freed. */
MANN_API gsl_rng mann_rng_as_gsl(mann_rng *rng);

#ifdef __cplusplus
}
#endif
#endif
