// Sixteen filmstrips, one per dimension: what each does to the digit on the table, at a glance. A click or a drag sets it.

import { mount } from "../../frontend/lib/component.js";
import { betweenMiddles, followDrag, pictureAt } from "../../frontend/lib/drag.js";
import { inWords, isLatent, quantise } from "../../frontend/lib/latent.js";
import { ModelPart } from "../../frontend/lib/model_part.js";
import { button, h, imageCanvas, paint, putFrame } from "../../frontend/lib/paint.js";
import { table } from "../../frontend/lib/table.js";
import { turnTheSoonest } from "./dare.js";

const FRAMES = 13; // in a strip, from the lowest to the highest value that real digits have
const LEAP = 3; // frames, of Page Up and Page Down
const BUDGET_MS = 12; // of decoding per frame of the browser, so that the page stays responsive

class Traversals extends ModelPart {
  static student = true;
  static subject = "The filmstrips need";

  constructor(root) {
    super();
    Object.assign(this, { latent: [], home: [], rows: [], held: null }); // held: the dimension, and its range, being dragged
    this.build(root);
  }

  prepare({ model }) {
    this.statistics = model.statistics;
    this.buildRows();
  }

  adopt({ latent, home }) {
    Object.assign(this, { latent, home });
  }

  get state() {
    return { latent: this.latent };
  }

  get scene() {
    return this.state;
  }

  showScene({ latent }) {
    if (!isLatent(latent, this.statistics.low.length) || String(latent) === String(this.latent)) return;
    this.latent = latent;
    this.show();
  }

  // ---- user input --------------------------------------------------------------------------------------------

  set(i, value) {
    const { low, high } = this.range(i);
    const next = quantise(Math.min(Math.max(value, low), high));
    if (next === this.latent[i]) return;
    this.remember();
    this.change({ latent: this.latent.with(i, next) });
  }

  change({ latent }) {
    this.latent = latent;
    this.show();
    this.report();
  }

  /** Keep a strip's range while it is dragged, so that its pictures stay where they are. */
  hold(i) {
    this.remember();
    this.held = { i, from: this.latent[i], ...this.range(i) };
  }

  drag(i, along, dragged) {
    const { low, high } = this.held;
    const part = dragged ? betweenMiddles(along, FRAMES) : pictureAt(along, FRAMES) / (FRAMES - 1);
    this.latent = this.latent.with(i, quantise(low + part * (high - low)));
    this.frame.soon();
  }

  release() {
    const { i, from } = this.held;
    this.held = null;
    this.show();
    if (this.latent[i] !== from) this.report();
  }

  reset() {
    this.remember();
    this.change({ latent: this.home });
  }

  // A drawing may lie outside the range of most digits; then the strip grows to hold it.
  range(i) {
    if (this.held?.i === i) return this.held;
    const { low, high } = this.statistics;
    return { low: Math.min(low[i], this.latent[i]), high: Math.max(high[i], this.latent[i]) };
  }

  value(i, frame) {
    const { low, high } = this.range(i);
    return low + (frame / (FRAMES - 1)) * (high - low);
  }

  key(event, i) {
    const { low, high } = this.range(i), step = (high - low) / (FRAMES - 1);
    const target = {
      ArrowRight: this.latent[i] + step, ArrowUp: this.latent[i] + step,
      ArrowLeft: this.latent[i] - step, ArrowDown: this.latent[i] - step,
      PageUp: this.latent[i] + LEAP * step, PageDown: this.latent[i] - LEAP * step,
      Home: low, End: high, Delete: this.home[i], Backspace: this.home[i],
    }[event.key];
    if (target === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    this.set(i, target);
    event.preventDefault();
  }

  // ---- to the screen -----------------------------------------------------------------------------------------

  show() {
    this.frame.cancel();
    cancelAnimationFrame(this.decoding);
    this.resetButton.disabled = String(this.latent) === String(this.home);
    if (!this.model || this.latent.length !== this.model.latentDim) return;
    const decoded = this.model.decode(Float32Array.from(this.latent));
    paint(this.output, decoded);
    table.follow(decoded, String(this.latent) !== String(this.home));
    this.rows.forEach((row, i) => this.showValue(row, i));
    this.dare.show();
    const wanted = this.rows.flatMap((_, i) => Array.from({ length: FRAMES }, (_, frame) => [i, frame]));
    const work = () => {
      for (const end = performance.now() + BUDGET_MS; wanted.length && performance.now() < end; ) {
        const [i, frame] = wanted.shift();
        const image = this.model.decode(Float32Array.from(this.latent.with(i, this.value(i, frame))));
        putFrame(this.rows[i].strip, image, frame, FRAMES);
      }
      if (wanted.length) this.decoding = requestAnimationFrame(work);
      else this.root.dataset.ready = String(!this.isStudent);
    };
    this.root.dataset.ready = "false";
    work();
  }

  showValue({ strip, mark, number }, i) {
    const { low, high } = this.range(i), shown = this.latent[i].toFixed(2);
    // The middle of the first frame is the lowest value, that of the last the highest.
    mark.style.left = `${(100 * (0.5 + ((FRAMES - 1) * (this.latent[i] - low)) / (high - low))) / FRAMES}%`;
    number.textContent = inWords(this.latent[i]);
    strip.setAttribute("aria-valuemin", low.toFixed(2));
    strip.setAttribute("aria-valuemax", high.toFixed(2));
    strip.setAttribute("aria-valuenow", shown);
    strip.setAttribute("aria-valuetext", `${shown} standard deviations`);
  }

  build(root) {
    this.output = imageCanvas("decoded", "decoded digit, 28 by 28 pixels");
    this.resetButton = button("Reset", "back to the numbers of your drawing", () => this.reset());
    this.list = h("div", { class: "strips", "data-part": "latent" });
    this.dare = turnTheSoonest(this);
    this.root = h(
      "div",
      { class: "part traversals" },
      h("figure", { "data-part": "output" }, this.output, h("figcaption", {}, "Decoded digit", h("div", { class: "buttons" }, this.resetButton), this.status)),
      h("div", {}, this.list, this.dare.element),
    );
    root.append(this.root);
  }

  buildRows() {
    this.rows = this.statistics.low.map((_, i) => {
      const name = `z${i + 1}`;
      const strip = h("canvas", {
        width: 28 * FRAMES, height: 28, tabindex: 0, role: "slider", "aria-label": `latent ${i + 1}`, "data-testid": `strip-${i + 1}`,
        onkeydown: (event) => this.key(event, i),
      });
      followDrag(strip, { begin: () => this.hold(i), move: (along, dragged) => this.drag(i, along, dragged), end: () => this.release() });
      const [mark, number] = [h("i", { class: "mark" }), h("output")];
      return { strip, mark, number, row: h("div", { class: "row" }, h("span", { class: "name" }, name), h("div", { class: "track" }, strip, mark), number) };
    });
    this.list.replaceChildren(...this.rows.map(({ row }) => row));
  }

  stop() {
    cancelAnimationFrame(this.decoding);
    super.stop();
  }
}

export default mount(Traversals);
