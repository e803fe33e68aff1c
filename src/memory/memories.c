/* All memories. To add one: write its file, name it here and in the build file. */
#include <mann/memory.h>
#include <string.h>

extern const mann_memory_type mann_memory_matrix, mann_memory_hopfield;

const mann_memory_type *const mann_memories[] = {&mann_memory_matrix, &mann_memory_hopfield, NULL};

const mann_memory_type *mann_memory_find(mann_context *context, const char *name)
{
    const char *names[64];
    size_t count = 0;
    for (; mann_memories[count]; count++) {
        names[count] = mann_memories[count]->name;
        if (!strcmp(names[count], name)) {
            return mann_memories[count];
        }
    }
    const char *near = mann_nearest(name, names, count);
    mann_fail(context, MANN_E_INVAL, "unknown memory '%s'%s%s%s (mann memories lists them)", name,
              near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return NULL;
}
