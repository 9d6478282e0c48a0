/* History: rows in one array. */
#include "control/history.h"

#include "control/channel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MS = 1000000, GROUP = 4 };

void loopc_history_open(struct loopc_history *h, size_t values)
{
    h->width = values + 1;
    h->rows = calloc(LOOPC_HISTORY_MOST * h->width, sizeof *h->rows);
}

void loopc_history_close(struct loopc_history *h)
{
    free(h->rows);
    *h = (struct loopc_history){0};
}

bool loopc_history_is_dense(const struct loopc_history *h)
{
    return h->rows && h->taken < LOOPC_HISTORY_DENSE;
}

static double key(const struct loopc_history *h, size_t row)
{
    return h->rows[row * h->width + 1];
}

static void keep(struct loopc_history *h, size_t from)
{
    memmove(h->rows + h->count++ * h->width, h->rows + from * h->width, h->width * sizeof *h->rows);
}

/* The lower of both comes first where it was first. NaN counts as the highest. */
static void keep_extremes(struct loopc_history *h, size_t first, size_t end)
{
    size_t low = first, high = first;
    for (size_t i = first; i < end; i++) {
        if (key(h, i) < key(h, low)) low = i;
        if (!(key(h, i) <= key(h, high))) high = i;
    }
    if (low == high && high + 1 < end) high = end - 1; /* all are equal */
    keep(h, low < high ? low : high);
    if (low != high) keep(h, low < high ? high : low);
}

static void thin(struct loopc_history *h)
{
    const size_t count = h->count;
    h->count = 1; /* the first row always remains */
    for (size_t i = 1; i < count; i += GROUP)
        keep_extremes(h, i, i + GROUP < count ? i + GROUP : count);
}

double *loopc_history_add(struct loopc_history *h, int64_t batch, int64_t now)
{
    if (!h->rows) return NULL;
    if (!loopc_history_is_dense(h) && now - h->when < (int64_t)LOOPC_TICK_MS * MS) return NULL;
    if (h->count && h->rows[(h->count - 1) * h->width] >= (double)batch) return NULL;
    if (h->count == LOOPC_HISTORY_MOST) thin(h);
    double *row = h->rows + h->count++ * h->width;
    row[0] = (double)batch;
    h->when = now;
    h->taken++;
    return row + 1;
}

static void write_number(FILE *file, double value)
{
    if (isfinite(value)) {
        fprintf(file, ",%.9g", value);
    } else {
        fputs(",null", file);
    }
}

void loopc_history_write(const struct loopc_history *h, FILE *file)
{
    fputc('[', file);
    for (size_t i = 0; i < h->count; i++) {
        const double *row = h->rows + i * h->width;
        fprintf(file, i ? ",[%.0f" : "[%.0f", row[0]);
        for (size_t k = 1; k < h->width; k++)
            write_number(file, row[k]);
        fputc(']', file);
    }
    fputc(']', file);
}
