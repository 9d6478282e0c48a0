// The table of places of a trainer with their times: methods of Trainer.
'use strict';

const places = {
  graph(places) {
    this.places = places;
    const depths = [];
    const kinds = { l: 'loop', p: 'phase', s: 'step' };
    this.rows = places.map((place, index) => {
      const row = element(this.root, '.places tbody').insertRow();
      depths[index] = place.parent < 0 ? 0 : depths[place.parent] + 1;
      row.className = kinds[place.kind];
      for (let k = 0; k < 6; k++) row.insertCell();
      row.cells[0].style.paddingLeft = `${depths[index] * 1.2}rem`;
      row.cells[0].textContent = place.name + (place.on ? `  on ${place.on}` : '');
      row.cells[3].className = 'share';
      return row;
    });
  },

  run(place) {
    if (!this.rows) return;
    if (this.rows[this.running]) this.rows[this.running].classList.remove('running');
    this.running = place;
    if (this.rows[place]) this.rows[place].classList.add('running');
  },

  times(times) {
    if (!this.rows) return;
    this.timed = true;
    times.places.forEach(([calls, total, , median], index) => {
      const share = 100 * total / times.seconds;
      const cells = this.rows[index].cells;
      [String(calls), duration(total), `${share.toFixed(1)} %`, duration(calls ? total / calls : null), duration(median)]
        .forEach((value, k) => text(cells[k + 1], value));
      cells[3].style.setProperty('--share', `${Math.min(100, share)}%`);
    });
    text(element(this.root, '.timed'), `taken for ${duration(times.seconds)}`);
  },
};
