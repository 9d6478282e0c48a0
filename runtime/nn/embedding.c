#include "nn/embedding.h"

#include <math.h>

/* The row that a number names, or -1. */
static int32_t row_of(const struct loopc_embedding *e, float number)
{
    if (!(number >= 0.0f && number < (float)e->vocabulary)) return -1;
    const int32_t row = (int32_t)number;
    return (float)row == number && row < e->vocabulary ? row : -1;
}

static int32_t row_at(const struct loopc_embedding *e, const float *x, int32_t sample)
{
    return row_of(e, x[loopc_panel_at(e->inputs, e->column, sample)]);
}

/* Where a feature beside the column is in y. */
static int32_t moved(const struct loopc_embedding *e, int32_t feature)
{
    return feature - (feature > e->column);
}

static struct loopc_span samples_of(int32_t samples, struct loopc_thread me)
{
    const struct loopc_span mine = loopc_panels_of(samples, me);
    return (struct loopc_span){mine.first, loopc_lesser(mine.end, samples)};
}

void loopc_embed(const struct loopc_embedding *e, const float *w, const float *x, float *y,
                 int32_t samples, struct loopc_thread me)
{
    const struct loopc_span mine = samples_of(samples, me);
    const int32_t outputs = e->inputs - 1 + e->width;
    for (int32_t r = mine.first; r < mine.end; r++) {
        const int32_t row = row_at(e, x, r);
        for (int32_t k = 0; k < e->inputs; k++) {
            if (k == e->column) continue;
            y[loopc_panel_at(outputs, moved(e, k), r)] = x[loopc_panel_at(e->inputs, k, r)];
        }
        for (int32_t j = 0; j < e->width; j++)
            y[loopc_panel_at(outputs, e->inputs - 1 + j, r)] =
                row < 0 ? (float)NAN : w[loopc_panel_at(e->vocabulary, row, j)];
    }
}

void loopc_embed_backward(const struct loopc_embedding *e, const float *d, float *to,
                          int32_t samples, struct loopc_thread me)
{
    const struct loopc_span mine = samples_of(samples, me);
    const int32_t outputs = e->inputs - 1 + e->width;
    for (int32_t r = mine.first; r < mine.end; r++)
        for (int32_t k = 0; k < e->inputs; k++)
            to[loopc_panel_at(e->inputs, k, r)] =
                k == e->column ? 0.0f : d[loopc_panel_at(outputs, moved(e, k), r)];
}

void loopc_embed_gradient(const struct loopc_embedding *e, const float *x, const float *d, float *g,
                          int32_t samples, struct loopc_thread me)
{
    const struct loopc_span mine = loopc_span_of(e->vocabulary, me);
    const int32_t outputs = e->inputs - 1 + e->width;
    for (int32_t r = 0; r < samples; r++) {
        const int32_t row = row_at(e, x, r);
        if (row < mine.first || row >= mine.end) continue;
        for (int32_t j = 0; j < e->width; j++)
            g[loopc_panel_at(e->vocabulary, row, j)] +=
                d[loopc_panel_at(outputs, e->inputs - 1 + j, r)];
    }
}
