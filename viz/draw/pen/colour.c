/* Colour maps.
 *
 * magma and viridis (Smith & van der Walt 2015) and cividis (Nuñez et al. 2018) are kept as 33
 * samples each and interpolated, which is within 2 of 255 of the originals (6 in one corner of
 * cividis). The diverging map is made here, in Oklab: both arms have the same lightness and chroma
 * at the same distance from the middle, so x and -x are equally strong by construction, and the
 * middle is the panel's own background. */
#include "draw/pen/colour.h"

#include <math.h>
#include <pthread.h>

enum { SAMPLES = 33 };

static const uint32_t magma[SAMPLES] = {
    0x000004, 0x030311, 0x0a0822, 0x130d33, 0x1d1146, 0x28115a, 0x36106a, 0x430f76, 0x50127c,
    0x5d177f, 0x691c81, 0x762181, 0x822681, 0x8f2a81, 0x9c2e7f, 0xa9327d, 0xb63779, 0xc33b75,
    0xcf4170, 0xdb486a, 0xe65163, 0xee5c5e, 0xf5695c, 0xf9785d, 0xfb8761, 0xfd9668, 0xfea571,
    0xfeb47b, 0xfec387, 0xfed194, 0xfde0a2, 0xfceeb0, 0xfcfdbf};

static const uint32_t viridis[SAMPLES] = {
    0x440154, 0x470d60, 0x48186a, 0x482374, 0x472d7b, 0x453681, 0x424086, 0x3f4989, 0x3b528b,
    0x375a8d, 0x33638d, 0x2f6a8e, 0x2c728e, 0x297a8e, 0x26818e, 0x23898e, 0x21908c, 0x1f988b,
    0x1f9f88, 0x21a685, 0x28ae80, 0x31b57b, 0x3ebc74, 0x4cc26c, 0x5dc963, 0x6ece58, 0x82d34c,
    0x96d83f, 0xabdc32, 0xc0df24, 0xd5e21a, 0xeae51a, 0xfde725};

static const uint32_t cividis[SAMPLES] = {
    0x00224e, 0x00285b, 0x002e6a, 0x043371, 0x1a386f, 0x273e6e, 0x32436d, 0x3b496c, 0x434e6c,
    0x4b546c, 0x52596d, 0x5a5f6e, 0x61656f, 0x686a71, 0x6f7073, 0x757676, 0x7c7b78, 0x848179,
    0x8b8778, 0x938d78, 0x9b9376, 0xa39a75, 0xaba072, 0xb3a670, 0xbbad6c, 0xc3b469, 0xccba64,
    0xd4c15f, 0xddc958, 0xe6d051, 0xefd748, 0xf8df3c, 0xfee838};

mann_ink mann_ink_from_pixel(uint32_t pixel)
{
    return (mann_ink){(pixel >> 16 & 255) / 255.0, (pixel >> 8 & 255) / 255.0,
                      (pixel & 255) / 255.0};
}

static uint32_t pixel_of(mann_ink ink)
{
    return 0xff000000u | (uint32_t)lround(ink.red * 255) << 16 |
           (uint32_t)lround(ink.green * 255) << 8 | (uint32_t)lround(ink.blue * 255);
}

static double to_linear(double x)
{
    return x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4);
}

static double from_linear(double x)
{
    x = x <= 0.0031308 ? 12.92 * x : 1.055 * pow(x, 1 / 2.4) - 0.055;
    return fmin(fmax(x, 0), 1);
}

double mann_ink_lightness(mann_ink ink)
{
    double r = to_linear(ink.red), g = to_linear(ink.green), b = to_linear(ink.blue);
    double l = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    double m = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    double s = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s;
}

mann_ink mann_ink_oklab(double lightness, double chroma, double hue)
{
    double a = chroma * cos(hue * 0.017453292519943295);
    double b = chroma * sin(hue * 0.017453292519943295);
    double l = pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
    double m = pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
    double s = pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3);
    return (mann_ink){from_linear(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
                      from_linear(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
                      from_linear(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)};
}

mann_ink mann_ink_mix(mann_ink a, mann_ink b, double amount)
{
    return (mann_ink){a.red + amount * (b.red - a.red), a.green + amount * (b.green - a.green),
                      a.blue + amount * (b.blue - a.blue)};
}

static uint32_t sample(const uint32_t *from, int i)
{
    double place = (double)i * (SAMPLES - 1) / (MANN_MAP_SIZE - 1);
    int left = i == MANN_MAP_SIZE - 1 ? SAMPLES - 2 : (int)place;
    return pixel_of(mann_ink_mix(mann_ink_from_pixel(from[left]),
                                 mann_ink_from_pixel(from[left + 1]), place - left));
}

/* Negative blue, positive orange on dark and red on light: apart for every kind of colour
 * vision. */
static uint32_t diverge(int i, bool dark)
{
    double x = (2.0 * i - (MANN_MAP_SIZE - 1)) / (MANN_MAP_SIZE - 1), far = fabs(x);
    double hue = x < 0 ? 252 : dark ? 60 : 35;
    double lightness = dark ? 0.08 + 0.72 * pow(far, 0.8) : 0.99 - 0.50 * far;
    double chroma = (dark ? 0.115 : 0.135) * sin(fmin(1, 1.25 * far) * 1.5707963267948966);
    return pixel_of(mann_ink_oklab(lightness, chroma, hue));
}

static uint32_t tables[2][MANN_MAP_COUNT + 1][MANN_MAP_SIZE];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fill_tables(void)
{
    for (int dark = 0; dark < 2; dark++) {
        for (int i = 0; i < MANN_MAP_SIZE; i++) {
            uint32_t level = (uint32_t)(dark ? i : MANN_MAP_SIZE - 1 - i);
            tables[dark][MANN_MAP_MAGMA][i] = sample(magma, i);
            tables[dark][MANN_MAP_VIRIDIS][i] = sample(viridis, i);
            tables[dark][MANN_MAP_CIVIDIS][i] = sample(cividis, i);
            tables[dark][MANN_MAP_GREY][i] = 0xff000000u | level * 0x010101u;
            tables[dark][MANN_MAP_DIVERGING][i] = diverge(i, dark);
        }
    }
}

const uint32_t *mann_map_table(mann_map map, bool dark)
{
    pthread_once(&once, fill_tables);
    if (map == MANN_MAP_THEME) {
        map = dark ? MANN_MAP_MAGMA : MANN_MAP_GREY;
    }
    return tables[dark][map];
}

double mann_shade_place(const mann_shade *shade, double value)
{
    double place = (value - shade->low) / (shade->high - shade->low);
    if (shade->scale == MANN_SCALE_ROOT) {
        place = sqrt(fmax(place, 0) + 0 * place);
    } else if (shade->scale == MANN_SCALE_LOG && !isnan(place)) {
        place = place <= MANN_LOG_FLOOR ? 0 : 1 - log(place) / log(MANN_LOG_FLOOR);
    }
    return place < 0 ? 0 : place > 1 ? 1 : place;
}

int mann_shade_index(const mann_shade *shade, double value)
{
    double place = mann_shade_place(shade, value);
    return isnan(place) ? -1 : (int)(place * (MANN_MAP_SIZE - 1) + 0.5);
}
