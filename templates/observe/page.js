// The page of `loopc observe`: follows the events of the server, draws, and sends what is clicked.
'use strict';

const token = new URLSearchParams(location.search).get('token') || '';
const POINTS_MOST = 8000;
const trainers = [];

const element = (parent, selector) => parent.querySelector(selector);

function text(node, value) {
  if (node.textContent !== value) node.textContent = value;
}

function number(value) {
  return value === null || value === undefined ? 'diverged' : String(Number(Number(value).toPrecision(7)));
}

class Trainer {
  constructor(index, name) {
    const fragment = document.getElementById('trainer').content.cloneNode(true);
    this.index = index;
    this.root = fragment.firstElementChild;
    this.series = new Map();
    this.charts = new Map();
    this.layers = null;
    this.marks = [];
    this.dirty = new Set();
    this.root.dataset.name = name;
    text(element(this.root, 'h2'), name);
    this.connect();
    document.getElementById('trainers').append(fragment);
  }

  connect() {
    const on = (selector, message) =>
      element(this.root, selector).addEventListener('click', () => this.send(message()));
    const field = (selector) => element(this.root, selector).value.trim();
    on('.go', () => `{"batch to": ${field('.target')}}`);
    on('.set-eta', () => `{"eta": ${field('.new-eta')}}`);
    on('.pause', () => '{"pause": 1}');
    on('.resume', () => '{"resume": 1}');
    on('.step', () => '{"step": 1}');
    on('.checkpoint', () => '{"checkpoint": 1}');
    on('.shutdown', () => '{"shutdown": 1}');
    element(this.root, '.controls').addEventListener('submit', (event) => event.preventDefault());
    element(this.root, '.log').addEventListener('change', () => this.rescale());
    for (const [input, button] of [['.target', '.go'], ['.new-eta', '.set-eta']]) {
      element(this.root, input).addEventListener('keydown', (event) => {
        if (event.key === 'Enter') element(this.root, button).click();
      });
    }
  }

  say(message) {
    text(element(this.root, '.message'), message);
  }

  async send(message) {
    try {
      JSON.parse(message);
    } catch {
      this.say('that is no number');
      return;
    }
    try {
      const address = `/send?token=${encodeURIComponent(token)}&trainer=${this.index}`;
      const answer = await fetch(address, { method: 'POST', body: message });
      this.say(answer.ok ? '' : await answer.text());
    } catch {
      this.say('the server is gone');
    }
  }

  take(update) {
    for (const [name, topic] of Object.entries(update.topics)) {
      if (topic.points) this.points(name, topic);
      else this.newest(name, topic.newest);
    }
    if (update.ended) text(element(this.root, '.state'), 'ended');
  }

  points(name, topic) {
    if (name === 'paused' || name === 'checkpoint' || name === 'dropped') {
      const last = topic.points[topic.points.length - 1];
      if (name !== 'paused') this.say(`${name} ${last[1]} at batch ${last[0]}`);
      return;
    }
    let points = topic.all ? [] : this.series.get(name) || [];
    for (const point of topic.points) {
      const last = points[points.length - 1];
      if (name === 'loss' && point[0] === 0) continue;
      if (last && last[0] === point[0]) last[1] = point[1];
      else points.push([point[0], point[1]]);
    }
    if (points.length > POINTS_MOST) points = thin(points);
    this.series.set(name, points);
    const last = topic.points[topic.points.length - 1];
    if (!last) return;
    if (name === 'eta') text(element(this.root, '.eta'), number(last[1]));
    if (name === 'loss') {
      text(element(this.root, '.batch'), String(last[0]));
      text(element(this.root, '.loss'), last[0] === 0 ? '-' : number(last[1]));
      this.measure(last[0]);
    }
    if (points.length) this.dirty.add(name);
  }

  measure(batch) {
    const now = performance.now();
    this.marks.push([now, batch]);
    while (this.marks.length > 2 && now - this.marks[0][0] > 3000) this.marks.shift();
    const [first, before] = this.marks[0];
    if (now > first) text(element(this.root, '.rate'), String(Math.round((batch - before) / (now - first) * 1000)));
  }

  newest(name, value) {
    if (name === 'sv') this.weights = value.slice(1);
    if (name === 'sv') this.dirty.add('sv');
    if (name === 'status') this.status(value[1]);
    if (name === 'paused') text(element(this.root, '.state'), value[1] ? 'paused' : 'running');
    if (name === 'error' || name === 'failed') this.say(String(value[1]));
  }

  status(status) {
    this.layers = status.layers;
    text(element(this.root, '.state'), status.paused ? 'paused' : 'running');
    const list = element(this.root, '.places');
    list.replaceChildren();
    const depths = [];
    status.places.forEach((place, index) => {
      const item = document.createElement('li');
      depths[index] = place.parent < 0 ? 0 : depths[place.parent] + 1;
      item.style.marginLeft = `${depths[index] * 1.2}rem`;
      item.textContent = place.name + (place.on ? `  on ${place.on}` : '');
      list.append(item);
    });
  }

  rescale() {
    const logscale = element(this.root, '.log').checked;
    for (const [name, chart] of this.charts) {
      chart.updateOptions({ logscale: logscale && name === 'loss' });
    }
  }

  draw() {
    for (const name of this.dirty) {
      if (name === 'sv') this.drawWeights();
      else this.drawSeries(name);
    }
    this.dirty.clear();
  }

  drawSeries(name) {
    const points = this.series.get(name);
    const chart = this.charts.get(name);
    if (chart) {
      chart.updateOptions({ file: points });
      return;
    }
    const box = document.createElement('div');
    box.className = 'chart';
    box.dataset.series = name;
    element(this.root, '.charts').append(box);
    const logscale = name === 'loss' && element(this.root, '.log').checked;
    this.charts.set(name, new Dygraph(box, points, {
      labels: ['batch', name], title: name, titleHeight: 20, xlabel: 'batch', logscale, includeZero: false,
      digitsAfterDecimal: 6, connectSeparatedPoints: false,
    }));
  }

  // One picture a layer: a row an output, blue below 0, red above, by the largest magnitude there is.
  drawWeights() {
    if (!this.layers || !this.weights) return;
    element(this.root, '.for-weights').hidden = false;
    let at = 0;
    for (const layer of this.layers) {
      const count = layer.rows * layer.columns;
      paint(this.picture(layer), this.weights.slice(at, at + count), layer);
      at += count;
    }
  }

  picture(layer) {
    for (const canvas of this.root.querySelectorAll('.weights canvas')) {
      if (canvas.dataset.layer === layer.name) return canvas;
    }
    const figure = document.createElement('figure');
    const canvas = document.createElement('canvas');
    const caption = document.createElement('figcaption');
    canvas.dataset.layer = layer.name;
    canvas.width = layer.columns;
    canvas.height = layer.rows;
    canvas.style.width = `${Math.max(48, Math.min(600, layer.columns * 16))}px`;
    canvas.style.height = `${Math.max(16, Math.min(400, layer.rows * 16))}px`;
    caption.textContent = layer.name;
    figure.append(canvas, caption);
    element(this.root, '.weights').append(figure);
    return canvas;
  }
}

function paint(canvas, values, layer) {
  const context = canvas.getContext('2d');
  const image = context.createImageData(layer.columns, layer.rows);
  let largest = 1e-30;
  for (const value of values) largest = Math.max(largest, Math.abs(value || 0));
  values.forEach((value, index) => {
    const share = value === null ? 0 : Math.min(1, Math.abs(value) / largest);
    const faded = Math.round(255 * (1 - share));
    image.data.set(value === null ? [0, 0, 0, 255] : value < 0 ? [faded, faded, 255, 255] : [255, faded, faded, 255],
      index * 4);
  });
  context.putImageData(image, 0, 0);
}

// Of four neighbours the lowest and the highest stay, so that no peak is lost.
function thin(points) {
  const kept = [];
  for (let i = 0; i < points.length; i += 4) {
    const group = points.slice(i, i + 4);
    let low = 0;
    let high = 0;
    group.forEach((point, k) => {
      if (point[1] < group[low][1]) low = k;
      if (!(point[1] <= group[high][1])) high = k;
    });
    kept.push(group[Math.min(low, high)]);
    if (low !== high) kept.push(group[Math.max(low, high)]);
  }
  return kept;
}

// Drawing waits for the display, so that a page in the background costs nothing.
let asked = false;
function drawSoon() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    for (const trainer of trainers) trainer.draw();
  });
}

function follow() {
  const link = document.getElementById('link');
  const events = new EventSource(`/events?token=${encodeURIComponent(token)}`);
  events.onopen = () => text(link, 'live');
  events.onerror = () => text(link, trainers.every((trainer) => trainer.ended) ? 'ended' : 'the server is gone');
  events.onmessage = (event) => {
    const updates = JSON.parse(event.data);
    updates.forEach((update, index) => {
      trainers[index] ||= new Trainer(index, update.name);
      trainers[index].ended = update.ended;
      trainers[index].take(update);
    });
    drawSoon();
    if (updates.every((update) => update.ended)) text(link, 'ended');
  };
}

follow();
