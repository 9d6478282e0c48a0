// The controls of a trainer: methods of Trainer. Each order is answered in its message.
'use strict';

const TIMES_MS = 1000;
const VIEWS_MS = 200;
const ENDLESS = 1e15; // a target that no run reaches
const PACES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 0]; // batches a second; 0: as fast as it goes

const paceText = (pace) => pace ? `${pace} batch${pace > 1 ? 'es' : ''} a second` : 'as fast as it goes';

const controls = {
  connect() {
    const on = (selector, message) => element(this.root, selector).addEventListener('click', () => this.send(...message()));
    const field = (selector) => element(this.root, selector).value.trim();
    element(this.root, '.go').addEventListener('click', () => this.learn(field('.target')));
    on('.set-eta', () => [`{"eta": ${field('.new-eta')}, "tell state": 1}`, `eta is ${field('.new-eta')}`]);
    on('.pause', () => ['{"pause": 1}', 'paused']);
    element(this.root, '.resume').addEventListener('click', () => this.resume());
    on('.checkpoint', () => ['{"checkpoint": 1}', 'saved']);
    on('.shutdown', () => ['{"shutdown": 1}', 'ends']);
    element(this.root, '.step').addEventListener('click', () => this.step());
    element(this.root, '.epoch').addEventListener('click', () => this.stepEpoch());
    element(this.root, '.again').addEventListener('click', () => this.again());
    element(this.root, '.pace').addEventListener('input', () => this.setPace());
    element(this.root, '.controls').addEventListener('submit', (event) => event.preventDefault());
    for (const details of this.root.querySelectorAll('details')) {
      details.addEventListener('toggle', () => {
        if (details.classList.contains('graph')) this.watch();
        if (details.open && details.classList.contains('for-weights')) this.dirty.add('sv');
        writeLink();
      });
    }
    for (const [input, button] of [['.target', '.go'], ['.new-eta', '.set-eta'], ['.seed', '.again']]) this.enter(input, button);
  },

  enter(input, button) {
    element(this.root, input).addEventListener('keydown', (event) => {
      if (event.key === 'Enter') element(this.root, button).click();
    });
  },

  waits() {
    return this.goal !== null && this.batch >= this.goal;
  },

  // Whether no target is later: its field has a bound.
  isComplete() {
    return this.waits() && this.limit !== null && this.batch >= this.limit;
  },

  // One that waits at its target is given a later one.
  step() {
    const target = this.waits() ? `"batch to": ${this.batch + 1}, ` : '';
    this.send(`{${target}"step": 1, "tell status": 1}`, 'learns one batch');
  },

  // A paused run continues; one that has reached its target does so without one, or to the latest that it may have.
  resume() {
    if (!this.waits()) this.send('{"resume": 1}', 'resumed');
    else if (this.limit === null) this.send(`{"batch to": ${ENDLESS}, "resume": 1, "tell status": 1}`, 'goes on until it is paused');
    else this.send(`{"batch to": ${this.limit}, "resume": 1, "tell status": 1}`, `learns to batch ${this.limit}, the last`);
  },

  stepEpoch() {
    this.send('{"step epoch": 1, "tell status": 1}', 'learns one epoch');
  },

  setPace() {
    const pace = PACES[Number(element(this.root, '.pace').value)];
    this.send(`{"batches a second": ${pace}, "tell status": 1}`, paceText(pace));
  },

  showPace(pace) {
    const fits = PACES.findIndex((one) => one === 0 || one >= pace);
    element(this.root, '.pace').value = pace ? fits : PACES.length - 1;
    element(this.root, '.pace').setAttribute('aria-valuetext', paceText(pace));
    text(element(this.root, '.pace-text'), paceText(pace));
  },

  // space, s, + and -; false for other keys.
  press(key) {
    if (key === ' ' && this.commands.includes('pause')) {
      if (this.isComplete()) return false;
      if (this.paused || this.waits()) this.resume();
      else this.send('{"pause": 1}', 'paused');
    } else if (key === 's' && this.commands.includes('step') && !this.isComplete()) {
      this.step();
    } else if ((key === '+' || key === '-') && this.commands.includes('eta') && this.series.has('eta')) {
      const points = this.series.get('eta');
      const eta = Number((points[points.length - 1][1] * (key === '+' ? 1.25 : 0.8)).toPrecision(3));
      this.send(`{"eta": ${eta}, "tell state": 1}`, `eta is ${eta}`);
    } else {
      return false;
    }
    return true;
  },

  // A later target; a paused run resumes.
  learn(target) {
    if (Number(target) <= this.batch && target !== '') {
      this.say(`batch ${this.batch} is learned already: the target is a later one`);
      return;
    }
    const resume = this.paused ? ', "resume": 1' : '';
    this.send(`{"batch to": ${target}${resume}, "tell status": 1}`, `learns to batch ${target}`);
  },

  // The form of another run: an input for each option, with its doc and its bounds.
  offerAnother(status) {
    element(this.root, '.seed').value = String(Number(status.seed) + 1);
    element(this.root, '.another').hidden = !this.startable;
    for (const { flag, type, value, min, max, doc } of status.flags || []) {
      const label = document.createElement('label');
      const name = document.createElement('span');
      const note = document.createElement('small');
      const input = document.createElement('input');
      label.className = 'field';
      input.dataset.flag = flag;
      input.type = type === 'bool' ? 'checkbox' : type === 'str' ? 'text' : 'number';
      if (type === 'bool') input.checked = value;
      else input.value = value === null ? '' : String(value);
      input.defaultValue = input.value;
      input.defaultChecked = input.checked;
      if (input.type === 'number') input.step = /^[iu]/.test(type) ? 1 : 'any';
      if (min !== undefined) input.min = min;
      if (max !== undefined) input.max = max;
      const bounds = min === undefined && max === undefined ? '' : `${min === undefined ? '' : ` from ${short(min)}`}${max === undefined ? '' : ` to ${short(max)}`}`;
      name.textContent = flag;
      note.textContent = `${doc || type}${bounds}`;
      label.append(name, input, note);
      element(this.root, '.another .fields').append(label);
    }
  },

  // The flags that the form changes; null after a message.
  flagsOfForm() {
    const flags = { seed: element(this.root, '.seed').value.trim() };
    if (!/^\d+$/.test(flags.seed)) {
      this.say('a seed is a whole number');
      return null;
    }
    for (const input of this.root.querySelectorAll('[data-flag]')) {
      const checkbox = input.type === 'checkbox';
      if (checkbox ? input.checked === input.defaultChecked : input.value === input.defaultValue) continue;
      if (!input.checkValidity()) {
        this.say(`${input.dataset.flag}: ${input.validationMessage}`);
        return null;
      }
      flags[input.dataset.flag] = checkbox ? String(input.checked) : input.value;
    }
    return flags;
  },

  // The server starts the program again, with these flags.
  async again() {
    const flags = this.flagsOfForm();
    if (!flags) return;
    this.say('begins again');
    await this.post('/again', JSON.stringify(flags));
  },

  say(message) {
    text(element(this.root, '.message'), message);
  },

  async post(path, body) {
    try {
      const address = `${path}?token=${encodeURIComponent(this.token)}&trainer=${this.index}`;
      const reply = await fetch(address, { method: 'POST', body });
      if (!reply.ok) this.say(await reply.text());
    } catch {
      this.say('the server is gone');
    }
  },

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
    await this.post('/send', whole);
  },

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
  },

  // Pictures are asked for one at a time, and only while somebody looks.
  askForViews() {
    clearTimeout(this.viewTimer);
    this.viewTimer = setTimeout(() => {
      if (this.ended) return;
      if (document.hidden) this.askForViews();
      else this.send('{"tell views": 1}');
    }, VIEWS_MS);
  },

  // One of the two buttons: what rests can go on.
  showPause(rests) {
    element(this.root, '.pause').hidden = rests || !this.commands.includes('pause');
    element(this.root, '.resume').hidden = !rests || !this.commands.includes('resume');
    for (const name of ['.resume', '.step', '.epoch', '.go']) element(this.root, name).disabled = this.isComplete();
  },

  // Controls are there for the commands of this trainer.
  showCommands(commands) {
    this.commands = commands;
    for (const control of this.root.querySelectorAll('[data-command]')) {
      const name = control.dataset.command;
      control.hidden = !commands.includes(name);
    }
    this.showPause(this.paused || this.waits());
    element(this.root, '.others').hidden = !commands.length;
    element(this.root, '.graph').hidden = !this.places || !this.timed && !commands.includes('watch');
  },

  // Fields beside eta that can be set, each with its button.
  fields(status) {
    this.settable = Object.entries(status.settable).filter(([name]) => name !== status.eta);
    for (const [name, value] of this.settable) {
      const label = document.createElement('label');
      const input = document.createElement('input');
      const button = document.createElement('button');
      label.className = 'group';
      input.size = 6;
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
  },
};
