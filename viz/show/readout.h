/* The numbers that a picture shows beside it, as JSON. */
#ifndef MANN_SHOW_READOUT_H
#define MANN_SHOW_READOUT_H

#include "show/scene.h"

#include <stdio.h>

/* One object: which episode it is and its read-outs; of a Hopfield store, how it settled. A number
 * that there is not is null. */
void mann_scene_readouts(FILE *file, const mann_scene *scene);

#endif
