/* Checkpoints as safetensors: a tensor per parameter under its name; with "average.NAME" the
 * running average and with "optimiser.MOMENT.NAME" what the optimiser keeps. Metadata carries the
 * experiment as JSON text and the numbers training goes on from, floating-point ones in
 * hexadecimal so that nothing is lost.
 *
 * Everything is verified against the network before the first number is copied. */
#include "train/checkpoint.h"

#include "io/file.h"
#include "io/json.h"
#include "io/safetensors.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FORMAT "mann.checkpoint"
/* Whole numbers up to here are exact in a double. */
#define LARGEST 9e15

/* --- writing --- */

typedef struct writer {
    mann_stored *tensor;
    int32_t count, capacity;
} writer;

static bool writer_init(writer *w, const mann_params *params, int32_t copies)
{
    w->count = 0;
    w->capacity = mann_params_number(params) * copies;
    w->tensor = calloc((size_t)w->capacity + 1, sizeof *w->tensor);
    return w->tensor != NULL;
}

/* One tensor per parameter out of a flat vector. */
static void add_flat(writer *w, const char *prefix, const mann_params *params,
                     const mann_real *flat)
{
    for (int32_t i = 0; i < mann_params_number(params); i++) {
        const mann_param_info *info = mann_params_info(params, i);
        mann_stored *t = &w->tensor[w->count++];
        /* Longer names than a file can hold are cut, and found missing on reading. */
        snprintf(t->name, sizeof t->name, "%s%.*s", prefix,
                 (int)(sizeof t->name - 1 - strlen(prefix)), info->name);
        t->dtype = MANN_F32;
        t->rank = 2;
        t->shape[0] = info->rows;
        t->shape[1] = info->cols;
        t->data = flat + info->offset;
        t->bytes = (size_t)info->rows * (size_t)info->cols * sizeof(float);
    }
}

/* False on shortage. */
MANN_PRINTF(3, 4)
static bool put(json_t *metadata, const char *name, const char *format, ...)
{
    char text[128];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return !json_object_set_new(metadata, name, json_string(text));
}

/* NULL on shortage. */
static json_t *common_metadata(const mann_network *network, int64_t step, int64_t sequences)
{
    json_t *metadata = json_object();
    char *experiment = mann_experiment_text(network->experiment);
    bool good = metadata && experiment && put(metadata, "format", FORMAT) &&
                put(metadata, "version", "1") && put(metadata, "mann", MANN_VERSION) &&
                put(metadata, "step", "%" PRId64, step) &&
                put(metadata, "sequences", "%" PRId64, sequences) &&
                !json_object_set_new(metadata, "experiment", json_string(experiment));
    free(experiment);
    if (!good) {
        json_decref(metadata);
        return NULL;
    }
    return metadata;
}

static double memo_value(const mann_memo *memo, const void *state)
{
    const void *field = (const char *)state + memo->offset;
    switch (memo->kind) {
    case MANN_MEMO_COUNT: return (double)*(const int64_t *)field;
    case MANN_MEMO_BOOL: return *(const bool *)field;
    case MANN_MEMO_REAL: break;
    }
    return *(const double *)field;
}

static void set_memo(const mann_memo *memo, void *state, double value)
{
    void *field = (char *)state + memo->offset;
    switch (memo->kind) {
    case MANN_MEMO_COUNT: *(int64_t *)field = (int64_t)value; break;
    case MANN_MEMO_BOOL: *(bool *)field = value != 0; break;
    case MANN_MEMO_REAL: *(double *)field = value; break;
    }
}

/* What training goes on from. */
static bool put_progress(json_t *metadata, const mann_trainer *t, const mann_memo *memo,
                         const void *state)
{
    bool good = put(metadata, "lesson", "%d", t->progress.lesson) &&
                put(metadata, "updates", "%" PRId64, t->optimiser.updates) &&
                put(metadata, "beta1_power", "%a", t->optimiser.beta1_power) &&
                put(metadata, "beta2_power", "%a", t->optimiser.beta2_power) &&
                put(metadata, "lr_scale", "%a", t->lr_scale);
    for (const mann_memo *m = memo; good && m->name; m++) {
        good = put(metadata, m->name, "%a", memo_value(m, state));
    }
    return good;
}

static mann_status no_memory(mann_context *context)
{
    return mann_fail(context, MANN_E_NOMEM, "out of memory for a checkpoint");
}

mann_status mann_checkpoint_save_weights(mann_context *context, const mann_network *network,
                                         const mann_real *values, int64_t step, int64_t sequences,
                                         const char *path)
{
    writer w;
    json_t *metadata = common_metadata(network, step, sequences);
    mann_status status = MANN_OK;
    if (!metadata || !writer_init(&w, network->params, 1)) {
        status = no_memory(context);
    } else {
        add_flat(&w, "", network->params, values);
        status = mann_archive_save(context, path, w.count, w.tensor, metadata);
        free(w.tensor);
    }
    json_decref(metadata);
    return status;
}

mann_status mann_checkpoint_save(mann_trainer *t, const char *path, const mann_memo *memo,
                                 const void *state)
{
    const mann_params *params = t->network->params;
    writer w;
    json_t *metadata = common_metadata(t->network, t->progress.step, t->progress.sequences);
    if (!metadata || !put_progress(metadata, t, memo, state) ||
        !writer_init(&w, params, 2 + MANN_MAX_MOMENTS)) {
        json_decref(metadata);
        return no_memory(t->context);
    }
    add_flat(&w, "", params, mann_params_values(t->network->params));
    if (t->average) {
        add_flat(&w, "average.", params, t->average);
    }
    for (int32_t i = 0; i < t->optimiser.moments; i++) {
        char prefix[64];
        snprintf(prefix, sizeof prefix, "optimiser.%s.", t->optimiser.moment_name[i]);
        add_flat(&w, prefix, params, t->optimiser.moment[i]);
    }
    mann_status status = mann_archive_save(t->context, path, w.count, w.tensor, metadata);
    free(w.tensor);
    json_decref(metadata);
    return status;
}

/* --- reading --- */

static mann_status open_archive(mann_context *context, const char *path, mann_archive **archive)
{
    mann_status status = mann_archive_open(context, path, archive);
    if (status) {
        return status;
    }
    const char *format = mann_archive_metadata(*archive, "format");
    const char *version = mann_archive_metadata(*archive, "version");
    bool ours = format && !strcmp(format, FORMAT);
    if (ours && (!version || strcmp(version, "1"))) {
        mann_archive_close(*archive);
        return mann_fail(context, MANN_E_FORMAT,
                         "%s: a checkpoint of another version of mann; this one reads version 1",
                         path);
    }
    if (!ours) {
        char shown[MANN_SHOWN_SIZE];
        mann_show(shown, format ? format : "none");
        mann_archive_close(*archive);
        return mann_fail(context, MANN_E_FORMAT,
                         "%s: a safetensors file, but not a checkpoint of mann (format '%s')", path,
                         shown);
    }
    return MANN_OK;
}

/* All tensors of a flat vector, checked for shape and kind. */
static mann_status check_flat(mann_context *context, const char *path, const mann_archive *archive,
                              const char *prefix, const mann_params *params)
{
    for (int32_t i = 0; i < mann_params_number(params); i++) {
        const mann_param_info *info = mann_params_info(params, i);
        char name[192];
        snprintf(name, sizeof name, "%s%s", prefix, info->name);
        const mann_stored *t = mann_archive_find(archive, name);
        if (!t) {
            return mann_fail(context, MANN_E_FORMAT, "%s: there is no tensor '%s'", path, name);
        }
        if (t->dtype != MANN_F32 || t->rank != 2 || t->shape[0] != info->rows ||
            t->shape[1] != info->cols) {
            return mann_fail(context, MANN_E_FORMAT,
                             "%s: tensor '%s' is not F32 [%d, %d], as the network needs it", path,
                             name, info->rows, info->cols);
        }
    }
    return MANN_OK;
}

static void copy_flat(const mann_archive *archive, const char *prefix, const mann_params *params,
                      mann_real *flat)
{
    for (int32_t i = 0; i < mann_params_number(params); i++) {
        const mann_param_info *info = mann_params_info(params, i);
        char name[192];
        snprintf(name, sizeof name, "%s%s", prefix, info->name);
        const mann_stored *t = mann_archive_find(archive, name);
        memcpy(flat + info->offset, t->data, t->bytes);
    }
}

static bool has_average(const mann_archive *archive, const mann_params *params)
{
    char name[192];
    snprintf(name, sizeof name, "average.%s", mann_params_info(params, 0)->name);
    return mann_archive_find(archive, name) != NULL;
}

/* Tensors that belong to nobody are an error too. */
static mann_status check_count(mann_context *context, const char *path, const mann_archive *archive,
                               int32_t expected)
{
    if (mann_archive_count(archive) != expected) {
        return mann_fail(context, MANN_E_FORMAT, "%s: %d tensors where %d are expected", path,
                         mann_archive_count(archive), expected);
    }
    return MANN_OK;
}

/* Whether the tensor is a parameter, its average or one of its moments. */
static bool is_ours(const char *name, const mann_params *params)
{
    if (!strncmp(name, "average.", 8)) {
        name += 8;
    } else if (!strncmp(name, "optimiser.", 10)) {
        const char *dot = strchr(name + 10, '.');
        name = dot ? dot + 1 : name;
    }
    for (int32_t i = 0; i < mann_params_number(params); i++) {
        if (!strcmp(name, mann_params_info(params, i)->name)) {
            return true;
        }
    }
    return false;
}

static mann_status check_names(mann_context *context, const char *path, const mann_archive *archive,
                               const mann_params *params)
{
    for (int32_t i = 0; i < mann_archive_count(archive); i++) {
        const char *name = mann_archive_tensor(archive, i)->name;
        if (!is_ours(name, params)) {
            char shown[MANN_SHOWN_SIZE];
            return mann_fail(context, MANN_E_FORMAT,
                             "%s: tensor '%s' belongs to no parameter of the network", path,
                             mann_show(shown, name));
        }
    }
    return MANN_OK;
}

static const char *prefix_of(const mann_archive *archive, const mann_params *params)
{
    return has_average(archive, params) ? "average." : "";
}

static mann_status check_weights(mann_context *context, const char *path,
                                 const mann_archive *archive, const mann_params *params)
{
    mann_status status = check_names(context, path, archive, params);
    return status ? status : check_flat(context, path, archive, prefix_of(archive, params), params);
}

/* Checked before. */
static void take_weights(const mann_archive *archive, mann_params *params)
{
    copy_flat(archive, prefix_of(archive, params), params, mann_params_values(params));
    mann_params_refresh(params);
}

mann_status mann_checkpoint_weights(mann_context *context, mann_network *network, const char *path)
{
    char file[MANN_INNER_PATH_SIZE];
    mann_archive *archive;
    mann_status status = mann_checkpoint_resolve(context, path, "BEST", file, sizeof file);
    status = status ? status : open_archive(context, file, &archive);
    if (status) {
        return status;
    }
    status = check_weights(context, file, archive, network->params);
    if (!status) {
        take_weights(archive, network->params);
    }
    mann_archive_close(archive);
    return status;
}

static mann_status number_below(mann_context *context, const char *path,
                                const mann_archive *archive, const char *name, double bound,
                                double *value)
{
    const char *text = mann_archive_metadata(archive, name);
    char *end;
    if (!text) {
        return mann_fail(context, MANN_E_FORMAT, "%s: metadata lacks '%s'", path, name);
    }
    *value = strtod(text, &end);
    if (end == text || *end || !(*value >= -bound && *value <= bound)) {
        return mann_fail(context, MANN_E_FORMAT, "%s: metadata '%s' is not a number in range", path,
                         name);
    }
    return MANN_OK;
}

static mann_status number(mann_context *context, const char *path, const mann_archive *archive,
                          const char *name, double *value)
{
    return number_below(context, path, archive, name, LARGEST, value);
}

static mann_status remembered(mann_context *context, const char *path, const mann_archive *archive,
                              const mann_memo *memo, double *value)
{
    double bound = memo->kind == MANN_MEMO_REAL ? DBL_MAX : LARGEST;
    mann_status status = number_below(context, path, archive, memo->name, bound, value);
    bool whole = memo->kind == MANN_MEMO_REAL || (*value >= 0 && *value == floor(*value));
    if (!status && !(whole && (memo->kind != MANN_MEMO_BOOL || *value <= 1))) {
        return mann_fail(context, MANN_E_FORMAT, "%s: metadata '%s' is not a %s", path, memo->name,
                         memo->kind == MANN_MEMO_BOOL ? "truth value, 0 or 1" : "count");
    }
    return status;
}

/* The numbers of the trainer that a checkpoint carries. */
enum { STEP, SEQUENCES, LESSON, UPDATES, BETA1, BETA2, SCALE, NUMBERS };
static const char *const number_names[NUMBERS] = {
    "step", "sequences", "lesson", "updates", "beta1_power", "beta2_power", "lr_scale"};

mann_status mann_checkpoint_restore(mann_trainer *t, const char *path, const mann_memo *memo,
                                    void *state)
{
    mann_context *context = t->context;
    const mann_params *params = t->network->params;
    mann_archive *archive;
    mann_status status = open_archive(context, path, &archive);
    if (status) {
        return status;
    }
    enum { MOST_MEMOS = 32 };
    double value[NUMBERS] = {0}, kept[MOST_MEMOS] = {0};
    int32_t copies = 1 + (t->average != NULL) + t->optimiser.moments;
    status = check_count(context, path, archive, mann_params_number(params) * copies);
    status = status ? status : check_flat(context, path, archive, "", params);
    if (!status && t->average) {
        status = check_flat(context, path, archive, "average.", params);
    }
    char prefix[MANN_MAX_MOMENTS][64];
    for (int32_t i = 0; !status && i < t->optimiser.moments; i++) {
        snprintf(prefix[i], sizeof prefix[i], "optimiser.%s.", t->optimiser.moment_name[i]);
        status = check_flat(context, path, archive, prefix[i], params);
    }
    for (int32_t i = 0; !status && i < NUMBERS; i++) {
        status = number(context, path, archive, number_names[i], &value[i]);
    }
    for (int32_t i = 0; !status && memo[i].name; i++) {
        status = remembered(context, path, archive, &memo[i], &kept[i]);
    }
    if (!status && !(value[LESSON] >= 0 && value[LESSON] < t->lessons && value[STEP] >= 0 &&
                     value[SEQUENCES] >= 0 && value[UPDATES] >= 0)) {
        status = mann_fail(context, MANN_E_FORMAT,
                           "%s: metadata: step, sequences, lesson or "
                           "updates out of range",
                           path);
    }
    if (!status) {
        copy_flat(archive, "", params, mann_params_values(t->network->params));
        mann_params_refresh(t->network->params);
        if (t->average) {
            copy_flat(archive, "average.", params, t->average);
        }
        for (int32_t i = 0; i < t->optimiser.moments; i++) {
            copy_flat(archive, prefix[i], params, t->optimiser.moment[i]);
        }
        t->progress = (mann_progress){.step = (int64_t)value[STEP],
                                      .sequences = (int64_t)value[SEQUENCES],
                                      .lesson = (int32_t)value[LESSON]};
        t->network->trained = value[SEQUENCES];
        t->optimiser.updates = (int64_t)value[UPDATES];
        t->optimiser.beta1_power = value[BETA1];
        t->optimiser.beta2_power = value[BETA2];
        t->lr_scale = value[SCALE];
        for (int32_t i = 0; memo[i].name; i++) {
            set_memo(&memo[i], state, kept[i]);
        }
    }
    mann_archive_close(archive);
    return status;
}

mann_status mann_checkpoint_resolve(mann_context *context, const char *path, const char *mark,
                                    char *file, size_t size)
{
    struct stat found;
    char folder[MANN_PATH_SIZE];
    const char *at = strrchr(path, '@');
    bool numbered = at && at[1] && strspn(at + 1, "0123456789") == strlen(at + 1);
    bool last = at && !strcmp(at, "@last");
    int length = numbered || last ? (int)(at - path) : (int)strlen(path);
    if (snprintf(folder, sizeof folder, "%.*s", length, path) >= (int)sizeof folder) {
        return mann_fail(context, MANN_E_INVAL, "%s: the path is too long", path);
    }
    if (stat(folder, &found)) {
        return mann_fail(context, MANN_E_IO, "%s: there is no such run or checkpoint", folder);
    }
    if (!S_ISDIR(found.st_mode)) {
        snprintf(file, size, "%s", folder);
        return MANN_OK;
    }
    if (numbered) {
        snprintf(file, size, "%s/checkpoints/step-%09lld.safetensors", folder, atoll(at + 1));
        return MANN_OK;
    }
    char pointer[MANN_INNER_PATH_SIZE], *name;
    size_t bytes;
    snprintf(pointer, sizeof pointer, "%s/checkpoints/%s", folder, last ? "LATEST" : mark);
    if (stat(pointer, &found)) {
        snprintf(pointer, sizeof pointer, "%s/checkpoints/LATEST", folder);
    }
    if (stat(pointer, &found)) {
        return mann_fail(context, MANN_E_IO,
                         "%s: no checkpoint in this folder yet (checkpoints/LATEST is missing)",
                         folder);
    }
    mann_status status = mann_file_read(context, pointer, 256, &name, &bytes);
    if (status) {
        return status;
    }
    name[strcspn(name, "\n")] = '\0';
    bool plain = *name && !strchr(name, '/') && strcmp(name, "..");
    int wrote = snprintf(file, size, "%s/checkpoints/%s", folder, name);
    free(name);
    if (!plain || wrote >= (int)size) {
        return mann_fail(context, MANN_E_FORMAT, "%s: does not hold the name of a checkpoint",
                         pointer);
    }
    return MANN_OK;
}

static mann_network *open_network(mann_context *context, const char *file,
                                  const mann_archive *archive, const char *settings,
                                  mann_status *status)
{
    const char *text = mann_archive_metadata(archive, "experiment");
    if (!text) {
        *status = mann_fail(context, MANN_E_FORMAT, "%s: metadata lacks 'experiment'", file);
        return NULL;
    }
    mann_experiment *e = mann_experiment_parse(context, text, file, NULL, NULL);
    if (!e) {
        /* Whatever is wrong, it is the file's fault. */
        *status = mann_context_status(context) == MANN_E_NOMEM ? MANN_E_NOMEM : MANN_E_FORMAT;
        return NULL;
    }
    *status = settings ? mann_experiment_settings(e, settings) : MANN_OK;
    mann_network *network = *status ? NULL : mann_network_announce(context, e);
    if (!network) {
        *status = mann_context_status(context); /* such as that of a task's file */
        *status = *status ? *status : MANN_E_NOMEM;
    }
    mann_experiment_free(e);
    if (!network) {
        return NULL;
    }
    /* A small file may describe a large network: memory is taken once its weights are seen. */
    *status = check_weights(context, file, archive, network->params);
    *status = *status ? *status : mann_params_fill(network->params, network->experiment->seed);
    if (*status) {
        mann_network_free(network);
        return NULL;
    }
    take_weights(archive, network->params);
    return network;
}

mann_network *mann_checkpoint_open(mann_context *context, const char *path, const char *settings,
                                   mann_checkpoint_info *info, mann_status *status)
{
    char file[MANN_INNER_PATH_SIZE];
    mann_archive *archive;
    mann_status unused;
    status = status ? status : &unused;
    *status = mann_checkpoint_resolve(context, path, "BEST", file, sizeof file);
    *status = *status ? *status : open_archive(context, file, &archive);
    if (*status) {
        return NULL;
    }
    double step = -1, sequences = -1;
    mann_network *network = NULL;
    *status = number(context, file, archive, "step", &step);
    *status = *status ? *status : number(context, file, archive, "sequences", &sequences);
    if (!*status) {
        network = open_network(context, file, archive, settings, status);
    }
    if (network) {
        network->trained = sequences;
    }
    if (network && info) {
        struct stat found = {0};
        stat(file, &found);
        snprintf(info->path, sizeof info->path, "%s", file);
        info->step = (int64_t)step;
        info->sequences = (int64_t)sequences;
        info->resumable = mann_archive_metadata(archive, "updates") != NULL;
        info->bytes = (int64_t)found.st_size;
    }
    mann_archive_close(archive);
    return network;
}
