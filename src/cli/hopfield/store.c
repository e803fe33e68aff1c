/* A store for the viewer: a trace whose steps are the patterns. */
#include "cli/hopfield/command.h"

#include <errno.h>
#include <mann/trace.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The last part of the path, as a state string can have it. */
static void name_store(const mann_hopfield_job *job, char name[128])
{
    const char *slash = strrchr(job->source, '/');
    snprintf(name, 128, "%.100s", slash && slash[1] ? slash + 1 : job->source);
    for (char *c = name; *c; c++) {
        *c = strchr("=@/", *c) ? '-' : *c;
    }
}

static mann_status save(const mann_hopfield_job *job, const float *pattern, const char *path)
{
    mann_trace *trace = mann_trace_alloc(job->context);
    if (!trace) {
        return MANN_E_NOMEM;
    }
    name_store(job, trace->run);
    snprintf(trace->task, sizeof trace->task, "hopfield");
    snprintf(trace->model, sizeof trace->model, "%s", job->rule_name[0]);
    trace->seed = job->seed;
    trace->steps = trace->length = job->count;
    trace->target = MANN_TARGET_REAL;
    bool shaped = !job->random && job->loaded.height > 1;
    int32_t n[] = {shaped ? job->loaded.height : job->units, job->loaded.width};
    const char *const picture[] = {"row", "column"}, *const line[] = {"unit"};
    mann_trace_array *array = mann_trace_add(job->context, trace, "patterns", MANN_KIND_SIGNED,
                                             shaped ? 2 : 1, n, shaped ? picture : line);
    mann_status status = array ? MANN_OK : MANN_E_NOMEM;
    if (array) {
        array->role = MANN_ROLE_PATTERN;
        memcpy(array->data, pattern, (size_t)job->count * (size_t)job->units * sizeof *array->data);
        status = mann_trace_save(job->context, trace, path);
    }
    mann_trace_free(trace);
    return status;
}

mann_status hopfield_store_save(const hopfield_command *command, const float *pattern)
{
    return save(&command->job, pattern, command->output);
}

/* The options as a state string. */
static void make_state(const hopfield_command *command, char text[160])
{
    const mann_hopfield_job *job = &command->job;
    char beta[32] = "", damage[32];
    if (job->rule[0].beta > 0) {
        snprintf(beta, sizeof beta, "/beta=%.6g", job->rule[0].beta);
    }
    if (job->half) {
        snprintf(damage, sizeof damage, "half");
    } else {
        snprintf(damage, sizeof damage, job->mask > 0 ? "mask=%.4g" : "noise=%.4g",
                 job->mask > 0 ? job->mask : job->corrupt);
    }
    snprintf(text, 160, "rule=%s%s/%s/update=%s/%s", job->rule_name[0], beta, damage,
             job->dynamics.update == MANN_HOPFIELD_SYNC ? "sync" : "async",
             command->dark ? "dark" : "light");
}

/* The viewer reads a file, which goes when it ends. */
int hopfield_store_view(const hopfield_command *command, const float *pattern)
{
    const char *folder = getenv("TMPDIR");
    char path[MANN_INNER_PATH_SIZE], state[160];
    snprintf(path, sizeof path, "%.400s/mann-store-%ld.safetensors",
             folder && *folder ? folder : "/tmp", (long)getpid());
    mann_status status = save(&command->job, pattern, path);
    if (status) {
        return cli_fail(&command->cli, status);
    }
    make_state(command, state);
    int code = CLI_FAILED;
    pid_t child = fork();
    if (child == 0) {
        char name[] = "mann-view", at[] = "--at";
        cli_exec_viewer((char *const[]){name, at, state, path, NULL});
        _exit(CLI_FAILED);
    }
    if (child < 0) {
        status = mann_fail(command->cli.context, MANN_E_IO, "the viewer could not be started: %s",
                           strerror(errno));
        code = cli_fail(&command->cli, status);
    } else {
        int how = 0;
        while (waitpid(child, &how, 0) < 0 && errno == EINTR) {
        }
        code = WIFEXITED(how) ? WEXITSTATUS(how) : CLI_FAILED;
    }
    unlink(path);
    return code;
}
