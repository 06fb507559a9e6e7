// A scene of a talk about one digit: it is drawn by a pen, or given as a latent, and may be corrupted. Whoever is on stage
// can draw another one.

import { corrupt } from "./corruption.js";
import { quantise } from "./latent.js";
import { imageToBase64 } from "./paint.js";
import { sketch } from "./sketch.js";
import { drawStrokes, imageOfStrokes, latentOfImage } from "./strokes.js";
import { TalkScene } from "./talk_scene.js";

const PIXELS = 784;
const DRAWING = 0.8; // of the time; the rest is for looking at what was drawn

/** A class derived from this has `render()`, and calls `reset()` at the end of its constructor. */
export class DigitScene extends TalkScene {
  isOwn = false; // whether the digit was drawn on stage

  /** Let the picture of a part be drawn on: the first stroke begins a digit, the others add to it. */
  takesPen(part) {
    this.paper = sketch(this.pen, { onDrawing: () => this.draw(this.paper.strokes) });
    this.paper.element.classList.add("pen");
    const [shape] = Object.values(this.model.spec.inputs);
    if (shape.reduce((a, b) => a * b) === PIXELS) this.panels[part].square.append(this.paper.element); // others cannot be drawn
  }

  draw(strokes) {
    this.stop();
    Object.assign(this, { isOwn: true, drawn: 1 });
    this.take({ strokes });
    this.render();
  }

  /** Take an empty sheet. */
  clear() {
    if (!this.paper.element.parentElement) return; // nobody could draw on it
    this.paper.show([]);
    this.draw([]);
  }

  /** Show the pen at work: a drawing in progress, or one that was made on stage. */
  showPaper() {
    const isDrawing = this.drawn < 1 && Boolean(this.digit.strokes), { element } = this.paper;
    element.classList.toggle("shown", isDrawing || this.isOwn);
    if (isDrawing) drawStrokes(element.getContext("2d"), this.digit.strokes, this.pen, this.drawn);
  }

  /** Show the digit as the talk has it, with its own noise. */
  reset() {
    this.noise = { ...this.shown.noise };
    Object.assign(this, { isOwn: false, drawn: 1 });
    this.paper.show([]);
    this.take(this.shown.digit);
    this.render();
  }

  take(digit) {
    this.digit = digit;
    this.clean = digit.strokes ? imageOfStrokes(digit.strokes, this.pen, this.drawn) : this.decode(digit.latent);
    this.encode();
  }

  encode() {
    this.corrupted = this.clean && this.noise.level ? this.withNoise(this.clean) : this.clean;
    this.encoded = this.noise.level || this.digit.strokes ? latentOfImage(this.corrupted, this.model) : [...this.digit.latent];
    this.latent = [...this.encoded];
  }

  withNoise(image) {
    const { kind, level, mean, seed, box } = this.noise;
    return corrupt(image, kind, level, seed, { box, ...(mean === null ? {} : { mean }) });
  }

  /** The noise in words, "" for none. */
  get noiseInWords() {
    const { kind, level } = this.noise;
    return level ? `${kind === "gaussian" ? "noise" : kind.replaceAll("_", " ")} ${level.toFixed(2)}` : "";
  }

  setDrawn(fraction) {
    this.drawn = fraction;
    this.take(this.digit);
    this.render();
  }

  setNoise(level) {
    this.noise.level = level;
    this.encode();
    this.render();
  }

  animate({ kind, from, to }) {
    if (kind === "draw") return { at: (t) => this.setDrawn(Math.min(t / DRAWING, 1)), startsOver: true };
    if (kind === "noise") return { at: (t) => this.setNoise(from + (to - from) * t) };
    return null;
  }

  addNoise(by) {
    this.stop();
    this.setNoise(Math.min(Math.max(Math.round(100 * (this.noise.level + by)) / 100, 0), 1));
  }

  restore() {
    this.stop();
    this.reset();
  }

  get position() {
    const own = this.isOwn ? { strokes: this.paper.strokes } : {};
    return { latent: this.latent.map(quantise), level: this.noise.level, drawn: this.drawn, ...own };
  }

  get glance() {
    const decoded = this.clean ? this.decode(this.latent) : null;
    return { image: imageToBase64(this.corrupted), output: imageToBase64(decoded), latent: this.latent.map(quantise) };
  }

  follow({ level, drawn, strokes }) {
    if (!strokes && this.isOwn) this.reset();
    if (strokes && String(strokes) !== String(this.paper.strokes)) {
      this.paper.show(strokes);
      this.draw(strokes);
    }
    if (drawn !== this.drawn) this.setDrawn(drawn);
    if (level !== this.noise.level) this.setNoise(level);
  }
}
