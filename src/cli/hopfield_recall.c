/* One network: every cue, what became of it, and the pictures. */
#include "cli/hopfield_job.h"
#include "draw/hopfield_plot.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PICTURES = 10, LONGEST_PATH = 4096 };

/* The energy after each change, thinned by two whenever it is full. */
typedef struct path {
    double *x, *energy; /* [LONGEST_PATH] */
    int32_t count, every;
    int64_t seen;
} path;

typedef struct recalled {
    int32_t pattern;
    float *cue, *state; /* [N] */
    mann_hopfield_verdict verdict;
    mann_hopfield_ending ending;
    int32_t sweeps, wrong, cycling; /* wrong: units that differ from the pattern that was cued */
    int64_t flips;
    double overlap, cue_overlap; /* with the pattern that was cued */
    double energy, cue_energy;
    path path;
    char text[128];
} recalled;

/* All cues under one rule. */
typedef struct attempt {
    mann_hopfield_setting setting;
    mann_hopfield *net;
    recalled *cue;
    int32_t exact, named;
    double overlap;
} attempt;

static void add_point(path *to, double energy)
{
    if (to->seen++ % to->every == 0) {
        if (to->count == LONGEST_PATH) {
            for (int32_t i = 0; i < LONGEST_PATH / 2; i++) {
                to->x[i] = to->x[2 * i];
                to->energy[i] = to->energy[2 * i];
            }
            to->count = LONGEST_PATH / 2;
            to->every *= 2;
        }
        to->x[to->count] = (double)(to->seen - 1);
        to->energy[to->count++] = energy;
    }
}

static void watch(void *user, int32_t unit, float value, double energy)
{
    (void)unit;
    (void)value;
    add_point(user, energy);
}

static double overlap_with(const float *x, const float *state, int32_t units, int32_t *wrong)
{
    double sum = 0;
    *wrong = 0;
    for (int32_t i = 0; i < units; i++) {
        sum += (double)x[i] * (double)state[i];
        *wrong += x[i] * state[i] <= 0;
    }
    return sum / units;
}

/* The mean overlap between stored patterns, over pairs of at most 200 of them: random ones have
 * none, pictures a lot. */
static double likeness(const mann_hopfield_setting *setting, const float *pattern)
{
    enum { MOST = 200 };
    mann_hopfield_setting spread = *setting;
    spread.cues = setting->count < MOST ? setting->count : MOST;
    double sum = 0;
    int32_t pairs = 0, unused;
    for (int32_t a = 0; a < spread.cues; a++) {
        for (int32_t b = 0; b < a; b++, pairs++) {
            size_t first = (size_t)mann_hopfield_cue_pattern(&spread, a);
            size_t second = (size_t)mann_hopfield_cue_pattern(&spread, b);
            sum += overlap_with(pattern + first * (size_t)setting->units,
                                pattern + second * (size_t)setting->units, setting->units, &unused);
        }
    }
    return pairs ? sum / pairs : 0;
}

/* True if every change of a unit is seen, not only every sweep. */
static bool by_unit(const mann_hopfield_setting *setting)
{
    return setting->rule.rule <= MANN_HOPFIELD_DENSE &&
           setting->dynamics.update == MANN_HOPFIELD_ASYNC;
}

static mann_status recall_one(const mann_hopfield_job *job, const attempt *by,
                              mann_hopfield_walk *walk, recalled *out)
{
    const mann_hopfield_setting *setting = &by->setting;
    int32_t n = setting->units, unused;
    const float *x = mann_hopfield_patterns(by->net) + (size_t)out->pattern * (size_t)n;
    mann_rng rng = mann_rng_stream(job->seed, "hopfield cue", (uint64_t)out->pattern);
    mann_hopfield_cue_make(setting, x, job->random ? 1 : job->loaded.height, &rng, out->cue);
    out->cue_overlap = overlap_with(x, out->cue, n, &unused);
    mann_hopfield_watch(walk, by_unit(setting) ? watch : NULL, &out->path);
    mann_hopfield_begin(walk, out->cue, &rng);
    out->cue_energy = mann_hopfield_walk_energy(walk);
    add_point(&out->path, out->cue_energy);
    do {
        out->ending = mann_hopfield_sweep(walk);
        if (!by_unit(setting)) {
            add_point(&out->path, mann_hopfield_walk_energy(walk));
        }
    } while (out->ending == MANN_HOPFIELD_RUNNING);
    memcpy(out->state, mann_hopfield_state(walk), (size_t)n * sizeof *out->state);
    out->overlap = overlap_with(x, out->state, n, &out->wrong);
    out->energy = mann_hopfield_walk_energy(walk);
    out->sweeps = mann_hopfield_sweeps(walk);
    out->flips = mann_hopfield_flips(walk);
    const float *other = mann_hopfield_other(walk);
    for (int32_t i = 0; other && i < n; i++) {
        out->cycling += other[i] != out->state[i];
    }
    mann_status status = mann_hopfield_judge(by->net, out->state, out->ending, &out->verdict);
    mann_hopfield_describe(&out->verdict, out->text, sizeof out->text);
    return status;
}

static void attempt_clear(attempt *by)
{
    for (int32_t c = 0; by->cue && c < by->setting.cues; c++) {
        free(by->cue[c].cue);
        free(by->cue[c].state);
        free(by->cue[c].path.x);
        free(by->cue[c].path.energy);
    }
    free(by->cue);
    mann_hopfield_free(by->net);
}

static mann_status make_room(attempt *by)
{
    size_t n = (size_t)by->setting.units;
    by->cue = calloc((size_t)by->setting.cues, sizeof *by->cue);
    for (int32_t c = 0; by->cue && c < by->setting.cues; c++) {
        recalled *at = &by->cue[c];
        at->pattern = mann_hopfield_cue_pattern(&by->setting, c);
        at->path.every = 1;
        at->cue = malloc(n * sizeof *at->cue);
        at->state = malloc(n * sizeof *at->state);
        at->path.x = malloc(LONGEST_PATH * sizeof *at->path.x);
        at->path.energy = malloc(LONGEST_PATH * sizeof *at->path.energy);
        if (!at->cue || !at->state || !at->path.x || !at->path.energy) {
            return MANN_E_NOMEM;
        }
    }
    return by->cue ? MANN_OK : MANN_E_NOMEM;
}

static mann_status run_rule(const mann_hopfield_job *job, int32_t r, const float *pattern,
                            attempt *by)
{
    mann_status status = mann_hopfield_setting_make(job, r, NULL, NULL, &by->setting);
    if (!status && make_room(by)) {
        status =
            mann_fail(job->context, MANN_E_NOMEM, "out of memory for %d cues", by->setting.cues);
    }
    if (!status) {
        status = mann_hopfield_alloc(job->context, &by->setting.rule, by->setting.units, &by->net);
    }
    if (!status) {
        status = mann_hopfield_store(by->net, by->setting.count, pattern);
    }
    mann_hopfield_walk *walk = NULL;
    if (!status) {
        status = mann_hopfield_walk_alloc(by->net, &by->setting.dynamics, &walk);
    }
    for (int32_t c = 0; !status && c < by->setting.cues; c++) {
        status = recall_one(job, by, walk, &by->cue[c]);
        by->exact += by->cue[c].wrong == 0;
        by->named += by->cue[c].overlap >= MANN_HOPFIELD_NEAR;
        by->overlap += by->cue[c].overlap / by->setting.cues;
    }
    mann_hopfield_walk_free(walk);
    return status;
}

static void subtitle(const mann_hopfield_job *job, const attempt *by, char *text, size_t size)
{
    char dynamics[64], cue[96];
    mann_hopfield_describe_dynamics(&by->setting, dynamics, sizeof dynamics);
    mann_hopfield_describe_cue(&by->setting, cue, sizeof cue);
    snprintf(text, size, "%s%s%d patterns of %d units (load %.3g)%s%s, cues: %s · seed %llu",
             job->n_rules == 1 ? job->rule_name[0] : "", job->n_rules == 1 ? ", " : "",
             by->setting.count, by->setting.units, (double)by->setting.count / by->setting.units,
             job->n_rules == 1 ? ", " : "", job->n_rules == 1 ? dynamics : "", cue,
             (unsigned long long)job->seed);
}

static void print_table(const mann_hopfield_job *job, const attempt *all, const float *pattern)
{
    char text[384];
    subtitle(job, all, text, sizeof text);
    printf("%s\nmean overlap between the patterns %.3f\n", text,
           likeness(&all[0].setting, pattern));
    for (int32_t r = 0; r < job->n_rules; r++) {
        const attempt *by = &all[r];
        printf("\n%s%s%7s %9s %9s %7s %7s %12s %12s  %s\n",
               job->n_rules > 1 ? job->rule_name[r] : "", job->n_rules > 1 ? "\n" : "", "pattern",
               "cue", "overlap", "wrong", "sweeps", "energy from", "to", "verdict");
        for (int32_t c = 0; c < by->setting.cues; c++) {
            const recalled *at = &by->cue[c];
            printf("%7d %9.4f %9.4f %7d %7d %12.5g %12.5g  %s\n", at->pattern + 1, at->cue_overlap,
                   at->overlap, at->wrong, at->sweeps, at->cue_energy, at->energy, at->text);
        }
        printf("%d of %d recalled exactly, %d with an overlap of at least %g; mean overlap %.4f\n",
               by->exact, by->setting.cues, by->named, MANN_HOPFIELD_NEAR, by->overlap);
    }
}

static void print_csv(const mann_hopfield_job *job, const attempt *all, const float *pattern)
{
    (void)pattern;
    printf("rule,pattern,cue_overlap,overlap,wrong,sweeps,cue_energy,energy,ending,verdict\n");
    static const char *const endings[] = {"running", "fixed point", "2-cycle", "limit"};
    for (int32_t r = 0; r < job->n_rules; r++) {
        for (int32_t c = 0; c < all[r].setting.cues; c++) {
            const recalled *at = &all[r].cue[c];
            printf("%s,%d,%.6g,%.6g,%d,%d,%.9g,%.9g,%s,\"%s\"\n", job->rule_name[r],
                   at->pattern + 1, at->cue_overlap, at->overlap, at->wrong, at->sweeps,
                   at->cue_energy, at->energy, endings[at->ending], at->text);
        }
    }
}

static json_t *cue_json(const recalled *at)
{
    static const char *const endings[] = {"running", "fixed point", "2-cycle", "limit"};
    json_t *named = json_array();
    bool names = at->verdict.kind <= MANN_HOPFIELD_MIXTURE;
    for (int32_t q = 0; names && q < at->verdict.count; q++) {
        json_array_append_new(
            named,
            json_integer((at->verdict.pattern[q] + 1) *
                         (at->verdict.kind == MANN_HOPFIELD_INVERSE ? -1 : at->verdict.sign[q])));
    }
    return json_pack("{s:i, s:f, s:f, s:i, s:i, s:I, s:f, s:f, s:s, s:i, s:s, s:s, s:o}", "pattern",
                     at->pattern + 1, "cue_overlap", at->cue_overlap, "overlap", at->overlap,
                     "wrong", at->wrong, "sweeps", at->sweeps, "flips", (json_int_t)at->flips,
                     "cue_energy", at->cue_energy, "energy", at->energy, "ending",
                     endings[at->ending], "cycling", at->cycling, "verdict",
                     mann_hopfield_kind_names[at->verdict.kind], "text", at->text, "named", named);
}

static void print_json(const mann_hopfield_job *job, const attempt *all, const float *pattern)
{
    json_t *rules = json_array();
    for (int32_t r = 0; r < job->n_rules; r++) {
        const attempt *by = &all[r];
        json_t *cues = json_array();
        for (int32_t c = 0; c < by->setting.cues; c++) {
            json_array_append_new(cues, cue_json(&by->cue[c]));
        }
        json_array_append_new(rules,
                              json_pack("{s:s, s:i, s:i, s:i, s:f, s:o}", "rule", job->rule_name[r],
                                        "cues", by->setting.cues, "exact", by->exact, "recalled",
                                        by->named, "mean_overlap", by->overlap, "results", cues));
    }
    const mann_hopfield_setting *setting = &all[0].setting;
    json_t *name = json_string(job->spec); /* NULL for a path that is not UTF-8 */
    json_t *root = json_pack(
        "{s:o*, s:i, s:i, s:f, s:f, s:f, s:f, s:b, s:f, s:s, s:I, s:o}", "patterns", name, "units",
        setting->units, "count", setting->count, "load", (double)setting->count / setting->units,
        "pattern_overlap", likeness(setting, pattern), "corrupt", setting->corrupt, "mask",
        setting->mask, "half", setting->half, "temperature", setting->dynamics.temperature,
        "update", setting->dynamics.update == MANN_HOPFIELD_SYNC ? "sync" : "async", "seed",
        (json_int_t)job->seed, "rules", rules);
    json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    printf("\n");
    json_decref(root);
}

/* What the picture needs, in the form that it takes. */
typedef struct poster {
    const char *row_name[MANN_JOB_RULES + 2];
    const float *state[(MANN_JOB_RULES + 2) * PICTURES];
    const char *caption[(MANN_JOB_RULES + 2) * PICTURES];
    bool failed[(MANN_JOB_RULES + 2) * PICTURES];
    char label[PICTURES][24], damage[PICTURES][24], outcome[MANN_JOB_RULES * PICTURES][128];
    mann_hopfield_curve path[PICTURES];
    float *overlap;
} poster;

/* A verdict in the width of a picture: "#2", "#2, 7 wrong", "#5 instead", "#1+#2-#4". */
static void shorten(const recalled *at, char *text, size_t size)
{
    const mann_hopfield_verdict *verdict = &at->verdict;
    if (verdict->kind == MANN_HOPFIELD_RECALLED && at->overlap < MANN_HOPFIELD_NEAR) {
        snprintf(text, size, "#%d instead", verdict->pattern[0] + 1);
    } else if (verdict->kind == MANN_HOPFIELD_RECALLED && verdict->wrong == 0) {
        snprintf(text, size, "#%d", verdict->pattern[0] + 1);
    } else if (verdict->kind == MANN_HOPFIELD_RECALLED) {
        snprintf(text, size, "#%d, %d wrong", verdict->pattern[0] + 1, verdict->wrong);
    } else if (verdict->kind == MANN_HOPFIELD_TWO_CYCLE) {
        snprintf(text, size, "limit cycle");
    } else if (verdict->kind == MANN_HOPFIELD_MIXTURE) {
        size_t used = 0;
        text[0] = 0;
        for (int32_t q = 0; q < verdict->count && used < size; q++) {
            used += (size_t)snprintf(text + used, size - used, "%s#%d",
                                     verdict->sign[q] < 0 ? "−" : (q ? "+" : ""),
                                     verdict->pattern[q] + 1);
        }
    } else {
        snprintf(text, size, "%s", at->text);
    }
}

static void fill_pictures(const mann_hopfield_job *job, const attempt *all, const float *pattern,
                          int32_t columns, poster *sheet)
{
    sheet->row_name[0] = "stored";
    sheet->row_name[1] = "cue";
    for (int32_t c = 0; c < columns; c++) {
        const recalled *first = &all[0].cue[c];
        snprintf(sheet->label[c], sizeof sheet->label[c], "#%d", first->pattern + 1);
        sheet->state[c] = pattern + (size_t)first->pattern * (size_t)all[0].setting.units;
        sheet->caption[c] = sheet->label[c];
        snprintf(sheet->damage[c], sizeof sheet->damage[c], "overlap %.2f", first->cue_overlap);
        sheet->state[columns + c] = first->cue;
        sheet->caption[columns + c] = sheet->damage[c];
        sheet->path[c] = (mann_hopfield_curve){.name = sheet->label[c],
                                               .count = first->path.count,
                                               .x = first->path.x,
                                               .y = first->path.energy};
    }
    for (int32_t r = 0; r < job->n_rules; r++) {
        sheet->row_name[r + 2] = job->n_rules > 1 ? job->rule_name[r] : "recalled";
        for (int32_t c = 0; c < columns; c++) {
            const recalled *at = &all[r].cue[c];
            int32_t cell = (r + 2) * columns + c;
            sheet->state[cell] = at->state;
            char *caption = sheet->outcome[r * PICTURES + c];
            shorten(at, caption, sizeof sheet->outcome[0]);
            sheet->caption[cell] = caption;
            sheet->failed[cell] = at->overlap < MANN_HOPFIELD_NEAR;
        }
    }
}

static mann_status fill_overlaps(const mann_hopfield_job *job, const attempt *by, int32_t columns,
                                 poster *sheet)
{
    size_t patterns = (size_t)by->setting.count;
    sheet->overlap = malloc((size_t)columns * patterns * sizeof *sheet->overlap);
    double *row = malloc(patterns * sizeof *row);
    if (!sheet->overlap || !row) {
        free(row);
        return mann_fail(job->context, MANN_E_NOMEM, "out of memory for the picture");
    }
    for (int32_t c = 0; c < columns; c++) {
        mann_hopfield_overlaps(by->net, by->cue[c].state, row);
        for (size_t k = 0; k < patterns; k++) {
            sheet->overlap[(size_t)c * patterns + k] = (float)row[k];
        }
    }
    free(row);
    return MANN_OK;
}

static int draw(const mann_hopfield_job *job, const attempt *all, const float *pattern)
{
    poster sheet = {.overlap = NULL};
    const mann_hopfield_setting *setting = &all[0].setting;
    int32_t columns = setting->cues < PICTURES ? setting->cues : PICTURES;
    fill_pictures(job, all, pattern, columns, &sheet);
    bool single = job->n_rules == 1;
    mann_status status = single ? fill_overlaps(job, all, columns, &sheet) : MANN_OK;
    char text[384];
    subtitle(job, all, text, sizeof text);
    bool shaped = !job->random && job->loaded.height > 1;
    int32_t side = (int32_t)ceil(sqrt((double)setting->units));
    mann_hopfield_gallery gallery = {
        .title = "Stored, damaged, recalled",
        .subtitle = text,
        .width = shaped ? job->loaded.width : side,
        .height = shaped ? job->loaded.height : (setting->units + side - 1) / side,
        .units = setting->units,
        .rows = job->n_rules + 2,
        .columns = columns,
        .row_name = sheet.row_name,
        .state = sheet.state,
        .caption = sheet.caption,
        .failed = sheet.failed,
        .n_paths = single ? columns : 0,
        .path = sheet.path,
        .path_name = by_unit(setting)                                 ? "changes of a unit"
                     : setting->rule.rule == MANN_HOPFIELD_CONTINUOUS ? "time"
                                                                      : "updates",
        .patterns = single ? setting->count : 0,
        .overlap = sheet.overlap,
    };
    char *data = NULL;
    size_t size = 0;
    if (!status) {
        status = mann_hopfield_draw_gallery(job->context, &gallery, strrchr(job->output, '.') + 1,
                                            job->dark, &data, &size);
    }
    free(sheet.overlap);
    return mann_hopfield_save(job, status, data, size);
}

int mann_hopfield_recall_run(const mann_hopfield_job *job)
{
    attempt all[MANN_JOB_RULES] = {{.exact = 0}};
    mann_hopfield_setting whole;
    int code = 0;
    float *room = NULL;
    const float *pattern = NULL;
    mann_status status = mann_hopfield_setting_make(job, 0, NULL, NULL, &whole);
    if (!status && job->random) {
        room = malloc((size_t)job->units * (size_t)job->count * sizeof *room);
        if (!room) {
            status = mann_fail(job->context, MANN_E_NOMEM, "out of memory for %d x %d numbers",
                               job->units, job->count);
        }
    }
    if (!status) {
        pattern = mann_hopfield_trial_patterns(job, &whole, 0, room);
    }
    for (int32_t r = 0; !status && r < job->n_rules; r++) {
        status = run_rule(job, r, pattern, &all[r]);
    }
    if (status) {
        code = mann_hopfield_report(job->context, status);
    } else {
        (job->json ? print_json : job->csv ? print_csv : print_table)(job, all, pattern);
        code = !job->output                  ? 0
               : mann_hopfield_is_store(job) ? mann_hopfield_store_save(job, pattern)
                                             : draw(job, all, pattern);
        if (!code && job->view) {
            fflush(stdout);
            code = mann_hopfield_store_view(job, pattern);
        }
    }
    for (int32_t r = 0; r < job->n_rules; r++) {
        attempt_clear(&all[r]);
    }
    free(room);
    return code;
}
