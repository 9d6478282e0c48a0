/* Data sets on their way in: the role of each column, by the options. */
#include "data/loading.h"
#include "base/nearest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 1024 };

static const char *const role_names[] = {"an input",   "the label", "a target",
                                         "the weight", "the id",    "ignored"};

/* Where an option names a column that is not there. */
static int no_such_column(const struct loopc_loading *l, const char *name, enum loopc_role role)
{
    const char **const names = calloc((size_t)l->width + 1, sizeof *names);
    char hint[LOOPC_EXCERPT + 40] = "";
    char excerpt[LOOPC_EXCERPT];
    for (int64_t i = 0; names && i < l->width; i++)
        names[i] = l->columns[i].name;
    const int nearest = names ? loopc_nearest(name, names, (int)l->width) : -1;
    if (nearest >= 0)
        snprintf(hint, sizeof hint,
                 strchr(names[nearest], ',') ? "did you mean '\"%s\"'?" : "did you mean '%s'?",
                 loopc_excerpt(excerpt, names[nearest]));
    free(names);
    return loopc_error_set(l->message, *hint ? hint : NULL,
                           "%s: it has no column '%.80s', which is to be %s", l->path, name,
                           role_names[role]);
}

static int no_header(const struct loopc_loading *l, const char *name, enum loopc_role role)
{
    return loopc_error_set(l->message,
                           role == LOOPC_ROLE_LABEL
                               ? "`label` may also be last, first, or a number from 1"
                               : "without a header columns are c1, c2 ..., or numbers from 1",
                           "%s: the column '%.80s' is to be %s, but there is no header", l->path,
                           name, role_names[role]);
}

static int called_twice(const struct loopc_loading *l, const char *name, int64_t a, int64_t b)
{
    return loopc_error_set(l->message, "say which one by its number, from 1",
                           "%s: the columns %" PRId64 " and %" PRId64 " are both called '%.80s'",
                           l->path, a + 1, b + 1, name);
}

/* The one column of that name. */
static int find_name(const struct loopc_loading *l, const char *name, enum loopc_role role,
                     int64_t *found)
{
    *found = -1;
    for (int64_t i = 0; i < l->width; i++) {
        if (*found >= 0 && l->columns[i].twin_of == *found) return called_twice(l, name, *found, i);
        if (!strcmp(l->columns[i].name, name)) *found = i;
    }
    if (*found >= 0) return LOOPC_OK;
    return l->has_names ? no_such_column(l, name, role) : no_header(l, name, role);
}

static int find_number(const struct loopc_loading *l, int64_t number, enum loopc_role role,
                       int64_t *found)
{
    *found = number - 1;
    if (number >= 1 && number <= l->width) return LOOPC_OK;
    return loopc_error_set(l->message, NULL,
                           "%s: column %" PRId64 " is to be %s, but there are %" PRId64 " columns",
                           l->path, number, role_names[role], l->width);
}

static int give_role(struct loopc_loading *l, int64_t i, enum loopc_role role)
{
    struct loopc_incoming *const column = &l->columns[i];
    if (column->role != LOOPC_ROLE_INPUT) {
        return loopc_error_set(l->message, NULL,
                               "%s: column %" PRId64 " ('%.80s') is to be %s and %s", l->path,
                               i + 1, column->name, role_names[column->role], role_names[role]);
    }
    column->role = role;
    column->maybe_index = column->is_index = false;
    return LOOPC_OK;
}

/* Gives a role to all columns of a list; `given` marks them instead when it is not NULL. */
static int give_list(struct loopc_loading *l, const char *list, enum loopc_role role, bool *given)
{
    struct loopc_column_list items = {list};
    char name[NAME];
    int64_t number, i;
    int32_t place = 0;
    if (list && !loopc_column_list_is_good(list)) {
        return loopc_error_set(l->message,
                               "names are separated by commas; one with a comma is in "
                               "double quotes",
                               "%s: '%.80s' is not a list of columns", l->path, list);
    }
    while (loopc_column_list_next(&items, name, sizeof name, &number)) {
        if (number ? find_number(l, number, role, &i) : find_name(l, name, role, &i))
            return LOOPC_FAILED;
        if (given) {
            given[i] = true;
            l->columns[i].maybe_index = l->columns[i].is_index = false;
            continue;
        }
        if (give_role(l, i, role)) return LOOPC_FAILED;
        l->columns[i].place = place++;
    }
    return LOOPC_OK;
}

/* The last column that has no role yet, or -1. The answer of libsvm comes first. */
static int64_t last_free(const struct loopc_loading *l, const bool *wanted)
{
    if (l->is_libsvm && l->columns[0].role == LOOPC_ROLE_INPUT) return 0;
    int64_t i = l->width - 1;
    while (i >= 0 &&
           (l->columns[i].role != LOOPC_ROLE_INPUT || l->columns[i].is_index || wanted[i]))
        i--;
    return i;
}

/* Pictures have no column that could be a label. */
static int no_label_here(const struct loopc_loading *l, int dimensions)
{
    return loopc_error_set(
        l->message, "give both files: SAMPLES,LABELS; or `label = false` in the spec",
        "%s: an array of %d dimensions has no column for the labels", l->path, dimensions);
}

/* The name may be in quotes, as in lists. */
static int find_label_name(const struct loopc_loading *l, const char *name, int64_t *found)
{
    struct loopc_column_list items = {name};
    char text[NAME];
    int64_t number;
    if (*name != '"' || !loopc_column_list_is_good(name))
        return find_name(l, name, LOOPC_ROLE_LABEL, found);
    loopc_column_list_next(&items, text, sizeof text, &number);
    return find_name(l, text, LOOPC_ROLE_LABEL, found);
}

static int find_label(struct loopc_loading *l, const bool *wanted, int dimensions)
{
    const struct loopc_dataset_options *const o = l->options;
    int64_t i = -1;
    if (o->label == LOOPC_LABEL_NONE) return LOOPC_OK;
    if (dimensions > 2) return no_label_here(l, dimensions);
    if (o->label == LOOPC_LABEL_NAME && find_label_name(l, o->label_name, &i)) return LOOPC_FAILED;
    if (o->label == LOOPC_LABEL_NUMBER && find_number(l, o->label_number, LOOPC_ROLE_LABEL, &i))
        return LOOPC_FAILED;
    if (o->label == LOOPC_LABEL_FIRST) i = 0;
    if (o->label == LOOPC_LABEL_LAST || o->label == LOOPC_LABEL_DEFAULT) i = last_free(l, wanted);
    if (i >= 0) return give_role(l, i, LOOPC_ROLE_LABEL);
    return loopc_error_set(l->message, "say which column is the label, or `label = false`",
                           "%s: no column is left to be the label", l->path);
}

static int find_targets(struct loopc_loading *l, const bool *wanted)
{
    const int32_t count = l->options->targets;
    if (l->options->target_list)
        return give_list(l, l->options->target_list, LOOPC_ROLE_TARGET, NULL);
    for (int32_t k = count; k-- > 0;) {
        const int64_t i = last_free(l, wanted);
        if (i < 0) {
            return loopc_error_set(l->message, NULL,
                                   "%s: there are to be %" PRId32 " targets, but no columns are "
                                   "left for %" PRId32 " of them",
                                   l->path, count, k + 1);
        }
        l->columns[i].role = LOOPC_ROLE_TARGET;
        l->columns[i].place = k;
        l->columns[i].maybe_index = false;
    }
    return LOOPC_OK;
}

static bool has_targets(const struct loopc_dataset_options *o)
{
    return o->targets > 0 || o->target_list;
}

/* A column among `inputs` has no other role. */
static int check_wanted(const struct loopc_loading *l, const bool *wanted)
{
    for (int64_t i = 0; i < l->width; i++) {
        const struct loopc_incoming *const column = &l->columns[i];
        if (!wanted[i] || column->role == LOOPC_ROLE_INPUT) continue;
        return loopc_error_set(
            l->message, NULL, "%s: column %" PRId64 " ('%.80s') is to be %s and %s", l->path, i + 1,
            column->name, role_names[LOOPC_ROLE_INPUT], role_names[column->role]);
    }
    return LOOPC_OK;
}

/* Columns that are not among `inputs`, and row names, are left out. */
static void ignore_others(struct loopc_loading *l, const bool *wanted)
{
    for (int64_t i = 0; i < l->width; i++) {
        struct loopc_incoming *const column = &l->columns[i];
        const bool left_out = l->options->inputs && !wanted[i];
        if (column->role == LOOPC_ROLE_INPUT && (left_out || column->is_index))
            column->role = LOOPC_ROLE_IGNORED;
    }
}

static int find_all(struct loopc_loading *l, bool *wanted, int dimensions)
{
    const struct loopc_dataset_options *const o = l->options;
    if (give_list(l, o->id, LOOPC_ROLE_ID, NULL)) return LOOPC_FAILED;
    if (give_list(l, o->weight, LOOPC_ROLE_WEIGHT, NULL)) return LOOPC_FAILED;
    if (give_list(l, o->ignore, LOOPC_ROLE_IGNORED, NULL)) return LOOPC_FAILED;
    if (give_list(l, o->inputs, LOOPC_ROLE_INPUT, wanted)) return LOOPC_FAILED;
    const bool whole = l->content == LOOPC_FILE_WHOLE;
    if (whole && has_targets(o) && find_targets(l, wanted)) return LOOPC_FAILED;
    if (whole && !has_targets(o) && find_label(l, wanted, dimensions)) return LOOPC_FAILED;
    if (check_wanted(l, wanted)) return LOOPC_FAILED;
    ignore_others(l, wanted);
    return LOOPC_OK;
}

/* The second file of an argument: nothing but labels or targets. */
static int find_answers(struct loopc_loading *l)
{
    const struct loopc_dataset_options *const o = l->options;
    if (o->target_list && l->has_names) {
        const int st = give_list(l, o->target_list, LOOPC_ROLE_TARGET, NULL);
        for (int64_t i = 0; i < l->width; i++) {
            if (l->columns[i].role == LOOPC_ROLE_INPUT) l->columns[i].role = LOOPC_ROLE_IGNORED;
        }
        return st;
    }
    const int64_t wanted = o->targets ? o->targets : 1;
    const bool targets = has_targets(o);
    if (l->width != wanted && !(o->target_list && !o->targets)) {
        return loopc_error_set(
            l->message, NULL, "%s: it has %" PRId64 " columns, but %" PRId64 " %s", l->path,
            l->width, wanted, targets ? "targets are wanted" : "is wanted, the label");
    }
    for (int64_t i = 0; i < l->width; i++) {
        l->columns[i].role = targets ? LOOPC_ROLE_TARGET : LOOPC_ROLE_LABEL;
        l->columns[i].place = (int32_t)i;
        l->columns[i].maybe_index = false;
    }
    return LOOPC_OK;
}

int loopc_loading_find_roles(struct loopc_loading *l, int dimensions)
{
    if (l->content == LOOPC_FILE_LABELS) return find_answers(l);
    bool *const wanted = calloc((size_t)l->width + 1, sizeof *wanted);
    if (!wanted) return loopc_loading_no_memory(l);
    const int st = find_all(l, wanted, dimensions);
    free(wanted);
    return st;
}
