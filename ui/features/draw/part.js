// The Draw page's live part: image -> encoder -> sixteen sliders -> decoder -> image, in the browser, frame by frame.
//
// Two rules keep it honest across Streamlit's reruns. Python owns the state: it hands in an image, its latent and a
// `seq`, and is told the settled latent. The deck keeps its own state per mount point and takes Python's only when
// `seq` has changed; then Python's result for a drawing that the deck followed with the pen is the same anyway.

import { loadAtlas } from "../../frontend/lib/atlas.js";
import { AttributeSliders } from "../../frontend/lib/attributes.js";
import { AtRest, NextFrame, Past, mount } from "../../frontend/lib/component.js";
import { gaussian, loadModel } from "../../frontend/engine/engine.js";
import { gauge } from "../../frontend/lib/gauge.js";
import { STEP, inWords, isLatent, quantise } from "../../frontend/lib/latent.js";
import { meanSquaredError } from "../../frontend/lib/measures.js";
import { normalizeDrawing } from "../../frontend/lib/normalize.js";
import { button, h, imageCanvas, imageFromBase64, imageToBase64, paint, svg } from "../../frontend/lib/paint.js";
import { followPen } from "../../frontend/lib/pen.js";
import { DAMPING, refineStep } from "../../frontend/engine/refine.js";

const NUDGE = 0.05;
const LEAP = 0.5;
const GLIDE_MS = 220;
const FOLLOW_MS = 150; // from one scene of a room to the next
const REFINE_MS = 450; // one step of "Refine", slow enough to be followed
const REFINE_STEPS = 8;
const ENOUGH = 0.995; // a step that leaves more of the error than this was the last one
const NEIGHBOUR = 0.35; // standard deviation of a random neighbour, in units of the latent's own

class Deck {
  constructor(root) {
    this.seq = null;
    this.model = null;
    this.image = null; // (784,) what the model sees; null when the canvas is empty
    this.encoded = [];
    this.latent = [];
    this.edited = false; // the latent is no longer the encoder's
    this.past = new Past();
    this.frame = new NextFrame(() => this.show());
    this.rest = new AtRest(() => this.send({ seq: this.seq, latent: this.latent.map(quantise) }));
    this.held = false; // a thumb is held
    this.waiting = null; // what Python said while a hand was busy
    this.build(root);
  }

  // ---- from Python -------------------------------------------------------------------------------------------

  update(data, { settled }) {
    this.send = settled;
    this.pen ??= followPen((drawing) => this.follow(drawing));
    if (data.model.url !== this.url) {
      this.url = data.model.url;
      this.model = null;
      this.attributes.use(data.directions);
      this.load(data.model);
    }
    if (data.atlas !== this.atlasUrl) this.loadAtlas(data.atlas);
    if (data.seq === this.seq) return;
    if (this.held || this.pen.isDown()) this.waiting = data;
    else this.adopt(data);
  }

  async load({ url, statistics, shape }) {
    this.statistics = statistics;
    this.labels(shape);
    this.buildSliders();
    this.say("Loading the model …");
    try {
      const model = await loadModel(url, (share) => {
        if (url === this.url && !this.model) this.say(`Loading the model … ${Math.round(100 * share)} %`);
      });
      if (url !== this.url) return; // another model was chosen meanwhile
      this.model = model; // the sliders work from here on; the pen is followed once the encoder is there as well
      this.say("");
      this.show();
      await model.whole;
      if (url !== this.url) return;
      this.root.dataset.ready = "true";
      warmUp(model);
    } catch (error) {
      this.say(`The sliders need the model, and ${error.message}. Reload the page to try again.`);
    }
  }

  async loadAtlas(url) {
    Object.assign(this, { atlasUrl: url, atlas: null });
    this.gauge.show(...this.ground());
    if (!url) return; // not every model has one
    const atlas = await loadAtlas(url).catch(() => null); // the sliders work without
    if (url === this.atlasUrl) this.atlas = atlas;
    this.gauge.show(...this.ground());
  }

  adopt(data) {
    this.waiting = null;
    this.seq = data.seq;
    const image = data.image ? imageFromBase64(data.image) : null;
    const followed = ["drawing", "followed"].includes(data.reason) && image && this.image && this.model && closeTo(image, this.image);
    this.image = image;
    this.encoded = data.encoded;
    this.hint.textContent = data.hint;
    if (followed && this.edited) {
      this.rest.now();
      return this.show();
    }
    this.edited = String(data.latent) !== String(data.encoded);
    this.past.forget();
    this.latent = data.latent;
    if (!this.model && data.decoded) paint(this.output, imageFromBase64(data.decoded));
    this.show();
  }

  // ---- from who presents, to who follows ----------------------------------------------------------------------

  get scene() {
    return { image: imageToBase64(this.image), latent: this.latent.map(quantise) };
  }

  showScene({ image, latent }) {
    if (!isLatent(latent, this.statistics.low.length) || this.held) return;
    if (image !== imageToBase64(this.image)) {
      this.image = image && imageFromBase64(image);
      this.hint.textContent = "";
      if (image) this.encoded = this.model?.encode ? Array.from(this.model.encode(this.image), quantise) : latent;
    }
    this.glide(latent, FOLLOW_MS, () => {});
  }

  // ---- from the pen ------------------------------------------------------------------------------------------

  follow(drawing) {
    if (!this.model?.encode) return;
    this.stopGliding();
    this.say("");
    this.image = normalizeDrawing(drawing);
    this.edited = false;
    if (this.image) {
      this.encoded = Array.from(this.model.encode(this.image), quantise);
      this.latent = [...this.encoded];
      this.hint.textContent = "";
    }
    this.show();
  }

  // ---- from the hand on the sliders ---------------------------------------------------------------------------

  set(i, value) {
    const { low, high } = this.range(i);
    this.take(this.latent.with(i, quantise(Math.min(Math.max(value, low), high))));
  }

  /** Take over a latent that a hand is changing. */
  take(latent) {
    this.latent = latent;
    this.edited = true;
    this.frame.soon();
    this.rest.soon();
  }

  /** Take over a latent that one undo takes back. */
  takeAtOnce(latent) {
    this.past.remember(this.latent);
    this.stopGliding();
    this.take(latent);
  }

  undo() {
    const before = this.past.back();
    if (before) this.glide(before);
  }

  jump(target) {
    this.say("");
    this.past.remember(this.latent);
    this.glide(target.map((value, i) => quantise(Math.min(Math.max(value, this.range(i).low), this.range(i).high))));
  }

  glide(target, milliseconds = GLIDE_MS, then = () => this.rest.now()) {
    this.stopGliding();
    this.edited = String(target) !== String(this.encoded);
    const [start, from] = [performance.now(), this.latent];
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const step = (now) => {
      const t = still ? 1 : Math.min(Math.max((now - start) / milliseconds, 0), 1);
      const eased = t * (2 - t);
      this.latent = t === 1 ? [...target] : from.map((v, i) => v + eased * (target[i] - v));
      this.show();
      this.gliding = t < 1 ? requestAnimationFrame(step) : 0;
      if (t === 1) then();
    };
    this.gliding = requestAnimationFrame(step);
  }

  // Search for the latent that redraws this very image best: the thumbs glide from step to step, the error falls.
  refine() {
    this.past.remember(this.latent);
    const guess = this.model.decode(Float32Array.from(this.encoded));
    const [start, before] = [meanSquaredError(this.image, guess), this.encoded];
    let [latent, damping, error, left] = [[...this.latent], DAMPING, null, REFINE_STEPS];
    const step = () => {
      const next = refineStep(this.model, this.image, Float32Array.from(latent), damping);
      const last = error !== null && next.improved && next.error > ENOUGH * error;
      [latent, damping, error] = [Array.from(next.latent), next.damping, next.error];
      if (next.improved) this.glide(latent.map(quantise), REFINE_MS, --left && !last ? step : done);
      else if (--left) step();
      else done();
    };
    const done = () => {
      const now = meanSquaredError(this.image, this.model.decode(Float32Array.from(this.latent)));
      const farthest = Math.max(...this.latent.map((v, i) => Math.abs(v - before[i])));
      this.say(
        `The encoder guesses the latent in one glance (error ${start.toFixed(5)}); asking the decoder again and again ` +
          `finds a better one (${now.toFixed(5)}), up to ${farthest.toFixed(2)} away.`,
      );
      this.rest.now();
    };
    step();
  }

  stopGliding() {
    cancelAnimationFrame(this.gliding);
    this.gliding = 0;
  }

  hold() {
    this.say("");
    this.stopGliding();
    this.past.remember(this.latent);
    this.held = true;
  }

  release() {
    if (!this.held) return;
    this.held = false;
    if (this.waiting) this.adopt(this.waiting);
    this.rest.flush();
  }

  // Move a slider by keys; its place says where it stands (at), where the drawing put it (home), and how far it goes.
  key(event, { at, home, low, high, step, nudge, leap }, set) {
    const by = event.shiftKey ? step : nudge;
    const target = {
      ArrowRight: at + by,
      ArrowUp: at + by,
      ArrowLeft: at - by,
      ArrowDown: at - by,
      PageUp: at + leap,
      PageDown: at - leap,
      Home: low,
      End: high,
      Delete: home,
      Backspace: home,
    }[event.key];
    if (event.key === "z" && (event.ctrlKey || event.metaKey)) this.undo();
    else if (target === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    else {
      if (!event.repeat) this.past.remember(this.latent);
      this.stopGliding();
      set(Math.min(Math.max(target, low), high));
    }
    event.preventDefault();
  }

  place(i) {
    return { at: this.latent[i], home: this.encoded[i], ...this.range(i), step: STEP, nudge: NUDGE, leap: LEAP };
  }

  // A drawing may lie outside the range of most digits; then the slider grows to hold it.
  range(i) {
    const { low, high } = this.statistics;
    const [a, b] = [this.encoded[i] ?? 0, this.latent[i] ?? 0];
    return { low: Math.min(low[i], a, b), high: Math.max(high[i], a, b) };
  }

  // ---- to the screen -----------------------------------------------------------------------------------------

  show() {
    this.frame.cancel();
    paint(this.input, this.image);
    this.root.classList.toggle("empty", !this.image);
    this.sliders.forEach((slider, i) => this.showSlider(slider, i));
    this.attributes.show();
    this.undoButton.disabled = !this.past.length;
    this.resetButton.disabled = !this.edited;
    this.refineButton.disabled = !this.image || !this.model;
    this.randomButton.hidden = !this.model?.sample;
    if (!this.model || this.latent.length !== this.model.latentDim) return;
    this.decoded = this.model.decode(Float32Array.from(this.latent));
    paint(this.output, this.decoded);
    this.error.textContent = this.image ? meanSquaredError(this.image, this.decoded).toFixed(5) : "–";
    this.gauge.showSoon(() => this.ground());
  }

  /** What the gauge shows. */
  ground() {
    return [this.atlas, this.model, this.latent];
  }

  showSlider(slider, i) {
    if (this.latent[i] === undefined) return;
    const { low, high } = this.range(i);
    const [shown, encoded] = [quantise(this.latent[i]), this.encoded[i]];
    const state = `${shown} ${encoded} ${low} ${high}`;
    if (state === slider.state) return; // a drag moves one of sixteen: leave the others to the browser's cache
    slider.state = state;
    const { row, input, value, mark, hill, reset } = slider;
    if (Number(input.min) !== low) input.min = low;
    if (Number(input.max) !== high) input.max = high;
    if (Number(input.value) !== shown) input.value = shown;
    value.textContent = inWords(shown);
    const along = (z) => `${(100 * (z - low)) / (high - low)}%`;
    mark.style.left = along(encoded);
    hill.style.left = along(this.statistics.low[i]);
    hill.style.width = along(low + this.statistics.high[i] - this.statistics.low[i]);
    reset.disabled = shown === quantise(encoded);
    row.title = this.percentile(i, shown);
    input.setAttribute("aria-valuetext", `${shown.toFixed(2)}, ${row.title}`);
  }

  percentile(i, value) {
    const { low, high, histogram } = this.statistics;
    const counts = histogram[i];
    const place = ((value - low[i]) / (high[i] - low[i])) * counts.length;
    const below = counts.reduce((sum, n, k) => sum + n * Math.min(Math.max(place - k, 0), 1), 0);
    const share = Math.round((100 * below) / counts.reduce((a, b) => a + b));
    return `higher than in ${share} % of real digits`;
  }

  say(text) {
    this.status.textContent = text;
    this.status.hidden = !text;
  }

  labels({ encoder, decoder }) {
    this.encoderLabel.textContent = encoder;
    this.decoderLabel.textContent = decoder;
  }

  build(root) {
    this.input = imageCanvas("model-input", "what the model sees, 28 by 28 pixels");
    this.output = imageCanvas("decoded", "decoded digit, 28 by 28 pixels");
    this.error = h("strong", { "data-testid": "reconstruction-error" }, "–");
    this.status = h("p", { class: "status", role: "status", hidden: true });
    this.hint = h("p", { class: "hint", role: "status", "data-testid": "hint" });
    this.encoderLabel = h("small");
    this.decoderLabel = h("small");
    this.list = h("div", { class: "sliders", role: "group", "aria-label": "the latent" });
    this.resetButton = button("Reset", "back to what the encoder said", () => this.jump(this.encoded));
    this.refineButton = button("Refine", "search for the latent that redraws this digit best", () => this.refine());
    this.randomButton = button("Random digit", "a latent drawn like those of real digits", () => this.jump(this.model.sample()));
    this.undoButton = button("Undo", "take the last change back (Ctrl+Z)", () => this.undo());
    this.attributes = new AttributeSliders(this);
    this.root = h(
      "div",
      { class: "part deck empty" },
      h("figure", { class: "input" }, this.input, h("figcaption", {}, "What the model sees", h("small", {}, "28 × 28 = 784 numbers"), this.hint)),
      h("div", { class: "funnel encoder" }, h("span", {}, "Encoder"), this.encoderLabel),
      this.attributes.element,
      h(
        "section",
        { class: "latent" },
        this.list,
        h(
          "div",
          { class: "buttons" },
          this.resetButton,
          this.refineButton,
          this.randomButton,
          button("Neighbour", "a random latent close by", () => this.jump(this.latent.map((v) => v + NEIGHBOUR * gaussian()))),
          button("Zero", "all zero: the average digit", () => this.jump(this.latent.map(() => 0))),
          this.undoButton,
        ),
        this.status,
      ),
      h("div", { class: "funnel decoder" }, h("span", {}, "Decoder"), this.decoderLabel),
      h(
        "figure",
        { class: "output" },
        this.output,
        h("figcaption", {}, "Decoded digit", h("small", {}, "squared error per pixel ", this.error)),
      ),
    );
    this.gauge = gauge();
    this.root.append(this.gauge.element);
    this.sliders = [];
    root.append(this.root);
  }

  buildSliders() {
    const { low, histogram } = this.statistics;
    this.sliders = low.map((_, i) => {
      const name = `latent ${i + 1}`;
      const input = h("input", {
        type: "range",
        step: STEP,
        "aria-label": name,
        onpointerdown: () => this.hold(),
        oninput: () => this.set(i, Number(input.value)),
        onchange: () => this.release(),
        onpointerup: () => this.release(),
        onpointercancel: () => this.release(),
        onkeydown: (event) => this.key(event, this.place(i), (value) => this.set(i, value)),
        ondblclick: () => this.set(i, this.encoded[i]),
      });
      const mark = h("i", { class: "mark" });
      const value = h("output");
      const back = () => this.takeAtOnce(this.latent.with(i, this.encoded[i]));
      const reset = button("↺", "back to what the encoder said", back, { class: "reset", "aria-label": `reset ${name}` });
      const hill = distribution(histogram[i]);
      const track = h("span", { class: "track" }, hill, mark, input);
      const row = h("label", { class: "row" }, h("span", { class: "name" }, `z${i + 1}`), track, value);
      return { row, input, value, mark, hill, reset };
    });
    this.list.replaceChildren(...this.sliders.map(({ row, reset }) => h("div", { class: "line" }, row, reset)));
  }

  stop() {
    this.pen?.stop();
    this.pen = null;
    this.gauge.stop();
    this.stopGliding();
    this.frame.cancel();
    this.rest.flush();
  }
}

export default mount(Deck);

// The first strokes must be as quick as the later ones: a browser compiles a loop well only after some rounds of it.
function warmUp(model, rounds = 30) {
  const drawing = new ImageData(280, 280);
  for (let y = 40; y < 240; y++) drawing.data.fill(255, 4 * (280 * y + 80), 4 * (280 * y + 200 - Math.floor(y / 2)));
  const round = () => {
    model.decode(model.encode(normalizeDrawing(drawing)));
    if (--rounds) idle(round);
  };
  const idle = window.requestIdleCallback ?? ((run) => setTimeout(run, 20));
  idle(round);
}

function closeTo(a, b) {
  return a.every((value, i) => Math.abs(value - b[i]) <= 2.5 / 255);
}

// How real digits spread along one dimension, as a hill behind the slider.
function distribution(counts) {
  const points = counts.map((n, k) => `${k + 0.5},${100 - n}`).join(" ");
  const polygon = svg("polygon", { points: `0,100 ${points} 32,100` });
  return svg("svg", { viewBox: "0 0 32 100", preserveAspectRatio: "none", "aria-hidden": "true" }, polygon);
}
