/* All operations, for the tests that check each of them. */
#include <mann/op.h>

#define DECLARED(name) extern const mann_op mann_op_##name;
MANN_OP_LIST(DECLARED)

#define ADDRESS(name) &mann_op_##name,
const mann_op *const mann_ops[] = {MANN_OP_LIST(ADDRESS) NULL};
