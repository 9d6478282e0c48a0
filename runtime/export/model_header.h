/* A C header on its way out, for the files that write one. */
#ifndef LOOPC_MODEL_HEADER_H
#define LOOPC_MODEL_HEADER_H

#include "export/model.h"

struct loopc_c_header {
    const struct loopc_model *model;
    FILE *file;
    char name[256]; /* what all its names begin with: digits_net */
    bool finite;    /* so far */
};

/* A constant array NAME_letteri. */
void loopc_header_array(struct loopc_c_header *h, const char *letter, int i, const float *values,
                        size_t count);

/* The weights of a net of operations, layer i being its ith; batch_norm as factors and shifts. */
void loopc_header_weights(struct loopc_c_header *h);

/* The statements that make y of the array `first`, with arrays v1, v2 ... of the values between. */
void loopc_header_ops(const struct loopc_c_header *h, const char *first);

#endif
