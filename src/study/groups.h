/* Groups of runs that differ in nothing but their seeds, and what to call them. */
#ifndef MANN_STUDY_GROUPS_H
#define MANN_STUDY_GROUPS_H

#include <mann/train.h>

enum { MANN_GROUP_LABEL = 256 };

typedef struct mann_groups {
    int32_t count;                   /* in the order of their first members */
    int32_t *of;                     /* [runs]: the group of each */
    char (*label)[MANN_GROUP_LABEL]; /* [count]: what tells it from the others: "ntm lr=0.001" */
} mann_groups;

/* MANN_E_NOMEM. */
mann_status mann_groups_make(mann_context *context, int32_t runs,
                             const mann_experiment *const *experiment, mann_groups *groups);
void mann_groups_clear(mann_groups *groups);

#endif
