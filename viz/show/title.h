/* What people call a value. */
#ifndef MANN_SHOW_TITLE_H
#define MANN_SHOW_TITLE_H

#include <mann/trace.h>

/* "Read weights, memory 2"; of a role without a title the name: "my_gate" is "My gate". */
void mann_value_title(const mann_trace_array *array, char title[80]);

#endif
