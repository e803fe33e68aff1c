/* The idx format of MNIST: two 0 bytes, the type of the numbers, how many axes, the length of each
 * as a big-endian 32-bit number, the numbers. */
#include "io/patterns/patterns_formats.h"

static uint32_t big_endian(const unsigned char *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

mann_status mann_patterns_idx(const mann_patterns_source *source, mann_patterns *patterns)
{
    const unsigned char *data = (const unsigned char *)source->data;
    mann_context *context = source->context;
    if (source->size < 4) {
        return mann_fail(context, MANN_E_FORMAT, "%s: byte %zu: truncated idx header", source->name,
                         source->size);
    }
    if (data[2] != 8) {
        return mann_fail(context, MANN_E_FORMAT,
                         "%s: byte 2: idx numbers of type 0x%02x; only unsigned bytes (0x08) are "
                         "read",
                         source->name, data[2]);
    }
    int axes = data[3];
    if (axes != 2 && axes != 3) {
        return mann_fail(context, MANN_E_FORMAT,
                         "%s: byte 3: idx with %d axes%s; images have 3, plain patterns 2",
                         source->name, axes, axes == 1 ? " (labels?)" : "");
    }
    size_t header = 4 + 4 * (size_t)axes;
    if (source->size < header) {
        return mann_fail(context, MANN_E_FORMAT, "%s: byte %zu: truncated idx header", source->name,
                         source->size);
    }
    uint64_t count = big_endian(data + 4);
    uint64_t rows = axes == 3 ? big_endian(data + 8) : 1, columns = big_endian(data + header - 4);
    if (count == 0 || rows == 0 || columns == 0 || rows > 32767 || columns > INT32_MAX) {
        return mann_fail(context, MANN_E_FORMAT, "%s: byte 4: idx of %llu patterns of %llu x %llu",
                         source->name, (unsigned long long)count, (unsigned long long)columns,
                         (unsigned long long)rows);
    }
    uint64_t units = rows * columns, present = source->size - header;
    if (present / units < count || present != count * units) {
        return mann_fail(
            context, MANN_E_FORMAT,
            "%s: byte %zu: %s: %llu patterns of %llu bytes are announced, %llu bytes "
            "are there",
            source->name, source->size, present / units < count ? "truncated" : "too long",
            (unsigned long long)count, (unsigned long long)units, (unsigned long long)present);
    }
    double threshold = 255 * source->options->threshold;
    for (uint64_t k = 0; k < count && !mann_patterns_full(source, patterns); k++) {
        const unsigned char *pixel = data + header + k * units;
        mann_status status;
        float *x =
            mann_patterns_add(source, patterns, (int32_t)columns, (int32_t)rows, "", &status);
        if (!x) {
            return status;
        }
        for (uint64_t i = 0; i < units; i++) {
            x[i] = pixel[i] >= threshold ? 1.0f : -1.0f;
            patterns->graded |= pixel[i] > 0 && pixel[i] < 255;
        }
    }
    return MANN_OK;
}
