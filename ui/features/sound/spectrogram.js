// A spectrogram on a canvas of a pixel for each frame and frequency, with axes and a playhead around it.

import { h } from "../../frontend/lib/paint.js";
import { BINS, HOP, RATE } from "./spectrum.js";

const ROWS = BINS - 1; // the highest frequency is left out
const LOW = -30, HIGH = 25; // dB, to the mean power of the sound that has the usual level
const FAINT = 1e-12;
// Inferno (Smith and van der Walt, 2015, CC0): as much brighter to the eye as a sound is louder.
const INFERNO = ["000004", "1b0c41", "4a0c6b", "781c6d", "a52c60", "cf4446", "ed6925", "fb9b06", "f7d13d", "fcffa4"];
const COLOURS = Uint32Array.from({ length: 256 }, (_, i) => {
  const place = (i / 255) * (INFERNO.length - 1), at = Math.min(Math.floor(place), INFERNO.length - 2), part = place - at;
  const [red, green, blue] = [0, 2, 4].map((from) => {
    const [a, b] = [INFERNO[at], INFERNO[at + 1]].map((colour) => parseInt(colour.slice(from, from + 2), 16));
    return Math.round(a + part * (b - a));
  });
  return 0xff000000 | (blue << 16) | (green << 8) | red;
});

/** Paint the frames [start, stop] of a spectrum; `gain` brings its sound to the usual level. */
export function paintSpectrum(canvas, { re, im, frames }, gain, start = 0, stop = frames) {
  if (canvas.width !== frames || canvas.height !== ROWS) Object.assign(canvas, { width: frames, height: ROWS });
  if (stop <= start) return;
  const wide = stop - start, image = new ImageData(wide, ROWS), pixels = new Uint32Array(image.data.buffer);
  const factor = (255 / (HIGH - LOW)) * (10 / Math.LN10), offset = (-LOW * 255) / (HIGH - LOW), times = gain * gain;
  for (let x = 0; x < wide; x++) {
    let from = (start + x) * BINS;
    for (let to = (ROWS - 1) * wide + x; to >= 0; to -= wide, from++) {
      const value = factor * Math.log(times * (re[from] * re[from] + im[from] * im[from]) + FAINT) + offset;
      pixels[to] = COLOURS[value > 0 ? (value < 255 ? value | 0 : 255) : 0];
    }
  }
  canvas.getContext("2d").putImageData(image, start, 0);
}

/** How far along a canvas of so many frames a time lies, in seconds: from 0 to 1. */
export const placeOf = (seconds, frames) => ((seconds * RATE) / HOP + 0.5) / frames;

/** The time in seconds at a place from 0 to 1 along a canvas of so many frames. */
export const timeAt = (along, frames) => Math.max(0, ((along * frames - 0.5) * HOP) / RATE);

const STEPS = [0.1, 0.2, 0.5, 1, 2, 5]; // seconds between ticks
const MOST_TICKS = 8;

/** A spectrogram: {element, canvas, pane, show(seconds, frames), at(seconds)}; `pane` holds what lies on the canvas. */
export function spectrogram(testId, label) {
  const canvas = h("canvas", { "data-testid": testId, role: "img", "aria-label": label, width: 1, height: ROWS });
  const head = h("i", { class: "head", hidden: true }), times = h("div", { class: "times", "aria-hidden": "true" });
  const pane = h("div", { class: "pane" }, canvas, head);
  const frequencies = h("div", { class: "frequencies", "aria-hidden": "true" }, ...[4, 3, 2, 1, 0].map((kilo) => h("span", {}, kilo === 4 ? "4 kHz" : String(kilo))));
  let [ticks, wide] = ["", 1];
  return {
    element: h("div", { class: "spectrogram" }, frequencies, pane, times),
    canvas,
    pane,
    /** Draw the axis of time. */
    show(seconds, frames) {
      wide = frames;
      if (ticks === (ticks = `${seconds} ${frames}`) && times.childElementCount) return;
      const step = STEPS.find((one) => seconds / one <= MOST_TICKS) ?? 10;
      const places = Array.from({ length: Math.floor(seconds / step + 1e-6) + 1 }, (_, i) => i * step);
      times.replaceChildren(...places.map((at, i) => h("span", { style: `left: ${100 * placeOf(at, frames)}%` }, `${Number(at.toFixed(1))}${i ? "" : " s"}`)));
    },
    /** Move the playhead, null takes it away. */
    at(seconds) {
      head.hidden = seconds === null;
      if (seconds !== null) head.style.left = `${100 * placeOf(seconds, wide)}%`;
    },
  };
}
