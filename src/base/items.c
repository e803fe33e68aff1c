/* Lists that people type. */
#include "base/items.h"

#include <stdio.h>
#include <string.h>

bool mann_items_begin(mann_items *items, const char *text, const char *between)
{
    bool fits = snprintf(items->text, sizeof items->text, "%s", text) < (int)sizeof items->text;
    items->text[0] = fits ? items->text[0] : '\0';
    items->rest = items->text;
    items->between = between;
    return fits;
}

char *mann_items_next(mann_items *items)
{
    char *word = items->rest + strspn(items->rest, items->between);
    items->rest = word + strcspn(word, items->between);
    if (*items->rest) {
        *items->rest++ = '\0';
    }
    return *word ? word : NULL;
}

char *mann_items_value(char *word)
{
    char *equals = strchr(word, '=');
    if (equals) {
        *equals++ = '\0';
    }
    return equals;
}
