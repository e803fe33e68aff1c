/* Pictures and films without a display. */
#ifndef MANN_DRAW_RENDER_H
#define MANN_DRAW_RENDER_H

#include "show/source.h"

typedef enum mann_over { MANN_OVER_NOTHING, MANN_OVER_STEPS, MANN_OVER_TRAINING } mann_over;

/* Zeroed: a 1280x800 picture on dark, of the first example at the end of training. */
typedef struct mann_render_options {
    const char *output; /* .png .svg .pdf .txt .gif .mp4; "-": text on standard output; NULL */
    const char *at;     /* a state string; NULL */
    mann_over over;     /* films: of the steps (usual) or of the training */
    int32_t width, height;
    double scale; /* device pixels per logical pixel of .png, .gif, .mp4; 0: 1 */
    double rate;  /* frames per second; 0: one that suits the number of frames */
    bool light;
    bool readouts; /* as JSON on standard output; with them there need be no output */
} mann_render_options;

/* MANN_E_IO, MANN_E_FORMAT: a path could not be read, or the output not written. MANN_E_INVAL: an
 * option is wrong, among them a film without ffmpeg. A file of that name is replaced. */
mann_status mann_render(mann_context *context, int32_t count, const char *const *path,
                        const mann_render_options *options);

/* Writes one scene; by the ending of its name a .png, .svg, .pdf or .txt file. */
mann_status mann_render_scene(mann_context *context, const mann_scene *scene, double scale,
                              const char *output);

/* "1280x800". MANN_E_INVAL. */
mann_status mann_render_size(mann_context *context, const char *text, int32_t *width,
                             int32_t *height);

#endif
