/* A multilayer perceptron in double precision, for tests: straight from the formulas, sharing
 * nothing with runtime/nn/nn.h. Gradients are central differences of its loss, good to about 1e-9
 * here.
 */
#ifndef NN_REFERENCE_H
#define NN_REFERENCE_H

#include <math.h>
#include <string.h>

enum { REFERENCE_WIDEST = 64 };

struct reference {
    int layers;   /* of weights: one less than there are sizes */
    int sizes[8]; /* inputs, hidden..., outputs */
    const char *activation, *output, *loss;
};

/* Where the weights of a layer begin in the flat list; for layer = layers, how long it is. */
static inline int reference_offset(const struct reference *net, int layer)
{
    int count = 0;
    for (int i = 0; i < layer; i++)
        count += (net->sizes[i] + 1) * net->sizes[i + 1];
    return count;
}

static inline void reference_activate(const char *name, double *v, int n)
{
    double sum = 0.0;
    for (int j = 0; j < n; j++)
        sum += exp(v[j]);
    for (int j = 0; j < n; j++) {
        if (!strcmp(name, "tanh")) v[j] = tanh(v[j]);
        if (!strcmp(name, "relu")) v[j] = fmax(v[j], 0.0);
        if (!strcmp(name, "sigmoid")) v[j] = 1.0 / (1.0 + exp(-v[j]));
        if (!strcmp(name, "softmax")) v[j] = exp(v[j]) / sum;
    }
}

/* The outputs for one row; w is a flat list: per layer the matrix, a row an output, then the
 * biases. */
static inline void reference_forward(const struct reference *net, const double *w, const double *x,
                                     double *outputs)
{
    double from[REFERENCE_WIDEST], to[REFERENCE_WIDEST];
    memcpy(from, x, sizeof(double) * (size_t)net->sizes[0]);
    for (int i = 0; i < net->layers; i++) {
        const int in = net->sizes[i], out = net->sizes[i + 1];
        for (int j = 0; j < out; j++) {
            to[j] = w[in * out + j];
            for (int k = 0; k < in; k++)
                to[j] += w[j * in + k] * from[k];
        }
        reference_activate(i + 1 < net->layers ? net->activation : net->output, to, out);
        memcpy(from, to, sizeof(double) * (size_t)out);
        w += (in + 1) * out;
    }
    memcpy(outputs, from, sizeof(double) * (size_t)net->sizes[net->layers]);
}

static inline double reference_row_loss(const struct reference *net, const double *a,
                                        const double *y)
{
    double loss = 0.0;
    for (int j = 0; j < net->sizes[net->layers]; j++) {
        if (!strcmp(net->loss, "squared_error"))
            loss += (a[j] - y[j]) * (a[j] - y[j]) / 2.0;
        else if (!strcmp(net->output, "softmax"))
            loss -= y[j] > 0.0 ? y[j] * log(a[j]) : 0.0;
        else
            loss -= y[j] * log(a[j]) + (1.0 - y[j]) * log(1.0 - a[j]);
    }
    return loss;
}

/* The mean loss; y is rows x outputs (labels one-hot). */
static inline double reference_loss(const struct reference *net, const double *w, const double *x,
                                    const double *y, int rows)
{
    double total = 0.0, a[REFERENCE_WIDEST];
    for (int r = 0; r < rows; r++) {
        reference_forward(net, w, x + r * net->sizes[0], a);
        total += reference_row_loss(net, a, y + r * net->sizes[net->layers]);
    }
    return total / rows;
}

/* The derivative of the mean loss by weight i. */
static inline double reference_gradient(const struct reference *net, double *w, int i,
                                        const double *x, const double *y, int rows)
{
    const double was = w[i], h = 1e-6;
    w[i] = was + h;
    const double above = reference_loss(net, w, x, y, rows);
    w[i] = was - h;
    const double below = reference_loss(net, w, x, y, rows);
    w[i] = was;
    return (above - below) / (2.0 * h);
}

#endif
