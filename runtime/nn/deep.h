/* What emitted nets call beside nn.h where they have more than dense layers with the activations,
 * losses and optimizers of that page:
 *
 *     curve.h          the other activations, with their derivatives
 *     layer.h          dropout, layer_norm, batch_norm, sums of branches
 *     embedding.h      tables for columns of categories
 *     objective.h      the other losses; weights of classes and samples, labels that are left out
 *     dense_halves.h   weights and biases that move at rates of their own
 *     pace.h           the other optimizers; clipping, averages of weights
 *
 * These nets make a pass for each layer, between whose kernels a value is in memory.
 */
#ifndef LOOPC_DEEP_H
#define LOOPC_DEEP_H

#include "nn/curve.h"
#include "nn/dense_halves.h"
#include "nn/embedding.h"
#include "nn/layer.h"
#include "nn/objective.h"
#include "nn/pace.h"

#endif
