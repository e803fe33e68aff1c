/* `mann hopfield`: the associative store on its own. The options are in options.c, one
 * network in recall.c, many in sweep.c. */
#include "cli/hopfield/job.h"

int mann_cmd_hopfield(int argc, char **argv)
{
    mann_hopfield_job job = {.cli = cli_open("hopfield")};
    int code;
    job.context = job.cli.context;
    if (mann_hopfield_parse(&job, argc, argv, &code)) {
        code = job.n_axes ? mann_hopfield_sweep_run(&job) : mann_hopfield_recall_run(&job);
    }
    if (!code && (fflush(stdout) || ferror(stdout))) {
        fprintf(stderr, "mann hopfield: the results could not be written\n");
        code = CLI_FAILED;
    }
    mann_hopfield_job_clear(&job);
    cli_close(&job.cli);
    return code;
}
