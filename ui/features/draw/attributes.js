// Sliders for what people see in a digit: each moves the sixteen numbers along a direction that was measured for it.
// `aecore/latent/directions.py` says how the directions were found.

import { explained } from "../../frontend/lib/explain.js";
import { inWords, quantise } from "../../frontend/lib/latent.js";
import { handlers, rangeOf } from "../../frontend/lib/latent_sliders.js";
import { button, h, say } from "../../frontend/lib/paint.js";

const SHOWN = {
  slant: { label: "slant", unit: "°", spoken: "degrees", digits: 1, nudge: 1, about: "how far the digit leans to the right" },
  thickness: { label: "thickness", unit: " px", spoken: "pixels", digits: 2, nudge: 0.05, about: "how thick the strokes are" },
  width: { label: "width", unit: " px", spoken: "pixels", digits: 1, nudge: 0.2, about: "from left to right, with the slant removed" },
  height: { label: "height", unit: " px", spoken: "pixels", digits: 1, nudge: 0.1, about: "from top to bottom" },
  roundness: { label: "roundness", unit: "", spoken: "", digits: 2, nudge: 0.01, about: "how round the loop is: 1 is a circle, near 0 a slit" },
};

// How far a slider goes, in standard deviations: farther out the decoder draws no digits. The effects of a direction
// that is only known roughly were measured one deviation away, and are worse beyond.
const REACH = 2;
const REACH_OF_CHANGE = 1;

/** The sliders of the attributes, in `element`; they use of the deck what `LatentSliders` use. */
export class AttributeSliders {
  constructor(deck) {
    this.deck = deck;
    this.sliders = [];
    this.list = h("div", { class: "attributes" });
    this.element = h(
      "section",
      { class: "seen", role: "group", "aria-label": "shape controls", hidden: true },
      h("h4", { "data-part": "latent" }, "Shape controls ", (this.note = h("small"))),
      this.list,
    );
  }

  /** Take the directions of a model, null when it has none. */
  use(directions) {
    this.element.hidden = !directions;
    this.sliders = (directions ?? []).map((direction) => this.build(direction));
    const vague = this.sliders.filter(({ known }) => !known).map(({ label }) => label);
    this.note.replaceChildren(...explained("each moves several numbers of the latent" + (vague.length ? `; for ${vague.join(" and ")}, only the change is shown` : "")));
    this.list.replaceChildren(...this.sliders.map(({ line }) => line));
  }

  /** Show the sliders' places, one at each step. */
  *steps() {
    for (const slider of this.sliders) {
      if (slider.weights.length === this.deck.latent.length) yield this.showSlider(slider); // it is still this model's latent
    }
  }

  showSlider(slider) {
    const { known, unit, spoken, digits, input, value, mark, reset } = slider;
    const place = this.place(slider);
    const state = [place.at, place.home, place.low, place.high].map((number) => number.toFixed(4)).join();
    if (state === slider.state) return;
    slider.state = state;
    if (Number(input.min) !== place.low) input.min = place.low;
    if (Number(input.max) !== place.high) input.max = place.high;
    input.value = place.at;
    const shown = Number(place.at.toFixed(digits)) || 0; // no negative zero
    say(value, (known || shown <= 0 ? "" : "+") + inWords(shown, digits) + unit);
    input.setAttribute("aria-valuetext", `${known ? "" : "changed by "}${shown.toFixed(digits)} ${spoken}`.trim());
    mark.style.left = `${(100 * (place.home - place.low)) / (place.high - place.low)}%`;
    reset.disabled = Math.abs(place.at - place.home) < 0.5 * 10 ** -digits;
  }

  /** Where a slider stands, where the drawing put it, and its ends; like theirs below, they grow to hold both. */
  place(slider) {
    const { known, ends, step, nudge, leap } = slider;
    const zero = known ? 0 : this.estimate(slider, this.deck.encoded);
    const [at, home] = [this.exact, this.deck.encoded].map((latent) => this.estimate(slider, latent) - zero);
    return { at, home, low: Math.min(ends[0], at, home), high: Math.max(ends[1], at, home), step, nudge, leap };
  }

  estimate({ weights, intercept }, latent) {
    return weights.reduce((sum, weight, i) => sum + weight * latent[i], intercept);
  }

  // The latent is kept in steps of 0.01; small moves along a direction would be lost in them, one after the other.
  get exact() {
    const { latent } = this.deck;
    return this.moved?.rounded === latent ? this.moved.latent : latent;
  }

  /** The latent moved so that the slider stands at `target`, from where it was when the thumb was taken. */
  moveTo(slider, target) {
    const from = this.held ?? this.exact;
    const zero = slider.known ? 0 : this.estimate(slider, this.deck.encoded);
    const amount = target + zero - this.estimate(slider, from);
    const latent = from.map((value, i) => {
      const { low, high } = rangeOf(this.deck, i);
      return Math.min(Math.max(value + amount * slider.direction[i], low), high);
    });
    this.moved = { latent, rounded: latent.map(quantise) };
    return this.moved.rounded;
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
          this.held = this.exact;
        },
        release: () => {
          this.held = null;
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
    const explained = `the latent accounts for ${Math.round(100 * direction.explained)} % of its differences between digits`;
    const title = `${shown.about}; ${explained}${direction.known ? "" : ", so only its change is shown"}`;
    const line = h(
      "div",
      { class: "attribute" },
      h("label", { title }, h("span", { class: "name" }, shown.label), h("span", { class: "track" }, mark, input), value),
      reset,
    );
    const { nudge } = shown;
    const { known, mean, low, high, deviation } = direction;
    const ends = known
      ? [Math.max(low, mean - REACH * deviation), Math.min(high, mean + REACH * deviation)]
      : [-REACH_OF_CHANGE * deviation, REACH_OF_CHANGE * deviation];
    const slider = { ...direction, ...shown, ends, step: nudge / 5, leap: 10 * nudge, line, input, value, mark, reset };
    return slider;
  }
}
