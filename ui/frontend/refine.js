// Search on from a latent for one that redraws its image better: Levenberg (1944) and Marquardt (1963).
// `aecore/refine.py` is its twin and explains the constants.

/** The damping to begin with, whenever the image is a new one. */
export const DAMPING = 0.5;
const EASE = 0.3, STIFFEN = 6;
const SOFTEST = 1e-3, STIFFEST = 1e6;
const SHIFT = 0.02;

/**
 * Take one step from a latent towards an image (784,); returns {latent, damping, error, improved}.
 * `error` is the mean squared error of the latent returned: the given one unless a better one was found, in a new array.
 * Hand latent and damping on to the next step. One step takes two decodes more than a latent has numbers.
 */
export function refineStep(model, image, latent, damping) {
  const drawn = model.decode(latent);
  const missing = Float64Array.from(image, (v, i) => v - drawn[i]);
  const slopes = Array.from(latent, (_, k) => {
    const shifted = model.decode(latent.map((v, i) => (i === k ? v + SHIFT : v)));
    return Float64Array.from(shifted, (v, i) => (v - drawn[i]) / SHIFT);
  });
  const curvature = slopes.map((a, i) => slopes.map((b, j) => (j > i ? 0 : dot(a, b) + (i === j ? damping : 0))));
  const change = solve(curvature, slopes.map((slope) => dot(slope, missing)));
  const moved = latent.map((v, i) => v + change[i]);

  const redrawn = model.decode(moved);
  const left = Float64Array.from(image, (v, i) => v - redrawn[i]);
  const [before, after] = [missing, left].map((difference) => dot(difference, difference) / image.length);
  const improved = after < before;
  return {
    latent: improved ? moved : latent.slice(),
    damping: Math.min(Math.max(damping * (improved ? EASE : STIFFEN), SOFTEST), STIFFEST),
    error: improved ? after : before,
    improved,
  };
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
