/* Memory for stores and walks, and what is said when there is none. */
#include "hopfield/internal.h"

#include <stdlib.h>
#include <string.h>

void *mann_hopfield_zeroed(size_t count, size_t size)
{
    if (size && count > (SIZE_MAX / 4) / size) {
        return NULL;
    }
    size_t bytes = (count * size + 63) / 64 * 64;
    void *memory = aligned_alloc(64, bytes ? bytes : 64);
    if (memory) {
        memset(memory, 0, bytes ? bytes : 64);
    }
    return memory;
}

mann_status mann_hopfield_short(const mann_hopfield *net)
{
    return mann_fail(net->context, MANN_E_NOMEM,
                     "out of memory for a Hopfield network of %d units and %d patterns", net->units,
                     net->count);
}
