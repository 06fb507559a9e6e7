// The arithmetic of one pixel of a convolution, as `aecore/core/forward.py` does it: zeros beyond the edge, "same" sizes.

import { ACTIVATIONS } from "../../frontend/engine/layers.js";

/**
 * What makes the pixel `at` [row, column] of map `filter`: {top, left, products, map, sum, others, bias, total, made}. Of
 * the map that contributes most to the filter, `map`: its window's corner, the window, and its products with the kernel.
 * `others` is what all other maps add. `given` are numbers of the shape [height, width, maps].
 */
export function pixelOf({ layer, kernel, bias }, given, [height, width, maps], filter, [row, column]) {
  const { kernel: k, stride, filters, activation = "linear" } = layer;
  const before = (size) => Math.max((Math.ceil(size / stride) - 1) * stride + k - size, 0) >> 1;
  const [top, left] = [row * stride - before(height), column * stride - before(width)];
  const weightAt = (y, x, map) => kernel[((y * k + x) * maps + map) * filters + filter];
  const numberAt = (y, x, map) => (y < 0 || x < 0 || y >= height || x >= width ? 0 : given[(y * width + x) * maps + map]);
  const map = mainMap({ k, filters, kernel }, given, maps, filter);
  const [window_, weights, products] = [new Float32Array(k * k), new Float32Array(k * k), new Float32Array(k * k)];
  let others = 0;
  for (let y = 0; y < k; y++) for (let x = 0; x < k; x++) for (let one = 0; one < maps; one++) {
    const number = numberAt(top + y, left + x, one), weight = weightAt(y, x, one);
    if (one !== map) others += number * weight;
    else [window_[y * k + x], weights[y * k + x], products[y * k + x]] = [number, weight, number * weight];
  }
  const sum = products.reduce((a, b) => a + b, 0), total = sum + others + bias[filter], made = Float32Array.of(total);
  ACTIVATIONS.get(activation)?.(made);
  return { top, left, window: window_, weights, products, map, sum, others, bias: bias[filter], total, made: made[0] };
}

// The map with the largest numbers where the filter has large weights.
function mainMap({ k, filters, kernel }, given, maps, filter) {
  const strength = new Float64Array(maps), ink = new Float64Array(maps);
  for (let i = 0; i < k * k * maps; i++) strength[i % maps] += Math.abs(kernel[i * filters + filter]);
  for (let i = 0; i < given.length; i++) ink[i % maps] += Math.abs(given[i]);
  let best = 0;
  for (let map = 1; map < maps; map++) if (strength[map] * ink[map] > strength[best] * ink[best]) best = map;
  return best;
}
