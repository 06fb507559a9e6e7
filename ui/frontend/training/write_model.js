// Writes a model as a safetensors file, as `aecore/core/model_file.py` does: large kernels as bytes with a scale per channel.

import { LAYERS, outputShapes } from "../engine/layers.js";

const LARGE = 1 << 14; // numbers
const SIZES = { F32: 4, I8: 1, I16: 2, U16: 2 };

/** {name: shape} of the weights of a Spec with one input, whose networks each read the one before, by the names of a file. */
export function weightShapes({ inputs, networks }) {
  const shapes = {};
  let [read] = Object.values(inputs);
  for (const [name, { layers }] of Object.entries(networks)) {
    const after = outputShapes(name, layers, read);
    layers.forEach((layer, i) => {
      const from = i ? after[i - 1] : read;
      if (!LAYERS.get(layer.layer).rows) return;
      shapes[`${name}.${i}.kernel`] = kernelShape(layer, from.at(-1));
      shapes[`${name}.${i}.bias`] = [layer.units ?? layer.filters];
    });
    read = after.at(-1);
  }
  return shapes;
}

function kernelShape({ layer, units, kernel, filters }, n) {
  if (layer === "dense") return [n, units];
  return layer === "conv2d" ? [kernel, kernel, n, filters] : [kernel, kernel, filters, n];
}

/** Weights {name: numbers} with large kernels rounded as in a file, but not those that `whiten` still changes. */
export function roundedWeights(weights, shapes, kept) {
  return Object.fromEntries(Object.entries(weights).map(([name, values]) => [name, isByte(name, values, kept) ? unpacked(packed(values, shapes[name].at(-1))) : values]));
}

const isByte = (name, values, kept) => name.endsWith(".kernel") && values.length >= LARGE && !kept.includes(name);

// Bytes and the scale of each channel, in 12 bits, so that a scale times a byte is exact.
function packed(values, channels) {
  const largest = new Float32Array(channels).fill(1e-30);
  for (let i = 0; i < values.length; i++) largest[i % channels] = Math.max(largest[i % channels], Math.abs(values[i]));
  const scale = largest.map((v) => {
    const exponent = Math.floor(Math.log2(v / 127)) + 1;
    return Math.round((v / 127 / 2 ** exponent) * 4096) * 2 ** (exponent - 12);
  });
  return { bytes: Int8Array.from(values, (v, i) => Math.max(-127, Math.min(127, Math.round(v / scale[i % channels])))), scale };
}

const unpacked = ({ bytes, scale }) => Float32Array.from(bytes, (v, i) => v * scale[i % scale.length]);

/**
 * Return the bytes of a model file. `spec` is the Spec as Python writes it, `examples` null or {latents, labels, classes, drawn};
 * `kept` are the names of kernels that are not rounded.
 */
export function writeModel({ spec, weights, shapes, kept, statistics, mixture, card, examples = null }) {
  const n = statistics.low.length, k = mixture.weights.length, tensors = [];
  for (const [name, values] of Object.entries(weights)) {
    if (!isByte(name, values, kept)) {
      tensors.push([name, "F32", shapes[name], values]);
      continue;
    }
    const { bytes, scale } = packed(values, shapes[name].at(-1));
    tensors.push([name, "I8", shapes[name], bytes], [`${name}.scale`, "F32", [scale.length], scale]);
  }
  tensors.push(["mixture.weights", "F32", [k], mixture.weights], ["mixture.means", "F32", [k, n], mixture.means], ["mixture.roots", "F32", [k, n, n], mixture.roots]);
  const metadata = { format: "aecore-1", spec: JSON.stringify(spec), statistics: JSON.stringify(statistics), card: JSON.stringify(card) };
  if (examples) {
    const { latents, labels, ...others } = examples;
    tensors.push(["examples.latents", "I16", [labels.length, n], latents], ["examples.labels", "U16", [labels.length], labels]);
    metadata.examples = JSON.stringify(others);
  }
  return assembled(tensors, metadata);
}

function assembled(tensors, metadata) {
  tensors.sort((a, b) => SIZES[b[1]] - SIZES[a[1]]); // so that each begins at a multiple of its numbers' size
  const header = { __metadata__: metadata };
  let end = 0;
  for (const [name, dtype, shape, values] of tensors) header[name] = { dtype, shape, data_offsets: [end, (end += values.byteLength)] };
  const text = new TextEncoder().encode(JSON.stringify(header)), length = 8 * Math.ceil(text.length / 8);
  const file = new Uint8Array(8 + length + end).fill(32, 8, 8 + length);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.set(text, 8);
  for (const [name, , , values] of tensors) file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), 8 + length + header[name].data_offsets[0]);
  return file;
}
