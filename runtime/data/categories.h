/* Columns of categories: inputs that are indices into tables. */
#ifndef LOOPC_CATEGORIES_H
#define LOOPC_CATEGORIES_H

#include "data/dataset.h"

/* The first row whose value in `column` (from 0) is not a whole number from 0 to count - 1; -1 if
 * there is none. *value is what it has. */
int64_t loopc_categories_wrong(const struct loopc_dataset *data, int32_t column, int32_t count,
                               float *value);

#endif
