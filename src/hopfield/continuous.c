/* Graded units in continuous time (Hopfield 1984), Hebb's couplings, time constant 1:
 *
 *     du_i/dt = -u_i + sum_j W_ij V_j,   V = tanh(beta u),
 *     E = -1/2 V.W V + sum_i integral_0^V_i g^-1(V) dV,
 *
 * where the integral is u V - log(cosh(beta u)) / beta. dE/dt = -sum_i V'(u_i) (du_i/dt)^2 <= 0, so
 * E falls until du/dt = 0. A cue is taken as u (the field of a stored pattern alone is about the
 * pattern itself). GSL's embedded Runge-Kutta-Fehlberg 4(5) chooses the steps; a sweep is one unit
 * of time. W V is computed through the patterns, in double: a derivative rounded to float would
 * spoil the step control. */
#include "hopfield/internal.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_odeiv2.h>
#include <stdlib.h>
#include <string.h>

#define TOLERANCE 1e-6
#define STILL 1e-4

struct ode {
    gsl_odeiv2_system system;
    gsl_odeiv2_driver *driver;
    double time;
    double *u, *v, *slope; /* [N] */
};

/* slope = W v = 1/N sum_k x_k (x_k . v) - P/N v */
static void apply(const mann_hopfield *net, const double *v, double *slope)
{
    int32_t n = net->units;
    for (int32_t i = 0; i < n; i++) {
        slope[i] = -(double)net->count / n * v[i];
    }
    for (int32_t k = 0; k < net->count; k++) {
        const float *x = mann_hopfield_row(net, k);
        net->loops->axpy_double(n, net->loops->dot_double(n, x, v) / n, x, slope);
    }
}

static int derivative(double time, const double u[], double slope[], void *parameters)
{
    (void)time;
    const mann_hopfield_walk *walk = parameters;
    const mann_hopfield *net = walk->net;
    double *v = walk->ode->v;
    for (int32_t i = 0; i < net->units; i++) {
        v[i] = tanh(net->options.beta * u[i]);
    }
    apply(net, v, slope);
    for (int32_t i = 0; i < net->units; i++) {
        slope[i] -= u[i];
    }
    return GSL_SUCCESS;
}

/* u V - log(cosh(beta u)) / beta, without overflow */
static double charge(double beta, double u, double v)
{
    double x = fabs(beta * u);
    return u * v - (x + log1p(exp(-2 * x)) - 0.69314718055994531) / beta;
}

static double energy(const mann_hopfield *net, const float *state)
{
    double *v = mann_hopfield_zeroed((size_t)net->units, sizeof *v);
    double *slope = mann_hopfield_zeroed((size_t)net->units, sizeof *slope);
    double total = v && slope ? 0 : NAN;
    if (v && slope) {
        for (int32_t i = 0; i < net->units; i++) {
            v[i] = (double)state[i];
        }
        apply(net, v, slope);
        for (int32_t i = 0; i < net->units; i++) {
            /* At V = +1 or -1 the integral is log(2) / beta. */
            double edge = fabs(v[i]) >= 1
                              ? 0.69314718055994531 / net->options.beta
                              : charge(net->options.beta, atanh(v[i]) / net->options.beta, v[i]);
            total += -0.5 * v[i] * slope[i] + edge;
        }
    }
    free(v);
    free(slope);
    return total;
}

static int32_t unstable(const mann_hopfield *net, int32_t k)
{
    const float *x = mann_hopfield_row(net, k);
    double *v = mann_hopfield_zeroed((size_t)net->units, sizeof *v);
    double *slope = mann_hopfield_zeroed((size_t)net->units, sizeof *slope);
    int32_t count = v && slope ? 0 : -1;
    if (v && slope) {
        for (int32_t i = 0; i < net->units; i++) {
            v[i] = (double)x[i];
        }
        apply(net, v, slope);
        for (int32_t i = 0; i < net->units; i++) {
            count += v[i] * slope[i] < 0;
        }
    }
    free(v);
    free(slope);
    return count;
}

static void walk_close(mann_hopfield_walk *walk)
{
    if (!walk->ode) {
        return;
    }
    if (walk->ode->driver) {
        gsl_odeiv2_driver_free(walk->ode->driver);
    }
    free(walk->ode->u);
    free(walk->ode->v);
    free(walk->ode->slope);
    free(walk->ode);
}

static mann_status walk_open(mann_hopfield_walk *walk)
{
    size_t n = (size_t)walk->net->units;
    struct ode *ode = walk->ode = calloc(1, sizeof *ode);
    if (!ode) {
        return mann_hopfield_short(walk->net);
    }
    ode->u = mann_hopfield_zeroed(n, sizeof *ode->u);
    ode->v = mann_hopfield_zeroed(n, sizeof *ode->v);
    ode->slope = mann_hopfield_zeroed(n, sizeof *ode->slope);
    ode->system = (gsl_odeiv2_system){derivative, NULL, n, walk};
    if (ode->u && ode->v && ode->slope) {
        ode->driver = gsl_odeiv2_driver_alloc_y_new(&ode->system, gsl_odeiv2_step_rkf45, 0.1,
                                                    TOLERANCE, TOLERANCE);
    }
    return ode->driver ? MANN_OK : mann_hopfield_short(walk->net);
}

/* state = V(u) */
static void show(mann_hopfield_walk *walk)
{
    for (int32_t i = 0; i < walk->net->units; i++) {
        walk->state[i] = (float)tanh(walk->net->options.beta * walk->ode->u[i]);
    }
}

static void begin(mann_hopfield_walk *walk)
{
    struct ode *ode = walk->ode;
    for (int32_t i = 0; i < walk->net->units; i++) {
        ode->u[i] = (double)walk->state[i];
    }
    ode->time = 0;
    gsl_odeiv2_driver_reset(ode->driver);
    gsl_odeiv2_driver_reset_hstart(ode->driver, 0.1);
    show(walk);
}

static mann_hopfield_ending sweep(mann_hopfield_walk *walk)
{
    struct ode *ode = walk->ode;
    int error = gsl_odeiv2_driver_apply(ode->driver, &ode->time, ode->time + 1, ode->u);
    show(walk);
    if (error) {
        return MANN_HOPFIELD_LIMIT;
    }
    derivative(ode->time, ode->u, ode->slope, walk);
    double fastest = 0;
    for (int32_t i = 0; i < walk->net->units; i++) {
        fastest = fmax(fastest, fabs(ode->slope[i]));
    }
    return fastest < STILL ? MANN_HOPFIELD_FIXED : MANN_HOPFIELD_RUNNING;
}

static double walk_energy(const mann_hopfield_walk *walk)
{
    /* From u, which near V = 1 says more than V. */
    struct ode *ode = walk->ode;
    double total = 0;
    derivative(ode->time, ode->u, ode->slope, (void *)(uintptr_t)walk);
    for (int32_t i = 0; i < walk->net->units; i++) {
        total += -0.5 * ode->v[i] * (ode->slope[i] + ode->u[i]) +
                 charge(walk->net->options.beta, ode->u[i], ode->v[i]);
    }
    return total;
}

const mann_hopfield_engine mann_hopfield_continuous_engine = {
    .energy = energy,
    .unstable = unstable,
    .walk_open = walk_open,
    .walk_close = walk_close,
    .begin = begin,
    .sweep = sweep,
    .walk_energy = walk_energy,
};
