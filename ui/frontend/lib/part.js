// What live parts have in common, whatever they show: a state that is reported to Python when it comes to rest, one
// picture per frame, a line that says what is going on, and an end.

import { Arrival } from "./arrival.js";
import { AtRest, NextFrame } from "./pace.js";
import { h, say } from "./paint.js";
import { table } from "./table.js";

const ENDS = ["pointerup", "pointercancel"];

/**
 * A part derived from this has `root`, its element, and `show()`, which paints what it shows. It may have
 * - `state`: plain JSON, reported to Python together with the `seq` of what it is about;
 * - `others`: what is shown in the time that its pictures leave, an `InSpareTime`;
 * - `resized()`: called when `root`, or what `watched` gives, has another size.
 */
export class Part {
  isUndone = true; // whether undo takes back what it reports
  seq = null; // counts what Python changed: a part that has its number goes on with its own state
  frame = new NextFrame(() => this.show());
  rest = new AtRest(() => this.report());
  status = h("p", { class: "status", role: "status" }, "", h("span", { "aria-hidden": "true" }));
  arrival = new Arrival(this.status);
  #watcher = null;
  #unhold = null;
  #isHeld = false; // a pointer that was put down on the part is down
  #isDue = false; // and a report waits until it is lifted

  update(data, { settled, trigger }) {
    Object.assign(this, { settled, trigger });
    this.#unhold ??= this.#followHold();
    if (!this.resized || this.#watcher) return;
    this.#watcher = new ResizeObserver(() => this.resized());
    this.#watcher.observe(this.watched);
  }

  get watched() {
    return this.root;
  }

  // What is held goes on changing, though it may rest for a while: it is one change, reported when it is let go.
  #followHold() {
    const take = () => (this.#isHeld = true);
    const letGo = () => setTimeout(() => this.#letGo()); // when those who follow the pointer have seen it, too
    this.root.addEventListener("pointerdown", take, true);
    for (const type of ENDS) document.addEventListener(type, letGo);
    return () => {
      this.root.removeEventListener("pointerdown", take, true);
      for (const type of ENDS) document.removeEventListener(type, letGo);
    };
  }

  #letGo() {
    const isDue = this.#isDue;
    this.#isHeld = this.#isDue = false;
    if (isDue) this.report();
  }

  report() {
    this.others?.flush();
    if (!this.state) return;
    if (this.#isHeld) return (this.#isDue = true);
    if (this.isUndone) table.changedBy(this);
    this.settled({ seq: this.seq, ...this.state });
  }

  /** A change begins: the one before it is reported, and so a step of its own for undo. */
  remember() {
    this.rest.flush();
  }

  /** Paint what has changed, and report it when nothing changes any more. */
  changed() {
    this.frame.soon();
    this.rest.soon();
  }

  /** Say what is going on; what is `unspoken` changes all the time, and screen readers leave it out. */
  say(text, unspoken = "") {
    this.#write(text, unspoken);
    this.arrival.say("");
  }

  /** Say what is on its way, where it can be seen. */
  sayLoading(text, unspoken = "") {
    this.#write(text, unspoken);
    this.arrival.say(text + unspoken);
  }

  #write(text, unspoken) {
    const [spoken, other] = this.status.childNodes;
    if (spoken.data !== text) spoken.data = text;
    say(other, unspoken);
  }

  stop() {
    this.frame.cancel();
    this.#watcher?.disconnect();
    this.#watcher = null;
    this.arrival.say("");
    this.#unhold?.();
    this.#unhold = null; // a rerun calls `update` at once, and what was held is held still
    this.rest.flush();
  }
}
