// Series as charts: hover values and zoom are shared by all charts of the page, as are its axes and smoothing.
'use strict';

const FEW_POINTS = 20; // are dots, too: a line needs two
const VISIBLE_MOST = 1000; // points of a line: a chart has some hundred columns of pixels
const EARLIER_MOST = 5; // runs beside the newest
const DASHES = [null, [7, 3], [2, 2], [9, 3, 2, 3], [12, 4], [4, 4]];

const shared = { log: false, logBatch: false, smooth: 1, zoom: null, find: '', pins: new Set() };
const allCharts = new Set();

// Charts in the window, or nearly: the others are drawn when they come into it.
const NEAR_PIXELS = 300;
const inWindow = new IntersectionObserver((changes) => {
  for (const { target, isIntersecting } of changes) target.chartOf.see(isIntersecting);
}, { rootMargin: `${NEAR_PIXELS}px` });

// The row of a series at a batch, or the last before it: rows are in order.
function rowAt(rows, batch) {
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (rows[middle][0] <= batch) low = middle;
    else high = middle - 1;
  }
  return low;
}

// Of a series what can be told apart in a chart: the points in the window and one on each side, thinned with their peaks.
function visible(points, [left, right]) {
  if (points.length <= VISIBLE_MOST) return points;
  const [first, last] = [Math.max(0, rowAt(points, left)), Math.min(points.length, rowAt(points, right) + 2)];
  let kept = points.slice(first, last);
  while (kept.length > VISIBLE_MOST) kept = thin(kept);
  return kept;
}

// Several series as the rows of one chart: [batch, value or null of each].
function merge(lines) {
  if (lines.length === 1) return lines[0].points;
  const rows = new Map();
  lines.forEach(({ points }, k) => {
    for (const [batch, value] of points) {
      if (!rows.has(batch)) rows.set(batch, [batch, ...lines.map(() => null)]);
      rows.get(batch)[k + 1] = value === null ? NaN : value;
    }
  });
  return [...rows.values()].sort((a, b) => a[0] - b[0]);
}

// The marks of a logarithmic axis: powers of ten, at most eight; plain ones where it spans less than two.
function decades(low, high, pixels, options, chart, values) {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  if (!(low > 0) || last - first < 1) return Dygraph.numericTicks(low, high, pixels, (name) => name === 'logscale' ? false : options(name), chart, values);
  const step = Math.ceil((last - first + 1) / 8);
  const marks = [];
  for (let power = first; power <= last; power += step) marks.push({ v: 10 ** power, label: short(10 ** power) });
  return marks;
}

function runColour(k) {
  return colour(`run-${k % DASHES.length}`);
}

class SeriesChart {
  // kind: 'first' and 'setting' charts are before and behind the others.
  constructor(parent, name, kind) {
    const card = document.createElement('section');
    const title = document.createElement('h3');
    this.box = document.createElement('div');
    this.name = name;
    this.box.className = 'chart';
    this.box.setAttribute('role', 'img');
    this.box.dataset.series = name;
    card.className = `card ${kind}`;
    title.textContent = name;
    this.values = document.createElement('div');
    this.values.className = 'values';
    card.append(title, this.box, this.values);
    if (kind === 'first') parent.prepend(card);
    else parent.insertBefore(card, kind === 'setting' ? null : parent.querySelector('.card.setting'));
    nameCard(card, name, name);
    arrangeSoon(card.closest('.cards'));
    allCharts.add(this);
    document.querySelector('.for-charts').hidden = false;
    this.resize = new ResizeObserver(() => this.chart && this.chart.resize());
    this.resize.observe(this.box);
    Object.assign(this, { seen: true, stale: false, draws: 0, pointed: null });
    this.box.chartOf = this;
    inWindow.observe(this.box);
    this.box.addEventListener('pointerenter', () => document.body.classList.add('pointed'));
    this.box.addEventListener('pointerleave', (event) => {
      if (!event.buttons) document.body.classList.remove('pointed'); // a range may be drawn beyond the chart
    });
  }

  see(isSeen) {
    this.seen = isSeen;
    if (isSeen && this.stale) this.draw(...this.newest);
  }

  remove() {
    allCharts.delete(this);
    this.resize.disconnect();
    inWindow.unobserve(this.box);
    if (this.chart) this.chart.destroy();
    const cards = this.box.closest('.cards');
    this.box.parentElement.remove();
    arrangeSoon(cards);
  }

  window() {
    return shared.zoom || [shared.logBatch ? 1 : 0, this.last];
  }

  // A logarithm has only values above 0, and batches from 1.
  axes() {
    const window = this.window();
    const isPositive = (row) => row.every((value, k) => k === 0 || value === null || Number.isNaN(value) || value > 0);
    const logscale = shared.log && this.rows.every(isPositive);
    return { logscale, rollPeriod: shared.smooth, dateWindow: window, stepPlot: this.isSetting,
      axes: { x: { axisLabelFormatter: short, logscale: shared.logBatch, valueFormatter: (x) => `batch ${x}`,
        ticker: shared.logBatch ? decades : Dygraph.numericTicks },
      y: { axisLabelFormatter: short, axisLabelWidth: 56, pixelsPerLabel: 30, valueFormatter: number,
        ticker: logscale ? decades : Dygraph.numericTicks } } };
  }

  lines(lines) {
    const options = { legend: lines.length > 1 ? 'always' : 'onmouseover', labels: ['batch', ...lines.map((line) => line.label)], colors: lines.map((line, k) => runColour(line.run === undefined ? k : line.run)), series: {} };
    lines.forEach((line, k) => {
      options.series[line.label] = { strokePattern: DASHES[(line.dash === undefined ? k : line.dash) % DASHES.length], strokeWidth: k && !line.newest ? 1 : 1.6 };
    });
    return options;
  }

  // What a screen reader says of the picture: the newest value of each line.
  describe(lines) {
    const said = lines.filter((line) => line.points.length).map(({ label, points }) => {
      const [batch, value] = points[points.length - 1];
      return `${label === this.name ? '' : `${label} is `}${number(value)} at batch ${batch}`;
    });
    this.box.setAttribute('aria-label', `${this.name} over the batches: ${said.join(', ')}`);
  }

  draw(lines, last, isSetting) {
    this.newest = [lines, last, isSetting];
    this.describe(lines);
    this.stale = !this.seen && Boolean(this.chart);
    if (this.stale) return;
    this.draws++;
    this.last = last;
    this.isSetting = Boolean(isSetting);
    const window = this.window();
    this.rows = merge(lines.map((line) => ({ ...line, points: visible(line.points, window) })));
    if (shared.logBatch) this.rows = this.rows.filter(([batch]) => batch > 0);
    const labels = lines.map((line) => line.label).join();
    this.values.classList.toggle('many', lines.length > 2);
    const options = { file: this.rows, drawPoints: this.rows.length < FEW_POINTS, ...this.axes() };
    if (labels !== this.labels) Object.assign(options, this.lines(lines));
    this.labels = labels;
    if (this.chart) {
      this.chart.updateOptions(options);
      this.point();
      return;
    }
    delete options.file;
    this.chart = new Dygraph(this.box, this.rows, chartOptions(undefined, { ...options, pointSize: 2.5, labelsDiv: this.values, connectSeparatedPoints: true,
      highlightCallback: (event, x) => hover(this, x), unhighlightCallback: () => hover(this, null),
      zoomCallback: (left, right) => zoomTo(this.chart.isZoomed('x') ? [left, right] : null) }));
  }

  // Shows the values of the batch under the mouse; drawing a chart forgets them.
  point() {
    if (this.pointed !== null) this.chart.setSelection(rowAt(this.rows, this.pointed));
  }

  repaint() {
    this.labels = null;
    if (this.newest) this.draw(...this.newest);
  }
}

// The values of the same batch in all charts.
function hover(from, batch) {
  for (const other of allCharts) {
    other.pointed = batch;
    if (other === from || !other.chart) continue;
    if (batch === null) other.chart.clearSelection();
    else other.point();
  }
}

function zoomTo(range) {
  shared.zoom = range;
  document.querySelector('.whole').disabled = !range;
  for (const one of allCharts) if (one.chart) one.draw(...one.newest);
  writeLink();
}

function redrawCharts() {
  for (const one of allCharts) one.repaint();
}

// What is shown is in the address: #log=1&smooth=5&zoom=10,200&open=0.graph&find=loss&pins=eta&theme=dark
function writeLink() {
  const words = new URLSearchParams();
  if (shared.log) words.set('log', '1');
  if (shared.logBatch) words.set('log-batch', '1');
  if (shared.smooth > 1) words.set('smooth', shared.smooth);
  if (shared.zoom) words.set('zoom', shared.zoom.map((value) => Number(value.toPrecision(8))).join());
  const open = [...document.querySelectorAll('.trainer')].flatMap((root, k) =>
    [...root.querySelectorAll('details[open]')].map((details) => `${k}.${details.classList[0]}`));
  if (open.length) words.set('open', open.join());
  if (shared.find) words.set('find', shared.find);
  if (shared.pins.size) words.set('pins', [...shared.pins].join());
  if (theme.chosen) words.set('theme', theme.chosen);
  history.replaceState(null, '', `${location.pathname}${location.search}#${words}`);
}

function readLink() {
  const words = new URLSearchParams(location.hash.slice(1));
  const zoom = (words.get('zoom') || '').split(',').map(Number);
  shared.log = words.has('log');
  shared.logBatch = words.has('log-batch');
  shared.smooth = Math.min(500, Math.max(1, Math.round(Number(words.get('smooth'))) || 1));
  shared.find = words.get('find') || '';
  shared.pins = new Set((words.get('pins') || '').split(',').filter(Boolean));
  shared.zoom = zoom.length === 2 && zoom[0] < zoom[1] ? zoom : null;
  shared.open = words.has('open') ? words.get('open').split(',') : null;
}
