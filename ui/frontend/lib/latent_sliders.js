// A slider per number of the latent, with the distribution of real pictures behind it, and a mark where the encoder put it;
// `latent_sliders.css` says what they look like.

import { STEP, inWords, quantise } from "./latent.js";
import { button, h, say, svg } from "./paint.js";
import { thumb } from "./thumb.js";

const NUDGE = 0.05;
const LEAP = 0.5;

// What the sliders of a digit's latent say.
const OF_DIGITS = { group: "the latent", slider: "latent", short: "z", home: "back to the number of your drawing", real: "real digits" };

/**
 * Where a key moves a slider, undefined where it does not. Of the slider: `at` is its value, `home` the one of the
 * drawing, `low` and `high` are its ends; `step`, `nudge` and `leap` how far keys move it.
 */
function targetOfKey({ key, shiftKey }, { at, home, low, high, step, nudge, leap }) {
  const by = shiftKey ? step : nudge;
  const target = {
    ArrowRight: at + by,
    ArrowUp: at + by,
    ArrowLeft: at - by,
    ArrowDown: at - by,
    PageUp: at + leap,
    PageDown: at - leap,
    Home: low,
    End: high,
    Delete: home,
    Backspace: home,
  }[key];
  return target === undefined ? undefined : Math.min(Math.max(target, low), high);
}

/**
 * The handlers of a range input that moves the deck's latent: `move(value)` moves it, `place()` is for `targetOfKey`,
 * `reset()` puts it back; `hold()` and `release()` are called around a drag, the deck's `remember()` before a key's first move.
 */
export function handlers(deck, { move, place, reset, hold = () => deck.hold(), release = () => deck.release() }) {
  return {
    ...thumb({ begin: hold, move, end: release }),
    onkeydown(event) {
      const target = targetOfKey(event, place());
      if (target === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
      if (!event.repeat) deck.remember();
      move(target);
      event.preventDefault();
    },
    ondblclick: reset,
  };
}

/** The ends of the slider of a number of a deck's latent: where that lies outside the range of most pictures, it grows to hold it. */
export function rangeOf({ statistics: { low, high }, encoded, home = encoded, latent }, i) {
  const held = [encoded[i] ?? 0, home[i] ?? 0, latent[i] ?? 0];
  return { low: Math.min(low[i], ...held), high: Math.max(high[i], ...held) };
}

/**
 * The sliders, in `element`. Of the deck they use latent, encoded, home (where that is refined), statistics, remember(), hold(),
 * release(), take(latent), takeAtOnce(latent); `words` are what they say.
 */
export class LatentSliders {
  constructor(deck, words = OF_DIGITS) {
    Object.assign(this, { deck, words, sliders: [] });
    this.element = h("div", { class: "sliders", role: "group", "aria-label": words.group });
  }

  /** Take another model's latent. */
  use({ low, histogram }) {
    this.sliders = low.map((_, i) => this.build(i, histogram[i]));
    this.element.replaceChildren(...this.sliders.map(({ row, reset }) => h("div", { class: "line" }, row, reset)));
  }

  build(i, counts) {
    const { deck, words } = this;
    const name = `${words.slider} ${i + 1}`;
    const input = h("input", {
      type: "range",
      step: STEP,
      "aria-label": name,
      ...handlers(deck, {
        move: (value) => this.move(i, value),
        place: () => this.place(i),
        reset: () => this.move(i, this.home[i]),
      }),
    });
    const mark = h("i", { class: "mark" });
    const value = h("output");
    const back = () => deck.takeAtOnce(deck.latent.with(i, this.home[i]));
    const reset = button("↺", words.home, back, { class: "reset", "aria-label": `reset ${name}` });
    const hill = distribution(counts);
    const track = h("span", { class: "track" }, hill, mark, input);
    const row = h("label", { class: "row" }, h("span", { class: "name" }, `${words.short}${i + 1}`), track, value);
    return { row, input, value, mark, hill, reset };
  }

  get home() {
    return this.deck.home ?? this.deck.encoded;
  }

  move(i, value) {
    const { low, high } = rangeOf(this.deck, i);
    this.deck.take(this.deck.latent.with(i, quantise(Math.min(Math.max(value, low), high))));
  }

  place(i) {
    const { deck } = this;
    return { at: deck.latent[i], home: this.home[i], ...rangeOf(deck, i), step: STEP, nudge: NUDGE, leap: LEAP };
  }

  /** Show the sliders' places, one at each step. */
  *steps() {
    for (const [i, slider] of this.sliders.entries()) yield this.showSlider(slider, i);
  }

  showSlider(slider, i) {
    const { latent, encoded, statistics } = this.deck;
    if (latent[i] === undefined) return;
    const { low, high } = rangeOf(this.deck, i);
    const shown = quantise(latent[i]);
    const state = `${shown} ${encoded[i]} ${this.home[i]} ${low} ${high}`;
    if (state === slider.state) return; // a drag moves one of sixteen: leave the others to the browser's cache
    slider.state = state;
    const { row, input, value, mark, hill, reset } = slider;
    if (Number(input.min) !== low) input.min = low;
    if (Number(input.max) !== high) input.max = high;
    if (Number(input.value) !== shown) input.value = shown;
    say(value, inWords(shown));
    const along = (z) => `${(100 * (z - low)) / (high - low)}%`;
    mark.style.left = along(encoded[i]);
    hill.style.left = along(statistics.low[i]);
    hill.style.width = along(low + statistics.high[i] - statistics.low[i]);
    reset.disabled = shown === quantise(this.home[i]);
    row.title = `higher than in ${percentile(statistics, i, shown)} % of ${this.words.real}`;
    input.setAttribute("aria-valuetext", `${shown.toFixed(2)}, ${row.title}`);
  }
}

function percentile({ low, high, histogram }, i, value) {
  const counts = histogram[i];
  const place = ((value - low[i]) / (high[i] - low[i])) * counts.length;
  const below = counts.reduce((sum, n, k) => sum + n * Math.min(Math.max(place - k, 0), 1), 0);
  return Math.round((100 * below) / counts.reduce((a, b) => a + b));
}

// How real digits spread along one dimension, as a hill behind the slider.
function distribution(counts) {
  const points = counts.map((n, k) => `${k + 0.5},${100 - n}`).join(" ");
  const polygon = svg("polygon", { points: `0,100 ${points} 32,100` });
  return svg("svg", { viewBox: "0 0 32 100", preserveAspectRatio: "none", "aria-hidden": "true" }, polygon);
}
