/* Sessions: a recurrent model that runs step by step, with its state in hand, so that the next
 * input may depend on the last output: a program that answers as it is typed at, a search that
 * keeps its best continuations, a stream without end.
 *
 * A step gives the bits that mann_network_run gives for the whole sequence. One thread uses a
 * session at a time; sessions of one network may run side by side while nobody trains it. */
#ifndef MANN_SESSION_H
#define MANN_SESSION_H

#include <mann/train.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mann_session mann_session;

/* The network is borrowed. NULL with a message: its model does not run step by step, or memory is
 * short. */
MANN_API mann_session *mann_session_alloc(mann_context *context, const mann_network *network);
MANN_API void mann_session_free(mann_session *session);

/* Begins batch >= 1 fresh sequences. What is random in them is that of the examples index,
 * index + 1, ... of the stream of seed. MANN_E_INVAL, MANN_E_NOMEM. */
MANN_API mann_status mann_session_begin(mann_session *session, int32_t batch, uint64_t seed,
                                        uint64_t index);

/* One step of all sequences: input [batch, inputs] -> [batch, outputs], probabilities of bits or
 * classes, or real numbers, valid until the next call. NULL with a message; the state is then as it
 * was. */
MANN_API const float *mann_session_step(mann_session *session, const float *input);

/* Puts rows sequences in place of those there are: sequence r goes on from where sequence row[r]
 * is. A sequence may be dropped, kept, or continued in several ways. MANN_E_INVAL, MANN_E_NOMEM. */
MANN_API mann_status mann_session_reorder(mann_session *session, int32_t rows, const int32_t *row);

/* Values that the model tags in the steps to come go to observer; NULL stops that. */
MANN_API void mann_session_observe(mann_session *session, mann_observer *observer, void *user);

/* Sequences, and steps since they began. */
MANN_API int32_t mann_session_batch(const mann_session *session);
MANN_API int32_t mann_session_steps(const mann_session *session);

#ifdef __cplusplus
}
#endif
#endif
