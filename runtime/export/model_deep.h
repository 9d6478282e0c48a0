/* What models of nets of operations do that those of dense layers do not need. Programs with such a
 * net name it in their table of nets; others do not link it. */
#ifndef LOOPC_MODEL_DEEP_H
#define LOOPC_MODEL_DEEP_H

#include "export/deep.h"
#include "export/model_header.h"
#include "export/model_onnx.h"

struct loopc_deep {
    /* The outputs of a layer that is not dense, in the bits of the training program: w and b are
     * its vectors, `skip` the value that a residual adds. */
    void (*run)(const struct loopc_layer *layer, const float *w, const float *b, const float *from,
                const float *skip, float *to, int32_t rows);
    /* The operations as ONNX, from the value that is called `from`, to "net" where targets are
     * scaled, else to "y". Operators are those of opset 13, in which norms and most activations are
     * put together from smaller ones. */
    void (*onnx)(struct buffer *graph, const struct loopc_model *model, const char *from);
    /* As C: the weights, layer i being the ith operation, batch_norm as factors and shifts; and the
     * statements that make y of the array `first`, with arrays v1, v2 ... between. */
    void (*weights)(struct loopc_c_header *h);
    void (*statements)(const struct loopc_c_header *h, const char *first);
};

/* The parts of loopc_deep_nets. */
void loopc_onnx_ops(struct buffer *graph, const struct loopc_model *model, const char *first);
void loopc_header_weights(struct loopc_c_header *h);
void loopc_header_ops(const struct loopc_c_header *h, const char *first);

#endif
