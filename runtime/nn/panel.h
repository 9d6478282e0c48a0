/* Panels: the one form in which nets keep matrices.
 *
 * A matrix of `rows` x `columns` is cut into panels of 16 columns, the last one padded. Each panel
 * is stored row after row: element (i, j) is at
 *
 *     (j / 16) * LOOPC_STRIDE(rows) + i * 16 + j % 16
 *
 * so 16 neighbours of a row are one cache line, and 64 bytes further is the next row. From panel to
 * panel are `rows` rows, or 8 more where panels would else lie a multiple of 2 KB apart and compete
 * for the same few places of a cache. That serves every product of matrices that a net needs,
 * without ever turning the weights (product.h). The form is the same on all machines, whatever the
 * width of their vectors, and the place of an element does not depend on the number of columns.
 *
 *     weights       outputs x inputs     panels of 16 inputs
 *     activations   features x samples   panels of 16 samples (feature-major: layers)
 *                   samples x features   panels of 16 features (sample-major: gradients)
 *
 * The padding is undefined; lanes never mix, so it reaches no result. All arrays of
 * panels are aligned to 64 bytes. Outside of nets matrices are row-major: loopc_panels_from and
 * loopc_panels_to convert between the two.
 */
#ifndef LOOPC_PANEL_H
#define LOOPC_PANEL_H

#include "parallel/thread.h"
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Devices have neither vectors nor room for padding: there a panel is one column. */
#ifdef LOOPC_DEVICE
enum { LOOPC_PANEL = 1 };
#define LOOPC_ALIGNED
#else
enum { LOOPC_PANEL = 16 };

/* Arrays of panels begin with a cache line, and with a vector. */
#define LOOPC_ALIGNED _Alignas(64)
#endif

/* How many panels `columns` columns are. */
#define LOOPC_PANEL_COUNT(columns) (((columns) + LOOPC_PANEL - 1) / LOOPC_PANEL)

/* Floats from one panel of `rows` rows to the next. */
#ifdef LOOPC_DEVICE
#define LOOPC_STRIDE(rows) (rows)
#else
#define LOOPC_STRIDE(rows) (((rows) % 32 == 0 ? (rows) + 8 : (rows)) * LOOPC_PANEL)
#endif

/* Floats that a matrix takes, and a vector. */
#define LOOPC_PANELS(rows, columns) (LOOPC_STRIDE(rows) * LOOPC_PANEL_COUNT(columns))
#define LOOPC_VECTOR(count)         (LOOPC_PANEL_COUNT(count) * LOOPC_PANEL)

/* The place of element (i, j) in a matrix of `rows` rows. */
static inline ptrdiff_t loopc_panel_at(ptrdiff_t rows, ptrdiff_t i, ptrdiff_t j)
{
    return j / LOOPC_PANEL * LOOPC_STRIDE(rows) + i * LOOPC_PANEL + j % LOOPC_PANEL;
}

static inline int32_t loopc_lesser(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* The columns of a part of `count` columns: whole panels, the last of which may be padded. */
static inline struct loopc_span loopc_panels_of(int32_t count, struct loopc_thread me)
{
    const struct loopc_span panels = loopc_span_of(LOOPC_PANEL_COUNT(count), me);
    return (struct loopc_span){panels.first * LOOPC_PANEL, panels.end * LOOPC_PANEL};
}

/* From a row-major matrix, row i at from + i * columns, to panels. */
static inline void loopc_panels_from(const float *restrict from, float *restrict panels,
                                     int32_t rows, int32_t columns)
{
    for (int32_t j = 0; j < columns; j += LOOPC_PANEL)
        for (int32_t i = 0; i < rows; i++)
            memcpy(panels + loopc_panel_at(rows, i, j), from + (ptrdiff_t)i * columns + j,
                   (size_t)loopc_lesser(LOOPC_PANEL, columns - j) * sizeof *from);
}

/* And back. */
static inline void loopc_panels_to(const float *restrict panels, float *restrict to, int32_t rows,
                                   int32_t columns)
{
    for (int32_t j = 0; j < columns; j += LOOPC_PANEL)
        for (int32_t i = 0; i < rows; i++)
            memcpy(to + (ptrdiff_t)i * columns + j, panels + loopc_panel_at(rows, i, j),
                   (size_t)loopc_lesser(LOOPC_PANEL, columns - j) * sizeof *to);
}

#endif
