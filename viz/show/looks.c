/* Names of looks. */
#include "show/looks.h"

#include <string.h>

static const char *const names[MANN_MAP_COUNT] = {"theme", "magma", "grey", "viridis", "cividis"};

const char *mann_map_name(mann_map map)
{
    return map < MANN_MAP_COUNT ? names[map] : "diverging";
}

mann_map mann_map_find(const char *name)
{
    int map = 0;
    while (map < MANN_MAP_COUNT && strcmp(names[map], name)) {
        map++;
    }
    return (mann_map)map;
}
