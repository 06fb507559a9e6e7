// A slider per number of the latent, with the distribution of real digits behind it and a mark where the drawing put it.

import { STEP, inWords, quantise } from "../../frontend/lib/latent.js";
import { button, h, svg } from "../../frontend/lib/paint.js";

const NUDGE = 0.05;
const LEAP = 0.5;

/**
 * Where a key moves a slider, undefined where it does not. Of the slider: `at` is its value, `home` the one of the
 * drawing, `low` and `high` are its ends; `step`, `nudge` and `leap` how far keys move it.
 */
export function targetOfKey({ key, shiftKey }, { at, home, low, high, step, nudge, leap }) {
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
 * `reset()` puts it back; `hold()` and `release()` are called around a drag.
 */
export function handlers(deck, { move, place, reset, hold = () => deck.hold(), release = () => deck.release() }) {
  return {
    onpointerdown: hold,
    oninput: (event) => move(Number(event.target.value)),
    onchange: release,
    onpointerup: release,
    onpointercancel: release,
    onkeydown: (event) => deck.key(event, place(), move),
    ondblclick: reset,
  };
}

/**
 * The sliders, in `element`. Of the deck they use latent, encoded, statistics, hold(), release(), take(latent),
 * takeAtOnce(latent), key(event, place, move), range(i).
 */
export class LatentSliders {
  constructor(deck) {
    this.deck = deck;
    this.sliders = [];
    this.element = h("div", { class: "sliders", role: "group", "aria-label": "the latent" });
  }

  /** Take another model's latent. */
  use({ low, histogram }) {
    this.sliders = low.map((_, i) => this.build(i, histogram[i]));
    this.element.replaceChildren(...this.sliders.map(({ row, reset }) => h("div", { class: "line" }, row, reset)));
  }

  build(i, counts) {
    const { deck } = this;
    const name = `latent ${i + 1}`;
    const input = h("input", {
      type: "range",
      step: STEP,
      "aria-label": name,
      ...handlers(deck, {
        move: (value) => this.move(i, value),
        place: () => this.place(i),
        reset: () => this.move(i, deck.encoded[i]),
      }),
    });
    const mark = h("i", { class: "mark" });
    const value = h("output");
    const back = () => deck.takeAtOnce(deck.latent.with(i, deck.encoded[i]));
    const reset = button("↺", "back to what the encoder said", back, { class: "reset", "aria-label": `reset ${name}` });
    const hill = distribution(counts);
    const track = h("span", { class: "track" }, hill, mark, input);
    const row = h("label", { class: "row" }, h("span", { class: "name" }, `z${i + 1}`), track, value);
    return { row, input, value, mark, hill, reset };
  }

  move(i, value) {
    const { low, high } = this.deck.range(i);
    this.deck.take(this.deck.latent.with(i, quantise(Math.min(Math.max(value, low), high))));
  }

  place(i) {
    const { deck } = this;
    return { at: deck.latent[i], home: deck.encoded[i], ...deck.range(i), step: STEP, nudge: NUDGE, leap: LEAP };
  }

  show() {
    this.sliders.forEach((slider, i) => this.showSlider(slider, i));
  }

  showSlider(slider, i) {
    const { latent, encoded, statistics } = this.deck;
    if (latent[i] === undefined) return;
    const { low, high } = this.deck.range(i);
    const shown = quantise(latent[i]);
    const state = `${shown} ${encoded[i]} ${low} ${high}`;
    if (state === slider.state) return; // a drag moves one of sixteen: leave the others to the browser's cache
    slider.state = state;
    const { row, input, value, mark, hill, reset } = slider;
    if (Number(input.min) !== low) input.min = low;
    if (Number(input.max) !== high) input.max = high;
    if (Number(input.value) !== shown) input.value = shown;
    value.textContent = inWords(shown);
    const along = (z) => `${(100 * (z - low)) / (high - low)}%`;
    mark.style.left = along(encoded[i]);
    hill.style.left = along(statistics.low[i]);
    hill.style.width = along(low + statistics.high[i] - statistics.low[i]);
    reset.disabled = shown === quantise(encoded[i]);
    row.title = `higher than in ${percentile(statistics, i, shown)} % of real digits`;
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
