// One for all tabs of a server: a browser opens only six connections to a host, and each stream of events takes one. Follows
// the events and hands them to the tabs; one that sleeps, and takes none, is given the whole again when it wakes.
'use strict';

const WAITING_MOST = 50;
const CHARACTERS_MOST = 8e6;
const tabs = new Map(); // port -> { busy, waiting: events not handed over, missed: more than that }
let events = null;
let address = null;

function hand(port, tab) {
  if (tab.busy || !tab.waiting.length) return;
  tab.busy = true;
  port.postMessage(tab.waiting.shift());
}

function isFull(tab) {
  const characters = tab.waiting.reduce((sum, message) => sum + (message.data ? message.data.length : 0), 0);
  return tab.waiting.length >= WAITING_MOST || characters > CHARACTERS_MOST;
}

function give(message) {
  for (const [port, tab] of tabs) {
    if (isFull(tab)) {
      tab.waiting = [];
      tab.missed = true;
    }
    if (!tab.missed) tab.waiting.push(message);
    hand(port, tab);
  }
}

// The server tells a new stream all there is.
function follow() {
  if (events) events.close();
  events = new EventSource(address);
  events.onopen = () => give({ state: 'live' });
  events.onerror = () => give({ state: 'gone' });
  events.onmessage = (event) => give({ data: event.data });
}

function take(port, message) {
  const tab = tabs.get(port);
  if (message.address) {
    address = message.address;
    follow();
  } else if (message.bye) {
    tabs.delete(port);
    if (!tabs.size) events.close();
  } else if (tab) {
    tab.busy = false;
    if (tab.missed) {
      tab.missed = false;
      follow();
    }
    hand(port, tab);
  }
}

self.onconnect = ({ ports: [port] }) => {
  tabs.set(port, { busy: false, waiting: [], missed: false });
  port.onmessage = (event) => take(port, event.data);
};
