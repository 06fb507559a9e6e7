// The Train page's live part: asks how the training goes, several times in two seconds, and paints what it hears.
// The browser remembers the visitor's trainings and models, so that who comes back another day finds them again.

import { COLOURS } from "../../frontend/lib/colours.js";
import { NextFrame, mount } from "../../frontend/lib/component.js";
import { button, h, imageFromBase64, putImage } from "../../frontend/lib/paint.js";

const ASK_MS = 600; // between two questions while something happens
const REST_MS = 4000; // and while nothing does
const MEMORY = "playground-training";
const MOST_REMEMBERED = 6; // as many as Python takes back
const LIVE = ["waiting", "starting", "training", "paused", "finishing"];
const MARGIN = { left: 52, right: 10, top: 10, bottom: 26 }; // px, around the curves
const GLIDE_MS = 500; // in which points move to where they are now

class Training {
  constructor(root) {
    Object.assign(this, { run: undefined, told: null, preview: null, shown: 0, timer: 0, stopped: false, from: null, points: null });
    this.frame = new NextFrame(() => this.paint());
    this.build(root);
    this.watcher = new ResizeObserver(() => this.frame.soon());
    this.watcher.observe(this.root);
  }

  update(data, { trigger }) {
    this.trigger = trigger;
    this.stopped = false;
    this.remember(data);
    if (data.run !== this.run) {
      // Started just now, and on a phone the form fills the screen.
      if (this.run !== undefined) this.root.scrollIntoView({ block: "nearest", behavior: "smooth" });
      Object.assign(this, { run: data.run, told: null, preview: null, shown: 0, from: null, points: null, news: "" });
      for (const canvas of [this.digits, this.scatter]) canvas.width = 0; // what was there belongs to another training
      this.show();
    }
    this.ask();
  }

  // Trainings and models this browser has seen are handed to a session that knows nothing of them.
  remember({ runs, models }) {
    if (!this.recalled) {
      this.recalled = true;
      const before = recall();
      const lost = before.runs.length && !runs.length;
      if (lost || before.models.some((name) => !models.includes(name))) return this.trigger("remembered", before);
    }
    try {
      const there = recall(); // another tab of this browser may have added its own
      const all = (name, mine) => [...there[name], ...mine.filter((one) => !there[name].includes(one))].slice(-MOST_REMEMBERED);
      localStorage.setItem(MEMORY, JSON.stringify({ runs: all("runs", runs), models: all("models", models) }));
    } catch {
      // a browser that keeps nothing: the address still holds the training
    }
  }

  // ---- what the server tells ---------------------------------------------------------------------------------

  async ask() {
    clearTimeout(this.timer);
    if (!this.run) return this.show();
    const run = this.run;
    try {
      const told = await json(`runs/${run}/progress.json`);
      if (run !== this.run || this.stopped) return;
      this.told = told;
      if (told.preview && told.preview !== this.shown) {
        const preview = await json(`runs/${run}/preview.json`);
        if (run !== this.run || this.stopped) return;
        this.shown = told.preview;
        this.take(preview);
      }
      this.tellPython();
      this.show();
    } catch (error) {
      if (run !== this.run || this.stopped) return;
      this.say(error.gone ? "This training is not kept here any more: start another one." : "The server does not answer; trying again …");
      if (error.gone) return;
    }
    const live = (LIVE.includes(this.told?.state) || this.told?.asked) && !document.hidden;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), live ? ASK_MS : REST_MS);
  }

  // The page around offers what can be done with a model: it wants to know when there is one, and when all is over.
  tellPython() {
    const news = `${this.run} ${this.told.saved > 0} ${LIVE.includes(this.told.state)}`;
    if (this.news && news !== this.news) this.trigger("news", news);
    if (!this.news && this.told.saved > 0) this.trigger("news", news);
    this.news = news;
  }

  take(preview) {
    this.preview = preview;
    this.from = this.points?.length === preview.points.length ? this.points : null;
    this.start = performance.now();
  }

  // ---- what is seen ------------------------------------------------------------------------------------------

  show() {
    const { told } = this, state = told?.state;
    this.hint.hidden = Boolean(this.run);
    this.body.hidden = !this.run;
    if (!told) return this.say(this.run ? "Looking for the training …" : "");
    this.root.dataset.state = state;
    const asked = !LIVE.includes(state) ? "" : told.asked === "stop" ? "Stopping …" : told.asked === "pause" && state === "training" ? "Pausing …" : "";
    this.say(asked || told.sentence || `Training: epoch ${Math.min(told.epoch + 1, told.epochs)} of ${told.epochs}.`);
    const done = told.epochs ? (told.epoch + (told.batches ? told.batch / told.batches : 0)) / told.epochs : 0;
    this.fill.style.width = `${100 * done}%`;
    this.bar.setAttribute("aria-valuenow", Math.round(100 * done));
    const last = told.curve?.at(-1);
    this.numbers.replaceChildren(
      ...[
        told.epochs && `epoch ${told.epoch} of ${told.epochs}`,
        told.batches && state === "training" && `batch ${told.batch} of ${told.batches}`,
        last && `validation error ${last[1].toFixed(4)}`,
        told.seconds > 0 && `${time(told.seconds)} so far`,
        told.left !== null && told.left !== undefined && ["training", "paused"].includes(state) && `about ${time(told.left)} left`,
      ].filter(Boolean).map((text) => h("span", {}, text)),
    );
    this.pause.hidden = !["training", "starting"].includes(state);
    this.pause.disabled = told.asked === "pause" || told.asked === "stop" || state === "starting";
    this.resume.hidden = state !== "paused" && !told.resumable;
    this.end.hidden = !["waiting", "starting", "training", "paused"].includes(state);
    this.end.disabled = told.asked === "stop";
    this.frame.soon();
  }

  paint() {
    const look = getComputedStyle(this.root);
    const ink = { text: look.color, line: look.getPropertyValue("--st-primary-color"), soft: look.color.replace(")", " / 0.55)").replace(/,/g, "").replace("rgba", "rgb") };
    if (this.body.hidden || !this.told) return;
    const [train, validation] = [COLOURS[0], COLOURS[1]];
    paintCurves(this.chart, this.told, { ...ink, train, validation });
    if (!this.preview) return;
    paintDigits(this.digits, this.preview);
    const share = Math.min((performance.now() - this.start) / GLIDE_MS, 1);
    this.points = this.from
      ? this.preview.points.map(([x, y], i) => [mix(this.from[i][0], x, share), mix(this.from[i][1], y, share)])
      : this.preview.points;
    paintScatter(this.scatter, this.points, this.preview.labels);
    this.root.dataset.ready = "true";
    this.digitsCaption.textContent = this.preview.given ? "digit, corrupted, redrawn" : "digit above, redrawn below";
    this.scatterCaption.textContent = ["one number along x, sorted by digit", "the two numbers themselves", "its two main directions"][this.preview.axes - 1];
    if (share < 1 && this.from) this.frame.soon();
  }

  say(text) {
    if (this.status.textContent !== text) this.status.textContent = text;
  }

  wish(word) {
    this.told = { ...this.told, asked: word, resumable: false };
    this.show();
    this.trigger("wish", word);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), ASK_MS);
  }

  build(root) {
    this.status = h("p", { class: "status", role: "status", "data-testid": "training-state" });
    this.pause = button("Pause", "wait between two batches", () => this.wish("pause"), { hidden: true });
    this.resume = button("Resume", "go on where it stopped", () => this.wish("run"), { hidden: true });
    this.end = button("Stop", "end here and keep the last complete epoch", () => this.wish("stop"), { hidden: true });
    this.fill = h("i");
    this.bar = h("div", { class: "bar", role: "progressbar", "aria-label": "training", "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": 0 }, this.fill);
    this.numbers = h("div", { class: "numbers" });
    this.chart = h("canvas", { class: "chart", role: "img", "aria-label": "error over the epochs, training and validation", "data-testid": "curves" });
    this.digits = h("canvas", { class: "digits", role: "img", "aria-label": "sixteen digits and their reconstructions", "data-testid": "digits" });
    this.scatter = h("canvas", { class: "scatter", role: "img", "aria-label": "latents of validation digits in the plane", "data-testid": "scatter" });
    this.digitsCaption = h("small", {}, "appear with the first batches");
    this.scatterCaption = h("small", {}, "appears with the first batches");
    const key = (colour, text) => h("span", {}, h("i", { style: `color: ${colour}` }), text);
    this.hint = h("p", { class: "hint" }, "Nothing is being trained yet. Press “Start training”: the error falls before your eyes, sixteen digits are redrawn better and better, and the latent falls into order. The training goes on when you leave the page.");
    this.body = h(
      "div",
      { hidden: true },
      h("div", { class: "head" }, this.status, h("div", { class: "buttons" }, this.pause, this.resume, this.end)),
      this.bar,
      this.numbers,
      h(
        "div",
        { class: "boards" },
        h("section", {}, h("h4", {}, "Squared error per pixel"), this.chart, h("div", { class: "legend" }, key(COLOURS[0], "training, by batch"), key(COLOURS[1], "validation, by epoch"))),
        h("section", {}, h("h4", {}, "Sixteen digits it never saw", this.digitsCaption), this.digits),
        h("section", {}, h("h4", {}, "Their latent", this.scatterCaption), this.scatter, h("div", { class: "legend" }, ...COLOURS.map((colour, digit) => h("span", {}, h("b", { style: `background: ${colour}` }), String(digit))))),
      ),
    );
    this.root = h("div", { class: "part training", "data-ready": "true" }, this.hint, this.body);
    root.append(this.root);
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    this.frame.cancel();
  }
}

async function json(url) {
  const response = await fetch(url, { cache: "no-store" });
  if (!response.ok) throw Object.assign(new Error(`HTTP ${response.status}`), { gone: response.status === 404 });
  return response.json();
}

function recall() {
  try {
    const { runs, models } = JSON.parse(localStorage.getItem(MEMORY));
    return { runs: Array.isArray(runs) ? runs : [], models: Array.isArray(models) ? models : [] };
  } catch {
    return { runs: [], models: [] };
  }
}

const mix = (a, b, share) => a + (b - a) * share;

function time(seconds) {
  const whole = Math.round(seconds);
  return whole < 90 ? `${whole} s` : `${Math.round(whole / 60)} min`;
}

// A canvas as large as it is seen, sharp on any screen: {context, width, height} in CSS pixels.
function fit(canvas) {
  const width = canvas.clientWidth, height = canvas.clientHeight, scale = devicePixelRatio;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  return { context, width, height };
}

function paintCurves(canvas, { losses = [], curve = [], epochs }, { text, soft, train, validation }) {
  const { context, width, height } = fit(canvas);
  const errors = [...losses.map((p) => p[1]), ...curve.flat()].filter((v) => v > 0);
  const low = Math.min(0.02, ...errors) / 1.15, high = Math.max(0.1, ...errors) * 1.15;
  const x = (epoch) => MARGIN.left + ((width - MARGIN.left - MARGIN.right) * epoch) / Math.max(epochs, 1);
  const y = (error) => MARGIN.top + ((height - MARGIN.top - MARGIN.bottom) * Math.log(high / Math.max(error, low))) / Math.log(high / low);
  Object.assign(context, { font: "12px system-ui, sans-serif", fillStyle: soft, strokeStyle: soft, lineWidth: 1, textBaseline: "middle", textAlign: "right" });
  for (const tick of ticks(low, high)) {
    context.fillText(String(tick), MARGIN.left - 8, y(tick));
    rule(context, MARGIN.left, y(tick), width - MARGIN.right, y(tick));
  }
  Object.assign(context, { textAlign: "center", textBaseline: "top", globalAlpha: 1 });
  const every = Math.max(1, Math.ceil(epochs / Math.max(2, Math.floor(width / 80))));
  for (let epoch = 0; epoch <= epochs; epoch += every) context.fillText(epoch === 0 ? "epoch 0" : String(epoch), x(epoch), height - MARGIN.bottom + 8);
  stroke(context, losses.map(([epoch, error]) => [x(epoch), y(error)]), train, 1.5);
  const points = curve.map(([, error], i) => [x(i + 1), y(error)]);
  stroke(context, points, validation, 2.5);
  context.fillStyle = validation;
  for (const [px, py] of points.length > 40 ? points.slice(-1) : points) {
    context.beginPath();
    context.arc(px, py, 3, 0, 2 * Math.PI);
    context.fill();
  }
  context.fillStyle = text;
}

function ticks(low, high) {
  const all = [-4, -3, -2, -1, 0, 1].flatMap((power) => [1, 2, 5].map((n) => Number((n * 10 ** power).toPrecision(1))));
  return all.filter((tick) => tick >= low && tick <= high);
}

function rule(context, x0, y0, x1, y1) {
  context.globalAlpha = 0.3;
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
  context.globalAlpha = 1;
}

function stroke(context, points, colour, width) {
  Object.assign(context, { strokeStyle: colour, lineWidth: width, lineJoin: "round" });
  context.beginPath();
  points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
}

// Two rows of eight digits and, under each, what became of them.
function paintDigits(canvas, { clean, given, redrawn }) {
  const rows = [clean, given, redrawn].filter(Boolean).map(imageFromBase64);
  const columns = 8;
  Object.assign(canvas, { width: 28 * columns, height: (28 * rows.length * 16) / columns });
  canvas.style.aspectRatio = `${canvas.width} / ${canvas.height}`;
  const context = canvas.getContext("2d");
  for (let i = 0; i < 16; i++)
    rows.forEach((images, row) => putImage(context, images.subarray(784 * i, 784 * (i + 1)), 28 * (i % columns), 28 * (rows.length * Math.floor(i / columns) + row)));
}

function paintScatter(canvas, points, labels) {
  const { context, width, height } = fit(canvas);
  points.forEach(([x, y], i) => {
    context.fillStyle = COLOURS[labels[i]];
    context.beginPath();
    context.arc(width * (0.5 + 0.47 * x), height * (0.5 - 0.47 * y), 2.4, 0, 2 * Math.PI);
    context.fill();
  });
}

export default mount(Training);
