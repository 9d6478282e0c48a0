/* Parts of data sets: from views to rows, and back. */
#include "checkpoint/dataset_parts.h"

#include "data/table.h"
#include "checkpoint/entries.h"

#include <stdlib.h>
#include <string.h>

/* A data set of a state that is to become a part. */
struct change {
    struct loopc_dataset *field, *of;
    int64_t *rows; /* NULL: all */
    int64_t count;
    struct loopc_dataset made; /* where it is of another field */
};

const struct loopc_dataset *loopc_dataset_of(const struct loopc_program *program, const void *state,
                                             int i)
{
    const struct loopc_field *field = &program->fields[i];
    if (field->type != LOOPC_DATASET || field->count != 1) return NULL;
    return (const void *)((const char *)state + field->offset);
}

static struct loopc_dataset *dataset_at(const struct loopc_program *program, void *state, int i)
{
    return loopc_dataset_of(program, state, i) ? (void *)((char *)state + program->fields[i].offset)
                                               : NULL;
}

const int64_t *loopc_part_rows(const struct loopc_program *program, const void *state, int i,
                               int64_t *count, const char **of)
{
    const struct loopc_dataset *d = loopc_dataset_of(program, state, i);
    if (!d || !d->index) return NULL;
    for (int k = 0; k < program->field_count; k++) {
        const struct loopc_dataset *whole = loopc_dataset_of(program, state, k);
        if (!whole || whole->x != d->x || loopc_dataset_is_part(whole)) continue;
        *count = d->rows;
        *of = program->fields[k].name;
        return d->index;
    }
    return NULL;
}

char *loopc_share_text(const struct loopc_dataset *d)
{
    char text[40] = "";
    const double share = loopc_dataset_share(d);
    if (share > 0) snprintf(text, sizeof text, "%.10g", share);
    return strdup(text);
}

/* Whether these are rows of that data set, in their order. */
static bool fits(const int64_t *rows, int64_t count, const struct loopc_dataset *of)
{
    for (int64_t i = 0; i < count; i++) {
        if (rows[i] < (i > 0 ? rows[i - 1] + 1 : 0)) return false;
    }
    return count == 0 || rows[count - 1] < loopc_dataset_stored(of);
}

/* The data set that the file says a field is of, or NULL. */
static struct loopc_dataset *find_whole(const struct loopc_safetensors *file,
                                        const struct loopc_program *program, void *state,
                                        const char *name)
{
    char *const key = loopc_key_make("loopc.of", name);
    const char *of = key ? loopc_safetensors_text(file, key) : NULL;
    const struct loopc_field *field =
        of ? loopc_field_find(program->fields, program->field_count, of) : NULL;
    free(key);
    struct loopc_dataset *const d =
        field ? dataset_at(program, state, (int)(field - program->fields)) : NULL;
    return d && d->source && !loopc_dataset_is_part(d) ? d : NULL;
}

/* Reads the rows of a part. Returns a result; change->of stays NULL when they do not fit. */
static int read_rows(const struct loopc_safetensors *file, const struct loopc_stored *stored,
                     struct loopc_dataset *of, struct change *change,
                     const struct loopc_message *message)
{
    if (stored->dtype != LOOPC_DTYPE_I64 || stored->rank != 1) return LOOPC_LOADED;
    change->rows = malloc((size_t)stored->bytes + sizeof *change->rows);
    if (!change->rows) return LOOPC_UNREADABLE;
    const int result = loopc_safetensors_get(file, stored, change->rows, message);
    change->count = stored->dims[0];
    if (result || !fits(change->rows, change->count, of)) return result;
    change->of = of;
    if (of == change->field) return LOOPC_LOADED;
    if (loopc_dataset_select(of, change->rows, change->count, &change->made))
        return LOOPC_UNREADABLE;
    change->rows = NULL; /* the part has them now */
    return LOOPC_LOADED;
}

static int plan_change(const struct loopc_safetensors *file, const struct loopc_program *program,
                       void *state, int i, struct change *change,
                       const struct loopc_message *message)
{
    struct loopc_dataset *const d = change->field = dataset_at(program, state, i);
    if (!d) return LOOPC_LOADED;
    char *const key = loopc_key_make("loopc.rows", program->fields[i].name);
    const struct loopc_stored *stored = key ? loopc_safetensors_find(file, key) : NULL;
    free(key);
    if (!key) return LOOPC_UNREADABLE;
    if (!stored) {
        if (d->index && !loopc_dataset_is_part(d)) change->of = d;
        return LOOPC_LOADED;
    }
    struct loopc_dataset *const of = find_whole(file, program, state, program->fields[i].name);
    return of ? read_rows(file, stored, of, change, message) : LOOPC_LOADED;
}

static void carry_out(struct change *change)
{
    if (!change->of) return;
    if (change->of == change->field) {
        loopc_dataset_narrow(change->field, change->rows, change->count);
        change->rows = NULL;
        return;
    }
    loopc_dataset_free(change->field);
    *change->field = change->made;
    change->made = (struct loopc_dataset){0};
}

int loopc_parts_load(const struct loopc_safetensors *file, const struct loopc_program *program,
                     void *state, const struct loopc_message *message)
{
    struct change *const changes = calloc((size_t)program->field_count + 1, sizeof *changes);
    int result = changes ? LOOPC_LOADED : LOOPC_UNREADABLE;
    loopc_error_set(message, NULL, "out of memory"); /* what goes wrong otherwise says so itself */
    for (int i = 0; !result && i < program->field_count; i++)
        result = plan_change(file, program, state, i, &changes[i], message);
    for (int i = 0; changes && i < program->field_count; i++) {
        if (!result) carry_out(&changes[i]);
        free(changes[i].rows);
        loopc_dataset_free(&changes[i].made);
    }
    free(changes);
    return result;
}

bool loopc_has_own_table(const struct loopc_program *program, const void *state, int i)
{
    const struct loopc_dataset *const d = loopc_dataset_of(program, state, i);
    const struct loopc_dataset_options *const options = program->fields[i].dataset;
    return d && d->source && !loopc_dataset_is_part(d) && !(options && options->like);
}

/* Data sets that share the table of another one know its classes, too. */
static void take_classes(const struct loopc_program *program, void *state)
{
    for (int i = 0; i < program->field_count; i++) {
        struct loopc_dataset *const d = dataset_at(program, state, i);
        if (d) loopc_dataset_take_classes(d);
    }
}

int loopc_share_check(const struct loopc_safetensors *file, const struct loopc_program *program,
                      const void *state, int i, char *text, size_t size)
{
    const struct loopc_dataset *const d = loopc_dataset_of(program, state, i);
    char *const key = loopc_key_make("loopc.share", program->fields[i].name);
    const char *const before = key && d ? loopc_safetensors_text(file, key) : NULL;
    char *const now = before ? loopc_share_text(d) : NULL;
    const bool other = now && *now && strcmp(now, before) != 0;
    if (other)
        snprintf(text, size, "data set %s: its share is %s, and was %.40s", program->fields[i].name,
                 now, before);
    free(key);
    free(now);
    return other ? LOOPC_FAILED : LOOPC_OK;
}

int loopc_table_arrange(const struct loopc_safetensors *file, const struct loopc_program *program,
                        void *state, int i, char *text, size_t size)
{
    if (!loopc_has_own_table(program, state, i)) return LOOPC_OK;
    char *const key = loopc_key_make("loopc.table", program->fields[i].name);
    const char *const table = key ? loopc_safetensors_text(file, key) : NULL;
    free(key);
    return table ? loopc_dataset_arrange(dataset_at(program, state, i), table, text, size)
                 : LOOPC_OK;
}

int loopc_table_load(const struct loopc_safetensors *file, const struct loopc_program *program,
                     void *state, int i, char *text, size_t size)
{
    char message[256];
    if (size > 0) *text = 0;
    if (!loopc_has_own_table(program, state, i)) return LOOPC_OK;
    char *const key = loopc_key_make("loopc.table", program->fields[i].name);
    const char *const table = key ? loopc_safetensors_text(file, key) : NULL;
    free(key);
    if (!table) return LOOPC_OK;
    const int st =
        loopc_dataset_restore_table(dataset_at(program, state, i), table, message, sizeof message);
    if (*message) snprintf(text, size, "data set %s: %s", program->fields[i].name, message);
    take_classes(program, state);
    return st;
}

bool loopc_dataset_is_other(const struct loopc_safetensors *file, const struct loopc_field *field,
                            const void *state, char *text, size_t size)
{
    if (field->type != LOOPC_DATASET || field->count != 1) return false;
    char *const key = loopc_key_make("data", field->name);
    const char *const before = key ? loopc_safetensors_text(file, key) : NULL;
    char *const now = loopc_dataset_describe(field, state);
    const bool other = before && now && strcmp(before, now) != 0;
    if (other)
        snprintf(text, size,
                 "%s is another data set: rows, columns, classes, targets were %.80s, are %s",
                 field->name, before, now);
    free(key);
    free(now);
    return other;
}
