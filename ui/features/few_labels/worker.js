// Runs in a Web Worker: encodes labelled digits and test digits, lets a head learn from the former and reads the latter, by
// the head and by nearest neighbours. The page sends {study, ...}; what comes back is {study, kind, ...}.

import { loadModel, readSpec } from "../../frontend/engine/engine.js";
import { readSafetensors } from "../../frontend/engine/files.js";
import { generator } from "../../frontend/lib/corruption.js";
import { DrawnDigits, Pictures } from "../../frontend/training/pictures.js";
import { balanced, learnHead, nearest } from "./classifiers.js";

const TEST = 1000, DRAWN = 2400, SHOWN = 10; // digits
const [TRAIN_SEED, TEST_SEED] = [1, 100_001]; // of digits that are drawn here
const TURN_MS = 40; // after which the page's messages have their turn
const SIZE = 784;

let current = 0; // the study that the page wants
const sets = new Map(); // address, or "drawn" -> {images, labels}
const encoded = new Map(); // address of a model and of test digits -> their latents

class Left extends Error {} // the page wants another study

const turn = () => new Promise((resolve) => setTimeout(resolve));

async function setOf(url) {
  if (!sets.has(url)) {
    const response = await fetch(url).catch(() => null);
    if (!response?.ok) throw new Error("the digits could not be loaded");
    const { images, labels } = readSafetensors(await response.arrayBuffer()).tensors;
    sets.set(url, listed(new Pictures({ images, labels, size: SIZE })));
  }
  return sets.get(url);
}

function drawn(strokes, count, seed) {
  const key = `drawn ${seed}`;
  if (!sets.has(key)) sets.set(key, listed(new DrawnDigits(strokes, count, seed)));
  return sets.get(key);
}

const listed = (pictures) => ({
  images: Array.from({ length: pictures.count }, (_, i) => pictures.image(i)),
  labels: Array.from({ length: pictures.count }, (_, i) => pictures.label(i)),
});

/** Go through a generator's steps, and tell the page how far it is; resolves to what it returns. */
async function walk(study, steps, kind) {
  let due = performance.now() + TURN_MS;
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() < due) continue;
    postMessage({ study, kind, ...value });
    await turn();
    if (study !== current) throw new Left();
    due = performance.now() + TURN_MS;
  }
}

function* encode(model, images) {
  const latents = [];
  for (const image of images) {
    latents.push(model.encode(Float32Array.from(image, (byte) => byte / 255)));
    yield { done: latents.length, of: images.length };
  }
  return latents;
}

async function run({ study, url, head, strokes, mnist, own, count, seed }) {
  postMessage({ study, kind: "loading" });
  const model = await (await loadModel(url)).whole;
  const from = mnist ? await setOf(mnist.train) : drawn(strokes, DRAWN, TRAIN_SEED);
  const whole = mnist ? await setOf(mnist.test) : drawn(strokes, TEST, TEST_SEED);
  const test = { images: whole.images.slice(0, TEST), labels: whole.labels.slice(0, TEST) };
  const which = own ? [] : balanced(from.labels, count, generator(seed));
  const labelled = own ?? { images: which.map((i) => from.images[i]), labels: which.map((i) => from.labels[i]) };
  postMessage({ study, kind: "labelled", count: labelled.images.length, some: labelled.images.slice(0, SHOWN), labels: labelled.labels.slice(0, SHOWN) });
  const key = `${url} ${mnist?.test ?? "drawn"}`;
  if (!encoded.has(key)) encoded.set(key, await walk(study, encode(model, test.images), "encoding"));
  test.latents = encoded.get(key);
  labelled.latents = await walk(study, encode(model, labelled.images), "encoding");
  const latent = await walk(study, learnHead(readSpec(JSON.stringify(head)), labelled, test, generator(seed)), "latent");
  postMessage({ study, kind: "latent", accuracy: latent, isOver: true });
  const pixels = await walk(study, nearest(labelled, test), "pixels");
  postMessage({ study, kind: "over", latent, pixels, count: labelled.images.length, tested: test.images.length });
}

globalThis.onmessage = async ({ data }) => {
  current = data.study;
  try {
    await run(data);
  } catch (error) {
    if (!(error instanceof Left)) postMessage({ study: data.study, kind: "failed", sentence: error.message });
  }
};

export default run;
