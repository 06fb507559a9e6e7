// A linear decoder of colour: a network of the luminance alone draws fields of chroma, and sixteen numbers weigh them:
//     chroma = likeliest + sum over k of latent[k] * field[k]
// `aecore/core/color_fields.py` is the mirror in NumPy.

import { cholesky, solveCholesky } from "../../frontend/lib/linear.js";

export const LATENT = 16;
export const SCALE = 4; // the network draws chroma times this
const NOISE = 0.004; // variance of the chroma (times SCALE) that sixteen numbers leave unexplained

export class Fields {
  /** The output (side, side, 34) of the network, flat. */
  constructor(values) {
    const size = (2 * values.length) / (2 + 2 * LATENT);
    this.size = size;
    this.likeliest = new Float32Array(size);
    this.basis = Array.from({ length: LATENT }, () => new Float32Array(size));
    for (let cell = 0, at = 0; cell < size; cell += 2) {
      this.likeliest[cell] = values[at++];
      this.likeliest[cell + 1] = values[at++];
      for (const field of this.basis) {
        field[cell] = values[at++];
        field[cell + 1] = values[at++];
      }
    }
  }

  /** The chroma (side, side, 2) of a latent. */
  draw(latent) {
    const out = Float64Array.from(this.likeliest);
    latent.forEach((number, k) => {
      const field = this.basis[k];
      if (number) for (let i = 0; i < out.length; i++) out[i] += number * field[i];
    });
    for (let i = 0; i < out.length; i++) out[i] /= SCALE;
    return Float32Array.from(out);
  }

  /** The chromas (side, side, 2) that a latent's chroma is made of: the likeliest, and what each number adds times itself. */
  get chromas() {
    return [this.likeliest, ...this.basis].map((field) => field.map((value) => value / SCALE));
  }

  /** The latent whose chroma is nearest to a chroma (side, side, 2), by least squares. */
  encode(chroma) {
    this.factor ??= cholesky(this.gram(), LATENT);
    const right = this.basis.map((field) => {
      let sum = 0;
      for (let i = 0; i < field.length; i++) sum += field[i] * (SCALE * chroma[i] - this.likeliest[i]);
      return sum;
    });
    return solveCholesky(this.factor, right, LATENT);
  }

  gram() {
    const out = new Float64Array(LATENT ** 2);
    this.basis.forEach((a, k) => this.basis.forEach((b, l) => {
      let sum = k === l ? NOISE : 0;
      for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
      out[k * LATENT + l] = sum;
    }));
    return out;
  }

  /**
   * The chroma at a place as a linear function of the latent: for Cb and Cr, {row: its 16 factors, offset}, both times
   * SCALE. `cells` are [cell, weight], whose weights add up to 1.
   */
  at(cells) {
    return [0, 1].map((channel) => {
      const mean = (map) => cells.reduce((sum, [cell, weight]) => sum + weight * map[2 * cell + channel], 0);
      return { row: this.basis.map(mean), offset: mean(this.likeliest) };
    });
  }
}
