/* JSON as files of this project have it. */
#include "io/json.h"

#include <stdlib.h>
#include <string.h>

char *mann_json_text(const json_t *value)
{
    size_t size = json_dumpb(value, NULL, 0, JSON_COMPACT);
    char *text = size ? malloc(size + 1) : NULL;
    if (text && json_dumpb(value, text, size, JSON_COMPACT) != size) {
        free(text);
        return NULL;
    }
    if (text) {
        text[size] = 0;
    }
    return text;
}

bool mann_json_shortage(const json_error_t *error)
{
    return json_error_code(error) == json_error_out_of_memory || !error->text[0];
}

bool mann_control_at(const char *text, const char *at)
{
    unsigned char byte = (unsigned char)*at;
    return byte < 0x20 || byte == 0x7f ||
           (byte >= 0x80 && byte < 0xa0 && at > text && (unsigned char)at[-1] == 0xc2);
}

const char *mann_show(char shown[MANN_SHOWN_SIZE], const char *text)
{
    size_t used = 0;
    for (const char *at = text; *at && used < MANN_SHOWN_SIZE - 4; at++) {
        bool bad = mann_control_at(text, at);
        if (bad && (unsigned char)*at >= 0x80) {
            used--;
        }
        shown[used++] = bad ? '?' : *at;
    }
    if (strlen(text) >= MANN_SHOWN_SIZE - 4) {
        while (used && ((unsigned char)shown[used - 1] & 0xc0) == 0x80) {
            used--; /* the rest of a character cut in two */
        }
        used -= used && (unsigned char)shown[used - 1] >= 0xc0;
        memcpy(shown + used, "...", 3);
        used += 3;
    }
    shown[used] = 0;
    return shown;
}
