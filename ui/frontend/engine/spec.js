// A Spec as the engine runs it: read from JSON, checked, and its shapes. `aecore/core/spec.py` is the mirror.

import { ACTIVATIONS, LAYERS, product } from "./layers.js";

const MAX_ACTIVATIONS = 1 << 20; // numbers in what a network reads, or in the output of a layer
const MAX_FIELD = 8192, MAX_WINDOW = 31, MAX_STRIDE = 256;
const NAME = /^[a-z][a-z0-9_]{0,31}$/;
const WINDOWS = ["kernel", "stride", "block"];

/**
 * Read a Spec from its JSON, the short form (encoder and decoder of an image 28 x 28 x 1) or the general one, and return
 * the latter: {inputs: {name: shape}, latent, networks: {name: {reads, layers}}}. Height and width are null where open.
 */
export function readSpec(text) {
  try {
    return read(JSON.parse(text));
  } catch (error) {
    throw new Error(`the architecture cannot be read: ${error.message}`, { cause: error });
  }
}

function read(data) {
  const { inputs, latent, networks } = data.networks ? data : autoencoder(data);
  const known = new Set(Object.keys(inputs)), odd = [...known, ...Object.keys(networks)].find((name) => !NAME.test(name));
  if (odd !== undefined) throw new Error(`an input or a network cannot be called ${quoted(odd)}`);
  for (const [name, shape] of Object.entries(inputs)) {
    const numbers = shape.length === 3 && shape[0] === null && shape[1] === null ? [shape[2]] : shape;
    if (![1, 3].includes(shape.length) || !numbers.every((n) => isSize(n, MAX_FIELD))) throw new Error(`the input "${name}" cannot have the shape ${quoted(shape)}`);
  }
  for (const [name, { reads, layers }] of Object.entries(networks)) {
    const unknown = reads.find((read) => !known.has(read));
    if (unknown !== undefined || !reads.length) throw new Error(`"${name}" reads ${quoted(unknown)}: no input and no earlier network`);
    layers.forEach((layer, i) => check(layer, `layer ${i + 1} of "${name}"`));
    known.add(name);
  }
  if (latent !== null && !Object.hasOwn(networks, latent)) throw new Error(`the latent ${quoted(latent)} is no network`);
  return { inputs, latent, networks };
}

function autoencoder({ encoder, decoder }) {
  const networks = { encoder: { reads: ["image"], layers: encoder }, decoder: { reads: ["encoder"], layers: decoder } };
  return { inputs: { image: [28, 28, 1] }, latent: "encoder", networks };
}

function check({ layer, activation, ...fields }, where) {
  if (!LAYERS.has(layer)) throw new Error(`${where}: unknown layer ${quoted(layer)}`);
  if (activation !== undefined && !ACTIVATIONS.has(activation)) throw new Error(`${where}: unknown activation ${quoted(activation)}`);
  for (const field of LAYERS.get(layer).fields) for (const n of [fields[field]].flat())
    if (!isSize(n, WINDOWS.includes(field) ? MAX_WINDOW : MAX_FIELD)) throw new Error(`${where}: ${field} cannot be ${quoted(n)}`);
}

const isSize = (n, most) => Number.isInteger(n) && n >= 1 && n <= most;
const quoted = (value) => String(JSON.stringify(value)).slice(0, 40);

/** Return the shape of maps or vectors beside each other along the last axis, for the network `name` to read. */
export function concatenated(name, shapes) {
  const ends = shapes.map((shape) => shape.at(-1)), rest = shapes.map((shape) => String(shape.slice(0, -1)));
  if (new Set(rest).size > 1) throw new Error(`"${name}" cannot concatenate shapes ${shapes.map(inWords).join(" and ")}`);
  return checked([...shapes[0].slice(0, -1), ends.reduce((a, b) => a + b)], `"${name}" would read`);
}

/** Return the shape that each layer of a network gives, for what it reads. */
export function outputShapes(name, layers, shape) {
  return layers.map((layer, i) => {
    const { dimensions, output } = LAYERS.get(layer.layer), where = `layer ${i + 1} of "${name}"`;
    const given = !dimensions || shape.length === dimensions ? output(layer, shape) : null;
    if (!given) throw new Error(`${where}: ${layer.layer} does not fit shape ${inWords(shape)}`);
    return (shape = checked(given, `${where} would give`));
  });
}

function checked(shape, what) {
  const size = product(shape);
  if (!isSize(size, MAX_ACTIVATIONS)) throw new Error(`${what} ${size.toLocaleString("en")} numbers, more than ${MAX_ACTIVATIONS.toLocaleString("en")}`);
  return shape;
}

const inWords = (shape) => `(${shape.join(", ")})`;

/**
 * Return {stride, scales}: open heights and widths are padded to a multiple of `stride`, so that every layer gives whole
 * pixels; scales: name -> [times, divided by] of every input and network whose height and width are open.
 */
export function openSizes({ inputs, networks }) {
  const scales = new Map();
  for (const [name, shape] of Object.entries(inputs)) if (shape.includes(null)) scales.set(name, [1, 1]);
  let stride = 1;
  for (const [name, { reads, layers }] of Object.entries(networks)) {
    if (!reads.some((read) => scales.has(read))) continue;
    if (new Set(reads.map((read) => String(scales.get(read)))).size > 1) throw new Error(`"${name}" reads maps of different sizes`);
    let [times, by] = scales.get(reads[0]);
    for (const layer of layers) {
      const { scale } = LAYERS.get(layer.layer);
      if (!scale) throw new Error(`"${name}": ${layer.layer} needs a known height and width`);
      const [up, down] = scale(layer), common = gcd(times * up, by * down);
      [times, by] = [(times * up) / common, (by * down) / common];
      stride *= by / gcd(stride, by);
      if (stride > MAX_STRIDE || times > MAX_ACTIVATIONS) throw new Error(`"${name}" changes open sizes more than ${MAX_STRIDE} times`);
    }
    scales.set(name, [times, by]);
  }
  return { stride, scales };
}

function gcd(a, b) {
  return b ? gcd(b, a % b) : a;
}
