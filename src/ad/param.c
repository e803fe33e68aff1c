/* Parameters: announced first, then laid out in one block, each at a multiple of 64 bytes. */
#include "kern/kern.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mann_params {
    mann_context *context;
    const mann_kernels *kernels;
    mann_param_info *info;
    int32_t number, capacity;
    bool short_of_memory;
    size_t size;
    mann_real *values, *shadow;
};

enum { ALIGNMENT = 64 };

mann_params *mann_params_alloc(mann_context *context)
{
    const mann_kernels *kernels = mann_kernels_choose(context);
    mann_params *params = kernels ? calloc(1, sizeof *params) : NULL;
    if (params) {
        params->context = context;
        params->kernels = kernels;
    } else if (kernels) {
        mann_fail(context, MANN_E_NOMEM, "out of memory for parameters");
    }
    return params;
}

void mann_params_free(mann_params *params)
{
    if (params) {
        free(params->info);
        free(params->values);
        free(params->shadow);
        free(params);
    }
}

mann_handle mann_params_add(mann_params *params, int32_t rows, int32_t cols, mann_init init,
                            double scale, const char *format, ...)
{
    if (params->number == params->capacity) {
        int32_t capacity = params->capacity ? 2 * params->capacity : 16;
        mann_param_info *grown = realloc(params->info, (size_t)capacity * sizeof *grown);
        if (!grown) {
            params->short_of_memory = true;
            return 0;
        }
        params->info = grown;
        params->capacity = capacity;
    }
    mann_param_info *info = &params->info[params->number];
    *info = (mann_param_info){.rows = rows, .cols = cols, .init = init, .scale = scale};
    info->offset = params->size;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(info->name, sizeof info->name, format, arguments);
    va_end(arguments);
    size_t step = ALIGNMENT / sizeof(mann_real);
    params->size += ((size_t)rows * (size_t)cols + step - 1) / step * step;
    return params->number++;
}

void mann_params_set_columns(mann_params *params, mann_handle handle, int32_t first, int32_t count,
                             double value)
{
    if (handle < params->number) { /* else its announcement failed, and is remembered */
        params->info[handle].set_first = first;
        params->info[handle].set_count = count;
        params->info[handle].set_value = value;
    }
}

/* MANN_INIT_WAVES: 1/2 to n/4 waves along the n columns. */
static void draw_waves(const mann_param_info *info, mann_rng *rng, mann_real *value)
{
    const double turn = 6.283185307179586;
    for (int32_t r = 0; r < info->rows; r++) {
        double waves = 0.5 * pow(info->cols / 2.0, mann_rng_uniform(rng));
        double phase = mann_rng_uniform(rng);
        for (int32_t i = 0; i < info->cols; i++) {
            *value++ = (mann_real)(info->scale * sin(turn * (waves * i / info->cols + phase)));
        }
    }
}

static void draw(const mann_param_info *info, uint64_t seed, mann_real *value)
{
    mann_rng rng = mann_rng_stream(seed, info->name, 0);
    if (info->init == MANN_INIT_WAVES) {
        draw_waves(info, &rng, value);
        return;
    }
    size_t size = (size_t)info->rows * (size_t)info->cols;
    for (size_t i = 0; i < size; i++) {
        double x = 0;
        switch (info->init) {
        case MANN_INIT_CONSTANT: x = info->scale; break;
        case MANN_INIT_UNIFORM: x = info->scale * (2 * mann_rng_uniform(&rng) - 1); break;
        case MANN_INIT_NORMAL: x = info->scale * mann_rng_normal(&rng); break;
        case MANN_INIT_IDENTITY:
            x = i / (size_t)info->cols == i % (size_t)info->cols ? info->scale : 0;
            break;
        case MANN_INIT_WAVES: break; /* not here */
        }
        int32_t column = (int32_t)(i % (size_t)info->cols) - info->set_first;
        bool set = column >= 0 && column < info->set_count;
        value[i] = (mann_real)(set ? info->set_value : x);
    }
}

mann_status mann_params_announced(const mann_params *params)
{
    return params->short_of_memory ? mann_fail(params->context, MANN_E_NOMEM,
                                               "out of memory for the list of parameters")
                                   : MANN_OK;
}

static const char *name_used_twice(const mann_params *params)
{
    for (int32_t i = 0; i < params->number; i++) {
        for (int32_t j = 0; j < i; j++) {
            if (!strcmp(params->info[i].name, params->info[j].name)) {
                return params->info[i].name;
            }
        }
    }
    return NULL;
}

static mann_status lay_out(mann_params *params)
{
    const char *twice = name_used_twice(params);
    if (twice) {
        return mann_fail(params->context, MANN_E_INVAL, "two parameters are called '%s'", twice);
    }
    mann_status status = mann_params_announced(params);
    if (status) {
        return status;
    }
    size_t bytes = params->size * sizeof(mann_real) + ALIGNMENT;
    bytes = bytes / ALIGNMENT * ALIGNMENT;
    mann_real *values = aligned_alloc(ALIGNMENT, bytes), *shadow = aligned_alloc(ALIGNMENT, bytes);
    if (!values || !shadow) {
        free(values);
        free(shadow);
        return mann_fail(params->context, MANN_E_NOMEM, "out of memory for %zu parameters",
                         params->size);
    }
    memset(values, 0, bytes);
    memset(shadow, 0, bytes);
    params->values = values;
    params->shadow = shadow;
    return MANN_OK;
}

mann_status mann_params_fill(mann_params *params, uint64_t seed)
{
    mann_status status = params->values ? MANN_OK : lay_out(params);
    if (status) {
        return status;
    }
    for (int32_t i = 0; i < params->number; i++) {
        draw(&params->info[i], seed, params->values + params->info[i].offset);
    }
    mann_params_refresh(params);
    return MANN_OK;
}

void mann_params_refresh_part(mann_params *params, int32_t part, int32_t parts)
{
    enum { ROWS = 32 };
    int32_t block = 0;
    for (int32_t i = 0; i < params->number; i++) {
        const mann_param_info *info = &params->info[i];
        for (int32_t r = 0; info->rows > 1 && r < info->rows; r += ROWS, block++) {
            if (block % parts == part) {
                int32_t rows = info->rows - r < ROWS ? info->rows - r : ROWS;
                params->kernels->transpose(rows, info->cols,
                                           params->values + info->offset +
                                               (size_t)r * (size_t)info->cols,
                                           params->shadow + info->offset + r, info->rows);
            }
        }
    }
}

void mann_params_refresh(mann_params *params)
{
    mann_params_refresh_part(params, 0, 1);
}

int32_t mann_params_number(const mann_params *params)
{
    return params->number;
}

const mann_param_info *mann_params_info(const mann_params *params, mann_handle handle)
{
    return &params->info[handle];
}

size_t mann_params_size(const mann_params *params)
{
    return params->size;
}

size_t mann_params_count(const mann_params *params)
{
    size_t count = 0;
    for (int32_t i = 0; i < params->number; i++) {
        count += (size_t)params->info[i].rows * (size_t)params->info[i].cols;
    }
    return count;
}

mann_real *mann_params_values(mann_params *params)
{
    return params->values;
}

const mann_real *mann_params_shadow(const mann_params *params)
{
    return params->shadow;
}
