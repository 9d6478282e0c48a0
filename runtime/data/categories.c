#include "data/categories.h"

#include <math.h>

int64_t loopc_categories_wrong(const struct loopc_dataset *data, int32_t column, int32_t count,
                               float *value)
{
    for (int64_t i = 0; i < data->rows; i++) {
        const int64_t row = loopc_dataset_row(data, i);
        loopc_dataset_need(data, &row, 1);
        *value = data->x[row * data->columns + column];
        const bool fits = *value >= 0 && *value < (float)count;
        if (!fits || floorf(*value) < *value) return i;
    }
    return -1;
}
