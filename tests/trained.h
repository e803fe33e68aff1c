/* Small networks in training, for its tests. */
#ifndef MANN_TESTS_TRAINED_H
#define MANN_TESTS_TRAINED_H

#include "fixture.h"

#include <train/trainer.h>

#define SMALL                                                                                      \
    "model.hidden=12 memory.locations=10 memory.width=7 task.length=1..5 "                         \
    "train.validate_sequences=16 "                                                                 \
    "train.trace_every=0 "

/* As folder_begin and folder_end; the tests run in the folder. */
int trained_begin(void **state);
int trained_end(void **state);

/* What is not MANN_OK fails the test. */
void good(mann_status status);

/* NULL fails the test. Settings "section.key=value ...". */
mann_experiment *experiment_of(const char *task, const char *model, const char *settings);
mann_network *network_of(const char *task, const char *model, const char *settings);
mann_trainer *trainer_of(mann_network *network, int32_t threads);
void train(mann_trainer *trainer, int updates);

/* To the last bit. */
void assert_same_numbers(const mann_real *a, const mann_real *b, size_t size);
/* Flat vectors, without the padding between parameters: 0 there may have either sign. */
void assert_same_flat(const mann_params *params, const mann_real *a, const mann_real *b);
/* Weights, their average and what the optimiser keeps. */
void assert_same_trainers(const mann_trainer *a, const mann_trainer *b);

#endif
