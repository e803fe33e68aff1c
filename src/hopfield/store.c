/* The store: patterns, options, and the rule that learns them.
 *
 * The patterns themselves are always kept: overlaps and verdicts need them, the energies of the
 * dense and the modern rule are made of them, and Hebb's first field is cheaper through them
 * (2 N P) than through W (N^2). */
#include "hopfield/internal.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_UNITS = 1 << 20, MOST_COUPLED = 1 << 15, MOST_PATTERNS = 1 << 24, HIGHEST_ORDER = 64 };

const char *const mann_hopfield_rule_names[MANN_HOPFIELD_RULES] = {
    "hebb", "storkey", "pseudo-inverse", "dense", "modern", "continuous"};

static const mann_hopfield_engine *const engines[MANN_HOPFIELD_RULES] = {
    &mann_hopfield_hebb_engine,           &mann_hopfield_storkey_engine,
    &mann_hopfield_pseudo_inverse_engine, &mann_hopfield_dense_engine,
    &mann_hopfield_modern_engine,         &mann_hopfield_continuous_engine};

static mann_status check_options(mann_context *context, const mann_hopfield_options *options,
                                 int32_t units)
{
    if ((int)options->rule < 0 || (int)options->rule >= MANN_HOPFIELD_RULES) {
        return mann_fail(context, MANN_E_INVAL, "%d is no storage rule", (int)options->rule);
    }
    bool coupled = options->rule <= MANN_HOPFIELD_PSEUDO_INVERSE;
    int32_t most = coupled ? MOST_COUPLED : MOST_UNITS;
    if (units < 2) {
        return mann_fail(context, MANN_E_INVAL,
                         "%d units; a network has at least 2: a unit has no coupling to itself",
                         units);
    }
    if (units > most) {
        return mann_fail(context, MANN_E_INVAL, "%d units; the rule %s takes at most %d%s", units,
                         mann_hopfield_rule_names[options->rule], most,
                         coupled ? " (it keeps every coupling; dense and modern do not)" : "");
    }
    if (options->order < 0 || options->order > HIGHEST_ORDER) {
        return mann_fail(context, MANN_E_INVAL, "order %d is outside 1..%d", options->order,
                         HIGHEST_ORDER);
    }
    if (!isfinite(options->beta) || options->beta < 0) {
        return mann_fail(context, MANN_E_INVAL, "beta %g is not a positive number", options->beta);
    }
    return MANN_OK;
}

mann_status mann_hopfield_alloc(mann_context *context, const mann_hopfield_options *options,
                                int32_t units, mann_hopfield **result)
{
    *result = NULL;
    mann_status status = check_options(context, options, units);
    const mann_hopfield_loops *loops = status ? NULL : mann_hopfield_loops_choose(context);
    if (!loops) {
        return status ? status : MANN_E_INVAL;
    }
    mann_hopfield *net = calloc(1, sizeof *net);
    if (!net) {
        return mann_fail(context, MANN_E_NOMEM, "out of memory for a Hopfield network");
    }
    net->context = context;
    net->options = *options;
    net->options.order = options->order ? options->order : 2;
    if (options->beta == 0) {
        net->options.beta = options->rule == MANN_HOPFIELD_CONTINUOUS ? 4 : 1;
    }
    net->engine = engines[options->rule];
    net->loops = loops;
    net->units = units;
    status = net->engine->open ? net->engine->open(net) : MANN_OK;
    if (status) {
        mann_hopfield_free(net);
        return status;
    }
    *result = net;
    return MANN_OK;
}

void mann_hopfield_free(mann_hopfield *net)
{
    if (!net) {
        return;
    }
    free(net->pattern);
    free(net->weight);
    free(net->turned);
    free(net->step_table);
    free(net->power_table);
    free(net);
}

static mann_status check_patterns(const mann_hopfield *net, int32_t count, const float *pattern)
{
    bool real = net->options.rule == MANN_HOPFIELD_MODERN;
    for (int32_t k = 0; k < count; k++) {
        for (int32_t i = 0; i < net->units; i++) {
            float value = pattern[(size_t)k * (size_t)net->units + (size_t)i];
            if (real ? !isfinite(value) : value != 1 && value != -1) {
                return mann_fail(net->context, MANN_E_INVAL,
                                 "unit %d of pattern %d is %g; the rule %s stores %s", i + 1, k + 1,
                                 (double)value, mann_hopfield_rule_names[net->options.rule],
                                 real ? "finite numbers" : "only +1 and -1");
            }
        }
    }
    return MANN_OK;
}

/* Room for more patterns in pattern. */
static mann_status grow(mann_hopfield *net, int32_t count)
{
    if (count <= net->capacity) {
        return MANN_OK;
    }
    int32_t capacity = count < 2 * net->capacity ? 2 * net->capacity : count;
    float *pattern = mann_hopfield_zeroed((size_t)capacity * (size_t)net->units, sizeof *pattern);
    int8_t *turned = NULL;
    if (net->options.rule == MANN_HOPFIELD_DENSE) {
        turned = mann_hopfield_zeroed((size_t)capacity * (size_t)net->units, sizeof *turned);
    }
    if (!pattern || (net->options.rule == MANN_HOPFIELD_DENSE && !turned)) {
        free(pattern);
        free(turned);
        return mann_hopfield_short(net);
    }
    if (net->count) {
        memcpy(pattern, net->pattern, (size_t)net->count * (size_t)net->units * sizeof *pattern);
    }
    for (int32_t i = 0; turned && net->count && i < net->units; i++) {
        memcpy(turned + (size_t)i * (size_t)capacity,
               net->turned + (size_t)i * (size_t)net->capacity, (size_t)net->count);
    }
    free(net->pattern);
    free(net->turned);
    net->pattern = pattern;
    net->turned = turned;
    net->capacity = capacity;
    return MANN_OK;
}

mann_status mann_hopfield_store(mann_hopfield *net, int32_t count, const float *pattern)
{
    if (count < 0 || count > MOST_PATTERNS - net->count) {
        return mann_fail(net->context, MANN_E_INVAL, "cannot store %d patterns (0..%d)", count,
                         MOST_PATTERNS - net->count);
    }
    if (count == 0) {
        return MANN_OK;
    }
    mann_status status = check_patterns(net, count, pattern);
    if (!status) {
        status = grow(net, net->count + count);
    }
    if (status) {
        return status;
    }
    int32_t first = net->count;
    memcpy(net->pattern + (size_t)first * (size_t)net->units, pattern,
           (size_t)count * (size_t)net->units * sizeof *pattern);
    net->count += count;
    status = net->engine->learn ? net->engine->learn(net, first) : MANN_OK;
    if (status) {
        net->count = first;
    }
    return status;
}

int32_t mann_hopfield_units(const mann_hopfield *net)
{
    return net->units;
}

int32_t mann_hopfield_count(const mann_hopfield *net)
{
    return net->count;
}

const float *mann_hopfield_patterns(const mann_hopfield *net)
{
    return net->count ? net->pattern : NULL;
}

double mann_hopfield_weight(const mann_hopfield *net, int32_t i, int32_t j)
{
    return net->weight ? (double)net->scale * net->weight[(size_t)i * net->stride + (size_t)j] : 0;
}

double mann_hopfield_energy(const mann_hopfield *net, const float *state)
{
    return net->count ? net->engine->energy(net, state) : 0;
}

void mann_hopfield_fields(const mann_hopfield *net, const float *state, float *field)
{
    memset(field, 0, (size_t)net->units * sizeof *field);
    if (net->count && net->engine->fields) {
        net->engine->fields(net, state, field);
    }
}

void mann_hopfield_overlaps(const mann_hopfield *net, const float *state, double *overlap)
{
    for (int32_t k = 0; k < net->count; k++) {
        const float *x = mann_hopfield_row(net, k);
        double norm = net->options.rule == MANN_HOPFIELD_MODERN
                          ? (double)net->loops->dot(net->units, x, x)
                          : net->units;
        overlap[k] = norm > 0 ? (double)net->loops->dot(net->units, x, state) / norm : 0;
    }
}

int32_t mann_hopfield_unstable(const mann_hopfield *net, int32_t k)
{
    return net->engine->unstable(net, k);
}
