// A convolution at work: its kernel slides over the visitor's own digit, with the arithmetic of one pixel.

import { fetchFile, readSafetensors } from "../../frontend/engine/files.js";
import { explainIn } from "../../frontend/lib/explain.js";
import { inWords } from "../../frontend/lib/latent.js";
import { comesNear, prefersStillness } from "../../frontend/lib/pace.js";
import { button, h, say } from "../../frontend/lib/paint.js";
import { pixelOf } from "./kernel.js";
import { paintNumbers } from "./painting.js";

const PASS_MS = 8000; // of a kernel over the whole picture
const SIDE = 140; // px of a map
const GRID = 104; // px of a kernel
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** Fetch the weights of a model by its address: {name: numbers}. */
export async function weightsOf(url) {
  const parts = await Promise.all(["encoder", "decoder"].map(async (side) => {
    const response = await fetchFile(url.replace(/\.safetensors$/, `.${side}.safetensors`));
    if (!response.ok) throw new Error("the model could not be loaded");
    return readSafetensors(await response.arrayBuffer()).tensors;
  }));
  return Object.assign({}, ...parts);
}

export class Operation {
  #weights = null;
  #outputs = null;
  #frame = 0;
  #begun = 0;

  /** `named` says what is said of digits about the images of the model. */
  constructor(named) {
    this.named = named;
    const picture = (id, label, attributes = {}) => h("canvas", { "data-testid": `operation-${id}`, role: "img", "aria-label": label, ...attributes });
    const point = (event) => (event.type === "pointerdown" || event.pointerType === "mouse") && this.point(event);
    const points = { tabindex: 0, onpointerdown: point, onpointermove: point, onkeydown: (event) => this.key(event), "aria-description": "the arrow keys move the kernel" };
    this.given = picture("given", "what the layer reads, with the kernel's window", points);
    this.window = picture("window", "the window, enlarged");
    this.kernel = picture("kernel", "the kernel's weights");
    this.products = picture("products", "the products of both");
    this.made = picture("made", "the map that the filter makes, with the pixel of this sum", points);
    this.givenName = h("figcaption");
    this.madeName = h("figcaption");
    this.title = h("h2", { "data-testid": "operation-title" });
    this.sums = h("p", { class: "sums", "data-testid": "operation-sum" });
    this.slideButton = button("Slide", "let the kernel slide over the whole picture", () => this.slide());
    const figure = (canvas, caption) => h("figure", {}, canvas, typeof caption === "string" ? h("figcaption", {}, caption) : caption);
    const sign = (text) => h("span", { class: "sign", "aria-hidden": "true" }, text);
    const explanation = h("p", { class: "about" });
    explainIn(explanation, "Click a map of a convolution above to see its filter here; point at a pixel to see what makes it.");
    this.element = h(
      "section",
      { class: "operation", "aria-label": "one pixel of a convolution", hidden: true },
      this.title,
      explanation,
      h("div", { class: "row" }, figure(this.given, this.givenName), sign("→"), figure(this.window, "window"), sign("×"), figure(this.kernel, "kernel"), sign("="), figure(this.products, "products"), sign("→"), figure(this.made, this.madeName)),
      this.sums,
      h("div", { class: "controls" }, this.slideButton, button("Another filter", "the filter after this one", () => this.turn())),
    );
  }

  /** Take another network's stages: the section has its size before there is anything to show. */
  lay(stages) {
    this.stop();
    Object.assign(this, { stages, spec: null, url: "", filter: null, at: null });
    this.#weights = null;
    this.step = stages.findIndex(({ kernel }) => kernel);
    this.element.hidden = this.step < 0;
    if (this.step < 0) return;
    const { title, shape, kernel } = stages[this.step];
    say(this.title, `A filter at work: ${title}`);
    say(this.givenName, "what it reads");
    say(this.madeName, "the map that it makes");
    for (const [canvas, size, side] of [[this.given, stages[this.step - 1].shape, SIDE], [this.made, shape, SIDE], ...[this.window, this.kernel, this.products].map((one) => [one, [kernel, kernel], GRID])]) enlarged(canvas, null, size, false, side);
  }

  /** Take the network itself; its weights are fetched when the section comes near the window. */
  use(spec, url) {
    Object.assign(this, { spec, url });
    if (this.step < 0) return;
    comesNear(this.element).then(() => weightsOf(url)).then((weights) => {
      if (url !== this.url) return; // another model was chosen meanwhile
      this.#weights = weights;
      this.paint();
    }, () => (this.element.hidden = true));
  }

  layerOf(i) {
    const [side, k] = this.stages[i].name.split(".");
    return this.spec.networks[side].layers[k];
  }

  /** Show what the layers give now, null where nothing flows. */
  show(outputs) {
    this.#outputs = outputs;
    this.paint();
  }

  /** Look at another layer, if it is a convolution; and at one of its filters, whose kernel slides then. */
  choose(i, filter = null) {
    if (!this.stages?.[i]?.kernel) return;
    if (i !== this.step || filter !== null) this.stop();
    if (i !== this.step) Object.assign(this, { step: i, filter: null });
    if (filter !== null) this.filter = filter;
    this.at = null;
    this.paint();
    if (filter !== null && !prefersStillness()) this.slide();
  }

  turn() {
    this.choose(this.step, (this.filter + 1) % this.stages[this.step].shape[2]);
  }

  // ---- where the kernel is -----------------------------------------------------------------------------------

  slide() {
    if (this.#frame) return this.stop();
    this.#begun = performance.now();
    say(this.slideButton, "Stop");
    const step = () => {
      const [height, width] = this.stages[this.step].shape, done = (performance.now() - this.#begun) / PASS_MS;
      if (done >= 1 || !this.element.isConnected) return this.stop();
      const pixel = Math.floor(done * height * width);
      this.move([Math.floor(pixel / width), pixel % width]);
      this.#frame = requestAnimationFrame(step);
    };
    this.#frame = requestAnimationFrame(step);
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    say(this.slideButton, "Slide");
  }

  move(at) {
    if (String(at) === String(this.at)) return;
    this.at = at;
    this.paint();
  }

  point(event) {
    const [height, width] = this.stages[this.step].shape;
    const place = (offset, size, count) => Math.min(Math.max(Math.floor((offset / size) * count), 0), count - 1);
    this.stop();
    this.move([place(event.offsetY, event.target.clientHeight, height), place(event.offsetX, event.target.clientWidth, width)]);
  }

  key(event) {
    const move = MOVES[event.key], [height, width] = this.stages[this.step].shape;
    if (!move || !this.at) return;
    event.preventDefault();
    event.stopPropagation(); // the network's arrow keys go from layer to layer
    this.stop();
    this.move([[0, height], [1, width]].map(([axis, size]) => Math.min(Math.max(this.at[axis] + move[axis], 0), size - 1)));
  }

  // ---- to the screen -----------------------------------------------------------------------------------------

  paint() {
    const { step } = this, weights = this.#weights, outputs = this.#outputs;
    if (!weights || !outputs || step < 1) return;
    const { name, shape, title } = this.stages[step], layer = this.layerOf(step);
    const [before, made, given] = [this.stages[step - 1], outputs[step], outputs[step - 1]];
    this.filter ??= liveliest(made, shape[2]);
    this.at ??= brightest(made, shape, this.filter);
    const pixel = pixelOf({ layer, kernel: weights[`${name}.kernel`], bias: weights[`${name}.bias`] }, given, before.shape, this.filter, this.at);
    const [row, column] = this.at, [, , maps] = before.shape;
    say(this.title, `Filter ${this.filter + 1} of ${shape[2]} at work: ${title}`);
    say(this.givenName, maps === 1 ? (before.side === "input" ? this.named("digit x") : "what it reads") : `map ${pixel.map + 1} of ${maps}`);
    say(this.madeName, `map ${this.filter + 1}, pixel ${row + 1}, ${column + 1}`);
    paintMap(this.given, given, before, pixel.map, [pixel.top, pixel.left, layer.kernel]);
    paintMap(this.made, made, this.stages[step], this.filter, [row, column, 1]);
    for (const [canvas, numbers, grey] of [[this.window, pixel.window, before.grey], [this.kernel, pixel.weights, false], [this.products, pixel.products, false]]) paintGrid(canvas, numbers, layer.kernel, grey);
    const terms = [["sum of the products", pixel.sum], ...(maps > 1 ? [[`from ${maps - 1} other maps`, pixel.others]] : []), ["bias", pixel.bias]];
    const after = layer.activation && layer.activation !== "linear" ? `, of which ${layer.activation} makes ${exactly(pixel.made)}` : "";
    say(this.sums, `${terms.map(([what, number]) => `${exactly(number)} (${what})`).join(" + ")} = ${exactly(pixel.total)}${after}.`);
  }
}

const exactly = (number) => number.toFixed(3).replace("-", "−");

// The map with the largest numbers.
function liveliest(numbers, maps) {
  const ink = new Float64Array(maps);
  for (let i = 0; i < numbers.length; i++) ink[i % maps] += numbers[i] ** 2;
  return ink.indexOf(Math.max(...ink));
}

function brightest(numbers, [height, width, maps], map) {
  let best = 0;
  for (let i = 0; i < height * width; i++) if (numbers[i * maps + map] > numbers[best * maps + map]) best = i;
  return [Math.floor(best / width), best % width];
}

function enlarged(canvas, numbers, [height, width], grey, side) {
  const cell = Math.max(1, Math.floor(side / Math.max(height, width))), small = new OffscreenCanvas(width, height);
  paintNumbers(small, { width, height, at: (i) => [i % width, Math.floor(i / width)] }, numbers, { grey });
  const [wide, tall] = [width * cell, height * cell];
  if (canvas.width !== wide || canvas.height !== tall) Object.assign(canvas, { width: wide, height: tall });
  Object.assign(canvas.style, { width: `${wide}px`, height: `${tall}px` });
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, wide, tall);
  return { context, cell };
}

function paintMap(canvas, numbers, { shape: [height, width, maps], grey }, map, [top, left, size]) {
  const own = Float32Array.from({ length: height * width }, (_, i) => numbers[i * maps + map]);
  const { context, cell } = enlarged(canvas, own, [height, width], grey, SIDE);
  for (const [line, colour] of [[4, "#000"], [2, "#fff"]]) {
    Object.assign(context, { lineWidth: line, strokeStyle: colour });
    context.strokeRect(left * cell, top * cell, size * cell, size * cell);
  }
}

function paintGrid(canvas, numbers, k, grey) {
  const { context, cell } = enlarged(canvas, numbers, [k, k], grey, GRID), largest = Math.max(...numbers.map(Math.abs), 1e-6);
  if (cell < 30) return; // too small to be read
  Object.assign(context, { font: "600 11px system-ui, sans-serif", textAlign: "center", textBaseline: "middle" });
  numbers.forEach((number, i) => {
    context.fillStyle = (grey ? number > 0.55 : Math.abs(number) > 0.45 * largest) ? "#000" : "#fff";
    context.fillText(inWords(number), ((i % k) + 0.5) * cell, (Math.floor(i / k) + 0.5) * cell);
  });
}
