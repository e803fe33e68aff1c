/* What names told before traces stored roles and groups: the one place that knows them. A number
 * behind the name of a memory's value is the memory's. */
#include "io/trace/trace_format.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const struct known {
    const char *name;
    mann_role role;
    mann_access access;
    const char *part; /* of a memory: "" the memory itself, ".write" its heads; NULL: of none */
} known[] = {
    {"input", MANN_ROLE_INPUT, MANN_ACCESS_NONE, NULL},
    {"target", MANN_ROLE_TARGET, MANN_ACCESS_NONE, NULL},
    {"output", MANN_ROLE_OUTPUT, MANN_ACCESS_NONE, NULL},
    {"mask", MANN_ROLE_MASK, MANN_ACCESS_NONE, NULL},
    {"optimal", MANN_ROLE_OPTIMAL, MANN_ACCESS_NONE, NULL},
    {"optimal_cost", MANN_ROLE_OPTIMAL_COST, MANN_ACCESS_NONE, NULL},
    {"hidden", MANN_ROLE_HIDDEN, MANN_ACCESS_NONE, NULL},
    {"attention", MANN_ROLE_ATTENTION, MANN_ACCESS_NONE, NULL},
    {"patterns", MANN_ROLE_PATTERN, MANN_ACCESS_NONE, NULL},
    {"memory", MANN_ROLE_MEMORY, MANN_ACCESS_NONE, ""},
    {"store_state", MANN_ROLE_STATE, MANN_ACCESS_NONE, ""},
    {"store_settling", MANN_ROLE_SETTLING, MANN_ACCESS_NONE, ""},
    {"store_energy", MANN_ROLE_ENERGY, MANN_ACCESS_NONE, ""},
    {"store_overlaps", MANN_ROLE_SIMILARITY, MANN_ACCESS_NONE, ""},
    {"store_associations", MANN_ROLE_ASSOCIATION, MANN_ACCESS_NONE, ""},
    {"store_rows", MANN_ROLE_MEMORY, MANN_ACCESS_NONE, ""},
    {"store_retrieval", MANN_ROLE_WEIGHTING, MANN_ACCESS_NONE, ""},
    {"write_key", MANN_ROLE_KEY, MANN_ACCESS_WRITE, ".write"},
    {"write_strength", MANN_ROLE_STRENGTH, MANN_ACCESS_WRITE, ".write"},
    {"write_gate", MANN_ROLE_GATE, MANN_ACCESS_WRITE, ".write"},
    {"write_shift", MANN_ROLE_SHIFT, MANN_ACCESS_WRITE, ".write"},
    {"write_sharpening", MANN_ROLE_SHARPENING, MANN_ACCESS_WRITE, ".write"},
    {"write_similarity", MANN_ROLE_SIMILARITY, MANN_ACCESS_WRITE, ".write"},
    {"write_content", MANN_ROLE_CONTENT, MANN_ACCESS_WRITE, ".write"},
    {"write_gated", MANN_ROLE_GATED, MANN_ACCESS_WRITE, ".write"},
    {"write_shifted", MANN_ROLE_SHIFTED, MANN_ACCESS_WRITE, ".write"},
    {"write_weights", MANN_ROLE_WEIGHTING, MANN_ACCESS_WRITE, ".write"},
    {"read_key", MANN_ROLE_KEY, MANN_ACCESS_READ, ".read"},
    {"read_strength", MANN_ROLE_STRENGTH, MANN_ACCESS_READ, ".read"},
    {"read_gate", MANN_ROLE_GATE, MANN_ACCESS_READ, ".read"},
    {"read_shift", MANN_ROLE_SHIFT, MANN_ACCESS_READ, ".read"},
    {"read_sharpening", MANN_ROLE_SHARPENING, MANN_ACCESS_READ, ".read"},
    {"read_similarity", MANN_ROLE_SIMILARITY, MANN_ACCESS_READ, ".read"},
    {"read_content", MANN_ROLE_CONTENT, MANN_ACCESS_READ, ".read"},
    {"read_gated", MANN_ROLE_GATED, MANN_ACCESS_READ, ".read"},
    {"read_shifted", MANN_ROLE_SHIFTED, MANN_ACCESS_READ, ".read"},
    {"read_weights", MANN_ROLE_WEIGHTING, MANN_ACCESS_READ, ".read"},
    {"erase", MANN_ROLE_ERASE, MANN_ACCESS_WRITE, ".write"},
    {"add", MANN_ROLE_ADD, MANN_ACCESS_WRITE, ".write"},
    {"reads", MANN_ROLE_READ, MANN_ACCESS_READ, ".read"},
};

void mann_trace_known(mann_trace_array *array)
{
    size_t end = strlen(array->name);
    while (end > 0 && isdigit((unsigned char)array->name[end - 1])) {
        end--;
    }
    const char *number = array->name + end;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        bool same = strlen(known[i].name) == end && !strncmp(known[i].name, array->name, end);
        if (!same || (*number && !known[i].part)) {
            continue;
        }
        array->role = known[i].role;
        array->access = known[i].access;
        if (known[i].part) {
            snprintf(array->group, sizeof array->group, "memory%.8s%s", number, known[i].part);
        }
    }
}
