/* `mann info`: what a run, a checkpoint or a trace holds, after verifying all of it. */
#include "cli/cli.h"
#include "io/file.h"
#include "io/safetensors.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char help[] =
    "Usage: mann info RUN|CHECKPOINT|TRACE\n\n"
    "Verifies a file and prints its options and the shapes in it; of a run folder, what\n"
    "happened.\n\n" CLI_COMMON_HELP "\n"
    "Example:\n"
    "  mann info runs/copy-1\n";

static const struct option options[] = {CLI_LONG};

enum { LARGEST_RUN = 16 << 20 };

static const char *stored_shape(const mann_stored *t, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (int32_t i = 0; i < t->rank && used < size; i++) {
        used += (size_t)snprintf(text + used, size - used, "%s%" PRId64, i ? "×" : "", t->shape[i]);
    }
    return text;
}

static json_t *archive_json(const mann_archive *archive)
{
    json_t *root = json_object(), *tensors = json_array();
    json_object_set(root, "metadata", (json_t *)mann_archive_metadata_all(archive));
    for (int32_t i = 0; i < mann_archive_count(archive); i++) {
        const mann_stored *t = mann_archive_tensor(archive, i);
        json_t *shape = json_array();
        for (int32_t d = 0; d < t->rank; d++) {
            json_array_append_new(shape, json_integer(t->shape[d]));
        }
        json_array_append_new(tensors, json_pack("{s:s, s:s, s:o}", "name", t->name, "dtype",
                                                 mann_dtype_name(t->dtype), "shape", shape));
    }
    json_object_set_new(root, "tensors", tensors);
    return root;
}

static void print_store(const mann_archive *archive)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)mann_archive_metadata_all(archive), key, value)
    {
        printf("%-16s %s\n", key, json_string_value(value));
    }
    double numbers = 0;
    putchar('\n');
    for (int32_t i = 0; i < mann_archive_count(archive); i++) {
        const mann_stored *t = mann_archive_tensor(archive, i);
        char shape[160];
        printf("%-40s %s %s\n", t->name, mann_dtype_name(t->dtype),
               stored_shape(t, shape, sizeof shape));
        numbers += (double)(t->bytes / mann_dtype_size(t->dtype));
    }
    char grouped[32];
    printf("\n%d tensors, %s numbers, all verified\n", mann_archive_count(archive),
           cli_grouped(numbers, grouped));
}

static int info_file(const mann_cli *cli, const char *path)
{
    mann_archive *archive;
    mann_status status = mann_archive_open(cli->context, path, &archive);
    if (status) {
        return cli_fail(cli, status);
    }
    const char *format = mann_archive_metadata(archive, "format");
    if (format && !strcmp(format, "mann.checkpoint")) {
        /* Opening it verifies that the weights fit the network that it describes. */
        mann_network *network = mann_checkpoint_open(cli->context, path, NULL, NULL, &status);
        mann_network_free(network);
    } else if (format && !strcmp(format, "mann.trace")) {
        mann_trace *trace = NULL;
        status = mann_trace_load(cli->context, path, &trace);
        mann_trace_free(trace);
    }
    if (!status && cli->json) {
        json_t *root = archive_json(archive);
        json_dumpf(root, stdout, JSON_INDENT(2));
        putchar('\n');
        json_decref(root);
    } else if (!status) {
        print_store(archive);
    }
    mann_archive_close(archive);
    return status ? cli_fail(cli, status) : CLI_DONE;
}

static int info_run(const mann_cli *cli, const char *path)
{
    char file[MANN_INNER_PATH_SIZE], *text;
    size_t size;
    snprintf(file, sizeof file, "%s/run.json", path);
    mann_status status = mann_file_read(cli->context, file, LARGEST_RUN, &text, &size);
    if (status) {
        return cli_fail(cli, status);
    }
    mann_experiment *e = mann_experiment_parse(cli->context, text, file, NULL, NULL);
    if (!e) {
        free(text);
        /* Whatever is wrong in it, it is not as written. */
        return cli_fail(cli, cli_status(cli) == MANN_E_NOMEM ? MANN_E_NOMEM : MANN_E_FORMAT);
    }
    fputs(text, stdout);
    putchar('\n');
    free(text);
    mann_experiment_free(e);
    mann_checkpoint_info info;
    mann_network *network = mann_checkpoint_open(cli->context, path, NULL, &info, &status);
    if (network && !cli->json) {
        printf("best: %s (step %" PRId64 ", %" PRId64 " sequences), verified\n", info.path,
               info.step, info.sequences);
    }
    mann_network_free(network);
    char latest[1100], best[1100];
    struct stat found;
    snprintf(latest, sizeof latest, "%s/checkpoints/LATEST", path);
    snprintf(best, sizeof best, "%s/checkpoints/BEST", path);
    if (status == MANN_E_IO && stat(latest, &found) && stat(best, &found)) {
        cli_note(cli, "no checkpoint yet");
        return CLI_DONE;
    }
    return status ? cli_fail(cli, status) : CLI_DONE;
}

int mann_cmd_info(int argc, char **argv)
{
    int option, code = CLI_USAGE;
    bool stop = false;
    struct stat found;
    mann_cli cli = cli_open("info");
    cli.options = options;
    optind = 1;
    while (!stop && (option = getopt_long(argc, argv, ":" CLI_SHORT, options, NULL)) != -1) {
        stop = cli_common(&cli, option, argv, help, &code);
    }
    if (!stop && optind + 1 != argc) {
        code = cli_usage(&cli, "which run, checkpoint or trace? One at a time");
    } else if (!stop && mann_run_is_folder(argv[optind])) {
        code = info_run(&cli, argv[optind]);
    } else if (!stop && !stat(argv[optind], &found) && S_ISDIR(found.st_mode)) {
        mann_fail(cli.context, MANN_E_FORMAT, "%s: not a run (run.json is missing)", argv[optind]);
        code = cli_fail(&cli, MANN_E_FORMAT);
    } else if (!stop) {
        code = info_file(&cli, argv[optind]);
    }
    cli_close(&cli);
    return code;
}
