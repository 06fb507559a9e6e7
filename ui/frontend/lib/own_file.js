// What a visitor brought, a picture or a sound: in this tab's memory, and in its storage for a reload. It is sent nowhere.

/** Keeps one thing under a name in the tab's storage: `toText(thing)` is what is stored, `fromText(text)` the thing again, or a promise. */
export class OwnFile {
  #stored;
  #toText;
  #fromText;
  #visit = ""; // the visitor whose it is

  constructor(stored, toText, fromText) {
    [this.#stored, this.#toText, this.#fromText] = [stored, toText, fromText];
    this.held = null; // what is in memory
  }

  /** The page was opened by this visitor: at a kiosk, the next one must not find what the one before brought. */
  openedBy(visitor) {
    if (this.#visit && visitor !== this.#visit) this.forget();
    this.#visit = visitor;
  }

  /** The visitor has another name now: a server that was started anew has given it. */
  nowOf(visitor) {
    this.#visit = visitor;
  }

  keep(brought) {
    this.held = brought;
    try {
      sessionStorage.setItem(this.#stored, this.#toText(brought));
    } catch {} // storage may be forbidden, or full: then a reload forgets it
  }

  /** Take something for as long as this page is open: a presenter's. */
  lend(other) {
    this.held = other;
  }

  /** A promise of what was brought, null where there is nothing. */
  async read() {
    if (this.held) return this.held;
    try {
      const stored = sessionStorage.getItem(this.#stored);
      return stored ? (this.held = await this.#fromText(stored)) : null;
    } catch {
      return null;
    }
  }

  forget() {
    this.held = null;
    try {
      sessionStorage.removeItem(this.#stored);
    } catch {} // storage may be forbidden
  }
}
