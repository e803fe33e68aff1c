/* How a scene looks, as names: which map of colours and which scale weights have. The colours are
 * the drawing's. */
#ifndef MANN_SHOW_LOOKS_H
#define MANN_SHOW_LOOKS_H

typedef enum mann_map {
    MANN_MAP_THEME, /* magma on dark, reversed grey on light */
    MANN_MAP_MAGMA,
    MANN_MAP_GREY, /* from the background's side: black on light, white on dark, is the most */
    MANN_MAP_VIRIDIS,
    MANN_MAP_CIVIDIS,
    MANN_MAP_COUNT, /* those that a user chooses among */
    MANN_MAP_DIVERGING = MANN_MAP_COUNT
} mann_map;

/* "theme", "magma", ... */
const char *mann_map_name(mann_map map);
/* The map of that name, or MANN_MAP_COUNT. */
mann_map mann_map_find(const char *name);

/* How a number becomes a place on a map. */
typedef enum mann_scale_kind {
    MANN_SCALE_LINEAR,
    MANN_SCALE_ROOT,
    MANN_SCALE_LOG,
    MANN_SCALE_COUNT
} mann_scale_kind;

#endif
