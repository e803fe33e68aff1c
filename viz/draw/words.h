/* The six panels of the memory screen as lines of text, for terminals and logs. */
#ifndef MANN_DRAW_WORDS_H
#define MANN_DRAW_WORDS_H

#include "show/scene.h"
#include <stdio.h>

/* At most columns wide (at least 40). Colours are not used; weights are ▁▂▃▄▅▆▇█, signed values
 * a sign and three strengths. */
void mann_scene_write(FILE *file, const mann_scene *scene, int32_t columns);

#endif
