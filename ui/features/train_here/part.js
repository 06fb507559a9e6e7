// "Train in this browser": a network learns in a worker of the visitor's own browser, and every batch shows.

import { root as appRoot } from "../../frontend/lib/address.js";
import { COLOURS } from "../../frontend/lib/colours.js";
import { mount } from "../../frontend/lib/component.js";
import { explained } from "../../frontend/lib/explain.js";
import { comesNear } from "../../frontend/lib/pace.js";
import { h } from "../../frontend/lib/paint.js";
import { Part } from "../../frontend/lib/part.js";
import { Boards } from "./boards.js";
import { Controls } from "./controls.js";
import { listen } from "../wall/poll.js";
import { beatItWithHalf } from "./dare.js";
import { pad } from "./pad.js";
import { errorOf } from "./references.js";
import { Results } from "./results.js";
import { sessionOf } from "./session.js";
import { choicesOf, hasRooms, sourceOf } from "./sources.js";

const BATCH = 64, DECAY = 1e-4;
const RIVAL = "book", RIVALS_PIXELS = 784; // of the dare

class TrainHere extends Part {
  isUndone = false;
  references = [];

  constructor(root, { pen }) {
    super();
    this.build(root, pen);
  }

  update(data, reports) {
    super.update(data, reports);
    this.data = data;
    if (!data.worker) return; // in one file it is on its way
    this.session ??= sessionOf(data.worker.startsWith("blob:") ? data.worker : new URL(data.worker, appRoot()).href);
    this.session.listeners.add((this.listen ??= () => this.heard()));
    this.offer();
    this.room ??= listen(() => hasRooms() !== this.offersRoom && this.offer());
    this.results.offer(data);
    this.sendOwn();
    if (this.session.lesson) this.heard();
    else this.near ??= comesNear(this.root).then(() => this.session.lesson || this.prepare());
    this.root.dataset.ready = "true";
  }

  /** What those who follow see: they have no training of their own to compare. */
  get scene() {
    const { begun, done, view } = this.session ?? {};
    return begun && view ? { glance: { words: `A network learns in the presenter's browser: error ${view.error.toFixed(4)} after ${done.toLocaleString("en")} batches.`, isElsewhere: true } } : {};
  }

  offer() {
    this.offersRoom = hasRooms();
    this.controls.offer(this.data, choicesOf(this.data));
  }

  // The picture on the table, as bytes, where the network takes such pictures.
  get own() {
    return this.data.image ? Uint8Array.from(atob(this.data.image), (c) => c.charCodeAt(0)) : null;
  }

  sendOwn() {
    if (this.sent === this.data.image) return;
    this.sent = this.data.image;
    if (this.session.begun) this.session.send("own", { own: this.fitting(this.own) });
  }

  fitting(own) {
    return own && own.length === this.controls.size ? own : null;
  }

  /** Make the chosen network ready, before its first batch. */
  async prepare() {
    const { session, controls } = this, { settings, source } = controls, turn = (this.turn = (this.turn ?? 0) + 1);
    this.pad.element.hidden = source !== "mine";
    if (source === "mine") this.pad.show();
    const seed = 1 + Math.floor(Math.random() * 1e6);
    session.leave();
    try {
      const lessons = await sourceOf(source, this.data, seed);
      if (turn !== this.turn) return; // something else was chosen meanwhile
      session.prepare({ ...settings, batch: BATCH, decay: DECAY, seed }, lessons, this.fitting(this.own));
      this.references = [];
    } catch (problem) {
      if (turn !== this.turn) return;
      session.fail(problem.message);
    }
  }

  heard() {
    if (this.session.isLearning && this.compared !== this.session.lesson && this.session.held) this.compare();
    this.controls.show(this.session);
    this.results.show(this.session);
    this.frame.soon();
  }

  // Measure what shipped models make of the same pictures, once a training is under way.
  async compare() {
    const { session } = this, { lesson, held } = session;
    this.compared = lesson;
    for (const { name, label, url } of this.data.references) {
      const error = await errorOf(url, held, this.controls.size).catch(() => null); // without it there is a line less
      if (session.lesson !== lesson) break;
      if (error !== null) this.references = [...this.references, { name, label, error }];
      this.frame.soon();
    }
  }

  show() {
    const { color } = getComputedStyle(this.root);
    const soft = color.replace(")", " / 0.55)").replace(/,/g, "").replace("rgba", "rgb");
    this.boards.show(this.session, { references: this.references, own: this.fitting(this.own), shape: this.controls.shape, classes: this.controls.classes, colours: { text: color, soft, train: COLOURS[0], validation: COLOURS[1] } });
    const rival = this.controls.size === RIVALS_PIXELS && this.data.references.find(({ name }) => name === RIVAL);
    this.dare.show(this.session, rival, this.references.find(({ name }) => name === RIVAL)?.error ?? null);
  }

  resized() {
    this.frame.soon();
  }

  build(root, pen) {
    this.controls = new Controls({
      chosen: () => this.prepare(),
      run: () => this.session.run(),
      pause: () => this.session.pause(),
      once: () => this.session.once(),
      again: () => this.prepare(),
      limit: (limit) => this.session.setLimit(limit),
      look: (epoch) => this.session.look(epoch),
    });
    this.boards = new Boards();
    this.dare = beatItWithHalf();
    this.results = new Results({
      finish: (card) => this.session.finish(this.session.looked?.epoch ?? null, card),
      about: () => ({ ...this.controls.settings, words: this.controls.words }),
      use: (name) => this.trigger("trained", { name }),
    });
    this.pad = pad(pen, () => this.controls.source === "mine" && this.prepare());
    this.root = h(
      "div",
      { class: "part here", "data-ready": "false" },
      h("h2", {}, "Train in this browser"),
      h("p", { class: "words" }, ...explained("A network learns on this very device, batch by batch and epoch by epoch, while you watch: no server, nothing sent. Its validation error is that of pictures which it does not learn from.")),
      this.controls.element,
      this.pad.element,
      this.boards.element,
      this.controls.back,
      this.results.element,
      this.dare.element,
    );
    root.append(this.root);
  }

  stop() {
    this.session?.listeners.delete(this.listen);
    this.room?.();
    this.room = null;
    super.stop();
  }
}

export default mount(TrainHere);
