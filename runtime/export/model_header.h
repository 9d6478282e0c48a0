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

#endif
