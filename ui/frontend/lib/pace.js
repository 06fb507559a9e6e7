// When to act on what comes in fast: once per frame, or once it has come to rest.

const SETTLE_MS = 250;

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

/** Whether the visitor wants as little motion as possible. */
export const prefersStillness = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
