/* The picture of a sweep: a curve for each rule or second value, theory beside them. */
#include "cli/hopfield/sweep.h"
#include "draw/hopfield_plot.h"

#include <math.h>
#include <stdlib.h>

static const char *const titles[MANN_MEASURES] = {
    "Overlap after recall",
    "Recalled exactly",
    "Recalled with an overlap of at least 0.95",
    "Stored patterns that are fixed points",
    "Bits of a stored pattern that one step changes",
    "Sweeps until it settles",
};

static const char *axis_title(mann_sweep_key key)
{
    switch (key) {
    case MANN_SWEEP_LOAD: return "load P/N";
    case MANN_SWEEP_PATTERNS: return "patterns P";
    case MANN_SWEEP_UNITS: return "units N";
    case MANN_SWEEP_CORRUPT: return "part of the cue that is flipped";
    case MANN_SWEEP_MASK: return "part of the cue that is unknown";
    case MANN_SWEEP_BETA: return "beta";
    case MANN_SWEEP_TEMPERATURE: return "temperature T";
    case MANN_SWEEP_ORDER: return "order n";
    case MANN_SWEEP_KEYS: break;
    }
    return "";
}

enum { THEORY_POINTS = 121 };

/* Theory's curve over the axis, for Hebb's rule and random patterns. Points, or 0. */
static int32_t theory_curve(const mann_sweep *sweep, double *x, double *y)
{
    const mann_hopfield_job *job = sweep->job;
    const mann_sweep_axis *axis = &job->axis[0];
    const mann_sweep_point *first = &sweep->points[0], *last = &sweep->points[sweep->per_curve - 1];
    bool overlap = job->measure == MANN_MEASURE_OVERLAP;
    bool by_load = axis->key == MANN_SWEEP_LOAD || axis->key == MANN_SWEEP_PATTERNS;
    bool several = job->n_axes > 1 && job->axis[1].key != MANN_SWEEP_UNITS;
    if (!isfinite(first->theory[job->measure]) || several || axis->count < 2 ||
        !(overlap || job->measure == MANN_MEASURE_ONE_STEP) ||
        !(by_load || (axis->key == MANN_SWEEP_TEMPERATURE && overlap))) {
        return 0;
    }
    double scale = axis->key == MANN_SWEEP_PATTERNS ? first->setting.units : 1;
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
static mann_hopfield_curve measured(const mann_sweep *sweep, int32_t c, const char *name,
                                    double *numbers)
{
    int32_t measure = sweep->job->measure, width = sweep->per_curve;
    double *x = numbers, *y = x + width, *low = y + width, *high = low + width;
    /* An interval does not reach beyond what the measure can be. */
    double least = measure == MANN_MEASURE_OVERLAP ? -1 : 0;
    double most = measure == MANN_MEASURE_SWEEPS ? INFINITY : 1;
    for (int32_t i = 0; i < width; i++) {
        const mann_sweep_point *at = &sweep->points[c * width + i];
        double half = isfinite(at->half[measure]) ? at->half[measure] : 0;
        x[i] = at->x;
        y[i] = at->mean[measure];
        low[i] = fmax(y[i] - half, least);
        high[i] = fmin(y[i] + half, most);
    }
    return (mann_hopfield_curve){
        .name = name, .count = width, .x = x, .y = y, .low = low, .high = high};
}

mann_status mann_sweep_draw(const mann_sweep *sweep)
{
    const mann_hopfield_job *job = sweep->job;
    const mann_sweep_axis *axis = &job->axis[0];
    double from = axis->value[0], to = axis->value[axis->count - 1];
    mann_hopfield_curve curve[MANN_JOB_CURVES + 2];
    char names[MANN_JOB_CURVES][64], subtitle[384];
    double theory_x[THEORY_POINTS], theory_y[THEORY_POINTS];
    double cue_x[2] = {from, to}, cue_y[2] = {1 - 2 * from, 1 - 2 * to};
    double *numbers = calloc(4 * (size_t)sweep->n_points, sizeof *numbers);
    if (!numbers) {
        return mann_fail(job->context, MANN_E_NOMEM, "out of memory for the picture");
    }
    int32_t count = 0;
    for (; count < sweep->curves; count++) {
        mann_sweep_curve_name(sweep, count, names[count], sizeof names[count]);
        curve[count] = measured(sweep, count, names[count], numbers + 4 * sweep->per_curve * count);
    }
    int32_t theory = theory_curve(sweep, theory_x, theory_y);
    if (theory) {
        curve[count++] = (mann_hopfield_curve){.name = "theory, N → ∞",
                                               .count = theory,
                                               .x = theory_x,
                                               .y = theory_y,
                                               .reference = true};
    }
    bool basins = axis->key == MANN_SWEEP_CORRUPT && job->measure == MANN_MEASURE_OVERLAP;
    if (basins) {
        curve[count++] = (mann_hopfield_curve){
            .name = "the cue itself", .count = 2, .x = cue_x, .y = cue_y, .reference = true};
    }
    mann_sweep_heading(sweep, subtitle, sizeof subtitle);
    bool hebb = job->random && job->rule[0].rule == MANN_HOPFIELD_HEBB;
    mann_hopfield_sweep_plot plot = {
        .title = basins ? "Basins of attraction: overlap after recall" : titles[job->measure],
        .subtitle = subtitle,
        .x_name = axis_title(axis->key),
        .y_name = mann_measure_names[job->measure],
        .unit_range = job->measure != MANN_MEASURE_SWEEPS && job->measure != MANN_MEASURE_ONE_STEP,
        .log_x = from > 0 && to / from >= 50,
        .mark = hebb && axis->key == MANN_SWEEP_LOAD ? MANN_HOPFIELD_CAPACITY : NAN,
        .mark_name = "0.138",
        .n_curves = count,
        .curve = curve,
    };
    char *data = NULL;
    size_t size = 0;
    mann_status status = mann_hopfield_draw_sweep(job->context, &plot, mann_hopfield_format(job),
                                                  job->dark, &data, &size);
    free(numbers);
    return status ? status : mann_hopfield_save(job, data, size);
}
