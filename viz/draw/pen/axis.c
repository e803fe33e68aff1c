/* Ticks are multiples of 1, 2 or 5 times a power of ten; on logarithmic axes powers of ten, with
 * 2 and 5 between them if the axis spans less than two decades, and more if it spans one. An axis
 * with room for two has two, if need be its ends: with one the scale could not be read. */
#include "draw/pen/axis.h"

#include <math.h>
#include <stdio.h>

/* The smallest of 1, 2, 5 times a power of ten that is at least that. */
static double round_up(double least)
{
    double power = pow(10, floor(log10(least)));
    double digit = least / power;
    return power * (digit <= 1.0000001 ? 1 : digit <= 2.0000001 ? 2 : digit <= 5.0000001 ? 5 : 10);
}

/* The largest of 1, 2, 5 times a power of ten that is at most value. */
static double round_down(double value)
{
    double power = pow(10, floor(log10(value) + 1e-9)), digit = value / power;
    return power * (digit >= 4.9999999 ? 5 : digit >= 1.9999999 ? 2 : 1);
}

int64_t mann_round_step(double least)
{
    return least <= 1 ? 1 : (int64_t)(round_up(least) + 0.5);
}

mann_axis mann_axis_make(double low, double high, bool log)
{
    if (!isfinite(low) || !isfinite(high) || low > high) {
        low = log ? 0.1 : 0;
        high = 1;
    }
    if (log) {
        low = low > 0 ? low : high > 0 ? high / 10 : 0.1;
        high = high > low ? high : low * 10;
        mann_axis decades = {pow(10, floor(log10(low) + 1e-9)), pow(10, ceil(log10(high) - 1e-9)),
                             .log = true};
        bool narrow = high < low * 10; /* else whole decades */
        return narrow ? (mann_axis){round_down(low), round_up(high), .log = true} : decades;
    }
    if (low == high) {
        double room = low == 0 ? 1 : fabs(low) / 2;
        low -= low == 0 ? 0 : room;
        high += room;
    }
    double step = round_up((high - low) / 4);
    return (mann_axis){step * floor(low / step + 1e-9), step * ceil(high / step - 1e-9),
                       .log = false};
}

double mann_axis_place(const mann_axis *axis, double value)
{
    if (!axis->log) {
        return (value - axis->low) / (axis->high - axis->low);
    }
    if (!(value > axis->low)) {
        return isnan(value) ? value : 0;
    }
    return log(value / axis->low) / log(axis->high / axis->low);
}

static int linear_ticks(const mann_axis *axis, int most, double *tick)
{
    double step = round_up((axis->high - axis->low) / (most > 1 ? most - 1 : 1));
    step = axis->whole ? fmax(step, 1) : step;
    int count = 0;
    for (double i = ceil(axis->low / step - 1e-6); i * step <= axis->high + 1e-6 * step; i++) {
        if (count == most) {
            break;
        }
        tick[count++] = i == 0 ? 0 : i * step;
    }
    if (count == 1 && most > 1 && !axis->whole) {
        tick[0] = axis->low;
        tick[1] = axis->high;
        count = 2;
    }
    return count;
}

static int log_ticks(const mann_axis *axis, int most, double *tick)
{
    int low = (int)floor(log10(axis->low) + 1e-6), high = (int)ceil(log10(axis->high) - 1e-6);
    double span = axis->high / axis->low;
    bool fine = span < 10.01 && most >= 8, between = fine || (span < 99 && most >= 6);
    int stride = (int)mann_round_step((high - low + 1.0) / most);
    int count = 0;
    for (int power = low; power <= high; power += stride) {
        static const double few[] = {1, 2, 5}, many[] = {1, 1.5, 2, 3, 5, 7};
        for (int k = 0; k < (fine ? 6 : between ? 3 : 1); k++) {
            double value = (fine ? many : few)[k] * pow(10, power);
            if (count < most && value >= axis->low * 0.999 && value <= axis->high * 1.001) {
                tick[count++] = value;
            }
        }
    }
    return count;
}

int mann_axis_ticks(const mann_axis *axis, int most, double tick[MANN_MAX_TICKS])
{
    most = most < 1 ? 1 : most > MANN_MAX_TICKS ? MANN_MAX_TICKS : most;
    return axis->log ? log_ticks(axis, most, tick) : linear_ticks(axis, most, tick);
}

static void power_label(int power, char text[32])
{
    static const char *const digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    int size = power < 0 ? -power : power;
    snprintf(text, 32, "10%s%s%s", power < 0 ? "⁻" : "", size >= 10 ? digits[size / 10 % 10] : "",
             digits[size % 10]);
}

void mann_axis_label(const mann_axis *axis, double value, char text[32])
{
    double size = fabs(value);
    if (axis->zero && value < axis->low * 1.001) {
        snprintf(text, 32, "0");
        return;
    }
    if (axis->log && size > 0 && (size < 0.0099 || size > 9999)) {
        double power = log10(size);
        if (fabs(power - round(power)) < 1e-6) {
            power_label((int)round(power), text);
            return;
        }
    }
    if (size >= 999999.5) {
        snprintf(text, 32, "%gM", value / 1e6);
    } else if (size >= 9999.5) {
        snprintf(text, 32, "%gk", value / 1e3);
    } else {
        snprintf(text, 32, "%.4g", value);
    }
}
