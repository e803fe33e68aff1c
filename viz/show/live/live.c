/* Running checkpoints. A network is opened for every run of it: that takes a few milliseconds, and
 * a run that is still training is always seen as it stands.
 *
 * What a length means is the task's matter; the settings of its usual ("length=20", "items=6") end
 * in the option that counts. Rows go into an episode by the task's own pose. The way back, from the
 * input of an episode to rows, is guessed and then checked by posing: the steps of the first phase
 * at which no channel beyond the rows' width is on. */
#include "show/live/live.h"

#include <mann/checkpoint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The setting wished for, else that of the usual with another length if there is one; "" if the
 * task has no usual. */
static void make_setting(const mann_network *network, const mann_live_wish *wish,
                         char text[MANN_TEXT_SIZE])
{
    int32_t length = wish->length;
    if (wish->setting) {
        snprintf(text, MANN_TEXT_SIZE, "%s", wish->setting);
        return;
    }
    const mann_experiment *e = mann_network_experiment(network);
    const char *traced = mann_experiment_train(e)->trace_settings;
    const char *usual = *traced ? traced : mann_experiment_task(e)->traced;
    size_t size = usual ? strcspn(usual, " ") : 0;
    *text = '\0';
    if (!size || size >= MANN_TEXT_SIZE - 16) {
        if (length >= 0) {
            snprintf(text, MANN_TEXT_SIZE, "length=%d", length);
        }
        return;
    }
    size_t name = size;
    while (name > 0 && usual[name - 1] != '=' && usual[name - 1] != ',') {
        name--;
    }
    if (length < 0 || !name || usual[name - 1] != '=') {
        snprintf(text, MANN_TEXT_SIZE, "%.*s", (int)size, usual);
        return;
    }
    snprintf(text, MANN_TEXT_SIZE, "%.*s%d", (int)name, usual, length);
}

static mann_network *open_network(mann_context *context, const char *path, int64_t training,
                                  mann_checkpoint_info *info, mann_status *status)
{
    char numbered[1100];
    if (training >= 0) {
        snprintf(numbered, sizeof numbered, "%s@%lld", path, (long long)training);
        path = numbered;
    }
    return mann_checkpoint_open(context, path, NULL, info, status);
}

static mann_status pose(mann_context *context, const mann_task *task, const mann_rows *rows,
                        mann_example *example)
{
    int32_t width = mann_task_pose_width(task);
    if (width < 1 || width > MANN_MOST_BITS || rows->width != width || rows->rows < 1) {
        return mann_fail(context, MANN_E_INVAL, "this task takes no rows of bits to edit");
    }
    float row[MANN_MOST_ROWS * MANN_MOST_BITS];
    for (int32_t i = 0; i < rows->rows * width; i++) {
        row[i] = rows->bit[i];
    }
    return mann_task_pose(context, task, row, rows->rows, example);
}

/* The steps at which rows may go in; returns how many. */
static int32_t find_steps(const float *input, int32_t inputs, int32_t last, int32_t width,
                          int32_t step[MANN_MOST_ROWS])
{
    int32_t count = 0;
    for (int32_t t = 0; t <= last && count < MANN_MOST_ROWS; t++) {
        bool control = false;
        for (int32_t i = width; i < inputs; i++) {
            control |= input[(size_t)t * (size_t)inputs + (size_t)i] > 0.5f;
        }
        if (!control) {
            step[count++] = t;
        }
    }
    return count;
}

static int32_t last_of_first_phase(const mann_trace *trace)
{
    for (int32_t i = 0; i < trace->notes.count; i++) {
        if (!trace->notes.span[i].mark) {
            return trace->notes.span[i].last;
        }
    }
    return trace->steps - 1;
}

static mann_status run(mann_context *context, const mann_network *network, const mann_task *task,
                       const mann_example *example, mann_trace *trace)
{
    size_t size = (size_t)example->steps * (size_t)mann_network_io(network)->outputs;
    float *prediction = malloc(size * sizeof *prediction + 1);
    if (!prediction) {
        return mann_fail(context, MANN_E_NOMEM, "out of memory for an episode");
    }
    mann_status status = mann_network_run(context, network, task, example, prediction, trace);
    free(prediction);
    return status;
}

/* The name of the run that a path is, or is in. */
static void name_run(const char *path, char name[128])
{
    const char *end = strstr(path, "/checkpoints/");
    end = end ? end : strrchr(path, '@');
    size_t length = end ? (size_t)(end - path) : strlen(path);
    while (length > 1 && path[length - 1] == '/') {
        length--;
    }
    size_t start = length;
    while (start > 0 && path[start - 1] != '/') {
        start--;
    }
    snprintf(name, 128, "%.*s", (int)(length - start), path + start);
}

static mann_status fill(mann_context *context, const mann_network *network,
                        const mann_live_wish *wish, mann_rows *rows, mann_trace *trace)
{
    char setting[MANN_TEXT_SIZE];
    make_setting(network, wish, setting);
    mann_task *task = mann_task_open(context, network, setting);
    if (!task) {
        return mann_context_status(context);
    }
    mann_example example;
    mann_status status = mann_example_init(&example);
    if (status) {
        mann_task_free(task);
        return mann_fail(context, status, "out of memory for an example");
    }
    const mann_train_config *config = mann_experiment_train(mann_network_experiment(network));
    uint64_t seed = wish->seeded ? wish->seed : (uint64_t)config->trace_seed;
    status = rows ? pose(context, task, rows, &example)
                  : mann_task_sample(task, MANN_SPLIT_TEST, seed, 0, &example);
    if (!status && example.steps > MANN_LIVE_MOST_STEPS) {
        status = mann_fail(context, MANN_E_INVAL,
                           "an episode of %d steps is too long to show: at most %d (give a smaller "
                           "L)",
                           example.steps, MANN_LIVE_MOST_STEPS);
    }
    status = status ? status : run(context, network, task, &example, trace);
    const mann_trace_array *input = status ? NULL : mann_trace_role(trace, MANN_ROLE_INPUT);
    if (rows && input && input->rank == 2) {
        int32_t found = find_steps(input->data, input->n[1], last_of_first_phase(trace),
                                   rows->width, rows->step);
        for (int32_t r = 0; found != rows->rows && r < rows->rows; r++) {
            rows->step[r] = r;
        }
    }
    mann_example_clear(&example);
    mann_task_free(task);
    return status;
}

mann_episode *mann_live_run(mann_context *context, const char *path, const mann_live_wish *wish,
                            mann_rows *rows, mann_status *status)
{
    mann_checkpoint_info info;
    mann_network *network = open_network(context, path, wish->training, &info, status);
    if (!network) {
        return NULL;
    }
    mann_trace *trace = mann_trace_alloc(context);
    *status = trace ? fill(context, network, wish, rows, trace) : MANN_E_NOMEM;
    mann_network_free(network);
    if (*status) {
        mann_trace_free(trace);
        return NULL;
    }
    name_run(path, trace->run);
    trace->step = info.step;
    trace->sequences = info.sequences;
    mann_episode *episode = mann_episode_alloc(context, trace);
    *status = episode ? MANN_OK : MANN_E_NOMEM;
    return episode;
}

/* Whether posing the rows makes the episode's input. */
static bool makes(mann_context *context, const mann_task *task, const mann_rows *rows,
                  const mann_trace_array *input)
{
    mann_example example;
    if (mann_example_init(&example)) {
        return false;
    }
    const mann_array *made = NULL;
    if (!pose(context, task, rows, &example)) {
        made = mann_example_find(&example, input->name);
    }
    bool same =
        made && made->rank == 2 && made->n[0] == input->n[0] && made->n[1] == input->n[1] &&
        !memcmp(made->data, input->data, (size_t)made->n[0] * (size_t)made->n[1] * sizeof(float));
    mann_example_clear(&example);
    return same;
}

mann_status mann_live_rows(mann_context *context, const char *path, const mann_live_wish *wish,
                           const mann_episode *episode, mann_rows *rows)
{
    mann_status status;
    mann_network *network = open_network(context, path, wish->training, NULL, &status);
    if (!network) {
        return status;
    }
    char setting[MANN_TEXT_SIZE];
    const mann_trace_array *input = mann_trace_role(episode->trace, MANN_ROLE_INPUT);
    make_setting(network, wish, setting);
    mann_task *task = mann_task_open(context, network, setting);
    int32_t width = task ? mann_task_pose_width(task) : 0;
    *rows = (mann_rows){.width = width};
    if (!task) {
        status = mann_context_status(context);
    } else if (width < 1 || width > MANN_MOST_BITS || !input || input->rank != 2 ||
               input->n[1] < width) {
        status = mann_fail(context, MANN_E_INVAL, "task %s takes no rows of bits to edit",
                           episode->trace->task);
    } else {
        rows->rows = find_steps(input->data, input->n[1], last_of_first_phase(episode->trace),
                                width, rows->step);
        rows->rows = rows->rows ? rows->rows : 1;
        for (int32_t r = 0; r < rows->rows; r++) {
            const float *from = input->data + (size_t)rows->step[r] * (size_t)input->n[1];
            for (int32_t i = 0; i < width; i++) {
                rows->bit[r * width + i] = from[i] > 0.5f;
            }
        }
        if (!makes(context, task, rows, input)) {
            memset(rows->bit, 0, sizeof rows->bit);
        }
    }
    mann_task_free(task);
    mann_network_free(network);
    return status;
}
