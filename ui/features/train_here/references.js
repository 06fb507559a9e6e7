// The errors of models that are known, on the pictures that a training keeps back: a few pictures at a time, so that
// nothing waits for them.

import { loadModel } from "../../frontend/engine/engine.js";

const AT_ONCE = 2; // pictures

/** The squared error per pixel of a model on pictures in bytes, one after the other; null where it has others. */
export async function errorOf(url, held, size) {
  const model = await (await loadModel(url)).whole, count = held.length / size;
  if (model.spec.inputs.image.reduce((a, b) => a * b, 1) !== size) return null;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const image = Float32Array.from(held.subarray(i * size, (i + 1) * size), (v) => v / 255);
    model.decode(model.encode(image)).forEach((v, k) => (sum += (v - image[k]) ** 2));
    if (i % AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return sum / (count * size);
}
