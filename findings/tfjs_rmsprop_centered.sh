#!/usr/bin/env bash
# TensorFlow.js 4.22.0 (npm, @tensorflow/tfjs-core), tf.train.rmsprop with centered = true: it takes the root of the mean square minus
# the squared mean minus epsilon, where epsilon has to be added. A gradient of 0 gives 0 / sqrt(-1e-7): the weight is NaN after the
# first step. A gradient that stays the same gets there too, once its variance has fallen below epsilon. With centered = false
# epsilon is added and neither happens.
# Bites nets with a dead ReLU, a row of an embedding that the batch does not touch, or an input that is always 0: all becomes
# NaN though no value is large, and a smaller learning rate does not help.
. "$(dirname "$0")/lib.sh"
modules @tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-backend-cpu@4.22.0
cat >"$folder/rmsprop.js" <<'JS'
const tf = require("@tensorflow/tfjs-core");
require("@tensorflow/tfjs-backend-cpu");

function steps(centered, gradients, count) {
    const weights = tf.variable(tf.ones([gradients.length]));
    const optimizer = tf.train.rmsprop(0.01, 0.9, 0, 1e-7, centered);
    for (let step = 1; step <= count; step++) {
        optimizer.applyGradients([{ name: weights.name, tensor: tf.tensor1d(gradients) }]);
        if (step > 1 && Number.isNaN(weights.dataSync()[0])) return `NaN at step ${step}`;
    }
    return Array.from(weights.dataSync(), (w) => w.toFixed(3)).join(" ");
}

for (const centered of [false, true]) {
    console.log(`centered ${centered}: gradients 3, 0.1 and 0 make of ones ${steps(centered, [3, 0.1, 0], 1)}`);
    console.log(`centered ${centered}: 200 times a gradient of 0.1: ${steps(centered, [0.1], 200)}`);
}
JS
seen "$(cd "$folder" && node rmsprop.js 2>"$folder/log")" \
    "centered false: gradients 3, 0.1 and 0 make of ones 0.968 0.968 1.000
centered false: 200 times a gradient of 0.1: -1.091
centered true: gradients 3, 0.1 and 0 make of ones 0.967 0.967 NaN
centered true: 200 times a gradient of 0.1: NaN at step 111"
