// Undo: the states before each change, plain data, the last one first.

const MOST_STEPS = 50;

export class Past {
  #states = [];

  get length() {
    return this.#states.length;
  }

  /** Keep a state as it is before a change, so that one undo takes back the whole change. */
  remember(state) {
    if (JSON.stringify(this.#states.at(-1)) === JSON.stringify(state)) return;
    this.#states.push(state);
    if (this.#states.length > MOST_STEPS) this.#states.shift();
  }

  /** The state before the last change, undefined when there is none. */
  back() {
    return this.#states.pop();
  }

  forget() {
    this.#states = [];
  }
}
