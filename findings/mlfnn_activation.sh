#!/usr/bin/env bash
# ml-fnn 5.0.0 (npm, the feedforward networks of ml.js): a new network has tanh units, whichever of its 14 activations is asked for.
# The constructor looks for the name with `in` in an array of names, which has only numbers for keys, and falls back to tanh
# without a word. Here the hidden values stay at 1 for inputs of hundreds, where those of relu and identity are in the hundreds.
# Bites who compares activations with it: all get the same network, and activationParam changes nothing.
. "$(dirname "$0")/lib.sh"
modules ml-fnn@5.0.0 ml-matrix@6.15.1
cat >"$folder/activation.js" <<'JS'
const library = require("ml-fnn");
const Network = library.default || library;

for (const activation of ["relu", "identity", "softplus", "tanh"]) {
    const net = new Network({ activation, hiddenLayers: [4], iterations: 1 });
    net.train([[100, 200], [300, 100]], ["a", "b"]);
    net.predict([[100, 200]]);
    console.log(`${activation}: ${net.activation}, hidden values ${net.model[0].a.to1DArray().map((x) => x.toFixed(3)).join(" ")}`);
}
JS
seen "$(node "$folder/activation.js")" \
    "relu: tanh, hidden values 1.000 1.000 1.000 1.000
identity: tanh, hidden values 1.000 1.000 1.000 1.000
softplus: tanh, hidden values 1.000 1.000 1.000 1.000
tanh: tanh, hidden values 1.000 1.000 1.000 1.000"
