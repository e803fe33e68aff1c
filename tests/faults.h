/* Allocations that fail on demand. The program is linked with MANN_FAULTS_WRAP (tests/meson.build),
 * which sends what the project itself allocates through here; libraries keep theirs. Opening files
 * and folders and starting threads count too. */
#ifndef MANN_TESTS_FAULTS_H
#define MANN_TESTS_FAULTS_H

#include <stdbool.h>

/* From now on allocation number at (from 1) fails; with on, every later one too. 0: none. */
void faults_arm(long at, bool on);
/* Instead, allocations of jansson: the command lends it its malloc. */
void faults_arm_json(long at);
/* Whether one of them has failed since. */
bool faults_fired(void);

/* The time of day then jumps back and forth by a year whenever someone asks for it. */
void faults_jump(void);

#endif
