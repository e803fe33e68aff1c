/* Every kernel of every variant that runs here, against the plain reference.
 *
 * The probes of tests/probes.c draw shapes and call the kernels; this file hands out the arrays.
 * An array lies in a slot of its own that ends at a page without access, every second one flush
 * against it; guard words stand around it and between its rows. They are NaN, so what reads them
 * shows, and what writes them is caught afterwards. Arrays that a kernel only sets start as NaN.
 *
 * How far may a variant be from the reference? A sound implementation gives what the reference
 * would give on slightly different inputs: every operation that a number goes through rounds it
 * once, sums here have up to about 100 terms, and such roundings add up like the square root of
 * their number. So the reference runs again on inputs moved by up to 16 units in the last place, a
 * few times, and a variant may be twice as far off as the farthest of these few results; plus 32
 * units in its own last place, since an exponent of up to about 25, as in a sharpened weighting, is
 * rounded twice before exp makes its absolute error a relative one. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "probe.h"
#include <cmocka.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SLOT = 32768, GUARDS = 32, CASES = 300, TRIALS = 6, RESULTS = 32768 };

enum { MOVE = 16 }; /* units in the last place */
static const double LAST_PLACES = 32;
static const uint32_t guard_bits = 0x7fc5a5a5; /* a NaN */

typedef enum regime {
    ORDINARY,
    DENORMAL, /* one array is tiny */
    HUGE,     /* one array of signed or positive numbers is around 1e30 */
    ONE_NAN,  /* one element is NaN */
    ONE_INF,  /* one element is infinite */
    REGIMES
} regime;

static const char *const regime_name[] = {"ordinary", "denormal", "huge", "nan", "infinite"};

typedef struct array {
    mann_probe_use use;
    mann_probe_shape shape;
    float *start;
    size_t extent; /* of elements and the gaps between them */
    float *before; /* as it was handed out */
} array;

/* One call of one kernel. */
typedef struct call {
    mann_prober prober;
    regime numbers;
    uint64_t seed, trial; /* trial 0: as drawn; others: moved by a few last places */
    int32_t victim;       /* the array that the regime spoils */
    int32_t count, scalars;
    array array[MANN_PROBE_ARRAYS];
} call;

static float *slot[MANN_PROBE_ARRAYS], *kept[MANN_PROBE_ARRAYS];

static size_t place(mann_probe_shape s, int32_t i, int32_t j, int32_t k)
{
    return (size_t)i * (size_t)s.ld[0] + (size_t)j * (size_t)s.ld[1] + (size_t)k;
}

#define EACH(shape)                                                                                \
    for (int32_t i = 0; i < (shape).n[0]; i++)                                                     \
        for (int32_t j = 0; j < (shape).n[1]; j++)                                                 \
            for (int32_t k = 0; k < (shape).n[2]; k++)

static void guard(float *from, float *to)
{
    for (; from < to; from++) {
        memcpy(from, &guard_bits, sizeof *from);
    }
}

static bool guarded(const float *at)
{
    return !memcmp(at, &guard_bits, sizeof *at);
}

static float draw(mann_rng *rng, mann_probe_content content)
{
    switch (content) {
    case MANN_PROBE_SIGNED: return (float)mann_rng_normal(rng);
    case MANN_PROBE_POSITIVE: return (float)(0.1 + 4.9 * mann_rng_uniform(rng));
    case MANN_PROBE_FRACTION: return (float)mann_rng_uniform(rng);
    case MANN_PROBE_SWITCH: return (float)mann_rng_below(rng, 2);
    case MANN_PROBE_WEIGHTING: break;
    }
    return (float)exp(mann_rng_normal(rng));
}

/* Moves x by up to MOVE units in the last place; 0 and what is not finite stay. */
static float moved(float x, mann_rng *rng)
{
    int32_t by = mann_rng_between(rng, (mann_range){-MOVE, MOVE});
    int32_t bits, magnitude;
    memcpy(&bits, &x, sizeof x);
    magnitude = bits & 0x7fffffff;
    if (x == 0 || magnitude + MOVE >= 0x7f800000) {
        return x;
    }
    bits = magnitude + by > 0 ? bits + by : bits;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static void spoil(const call *c, array *a, mann_probe_content content, mann_rng *rng)
{
    bool number = content == MANN_PROBE_SIGNED || content == MANN_PROBE_POSITIVE;
    float by = c->numbers == DENORMAL ? 1e-40f : c->numbers == HUGE && number ? 1e30f : 1;
    EACH(a->shape)
    {
        a->start[place(a->shape, i, j, k)] *= by;
    }
    int32_t at[3];
    for (int d = 0; d < 3; d++) {
        at[d] = (int32_t)mann_rng_below(rng, (uint32_t)a->shape.n[d]);
    }
    float *one = a->start + place(a->shape, at[0], at[1], at[2]);
    if (c->numbers == ONE_NAN) {
        *one = NAN;
    } else if (c->numbers == ONE_INF) {
        *one = mann_rng_below(rng, 2) ? INFINITY : -INFINITY;
    }
}

static void fill(const call *c, array *a, mann_probe_content content, int32_t index)
{
    mann_probe_shape s = a->shape;
    mann_rng rng = mann_rng_stream(c->seed, "array", (uint64_t)index);
    EACH(s)
    {
        a->start[place(s, i, j, k)] = draw(&rng, content);
    }
    for (int32_t i = 0; i < s.n[0] && content == MANN_PROBE_WEIGHTING; i++) {
        for (int32_t j = 0; j < s.n[1]; j++) {
            float *row = a->start + place(s, i, j, 0), total = 0;
            for (int32_t k = 0; k < s.n[2]; k++) {
                total += row[k];
            }
            for (int32_t k = 0; k < s.n[2]; k++) {
                row[k] /= total;
            }
        }
    }
    if (index == c->victim && content != MANN_PROBE_SWITCH) {
        spoil(c, a, content, &rng);
    }
    mann_rng trial =
        mann_rng_stream(c->seed, "moved", c->trial * MANN_PROBE_ARRAYS + (uint64_t)index);
    if (c->trial && content != MANN_PROBE_SWITCH) {
        EACH(s)
        {
            float *x = a->start + place(s, i, j, k);
            *x = moved(*x, &trial);
        }
    }
}

static float *hand_out(mann_prober *prober, mann_probe_use use, mann_probe_content content,
                       mann_probe_shape shape)
{
    call *c = (call *)prober;
    int32_t index = c->count++;
    assert_true(index < MANN_PROBE_ARRAYS);
    array *a = &c->array[index];
    size_t extent = place(shape, shape.n[0] - 1, shape.n[1] - 1, shape.n[2] - 1) + 1;
    size_t behind = (c->seed + (uint64_t)index) % 2 ? GUARDS : 0;
    assert_true(extent + 2 * GUARDS <= SLOT);
    float *end = slot[index] + SLOT;
    *a = (array){use, shape, end - behind - extent, extent, kept[index]};
    guard(a->start - GUARDS, end);
    if (use != MANN_PROBE_SET) {
        fill(c, a, content, index);
    }
    memcpy(a->before, a->start, extent * sizeof(float));
    return a->start;
}

static float hand_scalar(mann_prober *prober, double value)
{
    call *c = (call *)prober;
    mann_rng rng = mann_rng_stream(c->seed, "scalar", c->trial * 100 + (uint64_t)c->scalars++);
    return c->trial ? moved((float)value, &rng) : (float)value;
}

/* Guards stand, and what is only read is as it was. */
static void check_untouched(const call *c, const char *kernel, const mann_kernels *kernels)
{
    static bool inside[SLOT];
    for (int32_t n = 0; n < c->count; n++) {
        const array *a = &c->array[n];
        const char *wrong = NULL;
        memset(inside, 0, a->extent);
        EACH(a->shape)
        {
            inside[place(a->shape, i, j, k)] = true;
        }
        for (const float *p = a->start - GUARDS; p < slot[n] + SLOT; p++) {
            bool own = p >= a->start && p < a->start + a->extent && inside[p - a->start];
            wrong = own || guarded(p) ? wrong : "wrote outside of";
        }
        if (a->use == MANN_PROBE_READ &&
            memcmp(a->before, a->start, a->extent * sizeof(float)) != 0) {
            wrong = "changed";
        }
        if (wrong) {
            fail_msg("%s of %s %s its array %d, [%d, %d, %d] (%s numbers, seed %llu)", kernel,
                     kernels->name, wrong, n, a->shape.n[0], a->shape.n[1], a->shape.n[2],
                     regime_name[c->numbers], (unsigned long long)c->seed);
        }
    }
}

static size_t collect(const call *c, float *result)
{
    size_t count = 0;
    for (int32_t n = 0; n < c->count; n++) {
        const array *a = &c->array[n];
        if (a->use == MANN_PROBE_SET || a->use == MANN_PROBE_CHANGE) {
            EACH(a->shape)
            {
                assert_true(count < RESULTS);
                result[count++] = a->start[place(a->shape, i, j, k)];
            }
        }
    }
    return count;
}

static size_t run(call *c, const mann_probe *probe, const mann_kernels *kernels, regime numbers,
                  uint64_t seed, uint64_t trial, float *result)
{
    *c = (call){.prober = {mann_rng_stream(seed, probe->kernel, 0), hand_out, hand_scalar},
                .numbers = numbers,
                .seed = seed,
                .trial = trial};
    mann_rng rng = mann_rng_stream(seed, "victim", 0);
    c->victim = numbers == ORDINARY ? -1 : (int32_t)mann_rng_below(&rng, 8);
    probe->run(&c->prober, kernels);
    check_untouched(c, probe->kernel, kernels);
    return collect(c, result);
}

/* The plain variant, the last one. */
static const mann_kernels *reference(void)
{
    const mann_kernels *const *v = mann_kernel_variants;
    while (v[1]) {
        v++;
    }
    return *v;
}

static double allowance(float expected, double spread)
{
    return 2 * spread + LAST_PLACES * (FLT_EPSILON * fabs((double)expected) + 0x1p-149);
}

/* Whether a variant's number goes with the reference's. Where huge numbers overflow on the way,
 * infinity may have met infinity in one and not in the other, which may have fused the product. */
static bool agrees(regime numbers, float expected, float found, double spread)
{
    if (isnan(expected) && numbers == ONE_NAN) {
        return isnan(found);
    }
    if (!isfinite(expected)) {
        return !isfinite(found) || (isnan(expected) && numbers == HUGE);
    }
    return fabs((double)found - (double)expected) <= allowance(expected, spread);
}

static double worst; /* part of the allowance that was needed, for those who change it */

static void check_case(const mann_probe *probe, regime numbers, uint64_t seed)
{
    static float expected[RESULTS], found[RESULTS], near[RESULTS];
    static double spread[RESULTS];
    call c;
    size_t count = run(&c, probe, reference(), numbers, seed, 0, expected);
    memset(spread, 0, count * sizeof *spread);
    for (uint64_t trial = 1; trial <= TRIALS; trial++) {
        run(&c, probe, reference(), numbers, seed, trial, near);
        for (size_t i = 0; i < count; i++) {
            /* Infinite where a hair's breadth decides whether the number is finite. */
            bool same = isfinite(near[i]) == isfinite(expected[i]);
            double apart = same ? fabs((double)near[i] - (double)expected[i]) : INFINITY;
            spread[i] = isfinite(expected[i]) && apart > spread[i] ? apart : spread[i];
        }
    }
    for (const mann_kernels *const *v = mann_kernel_variants; *v; v++) {
        if (*v == reference() || !mann_kernels_run_here(*v)) {
            continue;
        }
        assert_int_equal(run(&c, probe, *v, numbers, seed, 0, found), count);
        for (size_t i = 0; i < count; i++) {
            if (isinf(spread[i])) {
                continue;
            }
            if (!agrees(numbers, expected[i], found[i], spread[i])) {
                fail_msg("%s of %s: result %zu of %zu is %.9g, the reference's %.9g, spread %.3g "
                         "(%s numbers in array %d, seed %llu)",
                         probe->kernel, (*v)->name, i, count, (double)found[i], (double)expected[i],
                         spread[i], regime_name[numbers], c.victim, (unsigned long long)seed);
            }
            if (isfinite(expected[i])) {
                double used = fabs((double)found[i] - (double)expected[i]) /
                              allowance(expected[i], spread[i]);
                worst = used > worst ? used : worst;
            }
        }
    }
}

static void kernel(void **state)
{
    const mann_probe *probe = *state;
    worst = 0;
    for (regime numbers = ORDINARY; numbers < REGIMES; numbers++) {
        for (uint64_t seed = 0; seed < CASES; seed++) {
            check_case(probe, numbers, seed);
        }
    }
    print_message("    used %.0f %% of what is allowed\n", 100 * worst);
}

/* The reference of the optimisers against their papers' equations, a few steps in double. */
static void optimisers(void **state)
{
    (void)state;
    const mann_kernels *k = reference();
    mann_update u = {.scale = 0.5f,
                     .clip = 1,
                     .lr = 0.01f,
                     .momentum = 0.9f,
                     .decay = 0.95f,
                     .epsilon = 1e-4f,
                     .beta1 = 0.9f,
                     .beta2 = 0.999f,
                     .weight_decay = 0.1f};
    enum { SGD, RMSPROP, GRAVES, ADAM, KINDS };
    const float grad[] = {0.3f, -2, 0.7f, 0.01f, 1.5f};
    for (int kind = SGD; kind < KINDS; kind++) {
        float value = 0.4f, first = 0, second = 0, third = 0; /* the optimiser's own vectors */
        double p = (double)value, v = 0, n = 0, g1 = 0, b1 = 1, b2 = 1;
        for (int t = 0; t < 5; t++) {
            double g = fmax(-1, fmin(1, (double)grad[t])) * 0.5, before = p;
            b1 *= 0.9;
            b2 *= 0.999;
            u.correct1 = (float)(1 / (1 - b1));
            u.correct2 = (float)(1 / (1 - b2));
            switch (kind) {
            case SGD:
                k->sgd(&u, 1, &grad[t], &value, &first);
                v = 0.9 * v + g;
                p -= 0.01 * v;
                break;
            case RMSPROP:
                k->rmsprop(&u, 1, &grad[t], &value, &first, &second);
                n = 0.95 * n + 0.05 * g * g;
                v = 0.9 * v + g / (sqrt(n) + 1e-4);
                p -= 0.01 * v;
                break;
            case GRAVES:
                k->rmsprop_graves(&u, 1, &grad[t], &value, &first, &second, &third);
                n = 0.95 * n + 0.05 * g * g;
                g1 = 0.95 * g1 + 0.05 * g;
                v = 0.9 * v + g / sqrt(n - g1 * g1 + 1e-4);
                p -= 0.01 * v;
                break;
            case ADAM:
                k->adam(&u, 1, &grad[t], &value, &first, &second);
                g1 = 0.9 * g1 + 0.1 * g;
                n = 0.999 * n + 0.001 * g * g;
                p -= 0.01 * (g1 / (1 - b1)) / (sqrt(n / (1 - b2)) + 1e-4);
                break;
            }
            p -= 0.01 * 0.1 * before;
            /* Five steps of a dozen roundings each; the decays themselves are rounded to float, and
             * 1 - 0.999f is off by 2e-5 of itself. */
            if (fabs((double)value - p) > 1e-5) {
                fail_msg("optimiser %d, step %d: %.9g instead of %.9g", kind, t, (double)value, p);
            }
        }
    }
}

static void choice(void **state)
{
    (void)state;
    mann_context *context = mann_context_alloc();
    const char *wanted = getenv("MANN_CPU");
    char *saved = wanted ? strdup(wanted) : NULL;
    for (const mann_kernels *const *v = mann_kernel_variants; *v; v++) {
        setenv("MANN_CPU", (*v)->name, 1);
        if (mann_kernels_run_here(*v)) {
            assert_ptr_equal(mann_kernels_choose(context), *v);
        } else {
            print_message("    %s does not run here: not checked\n", (*v)->name);
            assert_null(mann_kernels_choose(context));
        }
    }
    setenv("MANN_CPU", "sse9", 1);
    assert_null(mann_kernels_choose(context));
    assert_non_null(strstr(mann_context_message(context), "MANN_CPU=sse9"));
    unsetenv("MANN_CPU");
    assert_non_null(mann_kernels_choose(context));
    if (saved) {
        setenv("MANN_CPU", saved, 1);
    }
    free(saved);
    mann_context_free(context);
}

static int set_up(void **state)
{
    (void)state;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t bytes = SLOT * sizeof(float);
    for (int n = 0; n < MANN_PROBE_ARRAYS; n++) {
        kept[n] = malloc(bytes);
        char *mapped =
            mmap(NULL, bytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (!kept[n] || bytes % page || mapped == MAP_FAILED ||
            mprotect(mapped + bytes, page, PROT_NONE) != 0) {
            return -1;
        }
        slot[n] = (float *)(void *)mapped;
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (int n = 0; n < MANN_PROBE_ARRAYS; n++) {
        free(kept[n]);
        munmap(slot[n], SLOT * sizeof(float) + (size_t)sysconf(_SC_PAGESIZE));
    }
    return 0;
}

int main(void)
{
    struct CMUnitTest tests[64] = {{"choice", choice, NULL, NULL, NULL},
                                   {"optimisers", optimisers, NULL, NULL, NULL}};
    size_t count = 2;
    for (const mann_probe *probe = mann_probes; probe->kernel && count < 64; probe++) {
        tests[count++] = (struct CMUnitTest){probe->kernel, kernel, NULL, NULL, (void *)probe};
    }
    return _cmocka_run_group_tests("kern", tests, count, set_up, tear_down);
}
