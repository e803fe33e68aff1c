/* Lists that people type, cut into items: "key=value key=value", "matrix+hopfield". */
#ifndef MANN_BASE_ITEMS_H
#define MANN_BASE_ITEMS_H

#include <mann/option.h>

/* A copy of a list and where reading goes on. */
typedef struct mann_items {
    char text[MANN_TEXT_SIZE];
    char *rest;
    const char *between; /* bytes that stand between items; the caller's */
} mann_items;

/* False if text is too long; there are then no items. */
bool mann_items_begin(mann_items *items, const char *text, const char *between);

/* The next item, NULL at the end; empty ones are passed over. */
char *mann_items_next(mann_items *items);

/* Cuts an item at its first '=' and returns what follows; NULL if there is none. */
char *mann_items_value(char *word);

#endif
