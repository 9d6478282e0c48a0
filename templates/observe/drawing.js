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

class NetDrawing {
  constructor(parent, net) {
    const counts = [net.layers[0].columns, ...net.layers.map((layer) => layer.rows)];
    const most = Math.max(...counts);
    const [width, height] = [420, Math.max(150, Math.min(300, most * 26))];
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
  }

  draw(weights) {
    const { layers } = this.net;
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
  }
}
