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

mann_handle mann_store_number(mann_params *params, const char *scope, const char *name,
                              mann_squash_kind kind, double x)
{
    double raw = kind == MANN_SIGMOID ? log(x / (1 - x)) : x + log(-expm1(-x));
    return mann_params_add(params, 1, 1, MANN_INIT_CONSTANT, raw, "%s.%s", scope, name);
}

mann_var mann_store_spread(const mann_store_config *c, mann_tape *tape, int32_t batch,
                           mann_handle handle, mann_squash_kind kind, double fixed)
{
    return c->learn
               ? mann_broadcast(tape, mann_activate(tape, mann_param(tape, handle), kind), batch)
               : mann_full(tape, 2, (int32_t[]){batch, 1}, (mann_real)fixed);
}

mann_var mann_store_row(mann_tape *tape, mann_var rows, int32_t t, mann_var row)
{
    int32_t N = rows->n[2], place = t % N;
    mann_var at = mann_one_hot(tape, 1, N, &place), all = mann_full(tape, 2, row->n, 1);
    at = mann_broadcast(tape, at, row->n[0]);
    return mann_erase_add(tape, rows, mann_split(tape, at, 1), mann_split(tape, all, 1),
                          mann_split(tape, row, 1));
}

/* --- for observers --- */

static const mann_tag_info state_tag = {
    .name = "store_state", .kind = MANN_KIND_SIGNED, .axis = {"unit"}, .role = MANN_ROLE_STATE};
static const mann_tag_info settling_tag = {.name = "store_settling",
                                           .kind = MANN_KIND_SIGNED,
                                           .axis = {"settling", "unit"},
                                           .role = MANN_ROLE_SETTLING};
static const mann_tag_info energy_tag = {.name = "store_energy",
                                         .kind = MANN_KIND_ENERGY,
                                         .axis = {"settling"},
                                         .role = MANN_ROLE_ENERGY};
static const mann_tag_info overlaps_tag = {.name = "store_overlaps",
                                           .kind = MANN_KIND_SIGNED,
                                           .axis = {"row"},
                                           .role = MANN_ROLE_SIMILARITY};

void mann_store_show(const mann_store_config *c, mann_tape *tape, const mann_var *settled,
                     mann_var energy, mann_var rows)
{
    int32_t S = c->steps, B = settled[S]->n[0];
    mann_var path = mann_concat(tape, 1, S + 1, settled);
    mann_tag(tape, &state_tag, settled[S]);
    mann_tag(tape, &settling_tag, mann_reshape(tape, path, 3, (int32_t[]){B, S + 1, c->width}));
    mann_tag(tape, &energy_tag, energy);
    mann_tag(tape, &overlaps_tag,
             mann_flatten(tape, mann_cosine(tape, rows, mann_split(tape, settled[S], 1))));
}

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
    state[STORE_TIME] = mann_full(tape, 2, (int32_t[]){batch, 1}, 0);
    if (c->form == MODERN || mann_tape_observed(tape)) {
        state[STORE_ROWS] = mann_input(tape, 3, (int32_t[]){batch, c->width, c->locations});
    }
    forms[c->form]->begin(self, tape, batch, state);
}

static mann_var step(const void *self_, mann_tape *tape, mann_var *state, mann_var interface)
{
    const mann_store *self = self_;
    int32_t t = (int32_t)*mann_value(state[STORE_TIME]);
    state[STORE_TIME] = mann_full(tape, 2, state[STORE_TIME]->n, (mann_real)(t + 1));
    return forms[self->config.form]->step(self, tape, state, t, interface);
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
