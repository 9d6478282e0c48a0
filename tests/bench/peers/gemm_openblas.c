#include "gemm.h"

#include <cblas.h>

void gemm_start(int threads)
{
    openblas_set_num_threads(threads);
}

void gemm_plan(struct gemm *g)
{
    g->kernel = NULL;
}

void gemm(const struct gemm *g, const float *a, const float *b, float *c)
{
    cblas_sgemm(CblasRowMajor, g->turn_a ? CblasTrans : CblasNoTrans,
                g->turn_b ? CblasTrans : CblasNoTrans, g->m, g->n, g->k, 1, a,
                g->turn_a ? g->m : g->k, b, g->turn_b ? g->k : g->n, 0, c, g->n);
}
