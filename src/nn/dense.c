/* Dense layers, initialised after Glorot & Bengio 2010: uniform in ±sqrt(6 / (in + out)). */
#include "nn/dense.h"

#include <math.h>

mann_dense mann_dense_init(mann_params *params, const char *name, int32_t inputs, int32_t outputs)
{
    double scale = sqrt(6.0 / (inputs + outputs));
    return (mann_dense){
        mann_params_add(params, inputs, outputs, MANN_INIT_UNIFORM, scale, "%s.weight", name),
        mann_params_add(params, 1, outputs, MANN_INIT_CONSTANT, 0, "%s.bias", name)};
}

mann_var mann_dense_apply(mann_dense layer, mann_tape *tape, mann_var x)
{
    return mann_linear(tape, x, mann_param(tape, layer.weight), mann_param(tape, layer.bias));
}

mann_var mann_dense_part(mann_dense layer, mann_tape *tape, mann_var x, int32_t first, mann_var to)
{
    mann_var rows = mann_slice(tape, mann_param(tape, layer.weight), 0, first, x->n[1]);
    return to ? mann_linear_onto(tape, to, x, rows)
              : mann_linear(tape, x, rows, mann_param(tape, layer.bias));
}
