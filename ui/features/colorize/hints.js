// Hints: a visitor says which colour something has, and the sixteen numbers move to the likeliest colouring that fits.

import { generator } from "../../frontend/lib/corruption.js";
import { chromaOfColour, colourOf } from "./chroma.js";
import { SCALE } from "./fields.js";

export const NOISES = [0.003, 0.008, 0.016]; // variances of a hint's chroma, times SCALE: `aecore/core/hints.py` says why three
const [DRAWS, CHOICES] = [96, 6];
const WIDTH = 0.2; // of the bell around a drawn colour, in chroma times SCALE

/** What is expected once hints {x, y, colour} are known, places in fractions of the picture's width and height. */
export function expectedWith(hints, { prior, fields, upsampler }) {
  const rows = [], values = [];
  for (const { x, y, colour } of hints) {
    const wanted = chromaOfColour(colour);
    fields.at(upsampler.cellsAt(x, y)).forEach(({ row, offset }, channel) => {
      rows.push(row);
      values.push(SCALE * wanted[channel] - offset);
    });
  }
  return prior.given(rows, values, NOISES);
}

/** The six likeliest colours "#rrggbb" at a place, the likeliest first, by how close together random draws lie there. */
export function likeliestAt(x, y, expected, { fields, upsampler }) {
  const [blue, red] = fields.at(upsampler.cellsAt(x, y)), random = generator(1);
  const draws = Array.from({ length: DRAWS }, () => {
    const latent = expected.sample(1, random);
    return [blue, red].map(({ row, offset }) => offset + row.reduce((sum, factor, k) => sum + factor * latent[k], 0));
  });
  const near = (a, b) => Math.exp(-((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) / (2 * WIDTH ** 2));
  const density = draws.map((one) => draws.reduce((sum, other) => sum + near(one, other), 0));
  const luminance = upsampler.luminanceAt(x, y), found = [];
  while (found.length < CHOICES) { // what is close to one that was taken counts little from then on
    const best = density.indexOf(Math.max(...density)), taken = draws[best];
    found.push(colourOf(luminance, taken[0] / SCALE, taken[1] / SCALE));
    draws.forEach((one, i) => (density[i] *= 1 - near(one, taken)));
    density[best] = -1;
  }
  return found;
}
