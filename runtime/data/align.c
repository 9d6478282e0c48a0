/* Data sets of resumed runs: columns are found as the run had them, in whatever order the file has
 * them now. */
#include "data/source.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool counts(const struct loopc_column *column)
{
    return column->role != LOOPC_ROLE_IGNORED && column->role != LOOPC_ROLE_ID;
}

static int32_t count_columns(const struct loopc_table *table)
{
    int32_t count = 0;
    for (int32_t i = 0; i < table->count; i++)
        count += counts(&table->columns[i]);
    return count;
}

/* partners[i] = the column of `before` with the name and the role of column i. */
static bool pair_by_name(const struct loopc_table *now, const struct loopc_table *before,
                         const struct loopc_column **partners)
{
    struct loopc_dictionary names = {0};
    bool good = now->has_names && before->has_names && count_columns(now) == count_columns(before);
    for (int32_t i = 0; good && i < before->count; i++) {
        const char *const name = before->columns[i].name;
        good = loopc_dictionary_add(&names, name, strlen(name)) == i;
    }
    for (int32_t i = 0; good && i < now->count; i++) {
        const struct loopc_column *const c = &now->columns[i];
        if (!counts(c)) continue;
        const int32_t k = loopc_dictionary_find(&names, c->name, strlen(c->name));
        good = k >= 0 && before->columns[k].role == c->role;
        partners[i] = good ? &before->columns[k] : NULL;
    }
    loopc_dictionary_free(&names);
    return good;
}

/* The same for columns that have other names now, or none. */
static bool pair_by_place(const struct loopc_table *now, const struct loopc_table *before,
                          const struct loopc_column **partners)
{
    bool good = now->count == before->count;
    for (int32_t i = 0; good && i < now->count; i++) {
        good = now->columns[i].role == before->columns[i].role;
        partners[i] = counts(&now->columns[i]) ? &before->columns[i] : NULL;
    }
    return good;
}

static bool has_values_of(const struct loopc_column *a, const struct loopc_column *b)
{
    bool same = a->value_count == b->value_count;
    for (int32_t i = 0; same && i < a->value_count; i++)
        same = !strcmp(a->values[i], b->values[i]);
    return same;
}

/* Texts of inputs have the numbers of their places among all texts: others would mean something
 * else to the net. */
static int check_texts(const struct loopc_table *now, const struct loopc_column *const *partners,
                       const struct loopc_message *to)
{
    for (int32_t i = 0; i < now->count; i++) {
        const struct loopc_column *const c = &now->columns[i];
        if (!partners[i] || c->role != LOOPC_ROLE_INPUT) continue;
        if (c->kind == LOOPC_KIND_BOOL && partners[i]->kind == LOOPC_KIND_BOOL) continue;
        if (c->kind == partners[i]->kind && c->width == partners[i]->width &&
            has_values_of(c, partners[i]))
            continue;
        return loopc_error_set(to, NULL, "column %" PRId32 " ('%.80s') has other texts than it had",
                               i + 1, c->name);
    }
    return LOOPC_OK;
}

/* Writes the former name of the first column that has another one; "" if all are the same. */
static void tell_names(const struct loopc_table *now, const struct loopc_table *before,
                       const struct loopc_column *const *partners, const struct loopc_message *to)
{
    if (to->size > 0) *to->text = 0;
    for (int32_t i = 0; now->has_names && before->has_names && i < now->count; i++) {
        if (!partners[i] || !strcmp(now->columns[i].name, partners[i]->name)) continue;
        snprintf(to->text, to->size, "column %" PRId32 " is '%.80s', and was '%.80s'", i + 1,
                 now->columns[i].name, partners[i]->name);
        return;
    }
}

/* Classes. */

/* class_of[k] = what class k was in the run. */
static int find_classes(const struct loopc_column *now, const struct loopc_column *before,
                        int32_t number, int32_t *class_of, const struct loopc_message *to)
{
    for (int32_t k = 0; k < now->value_count; k++) {
        class_of[k] = 0;
        while (class_of[k] < before->value_count &&
               strcmp(now->values[k], before->values[class_of[k]]) != 0)
            class_of[k]++;
        if (class_of[k] == before->value_count)
            return loopc_error_set(to, NULL,
                                   "column %" PRId32
                                   " ('%.80s') has the class '%.80s', which the run does not know",
                                   number, now->name, now->values[k]);
    }
    return LOOPC_OK;
}

static bool copy_values(struct loopc_column *to, const struct loopc_column *from)
{
    char **const values = calloc((size_t)from->value_count + 1, sizeof *values);
    bool good = values != NULL;
    for (int32_t k = 0; good && k < from->value_count; k++)
        good = (values[k] = strdup(from->values[k])) != NULL;
    for (int32_t k = 0; good && k < to->value_count; k++)
        free(to->values[k]);
    if (good) free(to->values);
    for (int32_t k = 0; !good && values && k < from->value_count; k++)
        free(values[k]);
    if (!good) {
        free(values);
        return false;
    }
    to->values = values;
    to->value_count = from->value_count;
    return true;
}

static bool rename_classes(struct loopc_source *s, const int32_t *class_of,
                           const struct loopc_column *before, int32_t classes)
{
    for (int64_t r = 0; s->labels && r < s->rows; r++)
        s->labels[r] = class_of[s->labels[r]];
    s->table.classes = classes;
    return s->table.label < 0 || copy_values(&s->table.columns[s->table.label], before);
}

/* Gives the classes the numbers that they had. */
static int take_classes(struct loopc_source *s, const struct loopc_table *before,
                        const struct loopc_message *to)
{
    const int32_t label = s->table.label;
    if (label < 0 || before->label < 0) return LOOPC_OK;
    const struct loopc_column *const was = &before->columns[before->label];
    const struct loopc_column *const now = &s->table.columns[label];
    if (has_values_of(now, was) && s->table.classes == before->classes) return LOOPC_OK;
    if (now->value_count != s->table.classes || was->value_count != before->classes)
        return loopc_error_set(to, NULL,
                               "column %" PRId32 " ('%.80s') has other classes than it had",
                               label + 1, now->name);
    int32_t *const class_of = calloc((size_t)now->value_count + 1, sizeof *class_of);
    if (!class_of) return loopc_error_set(to, NULL, "out of memory");
    const int st = find_classes(now, was, label + 1, class_of, to);
    bool enough = true;
    for (struct loopc_source *f = s->followers; !st && enough && f; f = f->next)
        enough = rename_classes(f, class_of, was, before->classes);
    if (!st && enough) enough = rename_classes(s, class_of, was, before->classes);
    free(class_of);
    return enough ? st : loopc_error_set(to, NULL, "out of memory");
}

/* Places. */

/* Where the columns of x, or those of y, go: column j to move_to[j]. */
struct moves {
    enum loopc_role role;
    int32_t width, *move_to;
    bool any;
};

static bool find_moves(struct moves *moves, const struct loopc_table *now,
                       const struct loopc_column *const *partners)
{
    moves->any = false;
    moves->move_to = calloc((size_t)moves->width + 1, sizeof *moves->move_to);
    if (!moves->move_to) return false;
    for (int32_t i = 0; i < now->count; i++) {
        const struct loopc_column *const c = &now->columns[i];
        if (!partners[i] || c->role != moves->role) continue;
        for (int32_t k = 0; k < c->width; k++)
            moves->move_to[c->place + k] = partners[i]->place + k;
        moves->any |= c->place != partners[i]->place;
    }
    return true;
}

static void move_floats(const struct moves *moves, float *array, int64_t rows, float *room)
{
    for (int64_t r = 0; array && r < rows; r++) {
        float *const row = array + r * moves->width;
        memcpy(room, row, (size_t)moves->width * sizeof *room);
        for (int32_t j = 0; j < moves->width; j++)
            row[moves->move_to[j]] = room[j];
    }
}

static void move_doubles(const struct moves *moves, double *array, int64_t rows, double *room)
{
    for (int64_t r = 0; array && r < rows; r++) {
        double *const row = array + r * moves->width;
        memcpy(room, row, (size_t)moves->width * sizeof *room);
        for (int32_t j = 0; j < moves->width; j++)
            row[moves->move_to[j]] = room[j];
    }
}

static void move_columns(struct loopc_source *s, const struct moves *moves, double *room)
{
    const bool inputs = moves->role == LOOPC_ROLE_INPUT;
    struct loopc_scaling *const scaling = inputs ? &s->table.x : &s->table.y;
    for (int32_t i = 0; i < s->table.count; i++) {
        struct loopc_column *const c = &s->table.columns[i];
        if (c->role == moves->role) c->place = moves->move_to[c->place];
    }
    for (int32_t i = 0; inputs && i < s->feature_count; i++)
        s->features[i].place = moves->move_to[s->features[i].place];
    move_floats(moves, inputs ? s->x : s->y, s->rows, (float *)(void *)room);
    if (!inputs) move_doubles(moves, s->answers, s->rows, room);
    if (scaling->count == 0) return;
    move_doubles(moves, scaling->mean, 1, room);
    move_doubles(moves, scaling->divisor, 1, room);
}

static int move_role(struct loopc_source *s, enum loopc_role role,
                     const struct loopc_column *const *partners, const struct loopc_message *to)
{
    struct moves moves = {.role = role,
                          .width = role == LOOPC_ROLE_INPUT ? s->table.inputs : s->table.targets};
    double *const room = calloc((size_t)moves.width + 1, sizeof *room);
    const bool enough = find_moves(&moves, &s->table, partners) && room;
    if (enough && moves.any) {
        for (struct loopc_source *f = s->followers; f; f = f->next)
            move_columns(f, &moves, room);
        move_columns(s, &moves, room);
    }
    free(moves.move_to);
    free(room);
    return enough ? LOOPC_OK : loopc_error_set(to, NULL, "out of memory");
}

int loopc_source_align(struct loopc_source *s, const struct loopc_table *before,
                       const struct loopc_message *to)
{
    const struct loopc_column **const partners = calloc((size_t)s->table.count + 1, sizeof(void *));
    int st = LOOPC_OK;
    if (!partners) return loopc_error_set(to, NULL, "out of memory");
    const bool paired =
        pair_by_name(&s->table, before, partners) || pair_by_place(&s->table, before, partners);
    if (!paired) st = loopc_error_set(to, NULL, "the columns are not those of the checkpoint");
    if (!st) st = check_texts(&s->table, partners, to);
    if (!st) st = take_classes(s, before, to);
    if (!st) st = move_role(s, LOOPC_ROLE_INPUT, partners, to);
    if (!st) st = move_role(s, LOOPC_ROLE_TARGET, partners, to);
    if (!st) tell_names(&s->table, before, partners, to);
    free(partners);
    return st;
}

/* Whether the inputs are those of the other table, by names and widths. */
static bool pair_inputs(const struct loopc_table *now, const struct loopc_table *before,
                        const struct loopc_column **partners)
{
    bool good = now->has_names && before->has_names && now->inputs == before->inputs;
    for (int32_t i = 0; good && i < now->count; i++) {
        const struct loopc_column *const c = &now->columns[i];
        for (int32_t k = 0; c->role == LOOPC_ROLE_INPUT && k < before->count; k++) {
            const struct loopc_column *const b = &before->columns[k];
            if (b->role == c->role && b->width == c->width && !strcmp(b->name, c->name))
                partners[i] = b;
        }
        good = c->role != LOOPC_ROLE_INPUT || partners[i];
    }
    return good;
}

int loopc_source_arrange(struct loopc_source *s, const struct loopc_table *before,
                         const struct loopc_message *to)
{
    const struct loopc_column **const partners = calloc((size_t)s->table.count + 1, sizeof(void *));
    int st = LOOPC_OK;
    if (!partners) return loopc_error_set(to, NULL, "out of memory");
    if (pair_inputs(&s->table, before, partners)) st = move_role(s, LOOPC_ROLE_INPUT, partners, to);
    free(partners);
    return st;
}
