// A mixture of Gaussians fitted to latents by expectation maximisation (Dempster, Laird and Rubin, 1977), from which random
// pictures are drawn: what `aecore/core/mixture.py` does with scikit-learn.

import { generator } from "../lib/corruption.js";
import { cholesky } from "../lib/linear.js";
import { identity } from "./linear_algebra.js";

const COMPONENTS = 60, FACTORS = 16384, LEAST = 150; // at most; numbers in all factors; latents per component, at least
const ROUNDS = 25, SPREAD = 1e-3; // added to every variance

/** Return {weights, means, roots} of whitened latents, rows of n numbers, two at least. */
export function fitMixture(latents, n, seed = 0) {
  const count = latents.length / n, k = Math.max(1, Math.min(COMPONENTS, Math.floor(FACTORS / n ** 2), Math.floor(count / Math.max(LEAST, 10 * n))));
  const random = generator(seed), parts = Array.from({ length: k }, () => {
    const from = Math.floor(random() * count) * n;
    return { weight: 1 / k, mean: Float64Array.from(latents.slice(from, from + n)), root: identity(n) };
  });
  const shares = new Float64Array(count * k);
  for (let round = 0; round < ROUNDS; round++) {
    expect(latents, n, parts, shares);
    parts.forEach((part, i) => maximise(latents, n, part, shares, i, k));
  }
  const joined = (name) => Float32Array.from(parts.flatMap((part) => [...part[name]]));
  return { weights: Float32Array.from(parts, ({ weight }) => weight), means: joined("mean"), roots: joined("root") };
}

// How much of each latent belongs to each part.
function expect(latents, n, parts, shares) {
  const away = new Float64Array(n), logs = new Float64Array(parts.length);
  for (let i = 0, at = 0; i < latents.length; i += n, at += parts.length) {
    parts.forEach(({ weight, mean, root }, k) => {
      let log = Math.log(Math.max(weight, 1e-12));
      for (let r = 0; r < n; r++) {
        let v = latents[i + r] - mean[r];
        for (let c = 0; c < r; c++) v -= root[r * n + c] * away[c];
        away[r] = v / root[r * n + r];
        log -= away[r] ** 2 / 2 + Math.log(root[r * n + r]);
      }
      logs[k] = log;
    });
    const most = Math.max(...logs), total = logs.reduce((sum, log) => sum + Math.exp(log - most), 0);
    for (let k = 0; k < parts.length; k++) shares[at + k] = Math.exp(logs[k] - most) / total;
  }
}

// A part's weight, mean and spread, of what belongs to it.
function maximise(latents, n, part, shares, i, k) {
  const mean = new Float64Array(n), covariance = new Float64Array(n * n), away = new Float64Array(n), count = latents.length / n;
  let total = 1e-9;
  for (let row = 0; row < count; row++) {
    const share = shares[row * k + i];
    total += share;
    for (let c = 0; c < n; c++) mean[c] += share * latents[row * n + c];
  }
  for (let c = 0; c < n; c++) mean[c] /= total;
  for (let row = 0; row < count; row++) {
    const share = shares[row * k + i];
    if (share < 1e-6) continue;
    for (let c = 0; c < n; c++) away[c] = latents[row * n + c] - mean[c];
    for (let r = 0; r < n; r++) for (let c = 0; c <= r; c++) covariance[r * n + c] += (share * away[r] * away[c]) / total;
  }
  for (let r = 0; r < n; r++) covariance[r * n + r] += SPREAD;
  Object.assign(part, { weight: total / count, mean, root: cholesky(covariance, n) });
}
