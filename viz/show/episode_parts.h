/* What episode.c and episode_findings.c share. */
#ifndef MANN_SHOW_EPISODE_PARTS_H
#define MANN_SHOW_EPISODE_PARTS_H

#include "show/episode.h"

bool mann_episode_same_memory(const mann_family *a, const mann_family *b);

/* The commonest move; writing heads are looked at before the first answer, reading heads while
 * answering. */
mann_status mann_episode_find_move(mann_context *context, const mann_episode *episode,
                                   mann_family *family);
void mann_episode_find_match(mann_episode *episode);
/* Output minus target, and how many are wrong. MANN_E_NOMEM. */
mann_status mann_episode_find_errors(mann_context *context, mann_episode *episode);

#endif
