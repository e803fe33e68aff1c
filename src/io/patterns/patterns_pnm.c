/* Portable bitmaps and greymaps: plain P1 and P2, raw P4 and P5. In a bitmap 1 is black; in a
 * greymap 0 is. Black is +1. */
#include "io/patterns/patterns_formats.h"

#include <stdio.h>

enum { WIDEST = 32767 };

typedef struct reader {
    const mann_patterns_source *source;
    size_t at;
} reader;

static mann_status damaged(const reader *in, const char *reason)
{
    return mann_fail(in->source->context, MANN_E_FORMAT, "%s: byte %zu: %s", in->source->name,
                     in->at, reason);
}

/* Skips white space and comments. */
static void skip(reader *in)
{
    const char *data = in->source->data;
    while (in->at < in->source->size) {
        char c = data[in->at];
        if (c == '#') {
            while (in->at < in->source->size && data[in->at] != '\n') {
                in->at++;
            }
        } else if (c == ' ' || (c >= '\t' && c <= '\r')) {
            in->at++;
        } else {
            return;
        }
    }
}

/* A number in 0..most; -1 if there is none. */
static int32_t number(reader *in, int32_t most)
{
    skip(in);
    int64_t value = 0;
    size_t first = in->at;
    while (in->at < in->source->size && in->source->data[in->at] >= '0' &&
           in->source->data[in->at] <= '9' && value <= most) {
        value = 10 * value + (in->source->data[in->at++] - '0');
    }
    return in->at == first || value > most ? -1 : (int32_t)value;
}

/* Plain values; a bit of P1 is one character, and bits need no space between them. */
static mann_status plain(reader *in, bool bits, int32_t largest, double threshold,
                         mann_patterns *patterns, float *x)
{
    for (int32_t i = 0; i < patterns->units; i++) {
        skip(in);
        char text[96];
        if (in->at >= in->source->size) {
            snprintf(text, sizeof text, "truncated: %d of %d pixels", i, patterns->units);
            return damaged(in, text);
        }
        int32_t value;
        if (bits) {
            char c = in->source->data[in->at];
            value = c == '0' ? 0 : c == '1' ? 1 : -1;
            in->at += value >= 0;
        } else {
            value = number(in, largest);
        }
        if (value < 0) {
            snprintf(text, sizeof text, "pixel %d is not a number in 0..%d", i + 1, largest);
            return damaged(in, text);
        }
        x[i] = bits ? (value ? 1.0f : -1.0f) : value < threshold * largest ? 1.0f : -1.0f;
        patterns->graded |= value > 0 && value < largest;
    }
    return MANN_OK;
}

/* The pixels, or NULL with a message if the file has fewer bytes than are needed. */
static const unsigned char *raw_bytes(reader *in, size_t needed)
{
    size_t left = in->source->size - in->at;
    if (left < needed) {
        char text[96];
        snprintf(text, sizeof text, "truncated: %zu of %zu bytes of pixels", left, needed);
        damaged(in, text);
        return NULL;
    }
    return (const unsigned char *)in->source->data + in->at;
}

static mann_status raw_bits(reader *in, int32_t width, int32_t height, float *x)
{
    size_t row = ((size_t)width + 7) / 8, needed = row * (size_t)height;
    const unsigned char *bytes = raw_bytes(in, needed);
    if (!bytes) {
        return MANN_E_FORMAT;
    }
    for (int32_t r = 0; r < height; r++) {
        for (int32_t c = 0; c < width; c++) {
            unsigned bit = bytes[(size_t)r * row + (size_t)c / 8] >> (7 - c % 8) & 1;
            x[(size_t)r * (size_t)width + (size_t)c] = bit ? 1.0f : -1.0f;
        }
    }
    return MANN_OK;
}

static mann_status raw_greys(reader *in, int32_t largest, double threshold, mann_patterns *patterns,
                             float *x)
{
    size_t width = largest > 255 ? 2 : 1, needed = width * (size_t)patterns->units;
    const unsigned char *bytes = raw_bytes(in, needed);
    if (!bytes) {
        return MANN_E_FORMAT;
    }
    for (int32_t i = 0; i < patterns->units; i++) {
        int32_t value = width == 2 ? bytes[2 * i] << 8 | bytes[2 * i + 1] : bytes[i];
        if (value > largest) {
            char text[96];
            snprintf(text, sizeof text, "pixel %d is %d, above the largest value %d", i + 1, value,
                     largest);
            return damaged(in, text);
        }
        x[i] = value < threshold * largest ? 1.0f : -1.0f;
        patterns->graded |= value > 0 && value < largest;
    }
    return MANN_OK;
}

mann_status mann_patterns_pnm(const mann_patterns_source *source, mann_patterns *patterns)
{
    reader in = {source, 2};
    char kind = source->data[1];
    if (kind != '1' && kind != '2' && kind != '4' && kind != '5') {
        in.at = 0;
        return damaged(&in, "a colour image (P3, P6, P7); convert it to PGM, PBM or PNG");
    }
    bool bits = kind == '1' || kind == '4';
    int32_t width = number(&in, WIDEST), height = width < 0 ? -1 : number(&in, WIDEST);
    int32_t largest = bits || height < 0 ? 1 : number(&in, 65535);
    if (width < 1 || height < 1 || largest < 1) {
        return damaged(&in, width < 1    ? "the width is not in 1..32767"
                            : height < 1 ? "the height is not in 1..32767"
                                         : "the largest value is not in 1..65535");
    }
    /* No image of fewer bytes than this holds that many pixels: nothing is allocated for a header
     * that promises more. */
    if ((int64_t)(source->size - in.at) < (int64_t)width * height / 8) {
        char text[96];
        snprintf(text, sizeof text, "truncated: %zu bytes for %d x %d pixels", source->size - in.at,
                 width, height);
        return damaged(&in, text);
    }
    mann_status status;
    float *x = mann_patterns_add(source, patterns, width, height, "", &status);
    if (!x) {
        return status;
    }
    double threshold = source->options->threshold;
    if (kind == '1' || kind == '2') {
        return plain(&in, bits, largest, threshold, patterns, x);
    }
    in.at++; /* one white space ends the header */
    if (in.at > source->size) {
        in.at = source->size;
    }
    return bits ? raw_bits(&in, width, height, x) : raw_greys(&in, largest, threshold, patterns, x);
}
