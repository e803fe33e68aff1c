/* Titles by role. */
#include "show/title.h"
#include "show/episode.h"

#include <ctype.h>
#include <stdio.h>

/* Those in small letters are said with what the heads do: "Read key". */
static const char *const titles[MANN_ROLES] = {
    [MANN_ROLE_INPUT] = "Inputs",
    [MANN_ROLE_TARGET] = "Targets",
    [MANN_ROLE_OUTPUT] = "Outputs",
    [MANN_ROLE_MASK] = "Steps that count",
    [MANN_ROLE_ERROR] = "Errors",
    [MANN_ROLE_OPTIMAL] = "Optimal prediction",
    [MANN_ROLE_OPTIMAL_COST] = "Optimal cost, bits",
    [MANN_ROLE_HIDDEN] = "Controller state",
    [MANN_ROLE_MEMORY] = "Memory",
    [MANN_ROLE_ASSOCIATION] = "Associations",
    [MANN_ROLE_PATTERN] = "Patterns",
    [MANN_ROLE_KEY] = "key",
    [MANN_ROLE_STRENGTH] = "strength",
    [MANN_ROLE_GATE] = "gate",
    [MANN_ROLE_SHIFT] = "shift",
    [MANN_ROLE_SHARPENING] = "sharpening",
    [MANN_ROLE_SIMILARITY] = "similarity",
    [MANN_ROLE_CONTENT] = "content",
    [MANN_ROLE_GATED] = "gated",
    [MANN_ROLE_SHIFTED] = "shifted",
    [MANN_ROLE_WEIGHTING] = "weights",
    [MANN_ROLE_ERASE] = "Erases",
    [MANN_ROLE_ADD] = "Adds",
    [MANN_ROLE_READ] = "Reads",
    [MANN_ROLE_USAGE] = "Usage",
    [MANN_ROLE_ALLOCATION] = "Allocation",
    [MANN_ROLE_FREE] = "Free gates",
    [MANN_ROLE_PRECEDENCE] = "Precedence",
    [MANN_ROLE_LINK] = "Link",
    [MANN_ROLE_MODE] = "mode",
    [MANN_ROLE_PUSH] = "Push",
    [MANN_ROLE_POP] = "Pop",
    [MANN_ROLE_STATE] = "State",
    [MANN_ROLE_SETTLING] = "State as it settles",
    [MANN_ROLE_ENERGY] = "Energy",
    [MANN_ROLE_HALTING] = "Halting",
    [MANN_ROLE_SPENT] = "Steps spent",
    [MANN_ROLE_ATTENTION] = "Attention",
    [MANN_ROLE_POINTER] = "Pointer",
    [MANN_ROLE_QUESTION] = "Question",
    [MANN_ROLE_ANSWER] = "Answer",
    [MANN_ROLE_SUPPORT] = "Support",
    [MANN_ROLE_POSITION] = "Positions",
    [MANN_ROLE_EDGE] = "Edges",
    [MANN_ROLE_LABEL] = "Classes",
    [MANN_ROLE_ACTION] = "Action",
    [MANN_ROLE_CIRCUIT] = "Circuit",
    [MANN_ROLE_CALL] = "Calls",
    [MANN_ROLE_CELL] = "Cells",
};

void mann_value_title(const mann_trace_array *array, char title[80])
{
    static const char *const does[] = {
        [MANN_ACCESS_NONE] = "", [MANN_ACCESS_WRITE] = "write ", [MANN_ACCESS_READ] = "read "};
    const char *known = titles[array->role];
    bool small = known && islower((unsigned char)*known);
    char owner[MANN_GROUP_SIZE];
    mann_episode_owner(array, owner);
    int32_t memory = mann_episode_memory(owner);
    snprintf(title, 80, memory > 1 && known ? "%s%s, memory %d" : "%s%s",
             small ? does[array->access] : "", known ? known : array->name, memory);
    for (char *c = title; !known && *c; c++) {
        *c = *c == '_' ? ' ' : *c;
    }
    title[0] = (char)toupper((unsigned char)title[0]);
}
