/* What is typed on the command line: the name of a task on the first line, of a model on the
 * second, a condition on the third, settings from there on. */
#include "fuzz.h"

#include <mann/run.h>
#include <stdlib.h>
#include <string.h>

/* Reading a file that the user named is another target's work. */
static const char *harmless(const char *task)
{
    return strncmp(task, "file:", 5) ? task : "file";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mann_context *context = mann_context_alloc();
    char *text = fuzz_text(data, size), *rest = NULL;
    const char *task = strtok_r(text, "\n", &rest), *model = strtok_r(NULL, "\n", &rest);
    const char *condition = strtok_r(NULL, "\n", &rest);
    mann_experiment *e = task ? mann_experiment_alloc(context, harmless(task), model) : NULL;
    for (char *setting; e && (setting = strtok_r(NULL, "\n", &rest));) {
        fuzz_expect(context, mann_experiment_settings(e, setting));
    }
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
