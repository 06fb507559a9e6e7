// The forward pass in plain JavaScript: the same Specs as Keras and NumPy, readable in one sitting.
// `aecore/forward.py` is its twin. Arrays are flat Float32Arrays of one image, channels last: index (y * w + x) * c + k.

import { fetchFile } from "./files.js";
import { multiplier } from "./multiply.js";
import { readSafetensors } from "./safetensors.js";

const IMAGE_SHAPE = [28, 28, 1];
const models = new Map(); // url -> what is loading or loaded: every component on the page shares one download

/**
 * Load a model file, the decoder before the encoder. Resolves, as soon as it can decode, to {spec, statistics,
 * latentDim, decode(latent), encode(image), sample(), whole}: `encode` is null until the promise `whole` resolves to the
 * same model; the encoder is fetched when somebody first asks for `whole`. `encode.activations(image)` and
 * `decode.activations(latent)` are what each layer makes of it. onProgress(share) hears how much of the decoder has come.
 */
export function loadModel(url, onProgress = () => {}) {
  if (!models.has(url)) models.set(url, load(url));
  const { promise, listeners } = models.get(url);
  listeners.add(onProgress);
  return promise;
}

function load(url) {
  const part = (side) => url.replace(/\.safetensors$/, `.${side}.safetensors`);
  const listeners = new Set();
  const fetchEncoder = (model) => {
    const promise = download(part("encoder")).then((encoder) => Object.assign(model, { encode: parseModel(encoder).encode }));
    promise.catch(() => models.delete(url));
    return promise;
  };
  const promise = download(part("decoder"), (share) => listeners.forEach((listen) => listen(share))).then((decoder) => {
    const model = parseModel(decoder);
    let whole = null;
    return Object.defineProperty(model, "whole", { get: () => (whole ??= fetchEncoder(model)) });
  });
  promise.catch(() => models.delete(url)); // a later call may try again
  return { promise, listeners };
}

async function download(url, onProgress = () => {}) {
  const response = await fetchFile(url);
  if (!response.ok) throw new Error(`the model could not be loaded (HTTP ${response.status})`);
  const total = Number(response.headers.get("content-length"));
  const chunks = [];
  let received = 0;
  const reader = response.body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    chunks.push(next.value);
    received += next.value.length;
    if (total) onProgress(received / total);
  }
  return new Blob(chunks).arrayBuffer();
}

/** Build a model from the bytes of a safetensors file written by aecore; of a part, what is not there is null. */
export function parseModel(buffer) {
  const { tensors, metadata } = readSafetensors(buffer);
  const spec = JSON.parse(metadata.spec);
  const latentDim = spec.encoder.at(-1).units;
  const side = (name, shape) =>
    Object.keys(tensors).some((key) => key.startsWith(`${name}.`)) ? prepare(spec[name], tensors, name, shape) : null;
  return {
    spec,
    statistics: JSON.parse(metadata.statistics),
    latentDim,
    encode: side("encoder", IMAGE_SHAPE), // (784,) -> (latentDim,)
    decode: side("decoder", [latentDim]), // (latentDim,) -> (784,)
    sample: tensors["mixture.means"] ? () => sampleMixture(tensors, latentDim) : null, // a random digit's latent
  };
}

// Draw a latent from the mixture of Gaussians fitted to real digits: `aecore/mixture.py` says more.
function sampleMixture({ "mixture.weights": weights, "mixture.means": means, "mixture.roots": roots }, n) {
  let k = 0;
  for (let left = Math.random() * weights.reduce((a, b) => a + b); k < weights.length - 1 && left >= weights[k]; k++) left -= weights[k];
  const noise = Array.from({ length: n }, gaussian);
  return noise.map((_, i) => noise.reduce((sum, v, j) => sum + roots[(k * n + i) * n + j] * v, means[k * n + i]));
}

/** A random number from N(0, 1) (Box and Muller, 1958). */
export function gaussian() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}

// One memory for all numbers of an encoder or a decoder. A block is {at, data}: its address in bytes, its numbers.
class Memory {
  constructor(floats) {
    const memory = new WebAssembly.Memory({ initial: Math.ceil((4 * floats) / 65536) });
    this.buffer = memory.buffer;
    this.multiply = multiplier(memory);
    this.next = 0;
  }

  take(length) {
    const block = { at: this.next, data: new Float32Array(this.buffer, this.next, length) };
    this.next += 4 * fours(length);
    return block;
  }

  // Rows of n numbers, each filled up with zeros to a multiple of four.
  rows(values, n) {
    const block = this.take((values.length / n) * fours(n));
    for (let row = 0; row * n < values.length; row++) block.data.set(values.subarray(row * n, (row + 1) * n), row * fours(n));
    return block;
  }
}

const fours = (n) => 4 * Math.ceil(n / 4);
const product = (shape) => shape.reduce((a, b) => a * b, 1);

// Each layer becomes a function from the block it reads to the block it fills; blocks are laid out once.
function prepare(layers, weights, side, inputShape) {
  let shape = inputShape;
  const plans = layers.map((layer, i) => {
    const kernel = weights[`${side}.${i}.kernel`], bias = weights[`${side}.${i}.bias`];
    const [build, output] = LAYERS[layer.layer](layer, shape);
    shape = output;
    return { build, kernel, bias, size: product(output), activate: ACTIVATIONS[layer.activation] };
  });
  const floats = ({ kernel, bias, size }) => fours(size) + (bias ? (kernel.length / bias.length + 3) * fours(bias.length) : 0);
  const memory = new Memory(fours(product(inputShape)) + plans.reduce((sum, plan) => sum + floats(plan), 0));
  const input = memory.take(product(inputShape));
  const steps = [], outputs = [];
  let block = input;
  for (const { build, kernel, bias, size, activate } of plans) {
    if (build) { // else flatten or reshape: the numbers stay where they are
      const from = block, to = memory.take(size);
      steps.push(build(memory, from, to, kernel, bias));
      if (activate) steps.push(() => activate(to.data));
      block = to;
    }
    outputs.push(block);
  }
  const run = (values) => {
    input.data.set(values);
    for (const step of steps) step();
    return block.data.slice();
  };
  run.activations = (values) => {
    run(values);
    return outputs.map(({ data }) => data.slice());
  };
  return run;
}

const ACTIVATIONS = {
  relu: (x) => each(x, (v) => (v > 0 ? v : 0)),
  silu: (x) => each(x, (v) => v / (1 + Math.exp(-v))),
  sigmoid: (x) => each(x, (v) => 1 / (1 + Math.exp(-v))),
  tanh: (x) => each(x, Math.tanh),
};

function each(x, f) {
  for (let i = 0; i < x.length; i++) x[i] = f(x[i]);
  return x;
}

// layer, input shape -> [how to build it, output shape]
const LAYERS = {
  flatten: (layer, shape) => [null, [product(shape)]],
  reshape: (layer) => [null, layer.shape],
  dense: ({ units }) => [dense, [units]],
  depth_to_space: ({ block }, [h, w, c]) => [
    (memory, from, to) => () => depthToSpace(from.data, h, w, c, block, to.data),
    [h * block, w * block, c / block ** 2],
  ],
  conv2d: ({ filters, kernel: k, stride }, [h, w, c]) => {
    const [outH, outW] = [Math.ceil(h / stride), Math.ceil(w / stride)];
    const pad = (size, out) => Math.floor(Math.max((out - 1) * stride + k - size, 0) / 2);
    const [top, left] = [pad(h, outH), pad(w, outW)];
    const taps = [];
    for (let oy = 0; oy < outH; oy++) for (let ox = 0; ox < outW; ox++) for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) {
      const [y, x] = [oy * stride + i - top, ox * stride + j - left];
      if (y >= 0 && y < h && x >= 0 && x < w) taps.push([y * w + x, i * k + j, oy * outW + ox]);
    }
    return [convolution(taps, c), [outH, outW, filters]];
  },
  conv2d_transpose: ({ filters, kernel: k, stride }, [h, w, c]) => {
    const [outH, outW] = [h * stride, w * stride];
    const pad = Math.floor(Math.max(k - stride, 0) / 2);
    const taps = [];
    for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) {
      const [oy, ox] = [y * stride + i - pad, x * stride + j - pad];
      if (oy >= 0 && oy < outH && ox >= 0 && ox < outW) taps.push([y * w + x, i * k + j, oy * outW + ox]);
    }
    taps.sort((a, b) => a[2] - b[2]);
    const build = convolution(taps, c);
    const turned = (memory, from, to, kernel, bias) => build(memory, from, to, swapLastTwo(kernel, filters, c), bias);
    return [turned, [outH, outW, filters]];
  },
};

const CHUNK = 128; // rows summed in single precision; chunks are added in double: long sums stay as exact as Keras' own

function dense(memory, from, to, kernel, bias) {
  const n = bias.length, rows = memory.rows(kernel, n), chunk = memory.take(fours(n)), sums = new Float64Array(n);
  const end = from.at + 4 * from.data.length, bytes = 4 * fours(n);
  return () => {
    sums.set(bias);
    for (let x = from.at, row = rows.at; x < end; x += 4 * CHUNK, row += CHUNK * bytes) {
      chunk.data.fill(0);
      memory.multiply(chunk.at, x, Math.min(x + 4 * CHUNK, end), row, bytes);
      for (let i = 0; i < n; i++) sums[i] += chunk.data[i];
    }
    to.data.set(sums);
  };
}

// Both convolutions are one loop over taps (input pixel, kernel position, output pixel), ordered by output pixel.
function convolution(taps, c) {
  const flat = Int32Array.from(taps.flat());
  return (memory, from, to, kernel, bias) => {
    const n = bias.length, rows = memory.rows(kernel, n), sums = memory.take(fours(n)), result = sums.data.subarray(0, n);
    const bytes = 4 * fours(n);
    return () => {
      for (let t = 0, pixel = 0; pixel * n < to.data.length; pixel++) {
        sums.data.set(bias);
        for (; t < flat.length && flat[t + 2] === pixel; t += 3) {
          const x = from.at + 4 * flat[t] * c;
          memory.multiply(sums.at, x, x + 4 * c, rows.at + flat[t + 1] * c * bytes, bytes);
        }
        to.data.set(result, pixel * n);
      }
    };
  };
}

function depthToSpace(x, h, w, c, block, out) {
  const depth = c / block ** 2;
  let from = 0;
  for (let y = 0; y < h; y++) for (let xx = 0; xx < w; xx++) for (let i = 0; i < block; i++) for (let j = 0; j < block; j++) {
    const to = ((y * block + i) * w * block + xx * block + j) * depth;
    for (let k = 0; k < depth; k++) out[to + k] = x[from++];
  }
  return out;
}

// (k, k, filters, c) -> (k, k, c, filters): the layout conv2d uses
function swapLastTwo(kernel, filters, c) {
  const out = new Float32Array(kernel.length);
  for (let start = 0; start < kernel.length; start += filters * c)
    for (let f = 0; f < filters; f++) for (let k = 0; k < c; k++) out[start + k * filters + f] = kernel[start + f * c + k];
  return out;
}
