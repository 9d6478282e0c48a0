/* Layers whose kernels are cut to their sizes, for the processor of this machine, as those of
 * trainers are: they have the bits of plain loops too. */
#include "layer.h"

#define SGD  loopc_sgd_params(0.1f, 0.0f, 0.0f)
#define ADAM loopc_adam_params(LOOPC_ADAM, 3, 0.01f, 0.9, 0.999, 1e-8f, 0.0f)

/* All numbers of samples up to the batch, with one part and with several. */
static void check_samples(const struct layer_kernels *kernels, const struct layer_shape *shape)
{
    for (int32_t samples = 0; samples <= shape->batch; samples++)
        for (int32_t parts = 1; parts <= 3; parts++)
            check_layer(kernels, shape, samples, parts);
}

/* A layer of constant sizes, and the tests of it. */
#define CUT(name, INPUTS, OUTPUTS, BATCH, FINISH, GATE, RATES)                                     \
    LAYER_KERNELS(name, INPUTS, OUTPUTS, BATCH, FINISH, GATE, RATES)                               \
    static void name##_has_the_bits_of_plain_loops(void **state)                                   \
    {                                                                                              \
        (void)state;                                                                               \
        const struct layer_shape shape = {INPUTS, OUTPUTS, BATCH, FINISH, GATE, RATES};            \
        check_samples(&(name), &shape);                                                            \
    }

CUT(hidden, 64, 33, 35, LOOPC_RELU, LOOPC_BACKWARD_TANH, ADAM)
CUT(wide, 17, 100, 50, LOOPC_TANH, LOOPC_STORE, SGD)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hidden_has_the_bits_of_plain_loops),
        cmocka_unit_test(wide_has_the_bits_of_plain_loops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
