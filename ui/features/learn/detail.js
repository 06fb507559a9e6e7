// The panel under the network: the chosen layer in words, in figures, and enlarged.

import { inWords } from "../../frontend/lib/latent.js";
import { h } from "../../frontend/lib/paint.js";
import { arrange, place } from "./layout.js";
import { paintNumbers, resize } from "./painting.js";

const LARGEST = 26; // pixels per number
const SIDES = { input: "Input", encoder: "Encoder", latent: "Encoder, last layer", decoder: "Decoder" };

export class Detail {
  constructor() {
    this.where = h("p", { class: "where", "data-testid": "where" });
    this.title = h("h4", { "data-testid": "title" });
    this.sentence = h("p", { class: "sentence", role: "status", "data-testid": "sentence" });
    this.facts = h("dl", { "data-testid": "facts" });
    this.large = h("canvas", {
      "data-testid": "large", role: "img", "aria-label": "this layer, enlarged",
      onpointermove: (event) => this.point(event),
      onpointerdown: (event) => this.point(event),
      onpointerleave: () => (this.pointed.textContent = ""),
    });
    this.pointed = h("p", { class: "pointed", "data-testid": "pointed" });
    this.box = h("div", { class: "box" }, this.large);
    this.element = h(
      "section",
      { class: "detail", "data-testid": "detail", "aria-label": "the chosen layer" },
      h("div", { class: "head" }, this.where, this.title),
      this.sentence,
      this.facts,
      h("div", { class: "enlarged" }, this.box, this.pointed),
    );
  }

  /** Show stage i of `count` and its numbers, undefined where nothing flows. */
  show(stage, i, count, numbers) {
    const { side, title, sentence, shape, parameters, sum } = stage;
    this.where.textContent = `${SIDES[side]} · step ${i + 1} of ${count}`;
    this.title.textContent = title;
    this.sentence.textContent = sentence;
    const size = shape.reduce((a, b) => a * b, 1).toLocaleString("en");
    this.facts.replaceChildren(
      fact("Output", shape.length > 1 ? `${shape.join(" × ")} = ${size} numbers` : `${size} ${size === "1" ? "number" : "numbers"}`),
      fact("Parameters", parameters ? `${sum} = ${parameters.toLocaleString("en")}` : "none"),
      fact("Now", numbers ? spread(numbers) : "nothing: the canvas is empty"),
      ...(side === "latent" && numbers ? [fact("z", Array.from(numbers, (number) => inWords(number)).join(", "))] : []),
    );
    this.showLarge(stage, numbers);
  }

  showLarge(stage, numbers) {
    const [width, height] = [this.box.clientWidth, this.box.clientHeight];
    if (!width) return;
    const arrangement = arrange(stage.shape, height / width);
    const cell = Math.min(width / arrangement.width, height / arrangement.height, LARGEST);
    resize(this.large, arrangement, cell >= 2 ? Math.floor(cell) : cell);
    paintNumbers(this.large, arrangement, numbers, stage);
    this.shown = { stage, numbers, arrangement };
    this.pointed.textContent = "";
  }

  /** Say which number is under the pointer. */
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
  const zeros = Math.round((100 * zero) / numbers.length);
  return `from ${inWords(low)} to ${inWords(high)}${zeros ? `, ${zeros} % are 0` : ""}`;
}
