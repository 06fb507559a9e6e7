// A part that is shown before Streamlit has loaded, and moves into Streamlit's page once that is complete. The visitor's
// slider positions, and what a slider's movement needs, move with it.

import { h } from "./paint.js";

class FirstFrame {
  host = null; // where the part is shown first
  part = null;
  bringBack = null; // gives a table, {image, latent, digit}, to Python: set by the part that restores sessions
  #held = null; // the last of Streamlit's wishes to show it meanwhile
  #listeners = []; // for such a wish
  #place = null; // where the part will be
  isWanted = this.nextData();

  /** Show a part, by the function that `mount` returned, in a shadow root of the page's HTML; returns the part. */
  show(render, host, data) {
    this.host = host;
    render({ data, parentElement: host, setStateValue() {}, setTriggerValue() {} });
    return this.part;
  }

  /** Whether Streamlit wants to show a part that is shown already. `parts` holds the parts of one kind by their places. */
  holds(parts, { parentElement }) {
    return this.host !== null && parentElement !== this.host && parts.has(this.host) && !parts.has(parentElement);
  }

  /** Keep Streamlit's wish for later; returns what `mount`'s function returns. */
  hold(parts, wish, render) {
    const held = { parts, wish, render, stop: null };
    this.#held = held;
    this.#place?.remove();
    this.#place = placeOf(this.part.root);
    wish.parentElement.append(this.#place);
    for (const listen of this.#listeners.splice(0)) listen();
    return () => held.stop?.();
  }

  /** What Python sent last for the part, null before. */
  get data() {
    return this.#held?.wish.data ?? null;
  }

  /** A promise that Python has sent something from now on. */
  nextData() {
    return new Promise((resolve) => this.#listeners.push(resolve));
  }

  /** Move the part to where Streamlit wants it, and let it go on there. */
  move() {
    const { parts, wish, render } = this.#held;
    parts.set(wish.parentElement, this.part);
    this.#place.replaceWith(this.part.root);
    this.host = null;
    this.#held.stop = render(wish);
  }
}

/** An empty part with pieces as high as those of another: what is beside it does not move when that comes. */
function placeOf({ className, children }) {
  return h("div", { class: className }, ...Array.from(children, (one) => h("div", { class: one.className, style: `height: ${one.offsetHeight}px` })));
}

export const firstFrame = new FirstFrame();
