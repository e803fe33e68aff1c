/* The window: SDL, and nothing else includes it. */
#ifndef MANN_WINDOW_H
#define MANN_WINDOW_H

#include "show/source.h"
#include "view.h"

typedef struct mann_window_options {
    double scale; /* times the usual size */
    int32_t width, height;
} mann_window_options;

/* Shows the view until the user quits. MANN_E_INVAL if there is no display, MANN_E_IO. */
mann_status mann_window_run(mann_context *context, mann_source *source, mann_view *view,
                            const mann_window_options *options);

#endif
