/* The contents of a checkpoint: fields, scales, parts and tables as tensors and texts. */
#include "checkpoint/checkpoint_contents.h"

#include "base/json_text.h"
#include "base/version.h"
#include "checkpoint/dataset_parts.h"
#include "checkpoint/net_words.h"
#include "data/table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Takes both texts; NULL means that there was no memory. */
static int add_meta(struct loopc_save *saving, char *key, char *value)
{
    const int i = saving->meta_count++;
    saving->metas[i] = (struct loopc_meta){key, value};
    saving->texts[2 * i] = key;
    saving->texts[2 * i + 1] = value;
    return key && value ? LOOPC_OK : LOOPC_FAILED;
}

static int add_about(struct loopc_save *saving, const struct loopc_checkpoint_info *info)
{
    const struct loopc_program *program = saving->folder->program;
    char hash[32], format[32];
    snprintf(hash, sizeof hash, "%016" PRIx64, loopc_program_hash(program));
    snprintf(format, sizeof format, "%d", LOOPC_CHECKPOINT_FORMAT);
    int st = add_meta(saving, strdup("loopc.format"), strdup(format));
    st |= add_meta(saving, strdup("loopc.version"), strdup(LOOPC_VERSION));
    st |= add_meta(saving, strdup("loopc.program"), strdup(program->name));
    st |= add_meta(saving, strdup("loopc.hash"), strdup(hash));
    if (loopc_program_is_inside(program, info->position)) {
        snprintf(hash, sizeof hash, "%016" PRIx64, program->fingerprint);
        st |= add_meta(saving, strdup("loopc.inside"), strdup(hash));
    }
    if (*info->run) st |= add_meta(saving, strdup("loopc.run"), strdup(info->run));
    if (*info->by) st |= add_meta(saving, strdup("loopc.judged_by"), strdup(info->by));
    return st;
}

static char *hexadecimal(const char *text)
{
    static const char digits[] = "0123456789abcdef";
    const size_t length = strlen(text);
    char *const hex = malloc(2 * length + 1);
    if (!hex) return NULL;
    for (size_t i = 0; i < length; i++) {
        hex[2 * i] = digits[(unsigned char)text[i] >> 4];
        hex[2 * i + 1] = digits[(unsigned char)text[i] & 15];
    }
    hex[2 * length] = 0;
    return hex;
}

static int add_string(struct loopc_save *saving, const struct loopc_string_entry *string)
{
    const char *text = *string->memory;
    if (!text) return add_meta(saving, loopc_key_make("none", string->name), strdup(""));
    if (loopc_utf8_is(text)) {
        return add_meta(saving, loopc_key_make("text", string->name), strdup(text));
    }
    return add_meta(saving, loopc_key_make("bytes", string->name), hexadecimal(text));
}

/* Of the whole table, also if the field is a part of it. */
static int add_digest(struct loopc_save *saving, const struct loopc_field *field)
{
    const struct loopc_dataset *d = (const void *)((const char *)saving->state + field->offset);
    char digest[LOOPC_DIGEST_SIZE];
    if (!loopc_dataset_digest(d)) return LOOPC_OK;
    snprintf(digest, sizeof digest, "%016" PRIx64, loopc_dataset_digest(d));
    return add_meta(saving, loopc_key_make("loopc.digest", field->name), strdup(digest));
}

static int add_share(struct loopc_save *saving, const struct loopc_field *field,
                     const struct loopc_dataset *d)
{
    if (loopc_dataset_share(d) <= 0) return LOOPC_OK;
    return add_meta(saving, loopc_key_make("loopc.share", field->name), loopc_share_text(d));
}

static int add_nets(struct loopc_save *saving)
{
    const struct loopc_program *program = saving->folder->program;
    int st = LOOPC_OK;
    for (int i = 0; i < program->net_count; i++)
        st |= add_meta(saving, loopc_key_make("loopc.net", program->nets[i].name),
                       loopc_net_words(&program->nets[i]));
    return st;
}

static int add_datasets(struct loopc_save *saving)
{
    const struct loopc_program *program = saving->folder->program;
    int st = LOOPC_OK;
    for (int i = 0; i < program->field_count; i++) {
        const struct loopc_field *field = &program->fields[i];
        int64_t count;
        const char *of;
        if (field->type != LOOPC_DATASET || field->count != 1) continue;
        st |= add_meta(saving, loopc_key_make("data", field->name),
                       loopc_dataset_describe(field, saving->state));
        st |= add_digest(saving, field);
        if (loopc_part_rows(program, saving->state, i, &count, &of))
            st |= add_meta(saving, loopc_key_make("loopc.of", field->name), strdup(of));
        st |= add_share(saving, field, loopc_dataset_of(program, saving->state, i));
        if (loopc_has_own_table(program, saving->state, i))
            st |= add_meta(saving, loopc_key_make("loopc.table", field->name),
                           loopc_dataset_save_table(loopc_dataset_of(program, saving->state, i)));
    }
    return st;
}

static int add_metas(struct loopc_save *saving, const struct loopc_checkpoint_info *info)
{
    const size_t most = 6 + (size_t)saving->entries.string_count +
                        5 * (size_t)saving->folder->program->field_count +
                        (size_t)saving->folder->program->net_count;
    saving->metas = calloc(most, sizeof *saving->metas);
    saving->texts = calloc(2 * most, sizeof(void *));
    if (!saving->metas || !saving->texts) return LOOPC_FAILED;
    int st = add_about(saving, info);
    for (int i = 0; i < saving->entries.string_count; i++)
        st |= add_string(saving, &saving->entries.strings[i]);
    return st | add_nets(saving) | add_datasets(saving);
}

/* A tensor besides the fields; takes the key. */
static int add_vector(struct loopc_save *saving, char *key, enum loopc_dtype dtype,
                      const void *values, int64_t count)
{
    const int i = saving->key_count++;
    saving->keys[i] = key;
    saving->counts[i] = count;
    saving->tensors[saving->tensor_count++] = (struct loopc_tensor){
        .name = key, .dtype = dtype, .rank = 1, .dims = &saving->counts[i], .data = values};
    return key ? LOOPC_OK : LOOPC_FAILED;
}

/* The scaling of each data set that is not scaled like another. */
static int add_scales(struct loopc_save *saving)
{
    const struct loopc_program *program = saving->folder->program;
    int st = LOOPC_OK;
    for (int i = 0; i < program->field_count; i++) {
        const struct loopc_field *field = &program->fields[i];
        const double *mean, *divisor;
        if (field->type != LOOPC_DATASET || field->count != 1) continue;
        if (field->dataset && field->dataset->like) continue;
        const struct loopc_dataset *d = (const void *)((char *)saving->state + field->offset);
        if (!loopc_dataset_scaling(d, &mean, &divisor)) continue;
        st |= add_vector(saving, loopc_key_make("loopc.mean", field->name), LOOPC_DTYPE_F64, mean,
                         d->columns);
        st |= add_vector(saving, loopc_key_make("loopc.divisor", field->name), LOOPC_DTYPE_F64,
                         divisor, d->columns);
    }
    return st;
}

/* The rows of the data sets that are parts of others. */
static int add_parts(struct loopc_save *saving)
{
    const struct loopc_program *program = saving->folder->program;
    int st = LOOPC_OK;
    for (int i = 0; i < program->field_count; i++) {
        int64_t count;
        const char *of;
        const int64_t *rows = loopc_part_rows(program, saving->state, i, &count, &of);
        if (!rows) continue;
        st |= add_vector(saving, loopc_key_make("loopc.rows", program->fields[i].name),
                         LOOPC_DTYPE_I64, rows, count);
    }
    return st;
}

/* Makes room for the matrices that are in another order than in a file. */
static int make_unpacked(struct loopc_save *saving)
{
    size_t bytes = 1;
    for (int i = 0; i < saving->entries.count; i++) {
        const struct loopc_entry *entry = &saving->entries.list[i];
        bytes += entry->panels || entry->replica ? entry->bytes : 0;
    }
    saving->unpacked = malloc(bytes);
    return saving->unpacked ? LOOPC_OK : LOOPC_FAILED;
}

/* The data of an entry in the order of the file; *room is the free memory for unpacked ones. */
static const void *data_of(const struct loopc_entry *entry, char **room)
{
    if (!entry->panels && !entry->replica) return entry->memory;
    char *const data = *room;
    loopc_entry_write(entry, data);
    *room += entry->bytes;
    return data;
}

static int add_tensors(struct loopc_save *saving)
{
    const struct loopc_entries *entries = &saving->entries;
    if (make_unpacked(saving)) return LOOPC_FAILED;
    char *room = saving->unpacked;
    const size_t more = 3 * (size_t)saving->folder->program->field_count + 1;
    saving->tensors = calloc((size_t)entries->count + more, sizeof *saving->tensors);
    saving->keys = calloc(more, sizeof *saving->keys);
    saving->counts = calloc(more, sizeof *saving->counts);
    if (!saving->tensors || !saving->keys || !saving->counts) return LOOPC_FAILED;
    for (int i = 0; i < entries->count; i++) {
        const struct loopc_entry *entry = &entries->list[i];
        saving->tensors[i] = (struct loopc_tensor){.name = entry->key,
                                                   .dtype = entry->dtype,
                                                   .rank = entry->rank,
                                                   .dims = entry->dims,
                                                   .data = data_of(entry, &room)};
    }
    saving->tensor_count = entries->count;
    return add_scales(saving) | add_parts(saving);
}

void loopc_save_free(struct loopc_save *saving)
{
    for (int i = 0; i < 2 * saving->meta_count; i++)
        free(saving->texts[i]);
    free(saving->texts);
    free(saving->metas);
    for (int i = 0; i < saving->key_count; i++)
        free(saving->keys[i]);
    free(saving->keys);
    free(saving->counts);
    free(saving->unpacked);
    free(saving->tensors);
    loopc_entries_free(&saving->entries);
}

int loopc_save_collect(struct loopc_save *saving, struct loopc_checkpoint_info *info)
{
    if (loopc_entries_make(&saving->entries, saving->folder->program, saving->state, info,
                           saving->message)) {
        return LOOPC_FAILED;
    }
    if (!add_tensors(saving) && !add_metas(saving, info)) return LOOPC_OK;
    return loopc_error_set(saving->message, NULL, "out of memory for a checkpoint");
}
