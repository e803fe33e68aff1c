/* What is typed on the command line: the name of a task on the first line, of a model on the
 * second, a condition on the third; from there on settings, and "grid KEY=VALUES" and
 * "seeds LIST" of a sweep. */
#include "fuzz.h"

#include <mann/run.h>
#include <stdlib.h>
#include <string.h>
#include <study/grid.h>

/* Reading a file that the user named is another target's work. */
static const char *harmless(const char *task)
{
    return strncmp(task, "file:", 5) ? task : "file";
}

static void walk(mann_context *context, const mann_grid *grid)
{
    char name[MANN_GRID_NAME];
    int32_t points = mann_grid_points(grid), seeds = grid->seeds.count;
    for (int32_t point = 0; point < points && point < 3; point++) {
        for (int32_t seed = 0; seed < seeds && seed < 2; seed++) {
            fuzz_expect(context, mann_grid_name(context, grid, point, seed, name));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mann_context *context = mann_context_alloc();
    mann_grid grid = {0};
    char *text = fuzz_text(data, size), *rest = NULL;
    const char *task = strtok_r(text, "\n", &rest), *model = strtok_r(NULL, "\n", &rest);
    const char *condition = strtok_r(NULL, "\n", &rest);
    mann_experiment *e = task ? mann_experiment_alloc(context, harmless(task), model) : NULL;
    for (char *setting; e && (setting = strtok_r(NULL, "\n", &rest));) {
        mann_status status =
            !strncmp(setting, "grid ", 5)    ? mann_grid_add(context, &grid, setting + 5)
            : !strncmp(setting, "seeds ", 6) ? mann_grid_seeds(context, &grid, setting + 6)
                                             : mann_experiment_settings(e, setting);
        fuzz_expect(context, status);
    }
    walk(context, &grid);
    mann_grid_clear(&grid);
    if (condition) {
        mann_conditions conditions;
        fuzz_expect(context, mann_conditions_parse(context, condition, &conditions));
    }
    if (e) {
        fuzz_expect(context, mann_experiment_check(e));
    }
    mann_experiment_free(e);
    free(text);
    mann_context_free(context);
    return 0;
}
