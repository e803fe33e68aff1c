/* Films: frames that are piped to ffmpeg. */
#ifndef MANN_DRAW_FILM_H
#define MANN_DRAW_FILM_H

#include "show/scene.h"

/* Changes the scene to show frame i. MANN_OK or why it cannot. */
typedef mann_status mann_film_frame(void *user, mann_context *context, int32_t i,
                                    mann_scene *scene);

typedef struct mann_film {
    int32_t frames;
    double rate;  /* per second */
    double scale; /* device pixels per logical pixel */
    mann_film_frame *frame;
    void *user;
} mann_film;

/* Writes a .gif or .mp4 file. MANN_E_INVAL if ffmpeg is missing, MANN_E_IO with what it says. */
mann_status mann_film_write(mann_context *context, const mann_film *film, const mann_scene *scene,
                            const char *output);

#endif
