/* Fields as JSON. */
#ifndef LOOPC_FIELD_JSON_H
#define LOOPC_FIELD_JSON_H

#include "run/fields.h"

#include <stdbool.h>
#include <stdio.h>

/* Writes element i of a field: NaN and infinities as null, u64 as a string, because JSON has no
 * numbers for them. Returns false for a NaN or an infinity. */
bool loopc_field_json_write(FILE *file, const struct loopc_field *field, const void *state,
                            size_t i);

#endif
