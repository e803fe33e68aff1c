/* The kernels that training a Neural Turing Machine spends its time in, one by one at the sizes
 * that they have there (a group of 8 sequences, 100 units, 128 locations of 20 numbers, one head),
 * and a large product: microseconds of a call, GFLOP/s of its multiply-adds as the models count
 * them, and the share of what registers alone do. The least of many calls, on one thread.
 *
 *     bench_kernels [seconds per kernel] */
#include "kern/kern.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { B = 8, H = 1, M = 20, N = 128, S = 3, UNITS = 100, INPUTS = 129, ROWS = 64, CELLS = 8192 };
enum { STATES = 64, PATTERNS = 1024, WIDTH = 512 }; /* of the large product */
enum { ARRAYS = 24, LARGEST = PATTERNS * WIDTH };

typedef struct bench {
    const mann_kernels *k;
    mann_real *x[ARRAYS]; /* [LARGEST], small numbers; what they are does not matter */
    const mann_real *row[ROWS];
    mann_address_args address;
    mann_write_args write;
} bench;

static void linear(bench *b)
{
    b->k->linear(B, INPUTS, 4 * UNITS, b->x[0], INPUTS, b->x[1], 4 * UNITS, b->x[2], b->x[3],
                 4 * UNITS, false);
}

static void weight_grad(bench *b)
{
    b->k->weight_grad(ROWS, INPUTS, 4 * UNITS, b->row, b->x[1], 4 * UNITS, b->x[3]);
}

static void product(bench *b)
{
    b->k->product(STATES, PATTERNS, WIDTH, 1, b->x[0], WIDTH, 1, b->x[1], PATTERNS, 1, b->x[2],
                  PATTERNS, false);
}

static void lstm(bench *b)
{
    b->k->lstm(B, UNITS, b->x[0], 4 * UNITS, b->x[1], UNITS, b->x[2], b->x[3], b->x[4], b->x[5]);
}

static void address(bench *b)
{
    b->k->address(&b->address);
}

static void address_and_grad(bench *b)
{
    b->k->address(&b->address); /* whose stages the gradient uses up */
    b->k->address_grad(&b->address);
}

static void erase_add(bench *b)
{
    b->k->erase_add(&b->write);
}

static void erase_add_grad(bench *b)
{
    b->k->erase_add_grad(&b->write);
}

static void read_memory(bench *b)
{
    b->k->read(B, H, M, N, b->x[0], M * N, b->x[1], H * N, b->x[2]);
}

static void read_grad(bench *b)
{
    b->k->read_grad(B, H, M, N, b->x[0], M * N, b->x[1], H * N, b->x[2], b->x[3], b->x[4]);
}

static void adam(bench *b)
{
    static const mann_update update = {.scale = 1,
                                       .lr = (mann_real)1e-9,
                                       .beta1 = (mann_real)0.9,
                                       .beta2 = (mann_real)0.999,
                                       .correct1 = 1,
                                       .correct2 = 1,
                                       .epsilon = (mann_real)1e-8};
    b->k->adam(&update, CELLS, b->x[0], b->x[1], b->x[2], b->x[3]);
}

static const struct kernel {
    const char *name, *sizes;
    void (*run)(bench *b);
    double multiply_adds; /* 0: they are not what it is about */
} kernels[] = {
    {"linear", "8 x 129 by 129 x 400", linear, (double)B *INPUTS * 4 * UNITS},
    {"weight_grad", "129 x 64 by 64 x 400", weight_grad, (double)ROWS *INPUTS * 4 * UNITS},
    {"product", "64 x 512 by 512 x 1,024", product, (double)STATES *PATTERNS *WIDTH},
    {"lstm", "8 x 100", lstm, 0},
    {"address", "8 x 128 locations of 20", address, (double)B *N *(2 * M + S)},
    {"address with gradient", "the same", address_and_grad, (double)B *N *(2 * M + S) * 3},
    {"erase_add", "8 x 128 x 20", erase_add, (double)B *N *M * 2},
    {"erase_add_grad", "the same", erase_add_grad, (double)B *N *M * 4},
    {"read", "8 x 128 x 20", read_memory, (double)B *N *M},
    {"read_grad", "the same", read_grad, (double)B *N *M * 2},
    {"adam", "8,192 parameters", adam, 0},
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Seconds of a call: the least over stretches of 100. */
static double time_call(bench *b, void (*run)(bench *b), double seconds)
{
    double least = seconds, start = now();
    while (now() - start < seconds) {
        double begun = now();
        for (int i = 0; i < 100; i++) {
            run(b);
        }
        double spent = (now() - begun) / 100;
        least = spent < least ? spent : least;
    }
    return least;
}

/* GFLOP/s on registers alone. */
static double measure_peak(const mann_kernels *k, double seconds)
{
    const int64_t rounds = 1000000;
    double best = 0, start = now();
    while (now() - start < seconds) {
        mann_real sink;
        double begun = now();
        k->peak(rounds, &sink);
        double rate = 2e-9 * MANN_PEAK_SUMS * k->lanes * (double)rounds / (now() - begun);
        best = rate > best ? rate : best;
    }
    return best;
}

static void fill_arrays(bench *b)
{
    mann_rng rng = mann_rng_stream(1, "bench kernels", 0);
    for (int a = 0; a < ARRAYS; a++) {
        b->x[a] = malloc(LARGEST * sizeof *b->x[a]);
        for (int i = 0; b->x[a] && i < LARGEST; i++) {
            b->x[a][i] = (mann_real)(1e-3 + 1e-3 * mann_rng_uniform(&rng));
        }
        if (!b->x[a]) {
            fputs("bench_kernels: out of memory\n", stderr);
            exit(1);
        }
    }
    for (int i = 0; i < ROWS; i++) {
        b->row[i] = b->x[0] + i * INPUTS;
    }
}

static void prepare(bench *b)
{
    mann_real **x = b->x;
    b->address = (mann_address_args){.B = B,
                                     .H = H,
                                     .M = M,
                                     .N = N,
                                     .S = S,
                                     .memory = x[0],
                                     .key = x[1],
                                     .strength = x[2],
                                     .gate = x[3],
                                     .shift = x[4],
                                     .sharpening = x[5],
                                     .previous = x[6],
                                     .ld_memory = M * N,
                                     .ld_key = M,
                                     .ld_strength = H,
                                     .ld_gate = H,
                                     .ld_shift = S,
                                     .ld_sharpening = H,
                                     .ld_previous = N,
                                     .ldh_key = M,
                                     .ldh_shift = S,
                                     .weights = x[7],
                                     .similarity = x[8],
                                     .content = x[9],
                                     .gated = x[10],
                                     .shifted = x[11],
                                     .memory_norm = x[12],
                                     .key_norm = x[13],
                                     .dweights = x[14],
                                     .dmemory = x[15],
                                     .dkey = x[16],
                                     .dstrength = x[17],
                                     .dgate = x[18],
                                     .dshift = x[19],
                                     .dsharpening = x[20],
                                     .dprevious = x[21]};
    b->write = (mann_write_args){.B = B,
                                 .H = H,
                                 .M = M,
                                 .N = N,
                                 .memory = x[0],
                                 .weights = x[1],
                                 .erase = x[2],
                                 .add = x[3],
                                 .ldb_memory = M * N,
                                 .ldb_weights = N,
                                 .ldb_erase = M,
                                 .ldh_erase = M,
                                 .ldb_add = M,
                                 .ldh_add = M,
                                 .new_memory = x[8],
                                 .dnew_memory = x[9],
                                 .dmemory = x[10],
                                 .dweights = x[11],
                                 .derase = x[12],
                                 .dadd = x[13]};
}

int main(int argc, char **argv)
{
    double seconds = argc > 1 ? atof(argv[1]) : 0.5;
    mann_context *context = mann_context_alloc();
    bench b = {.k = context ? mann_kernels_choose(context) : NULL};
    if (!b.k || !(seconds > 0)) {
        fprintf(stderr, "bench_kernels: %s\n",
                b.k ? "usage: bench_kernels [seconds per kernel]" : mann_context_message(context));
        return 2;
    }
    fill_arrays(&b);
    prepare(&b);
    double peak = measure_peak(b.k, seconds);
    printf("kernels %s, multiply-add peak %.0f GFLOP/s on one thread\n\n"
           "| kernel | sizes | µs | GFLOP/s | of the peak |\n| --- | --- | ---: | ---: | ---: |\n",
           b.k->name, peak);
    for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++) {
        const struct kernel *kernel = &kernels[i];
        double spent = time_call(&b, kernel->run, seconds);
        double rate = 2e-9 * kernel->multiply_adds / spent;
        printf("| %s | %s | %.2f |", kernel->name, kernel->sizes, 1e6 * spent);
        if (rate > 0) {
            printf(" %.1f | %.0f %% |\n", rate, 100 * rate / peak);
        } else {
            printf(" | |\n");
        }
    }
    for (int a = 0; a < ARRAYS; a++) {
        free(b.x[a]);
    }
    mann_context_free(context);
    return 0;
}
