#include "data/categories.h"

#include <math.h>

int64_t loopc_categories_wrong(const struct loopc_dataset *data, int32_t column, int32_t count,
                               float *value)
{
    for (int64_t i = 0; i < data->rows; i++) {
        *value = data->x[loopc_dataset_row(data, i) * data->columns + column];
        const bool fits = *value >= 0 && *value < (float)count;
        if (!fits || floorf(*value) < *value) return i;
    }
    return -1;
}
