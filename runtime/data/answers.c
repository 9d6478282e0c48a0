/* Data sets on their way in: labels, targets, weights and ids are taken out of the values. */
#include "data/source.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The column of a role in any of the files; NULL when there is none. */
static struct loopc_incoming *find_role(struct loopc_loading *files, int count,
                                        enum loopc_role role, struct loopc_loading **file)
{
    for (*file = files; *file < files + count; ++*file) {
        for (int64_t i = 0; i < (*file)->width; i++) {
            if ((*file)->columns[i].role == role) return &(*file)->columns[i];
        }
    }
    return NULL;
}

static int take_labels(struct loopc_source *s, struct loopc_loading *files, int count)
{
    struct loopc_loading *l;
    struct loopc_incoming *const c = find_role(files, count, LOOPC_ROLE_LABEL, &l);
    if (!c) return LOOPC_OK;
    return loopc_name_classes(s, l, c, &s->table.columns[s->table.label]);
}

/* The value of a target, or of a weight, in row r. */
static double answer_at(struct loopc_walk *walk, const struct loopc_incoming *c, int64_t r)
{
    const double value = loopc_walk_get(walk, r, c->kept);
    return c->has_dictionary && !isnan(value) ? c->rank[(int32_t)value] : value;
}

/* Targets as they are in the file; y is made of them as x is made of the inputs. */
static int take_targets(struct loopc_source *s, const struct loopc_loading *files, int count)
{
    const int64_t targets = s->table.targets;
    if (targets == 0) return LOOPC_OK;
    s->answers = malloc((size_t)(s->rows * targets) * sizeof *s->answers);
    if (!s->answers) return loopc_loading_no_memory(files);
    for (int f = 0; f < count; f++) {
        for (int64_t i = 0; i < files[f].width; i++) {
            const struct loopc_incoming *const c = &files[f].columns[i];
            if (c->role != LOOPC_ROLE_TARGET) continue;
            struct loopc_walk walk = loopc_walk_begin(&files[f].values);
            for (int64_t r = 0; r < s->rows; r++)
                s->answers[r * targets + c->place] = answer_at(&walk, c, r);
        }
    }
    return LOOPC_OK;
}

static int bad_weight(const struct loopc_loading *l, int64_t column, int64_t r, double weight)
{
    char where[LOOPC_WHERE];
    return loopc_error_set(l->message, "the weight of a row is a number from 0",
                           "%s: the weight is %g",
                           loopc_locate(l, column, r, (struct loopc_place){0}, where), weight);
}

static int take_weights(struct loopc_source *s, struct loopc_loading *files, int count)
{
    struct loopc_loading *l;
    const struct loopc_incoming *const c = find_role(files, count, LOOPC_ROLE_WEIGHT, &l);
    double sum = 0;
    if (!c) return LOOPC_OK;
    s->weights = malloc((size_t)s->rows * sizeof *s->weights);
    if (!s->weights) return loopc_loading_no_memory(l);
    struct loopc_walk walk = loopc_walk_begin(&l->values);
    for (int64_t r = 0; r < s->rows; r++) {
        const double weight = loopc_walk_get(&walk, r, c->kept);
        if (!(weight >= 0)) return bad_weight(l, c - l->columns, r, weight);
        s->weights[r] = (float)weight;
        sum += weight;
    }
    if (sum > 0) return LOOPC_OK;
    return loopc_error_set(l->message, NULL, "%s: the weights of all rows are 0", l->path);
}

/* Texts of ids, and where each one begins. */
static int take_ids(struct loopc_source *s, struct loopc_loading *l)
{
    if (l->ids.count == 0) return LOOPC_OK;
    s->id_starts = malloc((size_t)s->rows * sizeof *s->id_starts);
    if (!s->id_starts) return loopc_loading_no_memory(l);
    s->ids = l->ids.items;
    l->ids = (struct loopc_array){0};
    int64_t at = 0;
    for (int64_t r = 0; r < s->rows; r++) {
        s->id_starts[r] = at;
        at += (int64_t)strlen(s->ids + at) + 1;
    }
    return LOOPC_OK;
}

int loopc_take_answers(struct loopc_source *s, struct loopc_loading *files, int count)
{
    if (take_labels(s, files, count) || take_targets(s, files, count)) return LOOPC_FAILED;
    if (take_weights(s, files, count)) return LOOPC_FAILED;
    return take_ids(s, files);
}
