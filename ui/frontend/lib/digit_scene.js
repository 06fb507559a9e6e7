// A scene of a talk about one digit: it is drawn by a pen, or given as a latent, and may be corrupted.

import { corrupt } from "./corruption.js";
import { quantise } from "./latent.js";
import { imageOfStrokes, latentOfImage } from "./strokes.js";
import { TalkScene } from "./talk_scene.js";

const DRAWING = 0.8; // of the time; the rest is for looking at what was drawn

/** A class derived from this has `render()`, and calls `reset()` at the end of its constructor. */
export class DigitScene extends TalkScene {
  /** Show the digit as the talk has it, with its own noise. */
  reset() {
    this.noise = { ...this.shown.noise };
    this.drawn = 1;
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
    return { latent: this.latent.map(quantise), level: this.noise.level, drawn: this.drawn };
  }

  follow({ level, drawn }) {
    if (drawn !== this.drawn) this.setDrawn(drawn);
    if (level !== this.noise.level) this.setNoise(level);
  }
}
