// Cards in a grid that fills its window: how many columns there are, and how large the first chart is, so that few cells stay empty.
'use strict';

const NARROWEST = 300; // pixels of a card
const WIDEST = 760;
const LOWEST = 222; // a row: a chart with its title
const IN_WINDOW = 0.6; // of the window's height is for the first cards
const FIRST_SPANS = [[1, 1], [1, 2], [2, 1], [2, 2], [3, 1], [3, 2]]; // columns, rows
const LAST_SPANS = [[1, 1], [2, 1], [3, 1]];

// The cells of a card: pictures and long texts are as high as two charts.
function rowsOfCard(card) {
  return card.matches('.view-image, .view-points, .view-graph, .view-text, .drawing') ? 2 : 1;
}

// Where a browser puts items of [columns, rows] cells, each in the first place that has room: how many rows, and cells left empty.
function place(items, columns) {
  const taken = [];
  const isFree = (row, column, [wide, high]) => {
    for (let r = row; r < row + high; r++) for (let c = column; c < column + wide; c++) if (taken[r] && taken[r][c]) return false;
    return true;
  };
  let used = 0;
  for (const item of items) {
    let [row, column] = [0, 0];
    while (!isFree(row, column, item)) if (++column > columns - item[0]) [row, column] = [row + 1, 0];
    for (let r = row; r < row + item[1]; r++) {
      taken[r] = taken[r] || [];
      for (let c = column; c < column + item[0]; c++) taken[r][c] = true;
    }
    used += item[0] * item[1];
  }
  return { rows: taken.length, empty: taken.length * columns - used };
}

// How high the rows are: two of them hold a picture with its title and legend.
function heightOf(rows, columns, width, hasPictures) {
  return rows * Math.max(LOWEST, hasPictures ? (width / columns + 90) / 2 : 0);
}

// The arrangement in which most of the cards are in the window, with few empty cells and large pictures. rows: of each card; first and last
// are the indices of those charts, -1 without.
function arrangement(rows, first, last, { width, height }) {
  const most = Math.max(1, Math.floor(width / NARROWEST));
  let best = null;
  for (let columns = Math.min(most, Math.ceil(width / WIDEST)); columns <= most; columns++) {
    if (columns === 1 && most === 1) return { columns, items: rows.map(() => [1, 1]) };
    for (const own of first < 0 ? [[1, 1]] : FIRST_SPANS) {
      for (const end of last < 0 || last === first ? [[1, 1]] : LAST_SPANS) {
        const items = rows.map((high, k) => k === first ? own : k === last ? end : [1, high]);
        if (items.some((item) => item[0] > columns)) continue;
        const { empty, rows: count } = place(items, columns);
        const high = Math.max(height, heightOf(count, columns, width, Math.max(...rows) > 1));
        const cost = high * (1 + 2 * empty / (count * columns)) + 4 * columns + own[0] * own[1] + end[0];
        if (!best || cost < best.cost) best = { cost, columns, items };
      }
    }
  }
  return best;
}

function arrange(cards) {
  const visible = [...cards.querySelectorAll('.card:not(.broad):not(.left-out)')].filter((card) => !card.hidden);
  const shown = [true, false].flatMap((isPinned) => visible.filter((card) => card.classList.contains('pinned') === isPinned));
  const charts = shown.filter((card) => card.querySelector('.chart'));
  if (!shown.length || !cards.clientWidth) return;
  const rows = shown.map(rowsOfCard);
  const { columns, items } = arrangement(rows, shown.indexOf(charts[0]), shown.indexOf(charts[charts.length - 1]),
    { width: cards.clientWidth, height: window.innerHeight * IN_WINDOW });
  cards.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
  shown.forEach((card, k) => {
    card.style.gridColumn = `span ${items[k][0]}`;
    card.style.gridRow = `span ${items[k][1]}`;
  });
}

// Arranges the cards anew when they or their room have changed: after what else changes now.
const waiting = new Set();

function arrangeSoon(cards) {
  if (!cards || waiting.has(cards)) return;
  waiting.add(cards);
  queueMicrotask(() => {
    waiting.delete(cards);
    arrange(cards);
  });
}

const roomOfCards = new ResizeObserver((changes) => {
  for (const { target } of changes) arrangeSoon(target);
});
