/* What readers and writers of JSON share, and how a file's own words stand in a message. */
#ifndef MANN_IO_JSON_H
#define MANN_IO_JSON_H

#include <jansson.h>
#include <stdbool.h>

/* The compact text of an object or array, to be freed; NULL on shortage. (json_dumps, when memory
 * is short, may return a text with a part missing.) */
char *mann_json_text(const json_t *value);

/* Whether parsing failed for want of memory, as far as jansson says so: sometimes it only leaves
 * the message empty. */
bool mann_json_shortage(const json_error_t *error);

/* Copies a string from a file into a message: shortened, control characters replaced, so that a
 * hostile file cannot write to a terminal. Returns shown. */
enum { MANN_SHOWN_SIZE = 64 };
const char *mann_show(char shown[MANN_SHOWN_SIZE], const char *text);

/* Whether a control character ends at this byte of text: a C0 control or DEL, or, with a byte 0xc2
 * before it, a C1 control of UTF-8. */
bool mann_control_at(const char *text, const char *at);

#endif
