#!/usr/bin/env bash
# brain.js 1.6.1 (npm): the activation "leaky-relu" is 0 for x < 0 and leakyReluAlpha * x for x > 0; elsewhere that name means
# leakyReluAlpha * x and x. So it does not leak, and by the default of 0.01 it makes what passes a hundred times smaller.
# toFunction() does the same. Training takes the derivative of the usual function, 1 where the output is above 0 and
# leakyReluAlpha elsewhere, which is not the derivative of what is calculated.
# Bites who chooses it against dead units, or takes weights from one library to the other: other numbers, no error.
. "$(dirname "$0")/lib.sh"
modules brain.js@1.6.1
cat >"$folder/leaky.js" <<'JS'
const { NeuralNetwork } = require("brain.js");

const net = new NeuralNetwork();
net.fromJSON({
    sizes: [1, 1],
    layers: [{ x: {} }, { y: { bias: 0, weights: { x: 1 } } }],
    inputLookup: true,
    outputLookup: true,
    activation: "leaky-relu",
});
const exported = net.toFunction();
for (const x of [-2, 2]) console.log(`leaky-relu of ${x}: run ${net.run({ x }).y.toFixed(2)}, toFunction ${exported({ x }).y.toFixed(2)}`);
JS
seen "$(node "$folder/leaky.js")" \
    "leaky-relu of -2: run 0.00, toFunction 0.00
leaky-relu of 2: run 0.02, toFunction 0.02"
