/* Values of an option, one after the other. */
#include "study/values.h"

#include "study/grid.h"

#include <stdio.h>
#include <string.h>

static mann_status too_long(mann_context *context, const char *name)
{
    return mann_fail(context, MANN_E_INVAL, "--%s: too long", name);
}

/* A range such as 1:20 as a list. */
static mann_status spell_out(mann_context *context, const char *name, const char *range,
                             char list[MANN_VALUES_LIST])
{
    char text[MANN_VALUES_NAME + MANN_VALUES_LIST];
    mann_grid grid = {0};
    size_t used = 0;
    snprintf(text, sizeof text, "%s=%s", name, range);
    mann_status status = mann_grid_add(context, &grid, text);
    for (int32_t i = 0; !status && i < grid.axis[0].count; i++) {
        size_t room = MANN_VALUES_LIST - used;
        int size = snprintf(list + used, room, "%s,", grid.axis[0].value[i]);
        status = size >= (int)room ? too_long(context, name) : MANN_OK;
        used += (size_t)size;
    }
    mann_grid_clear(&grid);
    return status;
}

mann_status mann_values_set(mann_context *context, mann_values *values, const char *name,
                            const char *list)
{
    mann_status status = MANN_OK;
    *values = (mann_values){.name = NULL};
    if (strlen(name) >= MANN_VALUES_NAME || strlen(list) >= MANN_VALUES_LIST) {
        return too_long(context, name);
    }
    if (strchr(list, ':')) {
        status = spell_out(context, name, list, values->list);
    } else {
        strcpy(values->list, list);
    }
    values->name = status ? NULL : name;
    return status;
}

bool mann_values_next(const mann_values *values, const char **at, char value[MANN_VALUE_TEXT],
                      char setting[MANN_VALUE_SETTING])
{
    if (!values->name) {
        bool first = !*at;
        *at = "";
        value[0] = setting[0] = '\0';
        return first;
    }
    const char *from = *at ? *at : values->list;
    from += strspn(from, ",");
    size_t length = strcspn(from, ",");
    snprintf(value, MANN_VALUE_TEXT, "%.*s", (int)length, from);
    snprintf(setting, MANN_VALUE_SETTING, "%s=%s", values->name, value);
    *at = from + length;
    return length > 0;
}
