/* `mann run`: one's own sequence, or story with a question, through a trained model. */
#include "cli/cli.h"
#include "io/file.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "Usage: mann run RUN|CHECKPOINT --input FILE|- [OPTIONS]\n\n"
    "Runs a sequence, or a story with a question, of one's own through a trained model and prints\n"
    "the answer.\n\n"
    "  -i, --input FILE       the sequence; - is standard input\n"
    "      --format FORMAT    bits: a line of 0 and 1 per step (spaces are ignored), or\n"
    "                         text: a byte is a vector of 8 bits, lowest first; for models that\n"
    "                         answer questions always text, a sentence a line\n"
    "      --raw              print probabilities instead of bits; of all words, not the best "
    "five\n" CLI_COMMON_HELP "\n"
    "Lines as wide as the task's vectors are posed as the task poses them (copy adds the\n"
    "delimiter and waits for the answer); lines as wide as the model's input go in as they are,\n"
    "and every step's output is printed: bits, the number of a class, or real numbers.\n"
    "A story is a sentence a line, numbered or not; its last line that ends in ? is asked. The\n"
    "answer comes first, with its probability.\n\n"
    "Examples:\n"
    "  printf '10110010\\n01100001\\n' | mann run runs/copy-1 --input -\n"
    "  printf 'hello' | mann run runs/copy-1 --input - --format text\n"
    "  printf 'Ada walks to the barn.\\nWhere is Ada?\\n' | mann run runs/story-1 --input -\n";

enum { FORMAT = CLI_FIRST_FREE, RAW };
enum { LARGEST_INPUT = 64 << 20, MOST_ROWS = 1000000 };

static const struct option options[] = {
    {"input", required_argument, NULL, 'i'},
    {"format", required_argument, NULL, FORMAT},
    {"raw", no_argument, NULL, RAW},
    CLI_LONG,
};

typedef struct request {
    mann_cli cli;
    const char *path, *input;
    bool bits, text, raw; /* bits or text if asked for; bits is what it is otherwise */
} request;

typedef struct rows {
    int32_t count, width;
    float *value; /* [count, width] */
} rows;

static bool parse(request *q, int argc, char **argv, int *code)
{
    int option;
    optind = 1;
    *code = CLI_USAGE;
    while ((option = getopt_long(argc, argv, ":i:" CLI_SHORT, options, NULL)) != -1) {
        switch (option) {
        case 'i': q->input = optarg; break;
        case RAW: q->raw = true; break;
        case FORMAT:
            if (strcmp(optarg, "bits") && strcmp(optarg, "text")) {
                cli_usage(&q->cli, "--format: '%s' is neither bits nor text", optarg);
                return false;
            }
            q->text = !strcmp(optarg, "text");
            q->bits = !q->text;
            break;
        default:
            if (cli_common(&q->cli, option, argv, help, code)) {
                return false;
            }
        }
    }
    if (optind + 1 != argc || !q->input) {
        cli_usage(&q->cli, !q->input ? "which --input?" : "give one run or checkpoint");
        return false;
    }
    q->path = argv[optind];
    return true;
}

static mann_status no_memory(mann_context *context)
{
    return mann_fail(context, MANN_E_NOMEM, "out of memory for the input");
}

static mann_status parse_text(mann_context *context, const char *data, size_t size, rows *r)
{
    r->count = (int32_t)size;
    r->width = 8;
    r->value = malloc(size * 8 * sizeof *r->value + 1);
    if (!r->value) {
        return no_memory(context);
    }
    for (size_t i = 0; i < size * 8; i++) {
        r->value[i] = (float)(((unsigned char)data[i / 8] >> (i % 8)) & 1);
    }
    return MANN_OK;
}

/* One line of bits, of those up to end, into row r->count; *at moves behind it. */
static mann_status parse_line(mann_context *context, const char *where, int line, const char **at,
                              const char *end, rows *r)
{
    int32_t width = 0;
    float *row = r->value ? r->value + (size_t)r->count * (size_t)r->width : NULL;
    for (; *at < end && **at != '\n'; (*at)++) {
        char c = **at;
        if (c == ' ' || c == '\t' || c == '\r' || c == ',') {
            continue;
        }
        if (c != '0' && c != '1') {
            return mann_fail(context, MANN_E_FORMAT, "%s:%d: '%c' is neither 0 nor 1", where, line,
                             c >= ' ' && c < 127 ? c : '?');
        }
        if (row && width < r->width) {
            row[width] = (float)(c == '1');
        }
        width++;
    }
    *at += *at < end;
    if (!width) {
        return MANN_OK;
    }
    if (r->count && width != r->width) {
        return mann_fail(context, MANN_E_FORMAT, "%s:%d: %d bits where the lines before have %d",
                         where, line, width, r->width);
    }
    r->width = width;
    r->count++;
    return MANN_OK;
}

/* Twice over the text: to count and check, then to fill. */
static mann_status parse_bits(mann_context *context, const char *where, const char *data,
                              size_t size, rows *r)
{
    for (int pass = 0; pass < 2; pass++) {
        const char *at = data;
        if (pass) {
            r->value = malloc((size_t)r->count * (size_t)r->width * sizeof *r->value + 1);
            if (!r->value) {
                return no_memory(context);
            }
        }
        r->count = 0;
        for (int line = 1; at < data + size; line++) {
            mann_status status = parse_line(context, where, line, &at, data + size, r);
            if (status) {
                return status;
            }
        }
    }
    return MANN_OK;
}

static mann_status read_input(const request *q, char **data, size_t *size)
{
    const char *path = strcmp(q->input, "-") ? q->input : "/dev/stdin";
    return mann_file_read(q->cli.context, path, LARGEST_INPUT, data, size);
}

static mann_status read_rows(const request *q, rows *r)
{
    char *data;
    size_t size;
    mann_context *context = q->cli.context;
    mann_status status = read_input(q, &data, &size);
    if (status) {
        return status;
    }
    if (q->text && size <= MOST_ROWS) {
        status = parse_text(context, data, size, r);
    } else if (!q->text) {
        status = parse_bits(context, q->input, data, size, r);
    }
    if (!status && (r->count < 1 || r->count > MOST_ROWS)) {
        status = mann_fail(context, MANN_E_FORMAT, "%s: %s", q->input,
                           size && (q->text || r->count) ? "more than a million steps"
                                                         : "no steps in it");
    }
    free(data);
    return status;
}

static mann_status pose(const request *q, const mann_network *network, const rows *r,
                        mann_example *example, bool *posed)
{
    const mann_task *task = mann_network_task(network);
    const mann_io_shape *io = mann_network_io(network);
    int32_t width = mann_task_pose_width(task);
    *posed = r->width == width;
    if (*posed) {
        return mann_task_pose(q->cli.context, task, r->value, r->count, example);
    }
    if (r->width != io->inputs) {
        char or_width[64] = "";
        if (width) {
            snprintf(or_width, sizeof or_width, ", or %d as the task poses them", width);
        }
        return mann_fail(q->cli.context, MANN_E_FORMAT,
                         "%s: %d bits per step, but this model takes %d%s", q->input, r->width,
                         io->inputs, or_width);
    }
    mann_example_reset(example);
    example->steps = r->count;
    float *input = mann_example_real(example, "input", r->count, io->inputs);
    mann_example_real(example, "target", r->count, io->outputs);
    mann_example_real(example, "mask", r->count, 0);
    if (example->failed) {
        return no_memory(q->cli.context);
    }
    memcpy(input, r->value, (size_t)r->count * (size_t)r->width * sizeof *input);
    return MANN_OK;
}

static int32_t largest(const float *row, int32_t count)
{
    int32_t at = 0;
    for (int32_t i = 1; i < count; i++) {
        at = row[i] > row[at] ? i : at;
    }
    return at;
}

static void print_text(const float *row)
{
    int byte = 0;
    for (int i = 0; i < 8; i++) {
        byte |= (row[i] > 0.5f) << i;
    }
    putchar(byte);
}

static void print_answer(const request *q, const mann_io_shape *io, const mann_example *example,
                         const float *prediction, bool posed)
{
    const mann_array *mask = mann_example_find(example, "mask");
    const float *counts = mask->data;
    bool bits = io->target == MANN_TARGET_BITS;
    bool numbers = q->raw || io->target == MANN_TARGET_REAL;
    bool text = q->text && posed && io->outputs == 8 && bits && !q->raw;
    for (int32_t t = 0; t < example->steps; t++) {
        const float *row = prediction + (size_t)t * (size_t)io->outputs;
        if (posed && counts[t] == 0) {
            continue;
        }
        if (text) {
            print_text(row);
            continue;
        }
        if (!numbers && !bits) {
            printf("%d\n", largest(row, io->outputs));
            continue;
        }
        for (int32_t i = 0; i < io->outputs; i++) {
            if (numbers) {
                printf("%s%.6g", i ? " " : "", (double)row[i]);
            } else {
                putchar(row[i] > 0.5f ? '1' : '0');
            }
        }
        putchar('\n');
    }
    if (text) {
        putchar('\n');
    }
}

/* --- stories --- */

enum { BEST = 5 };

/* The next best word behind the one before (-1: the best), or -1; equals in the order of tokens. */
static int32_t next_best(const float *probability, int32_t count, int32_t before)
{
    int32_t best = -1;
    for (int32_t i = 0; i < count; i++) {
        bool follows = before < 0 || probability[i] < probability[before] ||
                       (probability[i] == probability[before] && i > before);
        best = follows && (best < 0 || probability[i] > probability[best]) ? i : best;
    }
    return best;
}

static void print_words(const request *q, const mann_network *network, const float *probability)
{
    const mann_task *task = mann_network_task(network);
    int32_t count = mann_network_io(network)->outputs, token = -1;
    json_t *answers = json_array();
    for (int32_t i = 0; i < (q->raw ? count : BEST); i++) {
        token = next_best(probability, count, token);
        if (token < 0) {
            break; /* no more, or not numbers */
        }
        const char *word = token ? mann_task_word(task, token) : "(no word)";
        if (q->cli.json) {
            json_array_append_new(answers, json_pack("{s:s, s:f}", "word", word, "probability",
                                                     (double)probability[token]));
        } else {
            printf("%-20s %.4f\n", word, (double)probability[token]);
        }
    }
    if (q->cli.json) {
        json_dumpf(answers, stdout, JSON_INDENT(2));
        putchar('\n');
    }
    json_decref(answers);
}

static mann_status answer(const request *q, const mann_network *network)
{
    char *data;
    size_t size;
    mann_example example = {0};
    mann_context *context = q->cli.context;
    const mann_task *task = mann_network_task(network);
    if (q->bits) {
        return mann_fail(context, MANN_E_INVAL,
                         "--format bits: this model answers questions about stories, which are "
                         "text");
    }
    mann_status status = read_input(q, &data, &size);
    if (status) {
        return status;
    }
    float *probability = calloc((size_t)mann_network_io(network)->outputs, sizeof *probability);
    status = probability ? mann_example_init(&example) : MANN_E_NOMEM;
    status = status ? no_memory(context)
                    : mann_task_pose_text(context, task, q->input, data, size, &example);
    status =
        status ? status : mann_network_run(context, network, task, &example, probability, NULL);
    if (!status) {
        print_words(q, network, probability);
    }
    free(probability);
    free(data);
    mann_example_clear(&example);
    return status;
}

/* --- sequences --- */

static mann_status run(const request *q, const mann_network *network)
{
    rows r = {0};
    mann_example example = {0};
    bool posed = false;
    const mann_io_shape *io = mann_network_io(network);
    mann_status status = read_rows(q, &r);
    status = status ? status : mann_example_init(&example);
    status = status ? status : pose(q, network, &r, &example, &posed);
    float *prediction = NULL;
    if (!status) {
        prediction = malloc((size_t)example.steps * (size_t)io->outputs * sizeof *prediction + 1);
        status = prediction ? mann_network_run(q->cli.context, network, mann_network_task(network),
                                               &example, prediction, NULL)
                            : no_memory(q->cli.context);
    }
    if (!status) {
        print_answer(q, io, &example, prediction, posed);
    }
    free(prediction);
    free(r.value);
    mann_example_clear(&example);
    return status;
}

int mann_cmd_run(int argc, char **argv)
{
    int code;
    request q = {.cli = cli_open("run")};
    q.cli.options = options;
    if (parse(&q, argc, argv, &code)) {
        mann_status status;
        mann_network *network = mann_checkpoint_open(q.cli.context, q.path, NULL, NULL, &status);
        if (network) {
            status = (mann_network_io(network)->vocabulary ? answer : run)(&q, network);
        }
        code = status ? cli_fail(&q.cli, status) : CLI_DONE;
        mann_network_free(network);
    }
    cli_close(&q.cli);
    return code;
}
