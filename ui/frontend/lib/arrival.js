// A note at the bottom of the window that says what a page waits for. It comes where that takes longer than a moment and
// the line that says so is out of sight, as on a phone, below the pictures.

import { h } from "./paint.js";

const MOMENT_MS = 1000;

/** The note for a line of a live part. Screen readers have the line. */
export class Arrival {
  note = h("p", { class: "waiting", "aria-hidden": "true" });
  #timer = 0;

  constructor(line) {
    this.line = line;
  }

  /** Show a text, "" for none. */
  say(text) {
    this.note.textContent = text;
    if (text) return (this.#timer ||= setTimeout(() => this.#come(), MOMENT_MS));
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.note.remove();
  }

  #come() {
    const { top, bottom } = this.line.getBoundingClientRect();
    if (bottom <= 0 || top >= innerHeight) this.line.closest(".part")?.append(this.note);
  }
}
