/* Data sets on their way in: a last line without its newline. Programs that write tables end every
 * line with one, so a file that was cut short has none at its end; nor have files of some editors.
 * So the last cell is refused where it is likely to be cut: no other row has its value, or it
 * is empty. Where it may as well be whole, a note tells it. */
#include "data/source.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define WAY_OUT "fetch the file again; if its last line is whole, end it with a newline"

static int may_be_cut(const struct loopc_loading *l, const struct loopc_incoming *c,
                      const char *what)
{
    char where[LOOPC_WHERE];
    loopc_locate(l, c - l->columns, l->values.rows - 1, (struct loopc_place){0}, where);
    return loopc_error_set(l->message, WAY_OUT,
                           "%s: %s, and no newline ends this last line: the file may have been "
                           "cut short",
                           where, what);
}

static int value_may_be_cut(const struct loopc_loading *l, const struct loopc_incoming *c,
                            const char *value)
{
    char name[LOOPC_EXCERPT], what[LOOPC_EXCERPT + 40];
    snprintf(what, sizeof what, "no other row has the value '%s'", loopc_excerpt(name, value));
    return may_be_cut(l, c, what);
}

static void note_open(struct loopc_loading *l, const char *value, const char *longer)
{
    char name[LOOPC_EXCERPT], other[LOOPC_EXCERPT], what[2 * LOOPC_EXCERPT + 60];
    snprintf(what, sizeof what, "'%s' in it may be the beginning of '%s'",
             loopc_excerpt(name, value), loopc_excerpt(other, longer));
    loopc_reading_note(&l->reading, "no newline ends the last line: if the file was cut short, %s",
                       *longer ? what : "its last number is another one");
}

static bool begins(const char *text, const char *longer)
{
    const size_t length = strlen(text);
    return strncmp(text, longer, length) == 0 && longer[length];
}

/* Writes the first number whose digits begin with those of `text`. */
static bool find_longer_number(const double *numbers, int32_t count, const char *text,
                               char longer[32])
{
    for (int32_t i = 0; i < count; i++) {
        loopc_shortest_number(numbers[i], longer);
        if (begins(text, longer)) return true;
    }
    return false;
}

int loopc_judge_end_class(struct loopc_loading *l, const struct loopc_incoming *c, double value,
                          const double *numbers, int32_t count, int64_t rows)
{
    char text[32], longer[32];
    loopc_shortest_number(value, text);
    const bool is_beginning = find_longer_number(numbers, count, text, longer);
    if (rows == 1 && !c->like && (is_beginning || l->values.rows > count))
        return value_may_be_cut(l, c, text);
    if (is_beginning) note_open(l, text, longer);
    return LOOPC_OK;
}

/* The value that a text is the beginning of, or NULL. */
static const char *find_longer(const struct loopc_dictionary *d, const char *text)
{
    for (int32_t i = 0; i < d->count; i++) {
        if (begins(text, loopc_dictionary_text(d, i))) return loopc_dictionary_text(d, i);
    }
    return NULL;
}

/* Whether the column is refused anyway, as one of texts or of too many classes. */
static bool is_refused(const struct loopc_loading *l, const struct loopc_incoming *c)
{
    if (c->role == LOOPC_ROLE_LABEL)
        return c->dictionary.count > 50 && c->dictionary.count * INT64_C(2) > l->values.rows;
    return c->role == LOOPC_ROLE_TARGET || l->options->text == LOOPC_TEXT_REFUSE;
}

static int judge_text(struct loopc_loading *l, const struct loopc_incoming *c, int32_t number)
{
    const struct loopc_dictionary *const d = &c->dictionary;
    const char *const text = loopc_dictionary_text(d, number), *const longer = find_longer(d, text);
    const bool only = d->counts[number] == 1 && !c->like;
    if (only && (longer || (!is_refused(l, c) && l->values.rows > d->count)))
        return value_may_be_cut(l, c, text);
    if (longer) note_open(l, text, longer);
    return LOOPC_OK;
}

/* A word among numbers, as in "3.1e" of "3.1e5"; nothing, or the sign of a number, as the only
 * value that is missing. */
static int judge_no_value(struct loopc_loading *l, const struct loopc_incoming *c)
{
    char where[LOOPC_WHERE], place[40];
    const char *const line = loopc_locate_row(l, l->values.rows - 1, where) + strlen(l->path);
    snprintf(place, sizeof place, ":%" PRId64, c->first_text.line);
    if (c->texts == 1 && !strcmp(place, line)) return value_may_be_cut(l, c, c->text);
    const bool word = isalnum((unsigned char)l->open_end) || strchr("?>", l->open_end);
    if (word || c->missing != 1) return LOOPC_OK;
    return may_be_cut(l, c,
                      l->open_end == '-' ? "there is no value but a '-'" : "there is no value");
}

static int judge_end(struct loopc_loading *l)
{
    const struct loopc_incoming *const c = &l->columns[l->open_column];
    if (!loopc_is_open(l, c) || c->kept < 0 || c->role == LOOPC_ROLE_IGNORED) return LOOPC_OK;
    const double value = loopc_values_get(&l->values, l->values.rows - 1, c->kept);
    if (isnan(value)) return judge_no_value(l, c);
    if (c->has_dictionary) return judge_text(l, c, (int32_t)value);
    if (c->role != LOOPC_ROLE_LABEL) note_open(l, "", "");
    return LOOPC_OK;
}

int loopc_judge_ends(struct loopc_loading *files, int count)
{
    for (int f = 0; f < count; f++) {
        if (files[f].open_end && judge_end(&files[f])) return LOOPC_FAILED;
    }
    return LOOPC_OK;
}
