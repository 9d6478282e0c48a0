/* Data sets on their way in: columns that hold numbers and texts, and spellings of a text. A text
 * among numbers is most often a slip: one-hot, each number would become a column of its own. */
#include "data/source.h"

#include "base/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The contents of the dictionary of a column that holds both. */
struct mixture {
    int64_t numbers, texts; /* cells */
    int64_t told;           /* cells of texts that are no number in another spelling */
    int64_t rarest;         /* the cells of the text that has the fewest */
    int32_t distinct;       /* numbers */
    bool fractions;         /* among the numbers */
    bool commas, infinite;  /* a text is a number with the other point; infinite */
};

/* Whether it is a number with a comma for its point. */
static bool has_comma(const char *text)
{
    const size_t length = strlen(text);
    double value;
    return strchr(text, ',') &&
           loopc_number_scan(text, text + length, ',', &value) == text + length;
}

static void see_text(struct mixture *m, const char *text, int64_t cells)
{
    m->told += cells;
    m->rarest = m->rarest < 0 || cells < m->rarest ? cells : m->rarest;
    m->commas |= has_comma(text);
    m->infinite |= loopc_text_is_infinite(text);
}

static struct mixture look_at(const struct loopc_loading *l, const struct loopc_incoming *c)
{
    struct mixture m = {.numbers = l->values.rows - c->missing - c->texts, .texts = c->texts};
    m.rarest = -1;
    for (int32_t i = 0; i < c->dictionary.count; i++) {
        const char *const text = loopc_dictionary_text(&c->dictionary, i);
        double value;
        if (loopc_number_read(text, &value)) {
            m.distinct++;
            m.fractions |= value < floor(value) || value > floor(value);
        } else {
            see_text(&m, text, c->dictionary.counts[i]);
        }
    }
    return m;
}

/* Some numbers and some words, each of them in several rows: 1, 2, 3 and G for floors. */
static bool are_codes(const struct mixture *m)
{
    enum { MOST = 50, EACH = 3 };
    return m->distinct <= MOST && !m->fractions && m->rarest >= EACH;
}

enum { LEAST = 3 }; /* numbers that make a single text rare */

static bool is_rare(const struct mixture *m, int64_t least)
{
    return m->texts == 1 ? m->numbers >= least : m->texts * 20 < m->numbers;
}

bool loopc_has_few_texts(const struct loopc_loading *l, const struct loopc_incoming *c)
{
    const struct mixture m = {.numbers = l->values.rows - c->missing - c->texts, .texts = c->texts};
    return m.numbers > 0 && is_rare(&m, LEAST);
}

static bool is_slip(const struct mixture *m, bool label)
{
    if (m->numbers == 0 || m->texts == 0) return false;
    if (label) return is_rare(m, 1);
    if (m->told < m->texts || m->infinite || (m->commas && m->fractions)) return true;
    return is_rare(m, LEAST) && !are_codes(m);
}

static int refuse_label(const struct loopc_loading *l, const struct loopc_incoming *c,
                        const struct mixture *m)
{
    char where[LOOPC_WHERE];
    loopc_locate(l, c - l->columns, 0, c->first_text, where);
    return loopc_error_set(l->message, "is it a slip? Labels are numbers in all other rows",
                           "%s: the label is '%s', no number as in %" PRId64 " other rows", where,
                           c->text, m->numbers);
}

static int refuse_input(const struct loopc_loading *l, const struct loopc_incoming *c,
                        const struct mixture *m)
{
    char where[LOOPC_WHERE], more[64] = "";
    loopc_locate(l, c - l->columns, 0, c->first_text, where);
    if (c->texts > 1) snprintf(more, sizeof more, "; %" PRId64 " cells of it hold text", c->texts);
    return loopc_error_set(l->message, LOOPC_SLIP_HINT,
                           "%s: '%s' is not a number, as %" PRId64 " other cells of the column "
                           "are%s",
                           where, c->text, m->numbers, more);
}

static void note_mixture(struct loopc_loading *l, const struct loopc_incoming *c,
                         const struct mixture *m)
{
    loopc_reading_note(&l->reading,
                       "column %" PRId64 " ('%.80s') holds %" PRId64 " number%s and %" PRId64
                       " text%s, first in line %" PRId64 ": '%s'; all are taken as texts",
                       (int64_t)(c - l->columns) + 1, c->name, m->numbers,
                       m->numbers == 1 ? "" : "s", c->texts, c->texts == 1 ? "" : "s",
                       c->first_text.line, c->text);
}

static int by_letters(const void *a, const void *b)
{
    const char *const x = *(const char *const *)a, *const y = *(const char *const *)b;
    const int order = strcasecmp(x, y);
    return order ? order : strcmp(x, y);
}

/* Two texts that differ in case alone, if there are any: the first by the alphabet. */
static bool find_twins(const struct loopc_dictionary *d, const char *twins[2])
{
    const char **const texts = malloc(((size_t)d->count + 1) * sizeof *texts);
    bool found = false;
    for (int32_t i = 0; texts && i < d->count; i++)
        texts[i] = loopc_dictionary_text(d, i);
    if (texts) qsort(texts, (size_t)d->count, sizeof *texts, by_letters);
    for (int32_t i = 1; texts && !found && i < d->count; i++) {
        found = !strcasecmp(texts[i - 1], texts[i]);
        twins[0] = texts[i - 1];
        twins[1] = texts[i];
    }
    free(texts);
    return found;
}

static void note_spellings(struct loopc_loading *l, const struct loopc_incoming *c)
{
    const char *twins[2] = {NULL, NULL};
    char first[LOOPC_EXCERPT], second[LOOPC_EXCERPT];
    if (!find_twins(&c->dictionary, twins)) return;
    loopc_reading_note(&l->reading,
                       "column %" PRId64 " ('%.80s') has both '%s' and '%s': they are %s",
                       (int64_t)(c - l->columns) + 1, c->name, loopc_excerpt(first, twins[0]),
                       loopc_excerpt(second, twins[1]),
                       c->kind == LOOPC_KIND_BOOL ? "the same" : "different values");
}

static int judge_column(struct loopc_loading *l, struct loopc_incoming *c)
{
    const bool label = c->role == LOOPC_ROLE_LABEL;
    if (!c->has_dictionary || c->like || (!label && c->role != LOOPC_ROLE_INPUT)) return LOOPC_OK;
    const struct mixture m = look_at(l, c);
    if (is_slip(&m, label)) return label ? refuse_label(l, c, &m) : refuse_input(l, c, &m);
    if (m.numbers > 0 && m.texts > 0) note_mixture(l, c, &m);
    note_spellings(l, c);
    return LOOPC_OK;
}

int loopc_judge_slips(struct loopc_loading *files, int count)
{
    for (int f = 0; f < count; f++) {
        for (int64_t i = 0; i < files[f].width; i++) {
            if (judge_column(&files[f], &files[f].columns[i])) return LOOPC_FAILED;
        }
    }
    return LOOPC_OK;
}
