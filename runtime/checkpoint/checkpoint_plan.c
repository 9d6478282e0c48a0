/* The plan of a load: the parts of a file are matched with the entries of a program. */
#include "checkpoint/checkpoint_plan.h"

#include "base/json_text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int loopc_plan_refuse(const struct loopc_load_plan *plan, const char *hint, const char *format, ...)
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

int loopc_plan_no_memory(const struct loopc_load_plan *plan)
{
    loopc_plan_refuse(plan, NULL, "out of memory");
    return LOOPC_UNREADABLE;
}

void loopc_plan_note(const struct loopc_load_plan *plan, enum loopc_load_note note,
                     const char *text)
{
    const struct loopc_load_request *loading = plan->loading;
    char shown[256];
    if (!loading->note) return;
    snprintf(shown, sizeof shown, "%s", text);
    loopc_text_clean(shown);
    loading->note(loading->listener, note, shown);
}

/* With values_only the entries of the info have no source. */
static int entry_count(const struct loopc_load_plan *plan)
{
    return plan->loading->values_only ? plan->entries.fields : plan->entries.count;
}

static bool is_wanted(const struct loopc_load_plan *plan, const char *key)
{
    const struct loopc_load_request *loading = plan->loading;
    static const char frame[] = "loopc.position.";
    if (!strncmp(key, frame, sizeof frame - 1) &&
        !loopc_safetensors_text(&plan->file, "loopc.inside"))
        return false; /* frames count for a position in them */
    return !loading->wanted || loading->wanted(loading->listener, key);
}

static void note_taken(const struct loopc_load_plan *plan, const char *key)
{
    if (plan->loading->wanted) loopc_plan_note(plan, LOOPC_NOTE_TAKEN, key);
}

/* A number, or an array of one. */
static bool is_one(const int64_t *dims, int rank)
{
    while (rank > 0 && dims[rank - 1] == 1)
        rank--;
    return rank == 0;
}

static int check_entry(const struct loopc_load_plan *plan, const struct loopc_entry *entry,
                       const struct loopc_stored *stored)
{
    char there[128], here[128];
    const char *const hint =
        plan->loading->wanted ? "name the parts that fit: --init FILE:net.layers.0" : NULL;
    if (stored->dtype != entry->dtype) {
        return loopc_plan_refuse(plan, hint, "%s is %s in the file, %s in the program", entry->key,
                                 loopc_dtype_name(stored->dtype), loopc_dtype_name(entry->dtype));
    }
    if (stored->rank == entry->rank &&
        !memcmp(stored->dims, entry->dims, (size_t)entry->rank * sizeof *entry->dims)) {
        return LOOPC_LOADED;
    }
    if (is_one(stored->dims, stored->rank) && is_one(entry->dims, entry->rank)) return LOOPC_LOADED;
    return loopc_plan_refuse(plan, hint, "%s is %s in the file, %s in the program", entry->key,
                             loopc_dims_format(stored->dims, stored->rank, there, sizeof there),
                             loopc_dims_format(entry->dims, entry->rank, here, sizeof here));
}

static int match_entries(struct loopc_load_plan *plan)
{
    for (int i = 0; i < entry_count(plan); i++) {
        const struct loopc_entry *entry = &plan->entries.list[i];
        if (!is_wanted(plan, entry->key)) continue;
        const struct loopc_stored *stored = loopc_safetensors_find(&plan->file, entry->key);
        if (!stored) {
            if (i < plan->entries.fields) loopc_plan_note(plan, LOOPC_NOTE_MISSING, entry->key);
            continue;
        }
        if (check_entry(plan, entry, stored)) return LOOPC_REFUSED;
        note_taken(plan, entry->key);
        plan->sources[i] = stored;
        plan->used[stored - plan->file.tensors] = true;
    }
    return LOOPC_LOADED;
}

/* The byte of two hexadecimal digits, or -1. */
static int byte_of(const char *hex)
{
    static const char digits[] = "0123456789abcdef";
    const char *high = hex[0] ? strchr(digits, hex[0]) : NULL;
    const char *low = high && hex[1] ? strchr(digits, hex[1]) : NULL;
    return low ? (int)((high - digits) * 16 + (low - digits)) : -1;
}

/* Whether the text is bytes in hexadecimal without a 0. */
static bool is_hexadecimal(const char *hex)
{
    for (; *hex; hex += 2) {
        if (byte_of(hex) <= 0) return false;
    }
    return true;
}

/* Keeps the bytes of hexadecimal digits; NULL without memory. */
static const char *keep_bytes(const struct loopc_load_plan *plan, const char *hex)
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

/* The name in "KIND:NAME", the key of a string entry, or NULL. */
static const char *name_in(const char *key)
{
    const bool string =
        is_of_kind(key, "text") || is_of_kind(key, "bytes") || is_of_kind(key, "none");
    return string ? strchr(key, ':') + 1 : NULL;
}

/* The value of a string entry in the file, or NULL. The search begins at `at`, behind the one found
 * last: a file has strings in the order of the program, and there may be many. */
static const struct loopc_meta *find_string(const struct loopc_load_plan *plan, const char *name,
                                            int *at)
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

static int match_string(struct loopc_load_plan *plan, int i, int *at)
{
    const char *name = plan->entries.strings[i].name;
    if (!is_wanted(plan, name)) return LOOPC_LOADED;
    const struct loopc_meta *meta = find_string(plan, name, at);
    if (!meta) {
        loopc_plan_note(plan, LOOPC_NOTE_MISSING, name);
        return LOOPC_LOADED;
    }
    const bool text = is_of_kind(meta->key, "text"), bytes = is_of_kind(meta->key, "bytes");
    if (bytes && !is_hexadecimal(meta->value)) {
        return loopc_plan_refuse(plan, NULL, "the bytes of %s are not in hexadecimal", name);
    }
    if (text)
        plan->strings[i] = loopc_text_keep(plan->loading->texts, meta->value, strlen(meta->value));
    if (bytes) plan->strings[i] = keep_bytes(plan, meta->value);
    if ((text || bytes) && !plan->strings[i]) return loopc_plan_no_memory(plan);
    note_taken(plan, name);
    plan->found[i] = true;
    return LOOPC_LOADED;
}

static int match_strings(struct loopc_load_plan *plan)
{
    int result = LOOPC_LOADED, at = 0;
    for (int i = 0; !result && i < plan->entries.string_count; i++)
        result = match_string(plan, i, &at);
    return result;
}

/* Whether the program has a string entry of that name; the search is the same. */
static bool is_string(const struct loopc_load_plan *plan, const char *name, int *at)
{
    const int count = plan->entries.string_count;
    for (int tried = 0; tried < count; tried++) {
        if (strcmp(plan->entries.strings[(*at + tried) % count].name, name) != 0) continue;
        *at = (*at + tried + 1) % count;
        return true;
    }
    return false;
}

static void note_extra(const struct loopc_load_plan *plan)
{
    const struct loopc_safetensors *file = &plan->file;
    for (int i = 0; i < file->tensor_count; i++) {
        const char *name = file->tensors[i].name;
        if (!plan->used[i] && strncmp(name, "loopc.", 6) != 0)
            loopc_plan_note(plan, LOOPC_NOTE_EXTRA, name);
    }
    int at = 0;
    for (int i = 0; i < file->meta_count; i++) {
        const char *name = name_in(file->metas[i].key);
        if (name && !(is_string(plan, name, &at) && is_wanted(plan, name)))
            loopc_plan_note(plan, LOOPC_NOTE_EXTRA, name);
    }
}

static int make_plan(struct loopc_load_plan *plan)
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
    return loopc_plan_no_memory(plan);
}

int loopc_plan_match(struct loopc_load_plan *plan)
{
    int result = make_plan(plan);
    if (!result) result = match_entries(plan);
    if (!result) result = match_strings(plan);
    if (!result) note_extra(plan);
    return result;
}
