/* safetensors (github.com/huggingface/safetensors): a length n as 8 little-endian bytes, n bytes of
 * JSON {"name": {"dtype", "shape", "data_offsets": [begin, end]}, ..., "__metadata__": {string:
 * string}}, then the data, which the tensors cover without holes or overlaps.
 *
 * Reading goes in the order of trust: the header's length is checked against the file's size, the
 * header against the format, the offsets against the bytes that are there; only then is memory for
 * the data taken, so a small file cannot ask for much. Each tensor is read to a place of its own
 * on a 64-byte boundary, wherever it stood in the file. safetensors_save.c writes. */
#include "io/safetensors_format.h"

#include "io/json.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "numbers are read and written in place, which needs a little-endian machine"
#endif

/* Integers that every JSON reader represents exactly. */
#define INTEGER_LIMIT ((int64_t)1 << 53)

static const struct {
    const char *name;
    size_t size;
} dtypes[] = {
    [MANN_F32] = {"F32", 4}, [MANN_F64] = {"F64", 8}, [MANN_I32] = {"I32", 4},
    [MANN_I64] = {"I64", 8}, [MANN_U64] = {"U64", 8},
};

_Static_assert(sizeof dtypes / sizeof dtypes[0] == DTYPES, "a row for each type");

struct mann_archive {
    json_t *header; /* owns the metadata */
    const json_t *metadata;
    int32_t count;
    mann_stored *tensor; /* by begin */
    unsigned char *data;
};

/* A file while it is being verified. */
typedef struct reading {
    mann_context *context;
    const char *path;
    FILE *file;
    int64_t data_start, data_size; /* bytes before and behind the end of the header */
    mann_archive *archive;
} reading;

/* Where a tensor claims to be. */
typedef struct place {
    mann_stored stored;
    int64_t begin, end;
    int32_t order; /* in the header: settles the order of empty tensors */
} place;

const char *mann_dtype_name(mann_dtype dtype)
{
    return dtypes[dtype].name;
}

size_t mann_dtype_size(mann_dtype dtype)
{
    return dtypes[dtype].size;
}

const char *mann_stored_fault(const char *name)
{
    if (!*name) {
        return "has no name";
    }
    if (strlen(name) >= sizeof((mann_stored *)0)->name) {
        return "its name is longer than 95 bytes";
    }
    for (const char *at = name; *at; at++) {
        if (mann_control_at(name, at)) {
            return "its name holds a control character";
        }
    }
    return NULL;
}

bool mann_stored_bytes(int32_t rank, const int64_t *shape, mann_dtype dtype, int64_t *bytes)
{
    int64_t count = (int64_t)dtypes[dtype].size;
    for (int32_t i = 0; i < rank; i++) {
        if (shape[i] && count > FILE_LIMIT / shape[i]) {
            return false;
        }
        count *= shape[i];
    }
    *bytes = count;
    return true;
}

static mann_status bad_byte(const reading *in, long long byte, const char *reason)
{
    return mann_fail(in->context, MANN_E_FORMAT, "%s: byte %lld: %s", in->path, byte, reason);
}

static mann_status foreign_tensor(const reading *in, const char *name, const char *reason)
{
    char shown[MANN_SHOWN_SIZE];
    return mann_fail(in->context, MANN_E_FORMAT, "%s: tensor '%s': %s", in->path,
                     mann_show(shown, name), reason);
}

static mann_status no_memory(const reading *in)
{
    return mann_fail(in->context, MANN_E_NOMEM, "%s: out of memory", in->path);
}

/* Fills size bytes that fstat promised. */
static mann_status read_exactly(const reading *in, void *data, size_t size)
{
    errno = 0;
    if (fread(data, 1, size, in->file) == size) {
        return MANN_OK;
    }
    return mann_fail(in->context, MANN_E_IO, "%s: cannot be read: %s", in->path,
                     ferror(in->file) && errno ? strerror(errno) : "it became shorter meanwhile");
}

static mann_status read_header(reading *in, int64_t file_size)
{
    if (file_size < 8) {
        return bad_byte(in, file_size, "the file ends within the header's length");
    }
    uint64_t length;
    mann_status status = read_exactly(in, &length, 8);
    if (status) {
        return status;
    }
    if (length > HEADER_LIMIT) {
        return bad_byte(in, 0, "this is no safetensors file: a header length above 100 MB");
    }
    if (length > (uint64_t)file_size - 8) {
        return bad_byte(in, file_size, "the file ends within its header");
    }
    char *text = malloc((size_t)length + 1);
    if (!text) {
        return no_memory(in);
    }
    status = read_exactly(in, text, (size_t)length);
    if (!status && (!length || text[0] != '{')) {
        status = bad_byte(in, 8, "the header does not begin with '{'");
    }
    if (!status) {
        json_error_t error;
        in->archive->header = json_loadb(text, (size_t)length, JSON_REJECT_DUPLICATES, &error);
        if (!in->archive->header) {
            char shown[MANN_SHOWN_SIZE];
            status = mann_json_shortage(&error) ? no_memory(in)
                                                : bad_byte(in, 8 + (long long)error.position,
                                                           mann_show(shown, error.text));
        }
    }
    free(text);
    in->data_start = 8 + (int64_t)length;
    in->data_size = file_size - in->data_start;
    return status;
}

static mann_status check_metadata(const reading *in)
{
    const json_t *metadata = in->archive->metadata;
    if (!metadata) {
        return MANN_OK;
    }
    if (!json_is_object(metadata)) {
        return mann_fail(in->context, MANN_E_FORMAT, "%s: " METADATA ": not an object", in->path);
    }
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)metadata, key, value)
    {
        if (!json_is_string(value)) {
            char shown[MANN_SHOWN_SIZE];
            return mann_fail(in->context, MANN_E_FORMAT,
                             "%s: " METADATA ": the value of '%s' is not a string", in->path,
                             mann_show(shown, key));
        }
    }
    return MANN_OK;
}

static bool whole_number(const json_t *value, int64_t *number)
{
    if (!json_is_integer(value)) {
        return false;
    }
    *number = json_integer_value(value);
    return *number >= 0 && *number <= INTEGER_LIMIT;
}

static mann_status read_dtype(const reading *in, const char *name, const json_t *value,
                              mann_stored *stored)
{
    const char *word = json_string_value(value);
    if (!word) {
        return foreign_tensor(in, name, "no dtype");
    }
    for (int i = 0; i < DTYPES; i++) {
        if (!strcmp(word, dtypes[i].name)) {
            stored->dtype = (mann_dtype)i;
            return MANN_OK;
        }
    }
    char reason[2 * MANN_SHOWN_SIZE], shown[MANN_SHOWN_SIZE];
    snprintf(reason, sizeof reason, "dtype '%s' is none of F32, F64, I32, I64, U64",
             mann_show(shown, word));
    return foreign_tensor(in, name, reason);
}

static mann_status read_shape(const reading *in, const char *name, const json_t *value,
                              mann_stored *stored)
{
    if (!json_is_array(value)) {
        return foreign_tensor(in, name, "no shape");
    }
    if (json_array_size(value) > LONGEST_RANK) {
        return foreign_tensor(in, name, "more than 8 dimensions");
    }
    stored->rank = (int32_t)json_array_size(value);
    for (int32_t i = 0; i < stored->rank; i++) {
        if (!whole_number(json_array_get(value, (size_t)i), &stored->shape[i])) {
            return foreign_tensor(in, name, "a dimension is not a whole number of 0..2^53");
        }
    }
    return MANN_OK;
}

static mann_status read_offsets(const reading *in, const char *name, const json_t *value,
                                place *out)
{
    if (json_array_size(value) != 2 || !whole_number(json_array_get(value, 0), &out->begin) ||
        !whole_number(json_array_get(value, 1), &out->end)) {
        return foreign_tensor(in, name, "data_offsets are not two whole numbers of 0..2^53");
    }
    if (out->begin > out->end) {
        return foreign_tensor(in, name, "data_offsets run backwards");
    }
    if (out->end > in->data_size) {
        return foreign_tensor(in, name, "data_offsets run past the end of the file");
    }
    int64_t bytes;
    if (!mann_stored_bytes(out->stored.rank, out->stored.shape, out->stored.dtype, &bytes)) {
        return foreign_tensor(in, name, "the product of its dimensions is too large");
    }
    if (bytes != out->end - out->begin) {
        return foreign_tensor(in, name, "data_offsets do not fit its shape");
    }
    out->stored.bytes = (size_t)bytes;
    return MANN_OK;
}

static mann_status read_entry(const reading *in, const char *name, const json_t *entry, place *out)
{
    const char *fault = mann_stored_fault(name);
    if (fault) {
        return foreign_tensor(in, name, fault);
    }
    memcpy(out->stored.name, name, strlen(name) + 1);
    if (!json_is_object(entry)) {
        return foreign_tensor(in, name, "its entry is not an object");
    }
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)entry, key, value)
    {
        if (strcmp(key, "dtype") && strcmp(key, "shape") && strcmp(key, "data_offsets")) {
            char reason[2 * MANN_SHOWN_SIZE], shown[MANN_SHOWN_SIZE];
            snprintf(reason, sizeof reason, "unknown key '%s'", mann_show(shown, key));
            return foreign_tensor(in, name, reason);
        }
    }
    mann_status status = read_dtype(in, name, json_object_get(entry, "dtype"), &out->stored);
    if (!status) {
        status = read_shape(in, name, json_object_get(entry, "shape"), &out->stored);
    }
    if (!status) {
        status = read_offsets(in, name, json_object_get(entry, "data_offsets"), out);
    }
    return status;
}

static int compare_places(const void *left, const void *right)
{
    const place *a = left, *b = right;
    if (a->begin != b->begin) {
        return a->begin < b->begin ? -1 : 1;
    }
    if (a->end != b->end) {
        return a->end < b->end ? -1 : 1;
    }
    return a->order < b->order ? -1 : a->order > b->order;
}

/* Sorts the places and checks that they cover the data exactly. */
static mann_status check_cover(const reading *in, place *places, int32_t count)
{
    qsort(places, (size_t)count, sizeof *places, compare_places);
    int64_t end = 0;
    for (int32_t i = 0; i < count; i++) {
        if (places[i].begin != end) {
            return foreign_tensor(in, places[i].stored.name,
                                  places[i].begin < end ? "it overlaps the tensor before it"
                                                        : "there is a hole before it");
        }
        end = places[i].end;
    }
    return end == in->data_size
               ? MANN_OK
               : bad_byte(in, in->data_start + end, "data that belongs to no tensor");
}

/* Verifies the header and lists its tensors. *places is to be freed in any case. */
static mann_status list_places(reading *in, place **places)
{
    json_t *header = in->archive->header;
    in->archive->metadata = json_object_get(header, METADATA);
    mann_status status = check_metadata(in);
    if (status) {
        return status;
    }
    size_t count = json_object_size(header) - (in->archive->metadata ? 1 : 0);
    *places = calloc(count + 1, sizeof **places);
    if (!*places) {
        return no_memory(in);
    }
    int32_t used = 0;
    const char *name;
    json_t *entry;
    json_object_foreach(header, name, entry)
    {
        if (strcmp(name, METADATA)) {
            (*places)[used].order = used;
            status = read_entry(in, name, entry, &(*places)[used]);
            if (status) {
                return status;
            }
            used++;
        }
    }
    in->archive->count = used;
    return check_cover(in, *places, used);
}

static size_t round_up(size_t size)
{
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* The places stand in the order of the file, which is at their begin. */
static mann_status read_data(reading *in, const place *places)
{
    mann_archive *archive = in->archive;
    size_t total = ALIGNMENT;
    for (int32_t i = 0; i < archive->count; i++) {
        total += round_up(places[i].stored.bytes);
    }
    archive->tensor = calloc((size_t)archive->count + 1, sizeof *archive->tensor);
    archive->data = aligned_alloc(ALIGNMENT, total);
    if (!archive->tensor || !archive->data) {
        return no_memory(in);
    }
    unsigned char *next = archive->data;
    for (int32_t i = 0; i < archive->count; i++) {
        archive->tensor[i] = places[i].stored;
        archive->tensor[i].data = next;
        mann_status status = read_exactly(in, next, places[i].stored.bytes);
        if (status) {
            return status;
        }
        next += round_up(places[i].stored.bytes);
    }
    return MANN_OK;
}

static mann_status read_store(reading *in, int64_t file_size)
{
    if (file_size > FILE_LIMIT) {
        return mann_fail(in->context, MANN_E_FORMAT, "%s: larger than the %lld bytes allowed",
                         in->path, (long long)FILE_LIMIT);
    }
    mann_status status = read_header(in, file_size);
    if (status) {
        return status;
    }
    place *places = NULL;
    status = list_places(in, &places);
    if (!status) {
        status = read_data(in, places);
    }
    free(places);
    return status;
}

/* Opens a regular file and learns its size. Without O_NONBLOCK a named pipe would wait forever. */
static mann_status open_regular(reading *in, int64_t *file_size)
{
    int descriptor = open(in->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) {
        return mann_fail(in->context, MANN_E_IO, "%s: cannot be read: %s", in->path,
                         strerror(errno));
    }
    struct stat about;
    int error = fstat(descriptor, &about) ? errno : 0;
    const char *reason = error                     ? strerror(error)
                         : S_ISDIR(about.st_mode)  ? "it is a folder"
                         : !S_ISREG(about.st_mode) ? "it is not a regular file"
                                                   : NULL;
    in->file = reason ? NULL : fdopen(descriptor, "rb");
    if (!in->file) {
        close(descriptor);
        return mann_fail(in->context, MANN_E_IO, "%s: cannot be read: %s", in->path,
                         reason ? reason : "out of memory");
    }
    *file_size = (int64_t)about.st_size;
    return MANN_OK;
}

mann_status mann_archive_open(mann_context *context, const char *path, mann_archive **archive)
{
    *archive = NULL;
    reading in = {.context = context, .path = path};
    int64_t file_size = 0;
    mann_status status = open_regular(&in, &file_size);
    if (status) {
        return status;
    }
    in.archive = calloc(1, sizeof *in.archive);
    status = in.archive ? read_store(&in, file_size) : no_memory(&in);
    fclose(in.file);
    if (status) {
        mann_archive_close(in.archive);
        return status;
    }
    *archive = in.archive;
    return MANN_OK;
}

void mann_archive_close(mann_archive *archive)
{
    if (!archive) {
        return;
    }
    json_decref(archive->header);
    free(archive->tensor);
    free(archive->data);
    free(archive);
}

int32_t mann_archive_count(const mann_archive *archive)
{
    return archive->count;
}

const mann_stored *mann_archive_tensor(const mann_archive *archive, int32_t i)
{
    return &archive->tensor[i];
}

const mann_stored *mann_archive_find(const mann_archive *archive, const char *name)
{
    for (int32_t i = 0; i < archive->count; i++) {
        if (!strcmp(archive->tensor[i].name, name)) {
            return &archive->tensor[i];
        }
    }
    return NULL;
}

const char *mann_archive_metadata(const mann_archive *archive, const char *key)
{
    return json_string_value(json_object_get(archive->metadata, key));
}

const json_t *mann_archive_metadata_all(const mann_archive *archive)
{
    return archive->metadata;
}
