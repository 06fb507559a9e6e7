// Loads models: the same files and Specs as in Keras and NumPy (`aecore/core/forward.py`), run in plain JavaScript.
// networks.js runs them, layers.js holds the loops. Arrays are flat and of one image, channels last: index
// (y * w + x) * c + k.

import { fetchFile, readSafetensors } from "./files.js";
import { ACTIVATIONS, isSize, LAYERS } from "./layers.js";
import { Networks } from "./networks.js";

const models = new Map(); // url -> what is loading or loaded: every component on the page shares one download

/**
 * Load a model file, the decoder before the encoder. Resolves, as soon as it can decode, to {spec, statistics,
 * latentDim, decode(latent), encode(image), sample(), mixture, run(values, want), whole}.
 *
 * run({name: numbers}, want, rows) returns what the network `want` gives, from inputs or from what other networks give; only
 * what is needed is computed, and nothing of it again whose values are those of the last call. Where height and width are
 * open, a value is {data, height, width}, else an array, and only the first `rows` are computed where that is given.
 * decode and encode are short for a run from the latent alone and from the only input; null where more is needed. Each of the
 * three has `.activations`, which takes the same and returns what every layer of the network gives, and `.ahead`, which
 * computes what a later run then finds. Arrays returned are the caller's own.
 *
 * What only the encoder needs is fetched when somebody first asks for the promise `whole`, which resolves to the same
 * model; until then encode is null. onProgress(fraction, isEncoder) is called as the decoder arrives, then as the encoder does.
 */
export function loadModel(url, onProgress = () => {}) {
  if (!models.has(url)) models.set(url, load(url));
  const { promise, listeners } = models.get(url);
  listeners.add(onProgress);
  return promise;
}

/** Whether a model that was asked for is there: at least its decoder. */
export const isLoaded = (url) => models.get(url)?.isLoaded ?? false;

function load(url) {
  const part = (side) => url.replace(/\.safetensors$/, `.${side}.safetensors`);
  const listeners = new Set();
  const fetchSide = (side) => download(part(side), (fraction) => listeners.forEach((listen) => listen(fraction, side === "encoder")));
  const fetchEncoder = (model) => {
    const promise = fetchSide("encoder").then((encoder) => model.add(readSafetensors(encoder).tensors));
    promise.catch(() => models.delete(url));
    return promise;
  };
  const promise = fetchSide("decoder").then((decoder) => {
    const model = parseModel(decoder);
    let whole = null;
    return Object.defineProperty(model, "whole", { get: () => (whole ??= model.complete ? Promise.resolve(model) : fetchEncoder(model)) });
  });
  const loading = { promise, listeners, isLoaded: false };
  promise.then(() => (loading.isLoaded = true), () => models.delete(url)); // a later call may try again
  return loading;
}

async function download(url, onProgress) {
  const response = await fetchFile(url);
  if (!response.ok) throw new Error(`the model could not be loaded (HTTP ${response.status})`);
  const total = Number(response.headers.get("x-uncompressed-length") ?? response.headers.get("content-length"));
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

/** Build a model from the bytes of a model file, or of one part; `add` takes in the tensors of the other. Throws an Error. */
export function parseModel(buffer) {
  const { tensors, metadata } = readSafetensors(buffer);
  const spec = readSpec(metadata.spec), networks = new Networks(spec), { latent } = spec;
  const inputs = Object.keys(spec.inputs).filter((name) => latent && networks.needed(latent).includes(name));
  const latentDim = latent ? networks.shapes.get(latent).at(-1)[0] : 0;
  const model = {
    spec,
    statistics: JSON.parse(metadata.statistics),
    latentDim,
    run: watched(networks, (...all) => all),
    sample: sampler(tensors, latentDim),
    mixture: tensors["mixture.means"] ? { weights: tensors["mixture.weights"], means: tensors["mixture.means"], factors: tensors["mixture.roots"] } : null,
    add(tensors) {
      networks.add(tensors);
      const encode = inputs.length === 1 ? short(networks, latent, inputs[0]) : null; // (784,) -> (latentDim,)
      const decode = short(networks, "decoder", latent); // (latentDim,) -> (784,)
      return Object.assign(model, { encode, decode, complete: networks.loaded.size === Object.keys(spec.networks).length });
    },
  };
  return model.add(tensors);
}

// What the network `want` makes of the value `given` alone; null where it needs another, or weights that are not here.
function short(networks, want, given) {
  return networks.suffices(given, want) ? watched(networks, (value) => [{ [given]: value }, want]) : null;
}

// A run of what the arguments stand for, which can be watched layer by layer.
function watched(networks, toValuesAndWant) {
  const run = (...of) => networks.run(...toValuesAndWant(...of));
  run.activations = (...of) => networks.activations(...toValuesAndWant(...of));
  run.ahead = (...of) => void networks.compute(...toValuesAndWant(...of));
  return run;
}

const MAX_FIELD = 8192, MAX_WINDOW = 31; // `aecore/core/layers.py` has the same limits
const NAME = /^[a-z][a-z0-9_]{0,31}$/;
const WINDOWS = ["kernel", "stride", "block"];

/**
 * Read a Spec from its JSON, the short form (encoder and decoder of images 28 x 28 x 1) or the general one, and return the
 * latter: {inputs: {name: shape}, latent, networks: {name: {reads, layers}}}. Height and width are null where open.
 */
export function readSpec(text) {
  try {
    return checkSpec(JSON.parse(text));
  } catch (error) {
    throw new Error(`the architecture cannot be read: ${error.message}`, { cause: error });
  }
}

function checkSpec(data) {
  const { inputs, latent, networks } = data.networks ? data : autoencoder(data);
  const known = new Set(Object.keys(inputs));
  const odd = [...known, ...Object.keys(networks)].find((name) => !NAME.test(name));
  if (odd !== undefined) throw new Error(`an input or a network cannot be called ${quoted(odd)}`);
  for (const [name, shape] of Object.entries(inputs)) {
    const numbers = shape.length === 3 && shape[0] === null && shape[1] === null ? [shape[2]] : shape;
    const fits = [1, 3].includes(shape.length) && numbers.every((n) => isSize(n, MAX_FIELD));
    if (!fits) throw new Error(`the input "${name}" cannot have the shape ${quoted(shape)}`);
  }
  for (const [name, { reads, layers }] of Object.entries(networks)) {
    const unknown = reads.find((read) => !known.has(read));
    if (unknown !== undefined) throw new Error(`"${name}" reads ${quoted(unknown)}: no input and no earlier network`);
    if (!reads.length || !layers.length || known.has(name)) throw new Error(`"${name}" reads nothing, has no layer, or is there twice`);
    layers.forEach((layer, i) => checkLayer(layer, `layer ${i + 1} of "${name}"`));
    known.add(name);
  }
  if (latent !== null && !Object.hasOwn(networks, latent)) throw new Error(`the latent ${quoted(latent)} is no network`);
  return { inputs, latent, networks };
}

function autoencoder({ encoder, decoder }) {
  const networks = { encoder: { reads: ["image"], layers: encoder }, decoder: { reads: ["encoder"], layers: decoder } };
  return { inputs: { image: [28, 28, 1] }, latent: "encoder", networks };
}

function checkLayer({ layer, activation = "linear", ...fields }, where) {
  if (!LAYERS.has(layer)) throw new Error(`${where}: unknown layer ${quoted(layer)}`);
  if (!ACTIVATIONS.has(activation)) throw new Error(`${where}: unknown activation ${quoted(activation)}`);
  for (const field of LAYERS.get(layer).fields) for (const n of [fields[field]].flat()) {
    const most = WINDOWS.includes(field) ? MAX_WINDOW : MAX_FIELD;
    if (!isSize(n, most)) throw new Error(`${where}: ${field} cannot be ${quoted(n)}`);
  }
}

const quoted = (value) => String(JSON.stringify(value)).slice(0, 40);

// A function that draws a random digit's latent from the mixture of Gaussians in the file, null where there is none:
// `aecore/core/mixture.py` says more.
function sampler({ "mixture.weights": weights, "mixture.means": means, "mixture.roots": roots }, n) {
  if (!means) return null;
  return () => {
    let k = 0;
    for (let left = Math.random() * weights.reduce((a, b) => a + b); k < weights.length - 1 && left >= weights[k]; k++) left -= weights[k];
    const noise = Array.from({ length: n }, gaussian);
    return noise.map((_, i) => noise.reduce((sum, v, j) => sum + roots[(k * n + i) * n + j] * v, means[k * n + i]));
  };
}

/** A random number from N(0, 1) (Box and Muller, 1958). */
export function gaussian() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}
