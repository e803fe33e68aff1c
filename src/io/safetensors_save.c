/* Writing safetensors files (safetensors.c has the format). What could not be read back is refused
 * before anything is written. */
#include "io/safetensors_format.h"

#include "io/file.h"
#include "io/json.h"

#include <stdlib.h>
#include <string.h>

static mann_status bad_tensor(mann_context *context, const char *path, const char *name,
                              const char *reason)
{
    char shown[MANN_SHOWN_SIZE];
    return mann_fail(context, MANN_E_INVAL, "%s: tensor '%s': %s", path, mann_show(shown, name),
                     reason);
}

static mann_status check_stored(mann_context *context, const char *path, const mann_stored *tensor)
{
    if (!memchr(tensor->name, 0, sizeof tensor->name)) {
        return mann_fail(context, MANN_E_INVAL, "%s: a tensor's name does not end", path);
    }
    const char *fault = mann_stored_fault(tensor->name);
    if (fault) {
        return bad_tensor(context, path, tensor->name, fault);
    }
    if (!strcmp(tensor->name, METADATA)) {
        return bad_tensor(context, path, tensor->name, "the name is reserved");
    }
    if ((unsigned)tensor->dtype >= DTYPES || tensor->rank < 0 || tensor->rank > LONGEST_RANK) {
        return bad_tensor(context, path, tensor->name, "its type or rank is out of range");
    }
    for (int32_t i = 0; i < tensor->rank; i++) {
        if (tensor->shape[i] < 0) {
            return bad_tensor(context, path, tensor->name, "a negative dimension");
        }
    }
    int64_t bytes;
    if (!mann_stored_bytes(tensor->rank, tensor->shape, tensor->dtype, &bytes) ||
        (uint64_t)bytes != tensor->bytes) {
        return bad_tensor(context, path, tensor->name, "its size does not fit its shape");
    }
    return MANN_OK;
}

/* Adds an entry to the header; false on shortage or if the name is not UTF-8. */
static bool describe(json_t *header, const mann_stored *tensor, int64_t begin)
{
    json_t *shape = json_array();
    bool good = shape;
    for (int32_t i = 0; good && i < tensor->rank; i++) {
        good = !json_array_append_new(shape, json_integer(tensor->shape[i]));
    }
    if (!good) {
        json_decref(shape);
        return false;
    }
    json_t *entry =
        json_pack("{s:s, s:o, s:[I, I]}", "dtype", mann_dtype_name(tensor->dtype), "shape", shape,
                  "data_offsets", (json_int_t)begin, (json_int_t)(begin + (int64_t)tensor->bytes));
    return entry && !json_object_set_new(header, tensor->name, entry);
}

/* The place of tensor number i in the file is that of order[i]: wide elements first. */
static void order_by_width(int32_t count, const mann_stored *tensor, const mann_stored **order)
{
    int32_t used = 0;
    for (size_t width = 8; width >= 4; width /= 2) {
        for (int32_t i = 0; i < count; i++) {
            if (mann_dtype_size(tensor[i].dtype) == width) {
                order[used++] = &tensor[i];
            }
        }
    }
}

static mann_status make_header(mann_context *context, const char *path, int32_t count,
                               const mann_stored *const *order, const json_t *metadata,
                               json_t **header)
{
    json_t *made = json_object();
    bool good = made;
    if (good && metadata) {
        const char *key;
        json_t *value;
        json_object_foreach((json_t *)metadata, key, value)
        {
            if (!json_is_string(value)) {
                json_decref(made);
                return mann_fail(context, MANN_E_INVAL, "%s: metadata '%s' is not a string", path,
                                 key);
            }
        }
        good = !json_object_set(made, METADATA, (json_t *)metadata);
    }
    int64_t begin = 0;
    for (int32_t i = 0; good && i < count; i++) {
        if (json_object_get(made, order[i]->name)) {
            json_decref(made);
            return bad_tensor(context, path, order[i]->name, "the name is used twice");
        }
        good = describe(made, order[i], begin);
        begin += (int64_t)order[i]->bytes;
        if (begin > FILE_LIMIT) {
            json_decref(made);
            return mann_fail(context, MANN_E_INVAL, "%s: more than %lld bytes", path,
                             (long long)FILE_LIMIT);
        }
    }
    if (!good) {
        json_decref(made);
        return mann_fail(context, MANN_E_NOMEM,
                         "%s: the header cannot be made: out of memory or a name is not UTF-8",
                         path);
    }
    *header = made;
    return MANN_OK;
}

static mann_status write_store(mann_context *context, const char *path, const char *text,
                               int32_t count, const mann_stored *const *order)
{
    /* Spaces behind the JSON put the data on a 64-byte boundary of the file. */
    char spaces[ALIGNMENT];
    memset(spaces, ' ', sizeof spaces);
    uint64_t written = strlen(text);
    uint64_t length = (8 + written + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT - 8;
    if (length > HEADER_LIMIT) {
        return mann_fail(context, MANN_E_INVAL, "%s: a header of more than %d bytes", path,
                         HEADER_LIMIT);
    }
    mann_replacement *replacement;
    mann_status status = mann_replacement_open(context, path, &replacement);
    if (status) {
        return status;
    }
    mann_replacement_write(replacement, &length, 8);
    mann_replacement_write(replacement, text, (size_t)written);
    mann_replacement_write(replacement, spaces, (size_t)(length - written));
    for (int32_t i = 0; i < count; i++) {
        mann_replacement_write(replacement, order[i]->data, order[i]->bytes);
    }
    return mann_replacement_commit(replacement);
}

mann_status mann_archive_save(mann_context *context, const char *path, int32_t count,
                              const mann_stored *tensor, const json_t *metadata)
{
    for (int32_t i = 0; i < count; i++) {
        mann_status status = check_stored(context, path, &tensor[i]);
        if (status) {
            return status;
        }
    }
    const mann_stored **order = calloc((size_t)count + 1, sizeof *order);
    if (!order) {
        return mann_fail(context, MANN_E_NOMEM, "%s: out of memory", path);
    }
    order_by_width(count, tensor, order);
    json_t *header = NULL;
    mann_status status = make_header(context, path, count, order, metadata, &header);
    if (!status) {
        char *text = mann_json_text(header);
        status = text ? write_store(context, path, text, count, order)
                      : mann_fail(context, MANN_E_NOMEM, "%s: out of memory", path);
        free(text);
        json_decref(header);
    }
    free(order);
    return status;
}
