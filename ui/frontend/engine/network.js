// One network: its weights, its numbers, and what it read last.

import { ACTIVATIONS, LAYERS, fours, product } from "./layers.js";
import { multiplier } from "./multiply.js";

let clock = 0; // a value that changes takes the next number as its version

// The weights of a layer: none where it has none, null where they are in another part of the file.
export function findWeights(tensors, name, layer, shape) {
  const { rows, columns } = LAYERS.get(layer.layer);
  if (!rows) return {};
  const kernel = tensors[`${name}.kernel`], bias = tensors[`${name}.bias`];
  if (!kernel && !bias) return null;
  if (kernel?.length !== rows(layer, shape) * columns(layer) || bias?.length !== columns(layer)) throw new Error(`the weights "${name}" do not fit their layer`);
  return { kernel, bias };
}

// What comes from outside, padded with zeros at the bottom and at the right.
export class Given {
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

export class Network {
  constructor(layers, weights, memory) {
    Object.assign(this, { layers, memory });
    this.weights = weights.map(({ kernel, bias }) => kernel && { bias, rows: memory.take((kernel.length / bias.length) * fours(bias.length)) });
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
  plan([shape, ...outputs]) {
    const { memory } = this, steps = [];
    let block = (this.input = memory.take(product(shape)));
    this.outputs = this.layers.map((layer, i) => {
      const { build } = LAYERS.get(layer.layer), activate = ACTIVATIONS.get(layer.activation), output = outputs[i];
      if (build) { // else flatten or reshape: the numbers stay where they are
        const from = block, to = memory.take(product(output));
        steps.push(build({ memory, layer, shape, output, from, to, ...this.weights[i] }));
        if (activate) steps.push(() => activate(to.data, output.at(-1)));
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
  update(sources, shapes) {
    if (!this.steps) this.plan(shapes);
    const total = shapes[0].at(-1);
    let channel = 0, changed = false;
    sources.forEach(({ version, data, channels }, i) => {
      if (version !== this.read[i]) {
        this.read[i] = version;
        place(data, channels, this.input.data, total, channel);
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

const PAGE = 65536; // bytes

/** The numbers of all networks of a model. A block is {at, length, data}: its address in bytes, how many numbers, and these. */
export class Memory {
  constructor() {
    this.memory = new WebAssembly.Memory({ initial: 1 });
    this.multiply = multiplier(this.memory);
    Object.assign(this, { next: 0, blocks: [], kept: 0 });
  }

  /** Take a block, whose numbers are there after `commit`. */
  take(length) {
    const block = { at: this.next, length, data: null };
    this.next += 4 * (fours(length) + 4); // a product may write three numbers past the end
    this.blocks.push(block);
    return block;
  }

  /** Give the blocks taken their numbers; the memory grows where it is too small. */
  commit() {
    const pages = Math.ceil((this.next - this.memory.buffer.byteLength) / PAGE);
    try {
      if (pages > 0) this.memory.grow(pages);
    } catch (error) {
      throw new Error(`this device has no ${Math.ceil(this.next / 2 ** 20)} MB of memory for the model`, { cause: error });
    }
    for (const block of this.blocks) block.data = new Float32Array(this.memory.buffer, block.at, block.length);
  }

  /** Keep the blocks taken so far whatever is released. */
  keep() {
    this.kept = this.blocks.length;
  }

  /** Take back all blocks that are not kept. */
  release() {
    this.next = this.blocks.splice(this.kept)[0]?.at ?? this.next;
  }
}
