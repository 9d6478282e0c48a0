/* Data sets on their way in: kinds of columns, and the texts of a column as its values. */
#include "data/source.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

int loopc_truth_of(const struct loopc_incoming *c, int32_t number)
{
    const char *const text = loopc_dictionary_text(&c->dictionary, number);
    return loopc_text_truth(text, strlen(text));
}

/* Whether all texts of a column say true or false by one word for each, in any case. */
static bool is_truth(const struct loopc_incoming *c)
{
    const char *words[2] = {NULL, NULL};
    for (int32_t i = 0; i < c->dictionary.count; i++) {
        const char *const text = loopc_dictionary_text(&c->dictionary, i);
        const int truth = loopc_truth_of(c, i);
        if (truth < 0 || (words[truth] && strcasecmp(words[truth], text) != 0)) return false;
        words[truth] = text;
    }
    return c->dictionary.count > 0;
}

static void find_kind(struct loopc_incoming *c)
{
    c->kind = c->texts > 0 || c->has_dictionary ? LOOPC_KIND_TEXT : LOOPC_KIND_NUMBER;
    if (c->has_dictionary && is_truth(c)) c->kind = LOOPC_KIND_BOOL;
    if (c->like && c->kept >= 0) c->kind = c->like->kind;
}

void loopc_find_kinds(struct loopc_loading *l)
{
    for (int64_t i = 0; i < l->width; i++)
        find_kind(&l->columns[i]);
}

/* One value for false and one for true, where there are any: the first of its spellings. `order` is
 * sorted by bytes. Returns how many values there are. */
static int32_t order_truth(const struct loopc_incoming *c, int32_t *order, int32_t *rank)
{
    int32_t first[2] = {-1, -1};
    for (int32_t i = c->dictionary.count; i-- > 0;)
        first[loopc_truth_of(c, order[i])] = order[i];
    const int32_t count = (first[0] >= 0) + (first[1] >= 0);
    for (int32_t i = 0; i < c->dictionary.count; i++) {
        const int truth = loopc_truth_of(c, i);
        rank[i] = c->role == LOOPC_ROLE_LABEL && first[0] < 0 ? 0 : truth;
    }
    order[0] = first[first[0] < 0];
    if (count > 1) order[1] = first[1];
    return count;
}

/* The dictionary of a column that is like another one began with that one's values, in order. */
static int32_t order_by_like(const struct loopc_incoming *c, int32_t *order, int32_t *rank)
{
    for (int32_t i = 0; i < c->dictionary.count; i++) {
        order[i] = i;
        rank[i] = i;
        if (c->kind == LOOPC_KIND_BOOL && c->role != LOOPC_ROLE_LABEL)
            rank[i] = loopc_truth_of(c, i);
    }
    return c->dictionary.count;
}

/* The numbers of the values, sorted, and the rank of each text; -1: no memory. */
static int32_t order_values(const struct loopc_incoming *c, int32_t *order, int32_t *rank)
{
    if (c->like) return order_by_like(c, order, rank);
    if (!loopc_dictionary_sort(&c->dictionary, order, rank)) return -1;
    return c->kind == LOOPC_KIND_BOOL ? order_truth(c, order, rank) : c->dictionary.count;
}

int loopc_take_values(const struct loopc_loading *l, struct loopc_incoming *c,
                      struct loopc_column *column)
{
    const size_t room = (size_t)c->dictionary.count + 1;
    int32_t *const order = malloc(room * sizeof *order);
    c->rank = malloc(room * sizeof *c->rank);
    column->values = calloc(room, sizeof *column->values);
    const bool enough = order && c->rank && column->values;
    const int32_t count = enough ? order_values(c, order, c->rank) : -1;
    bool done = count >= 0;
    for (int32_t i = 0; done && i < count; i++) {
        column->values[i] = strdup(loopc_dictionary_text(&c->dictionary, order[i]));
        done = column->values[i] != NULL;
        column->value_count++;
    }
    free(order);
    return done ? LOOPC_OK : loopc_loading_no_memory(l);
}
