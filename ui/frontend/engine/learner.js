// The networks of a Spec for a batch, forwards and backwards: what they make of inputs, and the gradients of a loss with
// respect to all weights. backward.js has the layers.

import { BOTH_WAYS, SLOPES } from "./backward.js";
import { ACTIVATIONS, concatenated, LAYERS, openSizes, outputShapes, product } from "./layers.js";
import { LEARNING } from "./learning_loops.js";
import { loops } from "./loops.js";
import { Sheets } from "./matrices.js";
import { Memory } from "./memory.js";

export class Learner {
  /**
   * For a Spec in its general form, with open heights and widths of so many pixels, a multiple of the total stride. Weights
   * are {name: numbers} as in a model file. Throws an Error where layers or weights do not fit.
   */
  constructor(spec, weights, batch, [height, width] = [1, 1]) {
    const memory = new Memory(), { stride } = openSizes(spec);
    if (height % stride || width % stride) throw new Error(`height and width must be multiples of ${stride}`);
    this.loops = { ...memory.loops, ...loops(memory.memory, LEARNING) };
    Object.assign(this, { spec, batch, memory, sheets: new Sheets(memory, this.loops), settings: memory.take(5) });
    Object.assign(this, { values: new Map(), gradients: [], steps: [], parameters: new Map(), layers: [] });
    for (const [name, shape] of Object.entries(spec.inputs)) {
      const known = shape.map((n, axis) => n ?? [height, width][axis]);
      this.values.set(name, { shape: known, data: memory.take(batch * product(known)), gradient: null });
    }
    for (const [name, network] of Object.entries(spec.networks)) this.plan(name, network);
    this.sheets.commit();
    memory.commit();
    for (const [name, { block }] of this.parameters) {
      if (weights[name]?.length !== block.length) throw new Error(`the weights "${name}" do not fit their layer`);
      block.data.set(weights[name]);
    }
  }

  block(shape) {
    return this.memory.take(this.batch * product(shape));
  }

  // A block for a gradient, to which all that read the value add theirs.
  gradientBlock(shape) {
    const block = this.block(shape);
    this.gradients.push(block);
    return block;
  }

  plan(name, { reads, layers }) {
    const sources = reads.map((read) => this.values.get(read));
    let value = this.joined(name, sources);
    const shapes = outputShapes(name, layers, value.shape);
    layers.forEach((layer, i) => {
      const given = value;
      value = this.layer(`${name}.${i}`, layer, value, shapes[i]);
      this.layers.push({ name: `${name}.${i}`, layer, given, made: value }); // {shape, data, gradient} each: for those who look inside
    });
    this.values.set(name, value.gradient ? value : this.copied(value)); // a network of nothing but a reshape
  }

  // What a network reads: its sources beside each other along the last axis.
  joined(name, sources) {
    if (sources.length === 1) return sources[0];
    const shape = concatenated(name, sources.map((source) => source.shape)), total = shape.at(-1);
    const data = this.block(shape), gradient = sources.some((source) => source.gradient) ? this.gradientBlock(shape) : null;
    let first = 0;
    const places = sources.map((source) => {
      const c = source.shape.at(-1);
      return { source, c, from: (first += c) - c };
    });
    this.steps.push({
      forward() {
        for (const { source, c, from } of places) forRows(data.data, source.data.data, total, c, from, (all, i, one, j) => (all[i] = one[j]));
      },
      backward() {
        if (gradient) for (const { source, c, from } of places) if (source.gradient)
          forRows(gradient.data, source.gradient.data, total, c, from, (all, i, one, j) => (one[j] += all[i]));
      },
    });
    return { shape, data, gradient };
  }

  layer(name, layer, { shape, data: x, gradient: dx }, output) {
    const build = BOTH_WAYS.get(layer.layer), act = ACTIVATIONS.get(layer.activation), slope = SLOPES.get(layer.activation);
    if (!build) return { shape: output, data: x, gradient: dx };
    const { batch, sheets } = this, y = this.block(output), dy = act ? this.block(output) : this.gradientBlock(output);
    const weights = LAYERS.get(layer.layer).rows ? this.weightsOf(name, layer, shape) : {};
    this.steps.push(build({ sheets: sheets.layer(), layer, batch, shape, output, x, y, dx, dy, ...weights }));
    if (!act) return { shape: output, data: y, gradient: dy };
    const after = this.block(output), gradient = this.gradientBlock(output), n = output.at(-1);
    const fast = this.loops[layer.activation], fastSlope = this.loops[`${layer.activation}Slope`];
    this.steps.push({
      forward() {
        after.data.set(y.data);
        if (fast) fast(after.at, after.at + 4 * after.length);
        else act(after.data, n);
      },
      backward() {
        if (fastSlope) return fastSlope(dy.at, dy.at + 4 * dy.length, gradient.at, y.at);
        dy.data.set(gradient.data);
        slope(dy.data, y.data, after.data, n);
      },
    });
    return { shape: output, data: after, gradient };
  }

  weightsOf(name, layer, shape) {
    const { rows, columns } = LAYERS.get(layer.layer), n = columns(layer);
    const take = (part, length) => {
      const [block, gradient, first, second] = Array.from({ length: 4 }, () => this.memory.take(length));
      this.gradients.push(gradient);
      this.parameters.set(`${name}.${part}`, { block, gradient, first, second });
      return [block, gradient];
    };
    const [kernel, dKernel] = take("kernel", rows(layer, shape) * n), [bias, dBias] = take("bias", n);
    return { kernel, bias, dKernel, dBias };
  }

  copied({ shape, data }) {
    const copy = this.block(shape), gradient = this.gradientBlock(shape);
    this.steps.push({ forward: () => copy.data.set(data.data), backward() {} });
    return { shape, data: copy, gradient };
  }

  /** Run all networks for inputs {name: numbers of the whole batch}. */
  forward(inputs) {
    for (const name of Object.keys(this.spec.inputs)) this.values.get(name).data.data.set(inputs[name]);
    for (const step of this.steps) step.forward();
  }

  /** What a network made of the batch, until the next run. */
  made(name) {
    return this.values.get(name).data.data;
  }

  /** Compute the gradients of a loss, from those with respect to what networks made, {name: numbers}. */
  backward(gradients) {
    for (const block of this.gradients) block.data.fill(0);
    for (const [name, numbers] of Object.entries(gradients)) {
      const { data } = this.values.get(name).gradient;
      for (let i = 0; i < data.length; i++) data[i] += numbers[i];
    }
    for (const step of this.steps.toReversed()) step.backward();
  }

  /** Change all weights as AdamW does (losses.js), which gives five numbers. */
  change(settings) {
    this.settings.data.set(settings);
    for (const { block: { at, length }, gradient, first, second } of this.parameters.values())
      this.loops.adamW(at, at + 4 * length, gradient.at, first.at, second.at, this.settings.at);
  }

  /** {name: [numbers, their gradient]} of all weights; the numbers may be changed. */
  get weights() {
    return new Map([...this.parameters].map(([name, { block, gradient }]) => [name, [block.data, gradient.data]]));
  }
}

// Calls act(all, i, one, j) for the numbers of a map and their places among the channels of what it is a part of.
function forRows(all, one, total, c, from, act) {
  for (let j = 0, i = from; j < one.length; i += total - c) for (let k = 0; k < c; k++) act(all, i++, one, j++);
}
