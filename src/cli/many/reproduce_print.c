/* The paper's figures beside ours. */
#include "cli/many/reproduce.h"

#include "cli/cli.h"
#include "cli/values.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Counts of sequences as 48,000, everything else in three digits. */
static const char *number(const mann_recipe_measure *m, double value, char *text)
{
    if (!isfinite(value)) {
        return isnan(value) ? "–" : m->kind == MANN_MEASURE_UNTIL ? "never" : "∞";
    }
    if (m->kind == MANN_MEASURE_UNTIL) {
        return cli_grouped(value, text);
    }
    snprintf(text, 32, "%.3g", value);
    return text;
}

static void add_ours(cli_table *table, const mann_recipe_measure *m, const mann_reproduced *r)
{
    char text[3][32];
    if (r->runs > 1 && isfinite(r->interval.low)) {
        cli_table_add(table, "%s [%s, %s]", number(m, r->median, text[0]),
                      number(m, r->interval.low, text[1]), number(m, r->interval.high, text[2]));
    } else {
        cli_table_add(table, "%s", number(m, r->median, text[0]));
    }
}

static void add_seeds(const mann_reproduction *done, cli_table *table, const mann_reproduced *r,
                      int32_t s)
{
    int32_t seeds = done->seeds[s], selected = done->selected[s];
    if (done->recipe->restarts && selected >= 0) {
        cli_table_add(table, "%" PRIu64 " of %d",
                      mann_experiment_seed(done->plan->run[selected].experiment), seeds);
    } else if (r->runs < seeds) {
        cli_table_add(table, "%d of %d", r->runs, seeds);
    } else {
        cli_table_add(table, "%d", seeds);
    }
}

static void add_rows(const mann_reproduction *done, cli_table *table)
{
    const mann_recipe *recipe = done->recipe;
    for (int32_t i = 0; i < recipe->measures; i++) {
        const mann_recipe_measure *m = &recipe->measure[i];
        for (int32_t s = 0; s < recipe->systems; s++) {
            cli_table_add(table, "%s", s ? "" : m->name);
            cli_table_add(table, "%s", recipe->system[s].name);
            cli_table_add(table, "%s", *m->published[s] ? m->published[s] : "–");
            add_ours(table, m, &done->result[i * recipe->systems + s]);
            add_seeds(done, table, &done->result[i * recipe->systems + s], s);
        }
        if (*m->mean) {
            char text[32];
            cli_table_add(table, "%s", "");
            cli_table_add(table, "mean");
            cli_table_add(table, "%s", m->mean);
            cli_table_add(table, "%s", number(m, mann_reproduction_mean(done, i), text));
            cli_table_add(table, "%s", "");
        }
    }
}

static void print_csv(const mann_reproduction *done)
{
    static const char *const head[] = {"recipe", "measure", "system", "paper",     "runs",
                                       "median", "low",     "high",   "confidence"};
    const mann_recipe *recipe = done->recipe;
    cli_table table = {.columns = sizeof head / sizeof head[0]};
    for (int i = 0; i < table.columns; i++) {
        cli_table_add(&table, "%s", head[i]);
    }
    for (int32_t i = 0; i < recipe->measures * recipe->systems; i++) {
        int32_t m = i / recipe->systems, s = i % recipe->systems;
        const mann_reproduced *r = &done->result[i];
        cli_table_add(&table, "%s", recipe->name);
        cli_table_add(&table, "%s", recipe->measure[m].name);
        cli_table_add(&table, "%s", recipe->system[s].key);
        cli_table_add(&table, "%s", recipe->measure[m].published[s]);
        cli_table_add(&table, "%d", r->runs);
        cli_table_add_number(&table, r->median);
        cli_table_add_number(&table, r->interval.low);
        cli_table_add_number(&table, r->interval.high);
        cli_table_add_number(&table, r->interval.confidence);
    }
    cli_table_print(&table, CLI_CSV);
    cli_table_clear(&table);
}

static void print_foot(const mann_reproduction *done)
{
    char tests[32];
    if (done->recipe->restarts) {
        printf("\nours: of the seeds the one with the lowest training loss\n");
    } else {
        printf("\nours: the median over the seeds and an interval of it, from order statistics: at "
               "least 95 %%\nfrom 6 seeds on (94 %% with 5, 88 %% with 4, 75 %% with 3, 50 %% with "
               "2)\n");
    }
    if (done->recipe->test_sequences) {
        printf("tests on %s fresh sequences\n", cli_grouped(done->recipe->test_sequences, tests));
    }
    printf("runs in %s\n", done->plan->folder);
    if (done->quick) {
        puts("\nquick: this shows that the recipe works; the numbers mean nothing");
    }
}

void reproduce_print(const mann_reproduction *done, cli_style style)
{
    const mann_recipe *recipe = done->recipe;
    cli_table table = {.columns = 5, .words = 2};
    const char *const head[] = {"measured", "system", "paper", "ours",
                                recipe->restarts ? "seed" : "seeds"};
    if (style == CLI_CSV) {
        print_csv(done);
        return;
    }
    printf("%s%s, version %d: %s\n\n%s, %s\n", style == CLI_MARKDOWN ? "## " : "", recipe->name,
           recipe->version, recipe->title, recipe->paper, recipe->where);
    for (int32_t i = 0; i < recipe->changes; i++) {
        printf("%s- %s\n", i ? "" : "\nChanged against the paper:\n\n", recipe->change[i]);
    }
    for (int i = 0; i < table.columns; i++) {
        cli_table_add(&table, "%s", head[i]);
    }
    add_rows(done, &table);
    putchar('\n');
    cli_table_print(&table, style);
    cli_table_clear(&table);
    print_foot(done);
}

json_t *reproduce_json(const mann_reproduction *done)
{
    const mann_recipe *recipe = done->recipe;
    json_t *measures = json_array(), *changes = json_array();
    for (int32_t i = 0; i < recipe->changes; i++) {
        json_array_append_new(changes, json_string(recipe->change[i]));
    }
    for (int32_t m = 0; m < recipe->measures; m++) {
        json_t *results = json_array();
        for (int32_t s = 0; s < recipe->systems; s++) {
            const mann_reproduced *r = &done->result[m * recipe->systems + s];
            json_t *result = json_pack(
                "{s:s, s:s, s:s, s:i, s:i, s:o, s:[o, o], s:f}", "system", recipe->system[s].key,
                "name", recipe->system[s].name, "paper", recipe->measure[m].published[s], "seeds",
                done->seeds[s], "runs", r->runs, "median", cli_number_json(r->median), "interval",
                cli_number_json(r->interval.low), cli_number_json(r->interval.high), "confidence",
                r->interval.confidence);
            if (recipe->restarts && done->selected[s] >= 0) {
                json_object_set_new(result, "selected",
                                    json_string(done->plan->run[done->selected[s]].folder));
            }
            json_array_append_new(results, result);
        }
        json_t *measure =
            json_pack("{s:s, s:o}", "name", recipe->measure[m].name, "results", results);
        if (*recipe->measure[m].mean) {
            json_object_set_new(measure, "mean",
                                json_pack("{s:s, s:o}", "paper", recipe->measure[m].mean, "ours",
                                          cli_number_json(mann_reproduction_mean(done, m))));
        }
        json_array_append_new(measures, measure);
    }
    return json_pack("{s:s, s:i, s:s, s:s, s:s, s:b, s:s, s:i, s:o, s:o}", "recipe", recipe->name,
                     "version", recipe->version, "title", recipe->title, "paper", recipe->paper,
                     "where", recipe->where, "quick", (int)done->quick, "folder",
                     done->plan->folder, "test_sequences", recipe->test_sequences, "changes",
                     changes, "measures", measures);
}
