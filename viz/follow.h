/* Following a run that is still training. */
#ifndef MANN_FOLLOW_H
#define MANN_FOLLOW_H

#include "show/source.h"
#include "view.h"

/* Seconds between looks at the folder. */
#define MANN_FOLLOW_PERIOD 1.0

/* Loads what the view wants. A failure is said in the view's footer. */
void mann_follow_show(mann_context *context, mann_source *source, mann_view *view);

/* Does what of the wishes concerns the source. */
void mann_follow_grant(mann_context *context, mann_source *source, mann_view *view,
                       unsigned wishes);

/* Looks whether the run has more to show, and shows it. Returns wishes. */
unsigned mann_follow_look(mann_context *context, mann_source *source, mann_view *view);

/* True if there is a run that could still change. */
bool mann_follow_needed(const mann_view *view);

#endif
