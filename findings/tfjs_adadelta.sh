#!/usr/bin/env bash
# TensorFlow.js 4.22.0 (npm, @tensorflow/tfjs-core), tf.train.adadelta: the optimizer is plain gradient descent. Adadelta divides by the
# running mean of squared gradients with the present one in it; here the one from before the step is taken. It starts at 0,
# as that of the squared updates does, so the first update is the gradient itself, both means stay equal for ever, and their
# quotient stays 1. Neither rho nor epsilon has any effect; the paper's first update of a gradient of 1 would be 0.0014.
# Bites who takes it for its own choice of step sizes, or moves a rate of 1.0 over from Keras: that is a rate of 1.0 for SGD.
. "$(dirname "$0")/lib.sh"
modules @tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-backend-cpu@4.22.0
cat >"$folder/adadelta.js" <<'JS'
const tf = require("@tensorflow/tfjs-core");
require("@tensorflow/tfjs-backend-cpu");

function path(optimizer) {
    const x = tf.variable(tf.tensor1d([1, -20, 300]));
    const seen = [];
    for (let step = 0; step < 5; step++) {
        const gradient = tf.mul(x, tf.tensor1d([6, 1, 0.02]));
        optimizer.applyGradients([{ name: x.name, tensor: gradient }]);
        seen.push(...x.dataSync());
    }
    return seen;
}

const descent = path(tf.train.sgd(0.1));
for (const [rho, epsilon] of [[0.95, 1e-7], [0.5, 1e-3]]) {
    const apart = path(tf.train.adadelta(0.1, rho, epsilon)).map((x, i) => Math.abs(x / descent[i] - 1));
    console.log(`rho ${rho}, epsilon ${epsilon}: same path as SGD within 1e-5: ${Math.max(...apart) < 1e-5}`);
}
JS
seen "$(cd "$folder" && node adadelta.js 2>"$folder/log")" \
    "rho 0.95, epsilon 1e-7: same path as SGD within 1e-5: true
rho 0.5, epsilon 0.001: same path as SGD within 1e-5: true"
