// Fields that a trainer shows: a card each, with a legend. No network.
'use strict';

const VIEW_SIZE = 420; // pixels of a canvas, across
const LARGE_CELL = 30; // pixels of a cell that has room for its value
const UNDER_POINTS = 0.7; // strength of the colours of a picture with points over it

function wide(canvas, height) {
  const fine = Math.min(2, window.devicePixelRatio);
  canvas.width = VIEW_SIZE * fine;
  canvas.height = height * fine;
  const context = canvas.getContext('2d');
  context.setTransform(fine, 0, 0, fine, 0, 0);
  context.clearRect(0, 0, VIEW_SIZE, height);
  context.font = '12px system-ui, sans-serif';
  context.fillStyle = colour('soft');
  return context;
}

// A circle for class 0, a square for 1, a triangle for others: shapes, because some do not see colours. Below it is a rim that is seen on
// every colour.
function drawMark(context, x, y, kind, isRim) {
  context.beginPath();
  if (kind === 0) context.arc(x, y, 4, 0, 7);
  else if (kind === 1) context.rect(x - 3.5, y - 3.5, 7, 7);
  else for (const [dx, dy] of [[0, -5], [4.5, 4], [-4.5, 4]]) context.lineTo(x + dx, y + dy);
  context.closePath();
  context.lineWidth = isRim ? 4 : 1.2;
  context.strokeStyle = colour(isRim ? 'card' : 'ink');
  context.stroke();
  if (isRim) return;
  context.fillStyle = colour(kind === 0 ? 'below' : kind === 1 ? 'above' : 'soft');
  context.fill();
}

function rowsOf(view, values) {
  const width = values.length / view.rows;
  return Array.from({ length: view.rows }, (_, row) => values.slice(row * width, (row + 1) * width));
}

function extent(values) {
  const known = values.filter((value) => value !== null);
  const [low, high] = known.length ? [Math.min(...known), Math.max(...known)] : [0, 1];
  return low < high ? [low, high] : [low - 1, high + 1];
}

// Where the points of a view are drawn: its own edges, or those of its points.
function placer(view, points, height) {
  const told = view.low < view.high;
  const [left, right] = told ? [view.low, view.high] : extent(points.map((point) => point[0]));
  const [bottom, top] = told ? [view.low, view.high] : extent(points.map((point) => point[1]));
  return ([x, y]) => [(x - left) / (right - left) * VIEW_SIZE, height - (y - bottom) / (top - bottom) * height];
}

function drawPoints(context, view, points, height) {
  const place = placer(view, points, height);
  const known = points.filter((point) => point[0] !== null && point[1] !== null);
  for (const isRim of [true, false]) {
    for (const point of known) drawMark(context, ...place(point), point.length > 2 ? point[2] : 0, isRim);
  }
}

function classesOf(points) {
  return [...new Set(points.filter((point) => point.length > 2 && point[0] !== null).map((point) => point[2]))].sort();
}

function addClasses(legend, points) {
  for (const kind of classesOf(points)) {
    const mark = document.createElement('canvas');
    [mark.width, mark.height] = [14, 14];
    mark.style.width = '14px';
    mark.setAttribute('aria-hidden', 'true'); // its label says it
    drawMark(mark.getContext('2d'), 7, 7, kind, false);
    const label = document.createElement('span');
    label.append(mark, ` ${kind}`);
    label.className = 'kind';
    legend.append(label);
  }
}

// One scale for pictures of the same places, so that they can be compared.
function scaleOf(view, values, all, views) {
  const like = (other) => other.show === 'image' && other.rows === view.rows && other.low === view.low && other.high === view.high;
  const same = view.low < view.high ? views.filter((other) => like(other) && all[other.field]) : [];
  return Math.max(largestOf(values), ...same.map((other) => largestOf(all[other.field])));
}

// The values of a table in its cells; 0 is left out.
function writeCells(context, { values, columns, rows }, height) {
  context.fillStyle = colour('ink');
  context.textAlign = 'center';
  values.forEach((value, index) => {
    if (value) context.fillText(short(value), (index % columns + 0.5) * VIEW_SIZE / columns, (Math.floor(index / columns) + 0.5) * height / rows + 4);
  });
  context.textAlign = 'start';
}

// The value of a picture under the mouse.
function nameCell(card, event) {
  if (!card.cells) return;
  const { values, columns, rows } = card.cells;
  const [column, row] = [event.offsetX / card.canvas.clientWidth * columns, event.offsetY / card.canvas.clientHeight * rows].map(Math.floor);
  const value = values[row * columns + column];
  if (value !== undefined) card.canvas.title = `row ${row}, column ${column}: ${value === null ? 'no number' : short(value)}`;
}

function drawEdge(context, [x1, y1], [x2, y2], value, size) {
  context.strokeStyle = context.fillStyle = colour(value < 0 ? 'below' : 'above');
  context.lineWidth = 0.6 + 4 * size;
  context.beginPath();
  const length = Math.hypot(x2 - x1, y2 - y1);
  const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length];
  const [mx, my] = [(x1 + x2) / 2 + dy * length * 0.1, (y1 + y2) / 2 - dx * length * 0.1];
  context.moveTo(x1, y1);
  context.quadraticCurveTo(mx, my, x2, y2);
  context.stroke();
  const [ex, ey] = [x2 - mx, y2 - my];
  const scale = 1 / Math.hypot(ex, ey);
  const at = (back, side) => [x2 - (ex * back - ey * side) * scale, y2 - (ey * back + ex * side) * scale];
  context.beginPath(); // the head ends at the node, whose radius is 10
  for (const [back, side] of [[11, 0], [19, 5 + size], [19, -5 - size]]) context.lineTo(...at(back, side));
  context.fill();
}

// An edge from a node to itself, on the outer side of the circle.
function drawLoop(context, [x, y], angle, value, size) {
  context.strokeStyle = colour(value < 0 ? 'below' : 'above');
  context.lineWidth = 0.6 + 4 * size;
  context.beginPath();
  context.arc(x + 14 * Math.cos(angle), y + 14 * Math.sin(angle), 12, 0, 2 * Math.PI);
  context.stroke();
}

function drawNode(context, x, y, label) {
  context.beginPath();
  context.arc(x, y, 10, 0, 2 * Math.PI);
  context.fillStyle = colour('card');
  context.fill();
  context.strokeStyle = colour('soft');
  context.lineWidth = 1.2;
  context.stroke();
  context.fillStyle = colour('ink');
  context.textAlign = 'center';
  context.fillText(label, x, y + 4);
  context.textAlign = 'start';
}

const painters = {
  image(card, view, values, all, views) {
    const columns = values.length / view.rows;
    const height = Math.round(VIEW_SIZE * view.rows / columns);
    const context = wide(card.canvas, height);
    const pixels = document.createElement('canvas');
    [pixels.width, pixels.height] = [columns, view.rows];
    const largest = scaleOf(view, values, all, views);
    const over = views.find((other) => other.field === view.over);
    const strength = over ? UNDER_POINTS : 1;
    paintValues(pixels, values, view.rows, columns, largest, strength);
    context.imageSmoothingEnabled = Boolean(over); // places of a plane, or pixels of a picture
    context.drawImage(pixels, 0, 0, VIEW_SIZE, height);
    colourBar(card.legend, largest, strength);
    card.cells = { values, columns, rows: view.rows };
    if (VIEW_SIZE / columns >= LARGE_CELL) writeCells(context, card.cells, height);
    if (!over || !all[over.field]) return;
    const points = rowsOf(over, all[over.field]);
    drawPoints(context, view, points, height);
    addClasses(card.legend, points);
  },

  points(card, view, values) {
    const context = wide(card.canvas, VIEW_SIZE * 0.75);
    const points = rowsOf(view, values);
    drawPoints(context, view, points, VIEW_SIZE * 0.75);
    const [left, right] = view.low < view.high ? [view.low, view.high] : extent(points.map((point) => point[0]));
    card.legend.replaceChildren(`${short(left)} to ${short(right)}`);
    addClasses(card.legend, points);
  },

  line(card, view, values) {
    const height = 200;
    const context = wide(card.canvas, height);
    const [low, high] = extent(values);
    context.strokeStyle = colour('below');
    context.lineWidth = 1.5;
    context.beginPath();
    values.forEach((value, k) => {
      if (value !== null) context.lineTo(k / Math.max(1, values.length - 1) * VIEW_SIZE, height - 4 - (value - low) / (high - low) * (height - 8));
    });
    context.stroke();
    card.legend.replaceChildren(`${short(low)} to ${short(high)}`);
  },

  bars(card, view, values, all, views, labels) {
    const height = 200;
    const context = wide(card.canvas, height);
    const [low, high] = [Math.min(0, ...values), Math.max(0, ...values) || 1];
    const up = (value) => 14 + (high - value) / (high - low) * (height - 30);
    const step = VIEW_SIZE / values.length;
    values.forEach((value, k) => {
      context.fillStyle = colour(value < 0 ? 'below' : 'above');
      context.fillRect(k * step + step * 0.1, Math.min(up(0), up(value)), step * 0.8, Math.abs(up(value) - up(0)));
      context.fillStyle = colour('soft');
      if (step > 14 && !labels) context.fillText(String(k), k * step + step / 2 - 3, height - 3);
    });
    card.legend.replaceChildren(labels || `${short(low)} to ${short(high)}`);
  },

  // Nodes on a circle; edges bend to the left of their direction, so that both of a pair are seen.
  graph(card, view, values) {
    const height = VIEW_SIZE * 0.8;
    const context = wide(card.canvas, height);
    const largest = largestOf(values);
    const angle = (k) => k / view.rows * 2 * Math.PI - Math.PI / 2;
    const place = (k) => [VIEW_SIZE / 2 + Math.cos(angle(k)) * height * 0.4, height / 2 + Math.sin(angle(k)) * height * 0.4];
    values.forEach((value, k) => {
      const [from, to, size] = [Math.floor(k / view.rows), k % view.rows, Math.abs(value) / largest];
      if (value && from === to) drawLoop(context, place(from), angle(from), value, size);
      else if (value) drawEdge(context, place(from), place(to), value, size);
    });
    for (let k = 0; k < view.rows; k++) drawNode(context, ...place(k), String(k));
    colourBar(card.legend, largest);
  },

  histogram(card, view, values) {
    const bins = new Array(24).fill(0);
    const [low, high] = extent(values);
    for (const value of values) {
      if (value !== null) bins[Math.min(23, Math.floor((value - low) / (high - low) * 24))]++;
    }
    painters.bars(card, view, bins, null, null, `${short(low)} to ${short(high)}, at most ${Math.max(...bins)} of ${values.length} in a bar`);
  },

  text(card, view, values) {
    text(card.pre, String(values[0]));
    card.pre.classList.toggle('prose', !/[^\n]\n[^\n]/.test(values[0])); // paragraphs, and no lines
  },
};

// The cards of a trainer's views; points that are drawn over an image have none of their own.
class Views {
  constructor(parent, views) {
    this.views = views;
    this.cards = new Map();
    for (const view of views) {
      if (!views.some((other) => other.over === view.field)) this.add(parent, view);
    }
  }

  add(parent, view) {
    const node = document.createElement('section');
    const title = document.createElement('h3');
    const doc = document.createElement('p');
    const card = { canvas: document.createElement('canvas'), legend: document.createElement('div'), pre: document.createElement('pre') };
    node.className = `card view view-${view.show}`;
    node.dataset.view = view.field;
    card.legend.className = 'legend';
    title.textContent = view.doc || view.field; // what it shows, then its name in the spec
    doc.textContent = view.doc ? view.field : '';
    card.canvas.setAttribute('role', 'img');
    card.canvas.setAttribute('aria-label', `${view.show} of ${view.field}: ${view.doc || ''}`);
    card.canvas.addEventListener('pointermove', (event) => nameCell(card, event));
    node.append(title, doc, view.show === 'text' ? card.pre : card.canvas, card.legend);
    parent.append(node);
    nameCard(node, view.field, view.doc || view.field);
    arrangeSoon(parent.closest('.cards'));
    this.cards.set(view.field, card);
  }

  draw(values) {
    for (const view of this.views) {
      const card = this.cards.get(view.field);
      if (card && values[view.field]) painters[view.show](card, view, values[view.field], values, this.views);
    }
  }
}
