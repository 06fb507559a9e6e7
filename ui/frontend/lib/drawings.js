// What was drawn last. The pen may be ahead of Python, whose answer to an earlier drawing then comes late.

const MOST = 8;
const ANTIALIASING = 2.5 / 255; // by which a pixel of a stroke differs in the browser and in Python
const REDRAWN = 24 / 255; // and when undo paints the stroke again: 9 / 255 at most, where another stroke changes one by far more

/** The last drawings, each as the model saw it when the pen had been lifted; null for an empty canvas. */
export class Drawings {
  #last = [];

  add(image) {
    this.#last = [...this.#last, image].slice(-MOST);
  }

  /** Whether an answer of Python, of which `reason` says what it answers, is about an earlier drawing than the one that is shown. */
  areAheadOf(answered, shown, reason) {
    if (reason !== "drawing") this.#last = [];
    return !areClose(answered, shown, REDRAWN) && this.#last.some((one) => areClose(answered, one));
  }
}

/** Whether two images are of the same drawing. */
export function areClose(a, b, most = ANTIALIASING) {
  return a && b ? a.every((value, i) => Math.abs(value - b[i]) <= most) : a === b;
}
