/* A Hopfield store in the hands of a controller. It has two forms, each in a file of its own:
 *
 *   hebbian   fast weights: an associative matrix, learned by Hebb's rule as the sequence goes on
 *   modern    attention over the rows that the controller has stored
 *
 * Here is what they share: the options, the learned numbers, and what observers see. Both answer
 * from what earlier steps have left, S settling steps at a time; the first step finds nothing. */
#include "memory/hopfield.h"

#include "nn/dense.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { HEBBIAN, MODERN };
static const char *const form_choices[] = {"hebbian", "modern", NULL};
static const mann_store_form *const forms[] = {
    [HEBBIAN] = &mann_store_hebbian, [MODERN] = &mann_store_modern};

#define FIELD(name) offsetof(mann_store_config, name)
static const mann_option hopfield_options[] = {
    {"form", MANN_OPT_CHOICE, FIELD(form), "hebbian", 0, 0, form_choices,
     "fast weights, or attention over stored rows"},
    {"width", MANN_OPT_INT, FIELD(width), "20", 1, 4096, NULL,
     "hebbian: units R; modern: numbers per row, M"},
    {"locations", MANN_OPT_INT, FIELD(locations), "128", 1, 65536, NULL,
     "modern: locations N, one for each step that it keeps; hebbian: past states that observers "
     "see compared"},
    {"steps", MANN_OPT_INT, FIELD(steps), "1", 1, MANN_STORE_STEPS, NULL, "settling steps S"},
    {"rate", MANN_OPT_REAL, FIELD(rate), "0.5", 1e-6, 1e3, NULL, "hebbian: of learning, eta"},
    {"decay", MANN_OPT_REAL, FIELD(decay), "0.9", 1e-6, 0.999999, NULL,
     "hebbian: what a step leaves of the associations, lambda"},
    {"recurrence", MANN_OPT_REAL, FIELD(recurrence), "0.05", -10, 10, NULL,
     "hebbian: W at the start, times the identity"},
    {"normalise", MANN_OPT_BOOL, FIELD(normalise), "true", 0, 0, NULL,
     "hebbian: layer normalisation in every settling step"},
    {"beta", MANN_OPT_REAL, FIELD(beta), "1", 1e-6, 1e3, NULL, "modern: inverse temperature"},
    {"learn", MANN_OPT_BOOL, FIELD(learn), "true", 0, 0, NULL,
     "whether rate, decay and beta are learned, or stay as they are set"},
    MANN_OPTION_FORMER("rows", "locations"),
    {0},
};

/* --- what the forms share --- */

mann_handle mann_store_number(mann_params *params, const char *scope, const char *name,
                              mann_squash_kind kind, double x)
{
    double raw = kind == MANN_SIGMOID ? log(x / (1 - x)) : x + log(-expm1(-x));
    return mann_params_add(params, 1, 1, MANN_INIT_CONSTANT, raw, "%s.%s", scope, name);
}

mann_var mann_store_constant(mann_tape *tape, int32_t n0, int32_t n1, double value)
{
    mann_var x = mann_input(tape, 2, (int32_t[]){n0, n1});
    for (size_t i = 0; i < mann_size(x) && !mann_tape_status(tape); i++) {
        mann_value(x)[i] = (mann_real)value;
    }
    return x;
}

mann_var mann_store_spread(const mann_store_config *c, mann_tape *tape, int32_t batch,
                           int32_t width, mann_handle handle, mann_squash_kind kind, double fixed)
{
    if (!c->learn) {
        return mann_store_constant(tape, batch, width, fixed);
    }
    mann_var number = mann_activate(tape, mann_param(tape, handle), kind);
    mann_var row = mann_linear(tape, number, mann_store_constant(tape, 1, width, 1), NULL);
    return mann_broadcast(tape, row, batch);
}

int32_t mann_store_time(const mann_var *state)
{
    return (int32_t)*mann_value(state[STORE_TIME]);
}

mann_var mann_store_row(mann_tape *tape, mann_var rows, int32_t t, mann_var row)
{
    int32_t B = row->n[0], width = rows->n[1], N = rows->n[2];
    mann_var place = mann_store_constant(tape, B, N, 0);
    mann_var all = mann_store_constant(tape, B, width, 1);
    for (int32_t b = 0; b < B && !mann_tape_status(tape); b++) {
        mann_value(place)[b * place->stride[0] + t % N] = 1;
    }
    return mann_erase_add(tape, rows, mann_split(tape, place, 1), mann_split(tape, all, 1),
                          mann_split(tape, row, 1));
}

/* --- for observers --- */

static const mann_tag_info state_tag = {"store_state", MANN_KIND_SIGNED, {"unit"}};
static const mann_tag_info settling_tag = {
    "store_settling", MANN_KIND_SIGNED, {"settling", "unit"}};
static const mann_tag_info energy_tag = {"store_energy", MANN_KIND_ENERGY, {"settling"}};
static const mann_tag_info overlaps_tag = {"store_overlaps", MANN_KIND_SIGNED, {"row"}};

/* The cosine of a state [width] and column n of rows [width, N]; 0 if one is nought. */
static double cosine(const mann_real *state, const mann_real *rows, int32_t width, int32_t N,
                     int32_t n)
{
    double product = 0, squares[2] = {0, 0};
    for (int32_t i = 0; i < width; i++) {
        double a = (double)state[i], b = (double)rows[i * N + n];
        product += a * b;
        squares[0] += a * a;
        squares[1] += b * b;
    }
    return product == 0 ? 0 : product / sqrt(squares[0] * squares[1]);
}

void mann_store_show(const mann_store_config *c, mann_tape *tape, const mann_var *settled,
                     mann_var energy, mann_var rows, int32_t count)
{
    mann_var state = settled[c->steps];
    int32_t B = state->n[0], width = c->width, N = c->locations;
    mann_var path = mann_input(tape, 3, (int32_t[]){B, c->steps + 1, width});
    mann_var overlaps = mann_input(tape, 2, (int32_t[]){B, N});
    if (mann_tape_status(tape)) {
        return;
    }
    for (int32_t b = 0; b < B; b++) {
        for (int32_t s = 0; s <= c->steps; s++) {
            memcpy(mann_value(path) + b * path->stride[0] + s * path->stride[1],
                   mann_value(settled[s]) + b * settled[s]->stride[0],
                   (size_t)width * sizeof(mann_real));
        }
        for (int32_t n = 0; n < count; n++) {
            double like = cosine(mann_value(state) + b * state->stride[0],
                                 mann_value(rows) + b * rows->stride[0], width, N, n);
            mann_value(overlaps)[b * overlaps->stride[0] + n] = (mann_real)like;
        }
    }
    mann_tag(tape, &state_tag, state);
    mann_tag(tape, &settling_tag, path);
    mann_tag(tape, &energy_tag, energy);
    mann_tag(tape, &overlaps_tag, overlaps);
}

/* --- the descriptor: hands over to the form --- */

static int32_t interface_width(const void *config)
{
    const mann_store_config *c = config;
    return forms[c->form]->interface_widths * c->width;
}

static int32_t read_width(const void *config)
{
    return ((const mann_store_config *)config)->width;
}

static void init(void *self_, const void *config, const char *scope, mann_params *params)
{
    mann_store *self = self_;
    self->config = *(const mann_store_config *)config;
    forms[self->config.form]->init(self, scope, params);
}

static void begin(const void *self_, mann_tape *tape, int32_t batch, mann_var *state)
{
    const mann_store *self = self_;
    const mann_store_config *c = &self->config;
    state[STORE_TIME] = mann_store_constant(tape, batch, 1, 0);
    if (c->form == MODERN || mann_tape_observed(tape)) {
        state[STORE_ROWS] = mann_input(tape, 3, (int32_t[]){batch, c->width, c->locations});
    }
    forms[c->form]->begin(self, tape, batch, state);
}

static mann_var step(const void *self_, mann_tape *tape, mann_var *state, mann_var interface)
{
    const mann_store *self = self_;
    mann_var read = forms[self->config.form]->step(self, tape, state, interface);
    state[STORE_TIME] = mann_store_constant(tape, interface->n[0], 1, mann_store_time(state) + 1);
    return read;
}

static double multiply_adds(const void *config)
{
    const mann_store_config *c = config;
    return forms[c->form]->multiply_adds(c);
}

const mann_memory_type mann_memory_hopfield = {
    .name = "hopfield",
    .summary = "an associative store: fast weights (Ba et al. 2016) or attention over rows "
               "(Ramsauer et al. 2020)",
    .options = hopfield_options,
    .config_size = sizeof(mann_store_config),
    .self_size = sizeof(mann_store),
    .states = STORE_STATES,
    .interface_width = interface_width,
    .read_width = read_width,
    .init = init,
    .begin = begin,
    .step = step,
    .multiply_adds = multiply_adds,
};
