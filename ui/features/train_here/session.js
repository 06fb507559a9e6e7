// A training in a Web Worker, as the page sees it. It outlives the parts that show it: a training goes on while the visitor
// looks at other pages of the app.

const MOST_EARLIER = 5; // trainings whose errors stay as thin lines
const RATE_MS = 1000; // over which the speed is measured

export class Session {
  /** `makeWorker` starts the worker, when it is first needed. */
  constructor(makeWorker) {
    Object.assign(this, { makeWorker, worker: null, lesson: 0, earlier: [], listeners: new Set(), waiting: new Map(), limit: Infinity });
    this.clear();
  }

  clear() {
    const { errors = [] } = this;
    if (errors.length > 1) this.earlier = [...this.earlier, errors].slice(-MOST_EARLIER);
    Object.assign(this, { phase: "preparing", losses: [], errors: [], kept: [], view: null, looked: null, clean: null, held: null, labels: [], begun: null, done: 0, sentence: "", pace: null, speed: [] });
  }

  /** Leave the network: what another learns from is on its way, and nothing can be pressed before it is here. */
  leave() {
    this.clear();
    this.lesson++; // what the worker still has to say is of the one that was left
    this.tell();
  }

  /** Make a network ready: its settings, what it learns from (pictures.js), and the visitor's own picture in bytes or null. */
  prepare(settings, source, own) {
    this.worker ??= this.start();
    this.clear();
    this.lesson++;
    Object.assign(this, { settings, source });
    this.send("prepare", { lesson: this.lesson, settings, source, own, limit: this.limit });
    this.tell();
  }

  start() {
    const worker = this.makeWorker();
    worker.onmessage = ({ data }) => data.lesson === this.lesson && this.take(data);
    worker.onerror = (event) => {
      event.preventDefault?.();
      this.fail("This browser cannot train here: it starts no worker for it. Train on the server instead.");
    };
    return worker;
  }

  send(does, others = {}) {
    this.worker?.postMessage({ does, ...others });
  }

  tell() {
    for (const listen of this.listeners) listen(this);
  }

  fail(sentence) {
    Object.assign(this, { phase: "failed", sentence });
    for (const [, { reject }] of this.waiting) reject(new Error(sentence));
    this.waiting.clear();
    this.tell();
  }

  take({ kind, ...data }) {
    if (kind === "begins") Object.assign(this, { begun: data, clean: data.clean, held: data.held, labels: data.labels, phase: "ready" });
    if (kind === "epoch") {
      this.errors.push([data.epoch, data.error]);
      this.kept = data.kept;
    }
    if (kind === "view") {
      Object.assign(this, { view: data.view, done: data.done });
      for (const one of data.losses) this.losses.push(one);
      this.measure();
    }
    if (kind === "shown" && this.looked?.epoch === data.epoch) this.looked.view = data.view;
    if (kind === "over") this.phase = "over";
    if (kind === "failed") return this.fail(data.sentence);
    if (kind === "finished") {
      this.waiting.get(data.epoch)?.resolve(data.file);
      this.waiting.delete(data.epoch);
    }
    this.tell();
  }

  // Pictures a second, over the last second.
  measure() {
    const now = performance.now();
    this.speed = [...this.speed, [now, this.done]].filter(([then]) => now - then < RATE_MS);
    const [[then, before]] = this.speed;
    this.pace = this.phase === "running" && now - then > RATE_MS / 4 ? ((this.done - before) * this.begun.batch * 1000) / (now - then) : null;
  }

  get isLearning() {
    return this.phase === "running";
  }

  /** Let it learn at most so many batches a second. */
  setLimit(limit) {
    this.limit = limit;
    this.send("limit", { limit });
  }

  run() {
    if (!["ready", "paused"].includes(this.phase)) return;
    Object.assign(this, { phase: "running", looked: null, speed: [] });
    this.send("run");
    this.tell();
  }

  pause() {
    if (this.phase !== "running") return;
    this.phase = "paused";
    this.send("pause");
    this.tell();
  }

  once() {
    if (!["ready", "paused"].includes(this.phase)) return;
    Object.assign(this, { phase: "paused", looked: null });
    this.send("once");
  }

  /** Look back at an epoch whose weights are kept; null looks at what is learned now. */
  look(epoch) {
    this.looked = epoch === null ? null : { epoch, view: null }; // which is on its way
    if (this.looked) this.send("show", { epoch });
    this.tell();
  }

  /** The bytes of the model of an epoch, or of now (null), with its model card; resolves to a Uint8Array. */
  finish(epoch, card) {
    return new Promise((resolve, reject) => {
      this.waiting.set(epoch, { resolve, reject });
      this.send("finish", { epoch, card });
    });
  }
}

const sessions = new Map(); // address of a worker -> session

/** The page's session with the worker at an address. */
export function sessionOf(url) {
  if (!sessions.has(url)) sessions.set(url, new Session(() => new Worker(url, { type: url.startsWith("blob:") ? "classic" : "module" })));
  return sessions.get(url);
}
