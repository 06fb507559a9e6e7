// What the page shows of a network while it learns: pictures redrawn, latents in the plane, the first layer's filters.

import { eigen, moments } from "./linear_algebra.js";

const SHOWN = 16, POINTS = 240, FILTERS = 12;

// The sixteen pictures that are shown, of those kept back: one class after the other, where there are classes.
function shownOf(held) {
  const all = Array.from({ length: held.count }, (_, i) => i), classes = [...new Set(all.map((i) => held.label(i)))].sort((a, b) => a - b);
  const queues = classes.map((label) => all.filter((i) => held.label(i) === label)), out = [];
  for (let round = 0; out.length < Math.min(SHOWN, held.count); round++) for (const queue of queues) if (queue[round] !== undefined && out.length < SHOWN) out.push(queue[round]);
  return out;
}

/** Takes views of a trainer; pictures are bytes. */
export class Viewer {
  constructor(trainer) {
    const { held } = trainer;
    Object.assign(this, { trainer, shown: shownOf(held), points: Math.min(POINTS, held.count), axes: null, own: null });
    this.labels = Array.from({ length: this.points }, (_, i) => held.label(i));
  }

  /** {redrawn, own, points, filters, error}: the pictures redrawn; the visitor's own, null where there is none; latents as [x, y] in -1 ... 1. */
  view() {
    const { trainer, shown, own } = this, { held, size, latentDim: n } = trainer, redrawn = new Uint8Array(shown.length * size), latents = new Float32Array(this.points * n);
    const asked = [...shown.map((i) => held.image(i)), ...(own ? [own] : [])];
    let mine = null, sum = 0;
    trainer.look(asked.length, (i) => asked[i], (i, _, made) => {
      const bytes = Uint8Array.from(made, (v) => Math.round(255 * Math.min(Math.max(v, 0), 1)));
      if (i < shown.length) redrawn.set(bytes, i * size);
      else mine = bytes;
    });
    trainer.look(this.points, (i) => held.image(i), (i, latent, made) => {
      latents.set(latent, i * n);
      const image = held.image(i);
      for (let k = 0; k < size; k++) sum += (made[k] - image[k] / 255) ** 2;
    });
    return { redrawn, own: mine, points: this.inPlane(latents, n), filters: filtersOf(trainer), error: sum / (this.points * size) };
  }

  // Along the two directions in which latents differ most, which keep their signs from view to view; with one number by class.
  inPlane(latents, n) {
    const { mean, covariance } = moments(latents, n), out = new Float32Array(2 * this.points);
    const axes = n > 2 ? eigen(covariance, n).vectors.slice(0, 2 * n) : n === 2 ? Float64Array.of(1, 0, 0, 1) : Float64Array.of(1, 0);
    if (this.axes && n > 2) for (const row of [0, 1]) if (dot(axes, this.axes, row * n, n) < 0) for (let i = row * n; i < row * n + n; i++) axes[i] = -axes[i];
    this.axes = axes;
    let most = 1e-6;
    for (let i = 0; i < this.points; i++) for (const row of [0, 1]) {
      let v = 0;
      for (let k = 0; k < n; k++) v += axes[row * n + k] * (latents[i * n + k] - mean[k]);
      out[2 * i + row] = v;
      most = Math.max(most, Math.abs(v));
    }
    for (let i = 0; i < out.length; i++) out[i] /= most;
    if (n === 1) for (let i = 0; i < this.points; i++) out[2 * i + 1] = (this.labels[i] ?? 0) / 5 - 0.9;
    return out;
  }
}

function dot(a, b, from, n) {
  let sum = 0;
  for (let i = from; i < from + n; i++) sum += a[i] * b[i];
  return sum;
}

// Of the first layer with weights, some filters as pictures: {count, length, values}, `length` numbers each between -127 and 127.
function filtersOf({ learner, shapes }) {
  const name = Object.keys(shapes).find((one) => one.endsWith(".kernel")), shape = shapes[name], count = shape.at(-1), [numbers] = learner.weights.get(name);
  const length = numbers.length / count, some = Math.min(FILTERS, count), values = new Int8Array(some * length);
  for (let f = 0; f < some; f++) {
    let most = 1e-9;
    for (let i = 0; i < length; i++) most = Math.max(most, Math.abs(numbers[i * count + f]));
    for (let i = 0; i < length; i++) values[f * length + i] = Math.round((127 * numbers[i * count + f]) / most);
  }
  return { count: some, length, values };
}
