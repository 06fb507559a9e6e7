// Runs the networks of a Spec. Each remembers what it read last: what did not change is not computed again.

import { ACTIVATIONS, concatenated, LAYERS, openSizes, outputShapes, product } from "./layers.js";
import { fours, Memory } from "./memory.js";

let clock = 0; // a value that changes takes the next number as its version

export class Networks {
  /** The networks of a Spec, without weights so far. Throws an Error where layers do not fit. */
  constructor(spec) {
    const { stride, scales } = openSizes(spec);
    Object.assign(this, { spec, stride, scales, size: null, memory: new Memory(), routes: new Map() });
    this.layOut([stride, stride], "", Infinity);
    this.given = new Map([...this.shapes.keys()].map((name) => [name, new Given(name)]));
    this.loaded = new Map(); // name -> Network
  }

  // Find all shapes where open sizes are `padded`. Of an input: [its shape]; of a network: [what it reads, after each layer].
  // And how many rows of these the first `rows` of what `want` gives depend on; of all other networks, all are computed.
  layOut(padded, want, rows) {
    const shapes = new Map(), reach = new Map();
    for (const [name, shape] of Object.entries(this.spec.inputs)) shapes.set(name, [shape.map((n, axis) => n ?? padded[axis])]);
    for (const [name, { reads, layers }] of Object.entries(this.spec.networks)) {
      const read = concatenated(name, reads.map((other) => shapes.get(other).at(-1)));
      shapes.set(name, [read, ...outputShapes(name, layers, read)]);
    }
    const wanted = new Map(rows === Infinity ? [] : [[want, rows]]); // rows of what a network gives
    for (const [name, { reads, layers }] of Object.entries(this.spec.networks).reverse()) if (wanted.has(name)) {
      const found = rowsOf(layers, shapes.get(name), wanted.get(name));
      reach.set(name, found);
      for (const read of reads) wanted.set(read, Math.max(wanted.get(read) ?? 0, found[0]));
    }
    Object.assign(this, { padded, shapes, reach, part: partOf(want, rows) });
  }

  /** Take in the weights of a model file, or of a part of one. Throws an Error where they do not fit their layer. */
  add(tensors) {
    const found = Object.entries(this.spec.networks).map(([name, { layers }]) => {
      const shapes = this.shapes.get(name);
      return { name, layers, weights: layers.map((layer, i) => findWeights(tensors, `${name}.${i}`, layer, shapes[i])) };
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
    if (!this.shapes.has(given) || !this.shapes.has(want)) return false;
    return this.needed(want, [given]).every((name) => name === given || this.loaded.has(name));
  }

  /**
   * Return what the network `want` gives, in a new array. `values`: name -> numbers, of inputs or of networks, which are
   * then not computed. Numbers are an array, or {data, height, width} where the size is open; so is what is returned. Of that,
   * only the first `rows` are computed.
   */
  run(values, want, rows = Infinity) {
    const { data } = this.compute(values, want, rows);
    return this.copy(want, data, this.shapes.get(want).at(-1), rows);
  }

  /** Return what each layer of the network `want` gives, in a list. */
  activations(values, want) {
    const { outputs } = this.compute(values, want);
    if (!outputs) throw new Error(`"${want}" is given, not computed`);
    return outputs.map(({ data }, i) => this.copy(want, data, this.shapes.get(want)[i + 1]));
  }

  // Bring a network up to date and return it, or what is given in its place.
  compute(values, want, rows = Infinity) {
    const key = `${want} of ${Object.keys(values)}`;
    if (!this.routes.has(key)) this.routes.set(key, this.route(Object.keys(values), want));
    const { taken, steps, end } = this.routes.get(key);
    try {
      this.resize(values, taken, want, rows);
      for (const name of taken) this.given.get(name).take(values[name], this.shapes.get(name).at(-1), this.cropped(name));
      for (const { name, network, sources } of steps) network.update(sources, this.shapes.get(name), this.reach.get(name));
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
    const computed = needed.filter((name) => !taken.includes(name));
    const steps = computed.map((name) => ({ name, network: find(name), sources: this.spec.networks[name].reads.map(find) }));
    return { taken, steps, end: find(want) };
  }

  // Lay everything out anew where the values of open size have another size than before, or other rows are wanted.
  resize(values, names, want, rows) {
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
    if (String(padded) !== String(this.padded) || partOf(want, rows) !== this.part) {
      this.layOut(padded, want, rows);
      this.forget();
    }
    this.size = size;
  }

  // Height and width of a map that belongs to `name`, without what they were padded with.
  cropped(name, shape = this.shapes.get(name).at(-1)) {
    if (!this.scales.has(name)) return shape.slice(0, -1);
    return this.size.map((n, axis) => Math.ceil((n * shape[axis]) / this.padded[axis]));
  }

  copy(name, data, shape, rows = Infinity) {
    if (!this.scales.has(name)) return data.slice();
    const [whole, width] = this.cropped(name, shape), [, padded, c] = shape, height = Math.min(whole, rows);
    if (width === padded) return { data: data.slice(0, height * width * c), height, width };
    const out = new Float32Array(height * width * c);
    for (let y = 0; y < height; y++) out.set(data.subarray(y * padded * c, (y * padded + width) * c), y * width * c);
    return { data: out, height, width };
  }
}

const partOf = (want, rows) => (rows === Infinity ? "" : `${want} ${rows}`);

// How many rows of what layers read, and of what each gives, the first `rows` of what the last one gives depend on.
function rowsOf(layers, shapes, rows) {
  const found = [Math.min(rows, shapes.at(-1)[0])];
  for (let i = layers.length - 1; i >= 0; i--) found.unshift(LAYERS.get(layers[i].layer).reads(layers[i], shapes[i][0], shapes[i + 1][0], found[0]));
  return found;
}

// The weights of a layer: none where it has none, null where they are in another part of the file.
function findWeights(tensors, name, layer, shape) {
  const { rows, columns } = LAYERS.get(layer.layer);
  if (!rows) return {};
  const kernel = tensors[`${name}.kernel`], bias = tensors[`${name}.bias`];
  if (!kernel && !bias) return null;
  const n = columns(layer), fits = kernel?.length === rows(layer, shape) * n && bias?.length === n;
  if (!fits) throw new Error(`the weights "${name}" do not fit their layer`);
  return { kernel, bias };
}

// What comes from outside, padded with zeros at the bottom and at the right.
class Given {
  constructor(name) {
    this.name = name;
  }

  // The version rises only where a number differs, whether the array is the one of the last call or another.
  take(value, shape, [height = 1, width = 1]) {
    const data = value?.data ?? value, row = width * shape.at(-1), paddedRow = product(shape.slice(-2));
    if (data?.length !== height * row) throw new Error(`"${this.name}" needs ${height * row} numbers, got ${data?.length}`);
    let changed = shape !== this.shape || height !== this.height || width !== this.width;
    if (changed) Object.assign(this, { shape, height, width, channels: shape.at(-1), data: new Float32Array(product(shape)) });
    const { data: kept } = this;
    for (let y = 0, i = 0; y < height; y++) for (let to = y * paddedRow, end = to + row; to < end; to++, i++) {
      const number = Math.fround(data[i]);
      if (kept[to] === number) continue;
      kept[to] = number;
      changed = true;
    }
    if (changed) this.version = ++clock;
  }
}

class Network {
  constructor(layers, weights, memory) {
    Object.assign(this, { layers, memory });
    const room = ({ length }, n) => (length / n) * fours(n);
    this.weights = weights.map(({ kernel, bias }) => kernel && { bias, rows: memory.take(room(kernel, bias.length)) });
    memory.commit();
    weights.forEach(({ kernel, bias }, i) => {
      if (!kernel) return;
      const { arrange } = LAYERS.get(layers[i].layer);
      fillRows(this.weights[i].rows.data, arrange ? arrange(kernel, layers[i]) : kernel, bias.length);
    });
    this.forget();
  }

  forget() {
    Object.assign(this, { steps: null, read: [] });
  }

  // Each layer becomes a function from the block it reads to the block it fills; blocks are laid out once for a size.
  plan([shape, ...outputs], rows) {
    const { memory } = this, steps = [];
    let block = (this.input = memory.take(product(shape)));
    this.outputs = this.layers.map((layer, i) => {
      const { build } = LAYERS.get(layer.layer), activate = ACTIVATIONS.get(layer.activation), output = outputs[i];
      if (build) { // else flatten or reshape: the numbers stay where they are
        const from = block, to = memory.take(product(output));
        steps.push(build({ memory, layer, shape, output, from, to, first: rows?.[i + 1], ...this.weights[i] }));
        const fast = memory.loops[layer.activation], length = rows ? rows[i + 1] * product(output.slice(1)) : to.length;
        if (fast) steps.push(() => fast(to.at, to.at + 4 * length));
        else if (activate) steps.push(() => activate(to.data.subarray(0, length), output.at(-1)));
        block = to;
      }
      shape = output;
      return block;
    });
    memory.commit();
    Object.assign(this, { steps, channels: shape.at(-1) });
  }

  get data() {
    return this.outputs.at(-1).data;
  }

  // Compute only where something that this network reads has another version than before.
  update(sources, shapes, rows) {
    if (!this.steps) this.plan(shapes, rows);
    const total = shapes[0].at(-1);
    let channel = 0, changed = false;
    sources.forEach(({ version, data, channels }, i) => {
      if (version !== this.read[i]) {
        this.read[i] = version;
        place(rows ? data.subarray(0, rows[0] * shapes[0][1] * channels) : data, channels, this.input.data, total, channel);
        changed = true;
      }
      channel += channels;
    });
    if (!changed) return;
    for (const step of this.steps) step();
    this.version = ++clock;
  }
}

// Rows of n numbers, each filled up with zeros to a multiple of four.
function fillRows(out, values, n) {
  out.fill(0);
  for (let row = 0; row * n < values.length; row++) out.set(values.subarray(row * n, (row + 1) * n), row * fours(n));
}

// Copy pixels of `c` numbers to where pixels have `total` numbers, from number `channel` on.
function place(data, c, out, total, channel) {
  if (c === total) return out.set(data);
  for (let i = 0, to = channel; i < data.length; to += total - c) for (let k = 0; k < c; k++) out[to++] = data[i++];
}
