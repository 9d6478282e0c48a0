#include "nn/spread.h"

#include "nn/panel.h"

#include <math.h>

/* Sums over a matrix: of its values, of their squared distances from a centre. */
struct sums {
    double values, squares;
    float most;
    int64_t zeros;
};

static struct sums add_up(const float *panels, int32_t rows, int32_t columns, double centre)
{
    struct sums sums = {0};
    for (int32_t i = 0; i < rows; i++)
        for (int32_t j = 0; j < columns; j++) {
            const float value = panels[loopc_panel_at(rows, i, j)];
            sums.values += (double)value;
            sums.squares += ((double)value - centre) * ((double)value - centre);
            sums.zeros += value == 0.0f;
            if (!(fabsf(value) <= sums.most)) sums.most = fabsf(value);
        }
    return sums;
}

struct loopc_spread loopc_spread_of(const float *panels, int32_t rows, int32_t columns)
{
    const double count = (double)rows * (double)columns;
    if (!(count > 0)) return (struct loopc_spread){0};
    const double mean = add_up(panels, rows, columns, 0.0).values / count;
    const struct sums sums = add_up(panels, rows, columns, mean);
    const float most = isnan(mean) ? (float)mean : sums.most;
    return (struct loopc_spread){(float)mean, (float)sqrt(sums.squares / count), most,
                                 (float)((double)sums.zeros / count)};
}
