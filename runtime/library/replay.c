#include "library/replay.h"

#include "base/power.h"

void loopc_draw_uniform(struct loopc_rng *rng, int32_t filled, int32_t n, int32_t *drawn)
{
    for (int32_t j = 0; j < n; j++)
        drawn[j] = (int32_t)loopc_rng_below(rng, (uint64_t)filled);
}

void loopc_tree_set(double *tree, int32_t leaves, int32_t k, double priority)
{
    int32_t place = leaves + k;
    tree[place] = priority;
    for (place /= 2; place >= 1; place /= 2)
        tree[place] = tree[2 * place] + tree[2 * place + 1];
}

int32_t loopc_tree_find(const double *tree, int32_t leaves, double at)
{
    int32_t place = 1;
    while (place < leaves) {
        const double left = tree[2 * place];
        const bool right = at >= left && tree[2 * place + 1] > 0;
        at -= right ? left : 0;
        place = 2 * place + right;
    }
    return place - leaves;
}

void loopc_draw_prioritized(struct loopc_rng *rng, const double *tree, int32_t leaves,
                            int32_t filled, float beta, int32_t n, int32_t *drawn, float *weights)
{
    float most = 0;
    for (int32_t j = 0; j < n; j++) {
        drawn[j] = loopc_tree_find(tree, leaves, (j + loopc_rng_f64(rng)) / n * tree[1]);
        const double share = tree[leaves + drawn[j]] / tree[1];
        weights[j] = (float)loopc_pow(filled * share, -(double)beta);
        most = weights[j] > most ? weights[j] : most;
    }
    for (int32_t j = 0; j < n; j++)
        weights[j] /= most;
}
