// The layers of the network side by side, or one below the other: every number is a square of the same size.

import { h, svg } from "../../frontend/lib/paint.js";
import { arrange, spread } from "./layout.js";
import { outline } from "./outline.js";
import { paintNumbers, resize } from "./painting.js";

const CELLS = [3, 2.5, 2, 1.5, 1]; // pixels per number; the largest that fits
const LABELS = [1, 0.7, 0.45]; // of a label's width that its layer leaves free: where labels would meet, one lies lower
const ASPECTS = [3, 2.2, 1.6]; // of a layer, across the flow
const NARROWER = [1 / 2, 1, 2, 3]; // down the page, where a layer would be wider than the page
const TALLEST = 330;
const [NARROW, FLOWING] = [560, 800]; // px of the page: below the second the layers lie one below the other
const [LETTER, ENDS, LENS, AIR] = [5.8, 108, 86, 6]; // widths in pixels; a label is somewhat wider than its letters
const UNDER = 12; // px between the lowest label and what is below
const REACH = 3; // of the latent's bars, in standard deviations

/**
 * The layers, in `element`. Of the network they use input and hint, the elements of the first layer, and outputFigure,
 * that of the reconstruction; they call select(i), hover(i or null), and `press(i)` for a click.
 */
export class Layers {
  constructor(network) {
    Object.assign(this, { network, stages: [], layers: [], numbers: null });
    this.outline = outline();
    this.element = h("div", { class: "picture", role: "group", "aria-label": "the network; arrow keys walk through its layers" });
  }

  /** Take another network's stages. */
  use(stages) {
    this.stages = stages;
    this.latent = stages.findIndex(({ side }) => side === "latent");
    this.layers = stages.map((stage, i) => this.build(stage, i));
    [...this.layers.map(({ element }) => element), this.network.outputFigure].forEach((element, i) => element.style.setProperty("--place", i));
    this.element.replaceChildren(this.outline.element, ...this.layers.map(({ element }) => element), this.network.outputFigure);
  }

  build(stage, i) {
    const { network } = this;
    const shape = stage.shape.length > 1 ? stage.shape.join("×") : stage.shape[0];
    const parameters = stage.parameters.toLocaleString("en");
    const attributes = {
      type: "button", class: `layer ${stage.side}`, "data-testid": `layer-${i}`,
      "aria-label": `${stage.title}: ${stage.shape.join(" × ")}, ${parameters} parameters`,
      onclick: () => network.press(i),
      onpointermove: (event) => this.hasMoved(event) && network.hovered !== i && network.hover(i),
      onpointerleave: () => network.hovered === i && network.hover(null),
      onfocus: () => i !== network.step && network.select(i),
    };
    if (stage.side === "input") {
      const caption = h("figcaption", {}, "Digit x", h("small", {}, "28 × 28 = 784 numbers"), network.hint);
      return { element: h("button", { ...attributes, class: "layer end input" }, h("figure", { "data-part": "input" }, network.input, caption)) };
    }
    const canvas = h("canvas", { class: "numbers" });
    const label = h("span", { class: "label" }, h("b", {}, stage.label), h("span", {}, shape), h("span", {}, stage.parameters ? parameters : "–"));
    const slab = h("span", { class: "slab" }, canvas, ...(stage.side === "latent" ? [this.buildLens(stage.shape[0])] : []));
    const letters = Math.max(...Array.from(label.children, ({ textContent }) => textContent.length));
    return { canvas, label, letters, element: h("button", attributes, slab, label) };
  }

  // The latent is too small to be seen to scale, which is the point of it: beside it, its numbers as bars.
  buildLens(n) {
    this.bars = Array.from({ length: n }, (_, i) => svg("rect", { y: i + 0.14, height: 0.72 }));
    this.lens = svg(
      "svg",
      { class: "lens", "data-part": "latent", viewBox: `${-REACH} 0 ${2 * REACH} ${n}`, preserveAspectRatio: "none", "data-testid": "lens", "aria-hidden": "true" },
      svg("line", { x1: 0, x2: 0, y1: 0, y2: n, "vector-effect": "non-scaling-stroke" }),
      ...this.bars,
    );
    return this.lens;
  }

  // A layer that scrolls by under a mouse at rest is not pointed at.
  hasMoved({ pointerType, screenX, screenY }) {
    const before = this.pointer;
    this.pointer = `${screenX} ${screenY}`;
    return pointerType === "mouse" && this.pointer !== before;
  }

  /** Show the numbers of every layer, null for none. */
  show(numbers) {
    this.numbers = numbers;
    this.layers.forEach((_, i) => this.showNumbers(i));
    const latent = numbers?.[this.latent];
    this.bars?.forEach((bar, i) => {
      const value = Math.min(Math.max(latent?.[i] ?? 0, -REACH), REACH);
      bar.setAttribute("x", Math.min(value, 0));
      bar.setAttribute("width", Math.abs(value));
      bar.setAttribute("class", value < 0 ? "below" : "above");
    });
  }

  showNumbers(i) {
    const { canvas, arrangement } = this.layers[i];
    if (canvas && arrangement) paintNumbers(canvas, arrangement, this.numbers?.[i], this.stages[i]);
  }

  /** Mark the layer of a step; in a walk, what comes later is not there yet. */
  mark(step, walking) {
    this.layers.forEach(({ element }, i) => {
      element.classList.toggle("later", walking && i > step);
      element.setAttribute("aria-current", i === step ? "step" : "false");
      element.tabIndex = i === step ? 0 : -1;
    });
  }

  /** Send a pulse through the network. */
  pulse() {
    this.element.classList.remove("pulse");
    void this.element.offsetWidth; // else the animation would not begin anew
    this.element.classList.add("pulse");
  }

  // ---- how they lie on the page ------------------------------------------------------------------------------

  /** Arrange the layers on a page so wide: across it where that fits, else down the page, as on a phone. */
  lay(root, available) {
    if (!available || !this.stages.length) return;
    const { down, cell, arrangements, share } = this.acrossThePage(available) ?? this.downThePage(available);
    root.classList.toggle("down", down);
    root.classList.toggle("narrow", available < NARROW);
    this.layers.forEach((layer, i) => {
      layer.arrangement = arrangements[i];
      if (layer.canvas) resize(layer.canvas, arrangements[i], cell);
      layer.element.style.minWidth = i && !down ? `${share * LETTER * layer.letters}px` : "";
      this.showNumbers(i);
    });
    this.spreadLabels(down);
    const boxes = this.layers.map(({ canvas }, i) => ((i && canvas) || this.network.input).getBoundingClientRect());
    boxes.push(this.network.output.getBoundingClientRect());
    this.outline.draw(this.element.getBoundingClientRect(), boxes, this.latent, this.lens.getBoundingClientRect(), down);
  }

  /** Lower the labels that would lie on another, or on the caption of an end. */
  spreadLabels(down) {
    const { element, layers, network } = this, labelled = layers.filter(({ label }) => label);
    for (const { label } of labelled) label.style.marginTop = "";
    element.style.marginBottom = "";
    if (down) return;
    const box = (one) => one.getBoundingClientRect();
    const captions = [layers[0].element, network.outputFigure].map((end) => end.querySelector("figcaption"));
    const lower = spread(labelled.map(({ label }) => box(label)), [...captions, ...labelled.map(({ canvas }) => canvas)].map(box));
    labelled.forEach(({ label }, i) => (label.style.marginTop = `${lower[i]}px`));
    const lowest = Math.max(...labelled.map(({ label }) => box(label).bottom));
    element.style.marginBottom = `${Math.max(lowest - box(element).bottom + UNDER, 0)}px`; // no less than the legend's margin
  }

  acrossThePage(available) {
    if (available < FLOWING) return null;
    for (const share of LABELS) for (const cell of CELLS) for (const aspect of ASPECTS) {
      const arrangements = this.stages.map(({ shape }) => arrange(shape, aspect));
      const widths = arrangements.map(({ width }, i) => (i ? Math.max(width * cell, share * LETTER * this.layers[i].letters) : ENDS) + AIR);
      const total = widths.reduce((a, b) => a + b, ENDS + LENS);
      if (total <= available && arrangements.every(({ height }) => height * cell <= TALLEST)) return { down: false, cell, arrangements, share };
    }
    return null;
  }

  downThePage(available) {
    const room = available < NARROW ? available - 8 : Math.min(available - 230, 520);
    const tries = [...CELLS.map((cell) => [cell, 1 / ASPECTS[0]]), ...NARROWER.map((aspect) => [CELLS.at(-1), aspect])];
    for (const [cell, aspect] of tries) {
      const arrangements = this.stages.map(({ shape }) => arrange(shape, aspect));
      const fits = arrangements.every(({ width }) => width * cell <= room);
      if (fits || aspect === NARROWER.at(-1)) return { down: true, cell, arrangements };
    }
  }
}
