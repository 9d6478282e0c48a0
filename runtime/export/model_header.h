/* A C header on its way out, for the files that write one. */
#ifndef LOOPC_MODEL_HEADER_H
#define LOOPC_MODEL_HEADER_H

#include "export/model.h"

struct loopc_c_header {
    const struct loopc_model *model;
    FILE *file;
    char name[256]; /* the prefix of all its names: digits_net */
    bool finite;    /* so far */
};

/* A constant array NAME_letteri. */
void loopc_header_array(struct loopc_c_header *h, const char *letter, int i, const float *values,
                        size_t count);

/* Rows of inputs, the outputs for them, and NAME_self_check, which compares. LOOPC_FAILED: there is
 * no memory. */
int loopc_header_check(struct loopc_c_header *h);

/* Value i of an array in braces, and the number itself. */
void loopc_header_value(struct loopc_c_header *h, size_t i, float value);

/* Whether predict prepares its inputs (fills, scales): then it takes doubles as well. */
bool loopc_header_prepares(const struct loopc_model *model);

#endif
