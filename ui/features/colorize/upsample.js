// Brings chroma from the network's 16 x 16 to a whole picture, along the edges of its luminance, in two steps:
// joint bilateral upsampling (Kopf et al. 2007) to a grid of at most 96, where each pixel takes the colour of those cells
// near it that are about as bright; then a guided filter (He et al. 2010, 2015), where chroma is a linear function of
// luminance in each small window, to all pixels. Both are linear in the chroma: what they make of each chroma that a picture
// has a part of is found once per picture, and a frame costs sums of products (painter.js).

import { averaged, pixelOf } from "./chroma.js";

const LONGEST = 96; // of the grid between
const REACH = 2; // cells around a pixel
const [NEAR, ALIKE] = [0.6, 0.06]; // standard deviations: in cells, and of luminance
const LEAST = 0.01; // weight of a cell that is not alike at all: where none is, all count
const MOST = 8; // cells that a pixel takes its colour from in the end
const CALM = 0.001; // variance of luminance below which it makes no edge in the chroma

export class Upsampler {
  /** For a luminance (height, width) in [0, 1], and chroma on a grid of `side` by `side` cells. */
  constructor(luminance, width, height, side = 16) {
    const scale = Math.min(1, LONGEST / Math.max(width, height));
    const [across, down] = [width, height].map((n) => Math.max(1, Math.round(n * scale)));
    Object.assign(this, { luminance, width, height, side, across, down });
    this.between = averaged(luminance, width, height, across, down);
    this.weigh(averaged(luminance, width, height, side, side));
    const n = across * down;
    this.chroma = [new Float32Array(n), new Float32Array(n)];
    this.mean = this.box(this.between);
    const square = this.box(this.between.map((y) => y * y));
    this.variance = square.map((value, i) => Math.max(value - this.mean[i] ** 2, 0) + CALM);
  }

  // The cells that each pixel of the grid between takes its colour from, and their weights, which add up to 1: the largest
  // of those around it, for the others together are a few percent.
  weigh(coarse) {
    const { side, across, down, between } = this, around = (2 * REACH + 1) ** 2;
    this.cells = new Uint16Array(across * down * MOST);
    this.weights = new Float32Array(across * down * MOST);
    const [cells, weights] = [new Uint16Array(around), new Float64Array(around)];
    for (let y = 0, i = 0; y < down; y++) for (let x = 0; x < across; x++, i++) {
      const [cx, cy] = [((x + 0.5) * side) / across - 0.5, ((y + 0.5) * side) / down - 0.5];
      let count = 0;
      for (let dy = -REACH; dy <= REACH; dy++) for (let dx = -REACH; dx <= REACH; dx++) {
        const [column, row] = [Math.round(cx) + dx, Math.round(cy) + dy];
        if (column < 0 || column >= side || row < 0 || row >= side) continue;
        const cell = row * side + column, away = ((column - cx) ** 2 + (row - cy) ** 2) / NEAR ** 2;
        const unlike = ((between[i] - coarse[cell]) / ALIKE) ** 2;
        cells[count] = cell;
        weights[count++] = Math.exp(-away / 2) * (LEAST + Math.exp(-unlike / 2));
      }
      this.keep(i * MOST, cells, weights, count);
    }
  }

  keep(start, cells, weights, count) {
    let sum = 0;
    for (let at = start; at < start + MOST; at++) {
      let best = 0;
      for (let k = 1; k < count; k++) if (weights[k] > weights[best]) best = k;
      this.cells[at] = cells[best];
      sum += this.weights[at] = weights[best];
      weights[best] = 0;
    }
    for (let at = start; at < start + MOST; at++) this.weights[at] /= sum;
  }

  // The pixel of the grid between at a place in fractions of width and height.
  placeOf(x, y) {
    const along = (fraction, size) => Math.min(Math.floor(fraction * size), size - 1);
    return along(y, this.down) * this.across + along(x, this.across);
  }

  /** The cells of chroma that the picture takes its colour from at a place, [cell, weight]. */
  cellsAt(x, y) {
    const start = this.placeOf(x, y) * MOST;
    return Array.from({ length: MOST }, (_, i) => [this.cells[start + i], this.weights[start + i]]).filter(([, weight]) => weight);
  }

  /** The luminance at a place. */
  luminanceAt(x, y) {
    return this.between[this.placeOf(x, y)];
  }

  /** Spread chroma (side, side, 2) over the grid between: [Cb, Cr], which the next call overwrites. */
  spread(chroma) {
    const { cells, weights, chroma: [blue, red] } = this;
    for (let i = 0, at = 0; i < blue.length; i++) {
      let cb = 0, cr = 0;
      for (const end = at + MOST; at < end; at++) {
        const weight = weights[at], cell = 2 * cells[at];
        cb += weight * chroma[cell];
        cr += weight * chroma[cell + 1];
      }
      blue[i] = cb;
      red[i] = cr;
    }
    return this.chroma;
  }

  /** Paint the small picture of the grid between into RGBA pixels. */
  paintSmall(chroma, data) {
    const [blue, red] = this.spread(chroma), { between } = this;
    const pixels = new Uint32Array(data.buffer);
    for (let i = 0; i < between.length; i++) pixels[i] = pixelOf(between[i], blue[i], red[i]);
  }

  /** What a chroma gives each pixel of the grid between: (down, across, 4), slope and offset of Cb, slope and offset of Cr. */
  maps(chroma) {
    const each = this.spread(chroma).flatMap((map) => this.fit(map)), out = new Float32Array(each.length * this.between.length);
    each.forEach((map, k) => {
      for (let i = 0; i < map.length; i++) out[i * each.length + k] = map[i];
    });
    return out;
  }

  // Chroma as slope * luminance + offset, averaged over the windows that a pixel lies in.
  fit(map) {
    const { between, mean, variance } = this, n = map.length, product = new Float32Array(n);
    for (let i = 0; i < n; i++) product[i] = map[i] * between[i];
    const slope = this.box(product), offset = this.box(map);
    for (let i = 0; i < n; i++) {
      slope[i] = (slope[i] - mean[i] * offset[i]) / variance[i];
      offset[i] -= slope[i] * mean[i];
    }
    return [this.box(slope), this.box(offset)];
  }

  // The mean over the 3 x 3 window around each pixel, as far as it lies in the picture.
  box(map) {
    const { across, down } = this, rows = new Float32Array(map.length), out = new Float32Array(map.length);
    for (let y = 0; y < down; y++) average(map, rows, y * across, 1, across);
    for (let x = 0; x < across; x++) average(rows, out, x, across, down);
    return out;
  }
}

// The mean of each of `count` numbers and its two neighbours.
function average(from, to, start, step, count) {
  if (count === 1) return (to[start] = from[start]);
  const last = start + (count - 1) * step;
  to[start] = (from[start] + from[start + step]) / 2;
  for (let i = start + step; i < last; i += step) to[i] = (from[i - step] + from[i] + from[i + step]) / 3;
  to[last] = (from[last - step] + from[last]) / 2;
}
