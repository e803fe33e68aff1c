/* A state that settles: the loop around an engine's sweep, the order of units, and the end.
 *
 * With symmetric couplings a synchronous update ends in a fixed point or in two states that follow
 * each other (Goles 1985), so one remembered state is enough to see a cycle. */
#include "hopfield/internal.h"

#include <stdlib.h>
#include <string.h>

enum { LIMIT_COLD = 1000, LIMIT_WARM = 200 };

static mann_status check(const mann_hopfield *net, const mann_hopfield_dynamics *dynamics)
{
    if (net->count == 0) {
        return mann_fail(net->context, MANN_E_INVAL,
                         "nothing is stored, so there is nothing to recall");
    }
    if (!isfinite(dynamics->temperature) || dynamics->temperature < 0) {
        return mann_fail(net->context, MANN_E_INVAL, "temperature %g is not 0 or more",
                         dynamics->temperature);
    }
    if (dynamics->temperature > 0 && !net->engine->binary) {
        return mann_fail(net->context, MANN_E_INVAL,
                         "the rule %s has no temperature; its softness is beta",
                         mann_hopfield_rule_names[net->options.rule]);
    }
    if (dynamics->limit < 0) {
        return mann_fail(net->context, MANN_E_INVAL, "a limit of %d sweeps is below 0",
                         dynamics->limit);
    }
    return MANN_OK;
}

mann_status mann_hopfield_walk_alloc(const mann_hopfield *net,
                                     const mann_hopfield_dynamics *dynamics,
                                     mann_hopfield_walk **result)
{
    *result = NULL;
    mann_status status = check(net, dynamics);
    if (status) {
        return status;
    }
    size_t n = (size_t)net->units;
    mann_hopfield_walk *walk = calloc(1, sizeof *walk);
    if (!walk) {
        return mann_hopfield_short(net);
    }
    walk->net = net;
    walk->dynamics = *dynamics;
    if (!dynamics->limit) {
        walk->dynamics.limit = dynamics->temperature > 0 ? LIMIT_WARM : LIMIT_COLD;
    }
    walk->state = mann_hopfield_zeroed(n, sizeof *walk->state);
    walk->before = mann_hopfield_zeroed(n, sizeof *walk->before);
    walk->next = mann_hopfield_zeroed(n, sizeof *walk->next);
    walk->order = mann_hopfield_zeroed(n, sizeof *walk->order);
    bool good = walk->state && walk->before && walk->next && walk->order;
    status = good ? net->engine->walk_open(walk) : mann_hopfield_short(net);
    if (status) {
        mann_hopfield_walk_free(walk);
        return status;
    }
    *result = walk;
    return MANN_OK;
}

void mann_hopfield_walk_free(mann_hopfield_walk *walk)
{
    if (!walk) {
        return;
    }
    if (walk->net->engine->walk_close) {
        walk->net->engine->walk_close(walk);
    }
    free(walk->state);
    free(walk->before);
    free(walk->next);
    free(walk->order);
    free(walk->field);
    free(walk->sum);
    free(walk->logit);
    free(walk->average);
    free(walk);
}

void mann_hopfield_watch(mann_hopfield_walk *walk, mann_hopfield_watcher *watcher, void *user)
{
    walk->watcher = watcher;
    walk->watcher_user = user;
}

void mann_hopfield_begin(mann_hopfield_walk *walk, const float *cue, const mann_rng *rng)
{
    memcpy(walk->state, cue, (size_t)walk->net->units * sizeof *cue);
    memset(walk->before, 0, (size_t)walk->net->units * sizeof *cue);
    walk->rng = *rng;
    walk->ending = MANN_HOPFIELD_RUNNING;
    walk->sweeps = 0;
    walk->flips = 0;
    for (int32_t i = 0; i < walk->net->units; i++) {
        walk->order[i] = i;
    }
    if (walk->net->engine->begin) {
        walk->net->engine->begin(walk);
    }
}

void mann_hopfield_reorder(mann_hopfield_walk *walk)
{
    if (walk->dynamics.sequential) {
        return;
    }
    /* Fisher and Yates 1938, from whatever order there is. */
    for (int32_t i = walk->net->units - 1; i > 0; i--) {
        int32_t j = (int32_t)mann_rng_below(&walk->rng, (uint32_t)i + 1);
        int32_t kept = walk->order[i];
        walk->order[i] = walk->order[j];
        walk->order[j] = kept;
    }
}

int32_t mann_hopfield_update_each(mann_hopfield_walk *walk)
{
    const mann_hopfield_engine *engine = walk->net->engine;
    int32_t changed = 0;
    for (int32_t at = 0; at < walk->net->units; at++) {
        int32_t i = walk->order[at];
        float value = engine->decide(walk, i);
        if (value != walk->state[i]) {
            engine->change(walk, i, value);
            changed++;
        }
    }
    return changed;
}

/* Makes next the state, and tells a fixed point, a 2-cycle and neither apart. */
static mann_hopfield_ending advance(mann_hopfield_walk *walk, int32_t changed)
{
    size_t bytes = (size_t)walk->net->units * sizeof *walk->state;
    /* Before the second step, before holds zeros, which need not be compared. */
    bool returned = walk->sweeps > 0 && changed && !memcmp(walk->next, walk->before, bytes);
    float *oldest = walk->before;
    walk->before = walk->state;
    walk->state = walk->next;
    walk->next = oldest;
    walk->flips += changed;
    if (walk->dynamics.temperature > 0) {
        return MANN_HOPFIELD_RUNNING;
    }
    return changed == 0 ? MANN_HOPFIELD_FIXED
           : returned   ? MANN_HOPFIELD_CYCLE
                        : MANN_HOPFIELD_RUNNING;
}

mann_hopfield_ending mann_hopfield_update_all(mann_hopfield_walk *walk)
{
    const mann_hopfield_engine *engine = walk->net->engine;
    int32_t changed = 0;
    for (int32_t i = 0; i < walk->net->units; i++) {
        walk->next[i] = engine->decide(walk, i);
        changed += walk->next[i] != walk->state[i];
    }
    mann_hopfield_ending ending = advance(walk, changed);
    engine->begin(walk);
    return ending;
}

mann_hopfield_ending mann_hopfield_sweep(mann_hopfield_walk *walk)
{
    if (walk->ending == MANN_HOPFIELD_RUNNING) {
        walk->ending = walk->net->engine->sweep(walk);
        walk->sweeps++;
        if (walk->ending == MANN_HOPFIELD_RUNNING && walk->sweeps >= walk->dynamics.limit) {
            walk->ending = MANN_HOPFIELD_LIMIT;
        }
    }
    return walk->ending;
}

mann_hopfield_ending mann_hopfield_settle(mann_hopfield_walk *walk)
{
    while (mann_hopfield_sweep(walk) == MANN_HOPFIELD_RUNNING) {
    }
    return walk->ending;
}

const float *mann_hopfield_state(const mann_hopfield_walk *walk)
{
    return walk->state;
}

const float *mann_hopfield_other(const mann_hopfield_walk *walk)
{
    return walk->ending == MANN_HOPFIELD_CYCLE ? walk->before : NULL;
}

double mann_hopfield_walk_energy(const mann_hopfield_walk *walk)
{
    return walk->net->engine->walk_energy(walk);
}

int32_t mann_hopfield_sweeps(const mann_hopfield_walk *walk)
{
    return walk->sweeps;
}

int64_t mann_hopfield_flips(const mann_hopfield_walk *walk)
{
    return walk->flips;
}
