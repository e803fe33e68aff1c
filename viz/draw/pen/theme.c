/* The two themes. Text on every ground has a contrast of at least 4.5 : 1, but faint, which is for
 * what may be overlooked. */
#include "draw/pen/theme.h"

#include <stddef.h>

#define INK(hex)                                                                                   \
    {                                                                                              \
        ((hex) >> 16 & 255) / 255.0, ((hex) >> 8 & 255) / 255.0, ((hex)&255) / 255.0               \
    }

static const mann_theme dark_theme = {
    .dark = true,
    .page = INK(0x0e0f13),
    .card = INK(0x16181e),
    .line = INK(0x3a3f4b),
    .text = INK(0xe8e8ea),
    .muted = INK(0xa4a9b6),
    .faint = INK(0x6d7280),
    .cursor = INK(0x7fe3ff),
    .pin = INK(0xffffff),
    .amber = INK(0xffb000),
    .good = INK(0x4cd07d),
    .bad = INK(0xff5d5d),
    .missing = INK(0x00d0a0),
};

static const mann_theme light_theme = {
    .dark = false,
    .page = INK(0xfbfbfa),
    .card = INK(0xf1f1ef),
    .line = INK(0xb9bbc2),
    .text = INK(0x17181c),
    .muted = INK(0x565b66),
    .faint = INK(0x8b909b),
    .cursor = INK(0x0077b6),
    .pin = INK(0x000000),
    .amber = INK(0xa85b00),
    .good = INK(0x11803c),
    .bad = INK(0xc9252d),
    .missing = INK(0x00b894),
};

const mann_theme *mann_theme_get(bool dark)
{
    return dark ? &dark_theme : &light_theme;
}

mann_ink mann_head_ink(bool dark, mann_access access, int i)
{
    static const double write_hue[] = {62, 18, 105, 335}, read_hue[] = {235, 195, 280, 155};
    if (access == MANN_ACCESS_NONE) {
        return mann_theme_get(dark)->muted;
    }
    double hue = (access == MANN_ACCESS_WRITE ? write_hue : read_hue)[i % 4];
    double lightness = (dark ? 0.80 : 0.55) - 0.07 * (i / 4 % 3);
    return mann_ink_oklab(lightness, 0.13, hue);
}

mann_ink mann_curve_ink(bool dark, int i)
{
    static const double hue[] = {240, 55, 150, 330, 95, 290, 195, 20};
    return mann_ink_oklab((dark ? 0.78 : 0.56) - 0.05 * (i / 8 % 3), 0.13, hue[i % 8]);
}
