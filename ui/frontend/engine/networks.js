// Runs the networks of a Spec. Each remembers what it read last: what did not change is not computed again.

import { product } from "./layers.js";
import { findWeights, Given, Memory, Network } from "./network.js";
import { concatenated, openSizes, outputShapes } from "./spec.js";

export class Networks {
  /** The networks of a Spec, without weights so far. Throws an Error where layers do not fit. */
  constructor(spec) {
    const { stride, scales } = openSizes(spec);
    Object.assign(this, { spec, stride, scales, size: null, memory: new Memory(), routes: new Map() });
    this.layOut([stride, stride]);
    this.given = new Map([...this.shapes.keys()].map((name) => [name, new Given(name)]));
    this.loaded = new Map(); // name -> Network
  }

  // Find all shapes where open sizes are `padded`. Of an input: [its shape]; of a network: [what it reads, after each layer].
  layOut(padded) {
    const shapes = new Map(Object.entries(this.spec.inputs).map(([name, shape]) => [name, [shape.map((n, axis) => n ?? padded[axis])]]));
    for (const [name, { reads, layers }] of Object.entries(this.spec.networks)) {
      const read = concatenated(name, reads.map((other) => shapes.get(other).at(-1)));
      shapes.set(name, [read, ...outputShapes(name, layers, read)]);
    }
    Object.assign(this, { padded, shapes });
  }

  /** Take in the weights of a model file, or of a part of one. Throws an Error where they do not fit their layer. */
  add(tensors) {
    const found = Object.entries(this.spec.networks).map(([name, { layers }]) => {
      return { name, layers, weights: layers.map((layer, i) => findWeights(tensors, `${name}.${i}`, layer, this.shapes.get(name)[i])) };
    });
    this.forget(); // weights lie before all other numbers
    for (const { name, layers, weights } of found) if (!this.loaded.has(name) && weights.every(Boolean)) {
      this.loaded.set(name, new Network(layers, weights, this.memory));
      this.memory.keep();
    }
  }

  forget() {
    for (const network of this.loaded.values()) network.forget();
    this.memory.release();
  }

  /** Return the names of the inputs and networks that `want` needs where the values called `given` are there, in order. */
  needed(want, given = []) {
    const names = new Set([want]);
    for (const [name, { reads }] of Object.entries(this.spec.networks).reverse())
      if (names.has(name) && !given.includes(name)) for (const read of reads) names.add(read);
    return [...this.shapes.keys()].filter((name) => names.has(name));
  }

  /** Return whether the value called `given` and the weights that are here are enough for what `want` gives. */
  suffices(given, want) {
    return this.shapes.has(given) && this.shapes.has(want) && this.needed(want, [given]).every((name) => name === given || this.loaded.has(name));
  }

  /**
   * Return what the network `want` gives, in a new array. `values`: name -> numbers, of inputs or of networks, which are
   * then not computed. Numbers are an array, or {data, height, width} where the size is open; so is what is returned.
   */
  run(values, want) {
    const { data } = this.compute(values, want);
    return this.copy(want, data, this.shapes.get(want).at(-1));
  }

  /** Return what each layer of the network `want` gives, in a list. */
  activations(values, want) {
    const { outputs } = this.compute(values, want);
    if (!outputs) throw new Error(`"${want}" is given, not computed`);
    return outputs.map(({ data }, i) => this.copy(want, data, this.shapes.get(want)[i + 1]));
  }

  // Bring a network up to date and return it, or what is given in its place.
  compute(values, want) {
    const key = `${want} of ${Object.keys(values)}`;
    if (!this.routes.has(key)) this.routes.set(key, this.route(Object.keys(values), want));
    const { taken, steps, end } = this.routes.get(key);
    try {
      this.resize(values, taken);
      for (const name of taken) this.given.get(name).take(values[name], this.shapes.get(name).at(-1), this.cropped(name));
      for (const { name, network, sources } of steps) network.update(sources, this.shapes.get(name));
    } catch (error) {
      this.forget(); // there may have been too little memory for half of it
      throw error;
    }
    return end;
  }

  // What a run from the values called `names` takes of them, which networks it updates from what, and where it ends.
  route(names, want) {
    const unknown = [want, ...names].find((name) => !this.shapes.has(name));
    if (unknown !== undefined) throw new Error(`there is no input and no network "${unknown}"`);
    const needed = this.needed(want, names), taken = needed.filter((name) => names.includes(name));
    const missing = needed.find((name) => !taken.includes(name) && !this.loaded.has(name));
    if (missing !== undefined && Object.hasOwn(this.spec.inputs, missing)) throw new Error(`"${want}" needs "${missing}"`);
    if (missing !== undefined) throw new Error(`the weights of "${missing}" are not loaded`);
    const find = (name) => (taken.includes(name) ? this.given : this.loaded).get(name);
    const steps = needed.filter((name) => !taken.includes(name)).map((name) => ({ name, network: find(name), sources: this.spec.networks[name].reads.map(find) }));
    return { taken, steps, end: find(want) };
  }

  // Lay everything out anew where the values of open size have another size than before.
  resize(values, names) {
    const open = names.filter((name) => this.scales.has(name));
    if (!open.length) return;
    const sizeOf = (name) => [values[name]?.height, values[name]?.width], [times, by] = this.scales.get(open[0]);
    const size = sizeOf(open[0]).map((n) => Math.floor((n * by) / times));
    for (const name of open) {
      const [times, by] = this.scales.get(name);
      const fits = sizeOf(name).every((n, axis) => Number.isInteger(n) && n > 0 && n === Math.ceil((size[axis] * times) / by));
      if (!fits) throw new Error(`"${name}" must be {data, height, width}, and of one size with what else is open`);
    }
    const padded = size.map((n) => Math.ceil(n / this.stride) * this.stride);
    if (String(padded) !== String(this.padded)) {
      this.layOut(padded);
      this.forget();
    }
    this.size = size;
  }

  // Height and width of a map that belongs to `name`, without what they were padded with.
  cropped(name, shape = this.shapes.get(name).at(-1)) {
    return this.scales.has(name) ? this.size.map((n, axis) => Math.ceil((n * shape[axis]) / this.padded[axis])) : shape.slice(0, -1);
  }

  copy(name, data, shape) {
    if (!this.scales.has(name)) return data.slice();
    const [height, width] = this.cropped(name, shape), [, padded, c] = shape;
    const out = new Float32Array(height * width * c);
    for (let y = 0; y < height; y++) out.set(data.subarray(y * padded * c, (y * padded + width) * c), y * width * c);
    return { data: out, height, width };
  }
}
