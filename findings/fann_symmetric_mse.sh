#!/usr/bin/env bash
# libfann 2.2.0 (Debian 12's libfann2): what fann_get_MSE, fann_test_data and the reports call mean square error is a quarter of it for
# outputs with a symmetric activation (-1 to 1), because the difference is halved first; the manual says so of the failed bits only.
# The steps of training are half as long for the same reason. Other outputs, as FANN_LINEAR and FANN_SIGMOID, have the true value.
# Bites who compares its errors with another program's, or nets with different outputs; and a desired_error of 0.01 ends the
# training at a mean square error of 0.04 where outputs are symmetric.
. "$(dirname "$0")/lib.sh"
unpack libfann2=2.2.0+ds-8 libfann-dev=2.2.0+ds-8
cat >"$folder/mse.c" <<'C'
#include <fann.h>
#include <stdio.h>

int main(void)
{
    const enum fann_activationfunc_enum outputs[] = {FANN_LINEAR, FANN_SIGMOID, FANN_SIGMOID_SYMMETRIC, FANN_ELLIOT_SYMMETRIC};
    for (int i = 0; i < 4; i++) {
        struct fann *net = fann_create_standard(2, 1, 1);
        float input = 0.5f, target = -0.25f;
        fann_set_activation_function_output(net, outputs[i]);
        const float error = target - *fann_run(net, &input);
        fann_reset_MSE(net);
        fann_test(net, &input, &target);
        printf("%s: %.2f of the square error\n", FANN_ACTIVATIONFUNC_NAMES[outputs[i]], fann_get_MSE(net) / (error * error));
        fann_destroy(net);
    }
    return 0;
}
C
cc "$folder/mse.c" -I"$root/usr/include" -L"$root/usr/lib/x86_64-linux-gnu" -lfann -lm -Wl,-rpath-link,"$libraries" -o "$folder/mse"
seen "$(LD_LIBRARY_PATH=$libraries "$folder/mse")" \
    "FANN_LINEAR: 1.00 of the square error
FANN_SIGMOID: 1.00 of the square error
FANN_SIGMOID_SYMMETRIC: 0.25 of the square error
FANN_ELLIOT_SYMMETRIC: 0.25 of the square error"
