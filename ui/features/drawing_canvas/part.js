// The drawing canvas: that of streamlit-drawable-canvas, which has Fabric's canvas and the pen. This part gives it the
// drawings that it shows, and takes the strokes from it. So undo, redo and Clear act in the browser at once, and Python
// gets their drawing like that of a stroke.
//
// A drawing is {strokes, under}: SVG paths, and the picture below them (784 bytes in base64, null for none).

import { root as appRoot } from "../../frontend/lib/address.js";
import { mount } from "../../frontend/lib/component.js";
import { normalizeDrawing } from "../../frontend/lib/normalize.js";
import { AtRest } from "../../frontend/lib/pace.js";
import { h, imageToBase64 } from "../../frontend/lib/paint.js";
import { paintDrawing, pictureOf } from "../../frontend/lib/strokes.js";
import { table } from "../../frontend/lib/table.js";

const MOST_STEPS = 50;
const PAINTED = "canvas.dc-canvas.lower-canvas", PAINTED_MS = 60; // after which the library has painted a stroke there
const [INK, PAPER] = ["#ffffff", "#000000"];
const BUTTONS = ".st-key-pen button"; // Undo and Clear, which are Python's where this part is not there

class Canvas {
  constructor(root) {
    Object.assign(this, { place: root, number: null, drawing: null, loads: 0, library: null, isDown: false });
    root.append(h("div", { class: "part canvas-root" }));
    this.rest = new AtRest(() => this.report(), PAINTED_MS);
    this.pressed = (event) => this.press(event);
    root.addEventListener("pointerdown", () => (this.isDown = true), true);
    this.lifted = () => this.lift();
  }

  async update({ library, size, pen, start }, { settled }) {
    Object.assign(this, { settled, size, pen });
    document.addEventListener("click", this.pressed, true);
    document.addEventListener("pointerup", this.lifted);
    table.undoShown = this.showUndo;
    this.showUndo();
    if (start.number !== this.number) this.adopt(start);
    if (this.library) return;
    this.library = (await import(new URL(library, appRoot()).href)).default;
    this.load();
  }

  adopt({ number, strokes, under }) {
    this.rest.cancel();
    const isShown = this.number !== null && String(strokes) === String(this.drawing.strokes) && under === this.drawing.under;
    Object.assign(this, { number, drawing: { strokes, under }, steps: { undo: [], redo: [] } });
    if (this.library && !isShown) this.load();
  }

  /** Let the library show the drawing. It calls back when that is done, and for every stroke. */
  load() {
    const { strokes, under } = this.drawing;
    const { pen: strokeWidth, size, place: parentElement } = this;
    const round = { strokeLineCap: "round", strokeLineJoin: "round" };
    const paths = strokes.map((path) => ({ type: "Path", path, stroke: INK, strokeWidth, fill: null, ...round }));
    const scale = { scaleX: size / 28, scaleY: size / 28 };
    const picture = () => ({ type: "Image", src: pictureOf(under).toDataURL(), width: 28, height: 28, left: 0, top: 0, originX: "left", originY: "top", ...scale });
    const objects = under ? [picture(), ...paths] : paths;
    const data = {
      strokeWidth, strokeColor: INK, backgroundColor: PAPER, backgroundImageURL: null, realtimeUpdateStreamlit: true, canvasWidth: size,
      canvasHeight: size, drawingMode: "freedraw", initialDrawing: { objects, background: PAPER, load: ++this.loads }, disabled: false,
    };
    this.end = this.library({ data, parentElement, setStateValue: (_, value) => this.receive(value?.raw) });
  }

  /** When the pen is lifted that has been put down here, collect what it drew, as soon as the library has it, too. */
  lift() {
    if (this.isDown) setTimeout(() => this.collect());
    this.isDown = false;
  }

  /** Ask the library for the strokes now: it would wait for others first. */
  collect() {
    this.place.querySelector(".dc-icon-button")?.click();
  }

  receive(raw) {
    const { strokes, under } = this.drawing;
    const drawn = (raw?.objects ?? []).filter(({ type }) => type === "Path").slice(strokes.length).map(({ path }) => textOf(path));
    if (drawn.length) for (const stroke of drawn) this.change({ strokes: [...this.drawing.strokes, stroke], under });
    else if (this.isMine) document.dispatchEvent(new Event("drawn")); // for those who follow the pen
    if (drawn.length) this.reportSoon("");
    else this.isMine = false;
  }

  change(drawing) {
    this.steps.undo.push(this.drawing);
    if (this.steps.undo.length > MOST_STEPS) this.steps.undo.shift();
    this.steps.redo = [];
    this.drawing = drawing;
    table.changedBy(this);
  }

  /** Show a drawing that no stroke has led to, and report it. */
  show(way) {
    this.isMine = true;
    this.load();
    this.reportSoon(way);
  }

  reportSoon(way) {
    Object.assign(this, { way, since: performance.now() });
    this.rest.soon();
  }

  /** Report the drawing, with what the model sees of the library's pixels; of our own where it has not painted yet. */
  report() {
    const { size, drawing: { strokes, under } } = this;
    const context = new OffscreenCanvas(size, size).getContext("2d", { willReadFrequently: true });
    paintDrawing(context, strokes, this.pen, under);
    if (performance.now() - this.since >= PAINTED_MS) context.drawImage(this.place.querySelector(PAINTED), 0, 0, size, size);
    const image = normalizeDrawing(context.getImageData(0, 0, size, size));
    this.settled({ canvas: this.number, strokes, under: under !== null, image: imageToBase64(image), way: this.way });
  }

  // ---- undo and Clear ----------------------------------------------------------------------------------------

  canMove(way) {
    return this.steps[way].length > 0;
  }

  /** Undo or redo a step that the canvas itself knows; returns whether there is one. */
  move(way) {
    if (!this.canMove(way)) return false;
    this.steps[way === "undo" ? "redo" : "undo"].push(this.drawing);
    this.drawing = this.steps[way].pop();
    this.show(way);
    table.header?.changed();
    return true;
  }

  clear() {
    this.collect();
    if (!this.drawing.strokes.length && !this.drawing.under) return;
    this.change({ strokes: [], under: null });
    this.show("");
  }

  /** Grey the Undo below the canvas (Streamlit has a second one for phones) where the header's is; Streamlit leaves that alone. */
  showUndo = () => {
    if (!table.header) return;
    for (const button of document.querySelectorAll(BUTTONS)) if (isUndo(button)) button.disabled = !table.header.canUndo;
  };

  press(event) {
    const button = event.composedPath().find((one) => one.matches?.(BUTTONS));
    if (!button || !this.library) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (isUndo(button)) table.header?.move("undo");
    else this.clear();
  }

  // ----------------------------------------------------------------------------------------------------------------

  /** What a session that comes back gets of the canvas. */
  get kept() {
    return this.drawing ? { strokes: this.drawing.strokes, under: this.drawing.under } : {};
  }

  stop() {
    document.removeEventListener("click", this.pressed, true);
    document.removeEventListener("pointerup", this.lifted);
    this.rest.flush();
    setTimeout(() => {
      if (this.place.isConnected) return; // a rerun, which calls `update` at once
      this.end?.();
      this.library = null;
      table.left(this);
      if (table.undoShown === this.showUndo) table.undoShown = () => {};
    });
  }
}

const isUndo = (button) => button.textContent.includes("Undo");

/** A path of Fabric's as text, in steps of a tenth of a pixel. */
const textOf = (path) => path.map(([letter, ...numbers]) => letter + numbers.map((n) => Math.round(10 * n) / 10).join(" ")).join("");

export default mount(Canvas);
