/* A training step in plain C over a library's matrix multiplication, as good as plain C gets:
 * elementwise work in simple loops that the compiler vectorizes, a pass each, split over OpenMP's
 * threads where it is compiled with -fopenmp and the arrays are long. -DWEIGHTS_BY_INPUT: weights
 * inputs x outputs, else outputs x inputs. */
#include "data.h"
#include "gemm.h"
#include "task.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LONG = 1 << 15 }; /* numbers that are worth a second thread */
#ifdef OUTPUT_tanh
enum { ACTIVATED = LAYERS }; /* layers with the activation */
#else
enum { ACTIVATED = LAYERS - 1 };
#endif

/* Layer l goes from a[l] to a[l + 1], and back from d[l + 1] to d[l]: activations and the loss's
 * derivatives. */
struct layer {
    int inputs, outputs;
    float *w, *b, *dw, *db;   /* weights, biases, their gradients */
    float *mw, *vw, *mb, *vb; /* Adam's moments */
    struct gemm forward, back, grad;
};
static struct layer layers[LAYERS];
static float *a[LAYERS + 1], *d[LAYERS + 1], *wanted;
static int32_t label[BATCH];

static float *zeros(int count)
{
    const size_t bytes = ((size_t)count * sizeof(float) + 63) / 64 * 64;
    float *const values = aligned_alloc(64, bytes);
    return memset(values, 0, bytes);
}

static struct gemm product(bool turn_a, bool turn_b, int m, int n, int k)
{
    struct gemm g = {.turn_a = turn_a, .turn_b = turn_b, .m = m, .n = n, .k = k};
    gemm_plan(&g);
    return g;
}

static void make_layer(struct layer *l, int inputs, int outputs)
{
    const int count = inputs * outputs;
    *l = (struct layer){.inputs = inputs, .outputs = outputs};
    l->w = zeros(count), l->dw = zeros(count), l->mw = zeros(count), l->vw = zeros(count);
    l->b = zeros(outputs), l->db = zeros(outputs), l->mb = zeros(outputs), l->vb = zeros(outputs);
    for (int i = 0; i < count; i++)
        l->w[i] = noise() * sqrtf(6.0f / (float)inputs);
#ifdef WEIGHTS_BY_INPUT
    l->forward = product(false, false, BATCH, outputs, inputs);
    l->back = product(false, true, BATCH, inputs, outputs);
    l->grad = product(true, false, inputs, outputs, BATCH);
#else
    l->forward = product(false, true, BATCH, outputs, inputs);
    l->back = product(false, false, BATCH, inputs, outputs);
    l->grad = product(true, false, outputs, inputs, BATCH);
#endif
}

static void start(int threads)
{
    gemm_start(threads);
    for (int l = 0; l < LAYERS; l++)
        make_layer(&layers[l], size[l], size[l + 1]);
    for (int l = 0; l <= LAYERS; l++)
        a[l] = zeros(BATCH * size[l]), d[l] = zeros(BATCH * size[l]);
    wanted = zeros(BATCH * size[LAYERS]);
}

static void gather(const struct data *data, const int32_t *rows)
{
    const size_t inputs = (size_t)size[0], outputs = (size_t)size[LAYERS];
#pragma omp parallel for if (BATCH * size[0] > LONG)
    for (int r = 0; r < BATCH; r++) {
        const size_t row = (size_t)rows[r];
        memcpy(a[0] + (size_t)r * inputs, data->x + row * inputs, inputs * sizeof(float));
        if (data->labels) label[r] = data->labels[row];
        if (data->y)
            memcpy(wanted + (size_t)r * outputs, data->y + row * outputs, outputs * sizeof(float));
    }
}

static void add_bias(float *restrict z, const float *restrict b, int n)
{
#pragma omp parallel for if (BATCH * n > LONG)
    for (int r = 0; r < BATCH; r++)
        for (int j = 0; j < n; j++)
            z[r * n + j] += b[j];
}

static void add_bias_activate(float *restrict z, const float *restrict b, int n)
{
#pragma omp parallel for if (BATCH * n > LONG)
    for (int r = 0; r < BATCH; r++)
        for (int j = 0; j < n; j++) {
            const float sum = z[r * n + j] + b[j];
#ifdef ACTIVATION_relu
            z[r * n + j] = sum > 0 ? sum : 0;
#else
            z[r * n + j] = tanhf(sum);
#endif
        }
}

/* Makes derivatives by the outputs of an activation those by its inputs. */
static void activation_back(float *restrict e, const float *restrict out, int n)
{
#pragma omp parallel for simd if (n > LONG)
    for (int i = 0; i < n; i++) {
#ifdef ACTIVATION_relu
        e[i] = out[i] > 0 ? e[i] : 0;
#else
        e[i] *= 1 - out[i] * out[i];
#endif
    }
}

static void sum_columns(const float *restrict e, float *restrict sums, int n)
{
    memset(sums, 0, (size_t)n * sizeof *sums);
    for (int r = 0; r < BATCH; r++)
        for (int j = 0; j < n; j++)
            sums[j] += e[r * n + j];
}

#ifdef LOSS_cross_entropy
static float loss_and_derivative(const float *restrict z, float *restrict e)
{
    const int n = size[LAYERS];
    float loss = 0;
    for (int r = 0; r < BATCH; r++, z += n, e += n) {
        float most = z[0], sum = 0;
        for (int j = 1; j < n; j++)
            most = z[j] > most ? z[j] : most;
        for (int j = 0; j < n; j++)
            e[j] = expf(z[j] - most), sum += e[j];
        loss += logf(sum) - (z[label[r]] - most);
        for (int j = 0; j < n; j++)
            e[j] *= 1.0f / sum / BATCH;
        e[label[r]] -= 1.0f / BATCH;
    }
    return loss / BATCH;
}
#else
static float loss_and_derivative(const float *restrict z, float *restrict e)
{
    const int n = BATCH * size[LAYERS];
    float loss = 0;
#pragma omp parallel for simd reduction(+ : loss) if (n > LONG)
    for (int i = 0; i < n; i++) {
        const float error = z[i] - wanted[i];
        loss += error * error;
        e[i] = error / BATCH;
    }
#ifdef OUTPUT_tanh
    activation_back(e, z, n);
#endif
    return loss / (2 * BATCH);
}
#endif

#ifdef OPTIMIZER_sgd
static void update(float *restrict w, const float *restrict g, float *m, float *v, int n, long step)
{
    (void)m, (void)v, (void)step;
#pragma omp parallel for simd if (n > LONG)
    for (int i = 0; i < n; i++)
        w[i] -= (float)ETA * g[i];
}
#else
/* Adam with its corrections of the first steps taken into the rate and the root's factor. */
static void update(float *restrict w, const float *restrict g, float *restrict m, float *restrict v,
                   int n, long step)
{
    const float rate = (float)(ETA / (1 - pow(0.9, (double)step))),
                root = (float)(1 / sqrt(1 - pow(0.999, (double)step)));
#pragma omp parallel for simd if (n > LONG)
    for (int i = 0; i < n; i++) {
        m[i] += 0.1f * (g[i] - m[i]);
        v[i] += 0.001f * (g[i] * g[i] - v[i]);
        w[i] -= rate * m[i] / (sqrtf(v[i]) * root + 1e-8f);
    }
}
#endif

static void forward(void)
{
    for (int i = 0; i < LAYERS; i++) {
        const struct layer *const l = &layers[i];
        gemm(&l->forward, a[i], l->w, a[i + 1]);
        if (i < ACTIVATED)
            add_bias_activate(a[i + 1], l->b, l->outputs);
        else
            add_bias(a[i + 1], l->b, l->outputs);
    }
}

/* The first layer has no derivative by its inputs. The one by the weights' outputs is used before
 * these are changed. */
static void backward(long step)
{
    for (int i = LAYERS - 1; i >= 0; i--) {
        const struct layer *const l = &layers[i];
        if (i > 0) {
            gemm(&l->back, d[i + 1], l->w, d[i]);
            activation_back(d[i], a[i], BATCH * l->inputs);
        }
#ifdef WEIGHTS_BY_INPUT
        gemm(&l->grad, a[i], d[i + 1], l->dw);
#else
        gemm(&l->grad, d[i + 1], a[i], l->dw);
#endif
        sum_columns(d[i + 1], l->db, l->outputs);
        update(l->w, l->dw, l->mw, l->vw, l->inputs * l->outputs, step);
        update(l->b, l->db, l->mb, l->vb, l->outputs, step);
    }
}

static float train(const struct data *data, const int32_t *rows)
{
    static long step;
    gather(data, rows);
    forward();
    const float loss = loss_and_derivative(a[LAYERS], d[LAYERS]);
    backward(++step);
    return loss;
}

int main(int argc, char **argv)
{
    return argc == 4 ? timed_steps(argv, start, train) : EXIT_FAILURE;
}
