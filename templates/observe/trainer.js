// A trainer on the page: its messages and what they change. Its controls, weights and places are in files of their own.
'use strict';

const element = (parent, selector) => parent.querySelector(selector);

function text(node, value) {
  if (node.textContent !== value) node.textContent = value;
}

function number(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return 'diverged';
  return value !== 0 && Math.abs(value) < 1e-3 ? Number(value).toExponential(3) : String(Number(Number(value).toPrecision(6)));
}

class Trainer {
  // One that was started anew takes the place of the one before, whose curves remain beside it.
  constructor(index, { name, restarts }, token, before) {
    const fragment = document.getElementById('trainer').content.cloneNode(true);
    Object.assign(this, { index, token, restarts, root: fragment.firstElementChild, layers: null, samples: 0, running: -1,
      batch: 0, goal: null, limit: null, paused: false, how: '', commands: [], earlier: [], flags: null });
    this.series = new Map();
    this.charts = new Map();
    this.marks = [];
    this.states = [];
    this.history = [];
    this.dirty = new Set();
    this.root.dataset.name = name;
    text(element(this.root, 'h2'), name);
    this.open(before);
    this.connect();
    if (before) before.leave(fragment, this);
    else document.getElementById('trainers').append(fragment);
    for (const [name, title] of [['drawing', 'the net'], ['graph', 'loop graph and times'], ['for-weights', 'weights']]) nameCard(element(this.root, `.${name}`), name, title);
    roomOfCards.observe(element(this.root, '.cards'));
  }

  // The parts that are open: as before, or as the link says.
  open(before) {
    for (const details of this.root.querySelectorAll('details')) {
      const name = details.classList[0];
      if (before) details.open = element(before.root, `details.${name}`).open;
      else if (shared.open) details.open = shared.open.includes(`${this.index}.${name}`);
    }
  }

  leave(fragment, successor) {
    clearInterval(this.timer);
    clearTimeout(this.viewTimer);
    const few = (points) => {
      let kept = points;
      while (kept.length > 1000) kept = thin(kept);
      return kept;
    };
    const series = new Map([...this.series].map(([name, points]) => [name, few(points)]));
    successor.earlier = [{ title: this.title(), flags: this.flags, series }, ...this.earlier].slice(0, EARLIER_MOST);
    for (const chart of this.charts.values()) chart.remove();
    this.forgetHistory();
    roomOfCards.unobserve(element(this.root, '.cards'));
    this.root.replaceWith(fragment);
  }

  // What this run was called with, and no other one.
  title() {
    return this.flags ? Object.entries(this.flags).map(([name, value]) => `${name} ${value}`).join(' ') : `run ${this.restarts + 1}`;
  }

  // Messages.

  take(update) {
    this.startable = update.startable;
    for (const [name, topic] of Object.entries(update.topics)) {
      if (topic.points) this.points(name, topic);
      else this.newest(name, topic.newest);
    }
    this.ended = update.ended;
    this.how = update.how;
    this.showState();
    if (this.ended) this.showCommands([]);
  }

  showState() {
    const rests = this.paused || this.waits();
    const held = this.isComplete() ? `has learned all of its ${this.limit} batches` : this.paused ? `paused after batch ${this.batch}`
      : `waits for a target of more than ${this.goal} batches`;
    this.showPause(rests);
    text(element(this.root, '.state'), this.ended ? this.how : rests ? held : 'running');
    if (rests && !this.ended && this.told !== this.batch) this.send('{"tell history": 1}'); // more than the reports have told
    if (rests) this.told = this.batch;
  }

  points(name, topic) {
    const last = topic.points[topic.points.length - 1];
    if (name === 'checkpoint' || name === 'dropped') {
      text(element(this.root, '.remark'), `${name} ${last[1]} at batch ${last[0]}`); // an answer stays readable beside it
    }
    if (name === 'batch') this.progress(last[0]);
    if (['checkpoint', 'dropped', 'batch'].includes(name)) return;
    let points = topic.all ? [] : this.series.get(name) || [];
    for (const point of topic.points) {
      const before = points[points.length - 1];
      if (point[0] === 0 && !this.isSetting(name)) continue; // nothing is measured before the first batch
      if (before && before[0] === point[0]) before[1] = point[1];
      else points.push([point[0], point[1]]);
    }
    if (points.length > POINTS_MOST) points = thin(points);
    this.series.set(name, points);
    if (topic.all && this.kept) this.remember(this.kept);
    if (!last) return;
    if (name === 'eta') this.fact('eta', number(last[1]));
    if (this.isLoss(name)) this.fact('loss', last[0] === 0 ? '-' : number(last[1]));
    this.progress(last[0]);
    if (this.series.get(name).length) this.dirty.add(name);
  }

  fact(name, value) {
    element(this.root, `.for-${name}`).hidden = false;
    text(element(this.root, `.${name}`), value);
  }

  // What the trainer has kept since its beginning: rows that no report has told are added.
  remember(kept) {
    this.kept = kept;
    kept.names.forEach((name, k) => {
      const points = this.series.get(name) || [];
      const known = new Set(points.map(([batch]) => batch));
      const first = kept.rows.findIndex((row) => row[k + 1] !== null); // before, nothing was measured
      const missing = (first < 0 ? [] : kept.rows.slice(first)).filter(([batch]) => !known.has(batch)).map((row) => [row[0], row[k + 1]]);
      if (!missing.length) return;
      let all = points.concat(missing).sort((a, b) => a[0] - b[0]);
      if (all.length > POINTS_MOST) all = thin(all);
      this.series.set(name, all);
      this.dirty.add(name);
    });
  }

  isSetting(name) {
    return name === 'eta' || Boolean(this.settable) && this.settable.some(([field]) => field === name);
  }

  // The loss that is shown above the charts: `loss`, or without one the first of a loop, `Fit.loss`.
  isLoss(name) {
    if (name === 'loss' || !this.lossName && name.endsWith('.loss')) this.lossName = name;
    return name === this.lossName;
  }

  progress(batch) {
    if (batch < this.batch) return;
    this.batch = batch;
    text(element(this.root, '.batch'), String(batch));
    const now = performance.now();
    this.marks.push([now, batch]);
    while (this.marks.length > 2 && now - this.marks[0][0] > 3000) this.marks.shift();
    const [first, before] = this.marks[0];
    if (now <= first) return;
    const rate = (batch - before) / (now - first) * 1000;
    text(element(this.root, '.rate'), String(Math.round(rate)));
    text(element(this.root, '.sample-rate'), String(Math.round(rate * this.samples)));
  }

  newest(name, value) {
    const [batch, newest] = value;
    this.progress(batch);
    if (name === 'sv') this.state(batch, newest);
    if (name === 'status') this.status(newest);
    if (name === 'paused') {
      this.paused = newest;
      if (!this.ended) this.showCommands(this.commands);
    }
    if (name === 'running') this.run(newest);
    if (name === 'history') this.remember(newest);
    if (name === 'views') {
      this.shown = newest;
      this.dirty.add('views');
      this.askForViews();
    }
    if (name === 'timings' && newest) this.times(newest);
    if (name === 'error' || name === 'failed' || name === 'answer') this.say(String(newest));
    if (name === 'ignored') this.say(`ignored: ${newest}`);
  }

  status(status) {
    const first = !this.layers;
    this.layers = status.layers;
    this.netFunctions = status.nets;
    if (first && this.weights && this.layers.length) this.history.push([this.weightsAt, ...this.summary(this.weights)]);
    this.samples = status.samples;
    element(this.root, '.samples').hidden = !status.samples;
    this.paused = status.paused;
    this.goal = status.target;
    this.limit = status.limit === undefined ? null : status.limit; // a trainer of before has none
    text(element(this.root, '.goal'), status.target === null ? '-' : status.target >= ENDLESS ? 'none' : String(status.target));
    // What this trainer has.
    element(this.root, '.for-goal').hidden = status.target === null;
    element(this.root, '.for-eta').hidden = !this.series.has('eta');
    element(this.root, '.for-loss').hidden = !this.lossName;
    this.showPace(status.pace || 0);
    if (!this.places) this.graph(status.places);
    if (!this.settable) this.fields(status);
    if (!this.views && status.views) this.show(status);
    this.showCommands([...status.commands, 'shutdown']);
  }

  // What is known of the run itself, and its pictures.
  show(status) {
    const options = Object.entries(status.options || {}).map(([name, value]) => `--${name} ${value}`);
    this.flags = { seed: status.seed, ...status.options };
    text(element(this.root, '.run'), `seed ${status.seed}${options.length ? `, ${options.join(' ')}` : ''}`);
    this.offerAnother(status);
    this.views = new Views(element(this.root, '.views'), status.views);
    if (status.views.length) this.send('{"tell views": 1}');
    this.send('{"tell history": 1}');
  }

  // Pictures.

  repaint() {
    this.forgetHistory();
    for (const name of ['sv', 'views']) this.dirty.add(name);
  }

  // Draws what has changed until that time; returns whether there is more. At least one thing is drawn.
  draw(end = Infinity) {
    if (this.dirty.size && this.batch !== this.drawnTo) {
      for (const name of this.charts.keys()) this.dirty.add(name); // they share their batches
      this.drawnTo = this.batch;
    }
    for (const name of this.dirty) {
      if (name === 'sv') this.drawWeights();
      else if (name === 'views') this.drawViews();
      else this.drawSeries(name);
      this.dirty.delete(name);
      if (performance.now() > end) break;
    }
    return this.dirty.size > 0;
  }

  drawViews() {
    if (this.views && this.shown) this.views.draw(this.shown);
  }

  // A setting holds until it is changed.
  upToNow(name) {
    const points = this.series.get(name);
    const last = points[points.length - 1];
    return this.isSetting(name) && last && last[0] < this.batch ? [...points, [this.batch, last[1]]] : points;
  }

  // Series that share a chart: the same field of several loops (Train.loss, Valid.loss), and a loss of other points beside `loss`.
  familyOf(name) {
    const names = [...this.series.keys()].filter((one) => this.series.get(one).length);
    const base = name.split('.').pop().replace(/^.*_(?=loss$|accuracy$)/, '');
    const isOf = (one) => one === base || one.endsWith(`.${base}`) || /^(loss|accuracy)$/.test(base) && names.includes(base) && one.endsWith(`_${base}`);
    const family = names.filter(isOf).sort((a, b) => (b === base) - (a === base));
    return family.length > 1 && family.includes(name) ? [base, family] : [name, [name]];
  }

  // The lines of several series: a colour and dashes each; with earlier runs a colour a run.
  linesOfAll(family) {
    const all = family.map((name) => this.linesOf(name));
    const several = all.some((lines) => lines.length > 1);
    return all.flatMap((lines, k) => lines.map((line, run) => ({ label: lines.length > 1 ? `${family[k]} ${line.label}` : family[k],
      points: line.points, run: several ? run : k, dash: k, newest: run === 0 })));
  }

  // The newest run first, then those before it, named by the flags in which they differ.
  linesOf(name) {
    const runs = [{ flags: this.flags, series: this.series }, ...this.earlier].filter((run) => run.series.has(name));
    if (runs.length < 2) return [{ label: name, points: this.upToNow(name) }];
    const names = Object.keys(this.flags || {}).filter((flag) => new Set(runs.map((run) => run.flags && run.flags[flag])).size > 1);
    const used = new Set();
    return runs.map((run, k) => {
      let label = names.map((flag) => `${flag} ${run.flags ? run.flags[flag] : '?'}`).join(' ') || `run ${k + 1}`;
      while (used.has(label)) label += ' before';
      used.add(label);
      return { label, points: k ? run.series.get(name) : this.upToNow(name) };
    });
  }

  // Where all charts of this trainer end.
  lastBatch() {
    const ends = this.earlier.flatMap((run) => [...run.series.values()].map((points) => points.length ? points[points.length - 1][0] : 0));
    return Math.max(1, this.batch, ...ends);
  }

  // Series name_0, name_1, ... are the layers of one chart: all of them, or none for a series that has its own.
  layersOf(name) {
    const base = this.series.has(name) ? name.replace(/_\d+$/, '') : name;
    if (base === name && this.series.has(name)) return [];
    const names = [...this.series.keys()].filter((one) => one.startsWith(`${base}_`) && /^\d+$/.test(one.slice(base.length + 1)));
    return names.length > 1 ? names.sort((a, b) => a.slice(base.length + 1) - b.slice(base.length + 1)) : [];
  }

  // The name of a chart, and its lines.
  chartOf(name) {
    const layers = this.charts.has(name) && this.series.has(name) ? [] : this.layersOf(name);
    if (!layers.length) {
      const [title, family] = this.familyOf(this.series.has(name) ? name : this.familyNamed(name));
      for (const one of family) {
        this.dirty.delete(one);
        if (one !== title && this.charts.has(one)) this.removeChart(one);
      }
      return [title, family.length > 1 ? this.linesOfAll(family) : this.linesOf(family[0])];
    }
    for (const one of layers) this.dirty.delete(one);
    const lines = layers.filter((one) => this.series.get(one).length).map((one) => ({ label: one.replace(/^.*_/, 'layer '), points: this.series.get(one) }));
    return [layers[0].replace(/_\d+$/, ''), lines];
  }

  // A series of the chart of that title.
  familyNamed(title) {
    return [...this.series.keys()].find((one) => one.endsWith(`.${title}`)) || title;
  }

  removeChart(name) {
    this.charts.get(name).remove();
    this.charts.delete(name);
  }

  drawSeries(name) {
    const [title, lines] = this.chartOf(name);
    const kind = this.isLoss(name) || title === 'loss' ? 'first' : this.isSetting(title) ? 'setting' : '';
    if (!this.charts.has(title)) this.charts.set(title, new SeriesChart(element(this.root, '.charts'), title, kind));
    this.charts.get(title).draw(lines, this.lastBatch(), this.isSetting(title));
  }
}

Object.assign(Trainer.prototype, places, weights, controls);
