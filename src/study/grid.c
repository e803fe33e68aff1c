/* Grids of options, as text. What an option takes, only the experiment knows that it is set on. */
#include "study/grid.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for count texts of size bytes in all, behind their pointers. */
static char *make_room(mann_grid_axis *axis, size_t count, size_t size)
{
    axis->value = malloc(count * sizeof *axis->value + size);
    return axis->value ? (char *)(axis->value + count) : NULL;
}

static mann_status no_memory(mann_context *context)
{
    return mann_fail(context, MANN_E_NOMEM, "out of memory for a grid");
}

/* "1:20" or "1:20:5"; false: it is something else. */
static bool is_range(const char *text, long long range[3])
{
    char *end;
    range[2] = 1;
    for (int i = 0; i < 3; i++) {
        errno = 0;
        range[i] = strtoll(text, &end, 10);
        if (end == text || errno || isspace((unsigned char)*text)) {
            return false;
        }
        if (!*end) {
            return i > 0;
        }
        if (*end != ':') {
            return false;
        }
        text = end + 1;
    }
    return false;
}

static mann_status take_range(mann_context *context, mann_grid_axis *axis, const char *text,
                              const long long range[3])
{
    enum { DIGITS = 24 };
    unsigned long long span = (unsigned long long)range[1] - (unsigned long long)range[0];
    if (range[2] < 1 || range[1] < range[0] ||
        span / (unsigned long long)range[2] >= MANN_GRID_RUNS) {
        return mann_fail(context, MANN_E_INVAL,
                         "%s: '%s' is no range; write FROM:TO or FROM:TO:STEP with FROM <= TO, "
                         "STEP >= 1 and at most %d values",
                         axis->key, text, MANN_GRID_RUNS);
    }
    int32_t count = (int32_t)(span / (unsigned long long)range[2]) + 1;
    char *to = make_room(axis, (size_t)count, (size_t)count * DIGITS);
    if (!to) {
        return no_memory(context);
    }
    long long value = range[0];
    for (; axis->count < count; to += DIGITS) {
        axis->value[axis->count++] = to;
        snprintf(to, DIGITS, "%lld", value);
        value += axis->count < count ? range[2] : 0; /* one step more may be too large a number */
    }
    return MANN_OK;
}

static mann_status take_list(mann_context *context, mann_grid_axis *axis, const char *text)
{
    size_t count = 1;
    for (const char *c = text; *c; c++) {
        count += *c == ',';
    }
    char *to = make_room(axis, count, strlen(text) + 1);
    if (!to) {
        return no_memory(context);
    }
    strcpy(to, text);
    for (size_t i = 0; i < count; i++) {
        char *comma = strchr(to, ',');
        if (comma) {
            *comma = '\0';
        }
        axis->value[axis->count++] = to;
        if (!*to) {
            return mann_fail(context, MANN_E_INVAL, "%s: a value is missing in '%s'", axis->key,
                             text);
        }
        for (size_t k = 0; k < i; k++) {
            if (!strcmp(axis->value[k], to)) {
                return mann_fail(context, MANN_E_INVAL, "%s: %s is there twice", axis->key, to);
            }
        }
        to = comma ? comma + 1 : to;
    }
    return MANN_OK;
}

static void forget_values(mann_grid_axis *axis)
{
    free(axis->value);
    axis->value = NULL;
    axis->count = 0;
}

static mann_status take_values(mann_context *context, mann_grid_axis *axis, const char *text)
{
    long long range[3];
    mann_status status = is_range(text, range) ? take_range(context, axis, text, range)
                                               : take_list(context, axis, text);
    if (status) {
        forget_values(axis);
    }
    return status;
}

static mann_status check_size(mann_context *context, const mann_grid *grid)
{
    double runs = grid->seeds.count ? grid->seeds.count : 1;
    for (int32_t i = 0; i < grid->axes; i++) {
        runs *= grid->axis[i].count;
    }
    return runs <= MANN_GRID_RUNS
               ? MANN_OK
               : mann_fail(context, MANN_E_INVAL, "that is %.0f runs; a sweep takes at most %d",
                           runs, MANN_GRID_RUNS);
}

mann_status mann_grid_add(mann_context *context, mann_grid *grid, const char *text)
{
    const char *equals = strchr(text, '=');
    size_t length = equals ? (size_t)(equals - text) : 0;
    if (!length || length >= sizeof grid->axis[0].key) {
        return mann_fail(context, MANN_E_INVAL, "'%s' is not of the form key=a,b,c or key=1:20",
                         text);
    }
    if (grid->axes == MANN_GRID_AXES) {
        return mann_fail(context, MANN_E_INVAL, "more than %d options in one grid", MANN_GRID_AXES);
    }
    mann_grid_axis *axis = &grid->axis[grid->axes];
    *axis = (mann_grid_axis){.count = 0};
    memcpy(axis->key, text, length);
    for (int32_t i = 0; i < grid->axes; i++) {
        if (!strcmp(grid->axis[i].key, axis->key)) {
            return mann_fail(context, MANN_E_INVAL, "%s is in the grid twice", axis->key);
        }
    }
    mann_status status = take_values(context, axis, equals + 1);
    if (status) {
        return status;
    }
    grid->axes++;
    status = check_size(context, grid);
    if (status) {
        forget_values(&grid->axis[--grid->axes]);
    }
    return status;
}

mann_status mann_grid_seeds(mann_context *context, mann_grid *grid, const char *text)
{
    mann_grid_axis *seeds = &grid->seeds;
    free(seeds->value);
    *seeds = (mann_grid_axis){.key = "seed"};
    mann_status status = take_values(context, seeds, text);
    if (!status) {
        status = check_size(context, grid);
    }
    if (status) {
        forget_values(seeds);
    }
    return status;
}

void mann_grid_clear(mann_grid *grid)
{
    for (int32_t i = 0; i < grid->axes; i++) {
        free(grid->axis[i].value);
    }
    free(grid->seeds.value);
    *grid = (mann_grid){.axes = 0};
}

int32_t mann_grid_points(const mann_grid *grid)
{
    int32_t points = 1;
    for (int32_t i = 0; i < grid->axes; i++) {
        points *= grid->axis[i].count;
    }
    return points;
}

const char *mann_grid_value(const mann_grid *grid, int32_t point, int32_t axis)
{
    for (int32_t i = grid->axes - 1; i > axis; i--) {
        point /= grid->axis[i].count;
    }
    return grid->axis[axis].value[point % grid->axis[axis].count];
}

static const char *last_part(const char *key)
{
    const char *dot = strrchr(key, '.');
    return dot ? dot + 1 : key;
}

/* "lr" of "train.lr", unless another axis ends so too. */
static const char *short_key(const mann_grid *grid, int32_t axis)
{
    const char *mine = last_part(grid->axis[axis].key);
    for (int32_t i = 0; i < grid->axes; i++) {
        if (i != axis && !strcmp(last_part(grid->axis[i].key), mine)) {
            return grid->axis[axis].key;
        }
    }
    return mine;
}

mann_status mann_grid_name(mann_context *context, const mann_grid *grid, int32_t point,
                           int32_t seed, char name[MANN_GRID_NAME])
{
    size_t used = 0;
    for (int32_t i = 0; i <= grid->axes; i++) {
        bool last = i == grid->axes;
        const char *key = last ? "seed" : short_key(grid, i);
        const char *value = last ? grid->seeds.value[seed] : mann_grid_value(grid, point, i);
        int length =
            snprintf(name + used, MANN_GRID_NAME - used, "%s%s=%s", i ? "," : "", key, value);
        if (used + (size_t)length >= MANN_GRID_NAME) {
            return mann_fail(context, MANN_E_INVAL, "%s=%s: too long for the name of a folder", key,
                             value);
        }
        for (char *c = name + used + (i ? 1 : 0) + strlen(key) + 1; *c; c++) {
            *c = isalnum((unsigned char)*c) || strchr("._+-", *c) ? *c : '_';
        }
        used += (size_t)length;
    }
    return MANN_OK;
}
