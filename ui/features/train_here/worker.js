// Runs in a Web Worker: trains a network batch by batch, and tells the page how it goes. The page sends {does, ...}; what
// comes back is {kind, lesson, ...}, where `lesson` is the number of the training that the page asked for.

import { readSpec } from "../../frontend/engine/engine.js";
import { finished } from "../../frontend/training/finish.js";
import { lessonsOf } from "../../frontend/training/pictures.js";
import { Trainer } from "../../frontend/training/trainer.js";
import { Viewer } from "../../frontend/training/views.js";

const VIEW_MS = 90; // between two views, at least; and four times as long as one takes
const KEPT = 48e6; // bytes of the weights of earlier epochs, at most

class Lesson {
  constructor({ lesson, settings, source, own, limit }) {
    const spec = readSpec(JSON.stringify(settings.spec)), lessons = lessonsOf(source);
    Object.assign(this, { lesson, settings, source, isRunning: false, limit, due: 0, losses: [], epochs: [] });
    this.trainer = new Trainer({ ...settings, spec }, lessons);
    this.viewer = new Viewer(this.trainer);
    this.viewer.own = own ?? null;
    const { shown, labels } = this.viewer, { held, size } = this.trainer, clean = new Uint8Array(shown.length * size);
    shown.forEach((which, i) => clean.set(held.image(which), i * size));
    const all = new Uint8Array(held.count * size); // for the errors of other models on the same pictures
    for (let i = 0; i < held.count; i++) all.set(held.image(i), i * size);
    this.tell("begins", { clean, labels, held: all, steps: this.trainer.steps, batch: this.trainer.batch, epochs: this.trainer.epochs, latentDim: this.trainer.latentDim });
    this.keepEpoch(0);
    this.tellView();
  }

  tell(kind, others = {}) {
    postMessage({ kind, lesson: this.lesson, ...others });
  }

  tellView() {
    const start = performance.now(), { done, steps } = this.trainer;
    this.tell("view", { place: done / steps, done, view: this.viewer.view(), losses: this.losses.splice(0) });
    const took = performance.now() - start;
    this.nextView = performance.now() + Math.max(VIEW_MS, 4 * took);
  }

  /** Learn from the next batch; the page hears of it before long. */
  step() {
    const { trainer } = this;
    this.losses.push([trainer.done / trainer.steps, trainer.step()]);
    const ends = trainer.done % trainer.steps === 0;
    if (ends) this.keepEpoch(trainer.done / trainer.steps);
    if (ends || performance.now() >= this.nextView || this.limit < 20) this.tellView();
  }

  // The weights of an epoch, and its error on all pictures that are kept back. Where they would be too many, every other one goes.
  keepEpoch(epoch) {
    const { weights } = this.trainer, bytes = Object.values(weights).reduce((sum, { byteLength }) => sum + byteLength, 0);
    if ((this.epochs.length + 1) * bytes > KEPT) this.epochs = this.epochs.filter((_, i) => i % 2 === 0);
    this.epochs.push({ epoch, weights });
    const error = this.trainer.error();
    this.tell("epoch", { epoch, error, kept: this.epochs.map((one) => one.epoch) });
  }

  /** Do something with the weights of an epoch, and go on with one's own. */
  at(epoch, act) {
    const { trainer } = this, now = trainer.weights, found = this.epochs.find((one) => one.epoch === epoch);
    if (found) trainer.weights = found.weights;
    try {
      return act();
    } finally {
      trainer.weights = now;
    }
  }
}

let lesson = null;
const turns = new MessageChannel(); // the next batch comes after what the page has sent
turns.port1.onmessage = () => goOn();

function goOn() {
  if (!lesson?.isRunning) return;
  const wait = lesson.due - performance.now();
  if (wait > 1) return void setTimeout(goOn, Math.min(wait, 200));
  lesson.due = performance.now() + 1000 / lesson.limit;
  attempt(() => {
    lesson.step();
    if (!lesson.trainer.isOver) return turns.port2.postMessage(null);
    lesson.isRunning = false;
    lesson.tell("over");
  });
}

function attempt(act) {
  try {
    act();
  } catch (error) {
    if (lesson) lesson.isRunning = false;
    postMessage({ kind: "failed", lesson: lesson?.lesson, sentence: error.message });
  }
}

const ACTS = {
  prepare: (wish) => (lesson = new Lesson(wish)),
  run() {
    if (lesson.isRunning || lesson.trainer.isOver) return;
    lesson.isRunning = true;
    turns.port2.postMessage(null);
  },
  pause() {
    lesson.isRunning = false;
    lesson.tellView();
  },
  once() {
    if (lesson.trainer.isOver) return;
    lesson.step();
    lesson.tellView();
    if (lesson.trainer.isOver) lesson.tell("over");
  },
  limit: ({ limit }) => Object.assign(lesson, { limit, due: 0 }),
  own({ own }) {
    lesson.viewer.own = own;
    if (!lesson.isRunning) lesson.tellView();
  },
  show: ({ epoch }) => lesson.at(epoch, () => lesson.tell("shown", { epoch, view: lesson.viewer.view() })),
  finish({ epoch, card }) {
    const { trainer, settings } = lesson, { examples = null } = lesson.source;
    const file = lesson.at(epoch, () => finished(trainer, settings.spec, card, examples));
    lesson.tell("finished", { epoch, file });
  },
};

globalThis.onmessage = ({ data: { does, ...wish } }) => attempt(() => (does === "prepare" || lesson) && ACTS[does](wish));

export default ACTS;
