// Points on their way from one map of the same digits to another.

import { prefersStillness } from "../../frontend/lib/pace.js";

const GLIDE_MS = 800;

export class Glide {
  #from = null; // places on the canvas where they set out, by name
  #start = 0;
  #last = {}; // where they were painted last

  get isMoving() {
    return this.#from !== null;
  }

  /** Let them set out from where they were painted last. */
  begin() {
    if (!prefersStillness()) [this.#from, this.#start] = [this.#last, performance.now()];
  }

  /** Be where they are to be at once. */
  end() {
    this.#from = null;
  }

  /** Where they are now, of where they are to be: {name: places}, flat. */
  now(places) {
    const time = (performance.now() - this.#start) / GLIDE_MS;
    const isSame = this.#from && Object.keys(places).every((name) => this.#from[name]?.length === places[name].length);
    if (time >= 1 || !isSame) this.end();
    if (!this.#from) return (this.#last = places);
    const done = time * time * (3 - 2 * time);
    const mix = (name) => places[name].map((place, i) => (1 - done) * this.#from[name][i] + done * place);
    return (this.#last = Object.fromEntries(Object.keys(places).map((name) => [name, mix(name)])));
  }
}
