/* run.json read back. Its experiment is what --config would make of it; the rest is under "run". */
#include "run/outcome.h"

#include "io/file.h"
#include "io/json.h"

#include <stdlib.h>
#include <string.h>

enum { LARGEST_FILE = 16 << 20 };

static mann_stop stop_named(const char *name)
{
    mann_stop stop = MANN_STOP_DIVERGED;
    while (stop > MANN_STOP_NONE && (!name || strcmp(name, mann_stop_name(stop)))) {
        stop--;
    }
    return stop;
}

static mann_status take_facts(mann_context *context, const char *file, const char *text,
                              mann_outcome *out)
{
    json_error_t error = {.text = ""};
    json_t *root = json_loads(text, 0, &error);
    const char *stopped = NULL, *message = "", *until = "";
    json_int_t step, sequences;
    int bad = !root || json_unpack_ex(root, &error, 0, "{s:{s:s, s:I, s:I, s?F, s:F, s?s, s?s}}",
                                      "run", "stopped", &stopped, "step", &step, "sequences",
                                      &sequences, "epoch", &out->epoch, "seconds", &out->seconds,
                                      "until", &until, "message", &message);
    if (!bad) {
        out->stop = stop_named(stopped);
        out->step = step;
        out->sequences = sequences;
        snprintf(out->until, sizeof out->until, "%s", until);
        snprintf(out->message, sizeof out->message, "%s", message);
    }
    json_decref(root);
    if (bad && mann_json_shortage(&error)) {
        return mann_fail(context, MANN_E_NOMEM, "%s: out of memory", file);
    }
    return bad ? mann_fail(context, MANN_E_FORMAT, "%s: does not say what happened to the run",
                           file)
               : MANN_OK;
}

mann_status mann_outcome_read(mann_context *context, const char *run, mann_outcome *out)
{
    char file[MANN_INNER_PATH_SIZE], *text;
    size_t size;
    *out = (mann_outcome){.stop = MANN_STOP_NONE, .epoch = MANN_EPOCH};
    snprintf(file, sizeof file, "%s/run.json", run);
    mann_status status = mann_file_read(context, file, LARGEST_FILE, &text, &size);
    if (status) {
        return status;
    }
    out->experiment = mann_experiment_parse(context, text, file, NULL, NULL);
    if (out->experiment) {
        status = take_facts(context, file, text, out);
    } else { /* whatever else is wrong in it, it is not as it was written */
        status = mann_context_status(context) == MANN_E_NOMEM ? MANN_E_NOMEM : MANN_E_FORMAT;
    }
    free(text);
    if (status) {
        mann_outcome_clear(out);
    }
    return status;
}

void mann_outcome_clear(mann_outcome *out)
{
    mann_experiment_free(out->experiment);
    out->experiment = NULL;
}
