/* Embeddings: a column of whole numbers 0, 1, ... becomes as many learned values as a table has
 * columns (Bengio et al., "A neural probabilistic language model", 2003).
 *
 * Arrays are feature-major panels (panel.h). Of x, `inputs` x samples, feature `column` is taken
 * away and the others move together; behind them are the row of w, `vocabulary` x `width`, that it
 * names. A number that is not the index of a row gives NaN, and no gradient. Sums over samples are
 * in their order.
 */
#ifndef LOOPC_EMBEDDING_H
#define LOOPC_EMBEDDING_H

#include "nn/cpu.h"
#include "nn/panel.h"

struct loopc_embedding {
    int32_t inputs, column, vocabulary, width;
};

/* y is (inputs - 1 + width) x samples. Threads share samples. */
void loopc_embed(const struct loopc_embedding *e, const float *w, const float *x, float *y,
                 int32_t samples, struct loopc_thread me) LOOPC_KERNEL(loopc_embed);

/* The derivative by x from that by y: 0 for the column itself. Threads share samples. */
void loopc_embed_backward(const struct loopc_embedding *e, const float *d, float *to,
                          int32_t samples, struct loopc_thread me)
    LOOPC_KERNEL(loopc_embed_backward);

/* g += the derivative by w. Threads share rows of the table. */
void loopc_embed_gradient(const struct loopc_embedding *e, const float *x, const float *d, float *g,
                          int32_t samples, struct loopc_thread me)
    LOOPC_KERNEL(loopc_embed_gradient);

#endif
