/* What the golden headers are made of: machines on copy, and networks that answer questions about
 * stories, as NumPy ran them. */
#ifndef MANN_GOLDEN_GOLDEN_H
#define MANN_GOLDEN_GOLDEN_H

#include <stdint.h>

enum { GOLDEN_BITS = 3, GOLDEN_SEQUENCES = 2 };

typedef struct golden_parameter {
    const char *name;
    int32_t rows, cols;
    const double *value, *gradient;
} golden_parameter;

typedef struct golden_sequence {
    int32_t length;               /* steps: 2 length + 1 */
    const double *input, *output; /* [steps, bits + 1], [steps, bits] */
} golden_sequence;

typedef struct golden_case {
    const char *name, *preset, *settings;
    double loss; /* nats, of all sequences */
    const golden_parameter *parameter;
    golden_sequence sequence[GOLDEN_SEQUENCES];
} golden_case;

typedef struct golden_story {
    int32_t sentences;
    const int32_t *story, *question, *support; /* [sentences, words], [words], [sentences] */
    int32_t answer;
} golden_story;

typedef struct story_case {
    const char *name, *model, *option[8][2];
    double loss; /* nats, of all examples */
    const golden_parameter *parameter;
    const double *output, *evaluated; /* [examples, vocabulary], in training and in use */
} story_case;

#endif
