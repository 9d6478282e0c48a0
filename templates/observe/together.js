// Runs laid over one another: a chart for each series that several trainers report.
'use strict';

const TOGETHER_MS = 100; // from one chart to the next
const together = { charts: new Map(), drawn: 0, turn: 0, changed: true, left: 0 }; // left: charts that are not up to date;

function sharedNames() {
  const counts = new Map();
  for (const trainer of trainers) for (const name of trainer.series.keys()) counts.set(name, (counts.get(name) || 0) + 1);
  return [...counts].filter(([name, count]) => count > 1 && trainers.some((trainer) => trainer.series.get(name).length > 1))
    .map(([name]) => name);
}

// A name for each run: its program and, where programs are equal, the flags in which runs differ.
function runNames() {
  const flags = trainers.map((trainer) => trainer.flags || {});
  const names = [...new Set(flags.flatMap((one) => Object.keys(one)))].filter((name) => new Set(flags.map((one) => one[name])).size > 1);
  return trainers.map((trainer, k) => {
    const differing = names.map((name) => `${name} ${flags[k][name]}`).join(' ');
    return `${trainer.root.dataset.name} ${differing || k + 1}`;
  });
}

function drawTogether() {
  if (trainers.length < 2) return;
  if (performance.now() - together.drawn < TOGETHER_MS) {
    if (together.changed) setTimeout(drawSoon, TOGETHER_MS);
    return;
  }
  together.drawn = performance.now();
  const labels = runNames();
  const cards = document.getElementById('together');
  const names = sharedNames();
  if (together.changed) together.left = names.length;
  together.changed = false;
  if (!together.left) return;
  together.left--;
  const name = names[together.turn++ % names.length];
  if (cards.hidden) roomOfCards.observe(cards);
  cards.hidden = false;
  const lines = trainers.map((trainer, k) => ({ label: labels[k], points: trainer.series.get(name) || [] })).filter((line) => line.points.length);
  if (!together.charts.has(name)) together.charts.set(name, new SeriesChart(cards, name, name === 'loss' ? 'first' : name === 'eta' ? 'setting' : ''));
  together.charts.get(name).draw(lines, Math.max(...trainers.map((trainer) => trainer.lastBatch())), name === 'eta');
  if (together.left) setTimeout(drawSoon, TOGETHER_MS);
}
