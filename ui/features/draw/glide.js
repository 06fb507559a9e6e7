// From one latent to another in a fraction of a second, slower and slower.

import { prefersStillness } from "../../frontend/lib/pace.js";

export class Glide {
  #frame = 0;
  #end = null; // shows the target, while there is one

  /** Glide from one latent to another: show(latent) once per frame, then(), at the end. */
  start(from, target, milliseconds, show, then) {
    this.stop();
    const [start, still] = [performance.now(), prefersStillness()];
    this.#end = () => {
      this.stop();
      show([...target]);
      then();
    };
    const step = (now) => {
      const t = still ? 1 : Math.min(Math.max((now - start) / milliseconds, 0), 1);
      const eased = t * (2 - t);
      show(t === 1 ? [...target] : from.map((v, i) => v + eased * (target[i] - v)));
      this.#frame = t < 1 ? requestAnimationFrame(step) : 0;
      if (t === 1) this.#end = null;
      if (t === 1) then();
    };
    this.#frame = requestAnimationFrame(step);
  }

  get isOn() {
    return this.#end !== null;
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#end = null;
  }

  /** Be there at once. */
  finish() {
    this.#end?.();
  }
}
