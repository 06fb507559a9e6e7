// The chapter on backpropagation of the page How it works: one image goes forward, its error comes back layer by layer, all
// weights change a little, and the image is redrawn a little better.

import { mount } from "../../frontend/lib/component.js";
import { explained, explainIn } from "../../frontend/lib/explain.js";
import { ModelPart } from "../../frontend/lib/model_part.js";
import { comesNear } from "../../frontend/lib/pace.js";
import { button, h, imageCanvas, imageFromBase64, paint, paintDifference, say } from "../../frontend/lib/paint.js";
import { learnerOf } from "./chain.js";
import { paintNumbers } from "./painting.js";

const KINDS = { dense: ({ units }) => `Dense ${units}`, conv2d: ({ filters }) => `Convolution ${filters}`, conv2d_transpose: ({ filters }) => `Transposed convolution ${filters}` };
const LEAST = 1e-7; // of a gradient's size: the left end of the bars

class Backward extends ModelPart {
  static subject = "Backpropagation needs";
  static whole = true;

  constructor(root) {
    super();
    Object.assign(this, { image: null, chain: null, place: 0, before: null, taken: 0 });
    this.build(root);
  }

  // ---- from Python -------------------------------------------------------------------------------------------

  prepare() {
    this.chain = null;
  }

  adopt({ image }) {
    Object.assign(this, { image: image ? imageFromBase64(image) : null });
    this.startOver();
  }

  loaded({ spec }) {
    this.makeRows(spec);
    this.root.dataset.ready = "true";
    comesNear(this.root).then(() => this.begin());
  }

  async begin() {
    const { url, model } = this;
    try {
      const chain = await learnerOf(url, model.spec);
      if (url !== this.url) return; // another model was chosen meanwhile
      this.chain = chain;
      this.startOver();
    } catch (problem) {
      this.say(`Backpropagation needs the model, but ${problem.message}.`);
    }
  }

  // ---- steps: 0 is forward, then the layers from the last to the first, then the weights move -------------------

  startOver() {
    this.chain?.restore();
    Object.assign(this, { place: 0, before: null, taken: 0 });
    this.compute();
  }

  compute() {
    if (this.chain && this.image) {
      this.now = this.chain.run(this.image);
      this.layers = this.chain.layers;
      this.before ??= this.now;
    }
    this.frame.soon();
  }

  get last() {
    return (this.layers?.length ?? 0) + 1;
  }

  go(place) {
    if (!this.chain || !this.image) return;
    if (place > this.last) { // once more, from the changed weights
      this.place = 0;
      return this.compute();
    }
    this.place = Math.max(place, 0);
    if (this.place === this.last) {
      this.size = this.chain.step();
      this.taken++;
      this.after = this.chain.run(this.image);
    }
    this.frame.soon();
  }

  key(event) {
    const to = { ArrowRight: this.place + 1, ArrowLeft: this.place - 1, Home: 0 }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (event.key === "Home") return this.startOver();
    if (to < this.place && this.place === this.last) return this.startOver(); // weights that moved are not moved back one by one
    this.go(to);
  }

  // ---- to the screen -----------------------------------------------------------------------------------------

  show() {
    this.frame.cancel();
    paint(this.input, this.image);
    const { place, last, layers, now } = this, isReady = Boolean(this.chain && this.image && layers);
    for (const one of [this.backButton, this.nextButton, this.overButton]) one.disabled = !isReady;
    if (!isReady) return say(this.words, this.image ? "" : this.named("Draw a digit, or pick a sample: its error will come back here."));
    const shown = place === last ? this.after : now;
    paint(this.redrawn, shown.redrawn.map((v) => Math.min(Math.max(v, 0), 1)));
    paintDifference(this.difference, this.image, shown.redrawn);
    this.backButton.disabled = place === 0;
    say(this.nextButton, place === last ? "Once more" : place === last - 1 ? "Change the weights" : "One layer back");
    say(this.error, shown.error.toFixed(5));
    explainIn(this.words, this.named(this.sentence()));
    this.showTerms();
    this.showLayers();
  }

  sentence() {
    const { place, last, before, after, taken } = this;
    if (place === 0) return `Forward: the network redraws the digit. The error is the mean of the squared differences, and where the picture is too bright or too dark, its gradient is not zero.`;
    if (place < last) return `Backward: how much would the error change if a number that this layer gives changed? That follows from the layer behind it, by the chain rule.`;
    return `Every weight has moved a little against its gradient: after ${taken} step${taken > 1 ? "s" : ""} the error has gone from ${before.error.toFixed(5)} to ${after.error.toFixed(5)}. Training does this for thousands of digits, a batch at a time.`;
  }

  // The chain rule for the weight that matters most in the layer that the error has come to.
  showTerms() {
    const { place, last, layers } = this;
    if (place === 0) return this.terms.replaceChildren();
    const { weight, gradient, input, slope, behind, places } = layers[Math.min(place, last - 1) - 1].terms;
    const term = (symbol, value) => h("span", { class: "term" }, h("i", {}, symbol), h("b", {}, inNumbers(value)));
    if (place === last) {
      this.terms.replaceChildren(term("w", weight), " − ", term("η", this.size), " · ", term("∂E/∂w", gradient), " = ", term("new w", weight - this.size * gradient));
      return;
    }
    const product = input === undefined
      ? [h("span", { class: "term" }, h("i", {}, "x · f′ · ∂E/∂y"), h("b", {}, `summed over ${places} places`))]
      : [term("x", input), " · ", term("f′(z)", slope), " · ", term("∂E/∂y", behind)];
    this.terms.replaceChildren(term("∂E/∂w", gradient), " = ", ...product);
  }

  showLayers() {
    const { place, layers } = this;
    const sizes = layers.map(({ gradient }) => Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0) / gradient.length)), most = Math.max(...sizes, LEAST * 10);
    layers.forEach(({ gradient, shape }, i) => {
      const { element, fill, size, canvas } = this.rows[i], isHere = place > i;
      element.classList.toggle("later", !isHere);
      if (place === i + 1) element.setAttribute("aria-current", "step");
      else element.removeAttribute("aria-current");
      fill.style.width = isHere ? `${Math.max(2, (100 * Math.log(sizes[i] / LEAST)) / Math.log(most / LEAST))}%` : "0";
      say(size, isHere ? inNumbers(sizes[i]) : "");
      const { width, height, at } = arrangement(shape);
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
      paintNumbers(canvas, { width, height, at }, isHere ? gradient : null, { grey: false });
    });
  }

  // The layers that have weights, from the last to the first.
  makeRows({ networks }) {
    const layers = ["encoder", "decoder"].flatMap((side) => networks[side].layers.map((layer) => ({ side, layer }))).filter(({ layer }) => layer.layer in KINDS).toReversed();
    const latent = layers.find(({ side }) => side === "encoder");
    this.rows = layers.map((one) => {
      const canvas = h("canvas", { role: "img", "aria-label": "gradients of this layer's numbers" });
      const [fill, size] = [h("i"), h("output")];
      const element = h("li", { class: "later", "data-part": one === latent ? "latent" : one.side }, h("span", { class: "name" }, KINDS[one.layer.layer](one.layer)), h("div", { class: "bar" }, fill), size, canvas);
      return { element, fill, size, canvas };
    });
    this.list.replaceChildren(...this.rows.map(({ element }) => element));
  }

  build(root) {
    [this.input, this.redrawn] = [imageCanvas("back-input", "your digit"), imageCanvas("back-redrawn", "your digit, redrawn")];
    this.difference = imageCanvas("back-difference", "where the redrawn digit is too dark, red, and too bright, blue");
    this.error = h("strong", { "data-testid": "back-error" }, "–");
    this.words = h("p", { class: "sentence", role: "status", "data-testid": "back-words" });
    this.terms = h("p", { class: "terms", "data-testid": "back-terms" });
    this.list = h("ol", { class: "layers" });
    this.rows = [];
    this.backButton = button("Previous", "one step back (left arrow)", () => (this.place === this.last ? this.startOver() : this.go(this.place - 1)), { disabled: true });
    this.nextButton = button("One layer back", "the error goes one layer further back (right arrow)", () => this.go(this.place + 1), { class: "next", disabled: true, "data-testid": "back-next" });
    this.overButton = button("Start over", "give all weights back (Home)", () => this.startOver(), { disabled: true });
    const figure = (picture, part, ...text) => h("figure", { "data-part": part }, picture, h("figcaption", {}, ...text));
    this.root = h(
      "div",
      { class: "part backward", onkeydown: (event) => this.key(event) },
      h("h2", {}, "How it learned: backpropagation"),
      h("div", { class: "controls" }, this.backButton, this.nextButton, this.overButton, this.status),
      this.words,
      this.terms,
      h("div", { class: "chain" },
        h("div", { class: "pictures" }, figure(this.input, "input", "x"), figure(this.redrawn, "output", "x̃"), figure(this.difference, null, "x − x̃", h("small", {}, ...explained("squared error", "squared error"), " ", this.error))),
        this.list),
    );
    root.append(this.root);
  }
}

// Numbers of a layer as a rectangle: maps one under the other in rows, a vector in rows of sixteen or more.
function arrangement(shape) {
  const n = shape.reduce((a, b) => a * b, 1);
  if (shape.length === 1) {
    const width = Math.min(n, 2 ** Math.ceil(Math.log2(Math.sqrt(4 * n))));
    return { width, height: Math.ceil(n / width), at: (i) => [i % width, Math.floor(i / width)] };
  }
  const [rows, columns, channels] = shape, across = Math.min(channels, Math.max(1, Math.ceil(Math.sqrt(2 * channels))));
  return {
    width: across * columns,
    height: Math.ceil(channels / across) * rows,
    at: (i) => {
      const k = i % channels, pixel = Math.floor(i / channels);
      return [(k % across) * columns + (pixel % columns), Math.floor(k / across) * rows + Math.floor(pixel / columns)];
    },
  };
}

const inNumbers = (v) => (v !== 0 && Math.abs(v) < 0.01 ? v.toExponential(2) : v.toFixed(4)).replace("-", "−").replace("e-", "e−");

export default mount(Backward);
