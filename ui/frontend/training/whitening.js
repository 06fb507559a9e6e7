// Makes a latent's numbers uncorrelated, of unit variance and ordered, without changing any output: mirrors
// `aecore/core/whitening.py`, which explains the steps, for a Spec with an encoder and a decoder.

import { eigen, inverse, moments, times } from "./linear_algebra.js";

const SLOPES = 2048, MOST = 256; // slopes of the decoder that are measured, and latents at which they are, at most
const LEAST = 1e-8; // of a variance

/**
 * Return {weights, latents, effect} in new coordinates. `weights`: {name: numbers} of the Spec's layers; `latents` are rows of
 * n numbers; decode(latent) returns the decoder's output for one. `effect`: the mean squared change of the image, per
 * pixel, for a step of each number from -1 to +1.
 */
export function whiten(spec, weights, latents, n, decode) {
  const { mean, covariance } = moments(latents, n), { values, vectors } = eigen(covariance, n);
  const axes = vectors.map((v, i) => v * Math.sqrt(Math.max(values[Math.floor(i / n)], LEAST))); // each whitened axis in z
  const samples = Math.min(MOST, Math.ceil(SLOPES / n));
  const step = Math.max(1, Math.floor(latents.length / n / samples)), some = [];
  for (let i = 0; i < latents.length / n && some.length < samples; i += step) some.push(latents.slice(i * n, i * n + n));

  const slopes = rowsOf(axes, n).map((axis) => some.map((z) => difference(decode, z, axis, 0.25)));
  const agreement = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) for (let k = 0; k < some.length; k++) agreement[i * n + j] += dot(slopes[i][k], slopes[j][k]);
  const turned = rowsOf(times(eigen(agreement, n).vectors, axes, n, n), n);

  const found = turned.map((axis) => {
    const changes = some.map((z) => difference(decode, z, axis, 1));
    const total = changes.reduce((sum, change) => sum + change.reduce((a, b) => a + b, 0), 0), size = changes.length * changes[0].length;
    return { axis: total < 0 ? axis.map((v) => -v) : axis, effect: changes.reduce((sum, change) => sum + dot(change, change), 0) / size }; // a higher value means more ink
  });
  found.sort((a, b) => b.effect - a.effect);
  const basis = Float64Array.from(found.flatMap(({ axis }) => [...axis])), back = inverse(basis, n);
  const away = Float64Array.from(latents, (v, i) => v - mean[i % n]);
  return { weights: folded(spec, weights, n, mean, basis, back), latents: Float32Array.from(times(away, back, n, n)), effect: found.map(({ effect }) => effect) };
}

// z = w * basis + mean: the encoder's last layer gives w, and the decoder's first one takes it.
function folded(spec, weights, n, mean, basis, back) {
  const last = `encoder.${spec.networks.encoder.layers.length - 1}`, first = "decoder.0";
  const units = weights[`${first}.bias`].length, toUnits = times(mean, weights[`${first}.kernel`], n, units);
  return {
    ...weights,
    [`${last}.kernel`]: Float32Array.from(times(weights[`${last}.kernel`], back, n, n)),
    [`${last}.bias`]: Float32Array.from(times(weights[`${last}.bias`].map((v, i) => v - mean[i]), back, n, n)),
    [`${first}.kernel`]: Float32Array.from(times(basis, weights[`${first}.kernel`], n, units)),
    [`${first}.bias`]: weights[`${first}.bias`].map((v, i) => v + toUnits[i]),
  };
}

function difference(decode, z, axis, by) {
  const [after, before] = [by, -by].map((sign) => decode(Float32Array.from(z, (v, i) => v + sign * axis[i])));
  return after.map((v, i) => v - before[i]);
}

const rowsOf = (matrix, n) => Array.from({ length: matrix.length / n }, (_, i) => matrix.slice(i * n, i * n + n));

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
