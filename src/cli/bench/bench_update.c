/* One update of a modern Hopfield store, states <- X softmax(beta X^T states), with many states:
 * the work of two matrix products forward, of four more with the gradients of states and patterns.
 */
#include "cli/bench/bench_update.h"

#include <mann/op.h>

enum { STATES = 64, PATTERNS = 1024, UNITS = 512 };

/* Numbers whose softmax is neither flat nor one of them alone. */
static mann_var leaf(mann_tape *tape, int32_t n1, int32_t n2, uint64_t seed)
{
    mann_rng rng = mann_rng_stream(seed, "bench", 0);
    mann_var x = mann_leaf(tape, 3, (int32_t[]){1, n1, n2});
    for (size_t i = 0; i < mann_size(x) && !mann_tape_status(tape); i++) {
        mann_value(x)[i] = (mann_real)(0.1 * mann_rng_normal(&rng));
    }
    return x;
}

/* Seconds that what is on the tape takes, the least of many. */
static double time_update(mann_tape *tape, mann_var update, bool gradient, double seconds)
{
    /* One number has a slope; products take as long whatever their numbers are. */
    const mann_real slope = 1;
    double least = seconds, start = cli_seconds();
    while (cli_seconds() - start < seconds && !mann_tape_status(tape)) {
        double begun = cli_seconds();
        mann_tape_replay(tape);
        if (gradient) {
            mann_tape_backward(tape, 1, &update, &slope);
        }
        double spent = cli_seconds() - begun;
        least = spent < least ? spent : least;
    }
    return least;
}

mann_status cli_bench_update(const mann_cli *cli, double seconds, double peak, json_t *json)
{
    static const char *const modes[] = {"forward", "with gradient"};
    mann_tape *tape = mann_tape_alloc(cli->context);
    if (!tape) {
        return cli_status(cli);
    }
    if (!json) {
        printf("\none update of a modern Hopfield store: %d states, %d patterns of %d units, "
               "1 thread\n%-14s %10s %10s %6s\n",
               STATES, PATTERNS, UNITS, "mode", "ms", "GFLOP/s", "peak");
    }
    mann_tape_reset(tape, MANN_TRAIN);
    mann_var rows = leaf(tape, UNITS, PATTERNS, 1), states = leaf(tape, STATES, UNITS, 2);
    mann_var weights = mann_attend(tape, mann_match(tape, rows, states, 1), NULL);
    mann_var update = mann_read(tape, rows, weights);
    for (int gradient = 0; gradient < 2 && !mann_tape_status(tape); gradient++) {
        double spent = time_update(tape, update, gradient, seconds);
        double products = gradient ? 6 : 2;
        double gflops = 1e-9 * products * 2.0 * STATES * PATTERNS * UNITS / spent;
        if (json) {
            json_array_append_new(json, json_pack("{s:s, s:f, s:f, s:f}", "mode", modes[gradient],
                                                  "ms", 1e3 * spent, "gflops", gflops, "peak_share",
                                                  gflops / peak));
        } else {
            printf("%-14s %10.2f %10.1f %5.1f%%\n", modes[gradient], 1e3 * spent, gflops,
                   100 * gflops / peak);
        }
    }
    mann_status status = mann_tape_status(tape);
    if (status) {
        mann_fail(cli->context, status, "%s", mann_tape_message(tape));
    }
    mann_tape_free(tape);
    return status;
}
