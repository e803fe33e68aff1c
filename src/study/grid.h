/* Grids: every combination of the values of some options, for every one of some seeds. */
#ifndef MANN_STUDY_GRID_H
#define MANN_STUDY_GRID_H

#include <mann/base.h>

enum { MANN_GRID_AXES = 8, MANN_GRID_RUNS = 10000, MANN_GRID_NAME = 200 };

/* Values as they were typed. */
typedef struct mann_grid_axis {
    char key[64];
    int32_t count;
    char **value; /* one block with the texts */
} mann_grid_axis;

/* Zeroed: one point, no seeds. */
typedef struct mann_grid {
    int32_t axes;
    mann_grid_axis axis[MANN_GRID_AXES];
    mann_grid_axis seeds;
} mann_grid;

/* "key=a,b,c", or whole numbers as "key=1:20" and "key=10:100:10". MANN_E_INVAL: the form, a key or
 * a value that is there already, or more than MANN_GRID_RUNS runs; the grid is then as before. */
mann_status mann_grid_add(mann_context *context, mann_grid *grid, const char *text);
/* "1:10" or "1,5,7". After an error there are none. */
mann_status mann_grid_seeds(mann_context *context, mann_grid *grid, const char *text);
void mann_grid_clear(mann_grid *grid);

/* Combinations, without the seeds. The last axis changes fastest. */
int32_t mann_grid_points(const mann_grid *grid);
/* What axis says at a point. */
const char *mann_grid_value(const mann_grid *grid, int32_t point, int32_t axis);

/* "lr=1e-3,batch=16,seed=3": the name of a run's folder. Of a key the last part, if that is clear;
 * of a value what every file system takes. MANN_E_INVAL: too long. */
mann_status mann_grid_name(mann_context *context, const mann_grid *grid, int32_t point,
                           int32_t seed, char name[MANN_GRID_NAME]);

#endif
