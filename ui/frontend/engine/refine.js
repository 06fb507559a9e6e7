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
 * Hand latent and damping on to the next step. One step takes three decodes more than a latent has numbers; it yields
 * after each of them, so that it can be spread over several frames.
 */
export function* refineStep(model, image, latent, damping) {
  const loss = (drawn) => {
    const slope = difference(drawn, image);
    return { value: dot(slope, slope) / 2, slope };
  };
  const { value, ...found } = yield* searchStep((some) => model.decode(some), loss, latent, damping);
  return { ...found, error: (2 * value) / image.length };
}

/**
 * Take one step from a latent that reduces a loss of its decoded image; returns {latent, damping, value, improved}.
 * `loss(image)` gives its `value`, the `slope` of it by each pixel, and its `curvature`, where that is not 1. `hold` is
 * added: times half the squared distance from the latent `held`.
 */
export function* searchStep(decode, loss, latent, damping, { hold = 0, held = latent } = {}) {
  const drawn = decode(latent);
  const slopes = [];
  for (let k = 0; k < latent.length; k++) {
    yield;
    slopes.push(difference(decode(latent.map((v, i) => (i === k ? v + SHIFT : v))), drawn, SHIFT));
  }
  yield;
  const { value, slope, curvature } = loss(drawn);
  const weighed = curvature ? slopes.map((one) => one.map((v, i) => v * curvature[i])) : slopes;
  const curved = weighed.map((a, i) => slopes.map((b, j) => (j > i ? 0 : dot(a, b) + (i === j ? hold : 0))));
  const pull = slopes.map((one, k) => hold * (held[k] - latent[k]) - dot(one, slope));
  const heldBack = (moved) => (hold / 2) * moved.reduce((sum, v, k) => sum + (v - held[k]) ** 2, 0);
  let found = { latent: latent.slice(), damping: damping * STIFFEN, value: value + heldBack(latent), improved: false };
  for (const tried of TRIED.map((factor) => damping * factor)) {
    yield;
    const change = solve(curved.map((row, i) => row.map((v, j) => (i === j ? v + tried : v))), pull);
    const moved = latent.map((v, i) => v + change[i]);
    const reached = loss(decode(moved)).value + heldBack(moved);
    if (reached < found.value) found = { latent: moved, damping: tried, value: reached, improved: true };
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
