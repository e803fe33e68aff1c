/* Images from files, by Cairo. */
#ifndef MANN_DRAW_PEN_IMAGE_H
#define MANN_DRAW_PEN_IMAGE_H

#include <mann/base.h>

/* Decodes a PNG to brightness 0 (black) .. 1 (white), row-major, to be freed; what is transparent
 * is seen on white. name stands in messages. MANN_E_FORMAT, MANN_E_NOMEM. */
mann_status mann_image_png(mann_context *context, const char *name, const char *data, size_t size,
                           int32_t *width, int32_t *height, float **grey);

#endif
