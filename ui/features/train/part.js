// The Train page's live part: asks how the training goes, several times in two seconds, and paints the answers.

import { COLOURS } from "../../frontend/lib/colours.js";
import { mount } from "../../frontend/lib/component.js";
import { explained } from "../../frontend/lib/explain.js";
import { prefersStillness } from "../../frontend/lib/pace.js";
import { button, h, imageFromBase64 } from "../../frontend/lib/paint.js";
import { Part } from "../../frontend/lib/part.js";
import { paintCurves, paintPairs, paintScatter } from "../../frontend/training/charts.js";
import { recall, remember } from "./memory.js";

const ASK_MS = 600; // between two questions while something happens
const SOON_MS = 150; // and until the first batch is done, which everybody waits for
const REST_MS = 4000; // and while nothing does
const LIVE = ["waiting", "starting", "training", "paused", "finishing"];
const GLIDE_MS = 500; // in which points move to where they are now

class Training extends Part {
  constructor(root) {
    super();
    Object.assign(this, { run: undefined, progress: null, preview: null, shown: 0, timer: 0, stopped: false, from: null, points: null });
    this.build(root);
  }

  update(data, reports) {
    super.update(data, reports);
    this.stopped = false;
    this.exchangeMemory(data);
    if (data.run !== this.run) {
      // Started just now, and on a phone the form fills the screen.
      if (this.run !== undefined) this.root.scrollIntoView({ block: "nearest", behavior: prefersStillness() ? "auto" : "smooth" });
      Object.assign(this, { run: data.run, progress: null, preview: null, shown: 0, from: null, points: null, news: "" });
      for (const canvas of [this.digits, this.scatter]) canvas.width = 0; // what was there belongs to another training
      this.describe();
    }
    this.ask();
  }

  // Trainings and models that this browser remembers are handed to a session that knows nothing of them.
  exchangeMemory({ runs, models }) {
    if (!this.recalled) {
      this.recalled = true;
      const before = recall();
      const lost = before.runs.length && !runs.length;
      if (lost || before.models.some((name) => !models.includes(name))) return this.trigger("remembered", before);
    }
    remember({ runs, models });
  }

  // ---- from the server ---------------------------------------------------------------------------------------

  async ask() {
    clearTimeout(this.timer);
    if (!this.run) return this.describe();
    const run = this.run;
    const isOver = () => run !== this.run || this.stopped;
    try {
      const progress = await json(`runs/${run}/progress.json`);
      if (isOver()) return;
      this.progress = progress;
      if (progress.preview && progress.preview !== this.shown) {
        const preview = await json(`runs/${run}/preview.json`);
        if (isOver()) return;
        this.shown = progress.preview;
        this.take(preview);
      }
      this.reportNews();
      this.describe();
    } catch (error) {
      if (isOver()) return;
      this.say(error.gone ? "This training is no longer on this server: start a new one." : "The server does not answer; trying again …");
      if (error.gone) return;
    }
    const live = (LIVE.includes(this.progress?.state) || this.progress?.asked) && !document.hidden;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), !live ? REST_MS : this.progress?.state === "starting" ? SOON_MS : ASK_MS);
  }

  // The page around offers what can be done with a model: it wants to know when there is one, and when all is over.
  reportNews() {
    const { saved, state } = this.progress;
    const news = `${this.run} ${saved > 0} ${LIVE.includes(state)}`;
    if (this.news ? news !== this.news : saved > 0) this.trigger("news", news);
    this.news = news;
  }

  take(preview) {
    this.preview = preview;
    this.from = this.points?.length === preview.points.length ? this.points : null;
    this.start = performance.now();
  }

  // ---- to the screen -----------------------------------------------------------------------------------------

  /** Say how far the training is, and what can be done with it. */
  describe() {
    const { progress } = this, state = progress?.state;
    this.hint.hidden = Boolean(this.run);
    this.body.hidden = !this.run;
    if (!progress) return this.say(this.run ? "Looking for the training …" : "");
    const { asked, sentence, epoch, epochs, batch, batches, curve, seconds, left, resumable } = progress;
    this.root.dataset.state = state;
    const stopping = LIVE.includes(state) && asked === "stop" ? "Stopping …" : "";
    const pausing = state === "training" && asked === "pause" ? "Pausing …" : "";
    this.say(stopping || pausing || sentence || `Training: epoch ${Math.min(epoch + 1, epochs)} of ${epochs}.`);
    const done = epochs ? (epoch + (batches ? batch / batches : 0)) / epochs : 0;
    this.fill.style.width = `${100 * done}%`;
    this.bar.setAttribute("aria-valuenow", Math.round(100 * done));
    const last = curve?.at(-1);
    this.numbers.replaceChildren(
      ...[
        epochs && `epoch ${epoch} of ${epochs}`,
        batches && state === "training" && `batch ${batch} of ${batches}`,
        last && `validation error ${last[1].toFixed(4)}`,
        seconds > 0 && `${time(seconds)} so far`,
        left !== null && left !== undefined && ["training", "paused"].includes(state) && `about ${time(left)} left`,
      ].filter(Boolean).map((text) => h("span", {}, text)),
    );
    this.pause.hidden = !["training", "starting"].includes(state);
    this.pause.disabled = asked === "pause" || asked === "stop" || state === "starting";
    this.resume.hidden = state !== "paused" && !resumable;
    this.end.hidden = !["waiting", "starting", "training", "paused"].includes(state);
    this.end.disabled = asked === "stop";
    this.frame.soon();
  }

  show() {
    const { color } = getComputedStyle(this.root);
    const soft = color.replace(")", " / 0.55)").replace(/,/g, "").replace("rgba", "rgb");
    if (this.body.hidden || !this.progress) return;
    const held = (this.progress.curve ?? []).map(([, error], i) => [i + 1, error]);
    paintCurves(this.chart, { ...this.progress, held }, { text: color, soft, train: COLOURS[0], validation: COLOURS[1] });
    if (!this.preview) return;
    const { noun = "digit", classes = [] } = this.preview;
    const { clean, given, redrawn } = this.preview;
    paintPairs(this.digits, [clean, given, redrawn].filter(Boolean).map(imageFromBase64));
    const t = Math.min((performance.now() - this.start) / GLIDE_MS, 1);
    this.points = this.from
      ? this.preview.points.map(([x, y], i) => [mix(this.from[i][0], x, t), mix(this.from[i][1], y, t)])
      : this.preview.points;
    paintScatter(this.scatter, this.points, this.preview.labels);
    this.root.dataset.ready = "true";
    this.digitsCaption.textContent = this.preview.given ? `${noun}, corrupted, redrawn` : `${noun} above, redrawn below`;
    this.heading.textContent = `Sixteen ${noun}s it has never seen`;
    this.digits.setAttribute("aria-label", `sixteen ${noun}s and their reconstructions`);
    this.scatter.setAttribute("aria-label", `latents of validation ${noun}s in the plane`);
    classes.length && this.colours.forEach((one, i) => (one.hidden = i >= classes.length) || (one.lastChild.data = classes[i]));
    this.scatterCaption.textContent = [`one number along x, sorted by ${noun === "digit" ? noun : "class"}`, "the two numbers themselves", "its two main directions"][this.preview.axes - 1];
    if (t < 1 && this.from) this.frame.soon();
  }

  resized() {
    this.frame.soon();
  }

  say(text) {
    if (this.status.textContent !== text) super.say(text);
  }

  /** Ask for something: pause, run or stop. */
  wish(word) {
    this.progress = { ...this.progress, asked: word, resumable: false };
    this.describe();
    this.trigger("wish", word);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), ASK_MS);
  }

  build(root) {
    this.status.dataset.testid = "training-state";
    this.pause = button("Pause", "pause the training", () => this.wish("pause"), { hidden: true });
    this.resume = button("Resume", "continue where it stopped", () => this.wish("run"), { hidden: true });
    this.end = button("Stop", "end here and keep the model of the last complete epoch", () => this.wish("stop"), { hidden: true });
    this.fill = h("i");
    this.bar = h("div", { class: "bar", role: "progressbar", "aria-label": "training", "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": 0 }, this.fill);
    this.numbers = h("div", { class: "numbers" });
    this.chart = h("canvas", { class: "chart", role: "img", "aria-label": "error over the epochs, training and validation", "data-testid": "curves" });
    this.digits = h("canvas", { class: "digits", "data-part": "output", role: "img", "aria-label": "sixteen digits and their reconstructions", "data-testid": "digits" });
    this.scatter = h("canvas", { class: "scatter", "data-part": "latent", role: "img", "aria-label": "latents of validation digits in the plane", "data-testid": "scatter" });
    this.heading = h("span", {}, "Sixteen digits it has never seen");
    this.colours = COLOURS.map((colour, digit) => h("span", {}, h("b", { style: `background: ${colour}` }), String(digit)));
    this.digitsCaption = h("small", {}, "appear with the first batches");
    this.scatterCaption = h("small", {}, "appears with the first batches");
    const key = (colour, text) => h("span", {}, h("i", { style: `color: ${colour}` }), ...explained(text));
    this.hint = h("p", { class: "hint" }, "Nothing is being trained yet. Press “Start training”: watch the error fall, sixteen digits being redrawn better and better, and the latents forming groups. Training goes on when you leave the page.");
    this.body = h(
      "div",
      { hidden: true },
      h("div", { class: "head" }, this.status, h("div", { class: "buttons" }, this.pause, this.resume, this.end)),
      this.bar,
      this.numbers,
      h(
        "div",
        { class: "boards" },
        h("section", {}, h("h3", {}, ...explained("Squared error per pixel")), this.chart, h("div", { class: "legend" }, key(COLOURS[0], "training, by batch"), key(COLOURS[1], "validation, by epoch"))),
        h("section", {}, h("h3", { "data-part": "output" }, this.heading, this.digitsCaption), this.digits),
        h("section", {}, h("h3", { "data-part": "latent" }, ...explained("Their latents"), this.scatterCaption), this.scatter, h("div", { class: "legend" }, ...this.colours)),
      ),
    );
    this.root = h("div", { class: "part training", "data-ready": "true" }, this.hint, this.body);
    root.append(this.root);
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    super.stop();
  }
}

async function json(url) {
  const response = await fetch(url, { cache: "no-store" });
  if (!response.ok) throw Object.assign(new Error(`HTTP ${response.status}`), { gone: response.status === 404 });
  return response.json();
}

const mix = (a, b, t) => a + (b - a) * t;

function time(seconds) {
  const whole = Math.round(seconds);
  return whole < 90 ? `${whole} s` : `${Math.round(whole / 60)} min`;
}

export default mount(Training);
