// Pictures of weights and of series, for the page and for trainers. No state, no network.
'use strict';

const POINTS_MOST = 8000;

// Of four neighbours the lowest and the highest stay, so that no peak is lost.
function thin(points) {
  const kept = [];
  for (let i = 0; i < points.length; i += 4) {
    let [low, high] = [i, i];
    for (let k = i + 1; k < Math.min(i + 4, points.length); k++) {
      if (points[k][1] < points[low][1]) low = k;
      if (!(points[k][1] <= points[high][1])) high = k;
    }
    kept.push(points[Math.min(low, high)]);
    if (low !== high) kept.push(points[Math.max(low, high)]);
  }
  return kept;
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function parts(hex) {
  const digits = hex.length < 7 ? hex.replace(/[^#]/g, '$&$&') : hex;
  return [1, 3, 5].map((at) => parseInt(digits.slice(at, at + 2), 16));
}

// From the colour of the card at 0 to blue below and orange above, by the share of the largest magnitude.
function scaleOfColours() {
  const [zero, below, above] = ['card', 'below', 'above'].map((name) => parts(colour(name)));
  return (share) => {
    const end = share < 0 ? below : above;
    const size = Math.min(1, Math.abs(share));
    return zero.map((value, k) => Math.round(value + (end[k] - value) * size));
  };
}

const NOTHING = 1e-30; // in the place of 0 as a scale

function largestOf(values) {
  let largest = NOTHING;
  for (const value of values) largest = Math.max(largest, Math.abs(value || 0));
  return largest;
}

// Numbers as an image, row by row; what is not finite is grey. A strength below 1 leaves room for what is drawn over it.
function paintValues(canvas, values, rows, columns, largest, strength = 1) {
  const context = canvas.getContext('2d');
  const image = context.createImageData(columns, rows);
  const scale = scaleOfColours();
  values.forEach((value, index) => {
    image.data.set(value === null ? [128, 128, 128, 255] : [...scale(strength * Math.max(-1, Math.min(1, value / largest))), 255], index * 4);
  });
  context.putImageData(image, 0, 0);
}

// The colour bar of such images: what colour is how much.
function colourBar(parent, largest, strength = 1) {
  parent.replaceChildren();
  const bar = document.createElement('span');
  const scale = scaleOfColours();
  bar.className = 'bar';
  bar.style.background = `linear-gradient(to right, ${[-strength, 0, strength].map((share) => `rgb(${scale(share)})`)})`;
  parent.append(short(-largest), bar, short(largest));
}

// A state of many weights as a point of few dimensions: itself where it is small, else sums of the weights with signs
// that are the same for every state. Distances stay about what they are.
const DIMENSIONS = 16;

function project(weights) {
  if (weights.length <= DIMENSIONS) return weights.map((value) => value || 0);
  const point = new Array(DIMENSIONS).fill(0);
  let random = 1;
  for (const value of weights) {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    for (let k = 0; k < DIMENSIONS; k++) point[k] += (random >>> (k + 12)) & 1 ? value || 0 : -(value || 0);
  }
  return point.map((value) => value / Math.sqrt(DIMENSIONS));
}

// Where each state is on the line from the first to the last, and how far off it.
function along(states) {
  const [first, last] = [states[0], states[states.length - 1]];
  const line = last.map((value, k) => value - first[k]);
  const length = Math.hypot(...line) || 1;
  return states.map((state) => {
    const way = state.map((value, k) => value - first[k]);
    const x = way.reduce((sum, value, k) => sum + value * line[k], 0) / length;
    const off = way.reduce((sum, value) => sum + value * value, 0) - x * x;
    return [x, Math.sqrt(Math.max(0, off))];
  });
}

function paintTrajectory(canvas, states) {
  const context = canvas.getContext('2d');
  const points = along(states);
  const xs = points.map((point) => point[0]);
  const ys = points.map((point) => point[1]);
  const [low, high, top] = [Math.min(...xs), Math.max(...xs), Math.max(...ys, 1e-30)];
  const place = (point) => [10 + (point[0] - low) / (high - low || 1) * (canvas.width - 20),
    canvas.height - 10 - point[1] / top * (canvas.height - 20)];
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.strokeStyle = colour('below');
  context.beginPath();
  points.forEach((point) => context.lineTo(...place(point)));
  context.stroke();
  context.fillStyle = colour('above');
  for (const point of [points[0], points[points.length - 1]]) {
    context.beginPath();
    context.arc(...place(point), 4, 0, 7);
    context.fill();
  }
}

// A value of an axis: 1200000 is 1.2M, 0.00001 is 1e-5.
function short(value) {
  const size = Math.abs(value);
  if (size <= NOTHING) return '0';
  for (const [factor, suffix] of [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e4, 'k']]) {
    if (size >= factor) return `${Number((value / (suffix === 'k' ? 1e3 : factor)).toPrecision(4))}${suffix}`;
  }
  return size > 0 && size < 1e-3 ? value.toExponential(2).replace(/\.?0+e/, 'e') : String(Number(value.toPrecision(4)));
}

// How all charts look.
function chartOptions(title, more) {
  return { title, titleHeight: 20, xlabel: 'batch', xLabelHeight: 16, axisLabelFontSize: 12, includeZero: false, gridLineColor: '#8884', axisLineColor: '#888',
    digitsAfterDecimal: 6,
    axes: { x: { axisLabelFormatter: short }, y: { axisLabelFormatter: short, axisLabelWidth: 56, pixelsPerLabel: 30 } }, ...more };
}

// A time in three digits and its unit.
function duration(seconds) {
  if (seconds === null || seconds === undefined || Number.isNaN(seconds)) return '-';
  const units = [[1, 's'], [1e-3, 'ms'], [1e-6, 'us'], [1e-9, 'ns']];
  const [size, name] = units.find((unit) => seconds >= unit[0]) || units[3];
  return `${Number((seconds / size).toPrecision(3))} ${name}`;
}
