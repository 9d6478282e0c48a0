/* Data sets on their way in: errors of whole columns. Each kind of trouble is told in
 * one message for all columns that have it, with the way out. */
#include "data/source.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LIST = 900 };

/* A list of columns in the making. */
struct list {
    char text[LIST];
    size_t used;
    int64_t count;
    const struct loopc_loading *file; /* of the first one */
    int64_t column;
};

static void add_to_list(struct list *list, const struct loopc_loading *l, int64_t i,
                        const char *what)
{
    char name[LOOPC_EXCERPT];
    const size_t room = sizeof list->text - list->used;
    if (list->count++ == 0) {
        list->file = l;
        list->column = i;
    }
    if (room < 200) {
        if (!strstr(list->text, ", ...")) strcpy(list->text + list->used, ", ...");
        return;
    }
    list->used +=
        (size_t)snprintf(list->text + list->used, room, "%s'%s' %s", list->count > 1 ? ", " : "",
                         loopc_excerpt(name, l->columns[i].name), what);
}

/* Whether it holds texts where numbers are wanted. */
static bool is_bad_text(const struct loopc_loading *l, const struct loopc_incoming *c)
{
    if (c->texts == 0 || c->kept < 0 || c->role == LOOPC_ROLE_IGNORED) return false;
    if (c->role == LOOPC_ROLE_LABEL || c->kind == LOOPC_KIND_BOOL)
        return c->role == LOOPC_ROLE_WEIGHT || (c->kind == LOOPC_KIND_BOOL && !c->has_dictionary);
    if (c->role != LOOPC_ROLE_INPUT) return true;
    return c->like ? c->like->kind == LOOPC_KIND_NUMBER : l->options->text == LOOPC_TEXT_REFUSE;
}

/* "'Rome' in line 2 and 4 more". */
static void describe_texts(const struct loopc_incoming *c, char *text, size_t size)
{
    if (c->texts == 1)
        snprintf(text, size, "(line %" PRId64 ": '%s')", c->first_text.line, c->text);
    else
        snprintf(text, size, "(%" PRId64 " cells, first in line %" PRId64 ": '%s')", c->texts,
                 c->first_text.line, c->text);
}

static const char *role_of(const struct loopc_incoming *c)
{
    return c->role == LOOPC_ROLE_TARGET   ? ", as a target has to be"
           : c->role == LOOPC_ROLE_WEIGHT ? ", as the weight has to be"
                                          : "";
}

/* "1,500", "12.345.678,9": thousands that a comma, a point or a blank separates. */
static bool has_thousands(const char *text)
{
    static const char digits[] = "0123456789";
    text += *text == '-' || *text == '+';
    size_t length = strspn(text, digits);
    const char separator = text[length];
    if (length < 1 || length > 3 || !separator || !strchr(",. '", separator)) return false;
    while (text[length] == separator) {
        if (strspn(text + length + 1, digits) != 3) return false;
        length += 4;
    }
    if (text[length] && strchr(",.", text[length])) length += 1 + strspn(text + length + 1, digits);
    return !text[length];
}

/* "2020-01-31", "31.1.20", "12:30", with anything behind: numbers of one, two or four digits
 * between points, strokes or colons. */
static bool is_date(const char *text)
{
    int parts = 0;
    char between = 0;
    for (const char *p = text;; p++) {
        const size_t digits = strspn(p, "0123456789");
        if (digits < 1 || digits == 3 || digits > 4) return false;
        p += digits;
        parts++;
        if (parts == 3 || !*p || !strchr("-/.:", *p) || (between && *p != between)) break;
        between = *p;
    }
    return parts == 3 || (parts == 2 && between == ':');
}

/* "5%", "$5.00", "1.5 kg": a number with its unit. */
static bool has_unit(const char *text)
{
    const char *const digit = strpbrk(text, "0123456789");
    const size_t before = digit ? (size_t)(digit - text) : 0;
    if (!digit) return false;
    const char *const behind = digit + strspn(digit, "0123456789.,");
    return before > 0 ? !*behind && before <= 4 && (*text == '$' || (unsigned char)*text > 126)
                      : *behind == '%' || (unsigned char)*behind > 126 ||
                            (*behind == ' ' && isalpha((unsigned char)behind[1]));
}

/* The message for a single column names the place, as an editor wants it. */
static int bad_text(const struct list *list)
{
    const struct loopc_loading *const l = list->file;
    const struct loopc_incoming *const c = &l->columns[list->column];
    char where[LOOPC_WHERE], more[64] = "";
    const char *const hint =
        loopc_text_is_infinite(c->text)
            ? "every value has to be a finite number; NA says that there is none"
        : c->role != LOOPC_ROLE_INPUT ? "answers and weights are numbers"
        : c->like                     ? "where it was learned from, the column held numbers alone"
        : has_thousands(c->text)
            ? "are its thousands separated? Numbers are read without such separators"
        : strchr(c->text, ';') || strchr(c->text, '\t')
            ? "`separator` in the spec, or --DATA-separator, sets the character between cells"
        : l->has_names && !strcmp(c->text, c->name)
            ? "the header comes again in that line, which is no row"
        : loopc_has_few_texts(l, c) ? LOOPC_SLIP_HINT
        : is_date(c->text)
            ? "dates are no numbers: days or seconds since one of them are; `ignore` leaves the "
              "column out (--DATA-ignore)"
        : has_unit(c->text)
            ? "numbers go without unit: 5, not 5%; `ignore` leaves the column out (--DATA-ignore)"
            : "text = \"onehot\" or \"number\" takes texts as inputs, `ignore` leaves columns out "
              "(--DATA-text, --DATA-ignore)";
    if (list->count > 1) {
        return loopc_error_set(l->message, hint,
                               "%s: %" PRId64 " columns hold text, not numbers: %s", l->path,
                               list->count, list->text);
    }
    loopc_locate(l, list->column, 0, c->first_text, where);
    if (c->texts > 1) snprintf(more, sizeof more, "; %" PRId64 " cells of it hold text", c->texts);
    return loopc_error_set(l->message, hint, "%s: '%s' is not a number%s%s", where, c->text,
                           role_of(c), more);
}

static int judge_texts(struct loopc_loading *files, int count)
{
    struct list list = {.count = 0};
    char what[LOOPC_EXCERPT + 80];
    for (int f = 0; f < count; f++) {
        loopc_find_kinds(&files[f]);
        for (int64_t i = 0; i < files[f].width; i++) {
            const struct loopc_incoming *const c = &files[f].columns[i];
            if (!is_bad_text(&files[f], c)) continue;
            describe_texts(c, what, sizeof what);
            add_to_list(&list, &files[f], i, what);
        }
    }
    return list.count > 0 ? bad_text(&list) : LOOPC_OK;
}

/* A missing cell of a role that has to have all. */
static bool is_refused(const struct loopc_loading *l, const struct loopc_incoming *c)
{
    if (c->missing == 0 || c->kept < 0 || c->role == LOOPC_ROLE_IGNORED) return false;
    if (l->options->missing == LOOPC_MISSING_DROP || loopc_is_optional(l, c)) return false;
    return c->role != LOOPC_ROLE_INPUT || l->options->missing == LOOPC_MISSING_REFUSE;
}

static void describe_missing(const struct loopc_loading *l, const struct loopc_incoming *c,
                             char *text, size_t size)
{
    const char *const role = c->role == LOOPC_ROLE_LABEL    ? ", the label"
                             : c->role == LOOPC_ROLE_TARGET ? ", a target"
                             : c->role == LOOPC_ROLE_WEIGHT ? ", the weight"
                                                            : "";
    if (c->first_missing.line > 0)
        snprintf(text, size, "%" PRId64 " (first in line %" PRId64 ")%s", c->missing,
                 c->first_missing.line, role);
    else
        snprintf(text, size, "%" PRId64 " of %" PRId64 "%s", c->missing, l->values.rows, role);
}

static int judge_missing(struct loopc_loading *files, int count)
{
    struct list list = {.count = 0};
    bool answers = false;
    char what[120];
    for (int f = 0; f < count; f++) {
        for (int64_t i = 0; i < files[f].width; i++) {
            const struct loopc_incoming *const c = &files[f].columns[i];
            if (!is_refused(&files[f], c)) continue;
            describe_missing(&files[f], c, what, sizeof what);
            add_to_list(&list, &files[f], i, what);
            answers |= c->role != LOOPC_ROLE_INPUT;
        }
    }
    if (list.count == 0) return LOOPC_OK;
    const char *const hint =
        list.file->options->answers_optional
            ? "nothing fills them, as `missing` was not set when the model was trained"
        : answers
            ? "missing = \"drop\" leaves such rows out (--DATA-missing)"
            : "missing = \"mean\", \"median\" or a number fills them, \"drop\" leaves such rows "
              "out (--DATA-missing)";
    const struct loopc_place first = list.file->columns[list.column].first_missing;
    char where[LOOPC_WHERE];
    snprintf(where, sizeof where, first.line > 0 ? "%.500s:%" PRId64 : "%.500s", list.file->path,
             first.line);
    return loopc_error_set(list.file->message, hint, "%s: values are missing: %s", where,
                           list.text);
}

/* A column without any value cannot be filled. */
static int judge_empty(struct loopc_loading *files, int count)
{
    for (int f = 0; f < count; f++) {
        const struct loopc_loading *const l = &files[f];
        for (int64_t i = 0; i < l->width; i++) {
            const struct loopc_incoming *const c = &l->columns[i];
            if (c->role != LOOPC_ROLE_INPUT || c->kept < 0 || c->missing < l->values.rows) continue;
            if (c->like || l->options->missing == LOOPC_MISSING_VALUE) continue;
            return loopc_error_set(l->message, "`ignore` leaves it out (--DATA-ignore)",
                                   "%s: column %" PRId64 " ('%.80s') has no value at all", l->path,
                                   i + 1, c->name);
        }
    }
    return LOOPC_OK;
}

/* More columns of one-hot than anybody means. */
static int judge_onehot(struct loopc_loading *files, int count)
{
    enum { MOST = 1000 };
    for (int f = 0; f < count; f++) {
        const struct loopc_loading *const l = &files[f];
        for (int64_t i = 0; i < l->width; i++) {
            const struct loopc_incoming *const c = &l->columns[i];
            if (c->role != LOOPC_ROLE_INPUT || c->kind != LOOPC_KIND_TEXT || c->like) continue;
            if (l->options->text != LOOPC_TEXT_ONEHOT || c->dictionary.count <= MOST) continue;
            return loopc_error_set(l->message,
                                   "is it an id? `ignore` leaves it out (--DATA-ignore); "
                                   "text = \"number\" makes one column of it",
                                   "%s: column %" PRId64 " ('%.80s') has %" PRId32 " different "
                                   "texts: one-hot, that would be as many columns",
                                   l->path, i + 1, c->name, c->dictionary.count);
        }
    }
    return LOOPC_OK;
}

int loopc_judge_columns(struct loopc_loading *files, int count)
{
    if (judge_texts(files, count) || loopc_judge_slips(files, count)) return LOOPC_FAILED;
    if (judge_empty(files, count) || judge_missing(files, count)) return LOOPC_FAILED;
    return judge_onehot(files, count) ? LOOPC_FAILED : LOOPC_OK;
}
