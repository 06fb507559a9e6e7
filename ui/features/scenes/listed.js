// The scene of the Scenes page's live part, as what lies on the canvas and as the list of what was found there: pen, buttons,
// labels and sliders change it here.

import { quantiseAll } from "../../frontend/lib/latent.js";
import { ModelPart } from "../../frontend/lib/model_part.js";
import { moved, overlap } from "./boxes.js";
import { describeOne } from "./crops.js";
import { Painter, SIDE, boxOf, digitIn, itemsOf, sampleAt, shifted, simplified, sorted } from "./items.js";

const STATISTICS = { low: Array(16).fill(-3), high: Array(16).fill(3), histogram: Array(16).fill(Array(32).fill(1)) };
const ZEROS = Array(16).fill(0);
const PEN = 4.5; // pixels: that of Draw, for digits of this canvas
const TILE_PLACE = { row: 14, column: 14, size: 20 }; // of a sample on an image of 28 x 28 pixels
const SIZES = [24, 40], TRIES = 40; // pixels of a sample, and places that are tried for it
const SAME = 0.25; // of two boxes: more is one digit in two frames
const ASIDE = 10; // pixels between a digit and its duplicate
const FULL = "The canvas is full: delete a digit first, or clear it.";

const between = (low, high) => low + Math.random() * (high - low);

let born = 0; // rows so far

/** A part with `items` on a canvas, and `rows` {key, box, digit, score, items, latent, listed, base, ...} of what was found. */
export class Listed extends ModelPart {
  items = [];
  film = null; // as Python has it
  rows = [];
  chosen = null; // the key of a row
  statistics = STATISTICS;
  painter = new Painter();
  #isDrawing = false;

  /** The ten samples as images (784,) of MNIST's size. */
  get tiles() {
    return this.samples.map((lines) => this.painter.tile(sampleAt(lines, TILE_PLACE, this.penOfSize)));
  }

  /** The chosen row. */
  get row() {
    return this.rows.find(({ key }) => key === this.chosen);
  }

  get state() {
    return { ...sorted(this.items), film: this.film, seq: undefined }; // the scene is about no digit on the table
  }

  // ---- the list ----------------------------------------------------------------------------------------------

  /** Note where the rows are in the picture that is about to be read. */
  mark() {
    for (const row of this.rows) Object.assign(row, { start: row.box, way: [0, 0] });
  }

  /** Take what was found in that picture; a digit keeps its row, while it is about where it was, and goes with what was moved since. */
  enlist(found) {
    const left = [...this.rows], before = found.map(({ box }) => this.#fitting(box, left));
    const now = found.map((one, i) => ({ ...one, box: moved(one.box, ...(before[i]?.way ?? [0, 0])) }));
    const { groups, lost } = itemsOf(now, this.items);
    const unread = lost.map((item) => ({ box: boxOf(item), digit: null, score: 0, items: [item] }));
    const rows = [...now.map((one, i) => ({ ...one, items: groups[i] })), ...unread];
    this.rows = rows.map((row, i) => {
      const own = row.items.length === 1 ? row.items[0].latent ?? null : null; // of a digit that was placed by its numbers
      const { key = born++, base, latent, listed = row.box } = (i < before.length ? before[i] : this.#fitting(row.box, left)) ?? {};
      return { ...row, key, start: row.box, way: [0, 0], own, base: base ?? own, latent: own ?? latent ?? null, listed: own ? row.box : listed };
    });
    if (!this.row) this.chosen = this.rows[0]?.key ?? null;
  }

  // Take out of rows the one that was about where a box is; undefined where there is none.
  #fitting(box, rows) {
    const fits = rows.map((row) => overlap(row.start ?? row.box, box)), best = fits.indexOf(Math.max(...fits));
    return fits[best] > SAME ? rows.splice(best, 1)[0] : undefined;
  }

  /** Find the latent of a row. */
  describe(row, picture, classes) {
    if (row.own) return;
    const { box, latent } = describeOne(picture, row, classes, this.model);
    Object.assign(row, { listed: box, latent: quantiseAll(latent) });
    row.base = row.latent;
  }

  choose(key) {
    if (key === this.chosen) return;
    this.chosen = key;
    this.frame.soon();
  }

  // ---- the sliders' deck -------------------------------------------------------------------------------------

  get latent() {
    return this.row?.latent ?? ZEROS;
  }

  get encoded() {
    return this.row?.base ?? ZEROS;
  }

  hold() {
    this.remember();
  }

  release() {
    this.rest.flush();
  }

  take(latent) {
    const { row } = this;
    if (!row) return;
    const [first] = row.items, isPlaced = row.items.length === 1 && first.latent;
    const item = isPlaced ? { ...first, latent } : digitIn(row.listed, latent);
    this.replace(row, [item]);
    Object.assign(row, { own: latent, latent });
  }

  takeAtOnce(latent) {
    this.remember();
    this.take(latent);
  }

  // ---- changes -----------------------------------------------------------------------------------------------

  /** Put other items in the place of those of a row. */
  replace(row, items) {
    this.items = [...this.items.filter((one) => !row.items.includes(one)), ...items];
    row.items = items;
    this.changed();
  }

  /** Add items, as one step for undo; returns whether there was room. */
  add(items) {
    const { strokes, digits } = sorted([...this.items, ...items]), isFull = strokes.length > this.most.strokes || digits.length > this.most.digits;
    this.say(isFull ? FULL : "");
    if (isFull) return false;
    this.remember();
    this.items = [...this.items, ...items];
    this.changed();
    return true;
  }

  /** A user takes a digit, to move it. */
  grip(key) {
    this.remember();
    this.choose(key);
  }

  move(key, rows, columns) {
    const row = this.rows.find((one) => one.key === key);
    if (!row?.items.length) return;
    this.replace(row, row.items.map((item) => shifted(item, rows, columns)));
    Object.assign(row, { box: moved(row.box, rows, columns), listed: moved(row.listed, rows, columns), way: [row.way[0] + rows, row.way[1] + columns] });
  }

  duplicate() {
    const { row } = this, aside = row.box[3] + ASIDE < SIDE ? ASIDE : -ASIDE;
    this.add(row.items.map((item) => shifted(item, aside / 2, aside)));
  }

  remove(key) {
    const row = this.rows.find((one) => one.key === key);
    if (!row?.items.length) return;
    this.remember();
    this.replace(row, []);
  }

  /** Put digits in the place of the whole scene: those of a photo. */
  place(digits) {
    this.remember();
    [this.items, this.rows, this.chosen] = [digits, [], null];
    this.changed();
  }

  clear() {
    this.remember();
    this.say("");
    this.items = [];
    this.changed();
  }

  /** Drop a sample where there is most room. */
  drop(digit) {
    this.add(this.#sample(digit, this.items));
  }

  shuffle() {
    this.remember();
    this.say("");
    this.items = [];
    for (let left = 2 + Math.floor(between(0, 4)); left > 0; left--) this.items.push(...this.#sample(Math.floor(between(0, 10)), this.items));
    this.changed();
  }

  #sample(digit, items) {
    const boxes = items.map(boxOf), size = between(...SIZES), lines = this.samples[digit];
    let best = null, least = Infinity;
    for (let i = 0; i < TRIES && least > 0; i++) {
      const [row, column] = [0, 1].map(() => between(size / 2 + 2, SIDE - size / 2 - 2)), found = sampleAt(lines, { row, column, size }, this.penOfSize);
      const meets = boxes.reduce((sum, box) => sum + found.reduce((most, one) => Math.max(most, overlap(box, boxOf(one))), 0), 0);
      if (meets < least) [best, least] = [found, meets];
    }
    return best.map((one) => ({ ...one, points: simplified(one.points, this.most.points) }));
  }

  // ---- the pen -----------------------------------------------------------------------------------------------

  penDown(place) {
    this.#isDrawing = this.add([{ points: place, pen: PEN }]);
  }

  penMove(places) {
    if (!this.#isDrawing) return;
    const stroke = this.items.at(-1);
    this.items = [...this.items.slice(0, -1), { ...stroke, points: [...stroke.points, ...places.flat()] }];
    this.changed();
  }

  penUp() {
    if (!this.#isDrawing) return;
    this.#isDrawing = false;
    const stroke = this.items.at(-1), points = simplified(stroke.points, this.most.points).map((n) => Math.min(Math.max(n, -SIDE), 2 * SIDE));
    this.items = [...this.items.slice(0, -1), { ...stroke, points: points.map((n) => Math.round(10 * n) / 10) }];
    this.changed();
  }
}
