// When to act on what comes in fast: once per frame, or once it has come to rest.

const SETTLE_MS = 250;
const SPARE_MS = 1.5; // of a frame, for steps that go along with a picture
const REST = 3, MOST_REST_MS = 150; // times as long as they, and painting them, took, is no step taken after them

/** An action that waits until nobody has asked for it for a while. */
export class AtRest {
  #timer = 0;

  constructor(action, milliseconds = SETTLE_MS) {
    this.action = action;
    this.milliseconds = milliseconds;
  }

  get due() {
    return this.#timer !== 0;
  }

  /** Act when this has not been called for a while. */
  soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.now(), this.milliseconds);
  }

  now() {
    this.cancel();
    this.action();
  }

  /** Act at once if something waits: a slider was released, or the page goes away. */
  flush() {
    if (this.due) this.now();
  }

  cancel() {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }
}

/** An action that runs once per frame of the browser at most. */
export class NextFrame {
  #frame = 0;

  constructor(action) {
    this.action = action;
  }

  soon() {
    this.#frame ||= requestAnimationFrame(() => this.now());
  }

  now() {
    this.cancel();
    this.action();
  }

  cancel() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }
}

/** An action that runs once what is more urgent has been done, input and painting, and at the latest in the next frame. */
export class NextTurn {
  #frame = 0;
  #turns = new MessageChannel();

  constructor(action) {
    this.action = action;
    this.#turns.port1.onmessage = () => this.#frame && this.now();
  }

  soon() {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => this.now());
    this.#turns.port2.postMessage(null);
  }

  /** Wait for the next frame, and what is urgent then. */
  inNextFrame() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.soon();
    });
  }

  now() {
    this.cancel();
    this.action();
  }

  cancel() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }
}

/**
 * Steps for what goes along with a picture that is painted in every frame: all of them in every frame, too, where they
 * take little time; else some of them, and the others later, so that the picture keeps its pace.
 */
export class InSpareTime {
  #walk = null; // the steps that are left
  #isDue = false; // something has changed since they began
  #frame = 0; // in which the next ones are taken, or waited for
  #free = 0; // when they may be taken

  /** `steps` returns an iterator; each step shows what is up to date by then. */
  constructor(steps) {
    this.steps = steps;
  }

  soon() {
    this.#isDue = true;
    this.#frame ||= requestAnimationFrame(() => this.#some());
  }

  /** Take at once what waits: something has come to rest. */
  flush() {
    if (this.#frame) this.now();
  }

  /** Take all steps at once. */
  now() {
    this.cancel();
    for (const walk = this.steps(); !walk.next().done; );
  }

  cancel() {
    cancelAnimationFrame(this.#frame);
    this.#walk = null;
    this.#isDue = false;
    this.#frame = 0;
  }

  #some() {
    const start = performance.now();
    this.#frame = requestAnimationFrame(() => this.#some());
    if (start < this.#free) return;
    if (!this.#walk) [this.#walk, this.#isDue] = [this.steps(), false];
    let done = false;
    while (!done && performance.now() - start < SPARE_MS) ({ done } = this.#walk.next());
    if (done) this.#walk = null;
    if (done && !this.#isDue) this.cancel();
    this.#free = Infinity; // until it is painted
    const painted = new MessageChannel();
    painted.port1.onmessage = () => (this.#free = performance.now() + Math.min(REST * (performance.now() - start), MOST_REST_MS));
    painted.port2.postMessage(null);
  }
}

/** Steps that together take longer than a frame: some are taken in every frame, so that the page keeps its pace. */
export class FrameByFrame {
  #frame = 0;

  /** Steps take so many milliseconds of every frame, if each takes as long as the one before; one is always taken. */
  constructor(milliseconds) {
    this.milliseconds = milliseconds;
  }

  /** Take the steps of an iterator instead of what was left; then(value) gets what it returns at the end. */
  start(steps, then) {
    this.stop();
    const some = () => {
      const end = performance.now() + this.milliseconds;
      let next, before, now = performance.now();
      do {
        [next, before, now] = [steps.next(), now, performance.now()];
      } while (!next.done && now + (now - before) < end);
      this.#frame = next.done ? 0 : requestAnimationFrame(some);
      if (next.done) then(next.value);
    };
    this.#frame = requestAnimationFrame(some);
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }
}

/** Whether the visitor wants as little motion as possible. */
export const prefersStillness = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Wait until an element comes near the part of the page that is seen: many visitors never need what it takes. */
export function comesNear(element) {
  return new Promise((resolve) => {
    const watcher = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watcher.disconnect();
      resolve();
    }, { rootMargin: "200px" });
    watcher.observe(element);
  });
}
