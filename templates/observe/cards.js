// Which cards are shown: those that have all words of the filter in their names, and those that are pinned, which come first. Both are of
// all trainers, and kept in the link.
'use strict';

const wordsOf = (filter) => filter.toLowerCase().split(/\s+/).filter(Boolean);
const hasWords = (name, words) => words.every((word) => name.toLowerCase().includes(word));
let isCounted = false;

// How many there are, once all that come now are there.
function countCards() {
  if (isCounted) return;
  isCounted = true;
  queueMicrotask(() => {
    isCounted = false;
    const all = [...document.querySelectorAll('.card[data-card]')].filter((card) => !card.hidden);
    const found = all.filter((card) => !card.classList.contains('left-out')).length;
    text(document.querySelector('.found'), shared.find ? `${found} of ${all.length} cards` : '');
  });
}

function chooseCard(card) {
  const isPinned = shared.pins.has(card.dataset.card);
  const pin = card.querySelector('.pin');
  countCards();
  card.classList.toggle('pinned', isPinned);
  card.classList.toggle('left-out', !isPinned && !hasWords(`${card.dataset.card} ${card.dataset.title}`, wordsOf(shared.find)));
  if (!pin) return;
  pin.setAttribute('aria-pressed', String(isPinned));
  pin.textContent = isPinned ? 'pinned' : 'pin';
}

// A card with a name can be found, and pinned if it does not fold.
function nameCard(card, name, title) {
  Object.assign(card.dataset, { card: name, title });
  if (card.tagName !== 'DETAILS') {
    const pin = document.createElement('button');
    Object.assign(pin, { type: 'button', className: 'pin', title: 'keep it in front' });
    pin.setAttribute('aria-label', `pin ${title}`);
    pin.addEventListener('click', () => pinCard(name));
    card.append(pin);
  }
  chooseCard(card);
}

function chooseCards() {
  for (const card of document.querySelectorAll('.card[data-card]')) chooseCard(card);
  for (const cards of document.querySelectorAll('.cards')) arrangeSoon(cards);
  writeLink();
}

function pinCard(name) {
  if (!shared.pins.delete(name)) shared.pins.add(name);
  chooseCards();
}

function findCards(filter) {
  shared.find = filter.trim();
  chooseCards();
}
