// Search on from a denoiser's latent where the noise's kind and level are known. It mirrors `aecore/latent/known_noise.py`,
// which explains it and the constants.

import { searchStep } from "../../frontend/engine/refine.js";
import { corrupt } from "../../frontend/lib/corruption.js";
import { shapeOf } from "../../frontend/lib/paint.js";

export const STEPS = 4;
const HOLD = 8, DAMPING = 1;
const MODEL_ERROR = 0.1;
const SCRATCHED = 0.1;
const IMPOSSIBLE = 1e-12, NOWHERE = -1e9;

/**
 * Search for a better latent of the clean image than a denoiser's, step by step; it yields after each decode, with
 * {latent, step} after each step. `noise` is {kind, level, mean}; `seen` is 0 for pixels that somebody has painted over.
 */
export function* searchClean(model, corrupted, noise, latent, seen = new Uint8Array(corrupted.length).fill(1)) {
  const isBlurred = noise.kind === "blur";
  const decode = (some) => (isBlurred ? corrupt(model.decode(some), "blur", noise.level, 1) : model.decode(some));
  const loss = KNOWN[noise.kind]({ pixels: corrupted, seen, guess: decode(latent), ...noise });
  let found = { latent: Float32Array.from(latent), damping: DAMPING };
  for (let step = 1; step <= STEPS; step++) {
    const walk = searchStep(decode, loss, found.latent, found.damping, { hold: HOLD, held: latent });
    let next = walk.next();
    for (; !next.done; next = walk.next()) yield null;
    found = next.value;
    yield { latent: found.latent, step };
  }
  return found.latent;
}

// ---- the kinds: from what is known, the -log likelihood {value, slope, curvature} of a decoded image ----------------

const KNOWN = {
  gaussian: independent(({ pixels, level, mean }) => {
    const deviation = Math.hypot(level, MODEL_ERROR);
    return (v, i) => {
      const noisy = v + mean;
      if (pixels[i] <= 0) return clipped(-noisy / deviation, -1 / deviation);
      if (pixels[i] >= 1) return clipped((noisy - 1) / deviation, 1 / deviation);
      return normal(noisy - pixels[i], deviation);
    };
  }),
  salt_and_pepper: independent(({ pixels, level }) => orCovered(pixels, 1 - level, (i) => (pixels[i] <= 0 || pixels[i] >= 1 ? level / 2 : 0))),
  speckle: independent(({ pixels, level, guess }) => inProportion(pixels, (i) => (level * guess[i]) ** 2)),
  shot: independent(({ pixels, level, guess }) => inProportion(pixels, (i) => level ** 2 * guess[i])),
  blur: independent(asDecoded),
  low_contrast: independent(({ pixels, level }) => {
    const left = 1 - level, deviation = Math.max(left * MODEL_ERROR, 1 / 255);
    return (v, i) => {
      const [value, slope, curvature] = normal(left * v + level / 2 - pixels[i], deviation);
      return [value, left * slope, left ** 2 * curvature];
    };
  }),
  occlusion,
  scratches: independent(({ pixels, level }) => {
    const covered = SCRATCHED * level;
    return orCovered(pixels, 1 - covered, () => covered * MODEL_ERROR * Math.sqrt(2 * Math.PI));
  }),
};

// Noise in which no pixel depends on another: the value, slope and curvature of each are in byPixel(v, i).
function independent(likelihood) {
  return (given) => {
    const byPixel = likelihood(given);
    return (image) => summed(image, given.seen, byPixel);
  };
}

function summed(image, seen, byPixel) {
  const out = { value: 0, slope: new Float64Array(image.length), curvature: new Float64Array(image.length) };
  for (let i = 0; i < image.length; i++) {
    if (!seen[i]) continue;
    const [value, slope, curvature] = byPixel(image[i], i);
    out.value += value;
    out.slope[i] = slope;
    out.curvature[i] = curvature;
  }
  return out;
}

function asDecoded({ pixels }) {
  return (v, i) => normal(v - pixels[i], MODEL_ERROR);
}

// The variance depends on the image, for which the denoiser's guess stands.
function inProportion(pixels, variance) {
  return (v, i) => {
    const deviation = Math.sqrt(variance(i) + MODEL_ERROR ** 2);
    return pixels[i] >= 1 ? clipped((v - 1) / deviation, 1 / deviation) : normal(v - pixels[i], deviation);
  };
}

// A pixel shows the image with the probability `shown`, or else what covers it.
function orCovered(pixels, shown, covered) {
  return (v, i) => {
    const away = (v - pixels[i]) / MODEL_ERROR, clean = shown * Math.exp((-away * away) / 2);
    const total = clean + covered(i) + IMPOSSIBLE, weight = clean / total;
    return [-Math.log(total), (weight * away) / MODEL_ERROR, weight / MODEL_ERROR ** 2];
  };
}

// A black square in an unknown place: all places are equally likely.
function occlusion(given) {
  const { pixels, seen, level } = given, { side: size, channels } = shapeOf(pixels.length), side = Math.round(size * level);
  const byPixel = asDecoded(given);
  if (!side) return (image) => summed(image, seen, byPixel);
  const places = size + 1 - side;
  const byPlace = (values) => squareSums(values, size, side);
  const onGrid = (value) => Float64Array.from({ length: size * size }, (_, k) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += seen[k * channels + c] ? value(k * channels + c) : 0;
    return sum;
  });
  const ink = byPlace(onGrid((i) => Number(pixels[i] > 0)));
  return (image) => {
    const out = summed(image, seen, byPixel);
    const errors = byPlace(onGrid((i) => byPixel(image[i], i)[0]));
    const explained = errors.map((error, k) => (ink[k] < 0.5 ? error : NOWHERE)); // the error below a square in each place
    const most = explained.reduce((a, b) => Math.max(a, b));
    const chances = explained.map((v) => Math.exp(v - most)), total = chances.reduce((a, b) => a + b);
    const wide = places + 2 * (side - 1), spread = new Float64Array(wide * wide);
    chances.forEach((v, k) => (spread[(Math.floor(k / places) + side - 1) * wide + (k % places) + side - 1] = v / total));
    const covered = squareSums(spread, wide, side);
    for (let i = 0; i < image.length; i++) {
      const uncovered = 1 - covered[Math.floor(i / channels)];
      out.slope[i] *= uncovered;
      out.curvature[i] *= uncovered;
    }
    return { ...out, value: out.value - most - Math.log(total) };
  };
}

// The sums over all squares of one side in a square of numbers.
function squareSums(values, size, side) {
  const row = size + 1, sums = new Float64Array(row * row);
  for (let y = 0; y < size; y++) {
    for (let x = 0, line = 0; x < size; x++) {
      line += values[y * size + x];
      sums[(y + 1) * row + x + 1] = sums[y * row + x + 1] + line;
    }
  }
  const places = size + 1 - side;
  return Float64Array.from({ length: places * places }, (_, k) => {
    const [top, left] = [Math.floor(k / places) * row, k % places];
    return sums[top + side * row + left + side] - sums[top + left + side] - sums[top + side * row + left] + sums[top + left];
  });
}

function normal(away, deviation) {
  const scaled = away / deviation;
  return [(scaled * scaled) / 2, scaled / deviation, 1 / deviation ** 2];
}

// A pixel that was clipped, whose mean lies `beyond` the end, in deviations; `rate` is the derivative of that by the pixel.
function clipped(beyond, rate) {
  const { logChance, hazard } = tail(beyond);
  return [-logChance, -rate * hazard, rate * rate * hazard * (beyond + hazard)];
}

const FAR = 4;

/** The logarithm of the normal distribution function, and the hazard: its density divided by the function. */
export function tail(t) {
  const logDensity = (-t * t) / 2 - Math.log(2 * Math.PI) / 2;
  if (t < -FAR) { // Laplace's continued fraction
    let rest = -t;
    for (let k = 60; k > 0; k--) rest = -t + k / rest;
    return { logChance: logDensity - Math.log(rest), hazard: rest };
  }
  const chance = t > FAR ? 1 - Math.exp(tail(-t).logChance) : 0.5 + Math.exp(logDensity) * series(t);
  return { logChance: Math.log(chance), hazard: Math.exp(logDensity) / chance };
}

// t + t^3 / 3 + t^5 / (3 · 5) + ...: Marsaglia, "Evaluating the Normal Distribution", 2004.
function series(t) {
  let [sum, term] = [t, t];
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) sum += term *= (t * t) / k;
  return sum;
}
