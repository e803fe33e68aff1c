/* Event files are TFRecord files of protocol buffers.
 *
 * A record: its length as 8 little-endian bytes, a masked CRC-32C of those, the data, a masked
 * CRC-32C of the data. Masked: turned right by 15 bits, plus 0xa282ead8, so that a checksum over
 * data that holds checksums stays a good one.
 *
 * Of protocol buffers three kinds of field are needed: a varint, 8 bytes or 4 bytes as they are,
 * and bytes with their length before them. The messages, by the numbers of their fields:
 *
 *   Event    1 wall_time (double), 2 step (varint), 3 file_version (text), 5 summary
 *   Summary  1 value
 *   Value    1 tag (text), 2 simple_value (float) */
#include "io/events.h"
#include "io/file.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 512, MOST_TAG = 256 };

/* The low three bits of a field's key. */
enum { VARINT = 0, EIGHT_BYTES = 1, WITH_LENGTH = 2, FOUR_BYTES = 5 };

struct mann_events {
    mann_replacement *file;
};

typedef struct message {
    size_t size;
    unsigned char data[MOST];
} message;

uint32_t mann_crc32c(const void *data, size_t size)
{
    const unsigned char *byte = data;
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < size; i++) {
        crc ^= byte[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
        }
    }
    return ~crc;
}

static void put_number(message *to, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        to->data[to->size++] = (unsigned char)(value >> 8 * i);
    }
}

static void put_varint(message *to, uint64_t value)
{
    while (value >= 128) {
        to->data[to->size++] = (unsigned char)(value | 128);
        value >>= 7;
    }
    to->data[to->size++] = (unsigned char)value;
}

static void put_key(message *to, unsigned field, unsigned kind)
{
    put_varint(to, field << 3 | kind);
}

static void put_bytes(message *to, unsigned field, const void *data, size_t size)
{
    put_key(to, field, WITH_LENGTH);
    put_varint(to, size);
    memcpy(to->data + to->size, data, size);
    to->size += size;
}

static void put_double(message *to, unsigned field, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_key(to, field, EIGHT_BYTES);
    put_number(to, bits, 8);
}

static void put_float(message *to, unsigned field, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_key(to, field, FOUR_BYTES);
    put_number(to, bits, 4);
}

static uint32_t masked(const void *data, size_t size)
{
    uint32_t crc = mann_crc32c(data, size);
    return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

static void write_record(mann_events *events, const message *event)
{
    message head = {.size = 0}, tail = {.size = 0};
    put_number(&head, event->size, 8);
    put_number(&head, masked(head.data, 8), 4);
    put_number(&tail, masked(event->data, event->size), 4);
    mann_replacement_write(events->file, head.data, head.size);
    mann_replacement_write(events->file, event->data, event->size);
    mann_replacement_write(events->file, tail.data, tail.size);
}

mann_status mann_events_open(mann_context *context, const char *path, mann_events **out)
{
    static const char version[] = "brain.Event:2";
    mann_events *events = *out = calloc(1, sizeof *events);
    if (!events) {
        return mann_fail(context, MANN_E_NOMEM, "%s: out of memory", path);
    }
    mann_status status = mann_replacement_open(context, path, &events->file);
    if (status) {
        free(events);
        *out = NULL;
        return status;
    }
    message event = {.size = 0};
    put_double(&event, 1, 0);
    put_bytes(&event, 3, version, sizeof version - 1);
    write_record(events, &event);
    return MANN_OK;
}

void mann_events_scalar(mann_events *events, int64_t step, double time, const char *tag,
                        double value)
{
    message scalar = {.size = 0}, summary = {.size = 0}, event = {.size = 0};
    size_t length = strlen(tag);
    put_bytes(&scalar, 1, tag, length < MOST_TAG ? length : MOST_TAG);
    put_float(&scalar, 2, (float)value);
    put_bytes(&summary, 1, scalar.data, scalar.size);
    put_double(&event, 1, time);
    put_key(&event, 2, VARINT);
    put_varint(&event, (uint64_t)step);
    put_bytes(&event, 5, summary.data, summary.size);
    write_record(events, &event);
}

mann_status mann_events_commit(mann_events *events)
{
    mann_status status = mann_replacement_commit(events->file);
    free(events);
    return status;
}
