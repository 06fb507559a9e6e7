// Sliders for what people see in a digit. Where they stand is measured on the decoded digit; each moves the sixteen numbers so
// that it alone changes (`shape.js`), or, until that can, along a direction for all digits (`aecore/latent/directions.py`).

import { explained } from "../../frontend/lib/explain.js";
import { MEASURES, measure } from "../../frontend/lib/handwriting.js";
import { inWords, quantise } from "../../frontend/lib/latent.js";
import { handlers, rangeOf } from "../../frontend/lib/latent_sliders.js";
import { button, h, say } from "../../frontend/lib/paint.js";
import { loadShape } from "./shape.js";

const SHOWN = {
  slant: { label: "slant", unit: "°", spoken: "degrees", digits: 1, nudge: 1, about: "how far the digit leans to the right" },
  thickness: { label: "thickness", unit: " px", spoken: "pixels", digits: 2, nudge: 0.05, about: "how thick the strokes are" },
  width: { label: "width", unit: " px", spoken: "pixels", digits: 1, nudge: 0.2, about: "from left to right, with the slant removed" },
  height: { label: "height", unit: " px", spoken: "pixels", digits: 1, nudge: 0.1, about: "from top to bottom" },
  roundness: { label: "roundness", unit: "", spoken: "", digits: 2, nudge: 0.01, about: "how round the loop is: 1 is a circle, near 0 a slit" },
};

const REACH = 2; // standard deviations that a slider goes from the middle: farther out the decoder draws no digits
const MOST_KNOWN = 8; // latents whose digit is measured

/** The sliders of the attributes, in `element`; they use of the deck what `LatentSliders` use. */
export class AttributeSliders {
  constructor(deck) {
    Object.assign(this, { deck, sliders: [], known: new Map(), held: null });
    this.list = h("div", { class: "attributes" });
    this.element = h(
      "section",
      { class: "seen", role: "group", "aria-label": "shape controls", hidden: true },
      h("h2", { "data-part": "latent" }, "Shape controls ", h("small", {}, ...explained("each moves several numbers of the latent"))),
      this.list,
    );
  }

  /** Take the directions of a model, null when it has none, and the address of its shape network. */
  use(directions, shape = null) {
    this.element.hidden = !directions;
    Object.assign(this, { shape: null, address: shape });
    this.sliders = (directions ?? []).map((direction) => this.build(direction));
    this.list.replaceChildren(...this.sliders.map(({ line }) => line));
  }

  /** Load the shape network, after what the page needs first: until it is there, a direction for all digits stands in. */
  async load() {
    const { address } = this, shape = await loadShape(address);
    if (address === this.address) this.shape = shape;
  }

  /** Show the sliders' places, one at each step. */
  *steps() {
    for (const slider of this.sliders) {
      if (slider.weights.length === this.deck.latent.length) yield this.showSlider(slider); // it is still this model's latent
    }
  }

  showSlider(slider) {
    const { unit, spoken, digits, input, value, mark, reset } = slider, place = this.place(slider), isThere = Number.isFinite(place.at);
    const state = [place.at, place.home, place.guess, place.low, place.high].map((number) => number.toFixed(4)).join();
    if (state === slider.state) return;
    slider.state = state;
    input.disabled = !isThere && !this.held && !input.matches(":focus"); // no loop, no roundness; who holds it can open one again
    say(value, isThere ? inWords(Number(place.at.toFixed(digits)) || 0, digits) + unit : "no loop"); // no negative zero
    input.setAttribute("aria-valuetext", isThere ? `${place.at.toFixed(digits)} ${spoken}`.trim() : "no loop");
    reset.disabled = !(Math.abs(place.at - place.home) >= 0.5 * 10 ** -digits);
    mark.hidden = !Number.isFinite(place.guess);
    if (!isThere) return;
    if (Number(input.min) !== place.low) input.min = place.low;
    if (Number(input.max) !== place.high) input.max = place.high;
    input.value = this.held?.slider === slider ? this.held.target : place.at; // what is measured may lag behind the thumb
    mark.style.left = `${(100 * (place.guess - place.low)) / (place.high - place.low)}%`;
  }

  /** Where a slider stands, where the drawing and the encoder's guess put it, and its ends; like theirs below, they grow to hold these. */
  place(slider) {
    const { ends, step, nudge, leap } = slider;
    const [at, home, guess] = [this.deck.latent, this.deck.home, this.deck.encoded].map((latent) => this.tell(slider, latent));
    const all = [at, home, guess, this.held?.slider === slider ? this.held.target : NaN].filter(Number.isFinite);
    return { at, home, guess, low: Math.min(ends[0], ...all), high: Math.max(ends[1], ...all), step, nudge, leap };
  }

  /** What is measured on a latent's digit, or, before the decoder is there, what a direction tells. */
  tell(slider, latent) {
    const { deck } = this;
    if (!deck.isDecodable) return slider.weights.reduce((sum, weight, i) => sum + weight * latent[i], slider.intercept);
    if (deck.model !== this.decoder) this.known.clear();
    this.decoder = deck.model; // a student's first, which draws a little differently
    return this.measured(latent)[MEASURES.indexOf(slider.name)];
  }

  measured(latent) {
    const key = String(latent);
    if (!this.known.has(key)) {
      if (this.known.size >= MOST_KNOWN) this.known.delete(this.known.keys().next().value);
      this.known.set(key, measure(this.deck.model.decode(Float32Array.from(latent))));
    }
    return this.known.get(key);
  }

  /**
   * From where a slider moves: where it first began, if nothing else was moved since. So it leads back to there, and moves do
   * not add up their errors, nor get lost in the steps of 0.01 that the latent is kept in.
   */
  origin(slider) {
    const { moved, deck } = this, isLast = moved?.rounded === String(deck.latent);
    if (!isLast) return [...deck.latent];
    return moved.slider === slider ? moved.from : moved.latent;
  }

  /** The latent moved so that the slider stands at `target`. */
  moveTo(slider, target) {
    const { deck } = this, from = this.origin(slider);
    if (this.held) this.held.target = target;
    const amount = target - this.tell(slider, from);
    if (!Number.isFinite(amount)) return deck.latent;
    const to = this.shape && deck.isDecodable
      ? this.shape.moved(from, slider.name, amount, (latent) => deck.model.decode(Float32Array.from(latent)), this.measured(from))
      : from.map((value, i) => value + amount * slider.direction[i]);
    const latent = to.map((value, i) => {
      const { low, high } = rangeOf(deck, i);
      return Math.min(Math.max(value, low), high);
    });
    const rounded = latent.map(quantise);
    this.moved = { slider, from, latent, rounded: String(rounded) };
    return rounded;
  }

  build(direction) {
    const { deck } = this;
    const shown = SHOWN[direction.name];
    const input = h("input", {
      type: "range",
      step: "any",
      "aria-label": shown.label,
      ...handlers(deck, {
        hold: () => {
          deck.hold();
          this.held = { slider, target: NaN };
        },
        release: () => {
          this.held = null;
          slider.state = "";
          this.showSlider(slider);
          deck.release();
        },
        move: (value) => deck.take(this.moveTo(slider, value)),
        place: () => this.place(slider),
        reset: () => deck.take(home()),
      }),
    });
    const home = () => this.moveTo(slider, this.place(slider).home);
    const mark = h("i", { class: "mark" });
    const value = h("output");
    const reset = button("↺", "back to the shape of your drawing", () => deck.takeAtOnce(home()), { class: "reset", "aria-label": `reset ${shown.label}` });
    const title = `${shown.about}; measured on the decoded digit`;
    const line = h(
      "div",
      { class: "attribute" },
      h("label", { title }, h("span", { class: "name" }, shown.label), h("span", { class: "track" }, mark, input), value),
      reset,
    );
    const { nudge } = shown;
    const { mean, low, high, deviation } = direction;
    const ends = [Math.max(low, mean - REACH * deviation), Math.min(high, mean + REACH * deviation)];
    const slider = { ...direction, ...shown, ends, step: nudge / 5, leap: 10 * nudge, line, input, value, mark, reset };
    return slider;
  }
}
