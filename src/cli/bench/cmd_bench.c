/* `mann bench`: how fast this build learns on this machine.
 *
 * The work of a sequence-step is counted by one formula, the same for every machine: a
 * multiply-add is 2 operations; dense layers, similarities, norms, reads, erase and add, and
 * shifts are counted (the models' multiply_adds); exponentials and the like are not; backward is
 * twice forward. The peak is measured in the same run: fused multiply-adds on registers alone, on
 * as many threads. */
#include "cli/bench/bench_update.h"
#include "train/trainer.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

static const char help[] =
    "Usage: mann bench [OPTIONS]\n\n"
    "Times the NTM of the paper (LSTM 100, memory 128x20, one read and one write head) on copy:\n"
    "ns per sequence-step, sequences/s, GFLOP/s of the model's arithmetic and the share of this\n"
    "machine's measured multiply-add peak; forward alone and full training steps; by operation.\n"
    "Then one update of a modern Hopfield store (64 states, 1,024 patterns of 512 units).\n\n"
    "      --length L         vectors per sequence (default 20)\n"
    "      --batch B          only the rows of this minibatch (default 1, 16 and 64)\n"
    "      --threads T        only the rows of so many threads (default 1 and 2)\n"
    "      --seconds S        per row (default 1)\n"
    "      --quick            0.2 seconds per row\n"
    "  -p, --set KEY=VALUE    an option of task, model, memory or train\n" CLI_COMMON_HELP "\n"
    "Example:\n"
    "  mann bench --json\n"
    "  mann bench --batch 256 --threads 1\n";

enum { LENGTH = CLI_FIRST_FREE, BATCH, THREADS, SECONDS, QUICK };

static const struct option options[] = {
    {"length", required_argument, NULL, LENGTH},
    {"batch", required_argument, NULL, BATCH},
    {"threads", required_argument, NULL, THREADS},
    {"seconds", required_argument, NULL, SECONDS},
    {"quick", no_argument, NULL, QUICK},
    {"set", required_argument, NULL, 'p'},
    CLI_LONG,
};

enum { MAX_SETTINGS = 64, MOST_THREADS = 64 };

typedef struct request {
    mann_cli cli;
    int64_t length;
    int64_t batch, threads; /* 0: the usual ones */
    double seconds;
    const char *setting[MAX_SETTINGS];
    int settings;
} request;

/* --- the machine --- */

typedef struct peak_work {
    const mann_kernels *kernels;
    int64_t rounds;
} peak_work;

static void peak_piece(void *user, int32_t piece, int32_t worker)
{
    const peak_work *work = user;
    mann_real sink;
    (void)piece;
    (void)worker;
    work->kernels->peak(work->rounds, &sink);
}

/* GFLOP/s of multiply-adds on a number of threads, the best of several tries. */
static double measure_peak(mann_context *context, int32_t threads)
{
    peak_work work = {mann_kernels_choose(context), 4000000};
    mann_pool *pool = work.kernels ? mann_pool_alloc(context, threads) : NULL;
    double best = 0;
    for (int i = 0; pool && i < 8; i++) {
        double start = cli_seconds();
        mann_pool_run(pool, threads, peak_piece, &work);
        double flops = 2.0 * MANN_PEAK_SUMS * work.kernels->lanes * (double)work.rounds * threads;
        double rate = flops / (cli_seconds() - start) / 1e9;
        best = rate > best ? rate : best;
    }
    mann_pool_free(pool);
    return best;
}

/* --- one row --- */

typedef struct row {
    const char *mode;
    int32_t batch, threads;
    double sequences_per_second, ns_per_step, gflops, peak_share;
} row;

typedef struct timing {
    mann_trainer *trainer;
    mann_outputs outputs[MOST_THREADS]; /* of each worker */
} timing;

static void forward_group(void *user, int32_t g, int32_t w)
{
    timing *t = user;
    mann_crew *crew = t->trainer->crew;
    mann_batch batch = mann_crew_group(crew, g);
    mann_worker *worker = &crew->worker[w];
    mann_status status =
        mann_crew_forward(crew, worker, &batch, MANN_EVALUATE, NULL, &t->outputs[w]);
    worker->status = status ? status : worker->status;
}

static mann_status once(timing *t, bool training)
{
    mann_progress progress;
    if (training) {
        return mann_trainer_step(t->trainer, &progress);
    }
    mann_crew *crew = t->trainer->crew;
    mann_pool_run(crew->pool, mann_crew_groups(crew), forward_group, t);
    return crew->worker[0].status;
}

static mann_status time_row(const request *q, mann_network *network, row *r, double peak)
{
    timing t = {mann_trainer_alloc(q->cli.context, network, r->threads), {{0}}};
    bool training = !strcmp(r->mode, "train");
    mann_status status = t.trainer ? MANN_OK : cli_status(&q->cli);
    for (int i = 0; !status && i < 3; i++) { /* warm up, and draw a round for forward */
        mann_progress progress;
        status = mann_trainer_step(t.trainer, &progress);
    }
    double start = cli_seconds(), elapsed = 0, best = 0;
    /* The fastest tenth of the time: what the machine can do when nobody disturbs it. */
    while (!status && elapsed < q->seconds) {
        int64_t rounds = 0;
        double part = cli_seconds(), spent;
        do {
            status = once(&t, training);
            rounds++;
            spent = cli_seconds() - part;
        } while (!status && spent < q->seconds / 10);
        double rate = (double)rounds * r->batch / spent;
        best = rate > best ? rate : best;
        elapsed = cli_seconds() - start;
    }
    if (!status) {
        double steps = t.trainer->crew->example[0].steps;
        double flops = 2 * mann_network_multiply_adds(network) * (training ? 3 : 1);
        r->sequences_per_second = best;
        r->ns_per_step = 1e9 / (best * steps);
        r->gflops = best * steps * flops / 1e9;
        r->peak_share = r->gflops / peak;
    }
    mann_trainer_free(t.trainer);
    return status;
}

static mann_network *make_network(const request *q, int32_t batch)
{
    char settings[128];
    mann_experiment *e = mann_experiment_alloc(q->cli.context, "copy", "ntm");
    snprintf(settings, sizeof settings, "task.length=%lld train.batch=%d train.lr=1e-5",
             (long long)q->length, batch);
    bool good = e && !mann_experiment_settings(e, settings);
    for (int i = 0; good && i < q->settings; i++) {
        good = !mann_experiment_settings(e, q->setting[i]);
    }
    mann_network *network = good ? mann_network_alloc(q->cli.context, e) : NULL;
    mann_experiment_free(e);
    return network;
}

/* --- output --- */

static void print_row(const request *q, const row *r, bool first)
{
    if (q->cli.json) {
        return;
    }
    if (first) {
        printf("%-8s %6s %8s %14s %12s %10s %6s\n", "mode", "batch", "threads", "sequences/s",
               "ns/seq-step", "GFLOP/s", "peak");
    }
    printf("%-8s %6d %8d %14.0f %12.0f %10.1f %5.1f%%\n", r->mode, r->batch, r->threads,
           r->sequences_per_second, r->ns_per_step, r->gflops, 100 * r->peak_share);
    fflush(stdout);
}

static json_t *row_json(const request *q, const row *r)
{
    return json_pack("{s:s, s:s, s:i, s:i, s:I, s:f, s:f, s:f, s:f}", "model", "ntm", "mode",
                     r->mode, "batch", r->batch, "threads", r->threads, "length",
                     (json_int_t)q->length, "sequences_per_second", r->sequences_per_second,
                     "ns_per_sequence_step", r->ns_per_step, "gflops", r->gflops, "peak_share",
                     r->peak_share);
}

/* Time by operation, of one thread's training steps. */
static mann_status profile(const request *q, json_t *json)
{
    mann_network *network = make_network(q, 16);
    mann_trainer *trainer = network ? mann_trainer_alloc(q->cli.context, network, 1) : NULL;
    mann_profile p = {0};
    mann_progress progress;
    mann_status status = trainer ? MANN_OK : cli_status(&q->cli);
    for (int i = 0; !status && i < 3; i++) {
        status = mann_trainer_step(trainer, &progress);
    }
    if (!status) {
        mann_trainer_profile(trainer, &p);
    }
    double start = cli_seconds(), elapsed = 0, inside = 0;
    int64_t steps = 0;
    for (; !status && elapsed < q->seconds; steps++, elapsed = cli_seconds() - start) {
        status = mann_trainer_step(trainer, &progress);
    }
    if (!q->cli.json && !status) {
        printf("\nby operation (batch 16, 1 thread, share of the training step)\n"
               "%-14s %10s %12s %10s %12s\n",
               "operation", "forward", "ns/call", "backward", "ns/call");
    }
    for (int32_t i = 0; i < p.count; i++) {
        double f = 1e-9 * (double)p.op[i].forward_ns / elapsed;
        double b = 1e-9 * (double)p.op[i].backward_ns / elapsed;
        double calls = p.op[i].calls ? (double)p.op[i].calls : 1;
        inside += f + b;
        if (json) {
            json_array_append_new(json, json_pack("{s:s, s:f, s:f}", "op", p.op[i].op,
                                                  "forward_share", f, "backward_share", b));
        } else {
            printf("%-14s %9.1f%% %12.0f %9.1f%% %12.0f\n", p.op[i].op, 100 * f,
                   (double)p.op[i].forward_ns / calls, 100 * b,
                   (double)p.op[i].backward_ns / calls);
        }
    }
    if (!json && !status) {
        printf("%-14s %9.1f%%  (update, transposes, drawing, tape)\n", "the rest",
               100 * (1 - inside));
    }
    mann_trainer_free(trainer);
    mann_network_free(network);
    return status;
}

/* The rows of one minibatch and one number of threads each, unless the request names one. */
static mann_status time_rows(const request *q, const char *mode, const double *peak, json_t *rows)
{
    static const int32_t usual[] = {1, 16, 64};
    int count = q->batch ? 1 : 3;
    int32_t least = q->threads ? (int32_t)q->threads : 1;
    int32_t most = q->threads ? (int32_t)q->threads : 2;
    mann_status status = MANN_OK;
    for (int b = 0; b < count && !status; b++) {
        int32_t batch = q->batch ? (int32_t)q->batch : usual[b];
        mann_network *network = make_network(q, batch);
        status = network ? MANN_OK : cli_status(&q->cli);
        for (int32_t threads = least; threads <= most && !status; threads++) {
            row r = {.mode = mode, .batch = batch, .threads = threads};
            status = time_row(q, network, &r, peak[threads - least]);
            if (!status) {
                print_row(q, &r, json_array_size(rows) == 0);
                json_array_append_new(rows, row_json(q, &r));
            }
        }
        mann_network_free(network);
    }
    return status;
}

static int run(request *q)
{
    json_t *rows = json_array(), *ops = json_array(), *updates = json_array();
    int32_t least = q->threads ? (int32_t)q->threads : 1;
    bool all = !q->batch && !q->threads;
    double peak[2] = {measure_peak(q->cli.context, least), 0};
    peak[1] = q->threads ? peak[0] : measure_peak(q->cli.context, 2);
    const mann_kernels *kernels = mann_kernels_choose(q->cli.context);
    mann_status status = kernels ? MANN_OK : cli_status(&q->cli);
    if (kernels && !q->cli.json) {
        printf("kernels %s · multiply-add peak %.0f GFLOP/s on %d thread%s", kernels->name, peak[0],
               (int)least, least == 1 ? "" : "s");
        if (!q->threads) {
            printf(", %.0f on 2", peak[1]);
        }
        printf("\nNTM copy, length %lld\n\n", (long long)q->length);
    }
    status = status ? status : time_rows(q, "forward", peak, rows);
    status = status ? status : time_rows(q, "train", peak, rows);
    if (all && !status) {
        status = profile(q, q->cli.json ? ops : NULL);
    }
    if (all && !status) {
        status = cli_bench_update(&q->cli, q->seconds, peak[0], q->cli.json ? updates : NULL);
    }
    if (!status && q->cli.json) {
        struct utsname host = {0};
        uname(&host);
        json_t *root =
            json_pack("{s:{s:s, s:s, s:i, s:f}, s:O, s:O, s:O}", "machine", "arch", host.machine,
                      "kernels", kernels->name, "threads", cli_threads(), "peak_gflops", peak[0],
                      "rows", rows, "operations", ops, "hopfield_update", updates);
        json_dumpf(root, stdout, JSON_INDENT(2));
        putchar('\n');
        json_decref(root);
    }
    json_decref(rows);
    json_decref(ops);
    json_decref(updates);
    return status ? cli_fail(&q->cli, status) : CLI_DONE;
}

static bool parse(request *q, int argc, char **argv, int *code)
{
    int option;
    char *end;
    optind = 1;
    *code = CLI_USAGE;
    while ((option = getopt_long(argc, argv, ":p:" CLI_SHORT, options, NULL)) != -1) {
        switch (option) {
        case LENGTH:
            if (!cli_integer(&q->cli, "--length", optarg, 1, 100000, &q->length)) {
                return false;
            }
            break;
        case BATCH:
            if (!cli_integer(&q->cli, "--batch", optarg, 1, 4096, &q->batch)) {
                return false;
            }
            break;
        case THREADS:
            if (!cli_integer(&q->cli, "--threads", optarg, 1, MOST_THREADS, &q->threads)) {
                return false;
            }
            break;
        case SECONDS:
            q->seconds = strtod(optarg, &end);
            if (*end || !(q->seconds > 0 && q->seconds < 3600)) {
                cli_usage(&q->cli, "--seconds: '%s' is not a number of seconds", optarg);
                return false;
            }
            break;
        case QUICK: q->seconds = 0.2; break;
        case 'p':
            if (q->settings == MAX_SETTINGS) {
                cli_usage(&q->cli, "more than %d settings", MAX_SETTINGS);
                return false;
            }
            q->setting[q->settings++] = optarg;
            break;
        default:
            if (cli_common(&q->cli, option, argv, help, code)) {
                return false;
            }
        }
    }
    if (optind < argc) {
        *code = cli_usage(&q->cli, "'%s' is not an option", argv[optind]);
        return false;
    }
    return true;
}

int mann_cmd_bench(int argc, char **argv)
{
    int code;
    request q = {.cli = cli_open("bench"), .length = 20, .seconds = 1};
    q.cli.options = options;
    if (parse(&q, argc, argv, &code)) {
        code = run(&q);
    }
    cli_close(&q.cli);
    return code;
}
