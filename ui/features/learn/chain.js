// Backpropagation through a model for one image: the error's gradient at every layer, the terms of the chain rule for one
// weight of each, and a step of gradient descent.

import { Learner } from "../../frontend/engine/learner.js";
import { LOSSES } from "../../frontend/engine/losses.js";
import { weightsOf } from "./operation.js";

const FACTORS = [2, 1, 0.5, 0.25, 0.12, 0.06, 0.03]; // of the usual step

/** Fetch the weights of a model by its address, and make it ready to learn from one image. */
export async function learnerOf(url, spec) {
  return new Chain(new Learner(spec, await weightsOf(url), 1));
}

export class Chain {
  constructor(learner) {
    this.learner = learner;
    this.first = new Map([...learner.weights].map(([name, [numbers]]) => [name, numbers.slice()]));
    this.gradient = new Float32Array(learner.made("decoder").length);
  }

  /** Give all weights back as they were in the model. */
  restore() {
    for (const [name, [numbers]] of this.learner.weights) numbers.set(this.first.get(name));
  }

  /** Redraw an image, and find all gradients of its squared error; returns {error, redrawn}. */
  run(image) {
    const { learner, gradient } = this;
    this.image = image;
    learner.forward({ image });
    const redrawn = learner.made("decoder").slice(), error = LOSSES.get("mse")(redrawn, image, gradient);
    learner.backward({ decoder: gradient });
    return (this.now = { error, redrawn });
  }

  /** The layers that compute something, from the last to the first: {name, kind, shape, gradient, terms}. */
  get layers() {
    const { learner } = this;
    return learner.layers.filter(({ name }) => learner.parameters.has(`${name}.kernel`)).toReversed().map(({ name, layer, given, made }) => ({
      name, layer, shape: made.shape, gradient: made.gradient.data.slice(), terms: this.terms(name, layer, given, made),
    }));
  }

  // Of the weight with the largest gradient. A dense layer's has one product: what it multiplies, the slope of the activation,
  // and the error's gradient behind it. A convolution's sums such products over all places; its bias says the sum of the latter two.
  terms(name, { layer }, given, made) {
    const { weights } = this.learner, [kernel, dKernel] = weights.get(`${name}.kernel`), [, dBias] = weights.get(`${name}.bias`);
    let at = 0;
    for (let i = 1; i < dKernel.length; i++) if (Math.abs(dKernel[i]) > Math.abs(dKernel[at])) at = i;
    const found = { weight: kernel[at], gradient: dKernel[at] };
    if (layer !== "dense") return { ...found, places: made.shape[0] * made.shape[1] };
    const unit = at % dBias.length, behind = made.gradient.data[unit];
    return { ...found, input: given.data.data[Math.floor(at / dBias.length)], behind, slope: behind ? dBias[unit] / behind : 0 };
  }

  /** Move all weights a step against their gradients: of some steps the one that lowers the error of this image most. Returns its size. */
  step() {
    const { learner, now, image } = this, before = [...learner.weights.values()].map(([numbers, gradient]) => [numbers, numbers.slice(), gradient.slice()]);
    let squares = 0;
    for (const [, , gradient] of before) for (const g of gradient) squares += g * g;
    const usual = squares ? now.error / squares : 0; // would take away all of the error if it were linear (Polyak)
    const move = (size) => before.forEach(([numbers, kept, gradient]) => numbers.forEach((_, i) => (numbers[i] = kept[i] - size * gradient[i])));
    let best = { size: 0, error: now.error };
    for (const factor of FACTORS) {
      move(factor * usual);
      learner.forward({ image });
      const error = LOSSES.get("mse")(learner.made("decoder"), image, this.gradient);
      if (error < best.error) best = { size: factor * usual, error };
    }
    move(best.size);
    return best.size;
  }
}
