/* Scores: accuracy, confusion, errors of values. */
#include "export/scores.h"

#include "base/json_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 64, SUMS = 3, TABLE_MOST = 12, WORST = 10 };

bool loopc_scores_new(struct loopc_scores *scores, int32_t classes, int32_t targets)
{
    const size_t cells = (size_t)classes * (size_t)classes + 1;
    *scores = (struct loopc_scores){.classes = classes, .targets = targets};
    scores->confusion = calloc(cells, sizeof *scores->confusion);
    scores->sums = calloc(SUMS * (size_t)targets + 1, sizeof *scores->sums);
    scores->first = calloc((size_t)targets + 1, sizeof *scores->first);
    return scores->confusion && scores->sums && scores->first;
}

void loopc_scores_free(struct loopc_scores *scores)
{
    free(scores->confusion);
    free(scores->sums);
    free(scores->first);
    *scores = (struct loopc_scores){0};
}

void loopc_scores_add_class(struct loopc_scores *scores, int32_t answer, int32_t predicted)
{
    scores->rows++;
    scores->confusion[(size_t)answer * (size_t)scores->classes + (size_t)predicted]++;
}

void loopc_scores_add_values(struct loopc_scores *scores, const float *answers,
                             const float *predicted)
{
    for (int32_t i = 0; i < scores->targets; i++) {
        double *const sums = scores->sums + (ptrdiff_t)SUMS * i;
        if (scores->rows == 0) scores->first[i] = (double)answers[i];
        const double error = (double)predicted[i] - (double)answers[i];
        const double moved = (double)answers[i] - scores->first[i];
        sums[0] += error * error;
        sums[1] += moved;
        sums[2] += moved * moved;
    }
    scores->rows++;
}

int64_t loopc_scores_right(const struct loopc_scores *scores)
{
    int64_t right = 0;
    for (int32_t i = 0; i < scores->classes; i++)
        right += scores->confusion[(size_t)i * (size_t)scores->classes + (size_t)i];
    return right;
}

double loopc_scores_rmse(const struct loopc_scores *scores, int32_t i)
{
    return sqrt(scores->sums[(ptrdiff_t)SUMS * i] / (double)scores->rows);
}

double loopc_scores_r2(const struct loopc_scores *scores, int32_t i)
{
    const double *const sums = scores->sums + (ptrdiff_t)SUMS * i;
    const double spread = sums[2] - sums[1] * sums[1] / (double)scores->rows;
    return spread > 0 ? 1 - sums[0] / spread : (double)NAN;
}

static double accuracy(const struct loopc_scores *scores)
{
    return (double)loopc_scores_right(scores) / (double)scores->rows;
}

/* The text for people. */

struct page {
    const struct loopc_scores *scores;
    const char *program;
    loopc_scores_namer *name;
    const void *context;
    FILE *out;
};

/* A name as it can be printed: nothing that a terminal would obey. */
static const char *name_of(const struct page *page, int32_t i, char text[NAME])
{
    page->name(page->context, i, text, NAME);
    loopc_text_clean(text);
    return text;
}

static int width_of(const struct page *page)
{
    char text[NAME];
    int width = 6;
    for (int32_t i = 0; i < page->scores->classes; i++) {
        const int length = (int)strlen(name_of(page, i, text));
        if (length > width) width = length;
    }
    return width;
}

static int64_t cell(const struct loopc_scores *scores, int32_t answer, int32_t predicted)
{
    return scores->confusion[(size_t)answer * (size_t)scores->classes + (size_t)predicted];
}

static int64_t row_sum(const struct loopc_scores *scores, int32_t answer)
{
    int64_t sum = 0;
    for (int32_t i = 0; i < scores->classes; i++)
        sum += cell(scores, answer, i);
    return sum;
}

static void print_table(const struct page *page)
{
    const struct loopc_scores *s = page->scores;
    const int width = width_of(page);
    char text[NAME];
    fprintf(page->out, "%s: a row a class of the file, a column a predicted one:\n%*s",
            page->program, width, "");
    for (int32_t i = 0; i < s->classes; i++)
        fprintf(page->out, "  %*s", width, name_of(page, i, text));
    fprintf(page->out, "  %*s\n", width, "right");
    for (int32_t i = 0; i < s->classes; i++) {
        const int64_t sum = row_sum(s, i);
        fprintf(page->out, "%*s", width, name_of(page, i, text));
        for (int32_t k = 0; k < s->classes; k++)
            fprintf(page->out, "  %*" PRId64, width, cell(s, i, k));
        if (sum > 0) fprintf(page->out, "  %*.4f", width, (double)cell(s, i, i) / (double)sum);
        fputc('\n', page->out);
    }
}

/* The most frequent confusion that is less frequent than `below`, or comes after (*from, *to) among
 * equals. 0: there is none. */
static int64_t next_worst(const struct loopc_scores *s, int64_t below, int32_t *from, int32_t *to)
{
    int64_t worst = 0;
    int32_t at_from = 0, at_to = 0;
    for (int32_t i = 0; i < s->classes; i++) {
        for (int32_t k = 0; k < s->classes; k++) {
            const int64_t count = cell(s, i, k);
            const bool later = i > *from || (i == *from && k > *to);
            if (i == k || count <= worst || count > below || (count == below && !later)) continue;
            worst = count;
            at_from = i;
            at_to = k;
        }
    }
    *from = at_from;
    *to = at_to;
    return worst;
}

/* A table of many classes fits on no screen. */
static void print_worst(const struct page *page)
{
    char text[NAME], other[NAME];
    int64_t count = INT64_MAX;
    int32_t from = -1, to = -1;
    for (int i = 0; i < WORST && (count = next_worst(page->scores, count, &from, &to)) > 0; i++) {
        fprintf(page->out, "%s: %s taken for %s: %" PRId64 " of %" PRId64 " rows\n", page->program,
                name_of(page, from, text), name_of(page, to, other), count,
                row_sum(page->scores, from));
    }
}

static void print_classes(const struct page *page)
{
    const struct loopc_scores *s = page->scores;
    fprintf(page->out, "%s: accuracy %.4f, %" PRId64 " of %" PRId64 " rows\n", page->program,
            accuracy(s), loopc_scores_right(s), s->rows);
    if (s->classes <= TABLE_MOST)
        print_table(page);
    else
        print_worst(page);
}

void loopc_scores_print(const struct loopc_scores *scores, const char *program,
                        loopc_scores_namer *name, const void *context, FILE *out)
{
    const struct page page = {scores, program, name, context, out};
    char text[NAME];
    if (scores->rows == 0) return;
    if (scores->classes > 0) print_classes(&page);
    for (int32_t i = 0; i < scores->targets; i++) {
        fprintf(out, "%s: %s: RMSE %.6g, R2 %.4f, %" PRId64 " rows\n", program,
                name_of(&page, i, text), loopc_scores_rmse(scores, i), loopc_scores_r2(scores, i),
                scores->rows);
    }
}

/* JSON. */

static void write_names(const struct page *page, const char *key, int32_t count)
{
    char text[256];
    fprintf(page->out, ", \"%s\": [", key);
    for (int32_t i = 0; i < count; i++) {
        fputs(i ? ", " : "", page->out);
        loopc_json_string(page->out, page->name(page->context, i, text, sizeof text));
    }
    fputc(']', page->out);
}

static void write_value(FILE *out, double value)
{
    if (isfinite(value))
        fprintf(out, "%.9g", value);
    else
        fputs("null", out);
}

static void write_values(const struct page *page, const char *key,
                         double (*value)(const struct loopc_scores *, int32_t))
{
    fprintf(page->out, ", \"%s\": [", key);
    for (int32_t i = 0; i < page->scores->targets; i++) {
        fputs(i ? ", " : "", page->out);
        write_value(page->out, value(page->scores, i));
    }
    fputc(']', page->out);
}

static void write_confusion(const struct page *page)
{
    const struct loopc_scores *s = page->scores;
    fputs(", \"confusion\": [", page->out);
    for (int32_t i = 0; i < s->classes; i++) {
        fputs(i ? ", [" : "[", page->out);
        for (int32_t k = 0; k < s->classes; k++)
            fprintf(page->out, "%s%" PRId64, k ? ", " : "", cell(s, i, k));
        fputc(']', page->out);
    }
    fputc(']', page->out);
}

void loopc_scores_write(const struct loopc_scores *scores, loopc_scores_namer *name,
                        const void *context, FILE *out)
{
    const struct page page = {scores, "", name, context, out};
    fprintf(out, "{\"rows\": %" PRId64, scores->rows);
    if (scores->classes > 0 && scores->rows > 0) {
        fputs(", \"accuracy\": ", out);
        write_value(out, accuracy(scores));
        write_names(&page, "classes", scores->classes);
        write_confusion(&page);
        if (scores->roc) loopc_roc_write(scores->roc, out);
    }
    if (scores->targets > 0 && scores->rows > 0) {
        write_names(&page, "targets", scores->targets);
        write_values(&page, "rmse", loopc_scores_rmse);
        write_values(&page, "r2", loopc_scores_r2);
    }
    fputs("}\n", out);
}
