// What live parts have in common, whatever they show: a state that is reported to Python when it comes to rest, undo, one
// picture per frame, a line that says what is going on, and an end.

import { AtRest, NextFrame } from "./pace.js";
import { h } from "./paint.js";
import { Past } from "./past.js";

/**
 * A part derived from this has `root`, its element, and `show()`, which paints what it shows. It may have
 * - `state`: plain JSON, reported to Python together with the `seq` of what it is about;
 * - `change(state)`: undo calls it with the state before the last change;
 * - `resized()`: called when `root`, or what `watched` gives, has another size.
 */
export class Part {
  seq = null; // counts what Python changed: a part that has its number goes on with its own state
  past = new Past();
  frame = new NextFrame(() => this.show());
  rest = new AtRest(() => this.report());
  status = h("p", { class: "status", role: "status" });
  #watcher = null;

  update(data, { settled, trigger }) {
    Object.assign(this, { settled, trigger });
    if (!this.resized || this.#watcher) return;
    this.#watcher = new ResizeObserver(() => this.resized());
    this.#watcher.observe(this.watched);
  }

  get watched() {
    return this.root;
  }

  report() {
    if (this.state) this.settled({ seq: this.seq, ...this.state });
  }

  /** Keep the state as it is before a change. */
  remember() {
    this.past.remember(this.state);
  }

  undo() {
    const before = this.past.back();
    if (before) this.change(before);
  }

  /** Paint what has changed, and report it when nothing changes any more. */
  changed() {
    this.frame.soon();
    this.rest.soon();
  }

  say(text) {
    this.status.textContent = text;
  }

  stop() {
    this.frame.cancel();
    this.#watcher?.disconnect();
    this.#watcher = null;
    this.rest.flush();
  }
}
