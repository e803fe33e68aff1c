/* Run folders. Everything but metrics.jsonl is replaced as a whole; metrics.jsonl is appended to
 * line by line, and cut back to the last checkpoint when a run is resumed. */
#include "run/folder.h"

#include "io/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <mann/run.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

enum { LARGEST_METRICS = 1 << 30 };

static void place(const mann_folder *folder, const char *name, char *path, size_t size)
{
    snprintf(path, size, "%s/%s", folder->path, name);
}

bool mann_run_is_folder(const char *path)
{
    char file[MANN_INNER_PATH_SIZE];
    struct stat found;
    snprintf(file, sizeof file, "%s/run.json", path);
    return !stat(file, &found);
}

static mann_status take_lock(mann_folder *folder)
{
    char path[MANN_INNER_PATH_SIZE];
    place(folder, ".lock", path, sizeof path);
    folder->lock = open(path, O_RDWR | O_CREAT, 0666);
    if (folder->lock < 0) {
        return mann_fail(folder->context, MANN_E_IO, "%s: %s", path, strerror(errno));
    }
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(folder->lock, F_SETLK, &whole)) {
        close(folder->lock);
        folder->lock = -1;
        return mann_fail(folder->context, MANN_E_INVAL,
                         "%s: another process is training here; wait for it or use another folder",
                         folder->path);
    }
    return MANN_OK;
}

static mann_status occupied(const mann_folder *folder)
{
    return mann_fail(folder->context, MANN_E_INVAL,
                     "%s: there is a run here already; add --resume to go on with it, or choose "
                     "another folder with -o",
                     folder->path);
}

mann_status mann_folder_open(mann_context *context, mann_folder *folder, const char *path,
                             bool resume)
{
    *folder = (mann_folder){.context = context, .lock = -1};
    if (snprintf(folder->path, sizeof folder->path, "%s", path) >= (int)sizeof folder->path) {
        return mann_fail(context, MANN_E_INVAL, "%s: the path is too long", path);
    }
    bool exists = mann_run_is_folder(path);
    if (resume && !exists) {
        return mann_fail(context, MANN_E_INVAL,
                         "%s: no run to resume here (run.json is missing); leave out --resume",
                         path);
    }
    if (!resume && exists) {
        return occupied(folder);
    }
    char checkpoints[MANN_INNER_PATH_SIZE];
    place(folder, "checkpoints", checkpoints, sizeof checkpoints);
    mann_status status = mann_folder_make(context, checkpoints);
    status = status ? status : take_lock(folder);
    if (!status && !resume && mann_run_is_folder(path)) {
        mann_folder_close(folder); /* another process was faster, and is done already */
        status = occupied(folder);
    }
    return status;
}

void mann_folder_close(mann_folder *folder)
{
    if (folder->metrics) {
        fclose(folder->metrics);
    }
    if (folder->lock >= 0) {
        close(folder->lock);
    }
    folder->metrics = NULL;
    folder->lock = -1;
}

/* Bytes of text up to and with the last whole line whose step is at most step. */
static size_t kept_lines(const char *text, size_t size, int64_t step)
{
    size_t kept = 0;
    while (kept < size) {
        const char *line = text + kept, *end = memchr(line, '\n', size - kept);
        const char *found = end ? strstr(line, "\"step\":") : NULL;
        if (!found || found > end || atoll(found + 7) > step) {
            break;
        }
        kept = (size_t)(end - text) + 1;
    }
    return kept;
}

mann_status mann_folder_metrics(mann_folder *folder, int64_t step)
{
    char path[MANN_INNER_PATH_SIZE], *text;
    size_t size;
    struct stat found;
    place(folder, "metrics.jsonl", path, sizeof path);
    if (!stat(path, &found)) {
        mann_status status = mann_file_read(folder->context, path, LARGEST_METRICS, &text, &size);
        if (!status) {
            size_t kept = kept_lines(text, size, step);
            status = kept < size ? mann_file_replace(folder->context, path, text, kept) : MANN_OK;
            free(text);
        }
        if (status) {
            return status;
        }
    }
    folder->metrics = fopen(path, "a");
    if (!folder->metrics) {
        return mann_fail(folder->context, MANN_E_IO, "%s: %s", path, strerror(errno));
    }
    return MANN_OK;
}

/* What is not finite is null. */
static json_t *finite(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

/* False on shortage. */
static bool put(json_t *object, const char *name, double x)
{
    return !json_object_set_new(object, name, finite(x));
}

static bool put_score(json_t *object, const mann_score *score)
{
    bool good = object;
    for (int32_t i = 0; good && i < score->count; i++) {
        const char *name = score->metric[i].name;
        good = put(object, name, mann_score_get(score, name));
    }
    return good;
}

/* A line of metrics.jsonl; NULL on shortage. */
static char *line_text(const mann_progress *progress, double seconds, const mann_score *score,
                       const mann_score *harder)
{
    json_t *line =
        json_pack("{s:I, s:I, s:f, s:i}", "step", (json_int_t)progress->step, "sequences",
                  (json_int_t)progress->sequences, "seconds", seconds, "lesson", progress->lesson);
    bool good = line && put(line, "loss", progress->loss) &&
                put(line, "grad_norm", progress->grad_norm) && put(line, "lr", progress->lr) &&
                put_score(line, score);
    if (good && harder->count) {
        json_t *object = json_object();
        good = put_score(object, harder);
        good = !json_object_set_new(line, "harder", object) && good;
    }
    char *text = good ? json_dumps(line, JSON_COMPACT) : NULL;
    json_decref(line);
    return text;
}

const char *const mann_folder_front[] = {"step", "sequences", "seconds", "lesson",
                                         "loss", "grad_norm", "lr",      NULL};

mann_status mann_folder_append(mann_folder *folder, const mann_progress *progress, double seconds,
                               const mann_score *score, const mann_score *harder)
{
    char *text = line_text(progress, seconds, score, harder);
    if (!text) {
        return mann_fail(folder->context, MANN_E_NOMEM, "out of memory for metrics.jsonl");
    }
    bool good = fprintf(folder->metrics, "%s\n", text) > 0 && !fflush(folder->metrics);
    int error = errno;
    free(text);
    return good
               ? MANN_OK
               : mann_fail(folder->context, MANN_E_IO, "%s/metrics.jsonl: could not be written: %s",
                           folder->path, strerror(error));
}

mann_status mann_folder_describe(mann_folder *folder, const mann_experiment *experiment,
                                 const mann_progress *progress, double seconds, const char *stopped,
                                 const char *message)
{
    char *settings = mann_experiment_text(experiment);
    json_t *root = settings ? json_loads(settings, 0, NULL) : NULL;
    struct utsname host = {0};
    char when[32] = "";
    time_t now = time(NULL);
    struct tm utc;
    uname(&host);
    if (gmtime_r(&now, &utc)) {
        strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &utc);
    }
    json_t *run = json_pack(
        "{s:s, s:s, s:s, s:s, s:I, s:I, s:f, s:f}", "version", MANN_VERSION, "host", host.nodename,
        "written", when, "stopped", stopped, "step", (json_int_t)progress->step, "sequences",
        (json_int_t)progress->sequences, "epoch", folder->epoch, "seconds", seconds);
    bool good = root && run;
    if (good && folder->until) {
        good = !json_object_set_new(run, "until", json_string(folder->until));
    }
    if (good && message) {
        good = !json_object_set_new(run, "message", json_string(message));
    }
    char *text = NULL;
    if (good && !json_object_set(root, "run", run)) {
        text = json_dumps(root, JSON_INDENT(2));
    }
    json_decref(run);
    json_decref(root);
    free(settings);
    if (!text) {
        return mann_fail(folder->context, MANN_E_NOMEM, "out of memory for run.json");
    }
    char path[MANN_INNER_PATH_SIZE];
    place(folder, "run.json", path, sizeof path);
    mann_status status = mann_file_replace(folder->context, path, text, strlen(text));
    free(text);
    return status;
}

void mann_folder_step_name(int64_t step, char *name, size_t size)
{
    snprintf(name, size, "step-%09lld.safetensors", (long long)step);
}

mann_status mann_folder_point(mann_folder *folder, const char *mark, int64_t step)
{
    char path[MANN_INNER_PATH_SIZE], name[64], line[80];
    snprintf(path, sizeof path, "%s/checkpoints/%s", folder->path, mark);
    mann_folder_step_name(step, name, sizeof name);
    snprintf(line, sizeof line, "%s\n", name);
    return mann_file_replace(folder->context, path, line, strlen(line));
}

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* History: of the checkpoints, one in each half-octave of steps stays. */
void mann_folder_thin(mann_folder *folder, int64_t latest, int64_t best)
{
    char path[MANN_INNER_PATH_SIZE];
    int64_t steps[512];
    size_t count = 0;
    place(folder, "checkpoints", path, sizeof path);
    DIR *listing = opendir(path);
    for (struct dirent *entry; listing && (entry = readdir(listing));) {
        long long step;
        char rest[16];
        if (count < 512 && sscanf(entry->d_name, "step-%lld.%11s", &step, rest) == 2 &&
            !strcmp(rest, "safetensors")) {
            steps[count++] = step;
        }
    }
    if (listing) {
        closedir(listing);
    }
    qsort(steps, count, sizeof steps[0], ascending);
    int bucket = -1;
    for (size_t i = 0; i < count; i++) {
        int mine = (int)(2 * log2((double)steps[i] + 1));
        bool keep = mine > bucket || steps[i] == latest || steps[i] == best;
        bucket = mine > bucket ? mine : bucket;
        if (!keep) {
            char name[64], file[MANN_INNER_PATH_SIZE + 64];
            mann_folder_step_name(steps[i], name, sizeof name);
            snprintf(file, sizeof file, "%s/%s", path, name);
            remove(file);
        }
    }
}
