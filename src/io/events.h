/* Event files of TensorBoard: scalars over the steps of a training. */
#ifndef MANN_IO_EVENTS_H
#define MANN_IO_EVENTS_H

#include <mann/base.h>

typedef struct mann_events mann_events;

/* Replaces path in one step, when it is committed; TensorBoard finds files whose name contains
 * "tfevents". MANN_E_IO, MANN_E_NOMEM. */
mann_status mann_events_open(mann_context *context, const char *path, mann_events **events);
/* time: in seconds, since 1970 or any other beginning. */
void mann_events_scalar(mann_events *events, int64_t step, double time, const char *tag,
                        double value);
/* Frees it in any case. MANN_E_IO. */
mann_status mann_events_commit(mann_events *events);

/* The Castagnoli checksum of RFC 3720. */
uint32_t mann_crc32c(const void *data, size_t size);

#endif
