// A picture in the hands of the model: its networks have seen the luminance, once, and colours cost sums from then on.

import { quantise } from "../../frontend/lib/latent.js";
import { CB, CR, GREEN_OF_CB, GREEN_OF_CR } from "./chroma.js";
import { Fields, LATENT } from "./fields.js";
import { Mixture } from "./mixtures.js";
import { Painter } from "./painter.js";
import { SEEN, SIDE } from "./picture.js";
import { Upsampler } from "./upsample.js";
import { drawn } from "./worlds.js";

const GREY = new Float32Array(2 * SIDE ** 2);

let count = 0;

export class Studio {
  #upsampler = null;
  #painter = null;

  /** A picture called `name` in the hands of a model. `number` is another one for each studio. */
  constructor(model, picture, name) {
    const luminance = spaceToDepth(picture.seen);
    Object.assign(this, { picture, name, number: ++count });
    this.fields = new Fields(model.run({ luminance }, "fields"));
    this.prior = Mixture.of(model.run({ luminance }, "prior"));
    this.mostLikely = Array.from(this.prior.mean, quantise);
    this.vivid = this.#mostColourful(drawn(this.prior, this.fields, 1, 1));
    this.truth = picture.chroma && Array.from(this.fields.encode(picture.chroma), quantise);
  }

  #mostColourful(latents) {
    const strengths = latents.map((latent) => this.fields.draw(latent).reduce((sum, chroma) => sum + chroma ** 2, 0));
    return latents[strengths.indexOf(Math.max(...strengths))];
  }

  get upsampler() {
    const { luminance, width, height } = this.picture;
    return (this.#upsampler ??= new Upsampler(luminance, width, height, SIDE));
  }

  get painter() {
    return (this.#painter ??= new Painter(this.upsampler, this.fields.chromas));
  }

  /** The whole picture in the colours of a latent, grey without one: pixels that the next call overwrites. */
  colour(latent = null) {
    const { painter, picture: { width, height } } = this;
    return new ImageData(painter.paint(latent ? [1, ...latent] : Array(1 + LATENT).fill(0)), width, height);
  }

  /** The same, at most 96 pixels a side. */
  colourSmall(latent) {
    const { across, down } = this.upsampler, image = new ImageData(across, down);
    this.upsampler.paintSmall(this.fields.draw(latent), image.data);
    return image;
  }

  /** What the network itself draws: 32 x 32 pixels, as `aecore` has them; grey without a latent. */
  asDrawn(latent = null) {
    return pixelsOf(this.picture.seen, latent ? this.fields.draw(latent) : GREY);
  }
}

/** Luminance (32, 32) as the networks read it, (16, 16, 4): 2 x 2 pixels each, row by row. */
export function spaceToDepth(luminance) {
  const out = new Float32Array(luminance.length);
  for (let y = 0, at = 0; y < SEEN; y += 2) for (let x = 0; x < SEEN; x += 2)
    for (const place of [y * SEEN + x, y * SEEN + x + 1, (y + 1) * SEEN + x, (y + 1) * SEEN + x + 1]) out[at++] = luminance[place];
  return out;
}

/** The cells of chroma that a pixel of the 32 x 32 takes its colour from, [cell, weight]: bilinear between their centres. */
export function cellsOf(row, column) {
  const along = (place) => {
    const cell = place >> 1, beside = Math.min(Math.max(cell + (place % 2 ? 1 : -1), 0), SIDE - 1);
    return [[cell, 0.75], [beside, 0.25]];
  };
  return along(row).flatMap(([y, high]) => along(column).map(([x, wide]) => [y * SIDE + x, high * wide]));
}

function pixelsOf(luminance, chroma) {
  const image = new ImageData(SEEN, SEEN);
  for (let y = 0, i = 0, k = 0; y < SEEN; y++) for (let x = 0; x < SEEN; x++, i++, k += 4) {
    let [cb, cr] = [0, 0];
    for (const [cell, weight] of cellsOf(y, x)) {
      cb += weight * chroma[2 * cell];
      cr += weight * chroma[2 * cell + 1];
    }
    [CR * cr, GREEN_OF_CB * cb + GREEN_OF_CR * cr, CB * cb].forEach((over, c) => (image.data[k + c] = 255 * (luminance[i] + over)));
    image.data[k + 3] = 255;
  }
  return image;
}
