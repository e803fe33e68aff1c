/* A scene: all that a picture shows. */
#ifndef MANN_SHOW_SCENE_H
#define MANN_SHOW_SCENE_H

#include "show/episode.h"
#include "show/live/lab.h"
#include "show/live/tale.h"
#include "show/live/what_if.h"

#include <mann/history.h>

typedef enum mann_screen {
    MANN_SCREEN_MEMORY,
    MANN_SCREEN_HOPFIELD,
    MANN_SCREEN_HOPS,
    MANN_SCREEN_TRAINING,
    MANN_SCREENS
} mann_screen;

/* The cell whose addressing the inspector explains, at the scene's step. */
typedef struct mann_pin {
    int32_t family; /* of the episode; -1: the first that reads */
    int32_t head;
    int32_t location; /* -1: the one of most weight at each step */
} mann_pin;

/* The locations of a memory that are shown. */
typedef enum mann_locations {
    MANN_LOCATIONS_USUAL, /* the used ones if most are not used, else all */
    MANN_LOCATIONS_USED,
    MANN_LOCATIONS_ALL
} mann_locations;

enum { MANN_MAX_RUNS = 32 };

typedef struct mann_scene {
    int32_t width, height; /* logical pixels */
    bool dark;
    mann_screen screen;

    const mann_episode *episode; /* NULL: there is none yet */
    int32_t step;                /* the cursor */
    int32_t first, count;        /* steps shown; count 0: all */
    mann_lab *lab;               /* of an episode that is a Hopfield store; else NULL */
    const mann_tale *tale;       /* of a model that answers questions; else NULL */
    bool wrong_only;             /* questions that are answered rightly are passed over */
    bool typing;                 /* the user's question is being typed */
    mann_pin pin;
    mann_what_if what_if; /* of the pinned head, at every step */

    mann_map map;
    mann_scale_kind scale;
    bool automatic; /* weights scaled to their largest instead of to 1 */
    mann_locations locations;
    const mann_stretch *used; /* of each family, instead of the episode's own; NULL */
    int32_t focus;            /* pane with the keyboard, -1: none */
    bool full;                /* the focused pane alone */

    int32_t n_runs;
    const mann_history *run[MANN_MAX_RUNS]; /* run[0] is the episode's, if it is of a run */
    /* Traces of this episode in the course of training, for the second time line. */
    int32_t n_snapshots, snapshot;
    const mann_snapshot *snapshots;
    bool following, playing;
    bool best;         /* the episode is of the run's best checkpoint */
    bool live, edited; /* the episode was run by the viewer; on the user's own input */
    int32_t edit_step, edit_channel; /* bit that keys edit, while editing */
    bool editing;
    double speed;

    bool help;
    bool pointed; /* the pointer is at (x, y) */
    double x, y;
    const char *message; /* a line over the time lines, NULL: none */
    bool message_bad;
    char state[192]; /* the scene's own state string, shown in the footer */
} mann_scene;

/* Sensible beginnings: dark, 1280x800, nothing loaded. */
mann_scene mann_scene_make(void);

/* Whether a question about a story is what is seen. */
bool mann_scene_on_hops(const mann_scene *scene);

/* Whether a Hopfield store is what is seen. */
bool mann_scene_on_lab(const mann_scene *scene);

/* What the first time line goes through: 0 .. count-1. Steps of the episode, on the Hopfield screen
 * the frames of the lab, on that of hops the questions (the first of them, if there is no end). */
int32_t mann_scene_steps(const mann_scene *scene);
int32_t mann_scene_step(const mann_scene *scene);

/* The locations of the family's memory that are shown. */
mann_stretch mann_scene_stretch(const mann_scene *scene, const mann_family *family);

/* The pin with its -1 resolved; family -1 if the episode has no heads. */
mann_pin mann_scene_pin(const mann_scene *scene);

#endif
