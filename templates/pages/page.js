"use strict";
// Steps tell each other apart by their fields: a step that is pointed at, or has the focus, shows where its values come from and go to.
const steps = [...document.querySelectorAll(".step")], line = document.getElementById("uses");
const words = (one, kind) => (one.dataset[kind] ?? "").split(" ").filter(Boolean);
const common = (a, b) => a.filter((name) => b.includes(name));
const arrows = document.querySelector("svg.arrows");

// The element that stands for a step: the outermost closed fold around it, or itself.
function shown(step) {
  let seen = step;
  for (let up = step.parentElement; up; up = up.parentElement) {
    if (up.tagName === "DETAILS" && !up.open && !up.querySelector(":scope > summary").contains(step)) seen = up.querySelector(":scope > summary");
  }
  return seen;
}

function clear() {
  for (const one of document.querySelectorAll(".chosen, .from, .to")) {
    one.classList.remove("chosen", "from", "to");
    const role = one.querySelector(":scope > .role, :scope > p > .role");
    if (role) role.textContent = "";
  }
  arrows?.replaceChildren();
  line.textContent = line.dataset.idle;
}

// kind: "from" for one that writes `names`, "to" for one that reads them.
function mark(step, kind, names) {
  const one = shown(step), role = one.querySelector(":scope > .role, :scope > p > .role");
  one.classList.add(kind);
  if (!role) return one;
  const said = `${kind === "from" ? "writes" : "reads"} ${names.join(", ")}`;
  if (!role.textContent.split("; ").includes(said)) role.textContent += (role.textContent ? "; " : "") + said;
  return one;
}

function arrow(a, b, kind) {
  if (!arrows || a === b) return;
  const base = arrows.getBoundingClientRect(), p = a.getBoundingClientRect(), q = b.getBoundingClientRect();
  const x = [p, q].map((box) => box.left + Math.min(box.width, 300) / 2 - base.left), down = q.top > p.bottom;
  const y = [(down ? p.bottom : p.top) - base.top, (down ? q.top : q.bottom) - base.top], middle = (y[0] + y[1]) / 2;
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("class", kind);
  path.setAttribute("marker-end", `url(#${kind}-head)`);
  path.setAttribute("d", `M${x[0]} ${y[0]} C${x[0]} ${middle} ${x[1]} ${middle} ${x[1]} ${y[1]}`);
  arrows.append(path);
}

function heads() {
  for (const kind of ["from", "to"]) {
    arrows?.insertAdjacentHTML("beforeend", `<marker id="${kind}-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" `
      + `orient="auto"><path d="M0 0L8 4L0 8z" style="fill:var(--${kind});stroke:none;stroke-dasharray:none"/></marker>`);
  }
}

function say(name, reads, writes, more) {
  const parts = [reads.length && `reads ${reads.join(", ")}`, writes.length && `writes ${writes.join(", ")}`, more].filter(Boolean);
  line.textContent = `${name}: ${parts.join("; ") || "reads and writes no field"}`;
}

function show(chosen) {
  clear();
  heads();
  chosen.classList.add("chosen");
  const reads = words(chosen, "reads"), writes = words(chosen, "writes");
  say(chosen.dataset.name, reads, writes, chosen.dataset.remark);
  for (const step of steps) {
    if (step === chosen) continue;
    const gives = common(words(step, "writes"), reads), takes = common(words(step, "reads"), writes);
    if (gives.length) arrow(mark(step, "from", gives), chosen, "from");
    if (takes.length) arrow(chosen, mark(step, "to", takes), "to");
  }
}

function showField(chosen) {
  clear();
  chosen.classList.add("chosen");
  const name = chosen.dataset.field, of = (kind) => steps.filter((step) => words(step, kind).includes(name));
  const readers = of("reads"), writers = of("writes");
  for (const step of writers) mark(step, "from", [name]);
  for (const step of readers) mark(step, "to", [name]);
  const list = (found) => [...new Set(found.map((step) => step.dataset.name))].join(", ") || "no step";
  line.textContent = `${name}: written by ${list(writers)}; read by ${list(readers)}`;
}

function point(event) {
  const step = event.target.closest?.(".step"), field = event.target.closest?.("[data-field]");
  if (step) show(step);
  else if (field) showField(field);
  else clear();
}

document.addEventListener("mouseover", point);
document.addEventListener("focusin", point);
document.getElementById("fold").addEventListener("click", () => fold(false));
document.getElementById("unfold").addEventListener("click", () => fold(true));

function fold(open) {
  for (const one of document.querySelectorAll("details:not(.body)")) one.open = open;
}
