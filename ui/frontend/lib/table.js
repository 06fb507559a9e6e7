// What the parts of a page have in common about the digit on the table: who changed it last, which decides who takes
// that back, and what the header shows of it.

class Table {
  #last = null; // the part that was changed last
  header = null; // the part that shows the digit on every page: {ask(undo or redo), follow(image, isBent), canUndo}
  undoShown = () => {}; // called when the header shows whether there is something to undo

  changedBy(part) {
    this.#last = part;
    this.header?.changed();
  }

  /** Take the last change back, or put it back: in the browser if the part can do that at once, else by Python. */
  move(way) {
    if (!this.#last?.move?.(way)) this.header?.ask(way);
  }

  /** Whether the part that was changed last can do that at once. */
  canMove(way) {
    return Boolean(this.#last?.canMove?.(way));
  }

  /** Show in the header what is decoded now. */
  follow(image, isBent) {
    this.header?.follow(image, isBent);
  }

  left(part) {
    if (this.#last === part) this.#last = null;
  }
}

export const table = new Table();
