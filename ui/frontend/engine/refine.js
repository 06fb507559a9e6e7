// Search on from a latent for one that redraws its image better: Levenberg (1944) and Marquardt (1963).
// It mirrors `aecore/core/refine.py`, which explains the constants.

/** The damping to begin with, whenever the image is a new one. */
export const DAMPING = 0.5;
const TRIED = [0.3, 3], STIFFEN = 6;
const SOFTEST = 1e-3, STIFFEST = 1e6;
const SHIFT = 0.02;

/**
 * Take one step from a latent towards an image (784,); returns {latent, damping, error, improved}.
 * `error` is the mean squared error of the latent returned: the given one unless a better one was found, in a new array.
 * Hand latent and damping on to the next step. One step takes three decodes more than a latent has numbers.
 */
export function refineStep(model, image, latent, damping) {
  const drawn = model.decode(latent);
  const missing = difference(image, drawn);
  const slopes = Array.from(latent, (_, k) => {
    const shifted = model.decode(latent.map((v, i) => (i === k ? v + SHIFT : v)));
    return difference(shifted, drawn, SHIFT);
  });
  const curvature = slopes.map((a, i) => slopes.map((b, j) => (j > i ? 0 : dot(a, b))));
  const pull = slopes.map((slope) => dot(slope, missing));
  const meanSquare = (rest) => dot(rest, rest) / image.length;
  let found = { latent: latent.slice(), damping: damping * STIFFEN, error: meanSquare(missing), improved: false };
  for (const tried of TRIED.map((factor) => damping * factor)) {
    const change = solve(curvature.map((row, i) => row.map((v, j) => (i === j ? v + tried : v))), pull);
    const moved = latent.map((v, i) => v + change[i]);
    const error = meanSquare(difference(image, model.decode(moved)));
    if (error < found.error) found = { latent: moved, damping: tried, error, improved: true };
  }
  return { ...found, damping: Math.min(Math.max(found.damping, SOFTEST), STIFFEST) };
}

// A plain loop: Float64Array.from with a function costs 4 ms a step instead of 0.1 (Chromium).
function difference(a, b, unit = 1) {
  const out = new Float64Array(a.length);
  for (let i = 0; i < out.length; i++) out[i] = (a[i] - b[i]) / unit;
  return out;
}

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

// Solve a x = b for a symmetric, positive definite matrix, of which only the lower half is read (Cholesky).
function solve(a, b) {
  const root = a.map((row) => row.slice());
  const x = b.slice();
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j <= i; j++) {
      for (let k = 0; k < j; k++) root[i][j] -= root[i][k] * root[j][k];
      root[i][j] = i === j ? Math.sqrt(root[i][i]) : root[i][j] / root[j][j];
    }
    for (let k = 0; k < i; k++) x[i] -= root[i][k] * x[k];
    x[i] /= root[i][i];
  }
  for (let i = x.length - 1; i >= 0; i--) {
    for (let k = i + 1; k < x.length; k++) x[i] -= root[k][i] * x[k];
    x[i] /= root[i][i];
  }
  return x;
}
