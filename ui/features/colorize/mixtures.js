// What the model expects of the sixteen numbers when it has only seen a picture's luminance: a mixture of Gaussians, and
// what it expects once some linear combinations of them are known. `aecore/core/conditional.py` is the mirror in NumPy.

import { normal } from "../../frontend/lib/corruption.js";
import { LATENT as N } from "./fields.js";
import { cholesky, solveCholesky, solveLower } from "../../frontend/lib/linear.js";

const COMPONENTS = 8;
const [GROUP, POWERS] = [32, 30]; // draws in a group of neighbours; iterations of the power method
const BELOW = (N * (N - 1)) / 2; // numbers below a diagonal

/**
 * Gaussians with log weights, means (count arrays of N) and whiteners (count arrays of N * N). A whitener is lower
 * triangular, the inverse of the Cholesky factor of the covariance.
 */
export class Mixture {
  constructor(logWeights, means, whiteners) {
    Object.assign(this, { logWeights, means, whiteners, weights: logWeights.map(Math.exp) });
  }

  /** Of the output of the network, flat; `spread` is a factor of the standard deviations. */
  static of(output, spread = 1) {
    const total = logSum(output.subarray(0, COMPONENTS));
    const logits = Array.from(output.subarray(0, COMPONENTS), (logit) => logit - total);
    const place = (start, size, k) => output.subarray(COMPONENTS * start + k * size, COMPONENTS * start + (k + 1) * size);
    const means = logits.map((_, k) => Float64Array.from(place(1, N, k)));
    const whiteners = logits.map((_, k) => {
      const [diagonal, below] = [place(1 + N, N, k), place(1 + 2 * N, BELOW, k)], out = new Float64Array(N * N);
      for (let i = 0, at = 0; i < N; i++) {
        for (let j = 0; j < i; j++) out[i * N + j] = below[at++] / spread;
        out[i * N + i] = Math.exp(diagonal[i]) / spread;
      }
      return out;
    });
    return new Mixture(logits, means, whiteners);
  }

  /** The mean of the whole mixture. */
  get mean() {
    return Array.from({ length: N }, (_, i) => this.weights.reduce((sum, weight, k) => sum + weight * this.means[k][i], 0));
  }

  /** A random latent: mean + temperature * (draw - mean), where `random` returns numbers from 0 to 1. */
  sample(temperature, random = Math.random, mean = this.mean) {
    let k = 0;
    for (let left = random(); k < this.weights.length - 1 && left >= this.weights[k]; k++) left -= this.weights[k];
    const noise = solveLower(this.whiteners[k], Array.from({ length: N }, () => normal(random)), N);
    return mean.map((center, i) => center + temperature * (this.means[k][i] + noise[i] - center));
  }

  /**
   * Random latents that are spread out over the mixture; each by itself is a random draw. Of many draws, groups of
   * neighbours are made, in the metric of `gram` (N * N), and one draw of each is taken, in random order.
   */
  spreadSamples(count, gram, temperature, random = Math.random) {
    const factor = cholesky(gram, N), { mean } = this;
    const points = Array.from({ length: GROUP * count }, () => {
      const latent = this.sample(1, random, mean), place = new Float64Array(N);
      for (let i = 0; i < N; i++) for (let j = 0; j <= i; j++) place[j] += latent[i] * factor[i * N + j];
      return { latent, place, along: 0 };
    });
    const taken = neighbours(points, count).map((group) => group[Math.floor(random() * GROUP)].latent);
    for (let i = count - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [taken[i], taken[j]] = [taken[j], taken[i]];
    }
    return taken.map((latent) => latent.map((value, i) => mean[i] + temperature * (value - mean[i])));
  }

  /**
   * The mixture once `values` are known to be `rows` (of N numbers) times the latent, up to errors whose variance is one
   * of `noises`. Each Gaussian is conditioned for each of these, and weighed by how well it had foreseen that.
   */
  given(rows, values, noises) {
    if (!rows.length) return this;
    const logs = [], means = [], whiteners = [];
    for (const noise of noises) this.means.forEach((mean, k) => {
      const precision = gram(this.whiteners[k]);
      for (const row of rows) for (let i = 0; i < N; i++) for (let j = 0; j < N; j++) precision[i * N + j] += (row[i] * row[j]) / noise;
      const errors = values.map((value, h) => value - dot(rows[h], mean));
      const pull = Array.from({ length: N }, (_, i) => rows.reduce((sum, row, h) => sum + (row[i] * errors[h]) / noise, 0));
      const whitener = lowerWhitener(precision), move = solveCholesky(cholesky(precision, N), pull, N);
      const squares = dot(errors, errors) / noise - dot(pull, move);
      const change = logDiagonal(this.whiteners[k]) - logDiagonal(whitener) - (values.length * Math.log(noise)) / 2;
      logs.push(this.logWeights[k] + change - squares / 2);
      means.push(mean.map((value, i) => value + move[i]));
      whiteners.push(whitener);
    });
    const total = logSum(logs);
    return new Mixture(logs.map((log) => log - total), means, whiteners);
  }
}

// Groups of neighbours of equal size, by cuts across the direction in which points differ most.
function neighbours(points, count) {
  if (count === 1) return [points];
  const center = new Float64Array(N), scatter = new Float64Array(N * N), next = new Float64Array(N), axis = new Float64Array(N).fill(1);
  for (const { place } of points) for (let i = 0; i < N; i++) center[i] += place[i] / points.length;
  for (const { place } of points) for (let i = 0; i < N; i++) {
    const away = place[i] - center[i];
    for (let j = 0; j <= i; j++) scatter[i * N + j] += away * (place[j] - center[j]);
  }
  for (let i = 0; i < N; i++) for (let j = 0; j < i; j++) scatter[j * N + i] = scatter[i * N + j];
  for (let n = 0; n < POWERS; n++) {
    let length = 1e-30;
    for (let i = 0; i < N; i++) {
      next[i] = 0;
      for (let j = 0; j < N; j++) next[i] += scatter[i * N + j] * axis[j];
      length += next[i] ** 2;
    }
    for (let i = 0; i < N; i++) axis[i] = next[i] / Math.sqrt(length);
  }
  for (const point of points) point.along = dot(point.place, axis);
  points.sort((a, b) => a.along - b.along);
  const left = Math.floor(count / 2), cut = (points.length / count) * left;
  return [...neighbours(points.slice(0, cut), left), ...neighbours(points.slice(cut), count - left)];
}

// Uᵀ U
function gram(whitener) {
  const out = new Float64Array(N * N);
  for (let k = 0; k < N; k++) for (let i = 0; i <= k; i++) for (let j = 0; j <= k; j++) out[i * N + j] += whitener[k * N + i] * whitener[k * N + j];
  return out;
}

// The lower triangular U with Uᵀ U = precision: the Cholesky factor of the matrix read from its last row.
function lowerWhitener(precision) {
  const turned = precision.slice().reverse(), factor = cholesky(turned, N), out = new Float64Array(N * N);
  for (let i = 0; i < N; i++) for (let j = 0; j <= i; j++) out[i * N + j] = factor[(N - 1 - j) * N + (N - 1 - i)];
  return out;
}

const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

function logDiagonal(matrix) {
  let sum = 0;
  for (let i = 0; i < N; i++) sum += Math.log(Math.abs(matrix[i * N + i]));
  return sum;
}

function logSum(values) {
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}
