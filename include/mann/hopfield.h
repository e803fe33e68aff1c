/* The Hopfield associative store on its own: storage rules, dynamics, energies, verdicts.
 *
 * Conventions.
 * - N units, P patterns. Patterns and states are rows of N floats. A pattern of the modern rule may
 *   hold any finite numbers; elsewhere a pattern is +1 and -1. A cue may also hold 0: unknown.
 * - The diagonal is zero: a unit has no coupling to itself. (The dense energy has the same effect
 *   by construction: a unit compares the energies of its two values.)
 * - sign(0) keeps the present state, so an unknown unit without a field stays unknown.
 * - The field of a unit is half the energy that setting it to +1 instead of -1 saves:
 *   h_i = (E(s_i = -1) - E(s_i = +1)) / 2; for couplings, sum_j W_ij s_j.
 * - Hebb's fields are sums of whole numbers, exact in float while N P < 2^24, so a tie is a tie. In
 *   Storkey's and the pseudo-inverse's a field below 1e-6 counts as 0.
 *
 * Energies (lower is more stable, below zero is normal):
 *   couplings   E = -1/2 sum_ij W_ij s_i s_j                               Hopfield 1982
 *   dense       E = -N sum_k F(x_k . s / N), F(x) = x^n                    Krotov & Hopfield 2016
 *   modern      E = -1/beta log sum_k exp(beta x_k . s) + s . s / 2       Ramsauer et al. 2020
 *                   + log(P) / beta + max |x_k|^2 / 2
 *   continuous  E = -1/2 sum_ij W_ij V_i V_j                              Hopfield 1984
 *                   + sum_i integral_0^V_i g^-1(V) dV,  V = g(u) = tanh(beta u)
 *
 * A store may be read by many threads at a time; a walk belongs to one. GSL's error handler is
 * global and ends the process by default: arguments are checked before GSL sees them, and a
 * program that wants its own error codes from GSL turns the handler off itself. */
#ifndef MANN_HOPFIELD_H
#define MANN_HOPFIELD_H

#include <mann/rng.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum mann_hopfield_rule {
    MANN_HOPFIELD_HEBB,           /* W = 1/N sum_k x_k x_k^T */
    MANN_HOPFIELD_STORKEY,        /* local and incremental, Storkey & Valabregue 1999 */
    MANN_HOPFIELD_PSEUDO_INVERSE, /* projection on the span of the patterns, Personnaz 1985 */
    MANN_HOPFIELD_DENSE,          /* polynomial energy of order n */
    MANN_HOPFIELD_MODERN,         /* log-sum-exp energy; its update is attention */
    MANN_HOPFIELD_CONTINUOUS      /* Hebb's couplings, graded units, an ODE */
} mann_hopfield_rule;

#define MANN_HOPFIELD_RULES 6

/* "hebb", "storkey", "pseudo-inverse", "dense", "modern", "continuous". */
MANN_API extern const char *const mann_hopfield_rule_names[MANN_HOPFIELD_RULES];

/* All zero is a good start: Hebb, order 2, and each rule's own beta. */
typedef struct mann_hopfield_options {
    mann_hopfield_rule rule;
    int32_t order; /* dense: n, 1..64; 0 is 2 */
    bool plain;    /* dense: x^n for negative x too; otherwise rectified, max(x, 0)^n */
    double beta;   /* modern: inverse temperature, 0 is 1; continuous: gain, 0 is 4 */
} mann_hopfield_options;

typedef struct mann_hopfield mann_hopfield;

/* An empty store of units >= 2. MANN_E_INVAL (an option outside its range), MANN_E_NOMEM. */
MANN_API mann_status mann_hopfield_alloc(mann_context *context,
                                         const mann_hopfield_options *options, int32_t units,
                                         mann_hopfield **net);
MANN_API void mann_hopfield_free(mann_hopfield *net);

/* Adds count patterns [count, N] to those stored. Hebb, Storkey, dense, modern and continuous
 * learn the new ones only; the pseudo-inverse is computed anew. A failure leaves the store as it
 * was: MANN_E_INVAL (a value that the rule cannot store; patterns that span all N dimensions under
 * the pseudo-inverse rule, whose couplings would vanish), MANN_E_NOMEM. */
MANN_API mann_status mann_hopfield_store(mann_hopfield *net, int32_t count, const float *pattern);

MANN_API int32_t mann_hopfield_units(const mann_hopfield *net);
MANN_API int32_t mann_hopfield_count(const mann_hopfield *net);
/* [P, N]; NULL while nothing is stored. */
MANN_API const float *mann_hopfield_patterns(const mann_hopfield *net);
/* W_ij; 0 for rules without couplings. */
MANN_API double mann_hopfield_weight(const mann_hopfield *net, int32_t i, int32_t j);

/* The energy of any state, computed from scratch; NaN if memory is short. For the continuous rule
 * the state holds V. */
MANN_API double mann_hopfield_energy(const mann_hopfield *net, const float *state);
/* The field of every unit in a state. Rules with binary units only; others give zeros. */
MANN_API void mann_hopfield_fields(const mann_hopfield *net, const float *state, float *field);
/* overlap[k] = x_k . s / x_k . x_k, for every pattern. */
MANN_API void mann_hopfield_overlaps(const mann_hopfield *net, const float *state, double *overlap);
/* Units of the stored pattern k that an update would change: 0 is a fixed point, and over N it is
 * the bit error of one synchronous step; -1 if memory is short. Modern, continuous: sign changes of
 * one update (from V = x_k for the continuous rule). */
MANN_API int32_t mann_hopfield_unstable(const mann_hopfield *net, int32_t k);
/* Modern: softmax(beta X s) into weight [P]. False: another rule, or memory is short. */
MANN_API bool mann_hopfield_softmax(const mann_hopfield *net, const float *state, double *weight);

typedef enum mann_hopfield_update { MANN_HOPFIELD_ASYNC, MANN_HOPFIELD_SYNC } mann_hopfield_update;

/* All zero: asynchronous, in random order, at temperature 0, until it settles. */
typedef struct mann_hopfield_dynamics {
    mann_hopfield_update update;
    bool sequential; /* asynchronous: 0..N-1 each sweep; otherwise a new permutation each sweep */
    double temperature; /* Glauber: P(s_i = +1) = 1 / (1 + exp(-2 h_i / T)) */
    int32_t limit;      /* sweeps at most; 0: 1000, or 200 at T > 0, which never settles */
} mann_hopfield_dynamics;

/* The modern and the continuous rule have their own dynamics: all units at once, and time. There a
 * sweep is one update, or one unit of time. */
typedef enum mann_hopfield_ending {
    MANN_HOPFIELD_RUNNING,
    MANN_HOPFIELD_FIXED, /* no unit would change (modern: by more than 1e-6; continuous: |du/dt| <
                            1e-4) */
    MANN_HOPFIELD_CYCLE, /* synchronous: two states follow each other for ever */
    MANN_HOPFIELD_LIMIT  /* the limit of sweeps */
} mann_hopfield_ending;

/* A state that settles. */
typedef struct mann_hopfield_walk mann_hopfield_walk;

/* net must outlive the walk, and nothing may be stored while it lives. MANN_E_INVAL (dynamics that
 * the rule does not have, a negative temperature, an empty store), MANN_E_NOMEM. */
MANN_API mann_status mann_hopfield_walk_alloc(const mann_hopfield *net,
                                              const mann_hopfield_dynamics *dynamics,
                                              mann_hopfield_walk **walk);
MANN_API void mann_hopfield_walk_free(mann_hopfield_walk *walk);

/* Called after every change of a unit in an asynchronous sweep, with the energy it led to. */
typedef void mann_hopfield_watcher(void *user, int32_t unit, float value, double energy);
/* NULL: nobody watches. */
MANN_API void mann_hopfield_watch(mann_hopfield_walk *walk, mann_hopfield_watcher *watcher,
                                  void *user);

/* Starts at cue [N], drawing from its own copy of rng. Allocates nothing. */
MANN_API void mann_hopfield_begin(mann_hopfield_walk *walk, const float *cue, const mann_rng *rng);
/* One sweep over all units; does nothing once it has ended. */
MANN_API mann_hopfield_ending mann_hopfield_sweep(mann_hopfield_walk *walk);
/* Sweeps until it ends. */
MANN_API mann_hopfield_ending mann_hopfield_settle(mann_hopfield_walk *walk);

MANN_API const float *mann_hopfield_state(const mann_hopfield_walk *walk);
/* The other state of a 2-cycle; NULL unless that is how it ended. */
MANN_API const float *mann_hopfield_other(const mann_hopfield_walk *walk);
MANN_API double mann_hopfield_walk_energy(const mann_hopfield_walk *walk);
MANN_API int32_t mann_hopfield_sweeps(const mann_hopfield_walk *walk);
/* Units that have changed since the beginning, counting each change. Binary rules. */
MANN_API int64_t mann_hopfield_flips(const mann_hopfield_walk *walk);

typedef enum mann_hopfield_kind {
    MANN_HOPFIELD_RECALLED,  /* overlap with a pattern >= 0.95 */
    MANN_HOPFIELD_INVERSE,   /* overlap <= -0.95 */
    MANN_HOPFIELD_MIXTURE,   /* 3, 5 or 7 patterns: sign of their signed sum, to 0.95; modern: the
                                patterns that share the softmax, each with at least a tenth */
    MANN_HOPFIELD_SPURIOUS,  /* a fixed point that is none of these */
    MANN_HOPFIELD_TWO_CYCLE, /* a limit cycle of the synchronous update */
    MANN_HOPFIELD_UNSETTLED  /* none of these when the limit came */
} mann_hopfield_kind;

#define MANN_HOPFIELD_KINDS 6
#define MANN_HOPFIELD_NEAR 0.95
#define MANN_HOPFIELD_MIXED 7

MANN_API extern const char *const mann_hopfield_kind_names[MANN_HOPFIELD_KINDS];

typedef struct mann_hopfield_verdict {
    mann_hopfield_kind kind;
    int32_t count;                        /* patterns named: 1, or those of the mixture */
    int32_t pattern[MANN_HOPFIELD_MIXED]; /* from 0, the strongest first */
    int32_t sign[MANN_HOPFIELD_MIXED];    /* +1, or -1 where the mixture holds the inverse */
    double overlap; /* with pattern[0]; whatever the kind, the largest in absolute value */
    int32_t wrong;  /* units whose sign is not that of what was named; 0: exact */
} mann_hopfield_verdict;

/* What a state is. MANN_E_NOMEM. */
MANN_API mann_status mann_hopfield_judge(const mann_hopfield *net, const float *state,
                                         mann_hopfield_ending ending,
                                         mann_hopfield_verdict *verdict);
/* "recalled #2", "inverse of #2", "mixture of #1, #2, -#4", "spurious", "limit cycle
 * (synchronous)", "unsettled". Patterns are counted from 1 here. Returns what snprintf returns. */
MANN_API int mann_hopfield_describe(const mann_hopfield_verdict *verdict, char *text, size_t size);

/* Cues. Each changes exactly round(fraction N) units, chosen at random without repetition. */
MANN_API void mann_hopfield_flip(float *state, int32_t units, double fraction, mann_rng *rng);
MANN_API void mann_hopfield_mask(float *state, int32_t units, double fraction, mann_rng *rng);
/* N fair bits, +1 and -1. */
MANN_API void mann_hopfield_random(float *pattern, int32_t units, mann_rng *rng);

/* Theory of Hebb's rule with random patterns, N -> infinity, load = P/N.
 * Retrieval overlap of the replica-symmetric solution of Amit, Gutfreund & Sompolinsky 1985;
 * 0 where there is no retrieval state (at T = 0 above 0.1379). */
MANN_API double mann_hopfield_theory_overlap(double load, double temperature);
/* erfc(sqrt(1 / (2 load))) / 2: bits of a stored pattern that one synchronous step changes. */
MANN_API double mann_hopfield_theory_bit_error(double load);
#define MANN_HOPFIELD_CAPACITY 0.1379

#ifdef __cplusplus
}
#endif
#endif
