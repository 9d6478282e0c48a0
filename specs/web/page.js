// The page of spirals: trains an epoch of spirals.lua for each picture. With ?epochs=N in the address it stops after N.
"use strict";

const WIDTH = 64, ROWS = 64;
const bytes = Uint8Array.from(atob(spirals), (letter) => letter.charCodeAt(0));
const nothing = new Proxy({}, { get: () => () => 0 }); // in the place of an operating system, which only the command of WASI asks
const run = new WebAssembly.Instance(new WebAssembly.Module(bytes), { wasi_snapshot_preview1: nothing }).exports;
// A field of the trainer, as an array of its one or more values.
const field = (name, count = 1, type = Float32Array) => new type(run.memory.buffer, run[name](), count);
const epochs = () => Number(field("Fit.iteration", 1, BigInt64Array)[0]);
const part = (name) => document.getElementById(name);
const most = Number(new URLSearchParams(location.search).get("epochs")) || Infinity;
const canvas = part("plane"), context = canvas.getContext("2d");
let seed = 1, paused = false;

function settings() {
    const value = (name) => Number(part(name).value);
    const eta = 10 ** value("eta");
    part("eta-is").textContent = eta.toPrecision(2);
    part("turns-is").textContent = value("turns");
    part("noise-is").textContent = value("noise");
    field("Fit.eta")[0] = eta;
    field("Fit.turns")[0] = value("turns");
    field("Fit.noise")[0] = value("noise");
}

// From blue, -1, by white to red, 1.
function colour(answer) {
    const pale = Math.round(255 * (1 - Math.abs(answer)));
    return answer < 0 ? [pale, pale, 255] : [255, pale, pale];
}

function draw() {
    const plane = field("Fit.plane", WIDTH * WIDTH);
    const points = field("Train.x", 2 * ROWS), labels = field("Train.labels", ROWS, Int32Array);
    const size = canvas.width / WIDTH;
    plane.forEach((answer, i) => {
        context.fillStyle = `rgb(${colour(answer).join(",")})`;
        context.fillRect((i % WIDTH) * size, Math.floor(i / WIDTH) * size, size, size);
    });
    labels.forEach((label, i) => {
        context.fillStyle = label ? "darkred" : "darkblue";
        context.beginPath();
        context.arc((points[2 * i] / 12 + 0.5) * canvas.width, (0.5 - points[2 * i + 1] / 12) * canvas.height, 3, 0, 7);
        context.fill();
    });
    part("state").textContent = `epoch ${epochs()}, loss ${field("Train.loss")[0].toPrecision(9)}`;
}

function trainEpoch() {
    const before = epochs();
    while (epochs() === before && run.step());
}

function frame() {
    if (!paused && epochs() < most) {
        trainEpoch();
        draw();
    }
    requestAnimationFrame(frame);
}

function begin() {
    run.begin(seed++);
    settings();
}

part("pause").onclick = () => {
    paused = !paused;
    part("pause").textContent = paused ? "continue" : "pause";
};
part("again").onclick = begin;
for (const name of ["eta", "turns", "noise"]) part(name).oninput = settings;
begin();
trainEpoch();
draw();
requestAnimationFrame(frame);
