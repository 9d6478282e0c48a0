// The page of `loopc observe`: follows the events of the server and has the trainers draw.
'use strict';

const token = new URLSearchParams(location.search).get('token') || '';
const trainers = [];

// Drawing waits for the display, so that a page in the background costs nothing. Charts take turns: a frame has some ms for them, less
// where layout and painting took long after them, and after a frame that came late those that follow have none. So the page answers at
// 50 frames a second, and charts are drawn as often as the machine can.
const FRAME_MS = 1000 / 60;
const DRAW_MOST_MS = 8;
const REST_MOST_MS = 150;
const LATE_SHARE = 1 / 6; // of all frames, for 50 of 60 a second
const pacing = { budget: DRAW_MOST_MS, until: 0 };
let turn = 0;
let asked = false;

// The pause after a frame that took that long, and the time for charts in the next one.
function pauseAfter(cost) {
  return Math.min(REST_MOST_MS, Math.max(0, cost - FRAME_MS) / LATE_SHARE);
}

function budgetAfter(budget, cost) {
  return Math.min(DRAW_MOST_MS, Math.max(1, budget * Math.max(0.5, Math.min(2, 0.85 * FRAME_MS / cost))));
}

// All trainers, and the charts of them together: at each frame another one is the first. Returns whether something is left.
function drawTurns(end) {
  const count = trainers.length + 1;
  let more = false;
  for (let k = 0; k < count; k++) {
    const trainer = trainers[(turn + k) % count];
    if (performance.now() > end) more = more || (trainer ? trainer.dirty.size > 0 : together.changed || together.left > 0);
    else if (trainer) more = trainer.draw(end) || more;
    else drawTogether();
  }
  turn++;
  return more;
}

function drawFrame() {
  asked = false;
  const begin = performance.now();
  const charts = allCharts.size;
  const more = drawTurns(begin + pacing.budget);
  setTimeout(() => { // after layout and painting
    const cost = performance.now() - begin;
    pacing.budget = budgetAfter(pacing.budget, cost);
    pacing.until = begin + cost + (allCharts.size === charts ? pauseAfter(cost) : 0); // new charts come at once
    if (more) drawSoon();
  });
}

function drawSoon() {
  if (asked) return;
  asked = true;
  const rest = pacing.until - performance.now();
  if (rest > 0) setTimeout(() => requestAnimationFrame(drawFrame), rest);
  else requestAnimationFrame(drawFrame);
}

const link = document.getElementById('link');

function take(data) {
  const updates = JSON.parse(data);
  updates.forEach((update, index) => {
    const before = trainers[index];
    if (!before || before.restarts !== update.restarts) trainers[index] = new Trainer(index, update, token, before);
    trainers[index].take(update);
    together.changed = true;
  });
  drawSoon();
  if (updates.every((update) => update.ended)) text(link, 'ended');
}

function show(state) {
  const ended = trainers.length && trainers.every((trainer) => trainer.ended);
  text(link, ended ? 'ended' : state === 'live' ? 'live' : 'the server is gone');
}

// All tabs share the stream of events; each message is answered, so that a tab that sleeps is sent no more.
function follow() {
  const address = `/events?token=${encodeURIComponent(token)}`;
  const { port } = new SharedWorker('/worker.js');
  port.onmessage = ({ data }) => {
    if (data.state) show(data.state);
    else take(data.data);
    port.postMessage({ taken: true });
  };
  port.postMessage({ address });
  window.addEventListener('pagehide', () => port.postMessage({ bye: true }));
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) location.reload();
  });
}

document.addEventListener('theme', () => {
  for (const trainer of trainers) trainer.repaint();
  redrawCharts();
  writeLink();
  drawSoon();
});

// What has the focus takes keys of its own: fields all, buttons the space.
function isTakenBy(target, key) {
  if (target.matches('select, textarea, input:not([type=checkbox], [type=range])')) return true;
  return key === ' ' && target.matches('button, summary, input');
}

// Keys go to the trainer that has the focus, else to the first.
window.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTakenBy(event.target, event.key)) return;
  if (event.key === '/') {
    find.focus();
    event.preventDefault();
    return;
  }
  const trainer = trainers.find((one) => one.root.contains(document.activeElement)) || trainers[0];
  if (trainer && !trainer.ended && trainer.press(event.key)) event.preventDefault();
});

// What all charts share.
const options = {
  log: document.querySelector('.log'),
  logBatch: document.querySelector('.log-batch'),
  smooth: document.querySelector('.smooth'),
};

const find = document.querySelector('.find');
find.addEventListener('input', () => findCards(find.value));
find.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') find.blur(); // the browser has emptied it
});

function takeOptions() {
  shared.log = options.log.checked;
  shared.logBatch = options.logBatch.checked;
  shared.smooth = Math.max(1, Number(options.smooth.value) || 1);
  redrawCharts();
  writeLink();
}

readLink();
options.log.checked = shared.log;
options.logBatch.checked = shared.logBatch;
options.smooth.value = shared.smooth;
find.value = shared.find;
document.querySelector('.whole').disabled = !shared.zoom;
for (const input of Object.values(options)) input.addEventListener('change', takeOptions);
document.querySelector('.whole').addEventListener('click', () => zoomTo(null));
document.querySelector('.options').addEventListener('submit', (event) => event.preventDefault());
document.querySelector('.copy').addEventListener('click', async () => {
  writeLink();
  try {
    await navigator.clipboard.writeText(location.href);
    text(link, 'the link is copied');
  } catch {
    text(link, 'the address bar has the link');
  }
});

follow();
