// The page of `loopc observe`: follows the events of the server and has the trainers draw.
'use strict';

const token = new URLSearchParams(location.search).get('token') || '';
const trainers = [];

// Drawing waits for the display, so that a page in the background costs nothing.
let asked = false;
function drawSoon() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    for (const trainer of trainers) trainer.draw();
  });
}

function follow() {
  const link = document.getElementById('link');
  const events = new EventSource(`/events?token=${encodeURIComponent(token)}`);
  events.onopen = () => text(link, 'live');
  events.onerror = () => text(link, trainers.every((trainer) => trainer.ended) ? 'ended' : 'the server is gone');
  events.onmessage = (event) => {
    const updates = JSON.parse(event.data);
    updates.forEach((update, index) => {
      trainers[index] ||= new Trainer(index, update.name, token);
      trainers[index].ended = update.ended;
      trainers[index].take(update);
    });
    drawSoon();
    if (updates.every((update) => update.ended)) text(link, 'ended');
  };
}

follow();
