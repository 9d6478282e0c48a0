// A trainer on the page: its messages, its pictures, its commands.
'use strict';

const STATES_MOST = 400;
const LINES_MOST = 40;
const TIMES_MS = 1000;
const VIEWS_MS = 200;
const FEW_POINTS = 20; // are dots, too: a line needs two

const element = (parent, selector) => parent.querySelector(selector);

function text(node, value) {
  if (node.textContent !== value) node.textContent = value;
}

function number(value) {
  return value === null || value === undefined ? 'diverged' : String(Number(Number(value).toPrecision(7)));
}

class Trainer {
  // One that was started anew takes the place of the one before.
  constructor(index, { name, restarts }, token, before) {
    const fragment = document.getElementById('trainer').content.cloneNode(true);
    Object.assign(this, { index, token, restarts, root: fragment.firstElementChild, layers: null, samples: 0, running: -1,
      batch: 0, goal: null, paused: false, how: '' });
    this.series = new Map();
    this.charts = new Map();
    this.marks = [];
    this.states = [];
    this.history = [];
    this.dirty = new Set();
    this.root.dataset.name = name;
    text(element(this.root, 'h2'), name);
    this.connect();
    if (before) before.leave(fragment);
    else document.getElementById('trainers').append(fragment);
  }

  leave(successor) {
    clearInterval(this.timer);
    clearTimeout(this.viewTimer);
    this.root.replaceWith(successor);
  }

  // Clicks.

  connect() {
    const on = (selector, message) =>
      element(this.root, selector).addEventListener('click', () => this.send(...message()));
    const field = (selector) => element(this.root, selector).value.trim();
    element(this.root, '.go').addEventListener('click', () => this.learn(field('.target')));
    on('.set-eta', () => [`{"eta": ${field('.new-eta')}, "tell state": 1}`, `eta is ${field('.new-eta')}`]);
    on('.pause', () => ['{"pause": 1}', 'paused']);
    on('.resume', () => ['{"resume": 1}', 'resumed']);
    element(this.root, '.step').addEventListener('click', () => this.step());
    element(this.root, '.again').addEventListener('click', () => this.again());
    element(this.root, '.smooth').addEventListener('change', () => this.rescale());
    on('.checkpoint', () => ['{"checkpoint": 1}', 'saved']);
    on('.shutdown', () => ['{"shutdown": 1}', 'ends']);
    element(this.root, '.controls').addEventListener('submit', (event) => event.preventDefault());
    element(this.root, '.log').addEventListener('change', () => this.rescale());
    element(this.root, '.graph').addEventListener('toggle', () => this.watch());
    for (const [input, button] of [['.target', '.go'], ['.new-eta', '.set-eta']]) this.enter(input, button);
  }

  // One that waits at its target is given a later one.
  step() {
    const waits = this.goal !== null && this.batch >= this.goal;
    const target = waits ? `"batch to": ${this.batch + 1}, ` : '';
    this.send(`{${target}"step": 1, "tell status": 1}`, 'learns one batch');
  }

  // space, s, + and -; false for other keys.
  press(key) {
    const has = (name) => !element(this.root, name).hidden;
    if (key === ' ' && has('.pause')) {
      this.send(this.paused ? '{"resume": 1}' : '{"pause": 1}', this.paused ? 'resumed' : 'paused');
    } else if (key === 's' && has('.step')) {
      this.step();
    } else if ((key === '+' || key === '-') && this.series.has('eta')) {
      const points = this.series.get('eta');
      const eta = Number((points[points.length - 1][1] * (key === '+' ? 1.25 : 0.8)).toPrecision(3));
      this.send(`{"eta": ${eta}, "tell state": 1}`, `eta is ${eta}`);
    } else {
      return false;
    }
    return true;
  }

  // The server starts the program again, with that seed.
  async again() {
    const seed = element(this.root, '.seed').value.trim();
    if (!/^\d+$/.test(seed)) {
      this.say('a seed is a whole number');
      return;
    }
    this.say('begins again');
    try {
      const address = `/again?token=${encodeURIComponent(this.token)}&trainer=${this.index}&seed=${seed}`;
      const reply = await fetch(address, { method: 'POST', body: '{}' });
      if (!reply.ok) this.say(await reply.text());
    } catch {
      this.say('the server is gone');
    }
  }

  // Pictures are asked for one at a time, and only while somebody looks.
  askForViews() {
    clearTimeout(this.viewTimer);
    this.viewTimer = setTimeout(() => {
      if (this.ended) return;
      if (document.hidden) this.askForViews();
      else this.send('{"tell views": 1}');
    }, VIEWS_MS);
  }

  enter(input, button) {
    element(this.root, input).addEventListener('keydown', (event) => {
      if (event.key === 'Enter') element(this.root, button).click();
    });
  }

  say(message) {
    text(element(this.root, '.message'), message);
  }

  // A later target; a paused run resumes.
  learn(target) {
    if (Number(target) <= this.batch && target !== '') {
      this.say(`batch ${this.batch} is learned already: the target is a later one`);
      return;
    }
    const resume = this.paused ? ', "resume": 1' : '';
    this.send(`{"batch to": ${target}${resume}, "tell status": 1}`, `learns to batch ${target}`);
  }

  // With `answer` a command of a person: the trainer says this text when it has done it, or why it has not.
  async send(message, answer) {
    const whole = answer ? `${message.slice(0, -1)}, "answer": ${JSON.stringify(answer)}}` : message;
    try {
      JSON.parse(message);
    } catch {
      this.say('that is not a number');
      return;
    }
    if (answer) this.say('sent');
    try {
      const address = `/send?token=${encodeURIComponent(this.token)}&trainer=${this.index}`;
      const reply = await fetch(address, { method: 'POST', body: whole });
      if (!reply.ok) this.say(await reply.text());
    } catch {
      this.say('the server is gone');
    }
  }

  // Times are measured only while they are shown: they cost the trainer a little.
  watch() {
    clearInterval(this.timer);
    const ask = () => {
      if (!document.hidden && !this.ended) this.send('{"watch": 1, "tell timings": 1}');
    };
    if (element(this.root, '.graph').open) {
      ask();
      this.timer = setInterval(ask, TIMES_MS);
    } else if (!this.ended) {
      this.send('{"watch": 0}');
    }
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
    const waits = this.goal !== null && this.batch >= this.goal;
    const held = this.paused ? `paused after batch ${this.batch}` : `waits for a target of more than ${this.goal} batches`;
    const state = this.ended ? this.how : this.paused || waits ? held : 'running';
    text(element(this.root, '.state'), state);
  }

  // Controls are there for the commands of this trainer.
  showCommands(commands) {
    for (const control of this.root.querySelectorAll('[data-command]')) {
      control.hidden = !commands.includes(control.dataset.command);
    }
    element(this.root, '.others').hidden = !commands.length;
    element(this.root, '.graph').hidden = !this.places || !this.timed && !commands.includes('watch');
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
    if (!last) return;
    if (name === 'eta') text(element(this.root, '.eta'), number(last[1]));
    if (this.isLoss(name)) text(element(this.root, '.loss'), last[0] === 0 ? '-' : number(last[1]));
    this.progress(last[0]);
    if (points.length) this.dirty.add(name);
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
    if (name === 'paused') this.paused = newest;
    if (name === 'running') this.run(newest);
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
    this.layers = status.layers;
    this.samples = status.samples;
    element(this.root, '.samples').hidden = !status.samples;
    this.paused = status.paused;
    this.goal = status.target;
    text(element(this.root, '.goal'), status.target === null ? '-' : String(status.target));
    if (!this.places) this.graph(status.places);
    if (!this.settable) this.fields(status);
    if (!this.views && status.views) this.show(status);
    this.showCommands([...status.commands, 'shutdown']);
  }

  // What is known of the run itself, and its pictures.
  show(status) {
    const options = Object.entries(status.options || {}).map(([name, value]) => `--${name} ${value}`);
    text(element(this.root, '.run'), `seed ${status.seed}${options.length ? `, ${options.join(' ')}` : ''}`);
    element(this.root, '.seed').value = String(Number(status.seed) + 1);
    element(this.root, '.another').hidden = !this.startable;
    this.views = new Views(element(this.root, '.views'), status.views);
    if (status.views.length) this.send('{"tell views": 1}');
  }

  // Fields beside eta that can be set, each with its button.
  fields(status) {
    this.settable = Object.entries(status.settable).filter(([name]) => name !== status.eta);
    for (const [name, value] of this.settable) {
      const label = document.createElement('label');
      const input = document.createElement('input');
      const button = document.createElement('button');
      input.size = 8;
      input.value = String(value);
      input.dataset.field = name;
      button.type = 'button';
      button.textContent = 'set';
      button.addEventListener('click', () => {
        const given = typeof value === 'string' ? JSON.stringify(input.value) : input.value.trim();
        this.send(`{${JSON.stringify(name)}: ${given}}`, `${name} is ${given}`);
      });
      label.append(`${name} `, input, ' ', button);
      element(this.root, '.others').append(label);
    }
  }

  // Few weights are a line each, many the root mean square of each layer.
  state(batch, weights) {
    this.weights = weights;
    this.states.push(project(weights));
    if (this.states.length > STATES_MOST) this.states = this.states.filter((_, i) => i % 2 === 0 || i === STATES_MOST);
    const last = this.history[this.history.length - 1];
    if (this.layers && !(last && last[0] >= batch)) this.history.push([batch, ...this.summary(weights)]);
    if (this.history.length > STATES_MOST) this.history = this.history.filter((_, i) => i % 2 === 0 || i === STATES_MOST);
    this.dirty.add('sv');
  }

  summary(weights) {
    if (weights.length <= LINES_MOST) return weights;
    let at = 0;
    return this.layers.map((layer) => {
      const count = layer.rows * layer.columns;
      const sum = weights.slice(at, at + count).reduce((total, value) => total + value * value, 0);
      at += count;
      return Math.sqrt(sum / count);
    });
  }

  // Pictures.

  rescale() {
    const logscale = element(this.root, '.log').checked;
    const rollPeriod = Math.max(1, Number(element(this.root, '.smooth').value) || 1);
    for (const [name, chart] of this.charts) chart.updateOptions({ logscale: logscale && this.isLoss(name), rollPeriod });
  }

  repaint() {
    for (const name of ['sv', 'views', ...this.charts.keys()]) this.dirty.add(name);
    for (const chart of this.charts.values()) chart.updateOptions({ colors: [colour('below')] }, true);
  }

  draw() {
    for (const name of this.dirty) {
      if (name === 'sv') this.drawWeights();
      else if (name === 'views') this.drawViews();
      else this.drawSeries(name);
    }
    this.dirty.clear();
  }

  drawViews() {
    if (this.views && this.shown) this.views.draw(this.shown);
  }

  drawSeries(name) {
    const chart = this.charts.get(name);
    if (chart) {
      chart.updateOptions({ file: this.series.get(name), drawPoints: this.series.get(name).length < FEW_POINTS });
      return;
    }
    const box = document.createElement('div');
    const card = document.createElement('section');
    box.className = 'chart';
    card.className = 'card';
    card.append(box);
    box.dataset.series = name;
    if (name === 'loss') for (const label of this.root.querySelectorAll('.for-loss')) label.hidden = false;
    if (name === 'loss') element(this.root, '.charts').prepend(card);
    else element(this.root, '.charts').append(card);
    const logscale = name === 'loss' && element(this.root, '.log').checked;
    const made = new Dygraph(box, this.series.get(name), chartOptions(name, { labels: ['batch', name], logscale,
      colors: [colour('below')], pointSize: 2.5, drawPoints: this.series.get(name).length < FEW_POINTS }));
    this.charts.set(name, made);
    this.sizes = this.sizes || new ResizeObserver((entries) => {
      for (const entry of entries) this.charts.get(entry.target.dataset.series).resize();
    });
    this.sizes.observe(box);
  }

  drawWeights() {
    if (!this.layers || !this.weights || !element(this.root, '.for-weights').open) return;
    if (!this.layers.length) return;
    element(this.root, '.for-weights').hidden = false;
    let at = 0;
    const largest = largestOf(this.weights); // one scale for all layers
    colourBar(element(this.root, '.for-weights .legend'), largest);
    for (const layer of this.layers) {
      const count = layer.rows * layer.columns;
      paintValues(this.picture(layer), this.weights.slice(at, at + count), layer.rows, layer.columns, largest);
      at += count;
    }
    this.drawHistory();
    if (this.states.length > 1) paintTrajectory(element(this.root, '.trajectory'), this.states);
  }

  names() {
    if (this.weights.length > LINES_MOST) return this.layers.map((layer) => layer.name);
    return this.layers.flatMap((layer) =>
      Array.from({ length: layer.rows * layer.columns }, (_, k) => `${layer.name}[${k}]`));
  }

  drawHistory() {
    if (!this.history.length) return;
    if (this.over) {
      this.over.updateOptions({ file: this.history });
      return;
    }
    const few = this.weights.length <= LINES_MOST;
    this.over = new Dygraph(element(this.root, '.history'), this.history,
      chartOptions(few ? 'weights' : 'root mean square of each layer', { labels: ['batch', ...this.names()], legend: 'onmouseover' }));
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

Object.assign(Trainer.prototype, places);
