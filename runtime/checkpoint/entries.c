/* The walk over the table of fields; and the program's hash. */
#include "checkpoint/entries.h"

#include "data/dataset.h"
#include "nn/panel.h"
#include "nn/replica.h"
#include "base/rng.h"
#include "base/hash.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The type of each field in a file; a str and a data set have none. */
static const enum loopc_dtype dtype_of[] = {
    [LOOPC_F32] = LOOPC_DTYPE_F32,   [LOOPC_F64] = LOOPC_DTYPE_F64, [LOOPC_I32] = LOOPC_DTYPE_I32,
    [LOOPC_I64] = LOOPC_DTYPE_I64,   [LOOPC_U32] = LOOPC_DTYPE_U32, [LOOPC_U64] = LOOPC_DTYPE_U64,
    [LOOPC_BOOL] = LOOPC_DTYPE_BOOL, [LOOPC_RNG] = LOOPC_DTYPE_U64, [LOOPC_BYTES] = LOOPC_DTYPE_U8,
};

_Static_assert(sizeof(bool) == 1, "BOOL is a byte");
_Static_assert(sizeof(struct loopc_rng) == 32, "an rng is U64 [4]");

/* The info's members. A file that lacks a required one is not a checkpoint. */
static const struct {
    const char *key;
    enum loopc_dtype dtype;
    size_t offset;
} members[] = {
    {"loopc.position", LOOPC_DTYPE_I64, offsetof(struct loopc_checkpoint_info, position)},
    {"loopc.number", LOOPC_DTYPE_I64, offsetof(struct loopc_checkpoint_info, number)},
    {"loopc.steps", LOOPC_DTYPE_I64, offsetof(struct loopc_checkpoint_info, steps)},
    {"loopc.epochs", LOOPC_DTYPE_I64, offsetof(struct loopc_checkpoint_info, epochs)},
    {"loopc.ended", LOOPC_DTYPE_I64, offsetof(struct loopc_checkpoint_info, ended)},
    {"loopc.spared", LOOPC_DTYPE_I64, offsetof(struct loopc_checkpoint_info, spared)},
    {"loopc.judged", LOOPC_DTYPE_I64, offsetof(struct loopc_checkpoint_info, judged)},
    {"loopc.metrics", LOOPC_DTYPE_I64, offsetof(struct loopc_checkpoint_info, metrics.size)},
    {"loopc.metrics_head", LOOPC_DTYPE_U64, offsetof(struct loopc_checkpoint_info, metrics.head)},
    {"loopc.metrics_all", LOOPC_DTYPE_U64, offsetof(struct loopc_checkpoint_info, metrics.all)},
    {"loopc.seconds", LOOPC_DTYPE_F64, offsetof(struct loopc_checkpoint_info, seconds)},
    {"loopc.best", LOOPC_DTYPE_F64, offsetof(struct loopc_checkpoint_info, best)},
};
enum { MEMBERS = sizeof members / sizeof *members };

static bool is_saved(const struct loopc_field *field)
{
    return !(field->flags & (LOOPC_TRANSIENT | LOOPC_RESTARTING));
}

static bool is_tensor(const struct loopc_field *field)
{
    return is_saved(field) && field->type != LOOPC_STR && field->type != LOOPC_DATASET;
}

static bool is_word(const struct loopc_field *field)
{
    return is_saved(field) && field->type == LOOPC_STR;
}

/* The shape that the table says, rows at their full width. */
static void take_shape(struct loopc_entry *entry, const struct loopc_field *field)
{
    if (field->rank > 0) {
        entry->rank = field->rank;
        memcpy(entry->dims, field->dims, field->rank * sizeof *entry->dims);
    } else if (field->count != 1 || field->type == LOOPC_BYTES) {
        entry->dims[entry->rank++] = (int64_t)field->count;
    }
    if (field->type == LOOPC_RNG) entry->dims[entry->rank++] = 4;
}

static int64_t width_of(const struct loopc_field *field, const void *state)
{
    int32_t width;
    memcpy(&width, (const char *)state + field->width_at, sizeof width);
    return width;
}

/* Bytes in use, or -1 when they are more than the field has. */
static int64_t bytes_of(const struct loopc_entry *entry, const struct loopc_field *field)
{
    int64_t bytes = (int64_t)loopc_dtype_size(entry->dtype);
    for (int i = 0; i < entry->rank; i++) {
        if (entry->dims[i] < 0 || __builtin_mul_overflow(bytes, entry->dims[i], &bytes)) return -1;
    }
    return (uint64_t)bytes <= field->count * loopc_field_element(field) ? bytes : -1;
}

static int add_tensor(struct loopc_entries *entries, const struct loopc_field *field, void *state,
                      const struct loopc_message *message)
{
    struct loopc_entry *entry = &entries->list[entries->count++];
    *entry = (struct loopc_entry){.key = field->name,
                                  .dtype = dtype_of[field->type],
                                  .memory = (char *)state + field->offset,
                                  .panels = field->panels,
                                  .replica = field->replica};
    take_shape(entry, field);
    if (field->width_at && entry->rank) entry->dims[entry->rank - 1] = width_of(field, state);
    const int64_t bytes = bytes_of(entry, field);
    char dims[128];
    if (bytes < 0) {
        return loopc_error_set(
            message, NULL, "%s cannot be %s: it has room for %zu elements", field->name,
            loopc_dims_format(entry->dims, entry->rank, dims, sizeof dims), field->count);
    }
    entry->bytes = (size_t)bytes;
    return LOOPC_OK;
}

static int add_words(struct loopc_entries *entries, const struct loopc_field *field, void *state)
{
    const char **memory = (void *)((char *)state + field->offset);
    for (size_t i = 0; i < field->count; i++) {
        struct loopc_string_entry *word = &entries->strings[entries->string_count++];
        char index[32] = "";
        if (field->count != 1) snprintf(index, sizeof index, "[%zu]", i);
        word->memory = &memory[i];
        if (asprintf(&word->name, "%s%s", field->name, index) < 0) {
            word->name = NULL;
            return LOOPC_FAILED;
        }
    }
    return LOOPC_OK;
}

static void add_moment(struct loopc_entries *entries, void *state,
                       struct loopc_checkpoint_info *info)
{
    struct loopc_run *run = state;
    for (int i = 0; i < MEMBERS; i++) {
        entries->list[entries->count++] =
            (struct loopc_entry){.key = members[i].key,
                                 .dtype = members[i].dtype,
                                 .memory = (char *)info + members[i].offset,
                                 .bytes = 8};
    }
    entries->list[entries->count++] = (struct loopc_entry){
        .key = "loopc.item", .dtype = LOOPC_DTYPE_U64, .memory = &run->item, .bytes = 8};
    entries->list[entries->count++] = (struct loopc_entry){
        .key = "loopc.seed", .dtype = LOOPC_DTYPE_U64, .memory = &run->seed, .bytes = 8};
}

static int make_room(struct loopc_entries *entries, const struct loopc_program *program)
{
    size_t strings = 0;
    for (int i = 0; i < program->field_count; i++) {
        if (is_word(&program->fields[i])) strings += program->fields[i].count;
    }
    entries->list = calloc((size_t)program->field_count + MEMBERS + 2, sizeof *entries->list);
    entries->strings = calloc(strings + 1, sizeof *entries->strings);
    return entries->list && entries->strings ? LOOPC_OK : LOOPC_FAILED;
}

static int add_fields(struct loopc_entries *entries, const struct loopc_program *program,
                      void *state, const struct loopc_message *message)
{
    for (int i = 0; i < program->field_count; i++) {
        const struct loopc_field *field = &program->fields[i];
        if (is_tensor(field) && add_tensor(entries, field, state, message)) return LOOPC_FAILED;
        if (is_word(field) && add_words(entries, field, state)) {
            return loopc_error_set(message, NULL, "out of memory");
        }
    }
    return LOOPC_OK;
}

int loopc_entries_make(struct loopc_entries *entries, const struct loopc_program *program,
                       void *state, struct loopc_checkpoint_info *info,
                       const struct loopc_message *message)
{
    *entries = (struct loopc_entries){0};
    if (make_room(entries, program)) return loopc_error_set(message, NULL, "out of memory");
    const int st = add_fields(entries, program, state, message);
    entries->fields = entries->count;
    if (!st) add_moment(entries, state, info);
    return st;
}

void loopc_entries_free(struct loopc_entries *entries)
{
    for (int i = 0; i < entries->string_count; i++)
        free(entries->strings[i].name);
    free(entries->strings);
    free(entries->list);
    *entries = (struct loopc_entries){0};
}

/* The rows and columns of a tensor of a replica, whose vectors are rows. */
static int32_t rows_of(const struct loopc_entry *entry)
{
    return entry->rank == 2 ? (int32_t)entry->dims[0] : 1;
}

static int32_t columns_of(const struct loopc_entry *entry)
{
    return (int32_t)entry->dims[entry->rank - 1];
}

void loopc_entry_write(const struct loopc_entry *entry, void *to)
{
    if (entry->panels)
        loopc_panels_to(entry->memory, to, (int32_t)entry->dims[0], (int32_t)entry->dims[1]);
    else if (entry->replica)
        loopc_replica_put(entry->memory, to, rows_of(entry), columns_of(entry));
    else
        memcpy(to, entry->memory, entry->bytes);
}

void loopc_entry_read(const struct loopc_entry *entry, const void *from)
{
    if (entry->panels)
        loopc_panels_from(from, entry->memory, (int32_t)entry->dims[0], (int32_t)entry->dims[1]);
    else if (entry->replica)
        loopc_replica_take(entry->memory, from, rows_of(entry), columns_of(entry));
    else
        memcpy(entry->memory, from, entry->bytes);
}

char *loopc_key_make(const char *kind, const char *name)
{
    char *key;
    return asprintf(&key, "%s:%s", kind, name) < 0 ? NULL : key;
}

char *loopc_dataset_describe(const struct loopc_field *field, const void *state)
{
    const struct loopc_dataset *d = (const void *)((const char *)state + field->offset);
    char *text;
    const int wrote = asprintf(&text, "%" PRId64 " %d %d %d", d->rows, (int)d->columns,
                               (int)d->classes, (int)d->targets);
    return wrote < 0 ? NULL : text;
}

/* Texts with the 0 at their ends. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
    return text ? loopc_fnv1a(hash, text, strlen(text) + 1) : loopc_fnv1a(hash, "\xff", 1);
}

uint64_t loopc_program_hash(const struct loopc_program *program)
{
    uint64_t hash = hash_text(LOOPC_FNV1A_START, program->name);
    for (int i = 0; i < program->trace_point_count; i++) {
        const struct loopc_trace_point *place = &program->trace_points[i];
        hash = hash_text(hash_text(hash, place->name), place->on);
        hash = loopc_fnv1a_number(hash, (uint64_t)place->parent, 4);
        hash = loopc_fnv1a(hash, &place->kind, 1);
    }
    return hash;
}

bool loopc_program_is_inside(const struct loopc_program *program, int64_t position)
{
    if (position <= 0 || position >= program->resume_point_count) return false;
    const char *const name = program->resume_points[position];
    return !strcmp(name, LOOPC_STEP_NAME) || strstr(name, " in ");
}
