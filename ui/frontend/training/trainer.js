// Trains an autoencoder, batch by batch, and says what it makes of pictures that it does not learn from.

import { Learner } from "../engine/learner.js";
import { AdamW, cosine, LOSSES } from "../engine/losses.js";
import { generator } from "../lib/corruption.js";
import { weightShapes } from "./write_model.js";

const MOST = 10; // a squared error per pixel beyond this is none of a network that learns
const MOST_WARMUP = 20; // batches

export class Trainer {
  /** Of a Spec in its general form, with an encoder and a decoder; `train` and `held` are pictures (pictures.js). */
  constructor({ spec, batch, rate, decay, epochs, seed }, { train, held }) {
    const shapes = weightShapes(spec), random = generator(seed), learner = new Learner(spec, initial(shapes, random), batch);
    const steps = Math.ceil(train.count / batch), all = steps * epochs;
    const optimizer = new AdamW(learner, cosine(rate, all, Math.min(MOST_WARMUP, all / 10)), { decay });
    Object.assign(this, { spec, shapes, batch, epochs, train, held, random, learner, steps, all, optimizer, done: 0, order: [] });
    this.size = learner.made("decoder").length / batch;
    this.latentDim = learner.made("encoder").length / batch;
    this.given = new Float32Array(batch * this.size);
    this.gradient = new Float32Array(batch * this.size);
  }

  get isOver() {
    return this.done >= this.all;
  }

  /** Learn from one batch, and return the squared error per pixel that it had before. Throws an Error where it grew beyond all bounds. */
  step() {
    if (this.done % this.steps === 0) this.order = this.shuffled();
    const start = (this.done % this.steps) * this.batch;
    for (let i = 0; i < this.batch; i++) this.put(i, this.train.image(this.order[(start + i) % this.order.length]));
    this.learner.forward({ image: this.given });
    const loss = LOSSES.get("mse")(this.learner.made("decoder"), this.given, this.gradient);
    if (!(loss < MOST)) throw new Error(`The error grew beyond all bounds after ${this.done} batch${this.done === 1 ? "" : "es"}: try a smaller step size.`);
    this.learner.backward({ decoder: this.gradient });
    this.optimizer.update();
    this.done++;
    return loss;
  }

  put(i, image) {
    for (let k = 0, at = i * this.size; k < this.size; k++, at++) this.given[at] = image[k] / 255;
  }

  shuffled() {
    const order = Array.from({ length: this.train.count }, (_, i) => i);
    for (let i = order.length - 1; i > 0; i--) {
      const j = Math.floor(this.random() * (i + 1));
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  /** Run the networks for so many images, image(i) of bytes each, and call see(i, latent, redrawn) with the numbers of each. */
  look(count, image, see) {
    const { batch, size, latentDim, learner } = this;
    for (let start = 0; start < count; start += batch) {
      const some = Math.min(batch, count - start);
      for (let i = 0; i < some; i++) this.put(i, image(start + i));
      learner.forward({ image: this.given });
      const latents = learner.made("encoder"), redrawn = learner.made("decoder");
      for (let i = 0; i < some; i++) see(start + i, latents.subarray(i * latentDim, (i + 1) * latentDim), redrawn.subarray(i * size, (i + 1) * size));
    }
  }

  /** The squared error per pixel of the pictures that are kept back. */
  error() {
    const { count } = this.held;
    let sum = 0;
    this.look(count, (i) => this.held.image(i), (i, _, redrawn) => {
      const image = this.held.image(i);
      for (let k = 0; k < redrawn.length; k++) sum += (redrawn[k] - image[k] / 255) ** 2;
    });
    return sum / (count * this.size);
  }

  /** A copy of all weights, {name: numbers}; assigning such a copy puts them back. */
  get weights() {
    return Object.fromEntries([...this.learner.weights].map(([name, [numbers]]) => [name, numbers.slice()]));
  }

  set weights(kept) {
    for (const [name, [numbers]] of this.learner.weights) numbers.set(kept[name]);
  }
}

/** Uniform as large as keeps the spread of numbers from layer to layer (Glorot and Bengio, 2010), as Keras has it; biases are 0. */
export function initial(shapes, random) {
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => {
    const length = shape.reduce((a, b) => a * b, 1);
    if (shape.length === 1) return [name, new Float32Array(length)];
    const [into, out] = shape.slice(-2), window = length / (into * out), most = Math.sqrt(6 / (window * (into + out)));
    return [name, Float32Array.from({ length }, () => most * (2 * random() - 1))];
  }));
}
