/* Experiments, networks and training.
 *
 * An experiment is every option of a run, resolved; a network is an opened task with a model and
 * its parameters; a trainer updates a network. A mann_context serves one of them at a time. */
#ifndef MANN_TRAIN_H
#define MANN_TRAIN_H

#include <mann/model.h>
#include <mann/trace.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- experiments --- */

typedef struct mann_experiment mann_experiment;

typedef enum mann_optimiser {
    MANN_SGD,
    MANN_RMSPROP,
    MANN_RMSPROP_GRAVES,
    MANN_ADAM
} mann_optimiser;

typedef enum mann_schedule {
    MANN_SCHEDULE_CONSTANT,
    MANN_SCHEDULE_LINEAR, /* to lr_final at the end of decay_sequences */
    MANN_SCHEDULE_COSINE,
    MANN_SCHEDULE_HALVE, /* when validation cost has not fallen for patience validations */
    MANN_SCHEDULE_STEPS  /* lr times the factors of lr_steps */
} mann_schedule;

/* Section "train". */
typedef struct mann_train_config {
    int32_t batch, optimiser, schedule, patience;
    double lr, lr_final, momentum, decay, beta1, beta2, epsilon;
    mann_span decay_sequences, warmup_sequences;
    /* "0:0.5,20epochs:1,45epochs:0.5": from where on which factor; "0:1..0.1,45epochs:0.1" falls,
     * as half a cosine, until the next. */
    char lr_steps[MANN_TEXT_SIZE];
    double clip, clip_each, clip_norm, weight_decay, average;
    int32_t validate_every, validate_sequences;
    mann_span max_sequences;
    int32_t settle;
    char lessons[MANN_TEXT_SIZE]; /* before the task as it is set: "length=1..5 length=1..10" */
    double lesson_threshold, lesson_review;
    double save_seconds; /* of the clock: files only, never the course of training */
    int32_t trace_every, trace_seed;
    char trace_settings[MANN_TEXT_SIZE];
} mann_train_config;

/* A task with its defaults, trained by the model's defaults. NULL with a message (unknown names
 * get the nearest valid one). */
MANN_API mann_experiment *mann_experiment_alloc(mann_context *context, const char *task,
                                                const char *model);
MANN_API void mann_experiment_free(mann_experiment *experiment);

/* Sets "section.key" (task, model, memory, memory2, train, seed) from text. */
MANN_API mann_status mann_experiment_set(mann_experiment *experiment, const char *key,
                                         const char *value);
/* Applies "key=value key=value ...". */
MANN_API mann_status mann_experiment_settings(mann_experiment *experiment, const char *settings);
/* Reads a JSON file of settings: {"task": {"name": "copy", "length": "1..20"}, ...}; the members
 * "run" (what a run wrote about itself) and, with keep_names, the names are ignored. */
MANN_API mann_experiment *mann_experiment_load(mann_context *context, const char *path,
                                               const char *task, const char *model);
/* The same from text; where names it in messages. */
MANN_API mann_experiment *mann_experiment_parse(mann_context *context, const char *text,
                                                const char *where, const char *task,
                                                const char *model);
/* Every option as JSON; to be freed. NULL if memory is short. */
MANN_API char *mann_experiment_text(const mann_experiment *experiment);

/* Checks relations between options that one option alone cannot break. */
MANN_API mann_status mann_experiment_check(const mann_experiment *experiment);

MANN_API const mann_train_config *mann_experiment_train(const mann_experiment *experiment);
MANN_API uint64_t mann_experiment_seed(const mann_experiment *experiment);
MANN_API const mann_task_type *mann_experiment_task(const mann_experiment *experiment);
MANN_API const char *mann_experiment_task_name(const mann_experiment *experiment);
MANN_API const char *mann_experiment_model_name(const mann_experiment *experiment);
/* "ntm 128×20 1R1W, LSTM 100": to name it in a line. */
MANN_API void mann_experiment_describe(const mann_experiment *experiment, char *text, size_t size);
MANN_API const mann_option *mann_train_options(void);

/* --- networks --- */

typedef struct mann_network mann_network;

/* Opens the task and builds the model; parameters are drawn from the experiment's seed. The
 * experiment is copied. */
MANN_API mann_network *mann_network_alloc(mann_context *context, const mann_experiment *experiment);
MANN_API void mann_network_free(mann_network *network);
MANN_API mann_params *mann_network_params(const mann_network *network);
MANN_API const mann_experiment *mann_network_experiment(const mann_network *network);
MANN_API const mann_io_shape *mann_network_io(const mann_network *network);
MANN_API double mann_network_multiply_adds(const mann_network *network);

/* X the same but for settings such as "length=40". The
 * shapes must stay the same, but stories may be longer. Free with mann_task_free. */
typedef struct mann_task mann_task;
MANN_API mann_task *mann_task_open(mann_context *context, const mann_network *network,
                                   const char *settings);
MANN_API void mann_task_free(mann_task *task);
/* Examples of a split that is a fixed set; 0: they are drawn without end. */
MANN_API int32_t mann_task_count(const mann_task *task, mann_split_kind split);
/* How many examples to score: as many as asked for, but those of a fixed set once; asked is 0: the
 * whole of a fixed set, 100 of others. */
MANN_API int32_t mann_task_sequences(const mann_task *task, mann_split_kind split, int64_t asked);
/* Draws example index of the stream (seed, purpose). A fixed set is gone through epoch after epoch,
 * each in an order of its own: its first count examples are all there are. */
MANN_API mann_status mann_task_sample(const mann_task *task, mann_split_kind split, uint64_t seed,
                                      uint64_t index, mann_example *out);
MANN_API void mann_task_score(const mann_task *task, const mann_example *truth,
                              const float *prediction, mann_score *score);
MANN_API void mann_task_annotate(const mann_task *task, const mann_example *truth,
                                 mann_notes *notes);

/* The network's task as it stands. */
MANN_API const mann_task *mann_network_task(const mann_network *network);
/* The text of a token of a task of stories, or NULL. */
MANN_API const char *mann_task_word(const mann_task *task, int32_t token);
/* The episode for a user's own rows; see pose in mann/task.h. Width 0: the task cannot. */
MANN_API int32_t mann_task_pose_width(const mann_task *task);
MANN_API mann_status mann_task_pose(mann_context *context, const mann_task *task, const float *row,
                                    int32_t rows, mann_example *out);
/* The example for a user's own story; see pose_text in mann/task.h. For tasks with a vocabulary. */
MANN_API mann_status mann_task_pose_text(mann_context *context, const mann_task *task,
                                         const char *name, const char *text, size_t size,
                                         mann_example *out);

/* Hard mode, as mann_tape_hard, of all that the network evaluates from now on; training stays
 * soft. At first it is off. */
MANN_API void mann_network_hard(mann_network *network, bool hard);

/* Runs one example; prediction [T, outputs]. With a trace, every tagged value goes there. */
MANN_API mann_status mann_network_run(mann_context *context, const mann_network *network,
                                      const mann_task *task, const mann_example *example,
                                      float *prediction, mann_trace *trace);

/* Scores sequences examples of a stream, on threads threads. The result does not depend on the
 * number of threads. MANN_E_INVAL in hard mode if the model makes no soft choices. */
MANN_API mann_status mann_network_evaluate(mann_context *context, const mann_network *network,
                                           const mann_task *task, mann_split_kind split,
                                           uint64_t seed, int32_t sequences, int32_t threads,
                                           mann_score *score);

/* --- training --- */

typedef struct mann_trainer mann_trainer;

typedef struct mann_progress {
    int64_t step, sequences; /* updates, sequences seen */
    double loss;             /* nats per target number, this update */
    double grad_norm;        /* before clipping by norm */
    double lr;
    int32_t lesson;
} mann_progress;

/* The network is borrowed and updated. */
MANN_API mann_trainer *mann_trainer_alloc(mann_context *context, mann_network *network,
                                          int32_t threads);
MANN_API void mann_trainer_free(mann_trainer *trainer);

/* One update. MANN_E_DIVERGED: a loss or a gradient is not finite; no parameter has changed and
 * the message names the first operation and step. Allocates nothing once it has warmed up. */
MANN_API mann_status mann_trainer_step(mann_trainer *trainer, mann_progress *progress);

/* Scores the validation stream; harder: at the task's harder setting. */
MANN_API mann_status mann_trainer_validate(mann_trainer *trainer, bool harder, mann_score *score);

MANN_API const mann_progress *mann_trainer_progress(const mann_trainer *trainer);

MANN_API void mann_trainer_profile(mann_trainer *trainer, mann_profile *profile);

#ifdef __cplusplus
}
#endif
#endif
