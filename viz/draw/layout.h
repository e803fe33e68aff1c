/* Where everything of a scene is: for drawing, and for finding what a pointer is on. */
#ifndef MANN_DRAW_LAYOUT_H
#define MANN_DRAW_LAYOUT_H

#include "draw/pen/panel.h"
#include "show/ranking.h"
#include "show/scene.h"

enum { MANN_MAX_PANES = 128 };

typedef enum mann_content {
    MANN_CONTENT_INPUT,
    MANN_CONTENT_OUTPUT,
    MANN_CONTENT_TARGET,
    MANN_CONTENT_ERROR,
    MANN_CONTENT_VECTOR,    /* what a head adds, erases, reads */
    MANN_CONTENT_WEIGHTING, /* where a head looks */
    MANN_CONTENT_OTHER
} mann_content;

typedef enum mann_pane_form {
    MANN_FORM_HEAT,   /* steps by numbers */
    MANN_FORM_CURVE,  /* a curve for each number */
    MANN_FORM_MATRIX, /* rows by columns, at the scene's step */
    MANN_FORM_SCATTER /* write locations over priorities: the layout's ranking */
} mann_pane_form;

/* Values of a model that are inspected head by head, and whatever else there is no band for, are
 * not on the sheet but can be focused. */
enum {
    MANN_BAND_INPUT,
    MANN_BAND_TARGET,
    MANN_BAND_ERROR,
    MANN_BAND_VECTOR,
    MANN_BAND_WEIGHTING,
    MANN_BAND_EXTRA,
    MANN_BANDS,
    MANN_BAND_NONE = MANN_BANDS
};

/* A panel of the memory screen: one value of the trace, or one head of it. */
typedef struct mann_pane {
    char title[80], tag[16]; /* "Write weights", "W1" */
    mann_content content;
    mann_pane_form form;
    const mann_trace_array *array;
    int32_t head;   /* -1: the value is not of heads */
    int32_t family; /* of a weighting; -1 */
    mann_access access;
    mann_ink ink;
    mann_shade shade;
    mann_heat heat; /* columns are the steps shown, or the matrix' */
    const char *x_name, *y_name;
    bool missing;       /* some numbers are not finite */
    int32_t side, band; /* 0 left, 1 right; bands from the top */
    bool placed;        /* on the sheet; the others show when focused */
    bool foot;          /* has the names of the x axis below */
    mann_box box, area;
} mann_pane;

typedef struct mann_layout {
    mann_box header, tab[MANN_SCREENS], body, inspector, footer;
    mann_box play, episode_bar, training_bar;
    int32_t first, count; /* steps shown */
    mann_ranking ranking;
    int32_t n_panes, n_placed;
    bool full; /* one pane alone is placed */
    mann_pane pane[MANN_MAX_PANES];
} mann_layout;

mann_layout mann_layout_make(const mann_scene *given);

/* The first part of that: which panes there are, without places. */
void mann_panes_collect(const mann_scene *scene, mann_layout *layout);

/* The box of the question on the screen of hops. */
mann_box mann_hops_question(const mann_layout *layout);

/* The track of a knob in the inspector, when it asks what if; empty otherwise. */
mann_box mann_layout_knob(const mann_scene *scene, const mann_layout *layout, mann_knob knob);

enum { /* of the inspector, whose places the layout knows */
       MANN_INSPECTOR_PAD = 8,
       MANN_INSPECTOR_HEAD = 41,
       MANN_INSPECTOR_LINE = 15,
       MANN_INSPECTOR_KNOB = 13,
       MANN_INSPECTOR_BARS = 25
};

/* Whether the pane's x axis is the steps. */
bool mann_pane_over_steps(const mann_pane *pane);

/* The pane at a point, -1 for none. */
int32_t mann_layout_pane(const mann_layout *layout, double x, double y);

/* The step at an x in an area that shows the layout's steps, clipped to them. */
int32_t mann_layout_step(const mann_layout *layout, mann_box area, double x);

#endif
