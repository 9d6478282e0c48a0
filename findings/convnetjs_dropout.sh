#!/usr/bin/env bash
# convnetjs 0.3.0 (npm): a dropout layer with drop_prob p keeps a share 1 - p of the activations in training, without scaling them, but
# multiplies them by p, not by 1 - p, in prediction. Both agree only at the default, 0.5. With p = 0.1 the next layer sees
# 0.1 where it has learned to see 0.9 on average; the usual formula scales by the share that is kept.
# Bites who drops little, as one does behind inputs and convolutions: the loss in training looks right, predictions do not, and the
# smaller the dropout, the worse they are; p = 0, meant to turn it off, makes every prediction 0.
. "$(dirname "$0")/lib.sh"
modules convnetjs@0.3.0
cat >"$folder/dropout.js" <<'JS'
const { Net, Vol } = require("convnetjs");

const count = 100000;
for (const p of [0, 0.1, 0.5]) {
    const net = new Net();
    net.makeLayers([{ type: "input", out_sx: 1, out_sy: 1, out_depth: count }, { type: "dropout", drop_prob: p }]);
    const mean = (training) => net.forward(new Vol(1, 1, count, 1), training).w.reduce((sum, x) => sum + x, 0) / count;
    console.log(`drop_prob ${p}: mean ${mean(true).toFixed(1)} in training, ${mean(false).toFixed(1)} in prediction`);
}
JS
seen "$(node "$folder/dropout.js")" \
    "drop_prob 0: mean 1.0 in training, 0.0 in prediction
drop_prob 0.1: mean 0.9 in training, 0.1 in prediction
drop_prob 0.5: mean 0.5 in training, 0.5 in prediction"
