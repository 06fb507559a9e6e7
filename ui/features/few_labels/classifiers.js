// The two that are compared: a head, which learns to tell digits from the latent, and nearest neighbours on pixels. Both
// are generators: they stop now and then, so that a worker can say how far they are, and hear what the page wants.

import { Learner } from "../../frontend/engine/learner.js";
import { AdamW, cosine, LOSSES } from "../../frontend/engine/losses.js";
import { normal } from "../../frontend/lib/corruption.js";
import { initial } from "../../frontend/training/trainer.js";
import { weightShapes } from "../../frontend/training/write_model.js";

export const CLASSES = 10;
const BATCH = 64, RATE = 5e-3, DECAY = 1e-2, WARMUP = 20;
const LOOK = 50; // batches between two looks at the test digits
const ROW = 28, SIDE = 28; // of an image: neighbours that are too far after some rows are given up
const MANY = 300; // labels: with fewer, the head sees more noise, so that it does not learn them by heart
const FEW_NOISE = 0.5, NOISE = 0.3; // standard deviation, where the latent's is 1

/** Batches of a training on so many labels. */
export const stepsFor = (count) => Math.round(Math.min(300 * Math.log10(Math.max(count, 10)) ** 1.6, 3000));

/** Learn from latents, each (n,), and their labels; yields {done, of, accuracy} on the test's, and returns the accuracy. */
export function* learnHead(spec, labelled, test, random) {
  const shapes = weightShapes(spec), learner = new Learner(spec, initial(shapes, random), BATCH);
  const steps = stepsFor(labelled.latents.length), optimizer = new AdamW(learner, cosine(RATE, steps, WARMUP), { decay: DECAY });
  const [{ length: n }] = labelled.latents, given = new Float32Array(BATCH * n), wanted = new Float32Array(BATCH * CLASSES), gradient = new Float32Array(BATCH * CLASSES);
  const noise = labelled.latents.length < MANY ? FEW_NOISE : NOISE;
  for (let step = 0; step < steps; step++) {
    wanted.fill(0);
    for (let i = 0; i < BATCH; i++) {
      const which = Math.floor(random() * labelled.latents.length), latent = labelled.latents[which];
      for (let k = 0; k < n; k++) given[i * n + k] = latent[k] + noise * normal(random);
      wanted[i * CLASSES + labelled.labels[which]] = 1;
    }
    learner.forward({ latent: given });
    LOSSES.get("categorical_crossentropy")(learner.made("head"), wanted, gradient, BATCH);
    learner.backward({ head: gradient });
    optimizer.update();
    if (step % LOOK === 0) yield { done: step, of: steps, accuracy: accuracyOf(learner, test, n) };
  }
  return accuracyOf(learner, test, n);
}

function accuracyOf(learner, { latents, labels }, n) {
  const given = new Float32Array(BATCH * n);
  let right = 0;
  for (let start = 0; start < latents.length; start += BATCH) {
    const some = latents.slice(start, start + BATCH);
    some.forEach((latent, i) => given.set(latent, i * n));
    learner.forward({ latent: given });
    const made = learner.made("head");
    some.forEach((_, i) => (right += largest(made.subarray(i * CLASSES, (i + 1) * CLASSES)) === labels[start + i]));
  }
  return right / latents.length;
}

const largest = (numbers) => numbers.reduce((best, value, i) => (value > numbers[best] ? i : best), 0);

/** Give each test image, bytes, the label of the nearest labelled one; yields {done, of, accuracy}, returns the accuracy. */
export function* nearest(labelled, test) {
  let right = 0;
  for (const [i, image] of test.images.entries()) {
    right += labelled.labels[nearestOf(image, labelled.images)] === test.labels[i];
    if (i % 20 === 19) yield { done: i + 1, of: test.images.length, accuracy: right / (i + 1) };
  }
  return right / test.images.length;
}

function nearestOf(image, images) {
  let [best, least] = [0, Infinity];
  for (let j = 0; j < images.length; j++) {
    const other = images[j];
    let sum = 0;
    for (let row = 0; row < SIDE && sum < least; row++) {
      for (let k = row * ROW, end = k + ROW; k < end; k++) {
        const difference = image[k] - other[k];
        sum += difference * difference;
      }
    }
    if (sum < least) [best, least] = [j, sum];
  }
  return best;
}

/** So many pictures, as many of each class as that makes, in random order: their numbers. */
export function balanced(labels, count, random) {
  const order = Array.from(labels, (_, i) => i), wanted = Math.min(count, order.length), all = wanted === order.length;
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  if (all) return order;
  const left = new Array(CLASSES).fill(Math.ceil(wanted / CLASSES));
  return order.filter((which) => left[labels[which]]-- > 0).slice(0, wanted);
}
