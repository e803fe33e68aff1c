/* `mann export`: the numbers behind the pictures, for other tools. What is exported is what `mann
 * render` with the same paths and state would draw: every value of that episode, and the metrics
 * of its run; and the weights alone, to be passed on. */
#include "cli/cli.h"
#include "cli/export/export.h"
#include "io/events.h"
#include "io/file.h"
#include "io/npz.h"
#include "show/source.h"
#include "train/checkpoint.h"

#include <ctype.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "Usage: mann export RUN|CHECKPOINT|TRACE [--npz FILE] [--csv FILE|DIR|-] [--tensorboard "
    "DIR]\n                   [--weights FILE]\n\n"
    "Writes every value of an episode, and the metrics of a run, for other tools; and the weights\n"
    "of a network without what only its training needs.\n\n"
    "      --npz FILE         NumPy: an array for each value, [step, ...], metrics/NAME for each\n"
    "                         metric, and 'about', JSON with kinds, axes, roles and\n"
    "                         phases\n"
    "      --csv DIR          a table for each value, a row for each number with its indices,\n"
    "                         and metrics.csv\n"
    "      --csv FILE.csv     one table of all values of the episode; - prints it\n"
    "      --tensorboard DIR  the metrics of one or more runs as event files, DIR/RUN/...\n"
    "      --weights FILE     a checkpoint of the weights alone, to be passed on: those of a run\n"
    "                         that validated best, with RUN@last the last\n"
    "      --at STATE         which episode, as in mann render (default: a finished run's best\n"
    "                         checkpoint on the traced example)\n" CLI_COMMON_HELP "\n"
    "Examples:\n"
    "  mann export runs/copy-1 --npz copy.npz\n"
    "  mann export runs/copy-1 --csv copy --at L120\n"
    "  mann export runs/copy-1 --weights copy.safetensors\n"
    "  mann export runs/* --tensorboard board && tensorboard --logdir board\n";

enum { NPZ = CLI_FIRST_FREE, CSV, TENSORBOARD, WEIGHTS, AT };

static const struct option options[] = {
    {"npz", required_argument, NULL, NPZ},
    {"csv", required_argument, NULL, CSV},
    {"tensorboard", required_argument, NULL, TENSORBOARD},
    {"weights", required_argument, NULL, WEIGHTS},
    {"at", required_argument, NULL, AT},
    CLI_LONG,
};

typedef struct wish {
    const char *npz, *csv, *tensorboard, *weights, *at;
} wish;

void mann_export_name(const char *name, char safe[64])
{
    snprintf(safe, 64, "%.63s", name);
    for (char *c = safe; *c; c++) {
        *c = isalnum((unsigned char)*c) || strchr("_-=,@+", *c) || (*c == '.' && c > safe) ? *c
                                                                                           : '_';
    }
}

/* Numbers of the run by line: a series has fewer where lines lack it. */
static double *make_table(const mann_history *run)
{
    size_t columns = (size_t)run->n_series, size = columns * (size_t)run->n_lines;
    double *table = malloc((size + 1) * sizeof *table);
    for (size_t s = 0; table && s < columns; s++) {
        const mann_series *series = &run->series[s];
        for (int32_t line = 0, i = 0; line < run->n_lines; line++) {
            bool has = i < series->count && series->x[i] == run->line_sequences[line];
            table[(size_t)line * columns + s] = has ? series->y[i] : NAN;
            i += has;
        }
    }
    return table;
}

static json_t *about(const mann_export *what)
{
    const mann_trace *trace = what->trace;
    json_t *root = json_object(), *values = json_object(), *notes = json_array();
    if (!trace) {
        json_decref(values);
        json_decref(notes);
        return root;
    }
    for (int32_t i = 0; i < trace->count; i++) {
        const mann_trace_array *array = &trace->array[i];
        json_t *axes = json_array();
        for (int32_t k = 0; k < array->rank; k++) {
            json_array_append_new(axes, json_string(array->axis[k]));
        }
        json_object_set_new(values, array->name,
                            json_pack("{s:s, s:o, s:s, s:s, s:s}", "kind",
                                      mann_kind_name(array->kind), "axes", axes, "role",
                                      mann_role_name(array->role), "access",
                                      mann_access_name(array->access), "group", array->group));
    }
    for (int32_t i = 0; i < trace->notes.count; i++) {
        json_array_append_new(
            notes, json_pack("{s:s, s:b, s:i, s:i}", "name", trace->notes.span[i].name, "mark",
                             (int)trace->notes.span[i].mark, "first", trace->notes.span[i].first,
                             "last", trace->notes.span[i].last));
    }
    char seed[32];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)trace->seed);
    json_object_set_new(root, "run", json_string(trace->run));
    json_object_set_new(root, "task", json_string(trace->task));
    json_object_set_new(root, "model", json_string(trace->model));
    json_object_set_new(root, "seed", json_string(seed));
    json_object_set_new(root, "length", json_integer(trace->length));
    json_object_set_new(root, "step", json_integer(trace->step));
    json_object_set_new(root, "sequences", json_integer(trace->sequences));
    json_object_set_new(root, "notes", notes);
    json_object_set_new(root, "values", values);
    return root;
}

static mann_status write_metrics(const mann_export *what, mann_npz *npz)
{
    int32_t lines = what->run->n_lines, columns = what->run->n_series;
    double *column = malloc(((size_t)lines + 1) * sizeof *column);
    if (!column) {
        return mann_fail(what->context, MANN_E_NOMEM, "out of memory");
    }
    for (int32_t s = 0; s < columns; s++) {
        char name[80], safe[64];
        for (int32_t i = 0; i < lines; i++) {
            column[i] = what->metrics[(size_t)i * (size_t)columns + (size_t)s];
        }
        mann_export_name(what->run->series[s].name, safe);
        snprintf(name, sizeof name, "metrics/%s", safe);
        mann_npz_add(npz, name, MANN_NPY_DOUBLE, 1, &lines, column);
    }
    free(column);
    return MANN_OK;
}

static mann_status write_npz(const mann_export *what, const char *path)
{
    mann_npz *npz;
    mann_status status = mann_npz_open(what->context, path, &npz);
    if (status) {
        return status;
    }
    for (int32_t i = 0; what->trace && i < what->trace->count; i++) {
        const mann_trace_array *array = &what->trace->array[i];
        char safe[64];
        mann_export_name(array->name, safe);
        mann_npz_add(npz, safe, MANN_NPY_FLOAT, array->rank, array->n, array->data);
    }
    json_t *root = about(what);
    char *text = json_dumps(root, JSON_ENSURE_ASCII);
    json_decref(root);
    if (text) {
        mann_npz_add(npz, "about", MANN_NPY_TEXT, 0, NULL, text);
    }
    free(text);
    status = what->metrics ? write_metrics(what, npz) : MANN_OK;
    mann_status committed = mann_npz_commit(npz);
    return status ? status : committed;
}

/* DIR/RUN/events...: a folder for each run is what TensorBoard tells runs apart by. */
static mann_status write_events(mann_context *context, const char *path, const char *folder)
{
    mann_history *run;
    mann_events *events;
    if (!mann_run_is_folder(path)) {
        return mann_fail(context, MANN_E_FORMAT, "%s: not a run; only runs have metrics", path);
    }
    mann_status status = mann_history_open(context, path, &run);
    if (status) {
        return status;
    }
    char safe[64], file[1200];
    mann_export_name(run->name, safe);
    snprintf(file, sizeof file, "%.1000s/%s", folder, safe);
    status = mann_folder_make(context, file);
    strcat(file, "/events.out.tfevents.0.mann");
    double *table = make_table(run);
    status = status ? status : table ? MANN_OK : mann_fail(context, MANN_E_NOMEM, "out of memory");
    status = status ? status : mann_events_open(context, file, &events);
    if (!status) {
        const mann_series *clock = mann_history_series(run, "seconds");
        for (int32_t line = 0; line < run->n_lines; line++) {
            const double *row = table + (size_t)line * (size_t)run->n_series;
            double time = clock ? row[clock - run->series] : 0;
            for (int32_t s = 0; s < run->n_series; s++) {
                double value = row[s];
                if (!isnan(value) && strcmp(run->series[s].name, "step") != 0) {
                    mann_events_scalar(events, (int64_t)run->line_step[line], time,
                                       run->series[s].name, value);
                }
            }
        }
        status = mann_events_commit(events);
    }
    free(table);
    mann_history_close(run);
    return status;
}

static mann_status write_tables(mann_export *what, const wish *wanted)
{
    mann_status status = wanted->npz ? write_npz(what, wanted->npz) : MANN_OK;
    if (!status && wanted->csv) {
        size_t length = strlen(wanted->csv);
        bool file =
            !strcmp(wanted->csv, "-") || (length > 4 && !strcmp(wanted->csv + length - 4, ".csv"));
        status = (file ? mann_export_csv_file : mann_export_csv_folder)(what, wanted->csv);
    }
    return status;
}

static mann_status export_episode(mann_context *context, const char *path, const wish *wanted)
{
    mann_state state;
    mann_status status = mann_state_parse(context, wanted->at ? wanted->at : "", &state);
    mann_source *source = status ? NULL : mann_source_open(context, 1, &path, &status);
    if (!source) {
        return status;
    }
    mann_scene scene = mann_scene_make();
    int32_t choice, snapshot;
    status = mann_source_show_state(context, source, &state, &choice, &snapshot, &scene);
    mann_export what = {.context = context};
    if (!status) {
        what.trace = scene.episode ? scene.episode->trace : NULL;
        what.run = scene.n_runs && scene.run[0]->n_lines ? scene.run[0] : NULL;
        what.metrics = what.run ? make_table(what.run) : NULL;
        status = what.trace || what.run
                     ? write_tables(&what, wanted)
                     : mann_fail(context, MANN_E_IO, "%s: neither a trace nor metrics yet", path);
    }
    free(what.metrics);
    mann_source_close(source);
    return status;
}

static mann_status export_weights(mann_context *context, const char *path, const char *file)
{
    mann_checkpoint_info info;
    mann_status status;
    mann_network *network = mann_checkpoint_open(context, path, NULL, &info, &status);
    if (network) {
        const mann_real *values = mann_params_values(network->params);
        status =
            mann_checkpoint_save_weights(context, network, values, info.step, info.sequences, file);
    }
    mann_network_free(network);
    return status;
}

static int run(mann_cli *cli, int count, char *const *path, const wish *wanted)
{
    if (!wanted->npz && !wanted->csv && !wanted->tensorboard && !wanted->weights) {
        return cli_usage(cli, "into what? Give --npz, --csv, --tensorboard or --weights");
    }
    if (!count) {
        return cli_usage(cli, "which run, checkpoint or trace?");
    }
    if (count > 1 && (wanted->npz || wanted->csv || wanted->weights)) {
        return cli_usage(cli,
                         "--npz, --csv and --weights take one run, checkpoint or trace at a time");
    }
    mann_status status = MANN_OK;
    for (int i = 0; !status && wanted->tensorboard && i < count; i++) {
        status = write_events(cli->context, path[i], wanted->tensorboard);
    }
    if (!status && (wanted->npz || wanted->csv)) {
        status = export_episode(cli->context, path[0], wanted);
    }
    if (!status && wanted->weights) {
        status = export_weights(cli->context, path[0], wanted->weights);
    }
    return status ? cli_fail(cli, status) : CLI_DONE;
}

int mann_cmd_export(int argc, char **argv)
{
    int option, code = CLI_USAGE;
    bool stop = false;
    mann_cli cli = cli_open("export");
    cli.options = options;
    wish wanted = {0};
    optind = 1;
    while (!stop && (option = getopt_long(argc, argv, ":" CLI_SHORT, options, NULL)) != -1) {
        switch (option) {
        case NPZ: wanted.npz = optarg; break;
        case CSV: wanted.csv = optarg; break;
        case TENSORBOARD: wanted.tensorboard = optarg; break;
        case WEIGHTS: wanted.weights = optarg; break;
        case AT: wanted.at = optarg; break;
        default: stop = cli_common(&cli, option, argv, help, &code); break;
        }
    }
    if (!stop) {
        code = run(&cli, argc - optind, argv + optind, &wanted);
    }
    cli_close(&cli);
    return code;
}
