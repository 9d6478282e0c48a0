/* Layers that stay in registers, for the processor of this machine, as those of trainers are: they
 * have the bits of plain loops too. */
#define LOOPC_MOST_LANES 8
#include "nn/narrow.h"

#include "layer.h"

#define SGD      loopc_sgd_params(0.1f, 0.0f, 0.01f)
#define MOMENTUM loopc_sgd_params(0.1f, 0.9f, 0.0f)
#define ADAM     loopc_adam_params(LOOPC_ADAM, 3, 0.01f, 0.9, 0.999, 1e-8f, 0.01f)
#define ADAMW    loopc_adam_params(LOOPC_ADAMW, 3, 0.01f, 0.9, 0.999, 1e-8f, 0.01f)

/* All numbers of samples up to the batch, with one part: narrow layers are not shared. */
static void check_samples(const struct layer_kernels *kernels, const struct layer_shape *shape)
{
    for (int32_t samples = 1; samples <= shape->batch; samples++)
        check_layer(kernels, shape, samples, 1);
}

/* A layer of constant sizes, and the test of it. Others are the library's. */
#define NARROW(name, INPUTS, OUTPUTS, BATCH, FINISH, GATE, RULE, RATES)                            \
    static void name##_forward(struct layer *l, struct loopc_thread me)                            \
    {                                                                                              \
        (void)me;                                                                                  \
        loopc_narrow_forward(l->w, l->b, l->x, l->y, INPUTS, OUTPUTS, FINISH);                     \
    }                                                                                              \
    static void name##_backward(struct layer *l, struct loopc_thread me)                           \
    {                                                                                              \
        (void)me;                                                                                  \
        loopc_narrow_backward(l->w, l->d, l->x, l->dx, INPUTS, OUTPUTS, GATE);                     \
    }                                                                                              \
    static void name##_gradient(struct layer *l, struct loopc_thread me)                           \
    {                                                                                              \
        loopc_dense_gradient(l->gw, l->gb, l->sample_major, l->d, l->samples, BATCH, INPUTS,       \
                             OUTPUTS, me);                                                         \
    }                                                                                              \
    static void name##_update(struct layer *l, struct loopc_thread me)                             \
    {                                                                                              \
        const struct loopc_step_params rates = RATES;                                              \
        (void)me;                                                                                  \
        loopc_narrow_update((struct loopc_weights){l->w, l->mw, l->vw},                            \
                            (struct loopc_weights){l->b, l->mb, l->vb}, l->sample_major, l->d,     \
                            l->samples, INPUTS, OUTPUTS, RULE, &rates);                            \
    }                                                                                              \
    static void name##_has_the_bits_of_plain_loops(void **state)                                   \
    {                                                                                              \
        (void)state;                                                                               \
        const struct layer_kernels kernels = {name##_forward, name##_backward, name##_gradient,    \
                                              name##_update};                                      \
        const struct layer_shape shape = {INPUTS, OUTPUTS, BATCH, FINISH, GATE, RATES};            \
        check_samples(&kernels, &shape);                                                           \
    }

NARROW(tanh, 2, 2, 4, LOOPC_TANH, LOOPC_BACKWARD_TANH, LOOPC_SGD, SGD)
NARROW(relu, 8, 3, 8, LOOPC_RELU, LOOPC_BACKWARD_RELU, LOOPC_ADAM, ADAM)
NARROW(sigmoid, 5, 8, 7, LOOPC_SIGMOID, LOOPC_BACKWARD_SIGMOID, LOOPC_MOMENTUM, MOMENTUM)
NARROW(identity, 1, 1, 1, LOOPC_STORE, LOOPC_STORE, LOOPC_ADAMW, ADAMW)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tanh_has_the_bits_of_plain_loops),
        cmocka_unit_test(relu_has_the_bits_of_plain_loops),
        cmocka_unit_test(sigmoid_has_the_bits_of_plain_loops),
        cmocka_unit_test(identity_has_the_bits_of_plain_loops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
