// A net as a drawing: layers as columns of dots, weights as lines. For nets whose layers are small enough to be told apart.
'use strict';

const NODES_MOST = 16;
const SVG = 'http://www.w3.org/2000/svg';

function svg(name, attributes, parent) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  parent.append(node);
  return node;
}

// The nets of a trainer: matrices with their biases, one behind the other: [{ name, layers: [{ rows, columns, at, bias }] }].
function netsOf(layers) {
  const nets = [];
  let at = 0;
  for (const { name, rows, columns } of layers) {
    const [, net, , kind] = /^(.*)\.layers\.(\d+)\.(weight|bias)$/.exec(name) || [];
    let last = nets[nets.length - 1];
    if (net && (!last || last.name !== net)) nets.push(last = { name: net, layers: [] });
    if (kind === 'weight') last.layers.push({ rows, columns, at, bias: -1 });
    else if (kind === 'bias' && last.layers.length) last.layers[last.layers.length - 1].bias = at;
    at += rows * columns;
  }
  return nets;
}

// Each layer takes what the one before gives: others (convolutions, say) are no such drawing.
function isDrawable({ layers }) {
  return layers.length > 0 && layers.every((layer, k) => layer.columns <= NODES_MOST && layer.rows <= NODES_MOST &&
    (k === 0 || layer.columns === layers[k - 1].rows));
}

const activations = {
  identity: (z) => z,
  relu: (z) => z.map((value) => Math.max(0, value)),
  tanh: (z) => z.map(Math.tanh),
  sigmoid: (z) => z.map((value) => 1 / (1 + Math.exp(-value))),
  softmax: (z) => {
    const powers = z.map((value) => Math.exp(value - Math.max(...z)));
    const sum = powers.reduce((total, value) => total + value, 0);
    return powers.map((value) => value / sum);
  },
};

// The sample itself, and what each layer makes of it.
function activationsOf({ layers }, functions, weights, sample) {
  const values = [sample];
  layers.forEach((layer, l) => {
    const before = values[l];
    const sums = Array.from({ length: layer.rows }, (_, k) => before.reduce(
      (sum, value, i) => sum + value * (weights[layer.at + k * layer.columns + i] || 0), layer.bias < 0 ? 0 : weights[layer.bias + k] || 0));
    values.push(activations[l + 1 < layers.length ? functions.activation : functions.output](sums));
  });
  return values;
}

class NetDrawing {
  // least: of its height, in pixels of 420 across; functions: { activation, output } of the net, where they are known.
  constructor(parent, net, least, functions) {
    const counts = [net.layers[0].columns, ...net.layers.map((layer) => layer.rows)];
    const most = Math.max(...counts);
    const [width, height] = [420, Math.max(least, Math.min(300, most * 26))];
    this.net = net;
    this.root = svg('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `the net ${net.name}: ${counts.join('-')}` }, parent);
    const place = (layer, k) => [28 + layer / (counts.length - 1) * (width - 56), (k + 0.5) / counts[layer] * height];
    this.lines = net.layers.map((layer, l) => Array.from({ length: layer.rows * layer.columns }, (_, i) => {
      const [x1, y1] = place(l, i % layer.columns);
      const [x2, y2] = place(l + 1, Math.floor(i / layer.columns));
      return svg('line', { x1, y1, x2, y2 }, this.root);
    }));
    this.dots = counts.map((count, l) => Array.from({ length: count }, (_, k) => {
      const [cx, cy] = place(l, k);
      return svg('circle', { cx, cy, r: Math.min(9, height / most / 2.6), class: 'node' }, this.root);
    }));
    for (const node of [...this.lines.flat(), ...this.dots.flat()]) node.title = svg('title', {}, node);
    if (functions && functions.activation in activations && functions.output in activations) this.offerSample(parent, functions);
  }

  // A row of numbers, as the net takes them: with one, dots are activations.
  offerSample(parent, functions) {
    const row = document.createElement('div');
    row.className = 'sample';
    row.append('a sample ');
    this.functions = functions;
    this.fields = this.dots[0].map((_, k) => {
      const field = document.createElement('input');
      Object.assign(field, { type: 'number', step: 'any', placeholder: `x${k}` });
      field.setAttribute('aria-label', `input ${k} of ${this.net.name}`);
      field.addEventListener('input', () => this.draw(this.weights));
      row.append(field, ' ');
      return field;
    });
    this.answer = document.createElement('output');
    row.append(this.answer);
    parent.append(row);
  }

  sample() {
    const texts = (this.fields || []).map((field) => field.value);
    return texts.some((value) => value !== '') ? texts.map(Number) : null;
  }

  // All dots by the activations of a sample, beside it what comes out.
  drawSample(values) {
    const largest = largestOf(values.flat());
    this.dots.forEach((dots, l) => dots.forEach((dot, k) => {
      const value = values[l][k];
      dot.setAttribute('class', `node ${value < 0 ? 'below' : 'above'}`);
      dot.setAttribute('fill-opacity', Math.min(1, Math.abs(value) / largest).toFixed(2));
      text(dot.title, `activation ${short(value)}`);
    }));
    text(this.answer, `gives ${values[values.length - 1].map(short).join(', ')}`);
  }

  draw(weights) {
    const { layers } = this.net;
    this.weights = weights;
    const largest = largestOf(layers.flatMap((layer) => weights.slice(layer.at, layer.at + layer.rows * layer.columns)));
    layers.forEach((layer, l) => {
      this.lines[l].forEach((line, i) => {
        const value = weights[layer.at + i] || 0;
        const size = Math.abs(value) / largest;
        line.setAttribute('class', value < 0 ? 'negative' : 'positive');
        line.setAttribute('stroke-width', (0.4 + 5 * size).toFixed(2));
        line.setAttribute('stroke-opacity', (0.25 + 0.75 * size).toFixed(2));
        text(line.title, `weight ${short(value)}`);
      });
      this.dots[l + 1].forEach((dot, k) => {
        const bias = layer.bias < 0 ? 0 : weights[layer.bias + k] || 0;
        dot.setAttribute('class', `node ${bias < 0 ? 'below' : 'above'}`);
        dot.setAttribute('fill-opacity', Math.min(1, Math.abs(bias) / largest).toFixed(2));
        text(dot.title, `bias ${short(bias)}`);
      });
    });
    for (const dot of this.dots[0]) dot.setAttribute('class', 'node');
    const sample = this.sample();
    if (sample) this.drawSample(activationsOf(this.net, this.functions, weights, sample));
    else if (this.answer) text(this.answer, '');
  }
}
