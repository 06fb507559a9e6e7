// A wall of digits on a canvas: what is new is painted, nothing else, until the digits need more columns.

import { h } from "../../frontend/lib/paint.js";
import { PIXELS } from "./answer.js";

const SIDE = 28, GAP = 2; // pixels of the canvas
const CELL = SIDE + GAP;
const FEWEST = 12; // places, so that the first digits are not too large
const OPAQUE = 0xff000000, GREY = 0x010101;

export class Board {
  #pixels = new ImageData(SIDE, SIDE);
  #rgba = new Uint32Array(this.#pixels.data.buffer);
  #shown = []; // what each place has
  columns = 0;
  rows = 0;

  constructor(testId) {
    this.element = h("canvas", { "data-testid": testId, role: "img", "aria-label": "the wall of digits, empty" });
    this.context = this.element.getContext("2d");
  }

  /** Show digits, {pixels}, as large as a box of so many pixels allows. */
  show(digits, { width, height }) {
    const wide = width / Math.max(height, 1);
    const columns = Math.max(Math.ceil(Math.sqrt(Math.max(digits.length, FEWEST) * wide)), 1);
    const rows = Math.max(Math.ceil(Math.max(digits.length, FEWEST) / columns), Math.floor(columns / wide), 1);
    if (columns !== this.columns || rows !== this.rows) {
      Object.assign(this, { columns, rows });
      Object.assign(this.element, { width: columns * CELL, height: rows * CELL });
      this.#shown = [];
    }
    const side = Math.min(width / columns, height / rows);
    Object.assign(this.element.style, { width: `${Math.floor(side * columns)}px`, height: `${Math.floor(side * rows)}px` });
    digits.forEach((digit, i) => this.#shown[i] !== digit && this.#put(digit, i));
    for (let i = digits.length; i < this.#shown.length; i++) this.context.clearRect(...this.corner(i), CELL, CELL);
    this.#shown.length = digits.length;
    this.element.setAttribute("aria-label", digits.length ? `the wall of digits, ${digits.length.toLocaleString("en")} of them` : "the wall of digits, empty");
  }

  #put(digit, place) {
    for (let i = 0; i < PIXELS; i++) this.#rgba[i] = OPAQUE + GREY * digit.pixels[i];
    const [x, y] = this.corner(place);
    this.context.putImageData(this.#pixels, x + GAP / 2, y + GAP / 2);
    this.#shown[place] = digit;
  }

  /** Where a place is on the canvas. */
  corner(place) {
    return [(place % this.columns) * CELL, Math.floor(place / this.columns) * CELL];
  }

  /** Which place is under a pointer. */
  placeAt({ clientX, clientY }) {
    const { left, top, width, height } = this.element.getBoundingClientRect();
    const column = Math.floor(((clientX - left) / width) * this.columns), row = Math.floor(((clientY - top) / height) * this.rows);
    return Math.min(Math.max(row, 0), this.rows - 1) * this.columns + Math.min(Math.max(column, 0), this.columns - 1);
  }
}
