/* A file of JSON Lines: each line is an example.
 *
 *   {"input": [[0, 1], [1, 1], [0, 0]], "target": [[1], [0], [1]]}
 *
 *   input    T rows of as many numbers as the network has inputs
 *   target   rows of what is wanted: bits (0 or 1), real numbers, or classes (whole numbers from
 *            0, or rows with a single 1: one or the other throughout the file)
 *   mask     optional: for each row of the target 1 if it counts, 0 if not; at least one counts
 *   split    optional: "train", "validation" or "test"
 *
 * A row of one number may be written as the number. A target may have fewer rows than the input:
 * its K rows then belong to the last K steps, and the steps before do not count. So copying two
 * vectors, seen, then given back after a delimiter, is
 *
 *   {"input": [[1, 0], [0, 0], [0, 1], [0, 0], [0, 0]], "target": [[1], [0]]}
 *
 * A file is data: whatever is wrong with it is reported with its line and what was expected, before
 * anything is trained. It is kept in memory as floats; caps keep a mistaken file from eating the
 * machine. */
#ifndef MANN_TASKS_SEQUENCES_JSONL_H
#define MANN_TASKS_SEQUENCES_JSONL_H

#include <mann/task.h>

/* Numbers in a row; classes. */
enum { MANN_JSONL_MOST_NUMBERS = 65536 };

/* An example: its numbers start at value[at]: the input [steps, inputs], the target [wanted, width]
 * and the mask [wanted]. */
typedef struct mann_jsonl_line {
    size_t at;
    int32_t steps, wanted, number; /* number: of the line in the file, from 1 */
    int8_t split;                  /* -1 if the file does not say */
} mann_jsonl_line;

typedef struct mann_jsonl {
    mann_target target;
    int32_t inputs, outputs, width; /* width is outputs, but 1 for classes */
    float *value;
    mann_jsonl_line *line;
    int32_t count;
} mann_jsonl;

/* Reads all of a file whose targets are of that kind. classes: their number, or 0: the largest
 * class + 1. MANN_E_FORMAT with the line and what was expected, MANN_E_IO, MANN_E_NOMEM; whatever
 * comes back, *file is to be cleared. */
mann_status mann_jsonl_read(mann_context *context, const char *path, mann_target target,
                            int32_t classes, mann_jsonl *file);
void mann_jsonl_clear(mann_jsonl *file);

#endif
