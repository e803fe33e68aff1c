/* Traces, in memory and as files; hostile and damaged ones as those of safetensors. */
#include "fixture.h"

#include <io/file.h>
#include <io/safetensors.h>
#include <mann/trace.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static mann_trace *make_trace(void)
{
    mann_trace *trace = mann_trace_alloc(context);
    assert_non_null(trace);
    strcpy(trace->run, "copy-1");
    strcpy(trace->task, "copy");
    strcpy(trace->model, "ntm 128\xc3\x97"
                         "20");
    trace->seed = UINT64_MAX;
    trace->index = 7;
    trace->step = 1500;
    trace->steps = 5;
    trace->length = 2;
    trace->target = MANN_TARGET_CLASS;
    mann_trace_note(trace, "input", false, 0, 2);
    mann_trace_note(trace, "query", true, 4, 4);
    static const int32_t n[] = {2, 3};
    static const char *const axis[] = {"head", "location"};
    for (int kind = MANN_KIND_BITS; kind <= MANN_KIND_ENERGY; kind++) {
        char name[32];
        snprintf(name, sizeof name, "array %d", kind);
        mann_trace_array *array =
            mann_trace_add(context, trace, name, (mann_kind)kind, kind % 3, n, axis);
        assert_non_null(array);
        array->role = (mann_role)(MANN_ROLES - 1 - kind);
        array->access = (mann_access)(kind % 3);
        strcpy(array->group, kind % 2 ? "memory2.read" : "");
        for (int i = 0; i < 5; i++) {
            array->data[i] = (float)(i + kind);
        }
        array->data[0] = NAN;
    }
    return trace;
}

static void assert_same_trace(const mann_trace *a, const mann_trace *b)
{
    assert_string_equal(a->run, b->run);
    assert_string_equal(a->task, b->task);
    assert_string_equal(a->model, b->model);
    assert_true(a->seed == b->seed && a->index == b->index);
    assert_true(a->step == b->step && a->sequences == b->sequences);
    assert_int_equal(a->steps, b->steps);
    assert_int_equal(a->length, b->length);
    assert_int_equal(a->target, b->target);
    assert_int_equal(a->notes.count, b->notes.count);
    for (int32_t i = 0; i < a->notes.count; i++) {
        assert_string_equal(a->notes.span[i].name, b->notes.span[i].name);
        assert_int_equal(a->notes.span[i].mark, b->notes.span[i].mark);
        assert_int_equal(a->notes.span[i].first, b->notes.span[i].first);
        assert_int_equal(a->notes.span[i].last, b->notes.span[i].last);
    }
    assert_int_equal(a->count, b->count);
    for (int32_t i = 0; i < a->count; i++) {
        const mann_trace_array *x = &a->array[i], *y = &b->array[i];
        assert_string_equal(x->name, y->name);
        assert_int_equal(x->kind, y->kind);
        assert_int_equal(x->role, y->role);
        assert_int_equal(x->access, y->access);
        assert_string_equal(x->group, y->group);
        assert_int_equal(x->rank, y->rank);
        assert_memory_equal(x->n, y->n, sizeof x->n);
        assert_memory_equal(x->axis, y->axis, sizeof x->axis);
        size_t size = 1;
        for (int32_t j = 0; j < x->rank; j++) {
            size *= (size_t)x->n[j];
        }
        assert_memory_equal(x->data, y->data, size * sizeof *x->data);
    }
}

static void trace_round_trip(void **state)
{
    (void)state;
    const char *path = in_folder("t.safetensors");
    mann_trace *trace = make_trace(), *loaded;
    assert_int_equal(mann_trace_save(context, trace, path), MANN_OK);
    assert_int_equal(mann_trace_load(context, path, &loaded), MANN_OK);
    assert_same_trace(trace, loaded);
    assert_non_null(mann_trace_find(loaded, "array 4"));
    assert_string_equal(mann_trace_find(loaded, "array 5")->axis[2], "location");
    assert_null(mann_trace_find(loaded, "array 9"));
    mann_trace_free(loaded);

    /* A path that is no UTF-8 does not cost the trace. */
    strcpy(trace->run, "caf\xe9");
    assert_int_equal(mann_trace_save(context, trace, path), MANN_OK);
    assert_int_equal(mann_trace_load(context, path, &loaded), MANN_OK);
    assert_string_equal(loaded->run, "caf?");
    mann_trace_free(loaded);
    mann_trace_free(trace);
    mann_trace_free(NULL);
}

static void trace_building(void **state)
{
    (void)state;
    mann_trace *trace = make_trace();
    static const int32_t n[] = {3, 3, 3}, none[] = {0}, huge[] = {INT32_MAX, INT32_MAX, INT32_MAX};
    static const char *const axis[] = {"a", "b", "c"}, *const tall[] = {"longer than twenty-three"};
    int32_t count = trace->count;
    assert_null(mann_trace_add(context, trace, "array 0", MANN_KIND_BITS, 1, n, axis));
    assert_message("'array 0': the name is used twice");
    assert_null(mann_trace_add(context, trace, "", MANN_KIND_BITS, 1, n, axis));
    assert_null(mann_trace_add(context, trace, "x", (mann_kind)99, 1, n, axis));
    assert_null(mann_trace_add(context, trace, "x", MANN_KIND_BITS, 4, n, axis));
    assert_null(mann_trace_add(context, trace, "x", MANN_KIND_BITS, -1, n, axis));
    assert_null(mann_trace_add(context, trace, "x", MANN_KIND_BITS, 1, none, axis));
    assert_null(mann_trace_add(context, trace, "x", MANN_KIND_BITS, 3, huge, axis));
    assert_null(mann_trace_add(context, trace, "x", MANN_KIND_BITS, 1, n, tall));
    assert_null(mann_trace_add(context, trace, "a name of forty-eight bytes, which is one too many",
                               MANN_KIND_BITS, 1, n, axis));
    assert_int_equal(trace->count, count);

    mann_trace_note(trace, "cut", true, -5, 100);
    assert_int_equal(trace->notes.span[2].first, 0);
    assert_int_equal(trace->notes.span[2].last, 4);
    mann_trace_note(trace, "nothing", true, 3, 2);
    mann_trace_note(trace, "outside", true, 5, 9);
    assert_int_equal(trace->notes.count, 3);
    char tail[64] = "";
    for (int i = 0; i < 20; i++) {
        strcat(tail, "\xc3\x97");
    }
    mann_trace_note(trace, tail, true, 0, 0);
    assert_int_equal(strlen(trace->notes.span[3].name), 30);
    for (int i = 0; i < 2 * MANN_MAX_NOTES; i++) {
        mann_trace_note(trace, "many", true, 0, 0);
    }
    assert_int_equal(trace->notes.count, MANN_MAX_NOTES);

    const char *path = in_folder("contradiction");
    trace->steps = 6;
    assert_int_equal(mann_trace_save(context, trace, path), MANN_E_INVAL);
    trace->steps = 5;
    trace->notes.span[0].last = 5;
    assert_int_equal(mann_trace_save(context, trace, path), MANN_E_INVAL);
    trace->notes.span[0].last = 4;
    trace->step = -2;
    assert_int_equal(mann_trace_save(context, trace, path), MANN_E_INVAL);
    trace->step = -1;
    trace->array[0].role = MANN_ROLES;
    assert_int_equal(mann_trace_save(context, trace, path), MANN_E_INVAL);
    trace->array[0].role = MANN_ROLE_NONE;
    assert_int_equal(mann_trace_save(context, trace, path), MANN_OK);
    mann_trace_free(trace);
}

static json_t *make_metadata(const char *version, const char *arrays)
{
    json_t *made =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
                  "format", "mann.trace", "version", version, "run", "r", "task", "t", "model", "m",
                  "seed", "1", "index", "0", "step", "-1", "sequences", "0", "steps", "2", "length",
                  "1", "target", "bits", "notes", "[]", "arrays", arrays);
    assert_non_null(made);
    return made;
}

/* A trace of one array "w" [2, 3] with one metadata string changed, or removed if value is NULL. */
static void assert_trace_of(const char *version, const char *key, const char *value,
                            const char *reason)
{
    const char *path = in_folder("bad-trace");
    float w[6] = {0};
    mann_stored tensor = {"w", MANN_F32, 2, {2, 3}, w, sizeof w};
    json_t *metadata =
        make_metadata(version, "{\"w\":{\"kind\":\"signed\",\"axes\":[\"step\",\"word\"]}}");
    if (key && value) {
        json_object_set_new(metadata, key, json_string(value));
    } else if (key) {
        json_object_del(metadata, key);
    }
    assert_int_equal(mann_archive_save(context, path, 1, &tensor, metadata), MANN_OK);
    json_decref(metadata);
    mann_trace *trace;
    mann_status status = mann_trace_load(context, path, &trace);
    if (!reason) {
        assert_int_equal(status, MANN_OK);
        mann_trace_free(trace);
        return;
    }
    assert_int_equal(status, MANN_E_FORMAT);
    assert_null(trace);
    assert_message(path);
    assert_message(reason);
}

/* Of version 1. */
static void assert_trace_refused(const char *key, const char *value, const char *reason)
{
    assert_trace_of("1", key, value, reason);
}

static void trace_hostile(void **state)
{
    (void)state;
    static const char *const keys[] = {"version", "run",       "task",  "model", "seed",
                                       "index",   "step",      "notes", "steps", "length",
                                       "target",  "sequences", "arrays"};
    assert_trace_refused(NULL, NULL, NULL);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        assert_trace_refused(keys[i], NULL, keys[i]);
    }
    assert_trace_refused("format", NULL, "not a trace");
    assert_trace_refused("format", "mann.checkpoint", "not a trace");
    assert_trace_refused("version", "3", "version");
    assert_trace_refused("extra", "", "'extra': unknown");
    assert_trace_refused("seed", "-1", "seed");
    assert_trace_refused("seed", "18446744073709551616", "seed");
    assert_trace_refused("seed", " 1", "seed");
    assert_trace_refused("seed", "01", "seed");
    assert_trace_refused("index", "", "index");
    assert_trace_refused("step", "-2", "step");
    assert_trace_refused("step", "9223372036854775808", "step");
    assert_trace_refused("steps", "0", "steps");
    assert_trace_refused("steps", "3", "steps");
    assert_trace_refused("steps", "2147483648", "steps");
    assert_trace_refused("length", "1e3", "length");
    assert_trace_refused("target", "bit", "target");
    char long_run[200];
    memset(long_run, 'r', sizeof long_run);
    long_run[128] = 0;
    assert_trace_refused("run", long_run, "run: too long");

    assert_trace_refused("notes", "{}", "notes");
    assert_trace_refused("notes", "[", "notes");
    assert_trace_refused("notes", "[1]", "notes");
#define NOTE(name, mark, first, last)                                                              \
    "[{\"name\":" name ",\"mark\":" mark ",\"first\":" first ",\"last\":" last "}]"
    assert_trace_refused("notes", NOTE("\"a\"", "true", "0", "1"), NULL);
    assert_trace_refused("notes", NOTE("\"a\"", "true", "0", "2"), "'a': outside");
    assert_trace_refused("notes", NOTE("\"a\"", "true", "-1", "1"), "outside");
    assert_trace_refused("notes", NOTE("\"a\"", "true", "1", "0"), "outside");
    assert_trace_refused("notes", NOTE("\"a\"", "true", "0", "4294967296"), "outside");
    assert_trace_refused("notes", NOTE("\"a\"", "1", "0", "1"), "notes");
    assert_trace_refused("notes", NOTE("3", "true", "0", "1"), "notes");
    assert_trace_refused("notes", NOTE("\"a\"", "true", "0.5", "1"), "notes");
    assert_trace_refused("notes", NOTE("\"a\",\"x\":1", "true", "0", "1"), "notes");
    assert_trace_refused("notes", NOTE("\"a name of thirty-two bytes, or so\"", "true", "0", "1"),
                         "longer");
    char many[8000] = "[";
    for (int i = 0; i < 65; i++) {
        strcat(many, i ? "," : "");
        strcat(many, "{\"name\":\"a\",\"mark\":true,\"first\":0,\"last\":1}");
    }
    strcat(many, "]");
    assert_trace_refused("notes", many, "64");

    assert_trace_refused("arrays", "[]", "arrays");
    assert_trace_refused("arrays", "{}", "arrays");
    assert_trace_refused("arrays", "{", "arrays: character");
    assert_trace_refused("arrays", "{\"v\":{\"kind\":\"signed\",\"axes\":[\"step\",\"word\"]}}",
                         "'w': the metadata");
#define ARRAY(kind, axes) "{\"w\":{\"kind\":\"" kind "\",\"axes\":[" axes "]}}"
    assert_trace_refused("arrays", ARRAY("sign", "\"step\",\"word\""), "'w'");
    assert_trace_refused("arrays", ARRAY("signed", "\"step\""), "'w': not one axis");
    assert_trace_refused("arrays", ARRAY("signed", "\"word\",\"step\""), "'w'");
    assert_trace_refused("arrays", ARRAY("signed", "\"step\",1"), "'w'");
    assert_trace_refused("arrays", ARRAY("signed", "\"step\",\"longer than twenty-three\""),
                         "'w': an axis");
    assert_trace_refused("arrays", "{\"w\":1}", "'w'");
    assert_trace_refused("arrays", "{\"w\":{\"kind\":\"bits\",\"axes\":[\"step\",\"a\"],\"x\":1}}",
                         "'w'");
}

/* Version 2 says of each array what it is for. */
static void trace_roles(void **state)
{
    (void)state;
#define TOLD(role, access, group)                                                                  \
    "{\"w\":{\"kind\":\"signed\",\"axes\":[\"step\",\"word\"],\"role\":" role                      \
    ",\"access\":" access ",\"group\":" group "}}"
    static const struct {
        const char *arrays, *reason;
    } cases[] = {
        {TOLD("\"key\"", "\"read\"", "\"memory.read\""), NULL},
        {TOLD("\"none\"", "\"none\"", "\"\""), NULL},
        {TOLD("\"lock\"", "\"read\"", "\"memory.read\""), "'w': its role"},
        {TOLD("\"key\"", "\"both\"", "\"memory.read\""), "'w': its role"},
        {TOLD("1", "\"read\"", "\"memory.read\""), "'w': its role"},
        {TOLD("\"key\"", "\"read\"", "null"), "'w': its role"},
        {TOLD("\"key\"", "\"read\"", "\"a group of forty-eight bytes, which is one too many\""),
         "47 bytes"},
        {"{\"w\":{\"kind\":\"signed\",\"axes\":[\"step\",\"word\"]}}", "{kind, axes, role"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_trace_of("2", "arrays", cases[i].arrays, cases[i].reason);
    }
    assert_trace_refused("arrays", cases[0].arrays, "{kind, axes}");
}

/* Names told it before; a number is the memory's. */
static void old_names_have_roles(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        mann_role role;
        mann_access access;
        const char *group;
    } cases[] = {
        {"input", MANN_ROLE_INPUT, MANN_ACCESS_NONE, ""},
        {"hidden", MANN_ROLE_HIDDEN, MANN_ACCESS_NONE, ""},
        {"memory", MANN_ROLE_MEMORY, MANN_ACCESS_NONE, "memory"},
        {"memory2", MANN_ROLE_MEMORY, MANN_ACCESS_NONE, "memory2"},
        {"write_weights", MANN_ROLE_WEIGHTING, MANN_ACCESS_WRITE, "memory.write"},
        {"read_gate3", MANN_ROLE_GATE, MANN_ACCESS_READ, "memory3.read"},
        {"add2", MANN_ROLE_ADD, MANN_ACCESS_WRITE, "memory2.write"},
        {"store_rows", MANN_ROLE_MEMORY, MANN_ACCESS_NONE, "memory"},
        {"input2", MANN_ROLE_NONE, MANN_ACCESS_NONE, ""},
        {"ready", MANN_ROLE_NONE, MANN_ACCESS_NONE, ""},
        {"7", MANN_ROLE_NONE, MANN_ACCESS_NONE, ""},
    };
    const char *path = in_folder("old-names");
    float w[6] = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mann_stored tensor = {"", MANN_F32, 2, {2, 3}, w, sizeof w};
        strcpy(tensor.name, cases[i].name);
        char arrays[128];
        snprintf(arrays, sizeof arrays, "{\"%s\":{\"kind\":\"signed\",\"axes\":[\"step\",\"a\"]}}",
                 cases[i].name);
        json_t *metadata = make_metadata("1", arrays);
        assert_int_equal(mann_archive_save(context, path, 1, &tensor, metadata), MANN_OK);
        json_decref(metadata);
        mann_trace *trace;
        assert_int_equal(mann_trace_load(context, path, &trace), MANN_OK);
        assert_int_equal(trace->array[0].role, cases[i].role);
        assert_int_equal(trace->array[0].access, cases[i].access);
        assert_string_equal(trace->array[0].group, cases[i].group);
        assert_ptr_equal(mann_trace_role(trace, cases[i].role), &trace->array[0]);
        mann_trace_free(trace);
    }
}

static void trace_damage(void **state)
{
    (void)state;
    const char *path = in_folder("trace-whole"), *damaged = in_folder("trace-damaged");
    mann_trace *trace = make_trace(), *loaded;
    assert_int_equal(mann_trace_save(context, trace, path), MANN_OK);
    mann_trace_free(trace);
    char *bytes;
    size_t size;
    assert_int_equal(mann_file_read(context, path, 100000, &bytes, &size), MANN_OK);
    for (size_t i = 0; i < size; i++) {
        char kept = bytes[i];
        bytes[i] ^= (char)(1 << random_below(8));
        put(damaged, bytes, size);
        mann_status status = mann_trace_load(context, damaged, &loaded);
        assert_true(status == MANN_OK || status == MANN_E_FORMAT);
        assert_true(!status == !!loaded);
        mann_trace_free(loaded);
        put(damaged, bytes, i);
        assert_int_equal(mann_trace_load(context, damaged, &loaded), MANN_E_FORMAT);
        bytes[i] = kept;
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trace_round_trip),     cmocka_unit_test(trace_building),
        cmocka_unit_test(trace_hostile),        cmocka_unit_test(trace_roles),
        cmocka_unit_test(old_names_have_roles), cmocka_unit_test(trace_damage),
    };
    return cmocka_run_group_tests_name("trace", tests, folder_begin, folder_end);
}
