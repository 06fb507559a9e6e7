// The picture of the network on the page How it works: the digit flows through it, layer by layer, under the pen.
// Between its two ends every number is a square of the same size.

import { mount } from "../../frontend/lib/component.js";
import { Drawings } from "../../frontend/lib/drawings.js";
import { explained } from "../../frontend/lib/explain.js";
import { meanSquaredError } from "../../frontend/lib/measures.js";
import { ModelPart } from "../../frontend/lib/model_part.js";
import { nameIn } from "../../frontend/lib/naming.js";
import { normalizeGrey } from "../../frontend/lib/normalize.js";
import { prefersStillness } from "../../frontend/lib/pace.js";
import { button, h, imageCanvas, imageFromBase64, imageToBase64, paint } from "../../frontend/lib/paint.js";
import { followPen } from "../../frontend/lib/pen.js";
import { findWhatItCannotRedraw } from "./dare.js";
import { Detail } from "./detail.js";
import { Layers } from "./layers.js";
import { Operation } from "./operation.js";
import { watchFingers } from "./sigma.js";

const STEP_MS = 2600; // time to read a sentence

class Network extends ModelPart {
  static subject = "The picture needs";
  static whole = true;

  constructor(root) {
    super();
    this.drawings = new Drawings();
    Object.assign(this, { stages: [], image: null, outputs: null, step: 0, hovered: null, walking: false });
    this.build(root);
    watchFingers();
  }

  // ---- from Python -------------------------------------------------------------------------------------------

  update(data, reports) {
    this.pen ??= followPen((drawing) => this.follow(drawing));
    super.update(data, reports);
  }

  prepare({ stages, usual }) {
    Object.assign(this, { stages, usual, outputs: null, hovered: null, walking: false, step: 0 });
    this.pause();
    this.layers.use(stages);
    nameIn(this.layers.element, this.described);
    this.operation.lay(stages);
    this.resized();
  }

  loaded({ spec }) {
    this.operation.use(spec, this.url);
    this.operation.show(this.outputs);
    this.root.dataset.ready = "true";
  }

  takeOver(data) {
    const answered = data.image ? imageFromBase64(data.image) : null;
    if (!this.pen?.isDown() && !this.drawings.areAheadOf(answered, this.image, data.reason)) super.takeOver(data);
  }

  adopt({ image, hint }) {
    Object.assign(this, { image: image ? imageFromBase64(image) : null, hintText: hint });
  }

  // ---- from the pen ------------------------------------------------------------------------------------------

  follow(drawing) {
    this.image = normalizeGrey(drawing);
    if (!this.pen?.isDown()) this.drawings.add(this.image);
    this.hintText = this.image ? "" : "The canvas is empty: draw a digit, or pick a sample.";
    this.frame.soon();
  }

  // ---- from whoever presents ---------------------------------------------------------------------------------

  get scene() {
    return { image: imageToBase64(this.image), learn: { step: this.hovered ?? this.step, walking: this.walking }, glance: this.glance };
  }

  get glance() {
    const step = this.hovered ?? this.step, stage = this.stages[step];
    return { words: stage ? `Step ${step + 1} of ${this.stages.length}: ${stage.title}. ${stage.sentence}` : "" };
  }

  showScene({ image, learn: { step, walking } = {} }) {
    if (image !== imageToBase64(this.image)) {
      Object.assign(this, { image: image && imageFromBase64(image), hintText: "" });
      this.frame.soon();
    }
    if (!this.stages[step] || (step === this.step && walking === this.walking)) return;
    this.pause();
    this.select(step, walking === true);
  }

  // ---- walking through the layers ----------------------------------------------------------------------------

  select(i, walking = this.walking) {
    this.step = Math.min(Math.max(i, 0), this.stages.length - 1);
    Object.assign(this, { hovered: null, walking });
    this.operation.choose(this.step);
    this.showStep();
  }

  hover(i) {
    this.hovered = i;
    this.showDetail();
  }

  press(i) {
    this.pause();
    this.select(i);
  }

  /** Go to a layer as a walk: what comes later is not there yet. */
  walk(i) {
    this.select(i, true);
    const { element } = this.layers.layers[this.step];
    if (this.root.getRootNode().activeElement?.classList.contains("layer")) element.focus({ preventScroll: true });
    if (this.root.classList.contains("down")) element.scrollIntoView({ block: "center", behavior: prefersStillness() ? "auto" : "smooth" });
  }

  walkBy(steps) {
    this.pause();
    this.walk(this.step + steps);
  }

  play() {
    if (this.playing) return this.pause();
    this.walk(this.walking && this.step < this.stages.length - 1 ? this.step : 0);
    this.playButton.textContent = "Pause";
    this.layers.pulse();
    this.playing = setInterval(() => {
      this.walk(this.step + 1);
      if (this.step === this.stages.length - 1) this.pause();
    }, STEP_MS);
  }

  pause() {
    clearInterval(this.playing);
    this.playing = 0;
    this.playButton.textContent = "Play";
  }

  key(event) {
    const target = {
      ArrowRight: this.step + 1, ArrowDown: this.step + 1, ArrowLeft: this.step - 1, ArrowUp: this.step - 1,
      Home: 0, End: this.stages.length - 1,
    }[event.key];
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") this.showAll();
    else if (target === undefined) return;
    else this.walk(target);
    this.pause();
    event.preventDefault();
  }

  /** End the walk: every layer is lit again. */
  showAll() {
    this.pause();
    this.select(this.step, false);
  }

  // ---- to the screen -----------------------------------------------------------------------------------------

  show() {
    this.frame.cancel();
    this.hint.textContent = this.hintText ?? "";
    this.root.classList.toggle("empty", !this.image);
    paint(this.input, this.image);
    this.outputs = null;
    if (this.model && this.image) {
      const inward = this.model.encode.activations(this.image);
      this.outputs = [this.image, ...inward, ...this.model.decode.activations(inward.at(-1))];
    }
    const decoded = this.outputs?.at(-1);
    paint(this.output, decoded ?? null);
    const error = decoded ? meanSquaredError(this.image, decoded) : null;
    this.error.textContent = error === null ? "–" : error.toFixed(4);
    this.dare.show(error);
    this.layers.show(this.outputs);
    this.operation.show(this.outputs);
    this.showStep();
  }

  showStep() {
    this.layers.mark(this.step, this.walking);
    this.outputFigure.classList.toggle("later", this.walking && this.step < this.stages.length - 1);
    this.backButton.disabled = this.step === 0;
    this.nextButton.disabled = this.step === this.stages.length - 1;
    this.allButton.disabled = !this.walking;
    this.showDetail();
  }

  showDetail() {
    const i = this.hovered ?? this.step;
    if (this.stages[i]) this.detail.show(this.stages[i], i, this.stages.length, this.outputs?.[i]);
  }

  resized() {
    this.layers.lay(this.root, this.root.clientWidth);
    this.showDetail();
  }

  build(root) {
    this.input = imageCanvas("network-input", "what the network sees, 28 by 28 pixels");
    this.output = imageCanvas("network-output", "reconstruction, 28 by 28 pixels");
    this.error = h("strong", { "data-testid": "network-error" }, "–");
    this.hint = h("p", { class: "hint", role: "status", "data-testid": "hint" });
    const caption = h("figcaption", {}, ...explained("Reconstruction x̃"), h("small", {}, ...explained("squared error"), h("br"), "per pixel ", this.error));
    this.outputFigure = h("figure", { class: "end", "data-part": "output" }, this.output, caption);
    this.layers = new Layers(this);
    this.operation = new Operation((text) => this.named(text));
    this.dare = findWhatItCannotRedraw(this);
    this.detail = new Detail((map) => this.operation.choose(this.step, map));
    this.backButton = button("Previous", "one layer back (left arrow)", () => this.walkBy(-1));
    this.playButton = button("Play", "walk through all layers", () => this.play());
    this.nextButton = button("Next", "one layer forward (right arrow)", () => this.walkBy(1));
    this.allButton = button("Show all", "show every layer again (Escape)", () => this.showAll());
    this.root = h(
      "div",
      { class: "part network empty", onkeydown: (event) => this.key(event) },
      this.layers.element,
      h(
        "p",
        { class: "legend", "data-testid": "legend" },
        h("i", { class: "ramp" }),
        h("span", {}, ...explained("Blue is below zero, amber above, relative to the layer's largest number. Every square is one number; only the two ends are enlarged. Under each layer: its shape and its parameters.")),
      ),
      h(
        "div",
        { class: "panel" },
        h("div", { class: "controls" }, this.backButton, this.playButton, this.nextButton, this.allButton, this.status),
        this.detail.element,
      ),
      this.operation.element,
      this.dare.element,
    );
    root.append(this.root);
  }

  stop() {
    this.pause();
    this.operation.stop();
    this.detail.spoken.stop();
    this.pen?.stop();
    this.pen = null;
    super.stop();
  }
}

export default mount(Network);
