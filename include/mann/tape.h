/* The tape: records operations as they run and walks them in reverse for gradients.
 *
 * It is eager: an operation computes when it is built, so lengths may vary and halting may depend
 * on data. Memory comes from arenas that a reset rewinds and only _free releases. Errors stick:
 * the first failing operation is remembered, later ones return a dummy, and mann_tape_backward or
 * mann_tape_status reports it; model code needs no checks in between.
 *
 * One thread uses a tape at a time; tapes that share parameters may run side by side as long as
 * nobody changes the values. */
#ifndef MANN_TAPE_H
#define MANN_TAPE_H

#include <mann/option.h>
#include <mann/param.h>
#include <mann/rng.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mann_tape mann_tape;

typedef enum mann_mode {
    MANN_TRAIN,   /* operations are recorded */
    MANN_EVALUATE /* nothing is recorded: no reverse walk */
} mann_mode;

/* What an observed value is, for whoever draws or stores it. */
typedef enum mann_kind {
    MANN_KIND_BITS,         /* 0..1 each */
    MANN_KIND_WEIGHTING,    /* a distribution over the last axis */
    MANN_KIND_SIGNED,       /* real numbers, 0 is the middle */
    MANN_KIND_GATE,         /* 0..1 each, a scalar per head */
    MANN_KIND_POSITIVE,     /* >= 0: strengths, sharpenings */
    MANN_KIND_DISTRIBUTION, /* a distribution over tokens or small offsets */
    MANN_KIND_ENERGY        /* lower is more stable */
} mann_kind;

/* What an observed value is for. Whoever shows values goes by this, by kind, axes and group, never
 * by the name. Behind each stand the kind and the axes that it goes with; those of a memory whose
 * heads act have "head" as their first axis. */
typedef enum mann_role {
    MANN_ROLE_NONE, /* nothing of the following: shown by kind and axes alone */

    /* Of the episode. */
    MANN_ROLE_INPUT,        /* bits or signed [channel]: what the model is given */
    MANN_ROLE_TARGET,       /* bits, distribution or signed [channel]: what it should answer */
    MANN_ROLE_OUTPUT,       /* as the target: what it answers */
    MANN_ROLE_MASK,         /* gate []: 1 where the answer counts */
    MANN_ROLE_ERROR,        /* signed [channel]: output minus target */
    MANN_ROLE_OPTIMAL,      /* bits []: what an ideal observer answers */
    MANN_ROLE_OPTIMAL_COST, /* positive []: what that costs, bits */
    MANN_ROLE_HIDDEN,       /* signed [unit]: the state of a controller */

    /* What a memory holds. */
    MANN_ROLE_MEMORY,      /* signed [word, location] or [unit, row]: its contents */
    MANN_ROLE_ASSOCIATION, /* signed [unit, unit]: contents that no location holds */
    MANN_ROLE_PATTERN,     /* signed [row, column] or [unit]: a store's, one a step */

    /* How a head finds its locations (Graves et al. 2014, section 3.3, equations 5-9). */
    MANN_ROLE_KEY,        /* signed [head, word] */
    MANN_ROLE_STRENGTH,   /* positive [head]; of a stack gate [item] */
    MANN_ROLE_GATE,       /* gate [head]: how much of it is done at all, or is by content */
    MANN_ROLE_SHIFT,      /* distribution [head, offset] */
    MANN_ROLE_SHARPENING, /* positive [head] */
    MANN_ROLE_SIMILARITY, /* signed [head, location] or [row] */
    MANN_ROLE_CONTENT,    /* weighting [head, location]: by content alone */
    MANN_ROLE_GATED,      /* weighting [head, location]: content and the step before */
    MANN_ROLE_SHIFTED,    /* weighting [head, location] */
    MANN_ROLE_WEIGHTING,  /* weighting [head, location] or [row]: where it acts in the end */

    /* What a head does there. */
    MANN_ROLE_ERASE, /* gate [head, word] */
    MANN_ROLE_ADD,   /* signed [head, word] */
    MANN_ROLE_READ,  /* signed [head, word] */

    /* Which locations are free, and in which order they were written (Graves et al. 2016). */
    MANN_ROLE_USAGE,      /* gate [location] */
    MANN_ROLE_ALLOCATION, /* weighting [location]: the free ones; gate [head]: how much of them */
    MANN_ROLE_FREE,       /* gate [head]: whether what it read is free from now on */
    MANN_ROLE_PRECEDENCE, /* gate [location]: written last */
    MANN_ROLE_LINK,       /* gate [location, location]: the first was written after the second */
    MANN_ROLE_MODE,       /* weighting [head, 3]: backward, content, forward */
    MANN_ROLE_PUSH,       /* gate [head], of a stack or queue */
    MANN_ROLE_POP,        /* gate [head] */

    /* Of a step within the step. */
    MANN_ROLE_STATE,    /* signed [unit]: where a store came to rest */
    MANN_ROLE_SETTLING, /* signed [settling, unit]: how it came there */
    MANN_ROLE_ENERGY,   /* energy [settling] */
    MANN_ROLE_HALTING,  /* distribution [within] */
    MANN_ROLE_SPENT,    /* positive []: steps within the step */

    /* Where a model looks that has no heads. */
    MANN_ROLE_ATTENTION, /* weighting, gate or signed [hop, sentence] or [layer, head, query, key]
                          */
    MANN_ROLE_POINTER,   /* weighting [input] */
    MANN_ROLE_QUESTION,  /* bits [word] */
    MANN_ROLE_ANSWER,    /* distribution [word] */
    MANN_ROLE_SUPPORT,   /* positive [sentence]: k for the k-th fact that the answer rests on */

    /* Of graphs and of points in the plane. */
    MANN_ROLE_POSITION, /* signed [node, 2] or [input, 2] */
    MANN_ROLE_EDGE,     /* positive [edge, 2]: numbers of two nodes */
    MANN_ROLE_LABEL,    /* positive [node]: a class */

    /* Of models that run programs. */
    MANN_ROLE_ACTION,  /* distribution [choice] */
    MANN_ROLE_CIRCUIT, /* weighting [module, argument, source] */
    MANN_ROLE_CALL,    /* positive [field]: program, arguments, depth */
    MANN_ROLE_CELL,    /* distribution [cell, value] */
    MANN_ROLES
} mann_role;

/* Whether a value is of heads, and what they do. */
typedef enum mann_access { MANN_ACCESS_NONE, MANN_ACCESS_WRITE, MANN_ACCESS_READ } mann_access;

enum { MANN_GROUP_SIZE = 48 };

/* Describes a tagged value. Axes are named after the batch axis: {"head", "location"}.
 *
 * Values belong together that have one group. Of heads (access is not NONE) it is what they are
 * called, "write" or "read", and those of one group share a weighting. Other values need none: they
 * are of a memory, or of a model, as a whole, and their group is NULL. What an observer is told has
 * the scope of the tape before it: "memory" and "memory.write", "memory2" and "memory2.read", or
 * "" outside of a memory. So the heads of a memory are those whose group is the memory's with one
 * part more. */
typedef struct mann_tag_info {
    const char *name; /* one value of a step is called that; at most 40 bytes */
    mann_kind kind;
    const char *axis[3];
    mann_role role;
    mann_access access;
    const char *group; /* at most 20 bytes */
} mann_tag_info;

/* info is good during the call only; its group is not NULL. */
typedef void mann_observer(void *user, const mann_tag_info *info, int32_t step,
                           const mann_tensor *value);

/* Kernels are chosen by the processor, or by MANN_CPU=ref|avx2|avx512. NULL if memory is short
 * or MANN_CPU names something this processor lacks (see the context's message). */
MANN_API mann_tape *mann_tape_alloc(mann_context *context);
MANN_API void mann_tape_free(mann_tape *tape);

/* Parameters for mann_param, gradients into grad [mann_params_size], which the caller zeroes; NULL
 * where none are wanted. */
MANN_API mann_status mann_tape_bind(mann_tape *tape, const mann_params *params, mann_real *grad);

/* Forgets all operations and errors; everything made on the tape becomes invalid. */
MANN_API void mann_tape_reset(mann_tape *tape, mann_mode mode);

/* Random draws of stochastic operations come from streams keyed by (seed, purpose, index[row]), so
 * they do not depend on how sequences are grouped. index is borrowed until the reset. */
MANN_API void mann_tape_sequences(mann_tape *tape, uint64_t seed, const uint64_t *index);
MANN_API mann_rng mann_tape_stream(const mann_tape *tape, const char *purpose, int32_t row);

/* Hard mode: while the tape evaluates, every soft choice (mann_attend, mann_address, and whatever a
 * model gives to mann_harden) becomes the place that weighs most. Training stays soft. Like an
 * observer, the mode outlives a reset. */
MANN_API void mann_tape_hard(mann_tape *tape, bool hard);
/* Whether a choice has been made hard since mann_tape_hard: a model without any is the same in
 * either mode. */
MANN_API bool mann_tape_hardened(const mann_tape *tape);

/* How far the training of the parameters has come, for what changes in its course: sequences, and
 * how many of them make an epoch. 0 after a reset. */
MANN_API void mann_tape_trained(mann_tape *tape, double sequences, double epoch);
/* Whether training is still in its first `span`. */
MANN_API bool mann_tape_within(const mann_tape *tape, mann_span span);

/* The first error since the reset, MANN_OK if none, with its message. */
MANN_API mann_status mann_tape_status(const mann_tape *tape);
MANN_API const char *mann_tape_message(const mann_tape *tape);

/* A bound parameter. */
MANN_API mann_var mann_param(mann_tape *tape, mann_handle handle);

/* A new tensor of n[0..rank), its values zero, for the caller to fill. It has no gradient. */
MANN_API mann_var mann_input(mann_tape *tape, int32_t rank, const int32_t *n);

/* Like mann_input, but a gradient arrives in ->grad (NULL if none reached it). */
MANN_API mann_var mann_leaf(mann_tape *tape, int32_t rank, const int32_t *n);

/* Scratch memory that lives until the reset; zeroed, 64-byte aligned. NULL on shortage (sticky). */
MANN_API void *mann_tape_scratch(mann_tape *tape, size_t size);

/* Walks back from the scalar losses, whose gradients start at seed[i], adding into the gradients of
 * leaves and parameters. */
MANN_API mann_status mann_tape_backward(mann_tape *tape, int32_t count, const mann_var *loss,
                                        const mann_real *seed);

/* From now on the reverse walk clips each component of each gradient to ±limit as it passes, so
 * that what grows from step to step cannot overflow (Graves 2013, section 2.1). 0, as at first:
 * none. */
MANN_API void mann_tape_clip(mann_tape *tape, mann_real limit);

/* Runs every recorded operation again on the present values of leaves and parameters. */
MANN_API void mann_tape_replay(mann_tape *tape);

/* Values tagged by the models go to observer; NULL stops that. */
MANN_API void mann_tape_observe(mann_tape *tape, mann_observer *observer, void *user);

/* Whether anybody looks: what is made for observers alone need not be made otherwise. */
MANN_API bool mann_tape_observed(const mann_tape *tape);

/* What is tagged from now on is of that part of the model ("memory2", as its parameters begin); its
 * trailing number tells parts of one kind apart. Borrowed; NULL, as after a reset: of the model. */
MANN_API void mann_tape_scope(mann_tape *tape, const char *scope);

/* Shows a value to the observer; one branch when nobody listens. */
MANN_API void mann_tag(mann_tape *tape, const mann_tag_info *info, mann_var value);

/* The step of the sequence that the operations to come belong to, for messages and observers. */
MANN_API void mann_tape_step(mann_tape *tape, int32_t step);

/* Operations whose batch is start[steps] rows run over all steps at once: rows start[t] to
 * start[t + 1] - 1 are those of step t, for messages. start is borrowed until the reset. */
MANN_API void mann_tape_rows(mann_tape *tape, int32_t steps, const int32_t *start);

/* Time spent per operation, nanoseconds. */
#define MANN_PROFILE_OPS 64
typedef struct mann_profile {
    int32_t count;
    struct {
        const char *op;
        int64_t calls, forward_ns, backward_ns;
    } op[MANN_PROFILE_OPS];
} mann_profile;

/* Adds up time per operation into profile; NULL stops that. */
MANN_API void mann_tape_profile(mann_tape *tape, mann_profile *profile);

/* Finds the first recorded operation with a value that is not finite; its name and its place
 * in the recording go to text. False if there is none. */
MANN_API bool mann_tape_find_nonfinite(const mann_tape *tape, char *text, size_t size);

#ifdef __cplusplus
}
#endif
#endif
