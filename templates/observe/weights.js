// The weights of a trainer: a matrix each, the net as a drawing, statistics of layers, their way: methods of Trainer.
'use strict';

const STATES_MOST = 400;
const LINES_MOST = 40;

function statistics(values) {
  const count = values.length || 1;
  const mean = values.reduce((sum, value) => sum + (value || 0), 0) / count;
  const square = values.reduce((sum, value) => sum + ((value || 0) - mean) ** 2, 0) / count;
  return [mean, Math.sqrt(square), largestOf(values)];
}

function rootMeanSquare(values, others) {
  const sum = values.reduce((total, value, k) => total + ((value || 0) - (others ? others[k] || 0 : 0)) ** 2, 0);
  return Math.sqrt(sum / (values.length || 1));
}

const weights = {
  // Few weights are a line each, many the root mean square of each layer.
  state(batch, values) {
    if (this.weights && batch > this.weightsAt) [this.weightsBefore, this.weightsBeforeAt] = [this.weights, this.weightsAt];
    [this.weights, this.weightsAt] = [values, batch];
    this.states.push(project(values));
    if (this.states.length > STATES_MOST) this.states = this.states.filter((_, i) => i % 2 === 0 || i === STATES_MOST);
    const last = this.history[this.history.length - 1];
    if (this.layers && !(last && last[0] >= batch)) this.history.push([batch, ...this.summary(values)]);
    if (this.history.length > STATES_MOST) this.history = this.history.filter((_, i) => i % 2 === 0 || i === STATES_MOST);
    this.dirty.add('sv');
  },

  // The values of each layer.
  byLayer(values) {
    let at = 0;
    return this.layers.map((layer) => values.slice(at, at += layer.rows * layer.columns));
  },

  summary(values) {
    return values.length <= LINES_MOST ? values : this.byLayer(values).map((part) => rootMeanSquare(part));
  },

  drawWeights() {
    if (!this.layers || !this.weights || !this.layers.length) return;
    this.drawNet();
    const details = element(this.root, '.for-weights');
    details.hidden = false;
    if (!details.open) return;
    const largest = largestOf(this.weights); // one scale for all layers
    colourBar(element(this.root, '.for-weights .legend'), largest);
    this.byLayer(this.weights).forEach((part, k) => {
      const layer = this.layers[k];
      const canvas = this.picture(layer, k);
      paintValues(canvas, part, canvas.height, canvas.width, largest);
    });
    this.drawLayers();
    this.drawHistory();
    if (this.states.length > 2) this.drawTrajectory();
  },

  drawTrajectory() {
    const canvas = element(this.root, '.trajectory');
    canvas.parentElement.hidden = false;
    const [way, off] = along(this.states).at(-1);
    canvas.setAttribute('aria-label', `the way of the weights: the newest state is ${short(way)} from the first along their line`
      + `${off > 1e-6 * way ? `, ${short(off)} off it` : ''}`);
    paintTrajectory(canvas, this.states);
  },

  drawNet() {
    if (!this.drawings) {
      const nets = netsOf(this.layers).filter(isDrawable);
      element(this.root, '.drawing').hidden = !nets.length;
      arrangeSoon(element(this.root, '.cards'));
      const picture = element(this.root, '.drawing .picture');
      this.drawings = nets.map((net) => {
        if (nets.length > 1) picture.append(Object.assign(document.createElement('h4'), { textContent: net.name }));
        return new NetDrawing(picture, net, nets.length > 1 ? 150 : 260, (this.netFunctions || []).find((one) => one.name === net.name));
      });
    }
    for (const drawing of this.drawings) drawing.draw(this.weights);
  },

  // How large the weights of each layer are, and how much a batch changes them: gradients as they are applied.
  drawLayers() {
    const body = element(this.root, '.layers tbody');
    const before = this.weightsBefore && this.byLayer(this.weightsBefore);
    const batches = this.weightsAt - this.weightsBeforeAt;
    this.byLayer(this.weights).forEach((part, k) => {
      const row = body.rows[k] || body.insertRow();
      const layer = this.layers[k];
      while (row.cells.length < 7) row.insertCell();
      const change = before ? rootMeanSquare(part, before[k]) / batches : null;
      const share = change === null ? null : change / (rootMeanSquare(part) || 1);
      const cells = [layer.name, `${layer.rows} x ${layer.columns}`, ...statistics(part).map(short),
        change === null ? '-' : short(change), share === null || share > 10 ? '-' : `${short(share * 100)} %`];
      cells.forEach((value, column) => text(row.cells[column], value));
    });
  },

  names() {
    if (this.weights.length > LINES_MOST) return this.layers.map((layer) => layer.name);
    return this.layers.flatMap((layer) => Array.from({ length: layer.rows * layer.columns }, (_, k) => `${layer.name}[${k}]`));
  },

  // What a screen reader says of the chart: how the newest values spread.
  describeHistory(few) {
    const [batch, ...values] = this.history.at(-1);
    const known = values.filter((value) => value !== null);
    element(this.root, '.history').setAttribute('aria-label', `${few ? 'weights' : 'root mean square of each layer'} over the batches: `
      + `${values.length} lines, from ${short(Math.min(...known))} to ${short(Math.max(...known))} at batch ${batch}`);
  },

  // It is made anew in other colours.
  forgetHistory() {
    if (this.widths) this.widths.disconnect();
    if (this.over) this.over.destroy();
    this.over = null;
  },

  drawHistory() {
    if (!this.history.length) return;
    this.describeHistory(this.weights.length <= LINES_MOST);
    if (this.over) {
      this.over.updateOptions({ file: this.history });
      return;
    }
    this.widths = new ResizeObserver(() => this.over.resize());
    const dark = isDark();
    const few = this.weights.length <= LINES_MOST;
    this.over = new Dygraph(element(this.root, '.history'), this.history,
      chartOptions(few ? 'weights' : 'root mean square of each layer', { labels: ['batch', ...this.names()], legend: 'onmouseover', colorValue: dark ? 0.9 : 0.5, colorSaturation: dark ? 0.55 : 1 }));
    this.widths.observe(element(this.root, '.history'));
  },

  // Biases are a column beside their matrix, each beside its row: the layer before that they belong to, or null.
  matrixOf(k) {
    const [layer, before] = [this.layers[k], this.layers[k - 1]];
    const stem = /^(.*)\.bias$/.exec(layer.name);
    return before && stem && before.name === `${stem[1]}.weight` && before.rows === layer.rows * layer.columns ? before : null;
  },

  picture(layer, k) {
    for (const canvas of this.root.querySelectorAll('.weights canvas')) {
      if (canvas.dataset.layer === layer.name) return canvas;
    }
    const matrix = this.matrixOf(k);
    const canvas = document.createElement('canvas');
    const { rows, columns } = matrix || layer;
    const cell = Math.min(32, 360 / columns, 240 / rows);
    canvas.dataset.layer = layer.name;
    [canvas.width, canvas.height] = [matrix ? 1 : columns, rows];
    canvas.style.width = `${Math.max(matrix ? 8 : 24, canvas.width * cell)}px`;
    canvas.style.height = `${Math.max(16, rows * cell)}px`;
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', `the values of ${layer.name}, ${layer.rows} rows, ${layer.columns} columns`);
    canvas.title = layer.name;
    if (matrix) this.root.querySelector('.weights figure:last-child .matrix').append(canvas);
    else this.frame(canvas, layer);
    return canvas;
  },

  frame(canvas, layer) {
    const figure = document.createElement('figure');
    const row = document.createElement('div');
    const caption = document.createElement('figcaption');
    row.className = 'matrix';
    row.append(canvas);
    caption.textContent = layer.name;
    figure.append(row, caption);
    element(this.root, '.weights').append(figure);
  },
};
