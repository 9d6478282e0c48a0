/* Loading: everything is read and checked beside the state, and then put into it at once. */
#include "checkpoint/checkpoint.h"

#include "checkpoint/entries.h"
#include "base/json_text.h"
#include "data/table.h"
#include "checkpoint/dataset_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* A checkpoint on its way in. */
struct plan {
    struct loopc_load_request *loading;
    struct loopc_safetensors file;
    struct loopc_checkpoint_info info; /* entries point to it until all is well */
    struct loopc_entries entries;
    const struct loopc_stored **sources; /* of each entry, NULL without one */
    const char **strings;                /* of each word, with `found` */
    bool *found;
    bool *used;   /* of each tensor of the file, whether an entry has taken it */
    char *staged; /* the data of all sources, one after the other */
};

static int refuse(const struct plan *plan, const char *hint, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int refuse(const struct plan *plan, const char *hint, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    loopc_text_clean(text);
    loopc_error_set(&plan->loading->message, hint, "%s: %s", plan->file.path, text);
    return LOOPC_REFUSED;
}

static int no_memory(const struct plan *plan)
{
    refuse(plan, NULL, "out of memory");
    return LOOPC_UNREADABLE;
}

static void note(const struct plan *plan, enum loopc_load_note note, const char *text)
{
    const struct loopc_load_request *loading = plan->loading;
    char shown[256];
    if (!loading->note) return;
    snprintf(shown, sizeof shown, "%s", text);
    loopc_text_clean(shown);
    loading->note(loading->listener, note, shown);
}

/* Which program it is of. */

/* A file of ours has lost its checksum to damage. */
static int check_sum(const struct plan *plan)
{
    const struct loopc_safetensors *file = &plan->file;
    bool ours = loopc_safetensors_find(file, "loopc.position") != NULL;
    for (int i = 0; i < file->meta_count; i++)
        ours |= !strncmp(file->metas[i].key, "loopc.", 6);
    if (ours && !file->has_checksum) {
        refuse(plan, NULL, "it is damaged: its checksum is gone");
        return LOOPC_DAMAGED;
    }
    return loopc_safetensors_check(file, &plan->loading->message);
}

static int check_format(const struct plan *plan)
{
    const char *format = loopc_safetensors_text(&plan->file, "loopc.format");
    if (format && strtol(format, NULL, 10) > LOOPC_CHECKPOINT_FORMAT) {
        return refuse(plan, NULL, "it was written by a newer loopc, in format %.20s", format);
    }
    return LOOPC_LOADED;
}

/* A position is an index into one program's resume points. In another, or in an older version of
 * it, it would name some other place. */
static int check_program(const struct plan *plan)
{
    char hint[4200];
    snprintf(hint, sizeof hint, "its values can be taken without its position: --init %s",
             plan->file.path);
    const struct loopc_program *program = plan->loading->program;
    const char *name = loopc_safetensors_text(&plan->file, "loopc.program");
    const char *stored = loopc_safetensors_text(&plan->file, "loopc.hash");
    char hash[32];
    snprintf(hash, sizeof hash, "%016" PRIx64, loopc_program_hash(program));
    if (!name || !stored || !loopc_safetensors_find(&plan->file, "loopc.position")) {
        return refuse(plan, hint, "it is no checkpoint: it has no position in a program");
    }
    if (strcmp(name, program->name) != 0) {
        return refuse(plan, hint, "its position is one in '%.100s', and this is '%.100s'", name,
                      program->name);
    }
    if (!strcmp(stored, hash)) return LOOPC_LOADED;
    return refuse(plan, hint, "its position is one in another version of %.100s", name);
}

/* What the file says of its run. */
static void read_run(struct plan *plan)
{
    struct loopc_checkpoint_info *info = &plan->info;
    const char *run = loopc_safetensors_text(&plan->file, "loopc.run");
    const char *by = loopc_safetensors_text(&plan->file, "loopc.judged_by");
    snprintf(info->run, sizeof info->run, "%s", run ? run : "");
    snprintf(info->by, sizeof info->by, "%s", by ? by : "");
}

/* What goes where. */

/* With values_only the info's entries stay without a source. */
static int entry_count(const struct plan *plan)
{
    return plan->loading->values_only ? plan->entries.fields : plan->entries.count;
}

static bool is_wanted(const struct plan *plan, const char *key)
{
    const struct loopc_load_request *loading = plan->loading;
    return !loading->wanted || loading->wanted(loading->listener, key);
}

static void note_taken(const struct plan *plan, const char *key)
{
    if (plan->loading->wanted) note(plan, LOOPC_NOTE_TAKEN, key);
}

/* A number, or an array of one. */
static bool is_one(const int64_t *dims, int rank)
{
    while (rank > 0 && dims[rank - 1] == 1)
        rank--;
    return rank == 0;
}

static int check_entry(const struct plan *plan, const struct loopc_entry *entry,
                       const struct loopc_stored *stored)
{
    char there[128], here[128];
    const char *const hint =
        plan->loading->wanted ? "name the parts that fit: --init FILE:net.layers.0" : NULL;
    if (stored->dtype != entry->dtype) {
        return refuse(plan, hint, "%s is %s in the file, %s in the program", entry->key,
                      loopc_dtype_name(stored->dtype), loopc_dtype_name(entry->dtype));
    }
    if (stored->rank == entry->rank &&
        !memcmp(stored->dims, entry->dims, (size_t)entry->rank * sizeof *entry->dims)) {
        return LOOPC_LOADED;
    }
    if (is_one(stored->dims, stored->rank) && is_one(entry->dims, entry->rank)) return LOOPC_LOADED;
    return refuse(plan, hint, "%s is %s in the file, %s in the program", entry->key,
                  loopc_dims_format(stored->dims, stored->rank, there, sizeof there),
                  loopc_dims_format(entry->dims, entry->rank, here, sizeof here));
}

static int match_entries(struct plan *plan)
{
    for (int i = 0; i < entry_count(plan); i++) {
        const struct loopc_entry *entry = &plan->entries.list[i];
        if (!is_wanted(plan, entry->key)) continue;
        const struct loopc_stored *stored = loopc_safetensors_find(&plan->file, entry->key);
        if (!stored) {
            if (i < plan->entries.fields) note(plan, LOOPC_NOTE_MISSING, entry->key);
            continue;
        }
        if (check_entry(plan, entry, stored)) return LOOPC_REFUSED;
        note_taken(plan, entry->key);
        plan->sources[i] = stored;
        plan->used[stored - plan->file.tensors] = true;
    }
    return LOOPC_LOADED;
}

/* The byte that two hexadecimal digits are, or -1. */
static int byte_of(const char *hex)
{
    static const char digits[] = "0123456789abcdef";
    const char *high = hex[0] ? strchr(digits, hex[0]) : NULL;
    const char *low = high && hex[1] ? strchr(digits, hex[1]) : NULL;
    return low ? (int)((high - digits) * 16 + (low - digits)) : -1;
}

/* Whether all of it is bytes in hexadecimal, none of them 0. */
static bool is_hexadecimal(const char *hex)
{
    for (; *hex; hex += 2) {
        if (byte_of(hex) <= 0) return false;
    }
    return true;
}

/* Keeps the bytes that hexadecimal digits are; NULL without memory. */
static const char *keep_bytes(const struct plan *plan, const char *hex)
{
    const size_t length = strlen(hex) / 2;
    char *const bytes = malloc(length + 1);
    if (!bytes) return NULL;
    for (size_t i = 0; i < length; i++)
        bytes[i] = (char)byte_of(hex + 2 * i);
    const char *kept = loopc_text_keep(plan->loading->texts, bytes, length);
    free(bytes);
    return kept;
}

static bool is_of_kind(const char *key, const char *kind)
{
    const size_t length = strlen(kind);
    return !strncmp(key, kind, length) && key[length] == ':';
}

/* The name in "KIND:NAME", the key of a word, or NULL. */
static const char *name_in(const char *key)
{
    const bool word =
        is_of_kind(key, "text") || is_of_kind(key, "bytes") || is_of_kind(key, "none");
    return word ? strchr(key, ':') + 1 : NULL;
}

/* What the file has of a word, or NULL. It is looked for from `at` on, behind the one found last: a
 * file has strings in the order of the program, and there may be many. */
static const struct loopc_meta *find_word(const struct plan *plan, const char *name, int *at)
{
    const int count = plan->file.meta_count;
    for (int tried = 0; tried < count; tried++) {
        const struct loopc_meta *meta = &plan->file.metas[(*at + tried) % count];
        const char *other = name_in(meta->key);
        if (!other || strcmp(other, name) != 0) continue;
        *at = (*at + tried + 1) % count;
        return meta;
    }
    return NULL;
}

static int match_word(struct plan *plan, int i, int *at)
{
    const char *name = plan->entries.strings[i].name;
    if (!is_wanted(plan, name)) return LOOPC_LOADED;
    const struct loopc_meta *meta = find_word(plan, name, at);
    if (!meta) {
        note(plan, LOOPC_NOTE_MISSING, name);
        return LOOPC_LOADED;
    }
    const bool text = is_of_kind(meta->key, "text"), bytes = is_of_kind(meta->key, "bytes");
    if (bytes && !is_hexadecimal(meta->value)) {
        return refuse(plan, NULL, "the bytes of %s are not in hexadecimal", name);
    }
    if (text)
        plan->strings[i] = loopc_text_keep(plan->loading->texts, meta->value, strlen(meta->value));
    if (bytes) plan->strings[i] = keep_bytes(plan, meta->value);
    if ((text || bytes) && !plan->strings[i]) return no_memory(plan);
    note_taken(plan, name);
    plan->found[i] = true;
    return LOOPC_LOADED;
}

static int match_words(struct plan *plan)
{
    int result = LOOPC_LOADED, at = 0;
    for (int i = 0; !result && i < plan->entries.string_count; i++)
        result = match_word(plan, i, &at);
    return result;
}

/* Whether the program has that word, looked for as above. */
static bool is_word(const struct plan *plan, const char *name, int *at)
{
    const int count = plan->entries.string_count;
    for (int tried = 0; tried < count; tried++) {
        if (strcmp(plan->entries.strings[(*at + tried) % count].name, name) != 0) continue;
        *at = (*at + tried + 1) % count;
        return true;
    }
    return false;
}

static void note_extra(const struct plan *plan)
{
    const struct loopc_safetensors *file = &plan->file;
    for (int i = 0; i < file->tensor_count; i++) {
        const char *name = file->tensors[i].name;
        if (!plan->used[i] && strncmp(name, "loopc.", 6) != 0) note(plan, LOOPC_NOTE_EXTRA, name);
    }
    int at = 0;
    for (int i = 0; i < file->meta_count; i++) {
        const char *name = name_in(file->metas[i].key);
        if (name && !(is_word(plan, name, &at) && is_wanted(plan, name)))
            note(plan, LOOPC_NOTE_EXTRA, name);
    }
}

/* What the file has of a kind for a field, or NULL. */
static const char *text_of(const struct plan *plan, const char *kind,
                           const struct loopc_field *field)
{
    char *const key = loopc_key_make(kind, field->name);
    const char *text = key ? loopc_safetensors_text(&plan->file, key) : NULL;
    free(key);
    return text;
}

/* The same rows in the same order are the same digest, in whatever file. */
static int check_content(const struct plan *plan, const struct loopc_field *field)
{
    char digest[LOOPC_DIGEST_SIZE];
    const struct loopc_load_request *loading = plan->loading;
    const struct loopc_dataset *d = (const void *)((const char *)loading->state + field->offset);
    const char *before = text_of(plan, "loopc.digest", field);
    snprintf(digest, sizeof digest, "%016" PRIx64, loopc_dataset_digest(d));
    if (!before || !loopc_dataset_digest(d) || !strcmp(before, digest)) return LOOPC_LOADED;
    if (!loading->other_data)
        return refuse(plan, "--other-data allows it: the scaling and filling stay those of the run",
                      "data set %s has other content than the run had", field->name);
    char text[256];
    snprintf(text, sizeof text, "data set %s has other content than the run had", field->name);
    note(plan, LOOPC_NOTE_WARNING, text);
    return LOOPC_LOADED;
}

static int check_contents(const struct plan *plan)
{
    const struct loopc_program *program = plan->loading->program;
    int result = LOOPC_LOADED;
    for (int i = 0; !result && i < program->field_count; i++) {
        const struct loopc_field *field = &program->fields[i];
        if (field->type == LOOPC_DATASET && field->count == 1) result = check_content(plan, field);
    }
    return result;
}

/* Data sets as the run had them, and what is said of those that are others: a run on other data is
 * no continuation, but may be what is wanted. */
static void load_tables(const struct plan *plan)
{
    const struct loopc_program *program = plan->loading->program;
    void *const state = plan->loading->state;
    for (int i = 0; i < program->field_count; i++) {
        char text[512];
        if (loopc_table_load(&plan->file, program, state, i, text, sizeof text))
            note(plan, LOOPC_NOTE_WARNING, text);
        if (loopc_dataset_is_other(&plan->file, &program->fields[i], state, text, sizeof text))
            note(plan, LOOPC_NOTE_WARNING, text);
    }
}

/* Into the state. */

/* Other bytes than 0 and 1 in a bool would be undefined behaviour of the program. */
static int check_bools(const struct plan *plan, const struct loopc_entry *entry, const char *bytes)
{
    for (size_t i = 0; entry->dtype == LOOPC_DTYPE_BOOL && i < entry->bytes; i++) {
        if (bytes[i] & ~1) return refuse(plan, NULL, "%s is neither true nor false", entry->key);
    }
    return LOOPC_LOADED;
}

static int stage(struct plan *plan)
{
    size_t size = 1;
    for (int i = 0; i < plan->entries.count; i++)
        size += plan->entries.list[i].bytes;
    plan->staged = malloc(size);
    if (!plan->staged) return no_memory(plan);
    char *next = plan->staged;
    int result = LOOPC_LOADED;
    for (int i = 0; !result && i < plan->entries.count; i++) {
        const struct loopc_entry *entry = &plan->entries.list[i];
        if (!plan->sources[i]) continue;
        result =
            loopc_safetensors_get(&plan->file, plan->sources[i], next, &plan->loading->message);
        if (!result) result = check_bools(plan, entry, next);
        next += entry->bytes;
    }
    return result;
}

static void commit(const struct plan *plan)
{
    const char *next = plan->staged;
    for (int i = 0; i < plan->entries.count; i++) {
        const struct loopc_entry *entry = &plan->entries.list[i];
        if (!plan->sources[i]) continue;
        loopc_entry_read(entry, next);
        next += entry->bytes;
    }
    for (int i = 0; i < plan->entries.string_count; i++) {
        if (plan->found[i]) *plan->entries.strings[i].memory = plan->strings[i];
    }
    if (plan->loading->values_only) return;
    plan->loading->info = plan->info;
    const struct loopc_program *program = plan->loading->program;
    loopc_fields_restart(program->fields, program->field_count, plan->loading->state);
}

static int make_plan(struct plan *plan)
{
    const struct loopc_load_request *loading = plan->loading;
    if (loopc_entries_make(&plan->entries, loading->program, loading->state, &plan->info,
                           &loading->message)) {
        return LOOPC_REFUSED;
    }
    const size_t strings = (size_t)plan->entries.string_count + 1;
    plan->sources = calloc((size_t)plan->entries.count + 1, sizeof(void *));
    plan->strings = calloc(strings, sizeof *plan->strings);
    plan->found = calloc(strings, sizeof *plan->found);
    plan->used = calloc((size_t)plan->file.tensor_count + 1, sizeof *plan->used);
    if (plan->sources && plan->strings && plan->found && plan->used) return LOOPC_LOADED;
    return no_memory(plan);
}

static void free_plan(struct plan *plan)
{
    loopc_safetensors_close(&plan->file);
    loopc_entries_free(&plan->entries);
    free(plan->sources);
    free(plan->strings);
    free(plan->found);
    free(plan->used);
    free(plan->staged);
}

static int match_all(struct plan *plan)
{
    int result = make_plan(plan);
    if (!result) result = match_entries(plan);
    if (!result) result = match_words(plan);
    if (!result) note_extra(plan);
    return result;
}

int loopc_checkpoint_load(struct loopc_load_request *loading, const char *path)
{
    struct plan plan = {.loading = loading, .info = loopc_checkpoint_info_start()};
    int result = loopc_safetensors_open(&plan.file, path, &loading->message);
    if (result) return result;
    result = check_sum(&plan);
    if (!result) result = check_format(&plan);
    if (!result && !loading->values_only) result = check_program(&plan);
    if (!result && !loading->values_only) result = check_contents(&plan);
    if (!result) result = match_all(&plan);
    if (!result) result = stage(&plan);
    if (!result && !loading->values_only)
        result = loopc_parts_load(&plan.file, loading->program, loading->state, &loading->message);
    if (!result) {
        read_run(&plan);
        if (!loading->values_only) load_tables(&plan);
        commit(&plan);
        snprintf(loading->path, sizeof loading->path, "%s", path);
    }
    free_plan(&plan);
    return result;
}
