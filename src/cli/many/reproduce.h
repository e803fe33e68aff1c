/* What `mann reproduce` prints of a recipe. */
#ifndef MANN_CLI_MANY_REPRODUCE_H
#define MANN_CLI_MANY_REPRODUCE_H

#include "cli/many/table.h"
#include "study/measure.h"

#include <jansson.h>

/* On standard output. */
void reproduce_print(const mann_reproduction *done, cli_style style);
json_t *reproduce_json(const mann_reproduction *done);

#endif
