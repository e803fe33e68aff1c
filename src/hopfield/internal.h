/* What the files of the store share: the store, the walk, and the four engines behind the rules. */
#ifndef MANN_HOPFIELD_INTERNAL_H
#define MANN_HOPFIELD_INTERNAL_H

#include "hopfield/vector.h"

#include <mann/hopfield.h>
#include <math.h>

typedef struct mann_hopfield_engine mann_hopfield_engine;

struct mann_hopfield {
    mann_context *context;
    mann_hopfield_options options; /* order and beta resolved */
    const mann_hopfield_engine *engine;
    const mann_hopfield_loops *loops;
    int32_t units, count, capacity;
    float *pattern; /* [capacity, N] */

    /* Couplings: W_ij = scale weight[i stride + j], symmetric, zero diagonal. */
    float *weight;
    size_t stride;
    float scale;
    float slack; /* a field of at most this many scales counts as 0 */

    /* Dense: int8 patterns turned round, [N, capacity], and D[r] = F(r + 1) - F(r - 1) for overlap
     * sums r in -N..N, in units of step_scale. */
    int8_t *turned;
    double *step_table, *power_table;
    double step_scale;

    double longest; /* modern: the largest |x_k|^2 */
    double largest; /* and the largest |x_ki| */
};

struct mann_hopfield_walk {
    const mann_hopfield *net;
    mann_hopfield_dynamics dynamics; /* limit resolved */
    mann_rng rng;
    mann_hopfield_watcher *watcher;
    void *watcher_user;
    mann_hopfield_ending ending;
    int32_t sweeps;
    int64_t flips;
    float *state;
    int32_t *order;          /* of the units in an asynchronous sweep */
    float *field;            /* couplings: h / scale of the present state */
    int32_t *sum;            /* dense: x_k . s of the present state */
    float *before;           /* synchronous: the state one step ago */
    float *next;             /* synchronous: the state being made */
    double *logit, *average; /* modern: [P], [N] */
    struct ode *ode;         /* continuous */
};

/* The mathematics of a family of rules. */
struct mann_hopfield_engine {
    bool binary;
    bool exact; /* couplings: fields that a walk keeps gather no rounding */
    /* What grows with capacity or is fixed by N. Called with nothing stored yet. */
    mann_status (*open)(mann_hopfield *net);
    /* Learns patterns first..count-1, which stand in pattern. A failure changes nothing. */
    mann_status (*learn)(mann_hopfield *net, int32_t first);
    double (*energy)(const mann_hopfield *net, const float *state);
    void (*fields)(const mann_hopfield *net, const float *state, float *field);
    /* Couplings, optional: field += the fields of state in units of scale, by another way than W
     * where that is less work; false where it is not. */
    bool (*shortcut)(const mann_hopfield *net, const float *state, float *field);
    int32_t (*unstable)(const mann_hopfield *net, int32_t k);
    mann_status (*walk_open)(mann_hopfield_walk *walk);
    void (*walk_close)(mann_hopfield_walk *walk);
    /* state holds the cue. */
    void (*begin)(mann_hopfield_walk *walk);
    mann_hopfield_ending (*sweep)(mann_hopfield_walk *walk);
    /* Binary: the value that a unit would take now; and giving it one. */
    float (*decide)(mann_hopfield_walk *walk, int32_t unit);
    void (*change)(mann_hopfield_walk *walk, int32_t unit, float value);
    double (*walk_energy)(const mann_hopfield_walk *walk);
};

extern const mann_hopfield_engine mann_hopfield_hebb_engine, mann_hopfield_storkey_engine,
    mann_hopfield_pseudo_inverse_engine, mann_hopfield_dense_engine, mann_hopfield_modern_engine,
    mann_hopfield_continuous_engine;

/* shortage.c */
mann_status mann_hopfield_short(const mann_hopfield *net);
/* Zeroed, 64-byte aligned; NULL on shortage and on overflow. To be freed. */
void *mann_hopfield_zeroed(size_t count, size_t size);

/* walk.c, for binary units: the order of the asynchronous sweep that comes; every unit in that
 * order (the result is how many changed); and all at once. */
void mann_hopfield_reorder(mann_hopfield_walk *walk);
int32_t mann_hopfield_update_each(mann_hopfield_walk *walk);
mann_hopfield_ending mann_hopfield_update_all(mann_hopfield_walk *walk);

/* couplings.c: shared by the three rules that make W. Fields within 1e-6 of 0 count as 0, unless
 * the rule says otherwise once it is open. */
mann_status mann_hopfield_couplings_open(mann_hopfield *net);
double mann_hopfield_couplings_energy(const mann_hopfield *net, const float *state);
void mann_hopfield_couplings_fields(const mann_hopfield *net, const float *state, float *field);
int32_t mann_hopfield_couplings_unstable(const mann_hopfield *net, int32_t k);
mann_status mann_hopfield_couplings_walk_open(mann_hopfield_walk *walk);
void mann_hopfield_couplings_begin(mann_hopfield_walk *walk);
mann_hopfield_ending mann_hopfield_couplings_sweep(mann_hopfield_walk *walk);
float mann_hopfield_couplings_decide(mann_hopfield_walk *walk, int32_t unit);
void mann_hopfield_couplings_change(mann_hopfield_walk *walk, int32_t unit, float value);
double mann_hopfield_couplings_walk_energy(const mann_hopfield_walk *walk);

/* All of an engine but how it opens and learns. */
#define MANN_HOPFIELD_COUPLED                                                                      \
    .binary = true, .energy = mann_hopfield_couplings_energy,                                      \
    .fields = mann_hopfield_couplings_fields, .unstable = mann_hopfield_couplings_unstable,        \
    .walk_open = mann_hopfield_couplings_walk_open, .begin = mann_hopfield_couplings_begin,        \
    .sweep = mann_hopfield_couplings_sweep, .decide = mann_hopfield_couplings_decide,              \
    .change = mann_hopfield_couplings_change, .walk_energy = mann_hopfield_couplings_walk_energy

/* Pattern k. */
static inline const float *mann_hopfield_row(const mann_hopfield *net, int32_t k)
{
    return net->pattern + (size_t)k * (size_t)net->units;
}

static inline void mann_hopfield_tell(const mann_hopfield_walk *walk, int32_t unit)
{
    if (walk->watcher) {
        walk->watcher(walk->watcher_user, unit, walk->state[unit], mann_hopfield_walk_energy(walk));
    }
}

/* The value that a unit takes in a field. A field within slack of 0 keeps it. */
static inline float mann_hopfield_decide(float present, double field, double slack,
                                         double temperature, mann_rng *rng)
{
    if (temperature > 0) {
        return mann_rng_uniform(rng) < 1 / (1 + exp(-2 * field / temperature)) ? 1.0f : -1.0f;
    }
    return field > slack ? 1.0f : field < -slack ? -1.0f : present;
}

#endif
