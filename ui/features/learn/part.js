// The picture of the network on the page How it works: the digit flows through it, layer by layer, under the pen.
// Between its two ends every number is a square of the same size.

import { NextFrame, mount } from "../../frontend/lib/component.js";
import { loadModel } from "../../frontend/engine/engine.js";
import { arrange, place } from "./layout.js";
import { inWords } from "../../frontend/lib/latent.js";
import { meanSquaredError } from "../../frontend/lib/measures.js";
import { normalizeDrawing } from "../../frontend/lib/normalize.js";
import { button, h, imageCanvas, imageFromBase64, imageToBase64, paint, svg } from "../../frontend/lib/paint.js";
import { followPen } from "../../frontend/lib/pen.js";

const CELLS = [3, 2.5, 2, 1.5, 1]; // pixels per number; the largest that fits
const ASPECTS = [3, 2.2, 1.6]; // of a layer, across the flow
const TALLEST = 330;
const [LETTER, ENDS, LENS, AIR] = [5.8, 104, 86, 6]; // widths in pixels
const STEP_MS = 2600; // time to read a sentence
const LARGEST = 26; // pixels per number in the panel
const REACH = 3; // of the latent's bars, in standard deviations

class Network {
  constructor(root) {
    Object.assign(this, { seq: null, model: null, url: "", stages: [], image: null, outputs: null, step: 0, hovered: null, walking: false });
    this.frame = new NextFrame(() => this.flow());
    this.build(root);
  }

  update(data) {
    this.pen ??= followPen((drawing) => this.follow(drawing));
    if (!this.watcher) {
      this.watcher = new ResizeObserver(() => this.lay());
      this.watcher.observe(this.root);
    }
    if (data.model.url !== this.url) {
      Object.assign(this, { url: data.model.url, model: null, outputs: null, stages: data.stages, hovered: null, walking: false });
      this.pause();
      this.step = 0;
      this.buildStages();
      this.load(data.model);
    }
    if (data.seq === this.seq || this.pen.isDown()) return; // the pen is ahead of Python
    Object.assign(this, { seq: data.seq, image: data.image ? imageFromBase64(data.image) : null, hintText: data.hint });
    this.flow();
  }

  async load({ url }) {
    this.say("Loading the model …");
    try {
      const model = await loadModel(url);
      await model.whole;
      if (url !== this.url) return;
      this.model = model;
      this.say("");
      this.flow();
      this.root.dataset.ready = "true";
    } catch (error) {
      this.say(`The picture needs the model, and ${error.message}. Reload the page to try again.`);
    }
  }

  follow(drawing) {
    this.image = normalizeDrawing(drawing);
    this.hintText = this.image ? "" : "The canvas is empty: draw a digit, or pick a sample.";
    this.frame.soon();
  }

  // ---- from who presents, to who follows ----------------------------------------------------------------------

  get scene() {
    return { image: imageToBase64(this.image), learn: { step: this.hovered ?? this.step, walking: this.walking } };
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

  // ---- from the hand -----------------------------------------------------------------------------------------

  select(i, walking = this.walking) {
    this.step = Math.min(Math.max(i, 0), this.stages.length - 1);
    Object.assign(this, { hovered: null, walking });
    this.showStep();
  }

  // A layer that scrolls by under a mouse at rest is not pointed at.
  hasMoved({ pointerType, screenX, screenY }) {
    const before = this.pointer;
    this.pointer = `${screenX} ${screenY}`;
    return pointerType === "mouse" && this.pointer !== before;
  }

  hover(i) {
    this.hovered = i;
    this.showDetail();
  }

  /** Go to a layer as a walk: what comes later is not there yet. */
  walk(i) {
    this.select(i, true);
    const { element } = this.layers[this.step];
    if (this.root.getRootNode().activeElement?.classList.contains("layer")) element.focus({ preventScroll: true });
    if (this.root.classList.contains("down")) element.scrollIntoView({ block: "center", behavior: still() ? "auto" : "smooth" });
  }

  play() {
    if (this.playing) return this.pause();
    this.walk(this.walking && this.step < this.stages.length - 1 ? this.step : 0);
    this.playButton.textContent = "Pause";
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
    if (event.key === "Escape") this.whole();
    else if (target === undefined) return;
    else this.walk(target);
    this.pause();
    event.preventDefault();
  }

  /** End the walk: every layer is lit again. */
  whole() {
    this.pause();
    this.select(this.step, false);
  }

  // ---- to the screen -----------------------------------------------------------------------------------------

  say(text) {
    this.status.textContent = text;
  }

  flow() {
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
    this.error.textContent = decoded ? meanSquaredError(this.image, decoded).toFixed(4) : "–";
    this.layers.forEach((_, i) => this.showLayer(i));
    this.showLens();
    this.showStep();
  }

  showLayer(i) {
    const { canvas, arrangement } = this.layers[i];
    if (canvas && arrangement) draw(canvas, arrangement, this.outputs?.[i], this.stages[i]);
  }

  showLens() {
    const latent = this.outputs?.[this.latentPlace];
    this.bars?.forEach((bar, i) => {
      const value = Math.min(Math.max(latent?.[i] ?? 0, -REACH), REACH);
      bar.setAttribute("x", Math.min(value, 0));
      bar.setAttribute("width", Math.abs(value));
      bar.setAttribute("class", value < 0 ? "below" : "above");
    });
  }

  showStep() {
    this.layers.forEach(({ element }, i) => {
      element.classList.toggle("later", this.walking && i > this.step);
      element.toggleAttribute("aria-current", i === this.step);
      element.tabIndex = i === this.step ? 0 : -1;
    });
    this.outputFigure.classList.toggle("later", this.walking && this.step < this.stages.length - 1);
    this.backButton.disabled = this.step === 0;
    this.nextButton.disabled = this.step === this.stages.length - 1;
    this.wholeButton.disabled = !this.walking;
    this.showDetail();
  }

  showDetail() {
    const i = this.hovered ?? this.step, stage = this.stages[i];
    if (!stage) return;
    const numbers = this.outputs?.[i];
    const side = { input: "Input", encoder: "Encoder", latent: "Encoder, last layer", decoder: "Decoder" }[stage.side];
    this.where.textContent = `${side} · step ${i + 1} of ${this.stages.length}`;
    this.title.textContent = stage.title;
    this.sentence.textContent = stage.sentence;
    const count = stage.shape.reduce((a, b) => a * b, 1).toLocaleString("en");
    this.facts.replaceChildren(
      fact("Output", stage.shape.length > 1 ? `${stage.shape.join(" × ")} = ${count} numbers` : `${count} ${count === "1" ? "number" : "numbers"}`),
      fact("Parameters", stage.parameters ? `${stage.sum} = ${stage.parameters.toLocaleString("en")}` : "none"),
      fact("Now", numbers ? spread(numbers) : "nothing: the canvas is empty"),
      ...(stage.side === "latent" && numbers ? [fact("z", Array.from(numbers, (number) => inWords(number)).join(", "))] : []),
    );
    this.showLarge(stage, numbers);
  }

  showLarge(stage, numbers) {
    const [width, height] = [this.largeBox.clientWidth, this.largeBox.clientHeight];
    if (!width) return;
    const arrangement = arrange(stage.shape, height / width);
    const cell = Math.min(width / arrangement.width, height / arrangement.height, LARGEST);
    size(this.large, arrangement, cell >= 2 ? Math.floor(cell) : cell);
    draw(this.large, arrangement, numbers, stage);
    this.shown = { stage, numbers, arrangement };
    this.pointed.textContent = "";
  }

  point(event) {
    const { stage, numbers, arrangement } = this.shown ?? {};
    if (!numbers) return;
    const x = Math.floor((arrangement.width * event.offsetX) / this.large.clientWidth);
    const y = Math.floor((arrangement.height * event.offsetY) / this.large.clientHeight);
    const i = numbers.findIndex((_, k) => {
      const [atX, atY] = arrangement.at(k);
      return atX === x && atY === y;
    });
    this.pointed.textContent = i < 0 ? "" : `${place(stage.shape, i)}: ${inWords(numbers[i])}`;
  }

  // Across the page where that fits, else down the page, as on a phone.
  lay() {
    const available = this.root.clientWidth;
    if (!available || !this.stages.length) return;
    const found = this.acrossThePage(available) ?? this.downThePage(available);
    const { down, cell, arrangements } = found;
    this.root.classList.toggle("down", down);
    this.root.classList.toggle("narrow", available < 560);
    this.layers.forEach((layer, i) => {
      layer.arrangement = arrangements[i];
      if (layer.canvas) size(layer.canvas, arrangements[i], cell);
      layer.element.style.minWidth = i && !down ? `${LETTER * layer.letters}px` : "";
      this.showLayer(i);
    });
    this.showOutline();
    this.showDetail();
  }

  acrossThePage(available) {
    for (const cell of CELLS) for (const aspect of ASPECTS) {
      const arrangements = this.stages.map(({ shape }) => arrange(shape, aspect));
      const widths = arrangements.map(({ width }, i) => (i ? Math.max(width * cell, LETTER * this.layers[i].letters) : ENDS) + AIR);
      const total = widths.reduce((a, b) => a + b, ENDS + LENS);
      if (total <= available && arrangements.every(({ height }) => height * cell <= TALLEST)) return { down: false, cell, arrangements };
    }
    return null;
  }

  downThePage(available) {
    const room = available < 560 ? available - 8 : Math.min(available - 230, 520);
    for (const cell of CELLS) {
      const arrangements = this.stages.map(({ shape }) => arrange(shape, 1 / ASPECTS[0]));
      if (cell === CELLS.at(-1) || arrangements.every(({ width }) => width * cell <= room)) return { down: true, cell, arrangements };
    }
  }

  // The silhouette of encoder and decoder: through the upper and the lower ends of their layers.
  showOutline() {
    const base = this.picture.getBoundingClientRect();
    const down = this.root.classList.contains("down");
    const boxes = this.layers.map(({ canvas }, i) => ((i && canvas) || this.input).getBoundingClientRect());
    boxes.push(this.output.getBoundingClientRect());
    const ends = boxes.map(({ left, right, top, bottom }) =>
      down
        ? { from: top - base.top, to: bottom - base.top, low: left - base.left, high: right - base.left }
        : { from: left - base.left, to: right - base.left, low: top - base.top, high: bottom - base.top });
    const point = (along, across) => (down ? `${across},${along}` : `${along},${across}`);
    const hull = (sides) => {
      const one = sides.flatMap(({ from, to, low }) => [point(from, low - 5), point(to, low - 5)]);
      const other = sides.flatMap(({ from, to, high }) => [point(from, high + 5), point(to, high + 5)]).reverse();
      return [...one, ...other].join(" ");
    };
    const k = this.latentPlace;
    const latent = ends[k];
    const before = { ...latent, to: latent.from };
    this.encoderOutline.setAttribute("points", hull([{ ...ends[0], from: ends[0].to }, ...ends.slice(1, k), before]));
    const lens = this.lens.getBoundingClientRect();
    const enlarged = down
      ? { from: lens.top - base.top, low: lens.left - base.left, high: lens.right - base.left }
      : { from: lens.left - base.left, low: lens.top - base.top, high: lens.bottom - base.top };
    this.fan.setAttribute("points", [point(latent.to, latent.low), point(enlarged.from, enlarged.low), point(enlarged.from, enlarged.high), point(latent.to, latent.high)].join(" "));
    const after = { ...latent, from: down ? lens.bottom - base.top : lens.right - base.left };
    after.to = after.from;
    const last = ends.at(-1);
    this.decoderOutline.setAttribute("points", hull([after, ...ends.slice(k + 1, -1), { ...last, to: last.from }]));
    const name = (text, from, to) => {
      const at = down ? { x: base.width, y: from + 16, "text-anchor": "end" } : { x: (from + to) / 2, y: 14, "text-anchor": "middle" };
      for (const [key, value] of Object.entries(at)) text.setAttribute(key, value);
    };
    name(this.encoderName, ends[0].to, latent.from);
    name(this.decoderName, after.from, last.from);
    this.outline.setAttribute("viewBox", `0 0 ${base.width} ${base.height}`);
  }

  build(root) {
    this.input = imageCanvas("network-input", "what the network sees, 28 by 28 pixels");
    this.output = imageCanvas("network-output", "reconstruction, 28 by 28 pixels");
    this.error = h("strong", { "data-testid": "network-error" }, "–");
    this.hint = h("p", { class: "hint", role: "status", "data-testid": "hint" });
    this.status = h("p", { class: "status", role: "status" });
    this.outputFigure = h("figure", { class: "end" }, this.output, h("figcaption", {}, "Reconstruction x̃", h("small", {}, "squared error", h("br"), "per pixel ", this.error)));
    this.encoderOutline = svg("polygon");
    this.decoderOutline = svg("polygon");
    this.encoderName = svg("text", {}, "Encoder, z = f(x)");
    this.decoderName = svg("text", {}, "Decoder, x̃ = g(z)");
    this.fan = svg("polygon", { class: "fan" });
    this.outline = svg("svg", { class: "outline", "aria-hidden": "true", preserveAspectRatio: "none" }, this.encoderOutline, this.decoderOutline, this.fan, this.encoderName, this.decoderName);
    this.picture = h("div", { class: "picture", role: "group", "aria-label": "the network; arrow keys walk through its layers" });
    this.backButton = button("Previous", "one layer back (left arrow)", () => this.byButton(-1));
    this.playButton = button("Play", "walk through all layers", () => this.play());
    this.nextButton = button("Next", "one layer on (right arrow)", () => this.byButton(1));
    this.wholeButton = button("Show all", "light every layer again (Escape)", () => this.whole());
    this.where = h("p", { class: "where", "data-testid": "where" });
    this.title = h("h4", { "data-testid": "title" });
    this.sentence = h("p", { class: "sentence", role: "status", "data-testid": "sentence" });
    this.facts = h("dl", { "data-testid": "facts" });
    this.large = h("canvas", { "data-testid": "large", role: "img", "aria-label": "this layer, enlarged", onpointermove: (event) => this.point(event), onpointerdown: (event) => this.point(event), onpointerleave: () => (this.pointed.textContent = "") });
    this.pointed = h("p", { class: "pointed", "data-testid": "pointed" });
    this.largeBox = h("div", { class: "box" }, this.large);
    this.root = h(
      "div",
      { class: "part network empty", onkeydown: (event) => this.key(event) },
      this.picture,
      h(
        "p",
        { class: "legend", "data-testid": "legend" },
        h("i", { class: "ramp" }),
        "Blue is below zero, amber above, by the layer's largest number. Every number is a square of the same size; only the two ends are enlarged. Under each layer: its shape, its parameters.",
      ),
      h(
        "div",
        { class: "panel" },
        h("div", { class: "controls" }, this.backButton, this.playButton, this.nextButton, this.wholeButton, this.status),
        h(
          "section",
          { class: "detail", "data-testid": "detail", "aria-label": "the chosen layer" },
          h("div", { class: "head" }, this.where, this.title),
          this.sentence,
          this.facts,
          h("div", { class: "enlarged" }, this.largeBox, this.pointed),
        ),
      ),
    );
    root.append(this.root);
  }

  byButton(by) {
    this.pause();
    this.walk(this.step + by);
  }

  buildStages() {
    this.latentPlace = this.stages.findIndex(({ side }) => side === "latent");
    this.layers = this.stages.map((stage, i) => this.buildStage(stage, i));
    this.picture.replaceChildren(this.outline, ...this.layers.map(({ element }) => element), this.outputFigure);
    this.lay();
  }

  buildStage(stage, i) {
    const shape = stage.shape.length > 1 ? stage.shape.join("×") : stage.shape[0];
    const parameters = stage.parameters.toLocaleString("en");
    const attributes = {
      type: "button", class: `layer ${stage.side}`, "data-testid": `layer-${i}`,
      "aria-label": `${stage.title}: ${stage.shape.join(" × ")}, ${parameters} parameters`,
      onclick: () => {
        this.pause();
        this.select(i);
      },
      onpointermove: (event) => this.hasMoved(event) && this.hovered !== i && this.hover(i),
      onpointerleave: () => this.hovered === i && this.hover(null),
      onfocus: () => i !== this.step && this.select(i),
    };
    if (stage.side === "input") {
      const element = h("button", { ...attributes, class: "layer end input" }, h("figure", {}, this.input, h("figcaption", {}, "Digit x", h("small", {}, "28 × 28 = 784 numbers"), this.hint)));
      return { element };
    }
    const canvas = h("canvas", { class: "numbers" });
    const label = h("span", { class: "label" }, h("b", {}, stage.label), h("span", {}, shape), h("span", {}, stage.parameters ? parameters : "–"));
    const picture = h("span", { class: "slab" }, canvas, ...(stage.side === "latent" ? [this.buildLens(stage.shape[0])] : []));
    const letters = Math.max(...[stage.label, String(shape), stage.parameters ? parameters : ""].map((text) => text.length));
    return { canvas, letters, element: h("button", attributes, picture, label) };
  }

  // The latent is too small to be seen to scale, which is the point of it: beside it, its numbers as bars.
  buildLens(n) {
    this.bars = Array.from({ length: n }, (_, i) => svg("rect", { y: i + 0.14, height: 0.72 }));
    this.lens = svg(
      "svg",
      { class: "lens", viewBox: `${-REACH} 0 ${2 * REACH} ${n}`, preserveAspectRatio: "none", "data-testid": "lens", "aria-hidden": "true" },
      svg("line", { x1: 0, x2: 0, y1: 0, y2: n, "vector-effect": "non-scaling-stroke" }),
      ...this.bars,
    );
    return this.lens;
  }

  stop() {
    this.pause();
    this.frame.cancel();
    this.watcher?.disconnect();
    this.watcher = null;
    this.pen?.stop();
    this.pen = null;
  }
}

export default mount(Network);

function still() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

function fact(name, text) {
  return h("div", {}, h("dt", {}, name), h("dd", {}, text));
}

function spread(numbers) {
  if (numbers.length === 1) return inWords(numbers[0]);
  let [low, high, zero] = [Infinity, -Infinity, 0];
  for (const v of numbers) {
    low = Math.min(low, v);
    high = Math.max(high, v);
    if (v === 0) zero++;
  }
  const share = Math.round((100 * zero) / numbers.length);
  return `from ${inWords(low)} to ${inWords(high)}${share ? `, ${share} % are 0` : ""}`;
}

function size(canvas, { width, height }, cell) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  canvas.style.width = `${width * cell}px`;
  canvas.style.height = `${height * cell}px`;
  canvas.style.imageRendering = Number.isInteger(cell * devicePixelRatio) ? "pixelated" : "auto";
}

/** Paint the numbers of a layer; without any, a quiet surface. */
function draw(canvas, { width, height, at }, numbers, { grey }) {
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(width, height);
  const colours = new Uint32Array(pixels.data.buffer);
  if (numbers) {
    let largest = 1e-6;
    if (!grey) for (const v of numbers) largest = Math.max(largest, Math.abs(v));
    const [ramp, scale] = grey ? [GREY, 255] : [SIGNED, 255 / largest];
    for (let i = 0; i < numbers.length; i++) {
      const [x, y] = at(i);
      colours[y * width + x] = ramp[255 + Math.round(numbers[i] * scale)];
    }
  }
  context.putImageData(pixels, 0, 0);
}

// Colours of -255 ... 255, at index 0 ... 510, as the bytes of ImageData: red, green, blue, opaque.
const packed = ([r, g, b]) => new Uint32Array(new Uint8ClampedArray([r, g, b, 255]).buffer)[0];
const mix = (a, b, t) => a.map((v, i) => v + t * (b[i] - v));
const ZERO = [13, 15, 24], ABOVE = [[245, 158, 11], [255, 247, 220]], BELOW = [[59, 130, 246], [226, 238, 255]];
const along = ([middle, end], t) => (t < 0.6 ? mix(ZERO, middle, t / 0.6) : mix(middle, end, (t - 0.6) / 0.4));
const SIGNED = Uint32Array.from({ length: 511 }, (_, i) => packed(along(i < 255 ? BELOW : ABOVE, Math.abs(i - 255) / 255)));
const GREY = Uint32Array.from({ length: 511 }, (_, i) => packed(Array(3).fill(Math.max(i - 255, 0))));
