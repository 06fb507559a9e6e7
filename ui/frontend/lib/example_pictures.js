// The pixels of the examples of a model, which only their owner may see: fetched when they are wanted, some at once.

import { root as appRoot } from "./address.js";

const MOST = 64; // in one request
const known = new Map(); // address -> ExamplePictures

/** The pixels of a model's examples, of which Python's description is given; null for those who do not have them. */
export function picturesOf(model) {
  const address = model?.pictures;
  if (!address) return null;
  if (!known.has(address)) known.set(address, new ExamplePictures(address));
  return known.get(address).isGone ? null : known.get(address);
}

class ExamplePictures {
  #images = new Map();
  #asked = new Set();
  #waiting = new Set(); // what to call when more are here
  isGone = false; // the training is no longer there: what the decoder draws has to do

  constructor(address) {
    this.address = address;
  }

  /** The image of an example, undefined while it is not here. */
  get(number) {
    return this.#images.get(number);
  }

  /** Fetch the images of examples that are not here, and call `then` once, when more are here, whoever asked for them, or none can be had. */
  async want(numbers, then) {
    if (this.isGone || numbers.every((number) => this.#images.has(number))) return;
    this.#waiting.add(then);
    const missing = numbers.filter((number) => !this.#asked.has(number)).slice(0, MOST);
    if (!missing.length) return;
    missing.forEach((number) => this.#asked.add(number));
    try {
      const response = await fetch(new URL(`${this.address}?which=${missing.join()}`, appRoot()));
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      const bytes = new Uint8Array(await response.arrayBuffer()), size = bytes.length / missing.length;
      missing.forEach((number, i) => this.#images.set(number, Float32Array.from(bytes.subarray(i * size, (i + 1) * size), (value) => value / 255)));
    } catch {
      this.isGone = true;
    }
    const due = [...this.#waiting];
    this.#waiting.clear();
    for (const tell of due) tell();
  }
}
