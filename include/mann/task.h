/* Tasks: what an example is, where examples come from, how answers are scored. */
#ifndef MANN_TASK_H
#define MANN_TASK_H

#include <mann/option.h>
#include <mann/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MANN_MAX_ARRAYS 8

struct mann_example;

/* Lengths of a port that are not one number. */
enum {
    MANN_VARIES = 0, /* from example to example */
    MANN_STEPS = -1  /* the example's steps T */
};

/* An array that every example of a task has (or may have), and a model may ask for by its name. */
typedef struct mann_port {
    const char *name;
    mann_type type;
    int32_t rank, n[MANN_MAX_RANK]; /* a number, MANN_VARIES or MANN_STEPS */
    bool optional;
} mann_port;

/* What goes in and out of a model. A task of sequences has inputs, one of stories a vocabulary; the
 * other fields are 0. */
typedef struct mann_io_shape {
    mann_target target;
    int32_t inputs, outputs; /* numbers per step; outputs of a pointer: 0, they vary */
    int32_t vocabulary;      /* tokens are 0 .. vocabulary-1; 0 is the null word, which pads */
    int32_t words;           /* W, of the longest sentence or question */
    int32_t story;           /* sentences of the longest story as the task stands; other settings
                              * and a user's own may have more */
    int32_t ports; /* 0, as a task leaves it: the usual ones of sequences or of stories, below */
    mann_port port[MANN_MAX_ARRAYS];
} mann_io_shape;

/* Gives a task that names no ports the usual ones: target, mask, and "choices" of pointers; "input"
 * for sequences; "story", "question" and perhaps "support" and "value" for stories. */
MANN_API void mann_io_usual_ports(mann_io_shape *io);
/* Numbers that are predicted in each step of an example: outputs, or the places of a pointer. */
MANN_API int32_t mann_io_outputs(const mann_io_shape *io, const struct mann_example *example);
/* The port called name, or NULL. */
MANN_API const mann_port *mann_io_port(const mann_io_shape *io, const char *name);
/* The names of the ports, "input, target, mask". */
MANN_API void mann_io_port_names(const mann_io_shape *io, char *text, size_t size);

typedef enum mann_split_kind {
    MANN_SPLIT_TRAIN,
    MANN_SPLIT_VALIDATION,
    MANN_SPLIT_TEST
} mann_split_kind;

/* A named array of an example: data is float or int32_t, row-major. */
typedef struct mann_array {
    const char *name;
    mann_type type;
    int32_t rank, n[MANN_MAX_RANK];
    void *data;
} mann_array;

/* An example: "target" [T, outputs], "mask" [T] (1 where the target counts), and what is asked. Of
 * pointers "target" [T] is int32, the number of a place, and "choices" [T, places] is 1 for those
 * that may be chosen.
 *
 * Sequences: "input" [T, inputs].
 * Stories: T = 1; int32 arrays
 *   "story"    [S, W]  tokens of the sentences so far, oldest first, 0 behind the last; S >= 1
 *   "question" [1, W]  tokens
 *   "support"  [S]     k for the k-th sentence that the answer rests on, in order of use; else 0
 *   "value"    [S]     tokens, where sentences are keys: what each stands for; optional
 * and the class that is wanted is the answer's token: outputs = vocabulary.
 *
 * Its storage is kept and used again by mann_example_reset. */
typedef struct mann_example {
    int32_t steps; /* T */
    int32_t n_arrays;
    mann_array array[MANN_MAX_ARRAYS];
    uint64_t seed, index; /* the stream it was drawn from */
    int32_t label[4];     /* the task's own: length, items, ... for annotate and score */
    struct mann_arena *storage;
    bool failed; /* an array could not be allocated */
} mann_example;

MANN_API mann_status mann_example_init(mann_example *example);
MANN_API void mann_example_reset(mann_example *example);
MANN_API void mann_example_clear(mann_example *example);

/* A new zeroed array [n0, n1], or [n0] if n1 is 0. A name must be a literal. On shortage: NULL, and
 * failed is set; who fills arrays checks failed once, before. */
MANN_API float *mann_example_real(mann_example *example, const char *name, int32_t n0, int32_t n1);
MANN_API int32_t *mann_example_int(mann_example *example, const char *name, int32_t n0, int32_t n1);
/* The array called name, or NULL. */
MANN_API const mann_array *mann_example_find(const mann_example *example, const char *name);
/* Whether an example has every port of io, in its type and shape; if not, why says which and what
 * it is to be. */
MANN_API bool mann_example_fits(const mann_io_shape *io, const mann_example *example, char *why,
                                size_t size);

#define MANN_MAX_METRICS 8

/* Named means: each metric is sum / weight. cost_bits, wrong_bits, ... per sequence. */
typedef struct mann_score {
    int32_t count;
    struct {
        const char *name;
        double sum, weight;
    } metric[MANN_MAX_METRICS];
} mann_score;

MANN_API void mann_score_add(mann_score *score, const char *name, double sum, double weight);
MANN_API void mann_score_merge(mann_score *score, const mann_score *other);
/* NaN if there is no such metric. */
MANN_API double mann_score_get(const mann_score *score, const char *name);

/* Scores every kind of target by its usual measures. prediction [T, outputs]: probabilities of
 * bits or classes, or real numbers. */
MANN_API void mann_score_usual(const mann_io_shape *io, const mann_example *truth,
                               const float *prediction, mann_score *score);

#define MANN_MAX_NOTES 64

/* Spans of steps worth marking: phases ("input", "recall"), and marks ("query", "answer"). */
typedef struct mann_notes {
    int32_t count;
    struct {
        const char *name;
        bool mark; /* a mark on the sequence; else a phase of the episode */
        int32_t first, last;
    } span[MANN_MAX_NOTES];
} mann_notes;

MANN_API void mann_notes_add(mann_notes *notes, const char *name, bool mark, int32_t first,
                             int32_t last);

/* A task. One file per task; the table mann_tasks lists them. */
typedef struct mann_task_type {
    const char *name, *summary;
    const mann_option *options;
    size_t config_size, self_size;
    const char *model;    /* preset that suits it, NULL: ntm */
    const char *solved;   /* expression over the metrics that counts as solved */
    const char *traced;   /* settings of the sequences to trace: "length=20"; NULL: none */
    const char *defaults; /* settings that suit it: "train.lr=1e-3 train.batch=8", or NULL */
    const char *harder;   /* setting beyond training that validation also watches: "length=40" */
    /* Fills options that take their default from others, before the first open of a network: the
     * task at other settings then keeps them. May be NULL. */
    void (*resolve)(void *config);
    /* Checks the config, reads files, fixes the shapes. */
    mann_status (*open)(mann_context *context, void *self, const void *config, mann_io_shape *io);
    /* Examples of a split that is a fixed set. NULL, or 0: they are drawn without end. */
    int32_t (*count)(const void *self, mann_split_kind split);
    /* Draws an example from rng into out, which is reset. Thread-safe. Of a fixed set, index is the
     * example's number there, 0 .. count-1; who calls has shuffled. Others only draw. */
    mann_status (*sample)(const void *self, mann_split_kind split, uint64_t index, mann_rng *rng,
                          mann_example *out);
    /* Makes the episode for a user's own rows of bits [rows, width], where width is pose_width;
     * out is reset. NULL: only whole inputs can be run. MANN_E_INVAL with a message. */
    int32_t (*pose_width)(const void *self);
    mann_status (*pose)(mann_context *context, const void *self, const float *row, int32_t rows,
                        mann_example *out);
    /* Makes the example for a user's own story with a question, a text [size] with a 0 byte behind
     * it, called name in messages; out is reset. NULL for tasks of sequences. MANN_E_FORMAT. */
    mann_status (*pose_text)(mann_context *context, const void *self, const char *name,
                             const char *text, size_t size, mann_example *out);
    /* The text of a token, NULL if there is none; NULL for tasks of sequences. */
    const char *(*word)(const void *self, int32_t token);
    /* NULL: mann_score_usual. */
    void (*score)(const void *self, const mann_example *truth, const float *prediction,
                  mann_score *score);
    /* May be NULL. */
    void (*annotate)(const void *self, const mann_example *truth, mann_notes *notes);
    void (*close)(void *self); /* may be NULL */
} mann_task_type;

/* NULL-terminated. */
MANN_API extern const mann_task_type *const mann_tasks[];
/* The task called name ("file:PATH" is the task file), or NULL with a message. */
MANN_API const mann_task_type *mann_task_find(mann_context *context, const char *name);

#ifdef __cplusplus
}
#endif
#endif
