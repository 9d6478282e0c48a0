/* libxsmm's kernels are column-major: a row-major C = A B is C' = B' A' for them, so their A
 * is our B. They take a turned B (our A), not a turned A; a turned B of ours is copied to its
 * other form first, as the library's users do. Two threads take half of the rows of C each. */
#include "gemm.h"

#include <libxsmm.h>
#include <stdlib.h>

static float *copy; /* of a turned B */
static int most_parts = 1;

void gemm_start(int threads)
{
    most_parts = threads;
    libxsmm_init();
}

void gemm_plan(struct gemm *g)
{
    static size_t room;
    const size_t need = (size_t)g->n * (size_t)g->k;
    if (g->turn_b && need > room) {
        free(copy);
        copy = aligned_alloc(64, (need * sizeof *copy + 63) / 64 * 64);
        room = need;
    }
    g->parts = g->m % most_parts ? 1 : most_parts;
    const float one = 1, zero = 0;
    const int flags = g->turn_a ? LIBXSMM_GEMM_FLAG_TRANS_B : LIBXSMM_GEMM_FLAG_NONE,
              no_prefetch = LIBXSMM_PREFETCH_NONE;
    const int lda = g->n, ldb = g->turn_a ? g->m : g->k, ldc = g->n;
    const libxsmm_smmfunction kernel = libxsmm_smmdispatch(g->n, g->m / g->parts, g->k, &lda, &ldb,
                                                           &ldc, &one, &zero, &flags, &no_prefetch);
    if (!kernel) abort(); /* the library has no kernel for this shape */
    *(libxsmm_smmfunction *)&g->kernel = kernel;
}

void gemm(const struct gemm *g, const float *a, const float *b, float *c)
{
    const libxsmm_smmfunction kernel = *(const libxsmm_smmfunction *)&g->kernel;
    if (g->turn_b) {
        libxsmm_otrans(copy, b, sizeof *b, (libxsmm_blasint)g->k, (libxsmm_blasint)g->n, g->k,
                       g->n);
        b = copy;
    }
    const int rows = g->m / g->parts;
#pragma omp parallel for num_threads(g->parts) if (g->parts > 1)
    for (int part = 0; part < g->parts; part++)
        kernel(b, a + (size_t)part * (size_t)rows * (g->turn_a ? 1 : (size_t)g->k),
               c + (size_t)part * (size_t)rows * (size_t)g->n);
}
