/* Layers without a matrix: dropout, the two normalizations, sums of branches; and what takes
 * derivatives back through activations (curve.h) and dropout.
 *
 * Arrays are feature-major panels (panel.h), features x samples, of which `samples` are there. Each
 * call does the share of one thread: whole panels of samples, so that these kernels may follow each
 * other without a barrier, but for those of batch_norm and of gradients, which share features.
 * Sums have a fixed order: over features one after the other, over samples in 16 lanes, which are
 * added up in pairs.
 */
#ifndef LOOPC_LAYER_H
#define LOOPC_LAYER_H

#include "nn/cpu.h"
#include "nn/panel.h"

/* to = a * b: a derivative by outputs times the slope of an activation or a dropout, which is the
 * derivative by what that was given. */
void loopc_gate(const float *a, const float *b, float *to, int32_t samples, int32_t features,
                struct loopc_thread me) LOOPC_KERNEL(loopc_gate);

/* to = a + b, where `to` may be one of them: a residual connection, and its derivative. */
void loopc_add(const float *a, const float *b, float *to, int32_t samples, int32_t features,
               struct loopc_thread me) LOOPC_KERNEL(loopc_add);

/* Inverted dropout (Srivastava et al., "Dropout", 2014): mask(j, r) is 0 with probability `rate`,
 * else 1 / (1 - rate), and to = from * mask. Which it is depends on the key, the feature j and the
 * sample r alone: a hash of r * features + j (Ellis, "lowbias32", with half of the key between its
 * rounds), compared with rate * 2^31. A step draws one key for each of its layers. */
void loopc_dropout(const float *from, float *to, float *mask, int32_t samples, int32_t features,
                   uint64_t key, float rate, struct loopc_thread me) LOOPC_KERNEL(loopc_dropout);

/* Layer normalization (Ba, Kiros and Hinton, 2016), sample by sample over its features:
 * h = (x - mean) * inverse with inverse = 1 / sqrt(variance + epsilon), to = gain h + bias. The
 * variance is that of the features themselves, divided by their number. h and inverse, which the
 * way back needs, may be NULL. */
void loopc_layer_norm(const float *x, const float *gain, const float *bias, float *h,
                      float *inverse, float *to, int32_t samples, int32_t features, float epsilon,
                      struct loopc_thread me) LOOPC_KERNEL(loopc_layer_norm);

/* to = inverse (e - mean of e - h * mean of e h) with e = gain d. */
void loopc_layer_norm_backward(const float *d, const float *gain, const float *h,
                               const float *inverse, float *to, int32_t samples, int32_t features,
                               struct loopc_thread me) LOOPC_KERNEL(loopc_layer_norm_backward);

/* What batch normalization keeps: learned are gain and bias, counted are the running mean and
 * variance, all features long. */
struct loopc_batch_norm {
    const float *gain, *bias;
    float *mean, *variance;
    float epsilon;
    float momentum; /* what a batch weighs in the running statistics */
};

/* Batch normalization in training (Ioffe and Szegedy, 2015): the same feature by feature over the
 * samples of the batch. inverse has one value a feature. The running variance takes that of the
 * batch times samples / (samples - 1); a batch of one sample leaves it. */
void loopc_batch_norm_train(const struct loopc_batch_norm *norm, const float *x, float *h,
                            float *inverse, float *to, int32_t samples, int32_t features,
                            struct loopc_thread me) LOOPC_KERNEL(loopc_batch_norm_train);

/* And in evaluation: with the running statistics. h and inverse may be NULL. */
void loopc_batch_norm(const struct loopc_batch_norm *norm, const float *x, float *h, float *inverse,
                      float *to, int32_t samples, int32_t features, struct loopc_thread me)
    LOOPC_KERNEL(loopc_batch_norm);

/* to = gain inverse (d - mean of d - h * mean of d h); where the running statistics were taken, in
 * evaluation, to = gain inverse d. */
void loopc_batch_norm_backward(const struct loopc_batch_norm *norm, const float *d, const float *h,
                               const float *inverse, float *to, int32_t samples, int32_t features,
                               int32_t trains, struct loopc_thread me)
    LOOPC_KERNEL(loopc_batch_norm_backward);

/* ggain(j) += sum over r of d(j, r) h(j, r), gbias(j) += sum over r of d(j, r), for both norms. */
void loopc_norm_gradient(const float *d, const float *h, float *ggain, float *gbias,
                         int32_t samples, int32_t features, struct loopc_thread me)
    LOOPC_KERNEL(loopc_norm_gradient);

#endif
