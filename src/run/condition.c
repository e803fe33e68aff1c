/* Conditions on scores: METRIC <= BOUND or METRIC >= BOUND, with @SETTING where it applies to one
 * of several evaluations; several are joined by commas. */
#include <mann/run.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static mann_status wrong_form(mann_context *context, const char *text)
{
    return mann_fail(context, MANN_E_INVAL,
                     "'%s' is not a condition; write METRIC<=NUMBER or METRIC>=NUMBER, such as "
                     "wrong_bits<=0.1 or wrong_bits<=0.1@20",
                     text);
}

static mann_status parse_one(mann_context *context, const char *text, size_t length,
                             mann_condition *condition)
{
    char word[192];
    if (length >= sizeof word) {
        return wrong_form(context, text);
    }
    memcpy(word, text, length);
    word[length] = '\0';
    size_t name = strcspn(word, "<>=");
    const char *bound = word + name;
    if (!name || name >= sizeof condition->metric || (bound[0] != '<' && bound[0] != '>') ||
        bound[1] != '=') {
        return wrong_form(context, word);
    }
    *condition = (mann_condition){.at_most = bound[0] == '<'};
    memcpy(condition->metric, word, name);
    char *end;
    condition->bound = strtod(bound + 2, &end);
    if (end == bound + 2 || !isfinite(condition->bound) || (*end && *end != '@') ||
        (*end == '@' && (!end[1] || strlen(end + 1) >= sizeof condition->at))) {
        return wrong_form(context, word);
    }
    if (*end == '@') {
        strcpy(condition->at, end + 1);
    }
    return MANN_OK;
}

mann_status mann_conditions_parse(mann_context *context, const char *text,
                                  mann_conditions *conditions)
{
    conditions->count = 0;
    for (;;) {
        if (conditions->count == MANN_MAX_CONDITIONS) {
            return mann_fail(context, MANN_E_INVAL, "more than %d conditions in '%s'",
                             MANN_MAX_CONDITIONS, text);
        }
        size_t length = strcspn(text, ",");
        mann_status status =
            parse_one(context, text, length, &conditions->condition[conditions->count]);
        if (status) {
            return status;
        }
        conditions->count++;
        if (!text[length]) {
            return MANN_OK;
        }
        text += length + 1;
    }
}

mann_status mann_condition_check(mann_context *context, const mann_condition *condition,
                                 const mann_score *score)
{
    const char *names[MANN_MAX_METRICS];
    char list[MANN_MAX_METRICS * 32] = "";
    for (int32_t i = 0; i < score->count; i++) {
        names[i] = score->metric[i].name;
        if (!strcmp(names[i], condition->metric)) {
            return MANN_OK;
        }
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", names[i]);
    }
    const char *near = mann_nearest(condition->metric, names, (size_t)score->count);
    return mann_fail(context, MANN_E_INVAL, "this task has no metric '%s'%s%s%s (it has %s)",
                     condition->metric, near ? "; did you mean '" : "", near ? near : "",
                     near ? "'?" : "", list);
}

bool mann_condition_holds(const mann_condition *condition, const mann_score *score)
{
    double value = mann_score_get(score, condition->metric);
    return condition->at_most ? value <= condition->bound : value >= condition->bound;
}
