/* Matrix multiplication as a library does it, behind one name: gemm_openblas.c, gemm_onednn.c,
 * gemm_xsmm.c. */
#ifndef GEMM_H
#define GEMM_H

#include <stdbool.h>

/* A product that is done often: C = A B, m x n = (m x k)(k x n), all row-major without gaps.
 * turn_a: A is stored k x m; turn_b: B is stored n x k. */
struct gemm {
    bool turn_a, turn_b;
    int m, n, k;
    int parts;    /* of the rows of C, a thread each; for libxsmm, which splits nothing itself */
    void *kernel; /* libxsmm's */
};

void gemm_start(int threads);
void gemm_plan(struct gemm *g);
void gemm(const struct gemm *g, const float *a, const float *b, float *c);

#endif
