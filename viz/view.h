/* The viewer without a window: what keys and mouse do to the scene. It knows no files and no
 * SDL; what it cannot do itself it wishes for, and the window sees to it. */
#ifndef MANN_VIEW_H
#define MANN_VIEW_H

#include "draw/layout.h"
#include "show/live/live.h"

typedef enum mann_gesture_kind {
    MANN_GESTURE_KEY,     /* key, shift, control */
    MANN_GESTURE_TYPE,    /* key: a character, while the scene's question is typed */
    MANN_GESTURE_MOVE,    /* the pointer is at x, y */
    MANN_GESTURE_LEAVE,   /* the pointer has left the window */
    MANN_GESTURE_PRESS,   /* left button, at x, y */
    MANN_GESTURE_RELEASE, /* left button */
    MANN_GESTURE_WHEEL,   /* amount > 0: away from the user; at x, y */
    MANN_GESTURE_RESIZE,  /* x, y: the new size, logical */
    MANN_GESTURE_TICK     /* now: seconds that only grow */
} mann_gesture_kind;

/* Keys are characters in lower case, or these. */
typedef enum mann_key {
    MANN_KEY_LEFT = 256,
    MANN_KEY_RIGHT,
    MANN_KEY_UP,
    MANN_KEY_DOWN,
    MANN_KEY_HOME,
    MANN_KEY_END,
    MANN_KEY_TAB,
    MANN_KEY_ESCAPE,
    MANN_KEY_HELP,
    MANN_KEY_BACKSPACE,
    MANN_KEY_ENTER
} mann_key;

typedef struct mann_gesture {
    mann_gesture_kind kind;
    int key;
    bool shift, control;
    double x, y, amount, now;
} mann_gesture;

/* What an event asks of the window: a set. */
enum {
    MANN_WISH_DRAW = 1,     /* something to be seen has changed */
    MANN_WISH_SHOW = 2,     /* load the view's choice and snapshot */
    MANN_WISH_PICTURE = 4,  /* save a picture */
    MANN_WISH_FILM = 8,     /* record the episode */
    MANN_WISH_EXAMPLE = 16, /* run the checkpoint on the view's wish */
    MANN_WISH_EDIT = 32,    /* find the rows that pose the episode */
    MANN_WISH_POSE = 64,    /* run the checkpoint on the view's rows */
    MANN_WISH_QUIT = 128,
    MANN_WISH_TALE = 256 /* show a question of a task of stories */
};

typedef enum mann_drag {
    MANN_DRAG_NONE,
    MANN_DRAG_STEPS,
    MANN_DRAG_EPISODE,
    MANN_DRAG_TRAINING,
    MANN_DRAG_KNOB,
    MANN_DRAG_PAINT, /* units of a cue */
    MANN_DRAG_ENERGY
} mann_drag;

typedef struct mann_view {
    mann_scene scene;
    int32_t n_choices, choice; /* examples there are; the one wanted */
    int32_t snapshot;          /* wanted; -1: always the last one */
    bool own;                  /* shows what the user has asked for beyond the choices */
    mann_live_wish wish;
    mann_rows rows;
    int32_t edit_row, edit_bit;
    mann_drag drag;
    mann_box drag_area;
    mann_knob drag_knob;
    int64_t question; /* wanted, of a task of stories */
    int wrong_by;     /* or the next wrong one in that direction; 0 */
    char typed[MANN_TALE_QUESTION];
    float paint;          /* what a drag makes of the units of a cue */
    double now, step_due; /* seconds */
    double message_until;
    char message[256];
} mann_view;

mann_view mann_view_make(void);

/* Returns wishes. */
unsigned mann_view_event(mann_view *view, const mann_gesture *event);

/* Moves, for the other files of the view; each returns wishes. To a step, clipped (a zoomed view
 * follows); to a snapshot, clipped; playing from here, or from the start if this is the end. */
unsigned mann_view_go(mann_view *view, int64_t step);
unsigned mann_view_snapshot(mann_view *view, int64_t snapshot);
unsigned mann_view_play(mann_view *view, bool playing);
/* The pointer's. */
unsigned mann_view_press(mann_view *view, double x, double y);
unsigned mann_view_drag(mann_view *view, double x, double y);
unsigned mann_view_wheel(mann_view *view, const mann_gesture *event);

/* While the input is edited: keys that do so; *taken tells whether this was one. */
unsigned mann_view_edit_key(mann_view *view, const mann_gesture *event, bool *taken);
/* The same of a press on the inputs. */
unsigned mann_view_edit_press(mann_view *view, int32_t step, int32_t channel, bool *taken);
/* Shows the bit that is edited; after rows have changed. */
void mann_view_edit_place(mann_view *view);

/* On the Hopfield screen: keys and presses that turn, paint or choose. */
unsigned mann_view_lab_key(mann_view *view, const mann_gesture *event, bool *taken);
unsigned mann_view_lab_press(mann_view *view, double x, double y);
unsigned mann_view_lab_drag(mann_view *view, double x, double y);

/* On the screen of hops. */
unsigned mann_view_hops_key(mann_view *view, const mann_gesture *event, bool *taken);
unsigned mann_view_hops_press(mann_view *view, const mann_layout *layout, double x, double y);

/* Says something in the footer for some seconds. */
void mann_view_say(mann_view *view, bool bad, const char *format, ...) MANN_PRINTF(3, 4);

/* Seconds until the view wants a tick; negative: not by itself. */
double mann_view_wait(const mann_view *view);

/* After another episode was loaded: brings step, zoom and pin within it. */
void mann_view_settle(mann_view *view);

#endif
