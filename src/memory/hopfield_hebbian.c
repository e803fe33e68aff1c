/* The fast weights of Ba, Hinton, Mnih, Leibo & Ionescu 2016, "Using fast weights to attend to the
 * recent past". The interface is C x(t+1), R numbers; the store is a recurrent network whose
 * associative matrix A draws the present state towards past ones that are like it:
 *
 *   A(t) = decay A(t-1) + rate h(t) h(t)^T
 *   h_0(t+1)     = f(W h(t) + C x(t+1))
 *   h_(s+1)(t+1) = f(LN([W h(t) + C x(t+1)] + A(t) h_s(t+1)))        s = 0 .. S-1
 *   read         = h(t+1) = h_S(t+1)
 *
 * f is the rectifier, LN layer normalisation; W starts as a small multiple of the identity, h and A
 * as zeros. As A(t) h is rate times the sum over tau <= t of decay^(t-tau) h(tau) (h(tau) . h),
 * a settling step is attention to the past without a softmax.
 *
 * The energy E(h) = -h . A h / 2 - slow . h + h . h / 2, with slow the bracket, falls along
 * dh/dt = f(slow + A h) - h (Hopfield 1984). A settling step is one large such step, with a layer
 * norm on the way, so E may rise; it is shown to see whether it does. */
#include "memory/hopfield.h"

static void init(mann_store *self, const char *scope, mann_params *params)
{
    const mann_store_config *c = &self->config;
    int32_t R = c->width;
    self->recurrent =
        mann_params_add(params, R, R, MANN_INIT_IDENTITY, c->recurrence, "%s.recurrent", scope);
    if (c->learn) {
        self->rate = mann_store_number(params, scope, "rate", MANN_SOFTPLUS, c->rate);
        self->decay = mann_store_number(params, scope, "decay", MANN_SIGMOID, c->decay);
    }
    if (c->normalise) {
        self->gain = mann_params_add(params, 1, R, MANN_INIT_CONSTANT, 1, "%s.gain", scope);
        self->bias = mann_params_add(params, 1, R, MANN_INIT_CONSTANT, 0, "%s.bias", scope);
    }
}

static void begin(const mann_store *self, mann_tape *tape, int32_t batch, mann_var *state)
{
    const mann_store_config *c = &self->config;
    int32_t R = c->width;
    state[STORE_RATE] = mann_store_spread(c, tape, batch, self->rate, MANN_SOFTPLUS, c->rate);
    state[STORE_DECAY] = mann_store_spread(c, tape, batch, self->decay, MANN_SIGMOID, c->decay);
    state[STORE_ASSOCIATIONS] = mann_input(tape, 3, (int32_t[]){batch, R, R});
    state[STORE_H] = mann_input(tape, 2, (int32_t[]){batch, R});
}

static const mann_tag_info associations_tag = {.name = "store_associations",
                                               .kind = MANN_KIND_SIGNED,
                                               .axis = {"unit", "unit"},
                                               .role = MANN_ROLE_ASSOCIATION};

/* For observers. E of each state in settled, and the rows: the states of the steps before, each in
 * the column of its step. */
static void show(const mann_store *self, mann_tape *tape, mann_var *state, int32_t t,
                 const mann_var *settled, mann_var slow)
{
    const mann_store_config *c = &self->config;
    mann_var energy[MANN_STORE_STEPS + 1], A = state[STORE_ASSOCIATIONS];
    for (int32_t s = 0; s <= c->steps; s++) {
        mann_var h = settled[s],
                 Ah = mann_flatten(tape, mann_read(tape, A, mann_split(tape, h, 1)));
        mann_var half = mann_scale(tape, mann_subtract(tape, h, Ah), (mann_real)0.5);
        energy[s] = mann_sum(tape, mann_multiply(tape, h, mann_subtract(tape, half, slow)), 1);
    }
    mann_tag(tape, &associations_tag, A);
    mann_store_show(c, tape, settled, mann_concat(tape, 1, c->steps + 1, energy),
                    state[STORE_ROWS]);
    state[STORE_ROWS] = mann_store_row(tape, state[STORE_ROWS], t, settled[c->steps]);
}

static mann_var settle(const mann_store *self, mann_tape *tape, mann_var associations,
                       mann_var slow, mann_var h)
{
    mann_var fast = mann_flatten(tape, mann_read(tape, associations, mann_split(tape, h, 1)));
    mann_var drive = mann_add(tape, slow, fast);
    if (self->config.normalise) {
        drive = mann_layer_norm(tape, drive, mann_param(tape, self->gain),
                                mann_param(tape, self->bias));
    }
    return mann_activate(tape, drive, MANN_RELU);
}

static mann_var step(const mann_store *self, mann_tape *tape, mann_var *state, int32_t t,
                     mann_var interface)
{
    int32_t S = self->config.steps;
    mann_var h[MANN_STORE_STEPS + 1];
    mann_var recurrent = mann_linear(tape, state[STORE_H], mann_param(tape, self->recurrent), NULL);
    mann_var slow = mann_add(tape, interface, recurrent);
    state[STORE_ASSOCIATIONS] = mann_hebb(tape, state[STORE_ASSOCIATIONS], state[STORE_DECAY],
                                          state[STORE_RATE], state[STORE_H], state[STORE_H]);
    h[0] = mann_activate(tape, slow, MANN_RELU);
    for (int32_t s = 0; s < S; s++) {
        h[s + 1] = settle(self, tape, state[STORE_ASSOCIATIONS], slow, h[s]);
    }
    if (state[STORE_ROWS]) {
        show(self, tape, state, t, h, slow);
    }
    return state[STORE_H] = h[S];
}

/* W h; decay and outer product; A h in every settling step. */
static double multiply_adds(const mann_store_config *c)
{
    return (double)c->width * c->width * (3 + c->steps);
}

const mann_store_form mann_store_hebbian = {1, init, begin, step, multiply_adds};
