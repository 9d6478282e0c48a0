/* oneDNN's sgemm. Its inner product primitives, with weights in the library's own layout, are no
 * faster: forward the same, gradients up to a tenth slower. */
#include "gemm.h"

#include <oneapi/dnnl/dnnl.h>
#include <stddef.h>

/* Threads are OpenMP's, from OMP_NUM_THREADS. */
void gemm_start(int threads)
{
    (void)threads;
}

void gemm_plan(struct gemm *g)
{
    g->kernel = NULL;
}

void gemm(const struct gemm *g, const float *a, const float *b, float *c)
{
    dnnl_sgemm(g->turn_a ? 'T' : 'N', g->turn_b ? 'T' : 'N', g->m, g->n, g->k, 1, a,
               g->turn_a ? g->m : g->k, b, g->turn_b ? g->k : g->n, 0, c, g->n);
}
