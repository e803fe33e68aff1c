/* What the golden headers are made of: machines on copy, as NumPy ran them. */
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

#endif
