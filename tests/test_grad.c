/* The gradient of every operation, memory and model against differences, in double.
 *
 * A scalar f is replayed along a line through its leaves (a single number, or a random direction
 * through all numbers of a leaf), and its slope taken by central differences of fourth order,
 *
 *   f'(0) = (8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12h + O(h^4)
 *
 * with h and h/2, whose disagreement tells how good the finer one is; where it is not good enough,
 * as near a kink or in a sharp bend, h shrinks. What no h resolves does not count, which the
 * differences decide alone, without a look at the gradient under test; more than one in 200 of
 * those fails the test. Signed gradients a and differences n must agree to
 *
 *   |a - n| <= 1e-6 max(|a|, |n|) + rounding,   rounding = 16 epsilon max F / h
 *
 * where the second term is what the rounding of f alone can do to a difference, F being the sum of
 * the magnitudes of the terms of f.
 *
 * Nothing here names an operation, a memory or a model: the tables do. Configurations are made from
 * the option tables, small, and then varied one option at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "group.h"

#include <ad/tape.h>
#include <cmocka.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double AGREE = 1e-6, RESOLVE = 1e-7;
static const double SEED = 0.5; /* gradient of the projections below */

static mann_context *context;
static mann_tape *tape;

static struct {
    int64_t lines, unresolved;
    double worst;
} tally;

/* --- differences along a line --- */

/* value[i] = origin[i] + t direction[i]. */
typedef struct line {
    size_t count, capacity;
    double **value, *origin, *direction;
    double (*f)(const void *user, double *magnitude); /* of the values as they are */
    const void *user;
} line;

static line through; /* used again and again */

static void line_start(double (*f)(const void *, double *), const void *user)
{
    through.count = 0;
    through.f = f;
    through.user = user;
}

static void line_add(double *value, double direction)
{
    if (through.count == through.capacity) {
        through.capacity = 2 * through.capacity + 64;
        through.value = realloc(through.value, through.capacity * sizeof *through.value);
        through.origin = realloc(through.origin, through.capacity * sizeof *through.origin);
        through.direction =
            realloc(through.direction, through.capacity * sizeof *through.direction);
        assert_true(through.value && through.origin && through.direction);
    }
    through.value[through.count] = value;
    through.origin[through.count] = *value;
    through.direction[through.count++] = direction;
}

/* f, and the sum of the magnitudes of its terms. */
static double line_at(double t, double *magnitude)
{
    for (size_t i = 0; i < through.count; i++) {
        *through.value[i] = through.origin[i] + t * through.direction[i];
    }
    double f = through.f(through.user, magnitude);
    for (size_t i = 0; i < through.count; i++) {
        *through.value[i] = through.origin[i];
    }
    return f;
}

static double larger(double a, double b)
{
    return fabs(a) > fabs(b) ? fabs(a) : fabs(b);
}

/* The slope at 0 and what rounding may do to it; false if no step resolves it. */
static bool line_slope(double *slope, double *rounding)
{
    for (double h = 2e-4; h > 3e-7; h /= 8) {
        double f[3][2], most = 0; /* at ±h/2, ±h, ±2h */
        for (int i = 0; i < 3; i++) {
            for (int side = 0; side < 2; side++) {
                double magnitude;
                f[i][side] = line_at((side ? 1 : -1) * h * (1 << i) / 2, &magnitude);
                most = larger(most, magnitude);
            }
        }
        double d0 = f[0][1] - f[0][0], d1 = f[1][1] - f[1][0], d2 = f[2][1] - f[2][0];
        double coarse = (8 * d1 - d2) / (12 * h);
        *slope = (8 * d0 - d1) / (6 * h);
        *rounding = 16 * DBL_EPSILON * most / h;
        if (fabs(*slope - coarse) <= RESOLVE * fabs(*slope) + *rounding) {
            return true;
        }
    }
    return false;
}

/* Compares the slope along the line with the gradient's. */
static void check_line(double gradient, const char *what, const char *where)
{
    double slope, rounding;
    tally.lines++;
    if (!line_slope(&slope, &rounding)) {
        tally.unresolved++;
        return;
    }
    double apart = fabs(gradient - slope), most = larger(gradient, slope);
    if (!(apart <= AGREE * most + rounding)) {
        fail_msg("%s, %s: gradient %.12g, difference %.12g", what, where, gradient, slope);
    }
    double beyond = (apart - rounding) / (most + DBL_MIN);
    tally.worst = beyond > tally.worst ? beyond : tally.worst;
}

/* Checks one random direction through all of value, and single numbers of it. */
static void check_values(double (*f)(const void *, double *), const void *user, mann_rng *rng,
                         double *value, const double *gradient, size_t size, size_t singles,
                         const char *what, const char *where)
{
    char place[200];
    double total = 0;
    line_start(f, user);
    for (size_t i = 0; i < size; i++) {
        double direction = mann_rng_below(rng, 2) ? 1 : -1;
        line_add(&value[i], direction);
        total += direction * gradient[i];
    }
    snprintf(place, sizeof place, "%s, a random direction", where);
    check_line(total, what, place);
    for (size_t n = 0; n < singles && n < size; n++) {
        size_t i = singles < size ? mann_rng_below(rng, (uint32_t)size) : n;
        snprintf(place, sizeof place, "%s, number %zu of %zu", where, i, size);
        line_start(f, user);
        line_add(&value[i], 1);
        check_line(gradient[i], what, place);
    }
}

static void report(void)
{
    print_message("    %lld slopes, %lld unresolved, worst relative error %.1e\n",
                  (long long)tally.lines, (long long)tally.unresolved, tally.worst);
    assert_true(tally.lines > 0 && tally.unresolved * 200 <= tally.lines);
    memset(&tally, 0, sizeof tally);
}

/* --- operations --- */

/* y of any shape -> the sum of weight * y, weights drawn once. */
typedef struct projection {
    double *weight;
    double magnitude; /* the sum of |weight * y| */
} projection;

/* The distance of element i, counted along the last axis first, from the start of y. */
static size_t offset(const mann_tensor *y, size_t i)
{
    size_t at = 0;
    for (int32_t axis = y->rank - 1; axis >= 0; axis--) {
        at += i % (size_t)y->n[axis] * (size_t)y->stride[axis];
        i /= (size_t)y->n[axis];
    }
    return at;
}

static void project_forward(const mann_kernels *k, mann_node *node)
{
    (void)k;
    projection *p = node->attr;
    mann_var y = node->in[0];
    double sum = 0;
    p->magnitude = 0;
    for (size_t i = 0; i < mann_size(y); i++) {
        double term = p->weight[i] * mann_value(y)[offset(y, i)];
        sum += term;
        p->magnitude += fabs(term);
    }
    *mann_value(node->out[0]) = sum;
}

static void project_backward(const mann_kernels *k, mann_node *node)
{
    (void)k;
    const projection *p = node->attr;
    mann_var y = node->in[0];
    double seed = *mann_out_grad(node, 0), *dy = mann_in_grad(node, 0);
    for (size_t i = 0; i < mann_size(y); i++) {
        dy[offset(y, i)] += seed * p->weight[i];
    }
}

static const mann_op op_project = {"project", project_forward, project_backward, NULL};

static mann_var project(mann_var y, mann_rng *rng)
{
    double *weight = mann_tape_scratch(tape, mann_size(y) * sizeof *weight);
    mann_node *node = mann_node_make(tape, &op_project, 1, &y, 1, sizeof(projection));
    assert_true(weight && node);
    for (size_t i = 0; i < mann_size(y); i++) {
        weight[i] = mann_rng_normal(rng);
    }
    *(projection *)node->attr = (projection){weight, 0};
    mann_node_output(node, 0, 2, (int32_t[]){1, 1});
    return mann_node_run(node);
}

static double replay(const void *user, double *magnitude)
{
    const mann_tensor *result = user;
    mann_tape_replay(tape);
    *magnitude = ((const projection *)tape->last->node.attr)->magnitude;
    *magnitude *= SEED;
    return SEED * *(const double *)result->value;
}

enum { MOST_LEAVES = 32 };

/* The leaves behind everything recorded, in order of first use. */
static int find_leaves(mann_tensor *leaf[MOST_LEAVES])
{
    int count = 0;
    for (mann_record *r = tape->first; r; r = r->next) {
        for (int32_t i = 0; i < r->node.n_in; i++) {
            mann_tensor *owner = r->node.in[i] ? r->node.in[i]->owner : NULL;
            bool fresh = owner && owner->keeps_grad;
            for (int n = 0; n < count; n++) {
                fresh = fresh && leaf[n] != owner;
            }
            if (fresh) {
                assert_true(count < MOST_LEAVES);
                leaf[count++] = owner;
            }
        }
    }
    return count;
}

/* Builds an example, the same for the same seed, and its projection. */
static mann_var build(const mann_op *op, uint64_t seed)
{
    mann_rng rng = mann_rng_stream(seed, op->name, 0);
    mann_tape_reset(tape, MANN_TRAIN);
    mann_var result = project(op->random(tape, &rng), &rng);
    if (mann_tape_status(tape)) {
        fail_msg("%s: example %llu: %s", op->name, (unsigned long long)seed,
                 mann_tape_message(tape));
    }
    return result;
}

static void walk_back(const mann_op *op, mann_var result)
{
    if (mann_tape_backward(tape, 1, &result, &SEED)) {
        fail_msg("%s: %s", op->name, mann_tape_message(tape));
    }
}

/* Gradients are added to what stands there already, and are the same if some inputs want none. */
static void check_partial(const mann_op *op, uint64_t seed, int count,
                          double *const gradient[MOST_LEAVES])
{
    mann_tensor *leaf[MOST_LEAVES];
    mann_var result = build(op, seed);
    mann_rng rng = mann_rng_stream(seed, "partial", 0);
    assert_int_equal(find_leaves(leaf), count);
    bool wanted[MOST_LEAVES];
    for (int n = 0; n < count; n++) {
        wanted[n] = mann_rng_below(&rng, 2);
    }
    for (mann_record *r = tape->first; r; r = r->next) {
        for (int32_t i = 0; i < r->node.n_in; i++) {
            for (int n = 0; n < count; n++) {
                mann_tensor *in = r->node.in[i];
                if (in && in->owner == leaf[n]) {
                    in->needs_grad = wanted[n];
                }
            }
        }
    }
    for (int n = 0; n < count; n++) {
        leaf[n]->grad = mann_tape_scratch(tape, mann_size(leaf[n]) * sizeof(double));
        assert_non_null(leaf[n]->grad);
        for (size_t i = 0; i < mann_size(leaf[n]); i++) {
            leaf[n]->grad[i] = 1;
        }
    }
    walk_back(op, result);
    for (int n = 0; n < count; n++) {
        for (size_t i = 0; i < mann_size(leaf[n]); i++) {
            double expected = wanted[n] ? 1 + gradient[n][i] : 1;
            /* The same sums, begun at 1 instead of 0. */
            if (!(fabs(leaf[n]->grad[i] - expected) <= 1e-12 * (1 + fabs(expected)))) {
                fail_msg("%s, example %llu: with only some gradients wanted, each added to 1, "
                         "number %zu of leaf %d (%s) is %.12g instead of %.12g",
                         op->name, (unsigned long long)seed, i, n,
                         wanted[n] ? "wanted" : "unwanted", leaf[n]->grad[i], expected);
            }
        }
    }
}

static void check_op(const mann_op *op, uint64_t seed)
{
    mann_tensor *leaf[MOST_LEAVES];
    double *gradient[MOST_LEAVES];
    mann_var result = build(op, seed);
    mann_rng rng = mann_rng_stream(seed, "directions", 0);
    int count = find_leaves(leaf);
    assert_true(count > 0);
    walk_back(op, result);
    for (int n = 0; n < count; n++) {
        size_t size = mann_size(leaf[n]);
        gradient[n] = calloc(size, sizeof(double));
        assert_non_null(gradient[n]);
        if (leaf[n]->grad) { /* none if no gradient arrived */
            memcpy(gradient[n], leaf[n]->grad, size * sizeof(double));
        }
        char where[100];
        snprintf(where, sizeof where, "example %llu, leaf %d", (unsigned long long)seed, n);
        check_values(replay, result, &rng, mann_value(leaf[n]), gradient[n], size, 20, op->name,
                     where);
    }
    check_partial(op, seed, count, gradient);
    for (int n = 0; n < count; n++) {
        free(gradient[n]);
    }
}

static void operation(void **state)
{
    const mann_op *op = *state;
    for (uint64_t seed = 0; seed < 300; seed++) {
        check_op(op, seed);
    }
    report();
}

/* --- models --- */

typedef struct subject {
    mann_network *network;
    double *gradient;
    group group;
    mann_outputs outputs;
} subject;

static double weighted_loss(const void *user, double *magnitude)
{
    const subject *s = user;
    mann_params_refresh(s->network->params);
    mann_tape_replay(tape);
    return group_loss(&s->outputs, magnitude);
}

/* Draws a group, and weights that are neither zero nor symmetric. */
static bool subject_open(subject *s, const mann_experiment *e, uint64_t seed)
{
    mann_rng rng = mann_rng_stream(seed, "subject", 0);
    *s = (subject){.network = mann_network_alloc(context, e)};
    if (!s->network) {
        return false;
    }
    mann_params *params = s->network->params;
    for (int32_t i = 0; i < mann_params_number(params); i++) {
        const mann_param_info *info = mann_params_info(params, i);
        double *value = mann_params_values(params) + info->offset;
        for (int32_t n = 0; n < info->rows * info->cols; n++) {
            value[n] += 0.3 * mann_rng_normal(&rng);
        }
    }
    mann_params_refresh(params);
    s->network->trained = seed % 4 < 2 ? 0 : 1e15; /* early in training, and late */
    s->gradient = calloc(mann_params_size(params) + 1, sizeof(double));
    assert_non_null(s->gradient);
    group_draw(&s->group, s->network, seed, 1 + (int32_t)mann_rng_below(&rng, MOST_EXAMPLES));
    return true;
}

static void subject_close(subject *s)
{
    group_clear(&s->group);
    free(s->gradient);
    mann_network_free(s->network);
}

/* Checks a configuration; false, with a message, if its parts do not go together. */
static bool check_subject(const mann_experiment *e, const char *what, uint64_t seed, size_t singles)
{
    subject s;
    if (!subject_open(&s, e, seed)) {
        return false;
    }
    mann_params *params = s.network->params;
    assert_int_equal(mann_tape_bind(tape, params, s.gradient), MANN_OK);
    group_forward(&s.group, 0, s.group.size, s.network, tape, MANN_TRAIN, &s.outputs);
    if (group_backward(tape, &s.outputs) || !s.outputs.n_losses) {
        fail_msg("%s: %s", what, mann_tape_message(tape));
    }
    mann_rng rng = mann_rng_stream(seed, "directions", 0);
    for (int32_t i = 0; i < mann_params_number(params); i++) {
        const mann_param_info *info = mann_params_info(params, i);
        check_values(weighted_loss, &s, &rng, mann_params_values(params) + info->offset,
                     s.gradient + info->offset, (size_t)info->rows * (size_t)info->cols, singles,
                     what, info->name);
    }
    subject_close(&s);
    return true;
}

/* --- configurations from the option tables --- */

/* Sizes that suit a test; a whole number that no row names is at most 4. */
static const struct {
    const char *option, *value;
} small[] = {
    {"hidden", "5"},     {"layers", "2"},      {"locations", "6"},   {"width", "3"},
    {"read_heads", "2"}, {"write_heads", "2"}, {"shift_range", "1"}, {"bits", "2"},
    {"length", "1..3"},  {"items", "2..3"},    {"vectors", "1"},     {"steps", "2"},
    {"rows", "6"},       {"triples", "10"},
};

static void set(mann_experiment *e, const char *section, const char *option, const char *value)
{
    char key[200];
    snprintf(key, sizeof key, "%s.%s", section, option);
    if (mann_experiment_set(e, key, value)) {
        fail_msg("%s", mann_context_message(context));
    }
}

static void make_small(mann_experiment *e, const char *section, const mann_option *table,
                       const void *config)
{
    for (const mann_option *row = table; mann_option_is(row); row++) {
        const char *value = NULL;
        for (size_t i = 0; i < sizeof small / sizeof small[0]; i++) {
            bool fits = row->kind == MANN_OPT_INT || row->kind == MANN_OPT_RANGE;
            value = fits && !strcmp(small[i].option, row->name) ? small[i].value : value;
        }
        const void *field = (const char *)config + row->offset;
        if (value) {
            set(e, section, row->name, value);
        } else if (row->kind == MANN_OPT_INT && *(const int32_t *)field > 4 && row->low <= 4) {
            set(e, section, row->name, "4");
        }
    }
}

static const char *memory_section(int32_t i)
{
    static const char *const name[] = {"memory", "memory2", "memory3", "memory4"};
    return name[i];
}

/* Two tasks in turn, of which neither the models nor the memories know: of sequences, or, for a
 * model that takes none, of stories. */
static const char *task_for(int turn, const char *preset)
{
    static const char *const task[] = {"copy", "associative_recall", "story", "knowledge"};
    mann_experiment *e = mann_experiment_alloc(context, task[0], preset);
    mann_network *network = e ? mann_network_alloc(context, e) : NULL;
    bool sequences = network != NULL;
    mann_network_free(network);
    mann_experiment_free(e);
    return task[turn % 2 + (sequences ? 0 : 2)];
}

static mann_experiment *start(int turn, const char *preset, const char *memories)
{
    mann_experiment *e = mann_experiment_alloc(context, task_for(turn, preset), preset);
    if (!e || (memories && mann_experiment_set(e, "model.memory", memories))) {
        fail_msg("%s: %s", preset, mann_context_message(context));
    }
    make_small(e, "task", e->task->options, e->task_config);
    make_small(e, "model", e->model->options, e->model_config);
    for (int32_t i = 0; i < e->n_memories; i++) {
        make_small(e, memory_section(i), e->memory[i].type->options, e->memory[i].config);
    }
    return e;
}

static uint64_t turns; /* another group of examples every time */

static void check_and_free(mann_experiment *e, const char *what, size_t singles)
{
    if (!check_subject(e, what, ++turns, singles)) {
        print_message("    %s: %s\n", what, mann_context_message(context));
    }
    mann_experiment_free(e);
}

/* Every other value of one option: all choices, both truths, the least whole number, 0. */
static void vary_option(const char *preset, const char *memories, const char *section,
                        const mann_option *row)
{
    int32_t values = 1;
    while (row->kind == MANN_OPT_CHOICE && row->choices[values]) {
        values++;
    }
    values = row->kind == MANN_OPT_BOOL ? 2 : row->kind == MANN_OPT_TEXT ? 0 : values;
    for (int32_t i = 0; i < values; i++) {
        char value[64], what[300];
        switch (row->kind) {
        case MANN_OPT_CHOICE: snprintf(value, sizeof value, "%s", row->choices[i]); break;
        case MANN_OPT_BOOL: snprintf(value, sizeof value, "%s", i ? "true" : "false"); break;
        case MANN_OPT_REAL:
            if (row->low > 0 || row->high < 0) {
                continue;
            }
            snprintf(value, sizeof value, "0");
            break;
        default: snprintf(value, sizeof value, "%.0f", row->low); break;
        }
        mann_experiment *e = start((int)turns, preset, memories);
        set(e, section, row->name, value);
        snprintf(what, sizeof what, "%s, %s.%s=%s, task %s", preset, section, row->name, value,
                 e->task->name);
        check_and_free(e, what, 4);
    }
}

static void model(void **state)
{
    const mann_preset *preset = *state;
    const mann_preset *first = mann_presets;
    for (int turn = 0; turn < 6; turn++) {
        mann_experiment *e = start(turn, preset->name, NULL);
        char what[200];
        snprintf(what, sizeof what, "%s, task %s", preset->name, e->task->name);
        check_and_free(e, what, 20);
    }
    while (first->model != preset->model) {
        first++;
    }
    for (const mann_option *row = preset->model->options; first == preset && mann_option_is(row);
         row++) {
        vary_option(preset->name, NULL, "model", row);
    }
    report();
}

/* A memory in the hands of the first preset that has any, alone and beside its neighbour. */
static void memory(void **state)
{
    const mann_memory_type *const *type = *state;
    const mann_memory_type *other = type[1] ? type[1] : mann_memories[0];
    const mann_preset *preset = mann_presets;
    char both[200], what[300];
    snprintf(both, sizeof both, "%s+%s", (*type)->name, other->name);
    while (preset->name && !strstr(preset->settings, "model.memory=")) {
        preset++;
    }
    assert_non_null(preset->name);
    for (int turn = 0; turn < 2; turn++) {
        mann_experiment *e = start(turn, preset->name, turn ? both : (*type)->name);
        snprintf(what, sizeof what, "%s with %s, task %s", preset->name,
                 turn ? both : (*type)->name, e->task->name);
        check_and_free(e, what, 20);
    }
    for (const mann_option *row = (*type)->options; mann_option_is(row); row++) {
        vary_option(preset->name, (*type)->name, "memory", row);
    }
    report();
}

static int set_up(void **state)
{
    (void)state;
    unsetenv("MANN_CPU"); /* in double there are only the reference kernels */
    context = mann_context_alloc();
    tape = mann_tape_alloc(context);
    return context && tape ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    mann_tape_free(tape);
    mann_context_free(context);
    free(through.value);
    free(through.origin);
    free(through.direction);
    return 0;
}

int main(void)
{
    enum { MOST = 256 };
    static struct CMUnitTest tests[MOST];
    size_t count = 0;
    for (const mann_op *const *op = mann_ops; *op && count < MOST; op++) {
        tests[count++] = (struct CMUnitTest){(*op)->name, operation, NULL, NULL, (void *)*op};
    }
    for (const mann_memory_type *const *m = mann_memories; *m && count < MOST; m++) {
        tests[count++] = (struct CMUnitTest){(*m)->name, memory, NULL, NULL, (void *)m};
    }
    for (const mann_preset *p = mann_presets; p->name && count < MOST; p++) {
        tests[count++] = (struct CMUnitTest){p->name, model, NULL, NULL, (void *)p};
    }
    return _cmocka_run_group_tests("gradients", tests, count, set_up, tear_down);
}
