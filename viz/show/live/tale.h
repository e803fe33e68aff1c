/* A question about a story: its lines, what each hop of a memory network attends to, the answers it
 * thinks of. And the reader, which runs a checkpoint on the questions of its task and on a user's.
 */
#ifndef MANN_SHOW_LIVE_TALE_H
#define MANN_SHOW_LIVE_TALE_H

#include <mann/checkpoint.h>
#include <mann/trace.h>

enum { MANN_TALE_HOPS = 16, MANN_TALE_ANSWERS = 5, MANN_TALE_QUESTION = 200 };

typedef struct mann_tale {
    int32_t sentences, hops;
    char *text;       /* lines, one after the other, each with its 0 */
    char **line;      /* [sentences] */
    int32_t *support; /* [sentences]: k for the k-th fact that the answer rests on, else 0 */
    float *weight;    /* [hops, sentences]; NaN for lines that the network does not see */
    bool signs;       /* weights are scores of any sign, not probabilities */
    char question[MANN_TALE_QUESTION];
    uint64_t unknown; /* bit i: the task does not have its i-th word, which is left out */
    bool own;         /* the question is the user's: nobody knows the answer */
    char wanted[64];  /* the answer; "" if it is own */
    bool right;
    int32_t answers;
    struct {
        char word[64];
        double probability;
    } answer[MANN_TALE_ANSWERS]; /* the best first */
    int32_t index, count;        /* of the task's test questions; count 0: there is no end */
    int64_t step;                /* of training */
} mann_tale;

typedef struct mann_reader mann_reader;

/* Opens a checkpoint, or a run's best, or that of a training step (>= 0). NULL with a message, and
 * status: MANN_E_INVAL for a task without stories. */
mann_reader *mann_reader_open(mann_context *context, const char *path, int64_t training,
                              mann_status *status);
void mann_reader_free(mann_reader *reader);

/* The test question of a number, which wraps around. The tale lasts until the next. NULL with a
 * message. */
const mann_tale *mann_reader_show(mann_reader *reader, int64_t index);
/* The next question (by = 1) or the one before (-1) that is answered wrongly; NULL with a message
 * if there is none among the next thousand. */
const mann_tale *mann_reader_wrong(mann_reader *reader, int64_t index, int by);
/* Another question about the present story. */
const mann_tale *mann_reader_ask(mann_reader *reader, const char *question);

#endif
