/* Made by tests/golden/stories.py: do not edit. */
#ifndef MANN_GOLDEN_STORIES_H
#define MANN_GOLDEN_STORIES_H

#include "golden.h"

/* clang-format off */
enum { STORY_WORDS = 4, STORY_VOCABULARY = 7, STORY_MEMORIES = 5, STORY_EXAMPLES = 3 };

static const int32_t story_0[] = {1, 2, 3, 0, 4, 2, 5, 6};
static const int32_t question_0[] = {6, 1, 0, 0};
static const int32_t support_0[] = {1, 2};
static const int32_t story_1[] = {5, 0, 0, 0};
static const int32_t question_1[] = {2, 2, 3, 4};
static const int32_t support_1[] = {1};
static const int32_t story_2[] = {1, 2, 3, 4, 2, 3, 4, 0, 6, 5, 0, 0, 1, 1, 1, 1, 3, 6, 2, 0, 4, 1, 0, 0};
static const int32_t question_2[] = {1, 2, 6, 3};
static const int32_t support_2[] = {0, 2, 0, 0, 1, 0};
static const golden_story golden_stories[STORY_EXAMPLES] = {{2, story_0, question_0, support_0, 3}, {1, story_1, question_1, support_1, 5}, {6, story_2, question_2, support_2, 1}};
/* clang-format on */

#endif
