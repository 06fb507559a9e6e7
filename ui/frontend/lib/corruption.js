// Corrupt images on purpose: mirrors `aecore/data/corruption.py`, which says what each kind and level means.
// A seed makes a pattern; the level only scales it, so that the noise does not flicker while the level is dragged.

import { shapeOf } from "./paint.js";

const DIGIT = 28; // pixels: lengths are for images of this side; for other images they are scaled in proportion
const BLUR = 4; // pixels, the standard deviation of the blur at level 1
const SCRATCHES = 12; // at level 1

/**
 * Corrupt an image in [0, 1], (784,) or of another square; level in [0, 1], seed a positive integer; returns a new image. Gaussian noise may
 * have a mean in [-1, 1] of its own, else its mean is the level; an occlusion may have its place, {top, left} in pixels.
 */
export function corrupt(image, kind, level, seed, { mean = level, box = null } = {}) {
  return KINDS[kind](image, level, generator(seed), { seed, mean, box }).map((v) => Math.min(Math.max(v, 0), 1));
}

/** Return where the black square of an occlusion lies: {top, left, side} in pixels; a `box` is in those of a 28 x 28 image. */
export function occlusionBox(level, seed, box = null, size = DIGIT) {
  const side = Math.round(size * level), random = generator(seed);
  const [top, left] = [random(), random()].map((u) => Math.floor(u * (size + 1 - side)));
  const inside = (place) => Math.min(Math.max(Math.round((place * size) / DIGIT), 0), size - side);
  return box ? { top: inside(box.top), left: inside(box.left), side } : { top, left, side };
}

/** Return so many numbers in [0, 1), one for each of an image's: what a brush full of noise paints. */
export function noisePattern(seed, length = DIGIT * DIGIT) {
  return Float32Array.from({ length }, generator(seed));
}

const KINDS = {
  gaussian: (image, level, random, { mean }) => image.map((v) => v + mean + level * normal(random)),
  salt_and_pepper: (image, level, random) =>
    image.map((v) => {
      const dice = random();
      if (dice < level / 2) return 0;
      return dice >= 1 - level / 2 ? 1 : v;
    }),
  speckle: (image, level, random) => image.map((v) => v * (1 + level * normal(random))),
  shot: (image, level, random) => {
    const photon = Math.max(level, 1e-3) ** 2; // the light of one; below 0.001 nobody sees it
    return image.map((v) => {
      const z = normal(random);
      return level ? poisson(v / photon, z) * photon : v;
    });
  },
  blur: (image, level) => perChannel(image, (part) => {
    const { side: size } = shapeOf(part.length), width = Math.max((BLUR * level * size) / DIGIT, 1e-3);
    const weights = Array.from({ length: 2 * size - 1 }, (_, k) => Math.exp(-((k - size + 1) ** 2) / (2 * width ** 2)));
    const sum = weights.reduce((a, b) => a + b);
    // Blurs columns and turns the image over; done twice, it is upright and blurred both ways.
    const pass = (from) =>
      from.map((_, i) => {
        const [x, y] = [Math.floor(i / size), i % size];
        let total = 0;
        for (let k = 0; k < size; k++) total += weights[y - k + size - 1] * from[k * size + x];
        return total / sum;
      });
    return pass(pass(part));
  }),
  low_contrast: (image, level) => image.map((v) => v + level * (0.5 - v)),
  occlusion: (image, level, random, { seed, box }) => {
    const { side: size, channels } = shapeOf(image.length), { top, left, side } = occlusionBox(level, seed, box, size);
    const inside = (i) => i >= 0 && i < side;
    return image.map((v, i) => {
      const pixel = Math.floor(i / channels);
      return inside(Math.floor(pixel / size) - top) && inside((pixel % size) - left) ? 0 : v;
    });
  },
  scratches: (image, level, random) => {
    const out = image.slice(), { side: size, channels } = shapeOf(image.length), wide = size / DIGIT;
    for (let count = Math.round(SCRATCHES * level); count > 0; count--) {
      const [row, column, turn, tone] = [random(), random(), random(), random()];
      const [sine, cosine, colour] = [Math.sin(Math.PI * turn), Math.cos(Math.PI * turn), Number(tone < 0.5)];
      for (let i = 0; i < out.length; i++) {
        const pixel = Math.floor(i / channels);
        const distance = ((pixel % size) - size * column) * sine - (Math.floor(pixel / size) - size * row) * cosine;
        out[i] += Math.max(1 - Math.abs(distance) / wide, 0) * (colour - out[i]);
      }
    }
    return out;
  },
};

// What a function makes of each channel of an image, put together.
function perChannel(image, change) {
  const { channels } = shapeOf(image.length);
  if (channels === 1) return change(image);
  const out = image.slice();
  for (let c = 0; c < channels; c++) change(image.filter((_, i) => i % channels === c)).forEach((v, i) => (out[channels * i + c] = v));
  return out;
}

/** A random number from N(0, 1) (Box and Muller, 1958). One number per pair, so that every pixel takes as many numbers of the sequence. */
export function normal(random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

// A Poisson number made from a normal one, so that it moves little where the mean does: by its distribution function,
// and for large means by the expansion of Cornish and Fisher (1938).
function poisson(mean, z) {
  if (mean > 20) return Math.max(Math.round(mean + Math.sqrt(mean) * z + (z * z - 1) / 6), 0);
  const wanted = cumulative(z); // of the distribution function
  let count = 0;
  for (let term = Math.exp(-mean), sum = term; sum < wanted && count < 99; sum += term) term *= mean / ++count;
  return count;
}

// The normal distribution function: Abramowitz and Stegun 26.2.17, to 7.5e-8.
function cumulative(z) {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const polynomial = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
  return z > 0 ? 1 - tail : tail;
}

/** A function that gives random numbers in [0, 1), which its seed repeats: Mulberry32, a 32-bit generator by Tommy Ettinger. */
export function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
