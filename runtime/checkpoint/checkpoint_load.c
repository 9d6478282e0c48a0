/* Loading: everything is read and checked beside the state, and then put into it at once. */
#include "checkpoint/checkpoint_plan.h"

#include "data/table.h"
#include "checkpoint/dataset_parts.h"
#include "checkpoint/net_words.h"
#include "process/child.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A file that loopc wrote has a checksum; without one it is damaged. */
static int check_sum(const struct loopc_load_plan *plan)
{
    const struct loopc_safetensors *file = &plan->file;
    bool ours = loopc_safetensors_find(file, "loopc.position") != NULL;
    for (int i = 0; i < file->meta_count; i++)
        ours |= !strncmp(file->metas[i].key, "loopc.", 6);
    if (ours && !file->has_checksum) {
        loopc_plan_refuse(plan, NULL, "it is damaged: its checksum is gone");
        return LOOPC_DAMAGED;
    }
    return loopc_safetensors_check(file, &plan->loading->message);
}

static int check_format(const struct loopc_load_plan *plan)
{
    const char *format = loopc_safetensors_text(&plan->file, "loopc.format");
    if (format && strtol(format, NULL, 10) > LOOPC_CHECKPOINT_FORMAT) {
        return loopc_plan_refuse(plan, NULL, "it was written by a newer loopc, in format %.20s",
                                 format);
    }
    return LOOPC_LOADED;
}

/* A position inside of a body is one in its elements, and in one form of the program. */
static int check_inside(const struct loopc_load_plan *plan, const char *hint)
{
    const struct loopc_program *program = plan->loading->program;
    const char *stored = loopc_safetensors_text(&plan->file, "loopc.inside");
    char fingerprint[32];
    snprintf(fingerprint, sizeof fingerprint, "%016" PRIx64, program->fingerprint);
    if (!stored || !strcmp(stored, fingerprint)) return LOOPC_LOADED;
    loopc_plan_refuse(plan, hint, "its position is inside a body of another version of %.100s",
                      program->name);
    return LOOPC_ELSEWHERE;
}

/* A position is an index into one program's resume points. In another program, or in another
 * version of it, the same index means another point. */
static int check_program(const struct loopc_load_plan *plan)
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
        return loopc_plan_refuse(plan, hint, "not a checkpoint: it has no position in a program");
    }
    if (strcmp(name, program->name) != 0) {
        return loopc_plan_refuse(plan, hint,
                                 "its position is one in '%.100s', and this is '%.100s'", name,
                                 program->name);
    }
    if (!strcmp(stored, hash)) return check_inside(plan, hint);
    return loopc_plan_refuse(plan, hint, "its position is one in another version of %.100s", name);
}

/* Reads the run to which the file belongs. */
static void read_run(struct loopc_load_plan *plan)
{
    struct loopc_checkpoint_info *info = &plan->info;
    const char *run = loopc_safetensors_text(&plan->file, "loopc.run");
    const char *by = loopc_safetensors_text(&plan->file, "loopc.judged_by");
    snprintf(info->run, sizeof info->run, "%s", run ? run : "");
    snprintf(info->by, sizeof info->by, "%s", by ? by : "");
}

/* The text "KIND:FIELD" of the file, or NULL. */
static const char *text_of(const struct loopc_load_plan *plan, const char *kind,
                           const struct loopc_field *field)
{
    char *const key = loopc_key_make(kind, field->name);
    const char *text = key ? loopc_safetensors_text(&plan->file, key) : NULL;
    free(key);
    return text;
}

/* Equal rows in equal order have the same digest, in whatever file they are. */
static int check_content(const struct loopc_load_plan *plan, const struct loopc_field *field)
{
    char digest[LOOPC_DIGEST_SIZE];
    const struct loopc_load_request *loading = plan->loading;
    const struct loopc_dataset *d = (const void *)((const char *)loading->state + field->offset);
    const char *before = text_of(plan, "loopc.digest", field);
    snprintf(digest, sizeof digest, "%016" PRIx64, loopc_dataset_digest(d));
    if (!before || !loopc_dataset_digest(d) || !strcmp(before, digest)) return LOOPC_LOADED;
    if (!loading->other_data)
        return loopc_plan_refuse(
            plan, "--other-data allows it: the scaling and filling stay those of the run",
            "data set %s has other content than the run had", field->name);
    char text[256];
    snprintf(text, sizeof text, "data set %s has other content than the run had", field->name);
    loopc_plan_note(plan, LOOPC_NOTE_WARNING, text);
    return LOOPC_LOADED;
}

static int check_contents(const struct loopc_load_plan *plan)
{
    const struct loopc_program *program = plan->loading->program;
    int result = LOOPC_LOADED;
    for (int i = 0; !result && i < program->field_count; i++) {
        const struct loopc_field *field = &program->fields[i];
        if (field->type == LOOPC_DATASET && field->count == 1) result = check_content(plan, field);
    }
    return result;
}

/* Restores a data set, and warns where it has changed: training on with other data may be intended.
 * What the net has learned would mean nothing to other columns and classes. */
static int load_table(const struct loopc_load_plan *plan, int i)
{
    const struct loopc_program *program = plan->loading->program;
    void *const state = plan->loading->state;
    char text[512];
    if (loopc_table_load(&plan->file, program, state, i, text, sizeof text))
        return loopc_plan_refuse(
            plan, "the flags and the file of the run; or a new run, which begins with --init", "%s",
            text);
    if (*text) loopc_plan_note(plan, LOOPC_NOTE_WARNING, text);
    if (loopc_dataset_is_other(&plan->file, &program->fields[i], state, text, sizeof text))
        loopc_plan_note(plan, LOOPC_NOTE_WARNING, text);
    return LOOPC_LOADED;
}

/* Flags that would change nothing. */
static int check_share(const struct loopc_load_plan *plan, int i)
{
    const struct loopc_load_request *loading = plan->loading;
    char text[512];
    if (!loopc_share_check(&plan->file, loading->program, loading->state, i, text, sizeof text))
        return LOOPC_LOADED;
    return loopc_plan_refuse(plan, "leave it as it was, or begin a new run", "%s", text);
}

/* Before the parts are those of the file. */
static int check_shares(const struct loopc_load_plan *plan)
{
    int result = LOOPC_LOADED;
    for (int i = 0; !result && i < plan->loading->program->field_count; i++)
        result = check_share(plan, i);
    return result;
}

static void warn_of_nets(const struct loopc_load_plan *plan)
{
    const struct loopc_program *program = plan->loading->program;
    char text[400];
    for (int i = 0; i < program->net_count; i++) {
        if (loopc_net_is_other(&plan->file, &program->nets[i], text, sizeof text))
            loopc_plan_note(plan, LOOPC_NOTE_WARNING, text);
    }
}

static int arrange_table(const struct loopc_load_plan *plan, int i)
{
    char text[256];
    if (!loopc_table_arrange(&plan->file, plan->loading->program, plan->loading->state, i, text,
                             sizeof text))
        return LOOPC_LOADED;
    return loopc_plan_no_memory(plan);
}

static int load_tables(const struct loopc_load_plan *plan)
{
    int result = LOOPC_LOADED;
    for (int i = 0; !result && i < plan->loading->program->field_count; i++)
        result = plan->loading->values_only ? arrange_table(plan, i) : load_table(plan, i);
    return result;
}

/* Other bytes than 0 and 1 in a bool would be undefined behaviour of the program. */
static int check_bools(const struct loopc_load_plan *plan, const struct loopc_entry *entry,
                       const char *bytes)
{
    for (size_t i = 0; entry->dtype == LOOPC_DTYPE_BOOL && i < entry->bytes; i++) {
        if (bytes[i] & ~1)
            return loopc_plan_refuse(plan, NULL, "%s is neither true nor false", entry->key);
    }
    return LOOPC_LOADED;
}

static int stage(struct loopc_load_plan *plan)
{
    size_t size = 1;
    for (int i = 0; i < plan->entries.count; i++)
        size += plan->entries.list[i].bytes;
    plan->staged = malloc(size);
    if (!plan->staged) return loopc_plan_no_memory(plan);
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

static void commit(const struct loopc_load_plan *plan)
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
    for (int i = 0; i < program->child_count; i++) /* processes of the run that was saved */
        memset((char *)plan->loading->state + program->children[i], 0, sizeof(struct loopc_child));
}

static void free_plan(struct loopc_load_plan *plan)
{
    loopc_safetensors_close(&plan->file);
    loopc_entries_free(&plan->entries);
    free(plan->sources);
    free(plan->strings);
    free(plan->found);
    free(plan->used);
    free(plan->staged);
}

int loopc_checkpoint_load(struct loopc_load_request *loading, const char *path)
{
    struct loopc_load_plan plan = {.loading = loading, .info = loopc_checkpoint_info_start()};
    int result = loopc_safetensors_open(&plan.file, path, &loading->message);
    if (result) return result;
    result = check_sum(&plan);
    if (!result) result = check_format(&plan);
    if (!result && !loading->values_only) result = check_program(&plan);
    if (!result && !loading->values_only) result = check_contents(&plan);
    if (!result) result = loopc_plan_match(&plan);
    if (!result) result = stage(&plan);
    if (!result && !loading->values_only) result = check_shares(&plan);
    if (!result && !loading->values_only)
        result = loopc_parts_load(&plan.file, loading->program, loading->state, &loading->message);
    if (!result) result = load_tables(&plan);
    if (!result) {
        read_run(&plan);
        warn_of_nets(&plan);
        commit(&plan);
        snprintf(loading->path, sizeof loading->path, "%s", path);
    }
    free_plan(&plan);
    return result;
}
