/* safetensors files.
 *
 * The hostile half writes damaged files and asks that each is refused with its path and a reason;
 * random damage must at least never crash, nor hand out a tensor that is not there (run this under
 * -fsanitize=address,undefined). */
#include "fixture.h"

#include <io/file.h>
#include <io/json.h>
#include <io/safetensors.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void store_round_trip(void **state)
{
    (void)state;
    const char *path = in_folder("s.safetensors");
    float f[6] = {1, 2, 3, NAN, INFINITY, -0.0f};
    double d[1] = {3.5};
    int32_t i[3] = {-1, 0, INT32_MAX};
    int64_t l[2] = {INT64_MIN, 7};
    uint64_t u[1] = {UINT64_MAX};
    mann_stored tensor[] = {
        {"weights", MANN_F32, 2, {2, 3}, f, sizeof f},
        {"scalar", MANN_F64, 0, {0}, d, sizeof d},
        {"ints", MANN_I32, 1, {3}, i, sizeof i},
        {"empty", MANN_F32, 3, {4, 0, 2}, NULL, 0},
        {"longs", MANN_I64, 1, {2}, l, sizeof l},
        {"\xc3\x97", MANN_U64, 8, {1, 1, 1, 1, 1, 1, 1, 1}, u, sizeof u},
    };
    enum { COUNT = sizeof tensor / sizeof tensor[0] };
    json_t *metadata = json_pack("{s:s, s:s}", "a", "alpha", "b", "\"quoted\" {}\n");
    assert_int_equal(mann_archive_save(context, path, COUNT, tensor, metadata), MANN_OK);
    json_decref(metadata);

    mann_archive *archive;
    assert_int_equal(mann_archive_open(context, path, &archive), MANN_OK);
    assert_int_equal(mann_archive_count(archive), COUNT);
    for (int k = 0; k < COUNT; k++) {
        const mann_stored *found = mann_archive_find(archive, tensor[k].name);
        assert_non_null(found);
        assert_int_equal(found->dtype, tensor[k].dtype);
        assert_int_equal(found->rank, tensor[k].rank);
        assert_memory_equal(found->shape, tensor[k].shape, sizeof(int64_t) * (size_t)found->rank);
        assert_int_equal(found->bytes, tensor[k].bytes);
        assert_int_equal((uintptr_t)found->data % 64, 0);
        assert_non_null(found->data);
        if (found->bytes) {
            assert_memory_equal(found->data, tensor[k].data, found->bytes);
        }
    }
    /* Wide elements first, else as given. */
    assert_string_equal(mann_archive_tensor(archive, 0)->name, "scalar");
    assert_string_equal(mann_archive_tensor(archive, COUNT - 1)->name, "empty");
    assert_null(mann_archive_find(archive, "none"));
    assert_string_equal(mann_archive_metadata(archive, "a"), "alpha");
    assert_string_equal(mann_archive_metadata(archive, "b"), "\"quoted\" {}\n");
    assert_null(mann_archive_metadata(archive, "c"));
    assert_int_equal(json_object_size(mann_archive_metadata_all(archive)), 2);
    mann_archive_close(archive);
    mann_archive_close(NULL);

    char *bytes;
    size_t size;
    assert_int_equal(mann_file_read(context, path, 10000, &bytes, &size), MANN_OK);
    uint64_t length;
    memcpy(&length, bytes, 8);
    assert_int_equal((8 + length) % 64, 0);
    free(bytes);

    assert_int_equal(mann_archive_save(context, path, 0, NULL, NULL), MANN_OK);
    assert_int_equal(mann_archive_open(context, path, &archive), MANN_OK);
    assert_int_equal(mann_archive_count(archive), 0);
    assert_null(mann_archive_metadata(archive, "a"));
    assert_null(mann_archive_metadata_all(archive));
    mann_archive_close(archive);
}

static void store_refuses_to_save(void **state)
{
    (void)state;
    const char *path = in_folder("refused");
    float f[4] = {0};
    mann_stored good = {"good", MANN_F32, 2, {2, 2}, f, sizeof f};
    mann_stored bad[2];
    json_t *number = json_pack("{s:i}", "n", 1);
    assert_int_equal(mann_archive_save(context, path, 1, &good, number), MANN_E_INVAL);
    json_decref(number);

    bad[0] = bad[1] = good; /* one name twice */
    assert_int_equal(mann_archive_save(context, path, 2, bad, NULL), MANN_E_INVAL);
    assert_message("good");
#define REFUSED(change)                                                                            \
    bad[0] = good;                                                                                 \
    change;                                                                                        \
    assert_int_equal(mann_archive_save(context, path, 1, bad, NULL), MANN_E_INVAL)
    REFUSED(bad[0].bytes = 12);
    REFUSED(bad[0].shape[1] = -2);
    REFUSED(bad[0].rank = 9);
    REFUSED(bad[0].dtype = (mann_dtype)7);
    REFUSED(bad[0].name[0] = 0);
    REFUSED(bad[0].name[0] = 27);
    REFUSED(memset(bad[0].name, 'a', sizeof bad[0].name));
    REFUSED(strcpy(bad[0].name, "__metadata__"));
    REFUSED(bad[0].shape[0] = INT64_MAX; bad[0].shape[1] = INT64_MAX);
    bad[0] = good;
    bad[0].name[0] = '\xff';
    assert_int_not_equal(mann_archive_save(context, path, 1, bad, NULL), MANN_OK);
    assert_int_equal(access(path, F_OK), -1);
}

/* Writes a file of this header and this much data, and asks that it is refused with both parts. */
static void assert_refused(const char *header, size_t data, const char *reason)
{
    static char bytes[8192];
    const char *path = in_folder("hostile");
    uint64_t length = strlen(header);
    assert_true(8 + length + data <= sizeof bytes);
    memset(bytes, 0, sizeof bytes);
    memcpy(bytes, &length, 8);
    memcpy(bytes + 8, header, length);
    put(path, bytes, 8 + length + data);
    mann_archive *archive;
    assert_int_equal(mann_archive_open(context, path, &archive), MANN_E_FORMAT);
    assert_null(archive);
    assert_message(path);
    assert_message(reason);
}

#define ENTRY(name, type, shape, begin, end)                                                       \
    "\"" name "\":{\"dtype\":\"" type "\",\"shape\":[" shape "],\"data_offsets\":[" begin "," end  \
    "]}"

static void store_hostile_headers(void **state)
{
    (void)state;
    assert_refused("{" ENTRY("a", "F32", "2", "0", "8") "," ENTRY("b", "F32", "1", "4", "8") "}", 8,
                   "'b': it overlaps");
    assert_refused("{" ENTRY("a", "F32", "2", "0", "8") "," ENTRY("b", "F32", "2", "0", "8") "}", 8,
                   "overlaps");
    assert_refused("{" ENTRY("a", "F32", "1", "0", "4") "," ENTRY("b", "F32", "1", "8", "12") "}",
                   12, "'b': there is a hole");
    assert_refused("{" ENTRY("a", "F32", "1", "4", "8") "}", 8, "hole");
    assert_refused("{" ENTRY("a", "F32", "1", "0", "4") "}", 5, "belongs to no tensor");
    assert_refused("{}", 1, "byte 10: data that belongs to no tensor");
    assert_refused("{" ENTRY("a", "F32", "1", "0", "4") "}", 3, "past the end");
    assert_refused("{" ENTRY("a", "F32", "1", "4", "0") "}", 4, "backwards");
    assert_refused("{" ENTRY("a", "F32", "2", "0", "4") "}", 4, "do not fit its shape");
    assert_refused("{" ENTRY("a", "F64", "1", "0", "4") "}", 4, "do not fit its shape");
    assert_refused("{" ENTRY("a", "F32", "0", "0", "4") "}", 4, "do not fit its shape");
    /* 2^62 elements of 4 bytes are 0 modulo 2^64. */
    assert_refused("{" ENTRY("a", "F32", "2147483648,2147483648", "0", "0") "}", 0, "too large");
    assert_refused("{" ENTRY("a", "F32", "9007199254740992,9007199254740992,0", "0", "0") "}", 0,
                   "too large");
    assert_refused("{" ENTRY("a", "F32", "9007199254740993", "0", "0") "}", 0, "whole number");
    assert_refused("{" ENTRY("a", "F32", "99999999999999999999", "0", "0") "}", 0, "byte ");
    assert_refused("{" ENTRY("a", "F32", "-1", "0", "4") "}", 4, "whole number");
    assert_refused("{" ENTRY("a", "F32", "1.0", "0", "4") "}", 4, "whole number");
    assert_refused("{" ENTRY("a", "F32", "true", "0", "4") "}", 4, "whole number");
    assert_refused("{" ENTRY("a", "F32", "\"1\"", "0", "4") "}", 4, "whole number");
    assert_refused("{" ENTRY("a", "F32", "1", "-4", "0") "}", 4, "data_offsets");
    assert_refused("{" ENTRY("a", "F32", "1", "0", "9223372036854775807") "}", 4, "data_offsets");
    assert_refused("{" ENTRY("a", "F32", "1", "0,4", "4") "}", 4, "data_offsets");
    assert_refused("{" ENTRY("a", "F32", "1,1,1,1,1,1,1,1,1", "0", "4") "}", 4, "8 dimensions");
    assert_refused("{" ENTRY("a", "BF16", "2", "0", "4") "}", 4, "'BF16'");
    assert_refused("{" ENTRY("a", "f32", "1", "0", "4") "}", 4, "'f32'");
    assert_refused("{" ENTRY("", "F32", "1", "0", "4") "}", 4, "no name");
    assert_refused("{" ENTRY("a\\u001b[2J", "F32", "1", "0", "4") "}", 4, "'a?[2J'");
    assert_refused("{" ENTRY("a\\u009b2J", "F32", "1", "0", "4") "}", 4, "'a?2J'");
    assert_refused("{" ENTRY("a\\u0000", "F32", "1", "0", "4") "}", 4, "byte ");
    assert_refused("{" ENTRY("a", "F32", "1", "0", "4") "," ENTRY("a", "F32", "1", "4", "8") "}", 8,
                   "uplicate");
    assert_refused("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 0, "uplicate");
    assert_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"x\":0}}", 4,
                   "unknown key 'x'");
    assert_refused("{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "no dtype");
    assert_refused("{\"a\":{\"dtype\":3,\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "no dtype");
    assert_refused("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4, "no shape");
    assert_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "data_offsets");
    assert_refused("{\"a\":[]}", 0, "not an object");
    assert_refused("{\"__metadata__\":[]}", 0, "__metadata__");
    assert_refused("{\"__metadata__\":{\"k\":1}}", 0, "'k'");
    assert_refused("{\"__metadata__\":{\"k\":{\"l\":\"m\"}}}", 0, "'k'");
    assert_refused("{\"__metadata__\":{\"k\":\"a\",\"k\":\"b\"}}", 0, "uplicate");
    assert_refused("[]", 0, "'{'");
    assert_refused(" {}", 0, "'{'");
    assert_refused("", 0, "'{'");
    assert_refused("{} x", 0, "byte ");
    assert_refused("{\"\xff\":1}", 0, "byte ");
    assert_refused("{\"\x1b\":1}", 0, "byte ");
    assert_false(strchr(mann_context_message(context), 27));

    char name[97], header[512], deep[5000] = "{\"a\":";
    memset(name, 'n', 96);
    name[96] = 0;
    const char *rest = "{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}";
    snprintf(header, sizeof header, "{\"%s\":%s", name, rest);
    assert_refused(header, 4, "longer than 95 bytes");
    memset(deep + 5, '[', sizeof deep - 6);
    assert_refused(deep, 0, "byte ");
}

static void store_accepts(const char *header, size_t data)
{
    static char bytes[1024];
    uint64_t length = strlen(header);
    memset(bytes, 0, sizeof bytes);
    memcpy(bytes, &length, 8);
    memcpy(bytes + 8, header, length);
    for (size_t i = 0; i < data; i++) {
        bytes[8 + length + i] = (char)(i + 1);
    }
    put(in_folder("foreign"), bytes, 8 + length + data);
}

/* What others may write: no padding, so data at odd places; any order; empty tensors anywhere. */
static void store_foreign(void **state)
{
    (void)state;
    mann_archive *archive;
    store_accepts("{" ENTRY("last", "F64", "1", "4", "12") "," ENTRY(
                      "none", "F32", "0", "4", "4") "," ENTRY("first", "F32", "1", "0", "4") "}  ",
                  12);
    assert_int_equal(mann_archive_open(context, in_folder("foreign"), &archive), MANN_OK);
    assert_int_equal(mann_archive_count(archive), 3);
    assert_string_equal(mann_archive_tensor(archive, 0)->name, "first");
    const mann_stored *last = mann_archive_find(archive, "last");
    assert_int_equal((uintptr_t)last->data % 64, 0);
    assert_memory_equal(last->data, "\5\6\7\10\11\12\13\14", 8);
    assert_memory_equal(mann_archive_tensor(archive, 0)->data, "\1\2\3\4", 4);
    mann_archive_close(archive);
}

static void store_hostile_lengths(void **state)
{
    (void)state;
    static const uint64_t lengths[] = {
        3,         100,        100000000,      100000001,     UINT32_MAX,
        INT64_MAX, UINT64_MAX, UINT64_MAX - 7, UINT64_MAX - 9};
    const char *path = in_folder("length");
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        char bytes[10] = "........{}";
        memcpy(bytes, &lengths[i], 8);
        put(path, bytes, sizeof bytes);
        mann_archive *archive;
        assert_int_equal(mann_archive_open(context, path, &archive), MANN_E_FORMAT);
        assert_message(path);
        assert_message("byte");
    }
    mann_archive *archive;
    assert_int_equal(mann_archive_open(context, folder, &archive), MANN_E_IO);
    assert_message("folder");
    assert_int_equal(mann_archive_open(context, in_folder("absent"), &archive), MANN_E_IO);
    assert_int_equal(mann_archive_open(context, "/dev/zero", &archive), MANN_E_IO);
    assert_int_equal(mkfifo(in_folder("fifo"), 0600), 0);
    assert_int_equal(mann_archive_open(context, in_folder("fifo"), &archive), MANN_E_IO);

    /* A file with a hole of many gigabytes costs nothing to make. */
    if (!truncate(path, ((off_t)1 << 33) + 1)) {
        assert_int_equal(mann_archive_open(context, path, &archive), MANN_E_FORMAT);
        assert_message("larger");
    }
}

/* Opens a file that may be damaged; what is handed out must be there. */
static mann_status open_and_touch(const char *path)
{
    mann_archive *archive;
    mann_status status = mann_archive_open(context, path, &archive);
    if (status) {
        assert_int_equal(status, MANN_E_FORMAT);
        assert_null(archive);
        assert_message(path);
        return status;
    }
    unsigned sum = 0;
    for (int32_t i = 0; i < mann_archive_count(archive); i++) {
        const mann_stored *tensor = mann_archive_tensor(archive, i);
        size_t bytes = mann_dtype_size(tensor->dtype);
        for (int32_t j = 0; j < tensor->rank; j++) {
            bytes *= (size_t)tensor->shape[j];
        }
        assert_int_equal(bytes, tensor->bytes);
        for (size_t j = 0; j < bytes; j++) {
            sum += ((const unsigned char *)tensor->data)[j];
        }
    }
    volatile unsigned touched = sum; /* so that the reads happen */
    (void)touched;
    mann_archive_close(archive);
    return status;
}

static void store_damage(void **state)
{
    (void)state;
    const char *path = in_folder("whole"), *damaged = in_folder("damaged");
    float f[6] = {1, 2, 3, 4, 5, 6};
    double d[3] = {7, 8, 9};
    mann_stored tensor[] = {{"one", MANN_F32, 2, {2, 3}, f, sizeof f},
                            {"two", MANN_F64, 1, {3}, d, sizeof d}};
    json_t *metadata = json_pack("{s:s}", "key", "value");
    assert_int_equal(mann_archive_save(context, path, 2, tensor, metadata), MANN_OK);
    json_decref(metadata);
    char *bytes;
    size_t size;
    assert_int_equal(mann_file_read(context, path, 10000, &bytes, &size), MANN_OK);
    for (size_t cut = 0; cut < size; cut++) {
        put(damaged, bytes, cut);
        assert_int_equal(open_and_touch(damaged), MANN_E_FORMAT);
    }
    put(damaged, bytes, size);
    assert_int_equal(open_and_touch(damaged), MANN_OK);
    for (size_t i = 0; i < size; i++) {
        for (int bit = 0; bit < 8; bit++) {
            bytes[i] ^= (char)(1 << bit);
            put(damaged, bytes, size);
            open_and_touch(damaged);
            bytes[i] ^= (char)(1 << bit);
        }
    }
    for (int round = 0; round < 2000; round++) {
        char *worse = malloc(size);
        assert_non_null(worse);
        memcpy(worse, bytes, size);
        for (uint32_t n = 1 + random_below(6); n; n--) {
            worse[8 + random_below((uint32_t)size - 8)] = "0123456789[]{}\",:-e "[random_below(20)];
        }
        put(damaged, worse, size);
        open_and_touch(damaged);
        free(worse);
    }
    free(bytes);
}

static void showing(void **state)
{
    (void)state;
    char shown[MANN_SHOWN_SIZE], text[200];
    assert_string_equal(mann_show(shown, "plain \xc3\x97"), "plain \xc3\x97");
    assert_string_equal(mann_show(shown, "a\x1b[2J\n\x7f\xc2\x9b"), "a?[2J???");
    for (int start = 0; start < 2; start++) {
        memset(text, 'a', sizeof text);
        for (int i = start; i < 150; i += 2) {
            memcpy(text + i, "\xc3\x97", 2);
        }
        text[150 + start] = 0;
        json_t *valid = json_string(mann_show(shown, text));
        assert_non_null(valid); /* no character is cut in two */
        assert_non_null(strstr(shown, "..."));
        json_decref(valid);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(store_round_trip),
        cmocka_unit_test(store_refuses_to_save),
        cmocka_unit_test(store_hostile_headers),
        cmocka_unit_test(store_foreign),
        cmocka_unit_test(store_hostile_lengths),
        cmocka_unit_test(store_damage),
        cmocka_unit_test(showing),
    };
    return cmocka_run_group_tests_name("safetensors", tests, folder_begin, folder_end);
}
