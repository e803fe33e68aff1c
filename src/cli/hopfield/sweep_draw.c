/* The picture of a sweep: a curve for each rule or second value, theory beside them. */
#include "cli/hopfield/command.h"
#include "draw/hopfield_plot.h"

#include <math.h>
#include <stdlib.h>

static const char *const titles[MANN_HOPFIELD_MEASURES] = {
    "Overlap after recall",
    "Recalled exactly",
    "Recalled with an overlap of at least 0.95",
    "Stored patterns that are fixed points",
    "Bits of a stored pattern that one step changes",
    "Sweeps until it settles",
};

static const char *axis_title(mann_hopfield_key key)
{
    switch (key) {
    case MANN_HOPFIELD_KEY_LOAD: return "load P/N";
    case MANN_HOPFIELD_KEY_PATTERNS: return "patterns P";
    case MANN_HOPFIELD_KEY_UNITS: return "units N";
    case MANN_HOPFIELD_KEY_CORRUPT: return "part of the cue that is flipped";
    case MANN_HOPFIELD_KEY_MASK: return "part of the cue that is unknown";
    case MANN_HOPFIELD_KEY_BETA: return "beta";
    case MANN_HOPFIELD_KEY_TEMPERATURE: return "temperature T";
    case MANN_HOPFIELD_KEY_ORDER: return "order n";
    case MANN_HOPFIELD_KEYS: break;
    }
    return "";
}

enum { THEORY_POINTS = 121 };

/* Theory's curve over the axis, for Hebb's rule and random patterns. Points, or 0. */
static int32_t theory_curve(const mann_hopfield_study *study, int32_t measure, double *x, double *y)
{
    const mann_hopfield_job *job = study->job;
    const mann_hopfield_axis *axis = &job->axis[0];
    const mann_hopfield_point *first = &study->points[0],
                              *last = &study->points[study->per_curve - 1];
    bool overlap = measure == MANN_HOPFIELD_MEASURE_OVERLAP;
    bool by_load = axis->key == MANN_HOPFIELD_KEY_LOAD || axis->key == MANN_HOPFIELD_KEY_PATTERNS;
    bool several = job->n_axes > 1 && job->axis[1].key != MANN_HOPFIELD_KEY_UNITS;
    if (!isfinite(first->theory[measure]) || several || axis->count < 2 ||
        !(overlap || measure == MANN_HOPFIELD_MEASURE_ONE_STEP) ||
        !(by_load || (axis->key == MANN_HOPFIELD_KEY_TEMPERATURE && overlap))) {
        return 0;
    }
    double scale = axis->key == MANN_HOPFIELD_KEY_PATTERNS ? first->setting.units : 1;
    int32_t count = 0;
    for (int32_t i = 0; i < THEORY_POINTS; i++) {
        x[count] = first->x + (last->x - first->x) * i / (THEORY_POINTS - 1);
        double load =
            by_load ? x[count] / scale : (double)first->setting.count / first->setting.units;
        double temperature = by_load ? first->setting.dynamics.temperature : x[count];
        y[count] = overlap ? mann_hopfield_theory_overlap(load, temperature)
                           : mann_hopfield_theory_bit_error(load);
        /* The retrieval state is lost at a stroke: the curve ends there. */
        if (overlap && count && y[count] == 0) {
            break;
        }
        count++;
    }
    return count;
}

/* The measure along one curve, with its intervals; numbers: room for 4 of each point. */
static mann_hopfield_curve measured(const mann_hopfield_study *study, int32_t measure, int32_t c,
                                    const char *name, double *numbers)
{
    int32_t width = study->per_curve;
    double *x = numbers, *y = x + width, *low = y + width, *high = low + width;
    /* An interval does not reach beyond what the measure can be. */
    double least = measure == MANN_HOPFIELD_MEASURE_OVERLAP ? -1 : 0;
    double most = measure == MANN_HOPFIELD_MEASURE_SWEEPS ? INFINITY : 1;
    for (int32_t i = 0; i < width; i++) {
        const mann_hopfield_point *at = &study->points[c * width + i];
        double half = isfinite(at->half[measure]) ? at->half[measure] : 0;
        x[i] = at->x;
        y[i] = at->mean[measure];
        low[i] = fmax(y[i] - half, least);
        high[i] = fmin(y[i] + half, most);
    }
    return (mann_hopfield_curve){
        .name = name, .count = width, .x = x, .y = y, .low = low, .high = high};
}

mann_status hopfield_sweep_draw(const hopfield_command *command, const mann_hopfield_study *study)
{
    const mann_hopfield_job *job = study->job;
    const mann_hopfield_axis *axis = &job->axis[0];
    double from = axis->value[0], to = axis->value[axis->count - 1];
    mann_hopfield_curve curve[MANN_JOB_CURVES + 2];
    char names[MANN_JOB_CURVES][64], subtitle[384];
    double theory_x[THEORY_POINTS], theory_y[THEORY_POINTS];
    double cue_x[2] = {from, to}, cue_y[2] = {1 - 2 * from, 1 - 2 * to};
    double *numbers = calloc(4 * (size_t)study->n_points, sizeof *numbers);
    if (!numbers) {
        return mann_fail(job->context, MANN_E_NOMEM, "out of memory for the picture");
    }
    int32_t count = 0;
    for (; count < study->curves; count++) {
        hopfield_curve_name(study, count, names[count], sizeof names[count]);
        curve[count] = measured(study, command->measure, count, names[count],
                                numbers + 4 * study->per_curve * count);
    }
    int32_t theory = theory_curve(study, command->measure, theory_x, theory_y);
    if (theory) {
        curve[count++] = (mann_hopfield_curve){.name = "theory, N → ∞",
                                               .count = theory,
                                               .x = theory_x,
                                               .y = theory_y,
                                               .reference = true};
    }
    bool basins =
        axis->key == MANN_HOPFIELD_KEY_CORRUPT && command->measure == MANN_HOPFIELD_MEASURE_OVERLAP;
    if (basins) {
        curve[count++] = (mann_hopfield_curve){
            .name = "the cue itself", .count = 2, .x = cue_x, .y = cue_y, .reference = true};
    }
    hopfield_sweep_heading(study, subtitle, sizeof subtitle);
    bool hebb = job->random && job->rule[0].rule == MANN_HOPFIELD_HEBB;
    mann_hopfield_sweep_plot plot = {
        .title = basins ? "Basins of attraction: overlap after recall" : titles[command->measure],
        .subtitle = subtitle,
        .x_name = axis_title(axis->key),
        .y_name = mann_hopfield_measure_names[command->measure],
        .unit_range = command->measure != MANN_HOPFIELD_MEASURE_SWEEPS &&
                      command->measure != MANN_HOPFIELD_MEASURE_ONE_STEP,
        .log_x = from > 0 && to / from >= 50,
        .mark = hebb && axis->key == MANN_HOPFIELD_KEY_LOAD ? MANN_HOPFIELD_CAPACITY : NAN,
        .mark_name = "0.138",
        .n_curves = count,
        .curve = curve,
    };
    char *data = NULL;
    size_t size = 0;
    mann_status status = mann_hopfield_draw_sweep(job->context, &plot, hopfield_format(command),
                                                  command->dark, &data, &size);
    free(numbers);
    return status ? status : hopfield_save(command, data, size);
}
