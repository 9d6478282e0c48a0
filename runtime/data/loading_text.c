/* Data sets on their way in: cells that hold text.
 *
 * A column is one of numbers until a text comes. Where texts may be values, of a label or of an
 * input, the column gets a dictionary then, and the cells before are added to it, in the one
 * spelling of its number: so the order of the rows does not matter.
 */
#include "data/loading.h"

#include "base/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

size_t loopc_shortest_number(double value, char text[32])
{
    double back = 0;
    size_t length = 0;
    for (int digits = 15; digits <= 17; digits++) {
        length = (size_t)snprintf(text, 32, "%.*g", digits, value);
        char *const point = strchr(text, ','); /* of some locales */
        if (point) *point = '.';
        if (loopc_number_read(text, &back) && back >= value && back <= value) break;
    }
    return length;
}

/* Whether the texts of a column are used as values. An input whose texts are to be refused is
 * still looked at, as it may hold nothing but true and false. */
static bool takes_texts(const struct loopc_loading *l, const struct loopc_incoming *c)
{
    if (c->role == LOOPC_ROLE_LABEL) return true;
    if (c->like) return c->has_dictionary;
    if (c->role == LOOPC_ROLE_INPUT && l->options->text != LOOPC_TEXT_REFUSE) return true;
    return c->role == LOOPC_ROLE_INPUT || c->role == LOOPC_ROLE_TARGET;
}

/* Among the numbers of a column a text is a slip, unless texts are asked for. */
static bool has_numbers(const struct loopc_loading *l, const struct loopc_incoming *c)
{
    return l->values.rows - c->missing - c->texts > 0;
}

/* Makes texts of the numbers that the column has so far. */
static bool turn_to_texts(struct loopc_loading *l, struct loopc_incoming *c)
{
    c->has_dictionary = true;
    c->maybe_index = false;
    for (int64_t r = 0; r < l->values.rows; r++) {
        char text[32];
        const double value = loopc_values_get(&l->values, r, c->kept);
        if (isnan(value)) continue;
        const int32_t number =
            loopc_dictionary_add(&c->dictionary, text, loopc_shortest_number(value, text));
        if (number < 0 || !loopc_values_set(&l->values, r, c->kept, number)) return false;
        c->dictionary.counts[number]++;
    }
    return true;
}

static int unknown_value(const struct loopc_loading *l, int64_t column, struct loopc_place place,
                         const char *text)
{
    const struct loopc_column *const like = l->columns[column].like;
    char excerpt[LOOPC_EXCERPT], what[LOOPC_EXCERPT + 600], known[300] = "";
    size_t used = 0;
    for (int32_t i = 0; i < like->value_count && used + LOOPC_EXCERPT + 8 < sizeof known; i++) {
        char name[LOOPC_EXCERPT];
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "",
                                 loopc_excerpt(name, like->values[i]));
    }
    snprintf(what, sizeof what, "'%s' is not one of the %" PRId32 " values of %.200s: %s%s",
             loopc_excerpt(excerpt, text), like->value_count, l->like->name, known,
             used + LOOPC_EXCERPT + 8 < sizeof known ? "" : ", ...");
    return loopc_bad_value(l, column, place, l->open_end ? LOOPC_MAY_BE_CUT : NULL, what);
}

/* The number of a text, which is counted; -1 and a message when there is none. */
static int32_t number_of_text(struct loopc_loading *l, int64_t column, struct loopc_place place,
                              const char *text, size_t length)
{
    enum { MOST = 1 << 16 };
    struct loopc_incoming *const c = &l->columns[column];
    int32_t number = loopc_dictionary_find(&c->dictionary, text, length);
    if (number < 0 && c->like) {
        const int truth = c->like->kind == LOOPC_KIND_BOOL ? loopc_text_truth(text, length) : -1;
        for (int32_t i = 0; truth >= 0 && i < c->like->value_count; i++) {
            const char *const value = c->like->values[i];
            if (loopc_text_truth(value, strlen(value)) == truth) number = i;
        }
        if (number < 0) {
            unknown_value(l, column, place, text);
            return -1;
        }
    }
    /* What will be refused need not be known in full. */
    const bool refused = c->role == LOOPC_ROLE_INPUT && l->options->text == LOOPC_TEXT_REFUSE;
    if (number < 0 && refused && c->dictionary.count >= MOST) return 0;
    if (number < 0) number = loopc_dictionary_add(&c->dictionary, text, length);
    if (number < 0) loopc_loading_no_memory(l);
    if (number >= 0) c->dictionary.counts[number]++;
    return number;
}

static int keep_text(struct loopc_loading *l, int64_t column, struct loopc_place place,
                     const char *text, size_t length, double *value)
{
    struct loopc_incoming *const c = &l->columns[column];
    if (!c->has_dictionary && !turn_to_texts(l, c)) return loopc_loading_no_memory(l);
    const int32_t number = number_of_text(l, column, place, text, length);
    *value = number;
    return number < 0 ? LOOPC_FAILED : LOOPC_OK;
}

int loopc_loading_text(struct loopc_loading *l, int64_t column, const char *text, size_t length,
                       struct loopc_place place, double *value)
{
    char utf8[2 * LOOPC_CELL_MAX + 1];
    struct loopc_incoming *const c = &l->columns[column];
    const bool slip = has_numbers(l, c) && !c->has_dictionary && c->role != LOOPC_ROLE_LABEL &&
                      (c->role != LOOPC_ROLE_INPUT || l->options->text == LOOPC_TEXT_REFUSE);
    const bool kept = takes_texts(l, c) && !slip;
    length = loopc_text_to_utf8(text, length, utf8);
    if (c->texts == 0) {
        c->first_text = place;
        loopc_excerpt(c->text, utf8);
    }
    c->maybe_index = false;
    *value = NAN;
    const int st = kept ? keep_text(l, column, place, utf8, length, value) : LOOPC_OK;
    c->texts++;
    return st;
}

int loopc_loading_number_as_text(struct loopc_loading *l, int64_t column, double number,
                                 double *value)
{
    char text[32];
    const size_t length = loopc_shortest_number(number, text);
    return keep_text(l, column, (struct loopc_place){0}, text, length, value);
}
