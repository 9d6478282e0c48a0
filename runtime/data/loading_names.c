/* Data sets on their way in: columns by their names, among themselves and as in another data
 * set. */
#include "data/loading.h"
#include "base/nearest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The name of a column that has the one of column `twin` before it: x.1, x.2, as pandas has it. */
static char *numbered_name(const struct loopc_dictionary *names, const char *name)
{
    for (int k = 1;; k++) {
        char *text;
        if (asprintf(&text, "%s.%d", name, k) < 0) return NULL;
        if (loopc_dictionary_find(names, text, strlen(text)) < 0) return text;
        free(text);
    }
}

static bool rename_twin(struct loopc_loading *l, const struct loopc_dictionary *names, int64_t i)
{
    struct loopc_incoming *const column = &l->columns[i];
    char *const other = numbered_name(names, column->name);
    if (!other) return false;
    loopc_reading_note(&l->reading,
                       "the columns %" PRId32 " and %" PRId64 " are both called '%.80s': the "
                       "second one is '%.80s' here",
                       column->twin_of + 1, i + 1, column->name, other);
    free(column->name);
    column->name = other;
    return true;
}

/* The numbers of the dictionary are those of the columns: each column adds one name. */
int loopc_loading_check_names(struct loopc_loading *l)
{
    struct loopc_dictionary names = {0};
    bool enough = true;
    for (int64_t i = 0; enough && i < l->width; i++) {
        struct loopc_incoming *const column = &l->columns[i];
        column->twin_of = loopc_dictionary_find(&names, column->name, strlen(column->name));
        if (column->twin_of >= 0) enough = rename_twin(l, &names, i);
        enough = enough && loopc_dictionary_add(&names, column->name, strlen(column->name)) == i;
    }
    loopc_dictionary_free(&names);
    return enough ? LOOPC_OK : loopc_loading_no_memory(l);
}

static bool is_answer(const struct loopc_incoming *column)
{
    return column->role == LOOPC_ROLE_LABEL || column->role == LOOPC_ROLE_TARGET;
}

/* An input with the name of the answer gives it away. */
int loopc_loading_check_twins(struct loopc_loading *l)
{
    for (int64_t i = 0; i < l->width; i++) {
        if (l->columns[i].twin_of < 0) continue;
        const struct loopc_incoming *const a = &l->columns[l->columns[i].twin_of];
        const struct loopc_incoming *const b = &l->columns[i];
        const bool input = a->role == LOOPC_ROLE_INPUT || b->role == LOOPC_ROLE_INPUT;
        if (!input || (!is_answer(a) && !is_answer(b))) continue;
        return loopc_error_set(l->message, "`ignore` one of them, by its number",
                               "%s: the columns %" PRId32 " and %" PRId64
                               " are both called '%.80s'; "
                               "one is an input, the other the answer",
                               l->path, b->twin_of + 1, i + 1, a->name);
    }
    return LOOPC_OK;
}

/* Whether a column of the other data set may be in this file of the argument. */
static bool belongs(const struct loopc_loading *l, const struct loopc_column *column)
{
    const bool answer = column->role == LOOPC_ROLE_LABEL || column->role == LOOPC_ROLE_TARGET;
    return l->content == LOOPC_FILE_WHOLE || answer == (l->content == LOOPC_FILE_LABELS);
}

static bool is_wanted(const struct loopc_loading *l, const struct loopc_column *column)
{
    if (column->role == LOOPC_ROLE_INPUT) return true;
    if (column->role == LOOPC_ROLE_IGNORED || column->role == LOOPC_ROLE_ID) return false;
    return !l->options->answers_optional;
}

/* Nobody weighs rows that are to be predicted. */
static void take_role(const struct loopc_loading *l, struct loopc_incoming *column,
                      const struct loopc_column *like)
{
    const bool predicts = l->options->answers_optional;
    column->like = like;
    column->role = predicts && like->role == LOOPC_ROLE_WEIGHT ? LOOPC_ROLE_IGNORED : like->role;
    column->place = like->place;
    column->maybe_index = false;
}

/* The columns of the other data set that are not here: as many names as fit. */
static int64_t list_absent(const struct loopc_loading *l, const bool *found, char *text,
                           size_t size)
{
    const struct loopc_table *const table = loopc_dataset_table(l->like);
    int64_t absent = 0;
    size_t used = 0;
    text[0] = 0;
    for (int32_t c = 0; c < table->count; c++) {
        char name[LOOPC_EXCERPT];
        const struct loopc_column *const column = &table->columns[c];
        if (found[c] || !is_wanted(l, column) || !belongs(l, column)) continue;
        loopc_excerpt(name, column->name);
        if (used + LOOPC_EXCERPT + 8 < size)
            used += (size_t)snprintf(text + used, size - used, "%s'%s'", absent ? ", " : "", name);
        else if (text[used - 1] != '.')
            used += (size_t)snprintf(text + used, size - used, ", ...");
        absent++;
    }
    return absent;
}

static int find_by_name(struct loopc_loading *l, const struct loopc_dictionary *names, bool *found)
{
    const struct loopc_table *const table = loopc_dataset_table(l->like);
    char text[400];
    int64_t others = 0;
    for (int64_t i = 0; i < l->width; i++) {
        struct loopc_incoming *const column = &l->columns[i];
        const int32_t c =
            column->named ? loopc_dictionary_find(names, column->name, strlen(column->name)) : -1;
        column->role = LOOPC_ROLE_IGNORED;
        column->maybe_index = false;
        others += c < 0 && column->named;
        if (c >= 0 && belongs(l, &table->columns[c])) take_role(l, column, &table->columns[c]);
        if (c >= 0) found[c] = true;
    }
    const int64_t absent = list_absent(l, found, text, sizeof text);
    if (absent == 0 && others > 0)
        loopc_reading_note(&l->reading, "%" PRId64 " column%s that %s has not %s left out", others,
                           others > 1 ? "s" : "", l->like->name, others > 1 ? "are" : "is");
    if (absent == 0) return LOOPC_OK;
    return loopc_error_set(l->message, "columns are found by their names, in any order",
                           "%s: it has no column %s, as %.200s has", l->path, text, l->like->name);
}

/* Columns of that name may be meant more than once here: which one is in the other data set? */
static int check_twins_by_name(const struct loopc_loading *l, const struct loopc_dictionary *names)
{
    for (int64_t i = 0; i < l->width; i++) {
        const struct loopc_incoming *const column = &l->columns[i];
        if (column->twin_of < 0) continue;
        const char *const first = l->columns[column->twin_of].name;
        if (loopc_dictionary_find(names, column->name, strlen(column->name)) >= 0 ||
            loopc_dictionary_find(names, first, strlen(first)) < 0)
            continue;
        return loopc_error_set(l->message, NULL,
                               "%s: the columns %" PRId32 " and %" PRId64 " are both called "
                               "'%.80s', which column of %.200s is which?",
                               l->path, column->twin_of + 1, i + 1, first, l->like->name);
    }
    return LOOPC_OK;
}

static int by_name(struct loopc_loading *l)
{
    const struct loopc_table *const table = loopc_dataset_table(l->like);
    struct loopc_dictionary names = {0};
    bool *const found = calloc((size_t)table->count + 1, sizeof *found);
    bool enough = true;
    if (!found) return loopc_loading_no_memory(l);
    for (int32_t c = 0; enough && c < table->count; c++) {
        const char *const name = table->columns[c].name;
        enough = loopc_dictionary_add(&names, name, strlen(name)) == c;
    }
    int st = enough ? check_twins_by_name(l, &names) : loopc_loading_no_memory(l);
    if (!st) st = find_by_name(l, &names, found);
    loopc_dictionary_free(&names);
    free(found);
    return st;
}

/* Gives the columns of this file the roles of those of the other one, one by one; `inputs`: only of
 * its inputs. */
static void take_roles_in_turn(struct loopc_loading *l, bool inputs)
{
    const struct loopc_table *const table = loopc_dataset_table(l->like);
    int64_t i = 0;
    for (int32_t c = 0; c < table->count && i < l->width; c++) {
        if (inputs && table->columns[c].role != LOOPC_ROLE_INPUT) continue;
        if (!inputs && !belongs(l, &table->columns[c])) continue;
        take_role(l, &l->columns[i++], &table->columns[c]);
    }
}

/* Without names on either side columns are told by their places: there are as many as there, or as
 * many as there are inputs. */
static int by_place(struct loopc_loading *l)
{
    const struct loopc_table *const table = loopc_dataset_table(l->like);
    int64_t all = 0, inputs = 0;
    for (int32_t c = 0; c < table->count; c++) {
        all += belongs(l, &table->columns[c]);
        inputs += table->columns[c].role == LOOPC_ROLE_INPUT;
    }
    const bool alone = l->content == LOOPC_FILE_SAMPLES ||
                       (l->content == LOOPC_FILE_WHOLE && l->options->answers_optional);
    if (l->width == all || (alone && l->width == inputs)) {
        take_roles_in_turn(l, l->width != all);
        return LOOPC_OK;
    }
    return loopc_error_set(l->message, NULL,
                           "%s: it has %" PRId64 " columns, %.300s, which it is to be like, has "
                           "%" PRId64,
                           l->path, l->width, l->like->name,
                           l->content == LOOPC_FILE_SAMPLES ? inputs : all);
}

int loopc_loading_find_like(struct loopc_loading *l)
{
    if (l->has_names && loopc_dataset_table(l->like)->has_names) return by_name(l);
    return by_place(l);
}
