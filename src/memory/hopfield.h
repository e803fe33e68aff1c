/* What the two forms of the Hopfield memory share: options, state, numbers that may be learned. */
#ifndef MANN_MEMORY_HOPFIELD_H
#define MANN_MEMORY_HOPFIELD_H

#include <mann/memory.h>

enum { MANN_STORE_STEPS = 64 }; /* settling steps at most */

typedef struct mann_store_config {
    int32_t form, width, locations, steps;
    double rate, decay, recurrence, beta;
    bool learn, normalise;
} mann_store_config;

typedef struct mann_store {
    mann_store_config config;
    mann_handle rate, decay, beta;     /* before they are squashed; where they are learned */
    mann_handle recurrent, gain, bias; /* of hebbian */
} mann_store;

/* The state of both forms; an entry that a form lacks is NULL. */
enum {
    STORE_TIME,         /* [B, 1]: steps so far, the same for all */
    STORE_ROWS,         /* [B, width, N]; of hebbian while observed only */
    STORE_RATE,         /* [B, 1] */
    STORE_DECAY,        /* [B, 1] */
    STORE_ASSOCIATIONS, /* A [B, R, R] */
    STORE_H,            /* [B, R] */
    STORE_BETA,         /* [B, 1] */
    STORE_STATES
};

/* A form of the store; the hooks are those of mann_memory_type, with t the steps so far. */
typedef struct mann_store_form {
    int32_t interface_widths; /* numbers it takes, in widths */
    void (*init)(mann_store *self, const char *scope, mann_params *params);
    void (*begin)(const mann_store *self, mann_tape *tape, int32_t batch, mann_var *state);
    mann_var (*step)(const mann_store *self, mann_tape *tape, mann_var *state, int32_t t,
                     mann_var interface);
    double (*multiply_adds)(const mann_store_config *config);
} mann_store_form;

extern const mann_store_form mann_store_hebbian, mann_store_modern;

/* Announces a parameter whose softplus (or sigmoid) starts at x. */
mann_handle mann_store_number(mann_params *params, const char *scope, const char *name,
                              mann_squash_kind kind, double x);
/* That number for each sequence [batch, 1]; the fixed one instead, if numbers are not learned. */
mann_var mann_store_spread(const mann_store_config *c, mann_tape *tape, int32_t batch,
                           mann_handle handle, mann_squash_kind kind, double fixed);

/* rows [B, width, N] with row [B, width] in column t mod N. */
mann_var mann_store_row(mann_tape *tape, mann_var rows, int32_t t, mann_var row);

/* --- for observers alone --- */

/* settled[0..steps] [B, width], with the energies [B, steps + 1] in which they stand; the last one
 * is compared with the columns of rows [B, width, N]. */
void mann_store_show(const mann_store_config *c, mann_tape *tape, const mann_var *settled,
                     mann_var energy, mann_var rows);

#endif
