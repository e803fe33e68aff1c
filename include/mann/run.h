/* Runs: training that lives in a folder, can be stopped and goes on where it was.
 *
 *   RUN/run.json            every option, and under "run" what happened; itself a valid --config
 *       metrics.jsonl       a line per validation
 *       checkpoints/        step-NNNNNNNNN.safetensors; LATEST and BEST hold a file name each
 *       traces/             one episode each: SETTING-sSEED-NNNNNNNNN.safetensors */
#ifndef MANN_RUN_H
#define MANN_RUN_H

#include <mann/checkpoint.h>
#include <signal.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- conditions: "wrong_bits<=0.1@20", several joined by commas --- */

#define MANN_MAX_CONDITIONS 8

typedef struct mann_condition {
    char metric[48];
    bool at_most; /* <= or >= */
    double bound;
    char at[64]; /* "20", "length=20", or "" */
} mann_condition;

typedef struct mann_conditions {
    int32_t count;
    mann_condition condition[MANN_MAX_CONDITIONS];
} mann_conditions;

/* MANN_E_INVAL with what is wrong and what the form is. */
MANN_API mann_status mann_conditions_parse(mann_context *context, const char *text,
                                           mann_conditions *conditions);
/* MANN_E_INVAL if the score has no such metric; the message names the nearest that it has. */
MANN_API mann_status mann_condition_check(mann_context *context, const mann_condition *condition,
                                          const mann_score *score);
/* A metric that the score lacks does not hold. */
MANN_API bool mann_condition_holds(const mann_condition *condition, const mann_score *score);

/* --- training in a folder --- */

typedef enum mann_stop {
    MANN_STOP_NONE,
    MANN_STOP_SETTLED,   /* solved, and no longer improving; or the schedule has ended */
    MANN_STOP_UNTIL,     /* the condition of --until holds */
    MANN_STOP_SEQUENCES, /* the limit on sequences */
    MANN_STOP_TIME,      /* the limit on time */
    MANN_STOP_SIGNAL,    /* *interrupted became true */
    MANN_STOP_DIVERGED
} mann_stop;

typedef struct mann_event {
    mann_progress progress;
    double seconds;        /* of training, over all resumptions */
    double sequences_rate; /* per second, lately */
    double limit;          /* on sequences */
    bool validated;        /* score and harder are new */
    mann_score score, harder;
} mann_event;

typedef struct mann_run_options {
    const char *folder;
    bool resume;          /* go on from LATEST; else the folder must not be a run yet */
    const char *init;     /* checkpoint for the first weights, or NULL */
    const char *until;    /* conditions on the validation scores, or NULL */
    double max_sequences; /* 0: as the experiment says */
    double max_seconds;   /* 0: no limit */
    int32_t threads;
    const volatile sig_atomic_t *interrupted;           /* may be NULL */
    void (*watch)(void *user, const mann_event *event); /* several times a second; may be NULL */
    void *user;
} mann_run_options;

typedef struct mann_run_result {
    mann_stop stop;
    bool until_met; /* meaningful if there was an until */
    mann_event last;
    double best_cost; /* bits, of BEST on the validation stream */
    int64_t best_step;
} mann_run_result;

/* Trains. With resume, the experiment is that of the folder's run.json. MANN_E_DIVERGED: the last
 * good checkpoint and the offending minibatch are saved, and run.json says what broke. */
MANN_API mann_status mann_run_train(mann_context *context, const mann_experiment *experiment,
                                    const mann_run_options *options, mann_run_result *result);

/* The text of a stop, as run.json has it. */
MANN_API const char *mann_stop_name(mann_stop stop);

/* Whether path is a run folder. */
MANN_API bool mann_run_is_folder(const char *path);

#ifdef __cplusplus
}
#endif
#endif
