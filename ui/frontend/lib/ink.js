// What a drawing canvas shows, as grey levels. Painted and read back is only what the pen has changed since.

import { greyOf, noInk } from "./normalize.js";

const BEFORE = 3; // points: a curve through the last ones changes with the next

export class Ink {
  /** The ink of a square canvas of so many pixels, whose pen changes pixels up to `reach` from its middle. */
  constructor(size, reach) {
    Object.assign(this, { size, reach, grey: noInk(size, size), trail: [], isNew: true });
  }

  /** Take note that everything may have changed. */
  renew() {
    this.isNew = true;
    this.trail = [];
  }

  /** Take note that the pen is in a place. */
  moved(x, y) {
    this.trail.push([x, y]);
  }

  /** Let `paint()` paint the canvas of a context where it has changed; returns its grey levels, for `normalizeGrey`. */
  read(context, paint) {
    const { left, top, width, height } = this.changed();
    this.trail = this.trail.slice(-BEFORE);
    this.isNew = false;
    if (!width || !height) return this.grey;
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    paint();
    context.restore();
    return greyOf(context.getImageData(left, top, width, height), this.grey, left, top);
  }

  changed() {
    const { size, reach, trail } = this;
    if (this.isNew || !trail.length) return { left: 0, top: 0, width: size, height: size };
    const [[left, right], [top, bottom]] = [0, 1].map((axis) => {
      const places = trail.map((place) => place[axis]);
      return [Math.floor(Math.min(...places) - reach), Math.ceil(Math.max(...places) + reach)].map((end) => Math.min(Math.max(end, 0), size));
    });
    return { left, top, width: right - left, height: bottom - top };
  }
}
