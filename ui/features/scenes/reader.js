// Reads a scene: which digits are where, and which of them owns each pixel of ink. Mirrors `aecore/tasks/scene.py`, which
// explains the constants.

import { covered, overlap } from "./boxes.js";

export const DIGITS = 10;
export const CONFIDENT = 0.3;
const CELL = 4;
const INK = 64, UNIT = 8, FAINTEST = 0.02, TRUST = 1.5, AROUND = 1, SNAP = 2, SAME = 0.5, OTHER = 0.8, DOUBT = 0.7;
const PART = 0.75, WHOLE = 0.6, OF_PART = 0.6;

/**
 * What a model finds on a scene {data, height, width} in [0, 1]: {classes, found, heat}. `classes` is 0 for background, else
 * 1 + the digit that owns the pixel; `found` is a list of {box, digit, score}, the best first; `heat` {data, height, width}
 * has ten numbers in [0, 1] for each cell of 4 x 4 pixels.
 */
export function readScene(model, scene, least = CONFIDENT) {
  const maps = model.run({ scene }, "spots"); // what both need is computed once
  const logits = model.run({ scene }, "classes").data, heat = heatOf(maps);
  const candidates = detections(maps, heat.data, scene, FAINTEST);
  const classes = owners(scene, logits, candidates);
  const found = candidates.filter(({ score }) => score >= least).map((one) => tightened(one, classes, scene));
  return { classes, found, heat };
}

function heatOf({ data, height, width }) {
  const heat = new Float64Array(height * width * DIGITS), channels = data.length / (height * width);
  for (let cell = 0; cell < height * width; cell++) for (let k = 0; k < DIGITS; k++)
    heat[cell * DIGITS + k] = 1 / (1 + Math.exp(-Math.min(Math.max(data[cell * channels + k], -30), 30)));
  return { data: heat, height, width };
}

/** The digits that maps of centres show on a scene of this size, the best first. */
export function detections({ data, height, width }, heat, size, least) {
  const peaks = [], ends = [size.height, size.width, size.height, size.width];
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) for (let k = 0; k < DIGITS; k++) {
    const cell = y * width + x, score = heat[cell * DIGITS + k];
    if (score < least || !isHighest(heat, height, width, y, x, k, score)) continue;
    const at = cell * 5 * DIGITS + DIGITS + 4 * k, extents = data.subarray(at, at + 4);
    const middle = [(y + 0.5) * CELL, (x + 0.5) * CELL];
    const box = ends.map((end, i) => Math.min(Math.max(middle[i % 2] + (i < 2 ? -1 : 1) * extents[i] * UNIT, 0), end));
    peaks.push({ box, digit: k, score });
  }
  peaks.sort((a, b) => b.score - a.score); // stable
  const kept = [];
  for (const one of peaks) {
    const { box, digit } = one;
    if (Math.min(box[2] - box[0], box[3] - box[1]) < 1) continue;
    const shared = (isSame) => kept.filter((other) => (other.digit === digit) === isSame).map((other) => overlap(box, other.box));
    if (shared(true).some((part) => part > SAME)) continue;
    const stronger = kept.filter(({ score }) => score * WHOLE >= one.score).map((other) => other.box);
    if (shared(false).some((part) => part > OTHER)) one.score *= DOUBT;
    else if (covered(box, stronger) > PART) one.score *= OF_PART;
    kept.push(one);
  }
  return kept.filter(({ score }) => score >= least).sort((a, b) => b.score - a.score);
}

function isHighest(heat, height, width, row, column, k, score) {
  for (let y = Math.max(row - 1, 0); y < Math.min(row + 2, height); y++)
    for (let x = Math.max(column - 1, 0); x < Math.min(column + 2, width); x++) if (heat[(y * width + x) * DIGITS + k] > score) return false;
  return true;
}

// Whether a grey level in [0, 1] is ink.
const isInk = (level) => Math.fround(level * 255) > INK;

/** Who owns each pixel of ink. */
export function owners({ data, height, width }, logits, candidates) {
  const trust = new Float64Array(height * width * DIGITS).fill(FAINTEST), out = new Uint8Array(height * width);
  for (const { box, digit, score } of candidates)
    forEachPixel(around(box, AROUND, height, width), (y, x) => {
      const i = (y * width + x) * DIGITS + digit;
      if (trust[i] < score) trust[i] = score;
    });
  for (let i = 0; i < out.length; i++) {
    if (!isInk(data[i])) continue;
    let best = -Infinity;
    for (let k = 0; k < DIGITS; k++) {
      const value = logits[i * DIGITS + k] + TRUST * Math.log(trust[i * DIGITS + k]);
      if (value > best) [best, out[i]] = [value, 1 + k];
    }
  }
  return out;
}

// The whole pixels of a box and of what is so far around it, on the canvas: [top, left, bottom, right].
function around(box, reach, height, width) {
  return [
    Math.max(0, Math.floor(box[0] - reach)),
    Math.max(0, Math.floor(box[1] - reach)),
    Math.min(height, Math.ceil(box[2] + reach)),
    Math.min(width, Math.ceil(box[3] + reach)),
  ];
}

function forEachPixel([top, left, bottom, right], act) {
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) act(y, x);
}

/** A detection whose edges are moved to the ink that its digit owns, where that is near. */
export function tightened(one, classes, { height, width }) {
  const ink = [Infinity, Infinity, -Infinity, -Infinity];
  forEachPixel(around(one.box, SNAP, height, width), (y, x) => {
    if (classes[y * width + x] !== 1 + one.digit) return;
    ink[0] = Math.min(ink[0], y);
    ink[1] = Math.min(ink[1], x);
    ink[2] = Math.max(ink[2], y + 1);
    ink[3] = Math.max(ink[3], x + 1);
  });
  const box = one.box.map((edge, i) => (Math.abs(ink[i] - edge) <= SNAP ? ink[i] : edge));
  return box[2] - box[0] < 1 || box[3] - box[1] < 1 ? one : { ...one, box };
}
