/* Reports in words and as data. */
#include "cli/many/report_print.h"
#include "cli/cli.h"
#include "cli/many/table.h"
#include "cli/values.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- for people --- */

typedef const char *text_function(double value, char *text);

static const char *plain_text(double value, char *text)
{
    snprintf(text, 32, "%.3g", value);
    return text;
}

static const char *or_dash(double value, text_function *function, char *text)
{
    return isfinite(value) ? function(value, text) : "–";
}

static void add_quartiles(cli_table *table, const mann_quartiles *q, text_function *function)
{
    char text[3][32];
    if (q->count > 1 && isfinite(q->low)) {
        cli_table_add(table, "%s [%s, %s]", or_dash(q->median, function, text[0]),
                      or_dash(q->low, function, text[1]), or_dash(q->high, function, text[2]));
    } else {
        cli_table_add(table, "%s", or_dash(q->median, function, text[0]));
    }
}

static void add_runs(cli_table *table, const mann_report_cohort *g)
{
    char text[96];
    int used = snprintf(text, sizeof text, "%d", g->count);
    if (g->diverged) {
        used += snprintf(text + used, sizeof text - (size_t)used, ", %d diverged", g->diverged);
    }
    if (g->unfinished) {
        snprintf(text + used, sizeof text - (size_t)used, ", %d unfinished", g->unfinished);
    }
    cli_table_add(table, "%s", text);
}

static bool has_selected(const mann_report *r)
{
    for (int32_t k = 0; k < r->cohorts.count; k++) {
        if (r->cohort[k].selected) {
            return true;
        }
    }
    return false;
}

static void print_summary(const mann_report *r, cli_style style)
{
    static const char *const head[] = {"cohort", "runs", "solved", "sequences to solve", "time"};
    const char *metric = r->metric ? r->metric : "cost";
    bool selected = has_selected(r);
    cli_table table = {.columns = 7 + selected};
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++) {
        cli_table_add(&table, "%s", head[i]);
    }
    cli_table_add(&table, "final %s", metric);
    cli_table_add(&table, "best %s", metric);
    if (selected) {
        cli_table_add(&table, "selected");
    }
    for (int32_t k = 0; k < r->cohorts.count; k++) {
        const mann_report_cohort *g = &r->cohort[k];
        cli_table_add(&table, "%s", g->label);
        add_runs(&table, g);
        cli_table_add(&table, "%d of %d", g->solved, g->count);
        add_quartiles(&table, &g->solved_at, cli_grouped);
        add_quartiles(&table, &g->seconds, cli_time);
        add_quartiles(&table, &g->final, plain_text);
        add_quartiles(&table, &g->best, plain_text);
        if (selected) {
            cli_table_add(&table, "%s", g->selected ? g->selected->history->name : "");
        }
    }
    cli_table_print(&table, style);
    cli_table_clear(&table);
}

static void print_tests(const mann_report *r, const mann_report_tests *tests, cli_style style)
{
    const mann_report_tested *first = &tests->at[0];
    cli_table table = {.columns = 2 + first->metrics};
    cli_table_add(&table, "group");
    cli_table_add(&table, "%s", tests->option ? tests->option : "setting");
    for (int32_t m = 0; m < first->metrics; m++) {
        cli_table_add(&table, "%s", first->metric[m]);
    }
    for (int32_t k = 0; k < r->cohorts.count; k++) {
        for (int32_t i = 0; i < tests->count; i++) {
            const mann_report_tested *t = &tests->at[i];
            cli_table_add(&table, "%s", r->cohort[k].label);
            cli_table_add(&table, "%s", *t->value ? t->value : "as trained");
            for (int32_t m = 0; m < first->metrics; m++) {
                add_quartiles(&table, &t->score[k][m], plain_text);
            }
        }
    }
    int32_t least = first->sequences, most = least;
    for (int32_t i = 1; i < tests->count; i++) {
        least = tests->at[i].sequences < least ? tests->at[i].sequences : least;
        most = tests->at[i].sequences > most ? tests->at[i].sequences : most;
    }
    printf("\ntested on %s%d fresh sequences%s:\n\n", least < most ? "up to " : "", most,
           tests->option ? " at each value" : "");
    cli_table_print(&table, style);
    cli_table_clear(&table);
}

/* What the numbers are. */
static void print_legend(const mann_report *r)
{
    const char *solved =
        r->solved ? r->solved : mann_experiment_task(r->run[0].outcome.experiment)->solved;
    for (int32_t i = 1; !r->solved && i < r->n_runs; i++) {
        const char *own = mann_experiment_task(r->run[i].outcome.experiment)->solved;
        if (!own || !solved || strcmp(solved, own)) {
            solved = "what each task calls so";
            break;
        }
    }
    printf("\nmedian [lower, upper quartile]; solved: %s\n", solved ? solved : "–");
}

/* --- for programs --- */

static void add_three(cli_table *table, const mann_quartiles *q)
{
    cli_table_add_number(table, q->low);
    cli_table_add_number(table, q->median);
    cli_table_add_number(table, q->high);
}

static void name_three(cli_table *table, const char *name, const char *at)
{
    static const char *const part[] = {"low", "median", "high"};
    for (int i = 0; i < 3; i++) {
        cli_table_add(table, "%s%s%s.%s", name, *at ? "@" : "", at, part[i]);
    }
}

/* One row a cohort, with all tests: what a spreadsheet takes. */
static void print_csv(const mann_report *r, const mann_report_tests *tests)
{
    static const char *const head[] = {"group",  "task",     "model",      "runs",
                                       "solved", "diverged", "unfinished", "selected"};
    static const char *const three[] = {"sequences_to_solve", "seconds", "final", "best"};
    cli_table table = {.columns = 20};
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++) {
        cli_table_add(&table, "%s", head[i]);
    }
    for (size_t i = 0; i < sizeof three / sizeof three[0]; i++) {
        name_three(&table, three[i], "");
    }
    for (int32_t i = 0; i < tests->count; i++) {
        for (int32_t m = 0; m < tests->at[i].metrics; m++) {
            name_three(&table, tests->at[i].metric[m],
                       *tests->at[i].value ? tests->at[i].value : "trained");
            table.columns += 3;
        }
    }
    for (int32_t k = 0; k < r->cohorts.count; k++) {
        const mann_report_cohort *g = &r->cohort[k];
        const mann_experiment *e = g->run[0]->outcome.experiment;
        cli_table_add(&table, "%s", g->label);
        cli_table_add(&table, "%s", mann_experiment_task_name(e));
        cli_table_add(&table, "%s", mann_experiment_model_name(e));
        cli_table_add(&table, "%d", g->count);
        cli_table_add(&table, "%d", g->solved);
        cli_table_add(&table, "%d", g->diverged);
        cli_table_add(&table, "%d", g->unfinished);
        cli_table_add(&table, "%s", g->selected ? g->selected->path : "");
        add_three(&table, &g->solved_at);
        add_three(&table, &g->seconds);
        add_three(&table, &g->final);
        add_three(&table, &g->best);
        for (int32_t i = 0; i < tests->count; i++) {
            for (int32_t m = 0; m < tests->at[i].metrics; m++) {
                add_three(&table, &tests->at[i].score[k][m]);
            }
        }
    }
    cli_table_print(&table, CLI_CSV);
    cli_table_clear(&table);
}

static json_t *quartiles_json(const mann_quartiles *q)
{
    return json_pack("{s:o, s:o, s:o}", "low", cli_number_json(q->low), "median",
                     cli_number_json(q->median), "high", cli_number_json(q->high));
}

static json_t *run_json(const mann_report_run *run)
{
    char seed[32];
    snprintf(seed, sizeof seed, "%" PRIu64, mann_experiment_seed(run->outcome.experiment));
    return json_pack("{s:s, s:s, s:s, s:I, s:f, s:o, s:o, s:o, s:o}", "run", run->path, "seed",
                     seed, "stopped", mann_stop_name(run->outcome.stop), "sequences",
                     (json_int_t)run->outcome.sequences, "seconds", run->outcome.seconds,
                     "sequences_to_solve", cli_number_json(run->solved_at), "final",
                     cli_number_json(run->final), "best", cli_number_json(run->best), "loss",
                     cli_number_json(mann_report_loss(run)));
}

static json_t *test_json(const mann_report_tests *tests, int32_t cohort)
{
    json_t *list = json_array();
    for (int32_t i = 0; i < tests->count; i++) {
        const mann_report_tested *t = &tests->at[i];
        json_t *row = json_pack("{s:I}", "sequences", (json_int_t)t->sequences);
        if (tests->option) {
            json_object_set_new(row, tests->option, cli_value_json(t->value));
        }
        for (int32_t m = 0; m < t->metrics; m++) {
            json_object_set_new(row, t->metric[m], quartiles_json(&t->score[cohort][m]));
        }
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *group_json(const mann_report *r, const mann_report_tests *tests, int32_t k)
{
    const mann_report_cohort *g = &r->cohort[k];
    const mann_experiment *e = g->run[0]->outcome.experiment;
    mann_interval share = mann_share_interval(g->solved, g->count);
    json_t *runs = json_array();
    for (int32_t i = 0; i < g->count; i++) {
        json_array_append_new(runs, run_json(g->run[i]));
    }
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:i, s:i, s:i, s:[f, f], s:o, s:o, s:o, s:o, s:o, s:o}", "group", g->label,
        "task", mann_experiment_task_name(e), "model", mann_experiment_model_name(e), "solved",
        g->solved, "diverged", g->diverged, "unfinished", g->unfinished, "solved_share_interval",
        share.low, share.high, "sequences_to_solve", quartiles_json(&g->solved_at), "seconds",
        quartiles_json(&g->seconds), "final", quartiles_json(&g->final), "best",
        quartiles_json(&g->best), "tests", test_json(tests, k), "runs", runs);
    json_object_set_new(object, "selected",
                        g->selected ? json_string(g->selected->path) : json_null());
    return object;
}

static void print_json(const mann_report *r, const mann_report_tests *tests)
{
    json_t *cohorts = json_array();
    for (int32_t k = 0; k < r->cohorts.count; k++) {
        json_array_append_new(cohorts, group_json(r, tests, k));
    }
    json_t *root = json_pack("{s:s, s:o}", "metric", r->metric ? r->metric : "", "groups", cohorts);
    json_dumpf(root, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(root);
}

void report_print(const mann_report *r, const mann_report_tests *tests, report_style style)
{
    cli_style as = style == REPORT_MARKDOWN ? CLI_MARKDOWN : CLI_TEXT;
    switch (style) {
    case REPORT_CSV: print_csv(r, tests); return;
    case REPORT_JSON: print_json(r, tests); return;
    case REPORT_TEXT:
    case REPORT_MARKDOWN: break;
    }
    print_summary(r, as);
    if (tests->count) {
        print_tests(r, tests, as);
    }
    print_legend(r);
}
