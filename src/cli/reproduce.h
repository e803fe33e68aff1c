/* A recipe's measures over its runs: what `mann reproduce` prints. */
#ifndef MANN_CLI_REPRODUCE_H
#define MANN_CLI_REPRODUCE_H

#include "cli/cli.h"
#include "study/report.h"
#include "cli/table.h"
#include "study/plan.h"
#include "study/recipe.h"

#include <jansson.h>

/* Of one measure and one system, over the seeds. */
typedef struct reproduced {
    int32_t runs; /* that have the number */
    double median;
    mann_interval interval;
} reproduced;

/* What is done, beside what the paper says. */
typedef struct reproduction {
    const mann_recipe *recipe;
    const mann_plan *plan;              /* runs by system, then seed */
    int32_t seeds[MANN_RECIPE_SYSTEMS]; /* of each system */
    /* Of each system's restarts the run of the plan with the lowest training loss; the test has no
     * part in it. -1: there is none. */
    int32_t selected[MANN_RECIPE_SYSTEMS];
    bool quick;
    reproduced *result; /* [measures, systems] */
} reproduction;

/* Fills the results and selects. */
mann_status reproduce_measure(const mann_cli *cli, reproduction *done, int32_t threads);
/* Of a measure, over the systems; NaN if one of them has none. */
double reproduce_mean(const reproduction *done, int32_t measure);

void reproduce_print(const reproduction *done, cli_style style);
json_t *reproduce_json(const reproduction *done);

#endif
