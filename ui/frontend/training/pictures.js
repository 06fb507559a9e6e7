// What a network in the browser learns from: pictures by their number, as bytes. Each kind has `count`, `image(i)` and
// `label(i)`, null without classes.

import { generator } from "../lib/corruption.js";
import { shapeOf } from "../lib/paint.js";
import { drawDigit, linesOf } from "./drawn_digits.js";

/** Digits that the page draws when they are first asked for: `strokes` has the SVG paths of each of the ten. */
export class DrawnDigits {
  constructor(strokes, count, seed) {
    Object.assign(this, { lines: strokes.map(linesOf), count, seed, drawn: new Array(count) });
  }

  image(i) {
    return (this.drawn[i] ??= drawDigit(this.lines[this.label(i)], this.seed + i));
  }

  label(i) {
    return i % 10;
  }
}

/** Pictures that are here, one after the other, from one number to another. */
export class Pictures {
  constructor({ images, labels, size }, from = 0, to = images.length / size) {
    Object.assign(this, { images, labels, size, from, count: to - from });
  }

  image(i) {
    return this.images.subarray((this.from + i) * this.size, (this.from + i + 1) * this.size);
  }

  label(i) {
    return this.labels ? this.labels[this.from + i] : null;
  }
}

/** As many pictures as wanted, of a few: each turned, sheared, enlarged and moved a little, otherwise each time. */
export class Warped {
  constructor(pictures, count, seed) {
    Object.assign(this, { pictures, count, seed, next: 0 });
  }

  image(i) {
    return warped(this.pictures.image(i % this.pictures.count), generator(this.seed + this.next++));
  }

  label(i) {
    return this.pictures.label(i % this.pictures.count);
  }
}

// What lies between four pixels is a mixture of them.
function warped(image, random) {
  const { side, channels } = shapeOf(image.length), within = (most) => most * (2 * random() - 1), out = new Uint8Array(image.length);
  const [turn, shear, wide, high, right, down] = [within(0.15), within(0.15), 1 + within(0.1), 1 + within(0.1), within(1), within(1)], middle = (side - 1) / 2;
  for (let y = 0, at = 0; y < side; y++) for (let x = 0; x < side; x++, at += channels) {
    const [u, v] = [(x - middle) * wide + (y - middle) * shear, (y - middle) * high];
    const px = u * Math.cos(turn) - v * Math.sin(turn) + middle + right, py = u * Math.sin(turn) + v * Math.cos(turn) + middle + down;
    const [left, top] = [Math.floor(px), Math.floor(py)], [fx, fy] = [px - left, py - top];
    for (let c = 0; c < channels; c++) {
      const pixel = (i, j) => (i < 0 || j < 0 || i >= side || j >= side ? 0 : image[(j * side + i) * channels + c]);
      out[at + c] = Math.round((1 - fy) * ((1 - fx) * pixel(left, top) + fx * pixel(left + 1, top)) + fy * ((1 - fx) * pixel(left, top + 1) + fx * pixel(left + 1, top + 1)));
    }
  }
  return out;
}

const HELD = 256; // pictures that are kept back, at most; and at most a tenth

/** Return {train, held}: what is learned from, and what is only looked at, of a source as the page describes it. */
export function lessonsOf({ kind, strokes, pictures, count, seed }) {
  if (kind === "drawn") return { train: new DrawnDigits(strokes, count, seed), held: new DrawnDigits(strokes, HELD, seed + count) };
  const all = new Pictures(pictures);
  if (kind === "few") return { train: new Warped(all, count, seed), held: all };
  const kept = Math.min(HELD, Math.max(1, Math.floor(all.count / 10)));
  return { train: new Pictures(pictures, 0, all.count - kept), held: new Pictures(pictures, all.count - kept) };
}
