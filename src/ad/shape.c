/* Shapes in messages. */
#include "ad/tape.h"

#include <stdio.h>

typedef struct text {
    char at[400];
    size_t length;
} text;

static void append(text *t, const char *format, ...) MANN_PRINTF(2, 3);

static void append(text *t, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int more = vsnprintf(t->at + t->length, sizeof t->at - t->length, format, arguments);
    va_end(arguments);
    t->length += more > 0 ? (size_t)more : 0;
    t->length = t->length < sizeof t->at ? t->length : sizeof t->at - 1;
}

static void append_shape(text *t, const mann_tensor *x)
{
    append(t, "[");
    for (int32_t i = 0; i < x->rank; i++) {
        append(t, i ? ", %d" : "%d", x->n[i]);
    }
    append(t, "]");
}

mann_var mann_shape_fail(mann_tape *tape, const char *name, int32_t count, const mann_var *x,
                         const char *format, ...)
{
    text t = {.length = 0};
    int32_t left = 0;
    for (int32_t i = 0; i < count; i++) {
        left += x[i] != NULL;
    }
    for (int32_t i = 0; i < count; i++) {
        if (x[i]) {
            append_shape(&t, x[i]);
            left--;
            append(&t, "%s", left > 1 ? ", " : left ? " and " : " ");
        }
    }
    char reason[200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    return mann_tape_fail(tape, MANN_E_SHAPE, "%s: %s%s", name, t.at, reason);
}

bool mann_shape_axis(mann_tape *tape, const char *name, mann_var x, int32_t *axis)
{
    int32_t from_front = *axis < 0 ? *axis + x->rank : *axis;
    if (from_front < 0 || from_front >= x->rank) {
        mann_shape_fail(tape, name, 1, &x, "has no axis %d", *axis);
        return false;
    }
    *axis = from_front;
    return true;
}
