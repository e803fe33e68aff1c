/* Sorting by priority: where the vectors are written, over their priorities, with a line through
 * them (Graves et al. 2014, figure 19). */
#ifndef MANN_SHOW_RANKING_H
#define MANN_SHOW_RANKING_H

#include "show/episode.h"

/* Location = offset + slope * priority, on a ring that is cut where the line fits best: locations
 * before the cut count as one ring more. */
typedef struct mann_line {
    int32_t cut;
    double slope, offset;
    double fit; /* R²; NaN: there is no line, as all is written to one location */
} mann_line;

typedef struct mann_ranking {
    int32_t items;                /* shown at the steps 0 .. items-1; 0: no such episode */
    int32_t ranked;               /* how many are wanted, the first at step first_answer */
    int32_t rank[MANN_MAX_NOTES]; /* steps at which they are shown */
    int32_t first_answer;
    int32_t channel; /* of the inputs: the priority */
    /* The head whose locations a line fits best, and that line; family -1: there is none. */
    int32_t family, head;
    mann_line line;
    /* The head that reads most answers where that head wrote them, and how many; -1. */
    int32_t read_family, read_head, read_right;
} mann_ranking;

/* What the marks called "ranked" say. items is 0 if there are none. */
mann_ranking mann_ranking_find(const mann_episode *episode);

/* The line through where a head of a family wrote the vectors. */
mann_line mann_ranking_fit(const mann_episode *episode, const mann_ranking *ranking, int32_t family,
                           int32_t head);

/* The location at which the line expects the item of a step. */
int32_t mann_ranking_location(const mann_episode *episode, const mann_ranking *ranking,
                              int32_t step);

/* The item's priority, and where the head wrote it: a location, or one ring more if it is before
 * the cut. */
double mann_ranking_priority(const mann_episode *episode, const mann_ranking *ranking,
                             int32_t step);
int32_t mann_ranking_written(const mann_episode *episode, const mann_ranking *ranking,
                             int32_t step);

#endif
