/* All operations, for the tests that check each of them. */
#include <mann/op.h>

extern const mann_op mann_op_linear, mann_op_linear_transposed, mann_op_concat, mann_op_gather,
    mann_op_broadcast, mann_op_add, mann_op_multiply, mann_op_interpolate, mann_op_distance,
    mann_op_squash, mann_op_layer_norm, mann_op_lstm, mann_op_address, mann_op_read,
    mann_op_erase_add, mann_op_embed, mann_op_match, mann_op_match_additive, mann_op_attend,
    mann_op_project, mann_op_choose, mann_op_reinforce, mann_op_hebb, mann_op_loss, mann_op_margin;

/* clang-format off */
const mann_op *const mann_ops[] = {
    &mann_op_linear,
    &mann_op_linear_transposed,
    &mann_op_concat,
    &mann_op_gather,
    &mann_op_broadcast,
    &mann_op_add,
    &mann_op_multiply,
    &mann_op_interpolate,
    &mann_op_distance,
    &mann_op_squash,
    &mann_op_layer_norm,
    &mann_op_lstm,
    &mann_op_address,
    &mann_op_read,
    &mann_op_erase_add,
    &mann_op_embed,
    &mann_op_match,
    &mann_op_match_additive,
    &mann_op_attend,
    &mann_op_project,
    &mann_op_choose,
    &mann_op_reinforce,
    &mann_op_hebb,
    &mann_op_loss,
    &mann_op_margin,
    NULL,
};
/* clang-format on */
