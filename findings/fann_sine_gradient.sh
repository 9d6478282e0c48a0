#!/usr/bin/env bash
# libfann 2.2.0 (Debian 12's libfann2): training takes the derivative of sine and cosine units at a wrong place. The manual has
# y = sin(s x) / 2 + 1/2 and d = s cos(s x) / 2 for FANN_SIN, where s is the steepness; but the sum that d is taken of is s x already,
# so that s cos(s s x) / 2 comes out. At the default steepness, 0.5, the sign is wrong for half of all sums, and the step leads away
# from the target. At steepness 1 all is right.
# Bites nets of FANN_SIN, FANN_COS and their symmetric kinds that keep the default: they learn only where sums are small. Here a
# weight is to bring the output 0.1 higher; both nets start with the same output.
. "$(dirname "$0")/lib.sh"
unpack libfann2=2.2.0+ds-8 libfann-dev=2.2.0+ds-8
cat >"$folder/sine.c" <<'C'
#include <fann.h>
#include <stdio.h>

int main(void)
{
    const float steepness[] = {1, 0.5f};
    for (int i = 0; i < 2; i++) {
        struct fann *net = fann_create_standard(2, 1, 1);
        struct fann_connection weights[] = {{0, 2, 2.5f / steepness[i]}, {1, 2, 0}};
        float input = 1;
        fann_set_activation_function_output(net, FANN_SIN);
        fann_set_activation_steepness_output(net, steepness[i]);
        fann_set_training_algorithm(net, FANN_TRAIN_INCREMENTAL);
        fann_set_train_error_function(net, FANN_ERRORFUNC_LINEAR);
        fann_set_weight_array(net, weights, 2);
        const float before = *fann_run(net, &input);
        float target = before + 0.1f;
        for (int step = 0; step < 10; step++) fann_train(net, &input, &target);
        printf("steepness %g: output %.2f, target %.2f, after 10 steps %.2f\n", steepness[i], before, target, *fann_run(net, &input));
        fann_destroy(net);
    }
    return 0;
}
C
cc "$folder/sine.c" -I"$root/usr/include" -L"$root/usr/lib/x86_64-linux-gnu" -lfann -lm -Wl,-rpath-link,"$libraries" -o "$folder/sine"
seen "$(LD_LIBRARY_PATH=$libraries "$folder/sine")" \
    "steepness 1: output 0.80, target 0.90, after 10 steps 0.88
steepness 0.5: output 0.80, target 0.90, after 10 steps 0.78"
