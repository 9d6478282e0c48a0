/* Receiver operating characteristics, by sorting the rows by their outputs. */
#include "export/roc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool loopc_roc_new(struct loopc_roc *roc, int32_t classes, int64_t room)
{
    const size_t rows = (size_t)room + 1;
    *roc = (struct loopc_roc){.classes = classes, .room = room};
    roc->outputs = malloc(rows * (size_t)classes * sizeof *roc->outputs);
    roc->labels = malloc(rows * sizeof *roc->labels);
    return roc->outputs && roc->labels;
}

void loopc_roc_free(struct loopc_roc *roc)
{
    free(roc->outputs);
    free(roc->labels);
    *roc = (struct loopc_roc){0};
}

void loopc_roc_add(struct loopc_roc *roc, int32_t label, const float *outputs)
{
    if (roc->rows == roc->room) return;
    memcpy(roc->outputs + roc->rows * roc->classes, outputs,
           (size_t)roc->classes * sizeof *outputs);
    roc->labels[roc->rows++] = label;
}

/* A row as one class sees it. */
struct ranked {
    float output;
    bool positive;
};

static int by_output(const void *a, const void *b)
{
    const float x = ((const struct ranked *)a)->output, y = ((const struct ranked *)b)->output;
    return (x < y) - (x > y);
}

static void rank(const struct loopc_roc *roc, int32_t class, struct ranked *rows)
{
    for (int64_t r = 0; r < roc->rows; r++) {
        const float output = roc->outputs[r * roc->classes + class];
        rows[r] = (struct ranked){isnan(output) ? -INFINITY : output, roc->labels[r] == class};
    }
    qsort(rows, (size_t)roc->rows, sizeof *rows, by_output);
}

/* Counts of rows above a threshold. */
struct point {
    int64_t negatives, positives;
};

/* The points of a curve, from (0, 0) on, one for each distinct output; points has rows + 1 places.
 * Returns their number. */
static int64_t trace(const struct ranked *rows, int64_t count, struct point *points)
{
    struct point now = {0, 0};
    int64_t length = 0;
    points[length++] = now;
    for (int64_t r = 0; r < count; r++) {
        now.positives += rows[r].positive;
        now.negatives += !rows[r].positive;
        if (r + 1 == count || rows[r + 1].output < rows[r].output) points[length++] = now;
    }
    return length;
}

static double area_under(const struct point *points, int64_t length)
{
    const struct point all = points[length - 1];
    double sum = 0;
    for (int64_t i = 1; i < length; i++) {
        sum += (double)(points[i].negatives - points[i - 1].negatives) *
               (double)(points[i].positives + points[i - 1].positives);
    }
    return sum / 2 / (double)all.negatives / (double)all.positives;
}

/* Whether the curve has no corner at b. */
static bool is_straight(struct point a, struct point b, struct point c)
{
    return (b.negatives - a.negatives) * (c.positives - b.positives) ==
           (c.negatives - b.negatives) * (b.positives - a.positives);
}

static bool is_close(struct point a, struct point b, struct point all)
{
    return (b.negatives - a.negatives) * LOOPC_ROC_POINTS < all.negatives &&
           (b.positives - a.positives) * LOOPC_ROC_POINTS < all.positives;
}

/* Leaves the points that are written; both ends stay. Returns their number. */
static int64_t thin(struct point *points, int64_t length)
{
    const struct point all = points[length - 1];
    int64_t kept = 1;
    for (int64_t i = 1; i + 1 < length; i++) {
        if (is_straight(points[kept - 1], points[i], points[i + 1])) continue;
        if (!is_close(points[kept - 1], points[i], all)) points[kept++] = points[i];
    }
    points[kept++] = all;
    return kept;
}

static void write_rates(const struct point *points, int64_t length, bool positive, FILE *out)
{
    const struct point all = points[length - 1];
    for (int64_t i = 0; i < length; i++) {
        const double rate = positive ? (double)points[i].positives / (double)all.positives
                                     : (double)points[i].negatives / (double)all.negatives;
        fprintf(out, "%s%.6g", i ? ", " : "", rate);
    }
}

static void write_curve(struct point *points, int64_t length, FILE *out)
{
    const int64_t kept = thin(points, length);
    fputs("[[", out);
    write_rates(points, kept, false, out);
    fputs("], [", out);
    write_rates(points, kept, true, out);
    fputs("]]", out);
}

/* Room for the rows of one class after the other. */
struct sheet {
    struct ranked *rows;
    struct point *points;
};

static void write_class(const struct loopc_roc *roc, int32_t class, const struct sheet *sheet,
                        bool curve, FILE *out)
{
    rank(roc, class, sheet->rows);
    const int64_t length = trace(sheet->rows, roc->rows, sheet->points);
    const struct point all = sheet->points[length - 1];
    if (class > 0) fputs(", ", out);
    if (all.positives == 0 || all.negatives == 0)
        fputs("null", out);
    else if (curve)
        write_curve(sheet->points, length, out);
    else
        fprintf(out, "%.9g", area_under(sheet->points, length));
}

static void write_list(const struct loopc_roc *roc, const struct sheet *sheet, const char *key,
                       bool curve, FILE *out)
{
    fprintf(out, ", \"%s\": [", key);
    for (int32_t class = 0; class < roc->classes; class ++)
        write_class(roc, class, sheet, curve, out);
    fputc(']', out);
}

bool loopc_roc_write(const struct loopc_roc *roc, FILE *out)
{
    const size_t count = (size_t)roc->rows + 1;
    const struct sheet sheet = {malloc(count * sizeof *sheet.rows),
                                malloc(count * sizeof *sheet.points)};
    const bool enough = sheet.rows && sheet.points;
    if (enough) {
        write_list(roc, &sheet, "auc", false, out);
        write_list(roc, &sheet, "roc", true, out);
    }
    free(sheet.rows);
    free(sheet.points);
    return enough;
}
