// How far two images in [0, 1] are apart, (784,) or of another square; `aecore/evaluation/measures.py` uses scikit-image for the same figures.

import { shapeOf } from "./paint.js";

const WINDOW = 7; // pixels, the side of SSIM's windows

/** Return the mean squared error. */
export function meanSquaredError(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum / a.length;
}

/** Return the peak signal-to-noise ratio in dB, 10 log10(peak^2 / MSE) with peak 1; Infinity for equal images. */
export function peakSignalToNoise(a, b) {
  return -10 * Math.log10(meanSquaredError(a, b));
}

/** Return the structural similarity of Wang, Bovik, Sheikh and Simoncelli (2004), over windows of 7 x 7 pixels, the mean of all channels. */
export function structuralSimilarity(a, b) {
  const { side, channels } = shapeOf(a.length), part = (image, c) => (channels === 1 ? image : image.filter((_, i) => i % channels === c));
  let sum = 0;
  for (let c = 0; c < channels; c++) sum += similarity(part(a, c), part(b, c), side);
  return sum / channels;
}

function similarity(a, b, size) {
  const [first, second] = [0.01 ** 2, 0.03 ** 2], count = WINDOW ** 2;
  let total = 0;
  for (let top = 0; top + WINDOW <= size; top++) for (let left = 0; left + WINDOW <= size; left++) {
    let sumA = 0, sumB = 0, sumAA = 0, sumBB = 0, sumAB = 0;
    for (let y = top; y < top + WINDOW; y++) for (let i = y * size + left; i < y * size + left + WINDOW; i++) {
      sumA += a[i];
      sumB += b[i];
      sumAA += a[i] * a[i];
      sumBB += b[i] * b[i];
      sumAB += a[i] * b[i];
    }
    const meanA = sumA / count, meanB = sumB / count;
    const spread = (sum, product) => (sum - count * product) / (count - 1);
    const both = spread(sumAA, meanA * meanA) + spread(sumBB, meanB * meanB);
    total +=
      ((2 * meanA * meanB + first) * (2 * spread(sumAB, meanA * meanB) + second)) /
      ((meanA * meanA + meanB * meanB + first) * (both + second));
  }
  return total / (size - WINDOW + 1) ** 2;
}
