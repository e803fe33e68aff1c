/* What theory says of Hebb's rule with random patterns as N grows, load = P/N fixed.
 *
 * Amit, Gutfreund & Sompolinsky 1985, replica-symmetric. At temperature T = 1/b, with a standard
 * normal z:
 *
 *     m = <tanh b(sqrt(load r) z + m)>,  q = <tanh^2 b(sqrt(load r) z + m)>,  r = q / (1 - b(1 -
 * q))^2.
 *
 * At T = 0 this is one equation for y, m = erf(y):
 *
 *     erf(y) = y (sqrt(2 load) + 2/sqrt(pi) exp(-y^2)),
 *
 * whose largest root is the retrieval state; it is lost above load 0.1379. */
#include <mann/hopfield.h>
#include <math.h>

static double excess(double load, double y)
{
    return erf(y) - y * (sqrt(2 * load) + 1.1283791670955126 * exp(-y * y));
}

static double cold(double load)
{
    /* erf(y) <= 1, so no root lies above 1 / sqrt(2 load). */
    double high = 1 / sqrt(2 * load), step = 1e-3;
    if (high > 8) {
        return 1; /* erfc(8) is below 1e-28 */
    }
    double low = high;
    while (low > 0.3 && excess(load, low) < 0) {
        high = low;
        low -= step;
    }
    if (low <= 0.3) { /* y = 0 solves the equation too; no retrieval state comes near it */
        return 0;
    }
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        *(excess(load, middle) < 0 ? &high : &low) = middle;
    }
    return erf(low);
}

static double warm(double load, double temperature)
{
    enum { STEPS = 320 };
    double m = 1, q = 1, b = 1 / temperature;
    for (int round = 0; round < 3000; round++) {
        double c = 1 - b * (1 - q), r = c > 0 ? q / (c * c) : INFINITY;
        double spread = sqrt(load * r), sum_m = 0, sum_q = 0, sum = 0;
        if (!isfinite(spread)) {
            return 0;
        }
        for (int i = 0; i <= STEPS; i++) {
            double z = -8 + 16.0 * i / STEPS, weight = exp(-z * z / 2);
            double t = tanh(b * (spread * z + m));
            sum += weight;
            sum_m += weight * t;
            sum_q += weight * t * t;
        }
        double moved = fabs(sum_m / sum - m) + fabs(sum_q / sum - q);
        m = (m + sum_m / sum) / 2;
        q = (q + sum_q / sum) / 2;
        if (m < 1e-3) {
            return 0;
        }
        if (moved < 1e-9) {
            break;
        }
    }
    return m;
}

double mann_hopfield_theory_overlap(double load, double temperature)
{
    if (load <= 0) {
        load = 1e-12;
    }
    return temperature < 0.02 ? cold(load) : warm(load, temperature);
}

double mann_hopfield_theory_bit_error(double load)
{
    return load > 0 ? erfc(sqrt(1 / (2 * load))) / 2 : 0;
}
