/* Published weights of a Neural Turing Machine that copies (github.com/vlgiitr/ntm-pytorch, MIT),
 * run with this library's operations and compared with a forward trace by NumPy in double.
 *
 * The network is not quite the paper's, so it is put together here from the operations: the heads
 * look at the LSTM's cell instead of its output, keys and adds are not squashed, what is written
 * replaces (erase is 1), the read head goes first, the shift is a correlation (its offsets run the
 * other way), memory starts as the sigmoid of a learned matrix, weightings and reads start at 0.
 *
 * Weights and trace are not part of the project: MANN_DATA names the folder with
 * reference/ntm_vlgiitr; without it the test is skipped.
 *
 * Probabilities are compared relative to their own size, which is down to 1e-19: that is comparing
 * logits. The trace takes |x| where this library takes sqrt(x.x + 1e-8), which moves a similarity
 * by some 1e-8, a strength multiplies that and a logit of 40 as well: 1e-5 is allowed in double. In
 * float a logit of 40 alone rounds to 2e-6 and hears of 250 steps' roundings: 3e-4. */
#include <archive.h>
#include <archive_entry.h>
#include <mann/op.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUTS = 10, OUTPUTS = 8, HIDDEN = 100, SLOTS = 128, WIDTH = 20, SHIFTS = 3, SKIP = 77 };
enum { READER, WRITER, HEADS };

#ifdef MANN_DOUBLE
static const double TOLERANCE = 1e-5;
#else
static const double TOLERANCE = 3e-4;
#endif

static void die(const char *what, const char *which)
{
    fprintf(stderr, "%s: %s\n", which, what);
    exit(1);
}

/* The text of a compressed file, to be freed. */
static char *unpack(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/reference/ntm_vlgiitr/%s", folder, name);
    struct archive *archive = archive_read_new();
    struct archive_entry *entry;
    archive_read_support_filter_gzip(archive);
    archive_read_support_format_raw(archive);
    if (archive_read_open_filename(archive, path, 1 << 16) != ARCHIVE_OK ||
        archive_read_next_header(archive, &entry) != ARCHIVE_OK) {
        printf("skipped: %s: %s\n", path, archive_error_string(archive));
        archive_read_free(archive);
        exit(SKIP);
    }
    enum { MOST = 1 << 22 };
    char *text = calloc(1, MOST);
    la_ssize_t size = text ? archive_read_data(archive, text, MOST - 1) : -1;
    archive_read_free(archive);
    if (size <= 0) {
        die("cannot be read", path);
    }
    return text;
}

static const char *weights; /* lines "name rank n0 n1" and of numbers, by turns */

/* Copies a matrix [n0, n1] or a vector [n0] of the file into out [n1, n0], transposed as the
 * library wants it; adds to what is there. */
static void fetch(const char *name, int32_t n0, int32_t n1, mann_real *out)
{
    char header[100];
    int rank = n1 ? 2 : 1;
    int length = n1 ? snprintf(header, sizeof header, "%s %d %d %d\n", name, rank, n0, n1)
                    : snprintf(header, sizeof header, "%s %d %d\n", name, rank, n0);
    const char *at = strstr(weights, header);
    if (!at || (at > weights && at[-1] != '\n')) {
        die("no such weights", header);
    }
    at += length;
    int32_t cols = n1 ? n1 : 1;
    for (int32_t i = 0; i < n0; i++) {
        for (int32_t j = 0; j < cols; j++) {
            char *end;
            out[(size_t)j * (size_t)n0 + (size_t)i] += (mann_real)strtod(at, &end);
            if (end == at) {
                die("a number is missing", header);
            }
            at = end;
        }
    }
}

static mann_tape *tape;
static mann_params *params;

typedef struct layer {
    mann_handle weight, bias;
} layer;

static layer announce(const char *name, int32_t inputs, int32_t outputs)
{
    return (layer){
        mann_params_add(params, inputs, outputs, MANN_INIT_CONSTANT, 0, "%s.weight", name),
        mann_params_add(params, 1, outputs, MANN_INIT_CONSTANT, 0, "%s.bias", name)};
}

static mann_real *values(mann_handle handle)
{
    return mann_params_values(params) + mann_params_info(params, handle)->offset;
}

static void load(layer l)
{
    const mann_param_info *weight = mann_params_info(params, l.weight);
    fetch(weight->name, weight->cols, weight->rows, values(l.weight));
    fetch(mann_params_info(params, l.bias)->name, weight->cols, 0, values(l.bias));
}

static mann_var apply(layer l, mann_var x)
{
    return mann_linear(tape, x, mann_param(tape, l.weight), mann_param(tape, l.bias));
}

static mann_var squash(mann_var x, mann_squash_kind kind)
{
    mann_squash_part all = {kind, x->n[1], x->n[1]};
    return mann_squash(tape, x, 1, &all, 0);
}

typedef struct head {
    layer key, strength, gate, shift, sharpening, add;
} head;

static struct {
    layer lstm, output;
    head head[HEADS];
    mann_handle hidden, cell, memory; /* before the first step */
} net;

static void announce_all(void)
{
    net.lstm = announce("controller.lstm", INPUTS + WIDTH + HIDDEN, 4 * HIDDEN);
    net.output = announce("controller.out_net", HIDDEN + WIDTH, OUTPUTS);
    for (int h = 0; h < HEADS; h++) {
        char name[64];
        head *one = &net.head[h];
#define PART(field, text, width)                                                                   \
    snprintf(name, sizeof name, "heads.%d.%s", h, text);                                           \
    one->field = announce(name, HIDDEN, width)
        PART(key, "key_fc", WIDTH);
        PART(strength, "key_strength_fc", 1);
        PART(gate, "interpolation_gate_fc", 1);
        PART(shift, "shift_weighting_fc", SHIFTS);
        PART(sharpening, "sharpen_factor_fc", 1);
        PART(add, "write_data_fc", WIDTH);
#undef PART
    }
    net.hidden = mann_params_add(params, 1, HIDDEN, MANN_INIT_CONSTANT, 0, "hidden");
    net.cell = mann_params_add(params, 1, HIDDEN, MANN_INIT_CONSTANT, 0, "cell");
    net.memory = mann_params_add(params, 1, WIDTH * SLOTS, MANN_INIT_CONSTANT, 0, "memory");
}

/* The last axis the other way round. */
static void reverse(mann_handle handle)
{
    const mann_param_info *info = mann_params_info(params, handle);
    mann_real *row = values(handle);
    for (int32_t r = 0; r < info->rows; r++, row += info->cols) {
        for (int32_t i = 0, j = info->cols - 1; i < j; i++, j--) {
            mann_real kept = row[i];
            row[i] = row[j];
            row[j] = kept;
        }
    }
}

static void load_all(void)
{
    mann_real *lstm = values(net.lstm.weight), *bias = values(net.lstm.bias);
    fetch("controller.controller_net.weight_ih", 4 * HIDDEN, INPUTS + WIDTH, lstm);
    fetch("controller.controller_net.weight_hh", 4 * HIDDEN, HIDDEN,
          lstm + (size_t)(INPUTS + WIDTH) * 4 * HIDDEN);
    fetch("controller.controller_net.bias_ih", 4 * HIDDEN, 0, bias);
    fetch("controller.controller_net.bias_hh", 4 * HIDDEN, 0, bias);
    load(net.output);
    for (int h = 0; h < HEADS; h++) {
        const head *one = &net.head[h];
        load(one->key);
        load(one->strength);
        load(one->gate);
        load(one->shift);
        load(one->sharpening);
        load(one->add);
        reverse(one->shift.weight);
        reverse(one->shift.bias);
    }
    fetch("controller.h_bias_fc.bias", HIDDEN, 0, values(net.hidden));
    fetch("controller.c_bias_fc.bias", HIDDEN, 0, values(net.cell));
    static mann_real by_slot[SLOTS * WIDTH];
    fetch("memory.memory_bias_fc.bias", SLOTS * WIDTH, 0, by_slot);
    for (int n = 0; n < SLOTS; n++) {
        for (int m = 0; m < WIDTH; m++) {
            values(net.memory)[m * SLOTS + n] = 1 / (1 + (mann_real)exp(-by_slot[n * WIDTH + m]));
        }
    }
    mann_params_refresh(params);
}

typedef struct state {
    mann_var hidden, cell, memory, read, weights[HEADS];
} state;

static void begin(state *s)
{
    s->hidden = mann_broadcast(tape, mann_param(tape, net.hidden), 1);
    s->cell = mann_broadcast(tape, mann_param(tape, net.cell), 1);
    s->memory = mann_split(tape, mann_broadcast(tape, mann_param(tape, net.memory), 1), WIDTH);
    s->read = mann_input(tape, 2, (int32_t[]){1, WIDTH});
    for (int h = 0; h < HEADS; h++) {
        s->weights[h] = mann_input(tape, 3, (int32_t[]){1, 1, SLOTS});
    }
}

static void address(state *s, int h)
{
    const head *one = &net.head[h];
    mann_var shift = squash(apply(one->shift, s->cell), MANN_SOFTMAX);
    s->weights[h] =
        mann_address(tape, s->memory, mann_split(tape, apply(one->key, s->cell), 1),
                     squash(apply(one->strength, s->cell), MANN_SOFTPLUS),
                     squash(apply(one->gate, s->cell), MANN_SIGMOID), mann_split(tape, shift, 1),
                     squash(apply(one->sharpening, s->cell), MANN_ONEPLUS), s->weights[h], NULL);
}

/* input [1, INPUTS] -> probabilities [1, OUTPUTS]. */
static mann_var step(state *s, mann_var input)
{
    mann_var x = mann_concat(tape, 1, 3, (mann_var[]){input, s->read, s->hidden});
    s->hidden = mann_lstm(tape, apply(net.lstm, x), s->cell, &s->cell);
    address(s, READER);
    s->read = mann_flatten(tape, mann_read(tape, s->memory, s->weights[READER]));
    address(s, WRITER);
    mann_var ones = mann_input(tape, 3, (int32_t[]){1, 1, WIDTH});
    for (int m = 0; m < WIDTH; m++) {
        mann_value(ones)[m] = 1;
    }
    mann_var add = mann_split(tape, apply(net.head[WRITER].add, s->cell), 1);
    s->memory = mann_erase_add(tape, s->memory, s->weights[WRITER], ones, add);
    mann_var both = mann_concat(tape, 1, 2, (mann_var[]){s->hidden, s->read});
    return squash(apply(net.output, both), MANN_SIGMOID);
}

/* The numbers of a line that starts with word, and the next line. */
static const char *parse(const char *line, const char *word, int count, double *numbers)
{
    size_t length = strlen(word);
    if (strncmp(line, word, length) != 0) {
        die("not the line expected", word);
    }
    line += length;
    for (int i = 0; i < count; i++) {
        char *end;
        numbers[i] = strtod(line, &end);
        line = end;
    }
    return line + strspn(line, " \n");
}

/* One sequence of the trace; returns what follows it. */
static const char *check_sequence(const char *line, double *worst, int *wrong_bits)
{
    int number, inputs, outputs, used = 0;
    if (sscanf(line, "seq %d in %d 10 out %d 8 target %*d 8 %n", &number, &inputs, &outputs,
               &used) != 3) {
        die("not a sequence", "the trace");
    }
    line += used;
    static double x[200][INPUTS], target[200][OUTPUTS], out[OUTPUTS];
    if (inputs > 200 || outputs > 200) {
        die("too long", "the trace");
    }
    for (int t = 0; t < inputs; t++) {
        line = parse(line, "x", INPUTS, x[t]);
    }
    for (int t = 0; t < outputs; t++) {
        line = parse(line, "target", OUTPUTS, target[t]);
    }
    mann_tape_reset(tape, MANN_EVALUATE);
    state s;
    begin(&s);
    *worst = 0;
    *wrong_bits = 0;
    for (int t = 0; t < inputs + outputs; t++) {
        mann_var input = mann_input(tape, 2, (int32_t[]){1, INPUTS});
        for (int i = 0; i < INPUTS && t < inputs; i++) {
            mann_value(input)[i] = (mann_real)x[t][i];
        }
        mann_var probability = step(&s, input);
        if (mann_tape_status(tape)) {
            die(mann_tape_message(tape), "the network");
        }
        if (t < inputs) {
            continue;
        }
        line = parse(line, "out", OUTPUTS, out);
        for (int i = 0; i < OUTPUTS; i++) {
            double p = (double)mann_value(probability)[i];
            *worst = fmax(*worst, fabs(p - out[i]) / fmin(out[i], 1));
            *wrong_bits += (p > 0.5) != (out[i] > 0.5);
        }
    }
    printf("length %3d: %d bits unlike the trace's, largest relative difference %.1e\n", outputs,
           *wrong_bits, *worst);
    return line;
}

int main(void)
{
    const char *folder = getenv("MANN_DATA");
    if (!folder) {
        printf("skipped: MANN_DATA does not name a folder with published weights\n");
        return SKIP;
    }
#ifdef MANN_DOUBLE
    unsetenv("MANN_CPU"); /* in double there are only the reference kernels */
#endif
    char *text = unpack(folder, "copy_weights.txt.gz"),
         *trace = unpack(folder, "copy_trace.txt.gz");
    weights = text;
    mann_context *context = mann_context_alloc();
    tape = mann_tape_alloc(context);
    params = mann_params_alloc(context);
    if (!tape || !params) {
        die(mann_context_message(context), "set-up");
    }
    announce_all();
    if (mann_params_fill(params, 1) || mann_tape_bind(tape, params, NULL)) {
        die(mann_context_message(context), "set-up");
    }
    load_all();
    bool good = true;
    for (const char *line = trace; *line;) {
        double worst;
        int wrong_bits;
        line = check_sequence(line, &worst, &wrong_bits);
        good = good && worst <= TOLERANCE && wrong_bits == 0;
    }
    mann_params_free(params);
    mann_tape_free(tape);
    mann_context_free(context);
    free(text);
    free(trace);
    return good ? 0 : 1;
}
