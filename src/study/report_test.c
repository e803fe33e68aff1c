/* Testing the best, or the last, checkpoints of cohorts of runs. */
#include "study/report.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST_VALUES = 64 };

mann_status mann_report_score(mann_context *context, const mann_report_run *run,
                              const mann_report_test *test, const char *setting, int32_t *sequences,
                              mann_score *score)
{
    mann_status status;
    char path[MANN_INNER_PATH_SIZE];
    snprintf(path, sizeof path, "%s%s", run->path, test->last ? "@last" : "");
    mann_network *network = mann_checkpoint_open(context, path, NULL, NULL, &status);
    if (!network) {
        return status;
    }
    mann_task *task = mann_task_open(context, network, setting);
    *sequences = task ? mann_task_sequences(task, MANN_SPLIT_TEST, test->sequences) : 0;
    status = task ? mann_network_evaluate(context, network, task, MANN_SPLIT_TEST, test->seed,
                                          *sequences, (int32_t)test->threads, score)
                  : mann_context_status(context);
    mann_task_free(task);
    mann_network_free(network);
    return status;
}

static mann_status no_memory(const mann_report *r)
{
    return mann_fail(r->context, MANN_E_NOMEM, "out of memory for the test");
}

/* Tests a cohort's runs, or the selected one, at one setting. */
static mann_status test_cohort(const mann_report *r, int32_t cohort, const mann_report_test *test,
                               const char *setting, mann_report_tested *t)
{
    const mann_report_cohort *g = &r->cohort[cohort];
    int32_t count = g->selected ? 1 : g->count;
    double *value = calloc((size_t)count * MANN_MAX_METRICS, sizeof *value);
    mann_status status = value ? MANN_OK : no_memory(r);
    for (int32_t i = 0; !status && i < count; i++) {
        mann_score score = {0};
        int32_t sequences;
        status = mann_report_score(r->context, g->selected ? g->selected : g->run[i], test, setting,
                                   &sequences, &score);
        t->sequences = sequences > t->sequences ? sequences : t->sequences;
        for (int32_t m = 0; m < score.count; m++) {
            t->metric[m] = score.metric[m].name;
            t->metrics = m + 1 > t->metrics ? m + 1 : t->metrics;
        }
        for (int32_t m = 0; m < t->metrics; m++) {
            value[m * count + i] = mann_score_get(&score, t->metric[m]);
        }
    }
    for (int32_t m = 0; !status && m < t->metrics; m++) {
        t->score[cohort][m] = mann_quartiles_of(value + m * count, count);
    }
    free(value);
    return status;
}

mann_status mann_report_tests_run(const mann_report *r, const mann_values *values,
                                  const mann_report_test *test, mann_report_tests *tests)
{
    const char *at = NULL;
    char value[MANN_VALUE_TEXT], setting[MANN_VALUE_SETTING];
    *tests =
        (mann_report_tests){.option = values->name, .at = calloc(MOST_VALUES, sizeof *tests->at)};
    mann_status status = tests->at ? MANN_OK : no_memory(r);
    while (!status && mann_values_next(values, &at, value, setting)) {
        if (tests->count == MOST_VALUES) {
            return mann_fail(r->context, MANN_E_INVAL, "--%s: more than %d values", values->name,
                             MOST_VALUES);
        }
        mann_report_tested *t = &tests->at[tests->count++];
        t->score = calloc((size_t)r->cohorts.count + 1, sizeof *t->score);
        snprintf(t->value, sizeof t->value, "%s", value);
        status = t->score ? MANN_OK : no_memory(r);
        for (int32_t k = 0; !status && k < r->cohorts.count; k++) {
            status = test_cohort(r, k, test, setting, t);
        }
    }
    return status;
}

void mann_report_tests_clear(mann_report_tests *tests)
{
    for (int32_t i = 0; i < tests->count; i++) {
        free(tests->at[i].score);
    }
    free(tests->at);
    *tests = (mann_report_tests){.count = 0};
}
