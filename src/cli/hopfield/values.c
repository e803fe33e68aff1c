/* The values of options that take more than a word or a number. */
#include "cli/hopfield/command.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static mann_status usage(mann_hopfield_job *job, const char *option, const char *text,
                         const char *wanted)
{
    return mann_fail(job->context, MANN_E_INVAL, "--%s: '%s' is not %s", option, text, wanted);
}

mann_status hopfield_take_name(mann_context *context, const char *option, const char *what,
                               const char *text, const char *const *names, int32_t count,
                               int32_t *index)
{
    char list[256] = "";
    size_t used = 0;
    for (int32_t i = 0; i < count; i++) {
        if (!strcmp(text, names[i])) {
            *index = i;
            return MANN_OK;
        }
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", names[i]);
    }
    const char *near = mann_nearest(text, names, (size_t)count);
    return mann_fail(context, MANN_E_INVAL, "--%s: unknown %s '%s'%s%s%s; it is one of %s", option,
                     what, text, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "",
                     list);
}

mann_status hopfield_take_patterns(mann_hopfield_job *job, const char *text)
{
    if (!*text) {
        return usage(job, "patterns", text, "a file, a folder, or random:1000x100");
    }
    job->source = text;
    job->random = !strncmp(text, "random:", 7);
    if (!job->random) {
        return MANN_OK;
    }
    char *end, *stop;
    errno = 0;
    long units = strtol(text + 7, &end, 10);
    long count = *end == 'x' ? strtol(end + 1, &stop, 10) : 0;
    if (end == text + 7 || *end != 'x' || stop == end + 1 || *stop || errno) {
        return usage(job, "patterns", text, "random:UNITSxPATTERNS, as in random:1000x100");
    }
    if (units < 2 || units > 1 << 20) {
        return mann_fail(
            job->context, MANN_E_INVAL,
            "--patterns: %s: %ld units; a network has 2..%d (a unit has no coupling to "
            "itself)",
            text, units, 1 << 20);
    }
    if (count < 1 || count > 1 << 24) {
        return mann_fail(job->context, MANN_E_INVAL,
                         "--patterns: %s: %ld patterns is outside 1..%d", text, count, 1 << 24);
    }
    job->units = (int32_t)units;
    job->count = (int32_t)count;
    return MANN_OK;
}

static mann_status parse_rule(mann_hopfield_job *job, const char *text)
{
    if (job->n_rules == MANN_JOB_RULES) {
        return mann_fail(job->context, MANN_E_INVAL, "--rule: more than %d rules", MANN_JOB_RULES);
    }
    char name[24];
    size_t length = strcspn(text, ":");
    if (length >= sizeof name) {
        return usage(job, "rule", text, "a rule");
    }
    memcpy(name, text, length);
    name[length] = 0;
    int32_t index = 0;
    mann_status status = hopfield_take_name(job->context, "rule", "rule", name,
                                            mann_hopfield_rule_names, MANN_HOPFIELD_RULES, &index);
    if (status) {
        return status;
    }
    mann_hopfield_options *rule = &job->rule[job->n_rules];
    *rule = (mann_hopfield_options){.rule = (mann_hopfield_rule)index};
    if (text[length] == ':') {
        if (rule->rule != MANN_HOPFIELD_DENSE) {
            return mann_fail(job->context, MANN_E_INVAL, "--rule: %s: only dense has an order",
                             text);
        }
        char *end;
        long order = strtol(text + length + 1, &end, 10);
        if (end == text + length + 1 || *end || order < 1 || order > 64) {
            return usage(job, "rule", text, "dense:ORDER with an order in 1..64");
        }
        rule->order = (int32_t)order;
    }
    char *shown = job->rule_name[job->n_rules++];
    if (rule->rule == MANN_HOPFIELD_DENSE) {
        rule->order = rule->order ? rule->order : 3;
        snprintf(shown, sizeof job->rule_name[0], "dense:%d", rule->order);
    } else {
        snprintf(shown, sizeof job->rule_name[0], "%s", name);
    }
    return MANN_OK;
}

mann_status hopfield_take_rules(mann_hopfield_job *job, const char *text)
{
    mann_status status = MANN_OK;
    job->n_rules = 0;
    while (!status) {
        char one[64];
        size_t length = strcspn(text, ",");
        if (length >= sizeof one) {
            return usage(job, "rule", text, "a list of rules");
        }
        memcpy(one, text, length);
        one[length] = 0;
        status = parse_rule(job, one);
        if (!text[length]) {
            break;
        }
        text += length + 1;
    }
    return status;
}

static mann_status push_value(mann_hopfield_job *job, mann_hopfield_axis *axis, double value)
{
    if (axis->count == MANN_JOB_VALUES) {
        return mann_fail(job->context, MANN_E_INVAL, "--sweep: more than %d values",
                         MANN_JOB_VALUES);
    }
    axis->value[axis->count++] = value;
    return MANN_OK;
}

/* A:B:STEP, or A,B,... */
static mann_status parse_values(mann_hopfield_job *job, const char *text, mann_hopfield_axis *axis)
{
    double part[3];
    int parts = 0;
    const char *p = text;
    char separator = strchr(text, ':') ? ':' : ',';
    mann_status status = MANN_OK;
    while (!status) {
        char *end;
        double value = strtod(p, &end);
        if (end == p || (*end && *end != separator) || !isfinite(value) ||
            (separator == ':' && parts == 3)) {
            return usage(job, "sweep", text, "FROM:TO:STEP or a list A,B,...");
        }
        if (separator == ':') {
            part[parts++] = value;
        } else {
            status = push_value(job, axis, value);
        }
        if (!*end) {
            break;
        }
        p = end + 1;
    }
    if (status || separator == ',') {
        return status;
    }
    if (parts != 3 || part[2] == 0 || (part[1] - part[0]) / part[2] < 0) {
        return usage(job, "sweep", text, "FROM:TO:STEP with a step that leads from FROM to TO");
    }
    double steps = floor((part[1] - part[0]) / part[2] + 1e-9);
    for (int32_t i = 0; !status && i <= steps; i++) {
        /* 0.30000000000000004 is 0.3 */
        char text_of_value[32];
        snprintf(text_of_value, sizeof text_of_value, "%.12g", part[0] + i * part[2]);
        status = push_value(job, axis, strtod(text_of_value, NULL));
    }
    return status;
}

mann_status hopfield_take_sweep(mann_hopfield_job *job, const char *text)
{
    char key[24];
    size_t length = strcspn(text, "=");
    if (text[length] != '=' || length >= sizeof key) {
        return usage(job, "sweep", text, "KEY=FROM:TO:STEP or KEY=A,B,...");
    }
    if (job->n_axes == 2) {
        return mann_fail(job->context, MANN_E_INVAL, "--sweep: at most two keys can be swept");
    }
    memcpy(key, text, length);
    key[length] = 0;
    mann_hopfield_axis *axis = &job->axis[job->n_axes];
    int32_t index = MANN_HOPFIELD_KEY_UNITS;
    mann_status status = MANN_OK;
    if (strcmp(key, "units") && strcmp(key, "N")) {
        status = hopfield_take_name(job->context, "sweep", "key", key, mann_hopfield_key_names,
                                    MANN_HOPFIELD_KEYS, &index);
    }
    axis->key = (mann_hopfield_key)index;
    axis->count = 0;
    if (!status && job->n_axes == 1 && job->axis[0].key == axis->key) {
        status = mann_fail(job->context, MANN_E_INVAL, "--sweep: %s is swept twice", key);
    }
    if (!status) {
        status = parse_values(job, text + length + 1, axis);
    }
    if (!status && job->n_axes == 1 && axis->count > MANN_JOB_CURVES) {
        status = mann_fail(job->context, MANN_E_INVAL, "--sweep: %d curves; at most %d",
                           axis->count, MANN_JOB_CURVES);
    }
    job->n_axes += !status;
    return status;
}
