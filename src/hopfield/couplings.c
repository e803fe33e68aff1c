/* Networks whose energy is quadratic: E = -1/2 s.W s, h = W s (Hopfield 1982).
 *
 * A walk keeps the field of every unit. When unit i changes by d, the fields change by d times
 * column i of W, so a sweep costs N for the looking and N for each flip, instead of N^2.
 *
 * Hebb's fields, in units of 1/N, are whole numbers and stay exact. Those of the other rules
 * gather rounding, so a fixed point is confirmed with fields computed afresh. */
#include "hopfield/internal.h"

#include <stdlib.h>
#include <string.h>

mann_status mann_hopfield_couplings_open(mann_hopfield *net)
{
    net->scale = 1;
    net->slack = 1e-6f;
    net->stride = ((size_t)net->units + 15) / 16 * 16;
    net->weight = mann_hopfield_zeroed((size_t)net->units * net->stride, sizeof *net->weight);
    return net->weight ? MANN_OK : mann_hopfield_short(net);
}

/* field += W s / scale */
static void multiply(const mann_hopfield *net, const float *state, float *field)
{
    if (net->engine->shortcut && net->engine->shortcut(net, state, field)) {
        return;
    }
    int32_t j = 0;
    for (; j + 4 <= net->units; j += 4) {
        net->loops->axpy4(net->units, state + j, net->weight + (size_t)j * net->stride, net->stride,
                          field);
    }
    for (; j < net->units; j++) {
        net->loops->axpy(net->units, state[j], net->weight + (size_t)j * net->stride, field);
    }
}

void mann_hopfield_couplings_fields(const mann_hopfield *net, const float *state, float *field)
{
    multiply(net, state, field);
    for (int32_t i = 0; i < net->units; i++) {
        field[i] *= net->scale;
    }
}

/* -1/2 s.h, summed in double: the terms are whole numbers for Hebb. */
static double half_product(const mann_hopfield *net, const float *state, const float *field)
{
    double sum = 0;
    for (int32_t i = 0; i < net->units; i++) {
        sum += (double)state[i] * (double)field[i];
    }
    return -0.5 * sum * (double)net->scale;
}

double mann_hopfield_couplings_energy(const mann_hopfield *net, const float *state)
{
    float *field = mann_hopfield_zeroed((size_t)net->units, sizeof *field);
    if (!field) {
        return NAN;
    }
    multiply(net, state, field);
    double energy = half_product(net, state, field);
    free(field);
    return energy;
}

int32_t mann_hopfield_couplings_unstable(const mann_hopfield *net, int32_t k)
{
    const float *x = mann_hopfield_row(net, k);
    float *field = mann_hopfield_zeroed((size_t)net->units, sizeof *field);
    if (!field) {
        return -1;
    }
    multiply(net, x, field);
    int32_t count = net->loops->opposed(net->units, x, field, net->slack);
    free(field);
    return count;
}

mann_status mann_hopfield_couplings_walk_open(mann_hopfield_walk *walk)
{
    walk->field = mann_hopfield_zeroed((size_t)walk->net->units, sizeof *walk->field);
    return walk->field ? MANN_OK : mann_hopfield_short(walk->net);
}

void mann_hopfield_couplings_begin(mann_hopfield_walk *walk)
{
    memset(walk->field, 0, (size_t)walk->net->units * sizeof *walk->field);
    multiply(walk->net, walk->state, walk->field);
}

double mann_hopfield_couplings_walk_energy(const mann_hopfield_walk *walk)
{
    return half_product(walk->net, walk->state, walk->field);
}

void mann_hopfield_couplings_change(mann_hopfield_walk *walk, int32_t unit, float value)
{
    const mann_hopfield *net = walk->net;
    net->loops->axpy(net->units, value - walk->state[unit],
                     net->weight + (size_t)unit * net->stride, walk->field);
    walk->state[unit] = value;
    mann_hopfield_tell(walk, unit);
}

float mann_hopfield_couplings_decide(mann_hopfield_walk *walk, int32_t unit)
{
    const mann_hopfield *net = walk->net;
    double scale = (double)net->scale;
    return mann_hopfield_decide(walk->state[unit], scale * (double)walk->field[unit],
                                scale * (double)net->slack, walk->dynamics.temperature, &walk->rng);
}

/* mann_hopfield_update_each at temperature 0. Most units stay, so the common case is one
 * comparison. */
static int32_t descend(mann_hopfield_walk *walk)
{
    const mann_hopfield *net = walk->net;
    const float *state = walk->state, *field = walk->field;
    float slack = net->slack;
    int32_t changed = 0;
    for (int32_t at = 0; at < net->units; at++) {
        int32_t i = walk->order[at];
        if (state[i] * field[i] < -slack) {
            mann_hopfield_couplings_change(walk, i, -state[i]);
            changed++;
        } else if (state[i] == 0 && fabsf(field[i]) > slack) {
            mann_hopfield_couplings_change(walk, i, field[i] > 0 ? 1.0f : -1.0f);
            changed++;
        }
    }
    return changed;
}

static bool settled(mann_hopfield_walk *walk)
{
    const mann_hopfield *net = walk->net;
    if (net->loops->opposed(net->units, walk->state, walk->field, net->slack)) {
        return false;
    }
    if (!net->engine->exact) {
        mann_hopfield_couplings_begin(walk);
        return !net->loops->opposed(net->units, walk->state, walk->field, net->slack);
    }
    return true;
}

mann_hopfield_ending mann_hopfield_couplings_sweep(mann_hopfield_walk *walk)
{
    if (walk->dynamics.update == MANN_HOPFIELD_SYNC) {
        return mann_hopfield_update_all(walk);
    }
    mann_hopfield_reorder(walk);
    walk->flips += walk->dynamics.temperature > 0 ? mann_hopfield_update_each(walk) : descend(walk);
    return walk->dynamics.temperature == 0 && settled(walk) ? MANN_HOPFIELD_FIXED
                                                            : MANN_HOPFIELD_RUNNING;
}
