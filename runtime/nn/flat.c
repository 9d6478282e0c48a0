#include "nn/flat.h"

#include "nn/panel.h"

#include <math.h>

const float *loopc_flat_take(float *w, const float *flat, int32_t rows, int32_t columns)
{
    loopc_panels_from(flat, w, rows, columns);
    return flat + (ptrdiff_t)rows * columns;
}

float *loopc_flat_put(const float *w, float *flat, int32_t rows, int32_t columns)
{
    loopc_panels_to(w, flat, rows, columns);
    return flat + (ptrdiff_t)rows * columns;
}

float *loopc_flat_blend(const float *w, float *flat, int32_t rows, int32_t columns, float share)
{
    for (int32_t i = 0; i < rows; i++)
        for (int32_t j = 0; j < columns; j++, flat++)
            *flat = fmaf(share, w[loopc_panel_at(rows, i, j)] - *flat, *flat);
    return flat;
}
