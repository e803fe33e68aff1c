/* Retrieval of Ramsauer et al. 2020 ("Hopfield Networks is All You Need") from stored rows. The
 * interface is a query xi and a row x of M numbers each, both by tanh; the columns of X are the
 * rows of the last N steps:
 *
 *   xi <- X softmax(beta X^T xi)        S times;        read = xi;        then x joins X
 *
 * Every step writes, into place t mod N: the oldest row gives way, nothing decides what is worth
 * keeping, and a row of small numbers is one that no query finds. Nothing is read of the places
 * that are empty yet; the read of the first step is zero. beta is one learned number, which
 * scales the query. An update never raises
 *
 *   E(xi) = -1/beta log sum over n of exp(beta x_n . xi) + xi . xi / 2
 *           + log(count) / beta + max |x_n|^2 / 2 */
#include "memory/hopfield.h"

#include <math.h>

static void init(mann_store *self, const char *scope, mann_params *params)
{
    if (self->config.learn) {
        self->beta = mann_store_number(params, scope, "beta", MANN_SOFTPLUS, self->config.beta);
    }
}

static void begin(const mann_store *self, mann_tape *tape, int32_t batch, mann_var *state)
{
    const mann_store_config *c = &self->config;
    state[STORE_BETA] = mann_store_spread(c, tape, batch, self->beta, MANN_SOFTPLUS, c->beta);
}

/* Over the first count of the rows [M, N]. */
static double energy_of(int32_t M, int32_t N, int32_t count, double beta, const mann_real *rows,
                        const mann_real *xi)
{
    double most = -INFINITY, sum = 0, longest = 0, square = 0;
    for (int32_t m = 0; m < M; m++) {
        square += (double)xi[m] * (double)xi[m];
    }
    for (int32_t n = 0; n < count; n++) {
        double score = 0, length = 0;
        for (int32_t m = 0; m < M; m++) {
            double x = (double)rows[m * N + n];
            score += beta * x * (double)xi[m];
            length += x * x;
        }
        longest = fmax(longest, length);
        /* The sum is kept in units of exp(most). */
        sum = score > most ? sum * exp(most - score) + 1 : sum + exp(score - most);
        most = fmax(most, score);
    }
    double stored = count ? (log(count) - most - log(sum)) / beta + longest / 2 : 0;
    return stored + square / 2;
}

static const mann_tag_info rows_tag = {.name = "store_rows",
                                       .kind = MANN_KIND_SIGNED,
                                       .axis = {"unit", "row"},
                                       .role = MANN_ROLE_MEMORY};
static const mann_tag_info retrieval_tag = {.name = "store_retrieval",
                                            .kind = MANN_KIND_WEIGHTING,
                                            .axis = {"row"},
                                            .role = MANN_ROLE_WEIGHTING};

/* For observers. */
static void show(const mann_store *self, mann_tape *tape, const mann_var *state, int32_t count,
                 const mann_var *xi, mann_var weights)
{
    const mann_store_config *c = &self->config;
    int32_t B = xi[0]->n[0], S = c->steps;
    mann_var energy = mann_input(tape, 2, (int32_t[]){B, S + 1});
    for (int32_t i = 0; i < B * (S + 1) && !mann_tape_status(tape); i++) {
        int32_t b = i / (S + 1), s = i % (S + 1);
        mann_value(energy)[i] = (mann_real)energy_of(
            c->width, c->locations, count,
            (double)mann_value(state[STORE_BETA])[b * state[STORE_BETA]->stride[0]],
            mann_value(state[STORE_ROWS]) + b * state[STORE_ROWS]->stride[0],
            mann_value(xi[s]) + b * xi[s]->stride[0]);
    }
    mann_tag(tape, &rows_tag, state[STORE_ROWS]);
    mann_tag(tape, &retrieval_tag, mann_flatten(tape, weights));
    mann_store_show(c, tape, xi, energy, state[STORE_ROWS]);
}

/* 1 at the first count of [B, N]; NULL where all count. */
static mann_var mask_of(mann_tape *tape, int32_t B, int32_t N, int32_t count)
{
    mann_var mask = count < N ? mann_full(tape, 2, (int32_t[]){B, N}, 0) : NULL;
    for (int32_t i = 0; mask && i < B * N && !mann_tape_status(tape); i++) {
        mann_value(mask)[i] = i % N < count;
    }
    return mask;
}

static mann_var step(const mann_store *self, mann_tape *tape, mann_var *state, int32_t t,
                     mann_var interface)
{
    const mann_store_config *c = &self->config;
    int32_t M = c->width, count = t < c->locations ? t : c->locations;
    mann_var xi[MANN_STORE_STEPS + 1], weights = NULL;
    mann_var squashed = mann_activate(tape, interface, MANN_TANH);
    mann_var mask = mask_of(tape, interface->n[0], c->locations, count);
    xi[0] = mann_columns(tape, squashed, 0, M);
    for (int32_t s = 0; s < c->steps; s++) {
        mann_var query = mann_split(tape, mann_multiply(tape, xi[s], state[STORE_BETA]), 1);
        weights = mann_attend(tape, mann_match(tape, state[STORE_ROWS], query, 1), mask);
        xi[s + 1] = mann_flatten(tape, mann_read(tape, state[STORE_ROWS], weights));
    }
    if (mann_tape_observed(tape)) {
        show(self, tape, state, count, xi, weights);
    }
    state[STORE_ROWS] =
        mann_store_row(tape, state[STORE_ROWS], t, mann_columns(tape, squashed, M, M));
    return xi[c->steps];
}

/* Storing, and two products in every settling step. */
static double multiply_adds(const mann_store_config *c)
{
    return 2.0 * c->width * c->locations * (1 + c->steps);
}

const mann_store_form mann_store_modern = {2, init, begin, step, multiply_adds};
