// The panel under the network: the chosen layer in words, in figures, and enlarged.

import { aloud } from "../../frontend/lib/aloud.js";
import { inWords } from "../../frontend/lib/latent.js";
import { h } from "../../frontend/lib/paint.js";
import { arrange, place } from "./layout.js";
import { paintNumbers, resize } from "./painting.js";

const LARGEST = 26; // pixels per number
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const SIDES = { input: "Input", encoder: "Encoder", latent: "Encoder, last layer", decoder: "Decoder" };

export class Detail {
  /** `choose(map)` is called for a map that is clicked. */
  constructor(choose) {
    this.choose = choose;
    this.where = h("p", { class: "where", "data-testid": "where" });
    this.title = h("h2", { "data-testid": "title" });
    this.sentence = h("p", { class: "sentence", "data-testid": "sentence" });
    this.spoken = aloud();
    this.facts = h("dl", { "data-testid": "facts" });
    this.large = h("canvas", {
      "data-testid": "large", role: "img", "aria-label": "this layer, enlarged", tabindex: 0,
      "aria-description": "the arrow keys go from number to number",
      onpointermove: (event) => this.point(event),
      onpointerdown: (event) => this.point(event),
      onclick: (event) => this.chooseMap(event),
      onpointerleave: () => (this.pointed.textContent = ""),
      onkeydown: (event) => this.key(event),
      onblur: () => (this.pointed.textContent = ""),
    });
    this.pointed = h("p", { class: "pointed", "data-testid": "pointed" });
    this.box = h("div", { class: "box" }, this.large);
    this.element = h(
      "section",
      { class: "detail", "data-testid": "detail", "aria-label": "the chosen layer" },
      h("div", { class: "head" }, this.where, this.title),
      this.sentence,
      this.spoken.element,
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
    this.spoken.say(sentence);
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
    if (this.shown) this.pointed.textContent = this.number(...this.under(event)) ?? "";
  }

  /** The place of the arrangement under a pointer, [x, y]. */
  under({ offsetX, offsetY }) {
    const { width, height } = this.shown.arrangement;
    return [Math.floor((width * offsetX) / this.large.clientWidth), Math.floor((height * offsetY) / this.large.clientHeight)];
  }

  chooseMap(event) {
    const { stage, numbers } = this.shown ?? {}, i = numbers ? this.index(...this.under(event)) : -1;
    if (i >= 0 && stage.shape.length === 3) this.choose(i % stage.shape[2]);
  }

  /** Go to the next number in the direction of an arrow key, and say which it is. */
  key(event) {
    const move = MOVES[event.key], { arrangement, at } = this.shown ?? {};
    if (!move || !this.shown.numbers) return;
    event.preventDefault();
    event.stopPropagation(); // the network's arrow keys go from layer to layer
    let [x, y] = at ?? [-move[0], -move[1]].map((n) => Math.min(n, 0)); // the first key leads to the first number
    const isInside = () => x >= 0 && y >= 0 && x < arrangement.width && y < arrangement.height;
    do [x, y] = [x + move[0], y + move[1]];
    while (isInside() && this.number(x, y) === null); // between two maps lies nothing
    if (!isInside()) return;
    this.shown.at = [x, y];
    this.pointed.textContent = this.number(x, y);
    this.spoken.say(this.pointed.textContent);
  }

  /** The index of the number in a place of the arrangement, -1 where none is. */
  index(x, y) {
    const { numbers, arrangement } = this.shown;
    const isHere = (_, k) => {
      const [atX, atY] = arrangement.at(k);
      return atX === x && atY === y;
    };
    return numbers?.findIndex(isHere) ?? -1;
  }

  /** Which number is in a place of the arrangement, as text; null where none is. */
  number(x, y) {
    const { stage, numbers } = this.shown, i = this.index(x, y);
    return i >= 0 ? `${place(stage.shape, i)}: ${inWords(numbers[i])}` : null;
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
