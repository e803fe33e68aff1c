/* Patterns of +1 and -1 for the Hopfield store, read from what people have.
 *
 *   text   lines of # (+1) and . (-1); an empty line ends a pattern; a line that starts with ; is a
 *          comment
 *   images PBM and PGM, plain and raw (P1 P2 P4 P5); PNG through a decoder of the caller's. Dark is
 *          +1: a pixel is +1 if it is darker than the threshold
 *   idx    the MNIST format, unsigned bytes, [P, rows, columns] or [P, N]. Here, and in CSV, large
 *          is ink: a number is +1 if it is at least the threshold
 *   CSV    one pattern a line. If the numbers of a line less one are a square, and the numbers are
 *          not, the last one is a label (digits: 64 pixels and the digit)
 *   folder every image in it, in the order of their names
 *
 * The threshold is a place between the darkest and the brightest value that the format (images,
 * idx) or the file (CSV) knows. Anything may be compressed. A file is told by its content, and
 * checked as hostile. */
#ifndef MANN_IO_PATTERNS_PATTERNS_H
#define MANN_IO_PATTERNS_PATTERNS_H

#include <mann/base.h>

typedef struct mann_patterns {
    int32_t count, units;  /* P, N = width height */
    int32_t width, height; /* a single row if the file has no shape */
    float *value;          /* [P, N], +1 or -1; freed by mann_patterns_clear */
    bool graded;           /* the threshold decided about values between the extremes */
} mann_patterns;

/* Decodes an image to brightness 0 (black) .. 1 (white), row-major, to be freed. MANN_E_FORMAT with
 * name and reason, MANN_E_NOMEM. */
typedef mann_status mann_image_decoder(mann_context *context, const char *name, const char *data,
                                       size_t size, int32_t *width, int32_t *height, float **grey);

typedef struct mann_patterns_options {
    double threshold;        /* in (0, 1); 0: a half */
    bool invert;             /* exchange +1 and -1 */
    int32_t limit;           /* at most this many patterns, the first ones; 0: all */
    mann_image_decoder *png; /* NULL: PNG is refused */
} mann_patterns_options;

/* Reads a file or a folder. On failure patterns is empty, and the message has the file, and line or
 * byte: MANN_E_IO, MANN_E_FORMAT (damaged, foreign, patterns of unequal size, no pattern, a single
 * unit), MANN_E_INVAL (options), MANN_E_NOMEM. */
mann_status mann_patterns_read(mann_context *context, const char *path,
                               const mann_patterns_options *options, mann_patterns *patterns);
/* The same from memory; name stands in messages. */
mann_status mann_patterns_parse(mann_context *context, const char *name, const char *data,
                                size_t size, const mann_patterns_options *options,
                                mann_patterns *patterns);
void mann_patterns_clear(mann_patterns *patterns);

#endif
