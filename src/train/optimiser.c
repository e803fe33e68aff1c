/* The optimisers' settings, learning-rate schedules and clipping; the arithmetic is kernels. */
#include "train/optimiser.h"

#include "base/items.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

mann_status mann_optimiser_init(mann_context *context, mann_optimiser_state *state,
                                const mann_train_config *config, size_t size)
{
    static const char *const names[][MANN_MAX_MOMENTS] = {
        [MANN_SGD] = {"velocity"},
        [MANN_RMSPROP] = {"velocity", "square"},
        [MANN_RMSPROP_GRAVES] = {"velocity", "square", "mean"},
        [MANN_ADAM] = {"mean", "square"},
    };
    *state =
        (mann_optimiser_state){.config = config, .size = size, .beta1_power = 1, .beta2_power = 1};
    state->kernels = mann_kernels_choose(context);
    if (!state->kernels) {
        return MANN_E_INVAL;
    }
    for (int32_t i = 0; i < MANN_MAX_MOMENTS && names[config->optimiser][i]; i++) {
        state->moment_name[i] = names[config->optimiser][i];
        state->moment[i] = calloc(size ? size : 1, sizeof(mann_real));
        state->moments = i + 1;
        if (!state->moment[i]) {
            mann_optimiser_clear(state);
            return mann_fail(context, MANN_E_NOMEM, "out of memory for the optimiser");
        }
    }
    return MANN_OK;
}

void mann_optimiser_clear(mann_optimiser_state *state)
{
    for (int32_t i = 0; i < state->moments; i++) {
        free(state->moment[i]);
        state->moment[i] = NULL;
    }
    state->moments = 0;
}

/* What is left of text behind a factor, NULL if there is none. */
static const char *read_factor(const char *text, double *factor)
{
    char *end;
    *factor = strtod(text, &end);
    return end > text && *factor >= 0 && isfinite(*factor) ? end : NULL;
}

/* "FROM:FACTOR" or "FROM:FACTOR..FACTOR". */
static bool read_step(const char *text, double epoch, mann_rate_step *step)
{
    const char *end;
    mann_span span;
    if (!mann_span_parse(text, &end, &span) || *end != ':') {
        return false;
    }
    char word[MANN_TEXT_SIZE], *dots;
    snprintf(word, sizeof word, "%s", end + 1);
    dots = strstr(word, "..");
    if (dots) {
        *dots = '\0'; /* or strtod takes the first dot for the point of a number */
    }
    step->from = mann_span_sequences(span, epoch);
    end = read_factor(word, &step->factor);
    step->to = step->factor;
    if (end && !*end && dots) {
        end = read_factor(dots + 2, &step->to);
    }
    return end && !*end && step->from >= 0;
}

static mann_status steps_fail(mann_context *context, const char *step, const char *text)
{
    return mann_fail(context, MANN_E_INVAL, "train.lr_steps: '%s' %s", step, text);
}

mann_status mann_rate_init(mann_context *context, mann_rate *rate, const mann_train_config *config,
                           double epoch)
{
    *rate = (mann_rate){.config = config,
                        .decay = mann_span_sequences(config->decay_sequences, epoch),
                        .warmup = mann_span_sequences(config->warmup_sequences, epoch)};
    mann_items items;
    const char *last = NULL;
    mann_items_begin(&items, config->lr_steps, ",");
    for (char *word; (word = mann_items_next(&items));) {
        int32_t i = rate->steps++;
        if (i == MANN_MAX_STEPS) {
            return mann_fail(context, MANN_E_INVAL, "train.lr_steps: more than %d steps",
                             MANN_MAX_STEPS);
        }
        if (!read_step(word, epoch, &rate->step[i])) {
            return steps_fail(context, word,
                              "is not of the form FROM:FACTOR, such as 25epochs:0.5, or "
                              "FROM:FACTOR..FACTOR");
        }
        if (i && rate->step[i].from <= rate->step[i - 1].from) {
            return steps_fail(context, word, "does not come after the step before it");
        }
        last = word;
    }
    if (last && rate->step[rate->steps - 1].to != rate->step[rate->steps - 1].factor) {
        return steps_fail(context, last, "falls until the next step, and there is none");
    }
    return MANN_OK;
}

/* From 1 to 0, as a cosine, while part goes from 0 to 1. */
static double half_cosine(double part)
{
    return (1 + cos(3.14159265358979324 * part)) / 2;
}

static double step_factor(const mann_rate *rate, double sequences)
{
    int32_t i = 0;
    while (i < rate->steps && rate->step[i].from <= sequences) {
        i++;
    }
    if (i == 0) {
        return 1;
    }
    const mann_rate_step *step = &rate->step[i - 1];
    bool last = i == rate->steps;
    double part = last ? 0 : (sequences - step->from) / (step[1].from - step->from);
    return step->to + (step->factor - step->to) * half_cosine(part);
}

double mann_rate_at(const mann_rate *rate, double sequences, double scale)
{
    const mann_train_config *config = rate->config;
    double part = sequences / rate->decay;
    double lr = config->lr, fall = config->lr - config->lr_final;
    part = part < 1 ? part : 1;
    switch ((mann_schedule)config->schedule) {
    case MANN_SCHEDULE_CONSTANT: break;
    case MANN_SCHEDULE_LINEAR: lr -= fall * part; break;
    case MANN_SCHEDULE_COSINE: lr = config->lr_final + fall * half_cosine(part); break;
    case MANN_SCHEDULE_HALVE:
        lr = lr * scale > config->lr_final ? lr * scale : config->lr_final;
        break;
    case MANN_SCHEDULE_STEPS: lr *= step_factor(rate, sequences); break;
    }
    bool warming = sequences < rate->warmup;
    return warming ? lr * (sequences + 1) / (rate->warmup + 1) : lr;
}

mann_update mann_optimiser_begin(mann_optimiser_state *state, double lr, double grad_norm)
{
    const mann_train_config *c = state->config;
    state->updates++;
    state->beta1_power *= c->beta1;
    state->beta2_power *= c->beta2;
    double scale = c->clip_norm > 0 && grad_norm > c->clip_norm ? c->clip_norm / grad_norm : 1;
    return (mann_update){
        .scale = (mann_real)scale,
        .clip = (mann_real)c->clip,
        .lr = (mann_real)lr,
        .momentum = (mann_real)c->momentum,
        .decay = (mann_real)c->decay,
        .epsilon = (mann_real)c->epsilon,
        .beta1 = (mann_real)c->beta1,
        .beta2 = (mann_real)c->beta2,
        .correct1 = (mann_real)(1 / (1 - state->beta1_power)),
        .correct2 = (mann_real)(1 / (1 - state->beta2_power)),
        .weight_decay = (mann_real)c->weight_decay,
    };
}

void mann_optimiser_apply(const mann_optimiser_state *state, const mann_update *u, size_t first,
                          size_t count, const mann_real *grad, mann_real *value)
{
    mann_real *m[MANN_MAX_MOMENTS];
    for (int32_t i = 0; i < state->moments; i++) {
        m[i] = state->moment[i] + first;
    }
    const mann_kernels *k = state->kernels;
    grad += first;
    value += first;
    switch ((mann_optimiser)state->config->optimiser) {
    case MANN_SGD: k->sgd(u, count, grad, value, m[0]); break;
    case MANN_RMSPROP: k->rmsprop(u, count, grad, value, m[0], m[1]); break;
    case MANN_RMSPROP_GRAVES: k->rmsprop_graves(u, count, grad, value, m[0], m[1], m[2]); break;
    case MANN_ADAM: k->adam(u, count, grad, value, m[0], m[1]); break;
    }
}
