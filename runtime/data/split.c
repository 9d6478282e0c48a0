/* Parts of data sets: drawing rows, and recalculating statistics of the rest. */
#include "base/rng.h"
#include "data/source.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A split under way. */
struct split {
    const struct loopc_dataset *whole;
    uint64_t key;
    int64_t count;          /* rows of the part */
    unsigned char *marks;   /* of the rows of the whole: 1 in the part */
    int64_t *rows, *wanted; /* of each class: all, and those of the part */
};

/* The class of row i, 0 where classes do not count. */
static int32_t class_of(const struct split *s, int64_t i)
{
    return s->whole->labels ? s->whole->labels[loopc_dataset_row(s->whole, i)] : 0;
}

static int32_t class_count(const struct split *s)
{
    return s->whole->labels ? s->whole->classes : 1;
}

/* The fraction of a row that a class loses by rounding. */
static double remainder_of(const struct split *s, double share, int32_t class)
{
    return share * (double)s->rows[class] - (double)s->wanted[class];
}

/* Shares out the rows of the part among the classes (the method of largest remainders). */
static void share_out(struct split *s, double share)
{
    int64_t left = s->count;
    for (int32_t c = 0; c < class_count(s); c++) {
        s->wanted[c] = (int64_t)(share * (double)s->rows[c]);
        left -= s->wanted[c];
    }
    while (left-- > 0) {
        int32_t best = -1;
        for (int32_t c = 0; c < class_count(s); c++) {
            if (s->wanted[c] >= s->rows[c]) continue;
            if (best < 0 || remainder_of(s, share, c) > remainder_of(s, share, best)) best = c;
        }
        if (best >= 0) s->wanted[best]++;
    }
}

/* Marks the last rows of the order that the key gives: as many as wanted, of each class. */
static bool mark(struct split *s, double share, bool stratified)
{
    const int64_t rows = s->whole->rows;
    const int32_t classes = class_count(s);
    int64_t left = s->count;
    s->marks = calloc((size_t)rows + 1, 1);
    s->rows = calloc(2 * (size_t)classes + 1, sizeof *s->rows);
    if (!s->marks || !s->rows) return false;
    s->wanted = s->rows + classes;
    for (int64_t i = 0; i < rows; i++)
        s->rows[class_of(s, i)]++;
    if (stratified) share_out(s, share);
    for (int64_t i = rows; i-- > 0 && left > 0;) {
        const int64_t row = (int64_t)loopc_shuffled(s->key, (uint64_t)rows, (uint64_t)i);
        if (stratified && s->wanted[class_of(s, row)]-- <= 0) continue;
        s->marks[row] = 1;
        left--;
    }
    return true;
}

/* Where the rows with that mark are stored. Never NULL but for want of memory. */
static int64_t *make_index(const struct split *s, unsigned char wanted, int64_t count)
{
    int64_t *const index = malloc(((size_t)count + 1) * sizeof *index);
    int64_t n = 0;
    for (int64_t i = 0; index && i < s->whole->rows; i++) {
        if (s->marks[i] == wanted) index[n++] = loopc_dataset_row(s->whole, i);
    }
    return index;
}

static void warn(const struct loopc_dataset *d, const char *text)
{
    const struct loopc_dataset_host *const host = &d->source->whole->host;
    if (host->warn) host->warn(host->context, text);
}

/* Says which classes have no row on one of the sides. */
static void warn_of_classes(const struct split *s, unsigned char side)
{
    char text[600], names[400] = "";
    int32_t absent = 0;
    size_t used = 0;
    int64_t *const there = calloc((size_t)class_count(s) + 1, sizeof *there);
    for (int64_t i = 0; there && i < s->whole->rows; i++)
        there[class_of(s, i)] += s->marks[i] == side;
    for (int32_t c = 0; there && s->whole->labels && c < class_count(s); c++) {
        char name[LOOPC_EXCERPT];
        if (s->rows[c] == 0 || there[c] > 0) continue;
        const char *const class = loopc_dataset_class(s->whole, c);
        if (absent++ > 0 && used + 2 * LOOPC_EXCERPT > sizeof names) continue;
        used += (size_t)snprintf(names + used, sizeof names - used, "%s'%s'",
                                 absent > 1 ? ", " : "", loopc_excerpt(name, class ? class : "?"));
    }
    free(there);
    if (absent == 0) return;
    snprintf(text, sizeof text, "%s: %" PRId32 " of %" PRId32 " classes %s no row %s: %s",
             s->whole->name, absent, class_count(s), absent > 1 ? "have" : "has",
             side ? "in the part that is held out" : "left for training", names);
    warn(s->whole, text);
}

/* Calculates filling and scale anew from these rows, also for those that are like the whole. */
static int fit_anew(const struct loopc_dataset *whole, const int64_t *index, int64_t count)
{
    struct loopc_source *const s = whole->source->whole;
    char text[LOOPC_DATASET_MESSAGE];
    const struct loopc_message message = {text, sizeof text};
    if (!loopc_source_is_fitted(s) || !s->options.splits || s->leader || count == 0)
        return LOOPC_OK;
    int st = loopc_source_fit(s, index, count, NULL, &message);
    for (struct loopc_source *f = s->followers; !st && f; f = f->next)
        st = loopc_source_fit(f, NULL, 0, &s->table, &message);
    if (st) warn(whole, text);
    return st;
}

static int make_parts(const struct split *s, struct loopc_dataset *rest, struct loopc_dataset *part)
{
    const int64_t left = s->whole->rows - s->count;
    int64_t *const taken = make_index(s, 1, s->count), *const kept = make_index(s, 0, left);
    struct loopc_dataset first = {0}, second = {0};
    int st = taken && kept ? fit_anew(s->whole, kept, left) : LOOPC_FAILED;
    if (st == LOOPC_OK) st = loopc_dataset_select(s->whole, taken, s->count, &first);
    if (st == LOOPC_OK && rest != s->whole)
        st = loopc_dataset_select(s->whole, kept, left, &second);
    if (st != LOOPC_OK) {
        free(first.source);
        free(taken);
        free(kept);
        return st;
    }
    if (rest == s->whole)
        loopc_dataset_narrow(rest, kept, left);
    else
        *rest = second;
    *part = first;
    return st;
}

/* The seed's own key. */
static uint64_t key_of(const struct loopc_dataset *whole)
{
    const struct loopc_dataset_host *const host = &whole->source->whole->host;
    return loopc_shuffle_key(host->seed ? *host->seed : 1, UINT64_C(0x73706c6974)); /* "split" */
}

int loopc_dataset_draw(const struct loopc_dataset *whole, uint64_t key, double share, bool stratify,
                       struct loopc_dataset *rest, struct loopc_dataset *part)
{
    if (!whole->source || !(share >= 0 && share <= 1)) return LOOPC_FAILED;
    struct split s = {.whole = whole,
                      .key = key ? key : key_of(whole),
                      .count = (int64_t)(share * (double)whole->rows + 0.5)};
    int st = mark(&s, share, stratify && whole->labels) ? LOOPC_OK : LOOPC_FAILED;
    if (!st && s.count > 0) warn_of_classes(&s, 1);
    if (!st && s.count < whole->rows) warn_of_classes(&s, 0);
    if (!st) st = make_parts(&s, rest, part);
    free(s.marks);
    free(s.rows);
    return st;
}

void loopc_dataset_note_share(struct loopc_dataset *part, double share)
{
    if (part->source) part->source->options.share = share;
}

double loopc_dataset_share(const struct loopc_dataset *d)
{
    return d && d->source && d->source->whole != d->source ? d->source->options.share : 0;
}

int loopc_dataset_split(const struct loopc_dataset *whole, uint64_t key, double share,
                        struct loopc_dataset *rest, struct loopc_dataset *part)
{
    const bool stratify = whole->source && !whole->source->whole->options.unstratified;
    return loopc_dataset_draw(whole, key, share, stratify, rest, part);
}
