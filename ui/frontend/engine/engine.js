// Loads model files and runs them: the same Specs as Keras and NumPy (`aecore/core/forward.py`), in plain JavaScript.
// spec.js reads the architecture, networks.js runs it, layers.js holds the loops. Arrays are flat Float32Arrays of one
// image, channels last: index (y * w + x) * c + k.

import { fetchFile } from "./files.js";
import { Networks } from "./networks.js";
import { readSafetensors } from "./safetensors.js";
import { readSpec } from "./spec.js";
// What these import is named here too: the browser then asks for all files at once, not for one after the other.
import {} from "./layers.js";
import {} from "./multiply.js";
import {} from "./network.js";

const models = new Map(); // url -> what is loading or loaded: every component on the page shares one download

/**
 * Load a model file, the decoder before the encoder. Resolves, as soon as it can decode, to {spec, statistics,
 * latentDim, decode(latent), encode(image), sample(), run(values, want), whole}.
 *
 * run({name: numbers}, want) returns what the network `want` gives, from inputs or from what other networks give; only
 * what is needed is computed, and nothing of it again whose values are those of the last call. Where height and width are
 * open, a value is {data, height, width}, else an array. decode and encode are short for a run from the latent alone and
 * from the only input; null where more is needed. Each of the three has `.activations`, which takes the same and
 * returns what every layer of the network gives. Arrays returned are the caller's own.
 *
 * What only the encoder needs is fetched when somebody first asks for the promise `whole`, which resolves to the same
 * model; until then encode is null. onProgress(fraction) is called as the decoder arrives.
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
    const promise = download(part("encoder")).then((encoder) => model.add(readSafetensors(encoder).tensors));
    promise.catch(() => models.delete(url));
    return promise;
  };
  const promise = download(part("decoder"), (fraction) => listeners.forEach((listen) => listen(fraction))).then((decoder) => {
    const model = parseModel(decoder);
    let whole = null;
    return Object.defineProperty(model, "whole", { get: () => (whole ??= model.complete ? Promise.resolve(model) : fetchEncoder(model)) });
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
    run: watched(networks, (values, want) => [values, want]),
    sample: sampler(tensors, latentDim),
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
  return run;
}

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

