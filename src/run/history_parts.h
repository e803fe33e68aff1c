/* What history.c and history_traces.c share. */
#ifndef MANN_RUN_HISTORY_PARTS_H
#define MANN_RUN_HISTORY_PARTS_H

#include <mann/history.h>

/* Lists the traces anew; true if there are others than before. */
bool mann_history_read_traces(mann_history *run);

#endif
