/* A part of `mann bench`: one update of a modern Hopfield store. */
#ifndef MANN_CLI_BENCH_BENCH_UPDATE_H
#define MANN_CLI_BENCH_BENCH_UPDATE_H

#include "cli/cli.h"

#include <jansson.h>

/* Times it on one thread for some seconds, forward and with its gradient; prints a table, or adds
 * a row for each to json. peak: multiply-adds that this machine can do, GFLOP/s. */
mann_status cli_bench_update(const mann_cli *cli, double seconds, double peak, json_t *json);

#endif
