/* Files, safetensors, traces, examples and scores.
 *
 * The hostile half writes damaged files, plainly and without syncing, and asks that each is refused
 * with its path and a reason; random damage must at least never crash, nor hand out a tensor that
 * is not there (run this under -fsanitize=address,undefined). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <io/file.h>
#include <io/json.h>
#include <io/safetensors.h>
#include <mann/task.h>
#include <mann/trace.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static mann_context *context;
static char folder[256];

static int set_up(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/mann-io-XXXXXX", base ? base : "/tmp");
    context = mann_context_alloc();
    return context && mkdtemp(folder) ? 0 : -1;
}

static void remove_tree(const char *path)
{
    DIR *listing = opendir(path);
    if (listing) {
        for (struct dirent *entry; (entry = readdir(listing));) {
            if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
                char name[1024];
                snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
                remove_tree(name);
            }
        }
        closedir(listing);
    }
    remove(path);
}

static int tear_down(void **state)
{
    (void)state;
    remove_tree(folder);
    mann_context_free(context);
    return 0;
}

/* The path of a file in the test's folder. */
static const char *in_folder(const char *name)
{
    static char path[4][512];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static int entries(void)
{
    DIR *listing = opendir(folder);
    assert_non_null(listing);
    int count = 0;
    while (readdir(listing)) {
        count++;
    }
    closedir(listing);
    return count - 2;
}

static void put(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void assert_message(const char *part)
{
    if (!strstr(mann_context_message(context), part)) {
        fail_msg("'%s' is not in the message '%s'", part, mann_context_message(context));
    }
}

static uint64_t random_state = 1;

static uint32_t random_below(uint32_t n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33) % n;
}

/* ---- files ---- */

static void assert_holds(const char *path, const char *text)
{
    char *data;
    size_t size;
    assert_int_equal(mann_file_read(context, path, 1000, &data, &size), MANN_OK);
    assert_int_equal(size, strlen(text));
    assert_string_equal(data, text);
    free(data);
}

static void file_round_trip(void **state)
{
    (void)state;
    const char *path = in_folder("round");
    int before = entries();
    assert_int_equal(mann_file_replace(context, path, "one", 3), MANN_OK);
    assert_holds(path, "one");
    assert_int_equal(mann_file_replace(context, path, "three", 5), MANN_OK);
    assert_holds(path, "three");
    assert_int_equal(mann_file_replace(context, path, NULL, 0), MANN_OK);
    assert_holds(path, "");
    assert_int_equal(entries(), before + 1);

    /* The umask, not mkstemp, decides who may read it. */
    mode_t mask = umask(022);
    assert_int_equal(mann_file_replace(context, path, "x", 1), MANN_OK);
    umask(mask);
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0644);
}

static void file_relative_path(void **state)
{
    (void)state;
    int here = open(".", O_RDONLY | O_DIRECTORY);
    assert_true(here >= 0);
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(mann_file_replace(context, "relative", "r", 1), MANN_OK);
    assert_int_equal(fchdir(here), 0);
    close(here);
    assert_holds(in_folder("relative"), "r");
}

static void file_limits(void **state)
{
    (void)state;
    const char *path = in_folder("limit");
    char *data;
    size_t size;
    put(path, "0123456789", 10);
    assert_int_equal(mann_file_read(context, path, 10, &data, &size), MANN_OK);
    assert_int_equal(size, 10);
    free(data);
    assert_int_equal(mann_file_read(context, path, 9, &data, &size), MANN_E_FORMAT);
    assert_null(data);
    assert_message(path);
    assert_int_equal(mann_file_read(context, in_folder("absent"), 9, &data, &size), MANN_E_IO);
    assert_message("absent");
    assert_int_equal(mann_file_read(context, folder, 9, &data, &size), MANN_E_IO);
    assert_int_equal(mann_file_read(NULL, folder, 9, &data, &size), MANN_E_IO);
}

static void file_pipe(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    static char many[20000];
    memset(many, 'm', sizeof many);
    assert_int_equal(write(ends[1], many, sizeof many), sizeof many);
    close(ends[1]);
    char path[64], *data;
    size_t size;
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    assert_int_equal(mann_file_read(context, path, 100000, &data, &size), MANN_OK);
    assert_int_equal(size, sizeof many);
    assert_memory_equal(data, many, sizeof many);
    free(data);
    close(ends[0]);
    /* Without an end, the limit is one. */
    assert_int_equal(mann_file_read(context, "/dev/zero", 100000, &data, &size), MANN_E_FORMAT);
}

static void file_refusals(void **state)
{
    (void)state;
    int before = entries();
    assert_int_equal(mann_file_replace(context, in_folder("no/such"), "x", 1), MANN_E_IO);
    assert_message("no/such");
    assert_int_equal(mann_file_replace(context, folder, "x", 1), MANN_E_IO);
    assert_message("a folder");
    assert_int_equal(mann_file_replace(context, "/dev/null", "x", 1), MANN_E_IO);
    assert_message("not a regular file");
    assert_int_equal(mann_file_replace(context, "", "x", 1), MANN_E_IO);
    assert_int_equal(entries(), before);
}

static void file_abandon(void **state)
{
    (void)state;
    const char *path = in_folder("abandoned");
    put(path, "old", 3);
    int before = entries();
    mann_replacement *replacement;
    assert_int_equal(mann_replacement_open(context, path, &replacement), MANN_OK);
    mann_replacement_write(replacement, "new", 3);
    assert_holds(path, "old");
    assert_int_equal(entries(), before + 1);
    mann_replacement_abandon(replacement);
    mann_replacement_abandon(NULL);
    assert_holds(path, "old");
    assert_int_equal(entries(), before);
}

/* A disk that fills up while writing, here by a limit on the size of files. */
static void file_failing_write(void **state)
{
    (void)state;
    const char *path = in_folder("full");
    put(path, "old", 3);
    int before = entries();
    struct rlimit kept, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &kept), 0);
    small = kept;
    small.rlim_cur = 1000;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    static char large[100000];
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    mann_status status = mann_file_replace(context, path, large, sizeof large);
    mann_status buffered = mann_file_replace(context, path, large, 1500); /* fails in the flush */
    mann_stored tensor = {"t", MANN_F32, 1, {25000}, large, 100000};
    mann_status store = mann_store_save(context, path, 1, &tensor, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &kept), 0);
    signal(SIGXFSZ, handler);
    assert_int_equal(status, MANN_E_IO);
    assert_int_equal(buffered, MANN_E_IO);
    assert_int_equal(store, MANN_E_IO);
    assert_message(path);
    assert_holds(path, "old");
    assert_int_equal(entries(), before);
}

static void folder_make(void **state)
{
    (void)state;
    struct stat about;
    assert_int_equal(mann_folder_make(context, in_folder("a/b//c/")), MANN_OK);
    assert_int_equal(stat(in_folder("a/b/c"), &about), 0);
    assert_true(S_ISDIR(about.st_mode));
    assert_int_equal(mann_folder_make(context, in_folder("a/b/c")), MANN_OK);
    assert_int_equal(mann_folder_make(context, "/"), MANN_OK);
    assert_int_equal(mann_folder_make(context, "."), MANN_OK);
    put(in_folder("a/file"), "", 0);
    assert_int_equal(mann_folder_make(context, in_folder("a/file")), MANN_E_IO);
    assert_int_equal(mann_folder_make(context, in_folder("a/file/d")), MANN_E_IO);
    assert_message("a/file");
    assert_int_equal(mann_folder_make(context, ""), MANN_E_IO);
}

/* ---- safetensors ---- */

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
    assert_int_equal(mann_store_save(context, path, COUNT, tensor, metadata), MANN_OK);
    json_decref(metadata);

    mann_store *store;
    assert_int_equal(mann_store_open(context, path, &store), MANN_OK);
    assert_int_equal(mann_store_count(store), COUNT);
    for (int k = 0; k < COUNT; k++) {
        const mann_stored *found = mann_store_find(store, tensor[k].name);
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
    assert_string_equal(mann_store_tensor(store, 0)->name, "scalar");
    assert_string_equal(mann_store_tensor(store, COUNT - 1)->name, "empty");
    assert_null(mann_store_find(store, "none"));
    assert_string_equal(mann_store_metadata(store, "a"), "alpha");
    assert_string_equal(mann_store_metadata(store, "b"), "\"quoted\" {}\n");
    assert_null(mann_store_metadata(store, "c"));
    assert_int_equal(json_object_size(mann_store_metadata_all(store)), 2);
    mann_store_close(store);
    mann_store_close(NULL);

    char *bytes;
    size_t size;
    assert_int_equal(mann_file_read(context, path, 10000, &bytes, &size), MANN_OK);
    uint64_t length;
    memcpy(&length, bytes, 8);
    assert_int_equal((8 + length) % 64, 0);
    free(bytes);

    assert_int_equal(mann_store_save(context, path, 0, NULL, NULL), MANN_OK);
    assert_int_equal(mann_store_open(context, path, &store), MANN_OK);
    assert_int_equal(mann_store_count(store), 0);
    assert_null(mann_store_metadata(store, "a"));
    assert_null(mann_store_metadata_all(store));
    mann_store_close(store);
}

static void store_refuses_to_save(void **state)
{
    (void)state;
    const char *path = in_folder("refused");
    float f[4] = {0};
    mann_stored good = {"good", MANN_F32, 2, {2, 2}, f, sizeof f};
    mann_stored bad[2];
    json_t *number = json_pack("{s:i}", "n", 1);
    assert_int_equal(mann_store_save(context, path, 1, &good, number), MANN_E_INVAL);
    json_decref(number);

    bad[0] = bad[1] = good; /* one name twice */
    assert_int_equal(mann_store_save(context, path, 2, bad, NULL), MANN_E_INVAL);
    assert_message("good");
#define REFUSED(change)                                                                            \
    bad[0] = good;                                                                                 \
    change;                                                                                        \
    assert_int_equal(mann_store_save(context, path, 1, bad, NULL), MANN_E_INVAL)
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
    assert_int_not_equal(mann_store_save(context, path, 1, bad, NULL), MANN_OK);
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
    mann_store *store;
    assert_int_equal(mann_store_open(context, path, &store), MANN_E_FORMAT);
    assert_null(store);
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
    mann_store *store;
    store_accepts("{" ENTRY("last", "F64", "1", "4", "12") "," ENTRY(
                      "none", "F32", "0", "4", "4") "," ENTRY("first", "F32", "1", "0", "4") "}  ",
                  12);
    assert_int_equal(mann_store_open(context, in_folder("foreign"), &store), MANN_OK);
    assert_int_equal(mann_store_count(store), 3);
    assert_string_equal(mann_store_tensor(store, 0)->name, "first");
    const mann_stored *last = mann_store_find(store, "last");
    assert_int_equal((uintptr_t)last->data % 64, 0);
    assert_memory_equal(last->data, "\5\6\7\10\11\12\13\14", 8);
    assert_memory_equal(mann_store_tensor(store, 0)->data, "\1\2\3\4", 4);
    mann_store_close(store);
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
        mann_store *store;
        assert_int_equal(mann_store_open(context, path, &store), MANN_E_FORMAT);
        assert_message(path);
        assert_message("byte");
    }
    mann_store *store;
    assert_int_equal(mann_store_open(context, folder, &store), MANN_E_IO);
    assert_message("folder");
    assert_int_equal(mann_store_open(context, in_folder("absent"), &store), MANN_E_IO);
    assert_int_equal(mann_store_open(context, "/dev/zero", &store), MANN_E_IO);
    assert_int_equal(mkfifo(in_folder("fifo"), 0600), 0);
    assert_int_equal(mann_store_open(context, in_folder("fifo"), &store), MANN_E_IO);

    /* A file with a hole of many gigabytes costs nothing to make. */
    if (!truncate(path, ((off_t)1 << 33) + 1)) {
        assert_int_equal(mann_store_open(context, path, &store), MANN_E_FORMAT);
        assert_message("larger");
    }
}

/* Opens a file that may be damaged; what is handed out must be there. */
static mann_status open_and_touch(const char *path)
{
    mann_store *store;
    mann_status status = mann_store_open(context, path, &store);
    if (status) {
        assert_int_equal(status, MANN_E_FORMAT);
        assert_null(store);
        assert_message(path);
        return status;
    }
    unsigned sum = 0;
    for (int32_t i = 0; i < mann_store_count(store); i++) {
        const mann_stored *tensor = mann_store_tensor(store, i);
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
    mann_store_close(store);
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
    assert_int_equal(mann_store_save(context, path, 2, tensor, metadata), MANN_OK);
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

/* ---- traces ---- */

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
    assert_int_equal(mann_trace_save(context, trace, path), MANN_OK);
    mann_trace_free(trace);
}

/* A trace of one array "w" [2, 3] with one metadata string changed, or removed if value is NULL. */
static void assert_trace_refused(const char *key, const char *value, const char *reason)
{
    const char *path = in_folder("bad-trace");
    float w[6] = {0};
    mann_stored tensor = {"w", MANN_F32, 2, {2, 3}, w, sizeof w};
    json_t *metadata = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "format",
        "mann.trace", "version", "1", "run", "r", "task", "t", "model", "m", "seed", "1", "index",
        "0", "step", "-1", "sequences", "0", "steps", "2", "length", "1", "target", "bits", "notes",
        "[]", "arrays", "{\"w\":{\"kind\":\"signed\",\"axes\":[\"step\",\"word\"]}}");
    assert_non_null(metadata);
    if (key && value) {
        json_object_set_new(metadata, key, json_string(value));
    } else if (key) {
        json_object_del(metadata, key);
    }
    assert_int_equal(mann_store_save(context, path, 1, &tensor, metadata), MANN_OK);
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
    assert_trace_refused("version", "2", "version");
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

/* ---- examples and scores ---- */

static void examples(void **state)
{
    (void)state;
    mann_example example;
    assert_int_equal(mann_example_init(&example), MANN_OK);
    for (int round = 0; round < 3; round++) {
        float *input = mann_example_real(&example, "input", 1000, 40);
        int32_t *tokens = mann_example_int(&example, "tokens", 7, 0);
        assert_false(example.failed);
        for (int i = 0; i < 40000; i++) {
            assert_true(input[i] == 0);
            input[i] = 1;
        }
        for (int i = 0; i < 7; i++) {
            assert_int_equal(tokens[i], 0);
            tokens[i] = i;
        }
        const mann_array *found = mann_example_find(&example, "tokens");
        assert_ptr_equal(found->data, tokens);
        assert_int_equal(found->rank, 1);
        assert_int_equal(found->type, MANN_INT32);
        found = mann_example_find(&example, "input");
        assert_int_equal(found->rank, 2);
        assert_int_equal(found->n[1], 40);
        assert_null(mann_example_find(&example, "mask"));
        example.label[2] = 5;
        mann_example_reset(&example);
        assert_int_equal(example.n_arrays, 0);
        assert_int_equal(example.label[2], 0);
    }
    assert_null(mann_example_real(&example, "huge", INT32_MAX, INT32_MAX));
    assert_true(example.failed);
    mann_example_reset(&example);
    assert_false(example.failed);
    mann_example_clear(&example);
}

static void assert_near(double value, double expected)
{
    if (!(fabs(value - expected) <= 1e-9)) {
        fail_msg("%.17g is not %.17g", value, expected);
    }
}

/* A target [steps, outputs] and its mask. */
static void set_example(mann_example *example, int32_t steps, int32_t outputs, const float *target,
                        const float *mask)
{
    mann_example_reset(example);
    example->steps = steps;
    float *to = mann_example_real(example, "target", steps, outputs);
    memcpy(to, target, sizeof *to * (size_t)steps * (size_t)outputs);
    if (mask) {
        memcpy(mann_example_real(example, "mask", steps, 0), mask, sizeof *mask * (size_t)steps);
    }
}

static void score_bits(void **state)
{
    (void)state;
    mann_example example;
    assert_int_equal(mann_example_init(&example), MANN_OK);
    mann_io_shape io = {.target = MANN_TARGET_BITS, .inputs = 1, .outputs = 2};
    const float target[] = {1, 1, 0, 1, 1, 0}, mask[] = {0, 1, 1};
    const float prediction[] = {0, NAN, 0.25f, 0.25f, 0.5f, 0.5f};
    set_example(&example, 3, 2, target, mask);
    mann_score score = {0};
    mann_score_usual(&io, &example, prediction, &score);
    assert_near(mann_score_get(&score, "cost_bits"), -log2(0.75) + 2 + 1 + 1);
    assert_near(mann_score_get(&score, "wrong_bits"), 3); /* 1/2 is on neither side */
    assert_near(mann_score_get(&score, "bit_error_rate"), 0.75);
    assert_near(mann_score_get(&score, "sequence_error_rate"), 1);
    assert_true(isnan(mann_score_get(&score, "accuracy")));

    /* A right answer, of certainty: it costs what the clamp leaves. */
    mann_score other = {0};
    const float right[] = {0, 0, 0, 1, 1, 0};
    mann_score_usual(&io, &example, right, &other);
    assert_near(mann_score_get(&other, "cost_bits"), -4 * log2(1 - 1e-7));
    const float opposite[] = {0, 0, 1, 0, 0, 1};
    mann_score wrong = {0};
    mann_score_usual(&io, &example, opposite, &wrong);
    assert_near(mann_score_get(&wrong, "cost_bits"), -2 * log2(1e-7) - 2 * log2(1 - (1 - 1e-7)));

    mann_score_merge(&score, &other);
    assert_near(mann_score_get(&score, "wrong_bits"), 1.5);
    assert_near(mann_score_get(&score, "bit_error_rate"), 3.0 / 8);
    assert_near(mann_score_get(&score, "sequence_error_rate"), 0.5);

    /* Without a mask every step counts; a NaN is wrong and shows. */
    set_example(&example, 3, 2, target, NULL);
    mann_score all = {0};
    mann_score_usual(&io, &example, prediction, &all);
    assert_near(mann_score_get(&all, "wrong_bits"), 5);
    assert_true(isnan(mann_score_get(&all, "cost_bits")));
    mann_example_clear(&example);
}

static void score_classes(void **state)
{
    (void)state;
    mann_example example;
    assert_int_equal(mann_example_init(&example), MANN_OK);
    mann_io_shape io = {.target = MANN_TARGET_CLASS, .inputs = 1, .outputs = 3};
    const float target[] = {0, 1, 0, 1, 0, 0, 0, 0, 1}, mask[] = {1, 0, 1};
    const float prediction[] = {0.25f, 0.5f, 0.25f, 0, 0, 1, 0.5f, 0.25f, 0.25f};
    set_example(&example, 3, 3, target, mask);
    mann_score score = {0};
    mann_score_usual(&io, &example, prediction, &score);
    assert_near(mann_score_get(&score, "cost_bits"), 3);
    assert_near(mann_score_get(&score, "accuracy"), 0.5);
    assert_near(mann_score_get(&score, "error_rate"), 0.5);
    assert_near(mann_score_get(&score, "sequence_error_rate"), 1);

    const float broken[] = {NAN, NAN, NAN, 0, 0, 0, NAN, NAN, NAN};
    mann_score nan = {0};
    mann_score_usual(&io, &example, broken, &nan);
    assert_near(mann_score_get(&nan, "accuracy"), 0);
    mann_example_clear(&example);
}

static void score_reals(void **state)
{
    (void)state;
    mann_example example;
    assert_int_equal(mann_example_init(&example), MANN_OK);
    mann_io_shape io = {.target = MANN_TARGET_REAL, .inputs = 1, .outputs = 2};
    const float target[] = {1, 2, 3, 4}, mask[] = {1, 0}, prediction[] = {2, 4, 9, 9};
    set_example(&example, 2, 2, target, mask);
    mann_score score = {0};
    mann_score_usual(&io, &example, prediction, &score);
    assert_near(mann_score_get(&score, "squared_error"), 2.5);
    assert_int_equal(score.count, 1);
    mann_example_clear(&example);
}

static void notes(void **state)
{
    (void)state;
    mann_notes list = {0};
    mann_notes_add(&list, "input", false, 0, 3);
    mann_notes_add(&list, "nothing", false, 4, 3);
    assert_int_equal(list.count, 1);
    assert_string_equal(list.span[0].name, "input");
    for (int i = 0; i < 2 * MANN_MAX_NOTES; i++) {
        mann_notes_add(&list, "mark", true, i, i);
    }
    assert_int_equal(list.count, MANN_MAX_NOTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(file_round_trip),
        cmocka_unit_test(file_relative_path),
        cmocka_unit_test(file_limits),
        cmocka_unit_test(file_pipe),
        cmocka_unit_test(file_refusals),
        cmocka_unit_test(file_abandon),
        cmocka_unit_test(file_failing_write),
        cmocka_unit_test(folder_make),
        cmocka_unit_test(store_round_trip),
        cmocka_unit_test(store_refuses_to_save),
        cmocka_unit_test(store_hostile_headers),
        cmocka_unit_test(store_foreign),
        cmocka_unit_test(store_hostile_lengths),
        cmocka_unit_test(store_damage),
        cmocka_unit_test(showing),
        cmocka_unit_test(trace_round_trip),
        cmocka_unit_test(trace_building),
        cmocka_unit_test(trace_hostile),
        cmocka_unit_test(trace_damage),
        cmocka_unit_test(examples),
        cmocka_unit_test(score_bits),
        cmocka_unit_test(score_classes),
        cmocka_unit_test(score_reals),
        cmocka_unit_test(notes),
    };
    return cmocka_run_group_tests_name("io", tests, set_up, tear_down);
}
