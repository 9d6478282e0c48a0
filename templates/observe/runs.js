// The page of a folder of runs: a table that sorts, curves, parameters against results.
'use strict';

const CURVES_MOST = 8;
const AGAIN_MS = 5000;
const token = new URLSearchParams(location.search).get('token') || '';
const words = new URLSearchParams(location.hash.slice(1));
const find = (selector) => document.querySelector(selector);
const page = { runs: [], columns: [], marked: new Set(), sort: words.get('sort') || 'run', down: words.has('down'), charts: {},
  find: words.get('find') || '' };

// Names with numbers in them: run-2 before run-10, eta=0.05 before eta=0.2.
function compareNames(a, b) {
  const [own, other] = [a, b].map((name) => name.split(/(\d+(?:\.\d+)?(?:e-?\d+)?)/));
  for (let k = 0; k < Math.min(own.length, other.length); k++) {
    const order = k % 2 ? own[k] - other[k] : own[k].localeCompare(other[k]);
    if (order) return order;
  }
  return own.length - other.length;
}

// Numbers sort as numbers, texts as texts, and what is missing comes last.
function compare(a, b) {
  const [missing, other] = [a, b].map((value) => value === undefined || value === null || value === '');
  if (missing || other) return missing - other;
  const [x, y] = [Number(a), Number(b)];
  const order = Number.isNaN(x) || Number.isNaN(y) ? compareNames(String(a), String(b)) : x - y;
  return page.down ? -order : order;
}

// A row has all words of the filter.
function isFound(run) {
  const row = [...run.cells].map(([name, value]) => `${name}=${value}`).join(' ').toLowerCase();
  return page.find.toLowerCase().split(/\s+/).every((word) => row.includes(word));
}

const sorted = () => page.runs.filter(isFound).sort((a, b) => compare(a.cells.get(page.sort), b.cells.get(page.sort)));

function lastOf(series) {
  return series.last === null || series.last === undefined ? null : series.last;
}

// A column for each parameter in which runs differ and each series; all parameters where none differs.
function makeColumns() {
  const values = new Map();
  for (const run of page.runs) {
    for (const [name, value] of run.parameters) values.set(name, (values.get(name) || new Set()).add(value));
  }
  const differing = [...values].filter(([name, set]) => set.size > 1 || page.runs.some((run) => !run.parameters.some(([own]) => own === name)));
  page.parameters = (differing.length ? differing : [...values]).map(([name]) => name);
  page.results = [...new Set(page.runs.flatMap((run) => run.series.map((series) => series.name)))];
  page.columns = ['run', 'state', ...page.parameters, ...page.results];
  for (const run of page.runs) {
    run.cells = new Map([['run', run.name], ['state', run.state], ...run.parameters, ...run.series.map((series) => [series.name, lastOf(series)])]);
  }
}

function writeLink() {
  const shown = new URLSearchParams({ sort: page.sort, result: find('.result').value, against: find('.parameter').value });
  if (page.down) shown.set('down', '1');
  if (page.marked.size) shown.set('runs', [...page.marked].join(','));
  if (find('.log').checked) shown.set('log', '1');
  if (find('.log-parameter').checked) shown.set('log-parameter', '1');
  if (Number(find('.smooth').value) > 1) shown.set('smooth', find('.smooth').value);
  if (page.find) shown.set('find', page.find);
  if (theme.chosen) shown.set('theme', theme.chosen);
  history.replaceState(null, '', `${location.pathname}${location.search}#${shown}`);
}

function drawTable() {
  const head = find('.runs thead');
  const body = find('.runs tbody');
  head.replaceChildren();
  body.replaceChildren();
  const titles = head.insertRow();
  titles.insertCell();
  for (const name of page.columns) {
    const cell = document.createElement('th');
    const button = document.createElement('button');
    cell.setAttribute('aria-sort', name === page.sort ? page.down ? 'descending' : 'ascending' : 'none');
    button.type = 'button';
    button.dataset.column = name;
    button.textContent = name + (name === page.sort ? page.down ? ' \u25be' : ' \u25b4' : '');
    button.addEventListener('click', () => {
      page.down = name === page.sort ? !page.down : false;
      page.sort = name;
      draw();
      find(`[data-column="${CSS.escape(name)}"]`).focus();
    });
    cell.append(button);
    titles.append(cell);
  }
  for (const run of sorted()) {
    const row = body.insertRow();
    const box = document.createElement('input');
    box.type = 'checkbox';
    box.checked = page.marked.has(run.name);
    box.setAttribute('aria-label', `show the curve of ${run.name}`);
    box.addEventListener('change', () => {
      if (box.checked) page.marked.add(run.name);
      else page.marked.delete(run.name);
      drawCurves();
      writeLink();
    });
    row.insertCell().append(box);
    for (const name of page.columns) {
      const value = run.cells.get(name);
      row.insertCell().textContent = value === undefined ? '' : value === null ? 'diverged' : typeof value === 'number' ? short(value) : value;
    }
  }
}

const said = (value) => value === null || value === undefined ? 'diverged' : short(value);

// What a screen reader says of a picture.
const describe = (name, label) => find(`.${name}`).setAttribute('aria-label', label);

function plot(name, rows, more) {
  if (page.charts[name]) page.charts[name].destroy();
  page.charts[name] = rows.length ? new Dygraph(find(`.${name}`), rows, chartOptions('', { titleHeight: 0, title: undefined,
    labelsDiv: find(`.${name} + .values`), legend: 'always', rollPeriod: 1, ...more })) : null;
}

const colours = (count) => Array.from({ length: count }, (_, k) => colour(`run-${k % 6}`));
const dashes = [null, [7, 3], [2, 2], [9, 3, 2, 3]];
const positive = (rows) => rows.every((row) => row.slice(1).every((value) => value === null || Number.isNaN(value) || value > 0));

function drawCurves() {
  const result = find('.result').value;
  const marked = sorted().filter((run) => page.marked.has(run.name));
  const shown = (marked.length ? marked : sorted().slice(0, CURVES_MOST)).filter((run) => run.series.some((series) => series.name === result));
  const rows = new Map();
  shown.forEach((run, k) => {
    const { x, y } = run.series.find((series) => series.name === result);
    x.forEach((at, i) => {
      if (!rows.has(at)) rows.set(at, [at, ...shown.map(() => null)]);
      rows.get(at)[k + 1] = y[i] === null ? NaN : y[i];
    });
  });
  const all = [...rows.values()].sort((a, b) => a[0] - b[0]);
  const series = Object.fromEntries(shown.map((run, k) => [run.name, { strokePattern: dashes[Math.floor(k / 6) % 4], strokeWidth: 1.4 }]));
  find('.curves-title').textContent = result || 'curves';
  describe('curves', `${result || 'nothing'} over the iterations: ${shown.map((run) => `${run.name} ${said(run.cells.get(result))}`).join(', ')}`);
  plot('curves', all, { labels: ['iteration', ...shown.map((run) => run.name)], colors: colours(shown.length), series, xlabel: 'iteration',
    connectSeparatedPoints: true, logscale: find('.log').checked && positive(all), rollPeriod: Math.max(1, Number(find('.smooth').value) || 1) });
}

// Texts are drawn at the places of their order.
function drawScatter() {
  const result = find('.result').value;
  const parameter = find('.parameter').value;
  const values = [...new Set(page.runs.map((run) => run.cells.get(parameter)).filter((value) => value !== undefined))];
  const asText = values.some((value) => Number.isNaN(Number(value)));
  const order = values.sort();
  const rows = sorted().map((run) => [asText ? order.indexOf(run.cells.get(parameter)) : Number(run.cells.get(parameter)), run.cells.get(result)])
    .filter(([x, y]) => Number.isFinite(x) && x >= (asText ? 0 : -Infinity) && typeof y === 'number').sort((a, b) => a[0] - b[0]);
  const log = find('.log-parameter').checked && rows.every(([x]) => x > 0);
  const [low, high] = rows.length ? [rows[0][0], rows[rows.length - 1][0]] : [0, 1];
  const room = (high - low || 1) * 0.05;
  find('.scatter-title').textContent = `${result || 'result'} by ${parameter || 'parameter'}`;
  describe('scatter', `${result || 'result'} by ${parameter || 'parameter'}: ${rows.map(([x, y]) => `${asText ? order[x] : short(x)} gives ${short(y)}`).join(', ')}`);
  const label = (x) => asText ? order[Math.round(x)] || '' : short(x);
  const options = chartOptions('', {});
  plot('scatter', rows, { labels: [parameter || 'parameter', result || 'result'], xlabel: parameter, colors: [colour('below')], strokeWidth: 0, drawPoints: true, pointSize: 4, yRangePad: 8,
    highlightCircleSize: 6, logscale: find('.log').checked && positive(rows), dateWindow: log ? [low * 0.9, high * 1.1] : [low - room, high + room],
    axes: { x: { ...options.axes.x, logscale: log, axisLabelFormatter: label, valueFormatter: (x) => `${parameter} ${label(x)}` }, y: options.axes.y } });
}

function sayCount() {
  const [found, all] = [sorted().length, page.runs.length];
  find('#link').textContent = `${found === all ? '' : `${found} of `}${all} run${all === 1 ? '' : 's'}`;
}

function draw() {
  drawTable();
  drawCurves();
  drawScatter();
  sayCount();
  writeLink();
}

function offer(selector, names, wanted) {
  const select = find(selector);
  const before = select.value || wanted;
  select.replaceChildren(...names.map((name) => new Option(name, name, name === before, name === before)));
}

// The loss that most runs have.
function usualResult() {
  const count = (name) => page.runs.filter((run) => run.cells.has(name)).length + (/loss$/.test(name) ? page.runs.length : 0);
  return [...page.results].sort((a, b) => count(b) - count(a))[0];
}

async function read() {
  const start = performance.now();
  clearTimeout(page.timer);
  try {
    const reply = await fetch(`/runs.json?token=${encodeURIComponent(token)}`);
    const text = await reply.text();
    if (!reply.ok) throw new Error(text);
    if (text !== page.text) {
      page.text = text;
      page.runs = JSON.parse(text);
      makeColumns();
      offer('.result', page.results, words.get('result') || usualResult());
      offer('.parameter', page.parameters, words.get('against'));
      draw();
    }
    sayCount();
    page.timer = setTimeout(() => (document.hidden ? 0 : read()), Math.max(AGAIN_MS, 20 * (performance.now() - start)));
  } catch (error) {
    find('#link').textContent = error.message;
  }
}

page.marked = new Set((words.get('runs') || '').split(',').filter(Boolean));
find('.log').checked = words.has('log');
find('.log-parameter').checked = words.has('log-parameter');
find('.smooth').value = Math.min(500, Math.max(1, Math.round(Number(words.get('smooth'))) || 1));
for (const selector of ['.result', '.parameter', '.log', '.log-parameter', '.smooth']) find(selector).addEventListener('change', draw);
find('.find').value = page.find;
find('.find').addEventListener('input', () => {
  page.find = find('.find').value.trim();
  draw();
});
find('.reload').addEventListener('click', read);
find('.options').addEventListener('submit', (event) => event.preventDefault());
document.addEventListener('visibilitychange', () => { if (!document.hidden) read(); });
document.addEventListener('theme', () => { if (page.text) draw(); });
read();
