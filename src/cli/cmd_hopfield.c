/* `mann hopfield`: the associative store on its own. The options are in hopfield_options.c, one
 * network in hopfield_recall.c, many in hopfield_sweep.c. */
#include "cli/cli.h"
#include "cli/hopfield_job.h"

#include <stdio.h>
#include <stdlib.h>

int mann_cmd_hopfield(int argc, char **argv)
{
    mann_hopfield_job job = {.context = mann_context_alloc()};
    if (!job.context) {
        fprintf(stderr, "mann hopfield: out of memory\n");
        return 1;
    }
    int stop = mann_hopfield_parse(&job, argc, argv), code = stop - 1;
    if (!stop) {
        code = job.n_axes ? mann_hopfield_sweep_run(&job) : mann_hopfield_recall_run(&job);
        if (!code && (fflush(stdout) || ferror(stdout))) {
            fprintf(stderr, "mann hopfield: the results could not be written\n");
            code = 1;
        }
    }
    mann_hopfield_job_clear(&job);
    mann_context_free(job.context);
    return code;
}
