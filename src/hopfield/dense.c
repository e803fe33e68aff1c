/* Dense associative memory (Krotov & Hopfield 2016): E = -sum_k F(x_k . s), F(x) = x^n, rectified
 * to max(x, 0)^n unless asked otherwise. A unit takes the value of lower energy:
 *
 *     h_i = 1/2 sum_k x_ki [F(r_k + 1) - F(r_k - 1)],   r_k = x_k . s - x_ki s_i.
 *
 * (F(x_ki + r) - F(-x_ki + r) is x_ki times the same difference for either sign of x_ki.) The sums
 * x_k . s are whole numbers, so F and its differences are tables over -N..N, and a change of one
 * unit shifts the sums by its row of the patterns turned round. Order 2 without rectification is
 * Hebb's rule; the number of random patterns that fit grows as N^(n-1).
 *
 * Numbers are divided by the power of two above N before they are raised, so nothing overflows at
 * order 64 and whole numbers stay exact as long as their powers fit 53 bits. The energy is
 * reported as -N sum_k F(x_k . s / N): each stored pattern digs a hole of depth N. */
#include "hopfield/internal.h"

#include <stdlib.h>
#include <string.h>

/* F(x / 2^bits) */
static double power(const mann_hopfield_options *options, int32_t x, int bits)
{
    if (x < 0 && !options->plain) {
        return 0;
    }
    double base = ldexp((double)x, -bits), result = 1;
    for (int32_t i = 0; i < options->order; i++) {
        result *= base;
    }
    return result;
}

static mann_status open(mann_hopfield *net)
{
    int32_t n = net->units;
    size_t entries = 2 * (size_t)n + 1;
    net->step_table = mann_hopfield_zeroed(entries, sizeof *net->step_table);
    net->power_table = mann_hopfield_zeroed(entries, sizeof *net->power_table);
    if (!net->step_table || !net->power_table) {
        return mann_hopfield_short(net);
    }
    int bits = 0;
    while ((1 << bits) < n) {
        bits++;
    }
    for (int32_t r = -n; r <= n; r++) {
        net->power_table[r + n] = power(&net->options, r, bits);
        net->step_table[r + n] =
            power(&net->options, r + 1, bits) - power(&net->options, r - 1, bits);
    }
    /* N (2^bits / N)^order: from the tables' unit to the energy's. */
    net->step_scale = n * pow(ldexp(1, bits) / n, net->options.order);
    return MANN_OK;
}

static mann_status learn(mann_hopfield *net, int32_t first)
{
    for (int32_t k = first; k < net->count; k++) {
        const float *x = mann_hopfield_row(net, k);
        for (int32_t i = 0; i < net->units; i++) {
            net->turned[(size_t)i * (size_t)net->capacity + (size_t)k] = (int8_t)x[i];
        }
    }
    return MANN_OK;
}

static void sums(const mann_hopfield *net, const float *state, int32_t *sum)
{
    memset(sum, 0, (size_t)net->count * sizeof *sum);
    for (int32_t i = 0; i < net->units; i++) {
        net->loops->shift(net->count, (int32_t)state[i],
                          net->turned + (size_t)i * (size_t)net->capacity, sum);
    }
}

/* 2 h_i in units of step_scale. */
static double field_of(const mann_hopfield *net, const float *state, const int32_t *sum, int32_t i)
{
    return net->loops->gather(net->count, net->turned + (size_t)i * (size_t)net->capacity, sum,
                              (int32_t)state[i], net->step_table + net->units);
}

static double energy_of(const mann_hopfield *net, const int32_t *sum)
{
    double total = 0;
    for (int32_t k = 0; k < net->count; k++) {
        total += net->power_table[sum[k] + net->units];
    }
    return -total * net->step_scale;
}

static int32_t *sums_alloc(const mann_hopfield *net, const float *state)
{
    int32_t *sum = mann_hopfield_zeroed((size_t)net->count, sizeof *sum);
    if (sum) {
        sums(net, state, sum);
    }
    return sum;
}

static double energy(const mann_hopfield *net, const float *state)
{
    int32_t *sum = sums_alloc(net, state);
    double total = sum ? energy_of(net, sum) : NAN;
    free(sum);
    return total;
}

static void fields(const mann_hopfield *net, const float *state, float *field)
{
    int32_t *sum = sums_alloc(net, state);
    for (int32_t i = 0; sum && i < net->units; i++) {
        field[i] = (float)(field_of(net, state, sum, i) * net->step_scale / 2);
    }
    free(sum);
}

static int32_t unstable(const mann_hopfield *net, int32_t k)
{
    const float *x = mann_hopfield_row(net, k);
    int32_t *sum = sums_alloc(net, x), count = 0;
    for (int32_t i = 0; sum && i < net->units; i++) {
        count += field_of(net, x, sum, i) * (double)x[i] < 0;
    }
    free(sum);
    return sum ? count : -1;
}

static mann_status walk_open(mann_hopfield_walk *walk)
{
    walk->sum = mann_hopfield_zeroed((size_t)walk->net->count, sizeof *walk->sum);
    return walk->sum ? MANN_OK : mann_hopfield_short(walk->net);
}

static void begin(mann_hopfield_walk *walk)
{
    sums(walk->net, walk->state, walk->sum);
}

static float decide(mann_hopfield_walk *walk, int32_t i)
{
    const mann_hopfield *net = walk->net;
    double field = field_of(net, walk->state, walk->sum, i);
    return mann_hopfield_decide(walk->state[i], field * net->step_scale / 2, 0,
                                walk->dynamics.temperature, &walk->rng);
}

static void change(mann_hopfield_walk *walk, int32_t i, float value)
{
    const mann_hopfield *net = walk->net;
    net->loops->shift(net->count, (int32_t)(value - walk->state[i]),
                      net->turned + (size_t)i * (size_t)net->capacity, walk->sum);
    walk->state[i] = value;
    mann_hopfield_tell(walk, i);
}

static mann_hopfield_ending sweep(mann_hopfield_walk *walk)
{
    if (walk->dynamics.update == MANN_HOPFIELD_SYNC) {
        return mann_hopfield_update_all(walk);
    }
    mann_hopfield_reorder(walk);
    int32_t changed = mann_hopfield_update_each(walk);
    walk->flips += changed;
    return changed == 0 && walk->dynamics.temperature == 0 ? MANN_HOPFIELD_FIXED
                                                           : MANN_HOPFIELD_RUNNING;
}

static double walk_energy(const mann_hopfield_walk *walk)
{
    return energy_of(walk->net, walk->sum);
}

const mann_hopfield_engine mann_hopfield_dense_engine = {
    .binary = true,
    .open = open,
    .learn = learn,
    .energy = energy,
    .fields = fields,
    .unstable = unstable,
    .walk_open = walk_open,
    .begin = begin,
    .sweep = sweep,
    .decide = decide,
    .change = change,
    .walk_energy = walk_energy,
};
