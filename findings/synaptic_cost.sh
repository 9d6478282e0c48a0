#!/usr/bin/env bash
# synaptic 1.1.4 (npm): the cost function that its Trainer is given, Trainer.cost.MSE, CROSS_ENTROPY, BINARY or one's own, only makes the
# number that is shown and that ends the training. The step is always target minus output, without the derivative of the output's
# activation: the gradient of the cross-entropy for logistic outputs, and of no listed cost for those with TANH or RELU.
# Bites who compares costs with it: the same start gives the same weights for each of them, even for a cost that is a constant,
# and the default, "MSE", does not descend on the mean square error.
. "$(dirname "$0")/lib.sh"
modules synaptic@1.1.4
cat >"$folder/cost.js" <<'JS'
const { Architect, Network, Trainer } = require("synaptic");

const start = JSON.stringify(new Architect.Perceptron(2, 3, 1).toJSON());
const set = [[0, 0], [0, 1], [1, 0], [1, 1]].map((input) => ({ input, output: [input[0] ^ input[1]] }));
const trained = Object.entries({ ...Trainer.cost, constant: () => 7 }).map(([name, cost]) => {
    const net = Network.fromJSON(JSON.parse(start));
    new Trainer(net).train(set, { cost, rate: 0.3, iterations: 50, error: 1e-9 });
    const weights = JSON.stringify(net.toJSON().connections.map((c) => c.weight));
    return { name, weights };
});
const same = trained.every(({ weights }) => weights === trained[0].weights);
console.log(`${trained.map(({ name }) => name).join(", ")}: ${same ? "the same weights" : "other weights"} after 50 epochs`);
JS
seen "$(node "$folder/cost.js")" "CROSS_ENTROPY, MSE, BINARY, constant: the same weights after 50 epochs"
