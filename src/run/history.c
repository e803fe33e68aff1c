/* Run folders.
 *
 * metrics.jsonl grows by whole lines: each refresh reads on from the last complete line, so that a
 * line that is half written is read the next time, and starts over if the file became shorter (a
 * resumed run may cut it). The folder is listed anew instead of watched, because notifications do
 * not cross network file systems. Traces are renamed into place when complete, so a name that is
 * listed is a whole file. */
#include "run/history_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_SERIES = 256, LONGEST_LINE = 1 << 20 };

static bool is_folder(const char *path)
{
    struct stat info;
    return !stat(path, &info) && S_ISDIR(info.st_mode);
}

bool mann_history_is_folder(const char *path)
{
    return is_folder(path);
}

static void in_run(const mann_history *run, const char *file, char path[MANN_INNER_PATH_SIZE])
{
    snprintf(path, MANN_INNER_PATH_SIZE, "%s/%s", run->path, file);
}

const mann_series *mann_history_series(const mann_history *run, const char *name)
{
    for (int32_t i = 0; i < run->n_series; i++) {
        if (!strcmp(run->series[i].name, name)) {
            return &run->series[i];
        }
    }
    return NULL;
}

/* Room for one more behind the count of both; false on shortage, which leaves them as they were. */
static bool room(double **x, double **y, int32_t count, int32_t *capacity)
{
    if (count < *capacity) {
        return true;
    }
    int32_t doubled = *capacity ? 2 * *capacity : 256;
    double *larger_x = realloc(*x, (size_t)doubled * sizeof *larger_x);
    *x = larger_x ? larger_x : *x;
    double *larger_y = realloc(*y, (size_t)doubled * sizeof *larger_y);
    *y = larger_y ? larger_y : *y;
    if (!larger_x || !larger_y) {
        return false;
    }
    *capacity = doubled;
    return true;
}

static bool append(mann_series *series, double x, double y)
{
    if (!room(&series->x, &series->y, series->count, &series->capacity)) {
        return false;
    }
    series->x[series->count] = x;
    series->y[series->count++] = y;
    return true;
}

static mann_series *series_named(mann_history *run, const char *name)
{
    for (int32_t i = 0; i < run->n_series; i++) {
        if (!strcmp(run->series[i].name, name)) {
            return &run->series[i];
        }
    }
    if (run->n_series == MOST_SERIES) {
        return NULL;
    }
    mann_series *larger = realloc(run->series, ((size_t)run->n_series + 1) * sizeof *run->series);
    if (!larger) {
        run->starved = true;
        return NULL;
    }
    run->series = larger;
    mann_series *made = &run->series[run->n_series++];
    *made = (mann_series){.count = 0};
    snprintf(made->name, sizeof made->name, "%s", name);
    return made;
}

static void take_numbers(mann_history *run, const char *outer, const json_t *object, double x)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        char name[64];
        int length = snprintf(name, sizeof name, "%s%s%s", outer, *outer ? "." : "", key);
        if (length < 0 || (size_t)length >= sizeof name) {
            continue;
        }
        if (json_is_object(value) && strlen(outer) < 40) {
            take_numbers(run, name, value, x);
        } else if (json_is_number(value) || json_is_null(value)) {
            mann_series *series = series_named(run, name);
            double y = json_is_null(value) ? NAN : json_number_value(value);
            if (series && !append(series, x, y)) {
                run->starved = true;
            }
        }
    }
}

static void take_line(mann_history *run, const char *line, size_t length)
{
    json_t *object = json_loadb(line, length, 0, NULL);
    if (!json_is_object(object)) {
        run->bad_lines += length > 0;
        json_decref(object);
        return;
    }
    const json_t *step = json_object_get(object, "step");
    const json_t *sequences = json_object_get(object, "sequences");
    double updates = json_is_number(step) ? json_number_value(step) : run->n_lines;
    double x = json_is_number(sequences) ? json_number_value(sequences) : updates;
    take_numbers(run, "", object, x);
    json_decref(object);
    if (!room(&run->line_step, &run->line_sequences, run->n_lines, &run->line_capacity)) {
        run->starved = true;
        return;
    }
    run->line_step[run->n_lines] = updates;
    run->line_sequences[run->n_lines++] = x;
}

static void forget_metrics(mann_history *run)
{
    for (int32_t i = 0; i < run->n_series; i++) {
        free(run->series[i].x);
        free(run->series[i].y);
    }
    free(run->series);
    run->series = NULL;
    run->n_series = run->n_lines = run->bad_lines = 0;
    run->read_to = 0;
}

static bool read_metrics(mann_history *run)
{
    char path[MANN_INNER_PATH_SIZE];
    in_run(run, "metrics.jsonl", path);
    struct stat info;
    if (stat(path, &info) || info.st_size == run->read_to) {
        return false;
    }
    if (info.st_size < run->read_to) {
        forget_metrics(run);
    }
    FILE *file = fopen(path, "rb");
    if (!file) {
        run->starved |= errno == ENOMEM;
        return false;
    }
    bool changed = false;
    size_t size = (size_t)(info.st_size - run->read_to);
    char *text = malloc(size + 1);
    run->starved |= !text;
    if (text && !fseeko(file, (off_t)run->read_to, SEEK_SET)) {
        size = fread(text, 1, size, file);
        size_t start = 0;
        for (size_t i = 0; i < size; i++) {
            if (text[i] == '\n') {
                if (i - start < LONGEST_LINE) {
                    take_line(run, text + start, i - start);
                }
                start = i + 1;
                changed = true;
            }
        }
        run->read_to += (int64_t)start;
    }
    free(text);
    fclose(file);
    if (run->starved) {
        forget_metrics(run); /* rather than lines without all their numbers */
    }
    return changed;
}

/* "task": "copy", or "task": {"name": "copy", ...}. */
static void take_text(const json_t *object, const char *key, const char *inner, char *text,
                      size_t size)
{
    const json_t *value = json_object_get(object, key);
    const char *found =
        json_string_value(json_is_object(value) ? json_object_get(value, inner) : value);
    if (found) {
        snprintf(text, size, "%s", found);
    }
}

static bool read_description(mann_history *run)
{
    char path[MANN_INNER_PATH_SIZE];
    in_run(run, "run.json", path);
    json_t *object = json_load_file(path, 0, NULL);
    if (!object) {
        return false;
    }
    char before[sizeof run->task + sizeof run->model + sizeof run->exit_reason];
    char after[sizeof before];
    snprintf(before, sizeof before, "%s%s%s", run->task, run->model, run->exit_reason);
    take_text(object, "task", "name", run->task, sizeof run->task);
    take_text(object, "model", "name", run->model, sizeof run->model);
    take_text(object, "run", "stopped", run->exit_reason, sizeof run->exit_reason);
    const json_t *seed = json_object_get(object, "seed");
    run->seed = json_is_integer(seed)  ? (uint64_t)json_integer_value(seed)
                : json_is_string(seed) ? strtoull(json_string_value(seed), NULL, 10)
                                       : run->seed;
    run->finished = run->exit_reason[0] && strcmp(run->exit_reason, "running");
    json_decref(object);
    snprintf(after, sizeof after, "%s%s%s", run->task, run->model, run->exit_reason);
    return strcmp(before, after);
}

/* checkpoints/BEST holds the name of a file. */
static bool read_best(mann_history *run)
{
    char path[MANN_INNER_PATH_SIZE];
    int64_t step = -1;
    in_run(run, "checkpoints/BEST", path);
    FILE *file = fopen(path, "r");
    if (!file && errno == ENOMEM) {
        run->starved = true;
        return false;
    }
    if (file) {
        step = fscanf(file, "step-%" SCNd64, &step) == 1 ? step : -1;
        fclose(file);
    }
    bool changed = step != run->best;
    run->best = step;
    return changed;
}

bool mann_history_refresh(mann_history *run)
{
    bool gone = !is_folder(run->path), changed = gone != run->gone;
    run->gone = gone;
    run->starved = false;
    if (gone) {
        return changed;
    }
    changed |= read_description(run);
    changed |= read_metrics(run);
    changed |= mann_history_read_traces(run);
    changed |= read_best(run);
    return changed;
}

mann_status mann_history_open(mann_context *context, const char *path, mann_history **out)
{
    *out = NULL;
    if (!is_folder(path)) {
        return mann_fail(context, MANN_E_IO, "%s: no such run folder", path);
    }
    mann_history *run = calloc(1, sizeof *run);
    if (!run) {
        return mann_fail(context, MANN_E_NOMEM, "out of memory for a run");
    }
    run->best = -1;
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') {
        length--;
    }
    if (length >= sizeof run->path) {
        free(run);
        return mann_fail(context, MANN_E_INVAL, "%s: the path is too long", path);
    }
    memcpy(run->path, path, length);
    const char *slash = strrchr(run->path, '/');
    snprintf(run->name, sizeof run->name, "%.127s", slash && slash[1] ? slash + 1 : run->path);
    mann_history_refresh(run);
    if (run->starved) {
        mann_history_close(run);
        return mann_fail(context, MANN_E_NOMEM, "%s: out of memory", path);
    }
    *out = run;
    return MANN_OK;
}

void mann_history_close(mann_history *run)
{
    if (!run) {
        return;
    }
    forget_metrics(run);
    free(run->snapshot);
    free(run->line_step);
    free(run->line_sequences);
    free(run);
}

double mann_history_sequences(const mann_history *run, int64_t step)
{
    int32_t low = 0, high = run->n_lines;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (run->line_step[middle] < (double)step) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low < run->n_lines && run->line_step[low] == (double)step) {
        return run->line_sequences[low];
    }
    /* Between lines, and beyond them: in proportion. */
    if (!run->n_lines) {
        return (double)step;
    }
    int32_t right = low < run->n_lines ? low : run->n_lines - 1;
    double x1 = run->line_step[right], y1 = run->line_sequences[right];
    double x0 = right ? run->line_step[right - 1] : 0;
    double y0 = right ? run->line_sequences[right - 1] : 0;
    return x1 > x0 ? y0 + (y1 - y0) * ((double)step - x0) / (x1 - x0) : (double)step;
}
