// What a talk can show of a feature: the feature's folder has a scene.js, whose default export is a class derived from
// `TalkScene`. The player of talks loads it by the feature's name, and puts its pictures on screen.

import { interpolate } from "./interpolation.js";
import { h, imageCanvas, paint } from "./paint.js";

// Whose colour a picture has.
const PARTS = { input: "input", corrupted: "input", film: "input", noisy: "input", cleaned: "output", maps: "encoder", redrawn: "output", latent: "latent", output: "output", denoised: "output", between: "output", mean: "output", walk: "output" };

/**
 * A scene: pictures with captions, by the names of the parts that a talk's camera can be on. What else there is to do
 * depends on the feature; a scene that has nothing to do for a key lets it be.
 */
export class TalkScene {
  static style = ""; // a style sheet for what only these pictures have

  /** Load what a scene needs besides its model. */
  static async prepare(shown) {}

  /**
   * `shown` is the scene as the talk has it: {digit, noise, camera, animation, ...}; `model` its network, loaded;
   * `directions` what people see in its latent, as Python describes it; `pen` the width of strokes in pixels. `play(animation)`
   * and `stop()` are the player's.
   */
  constructor({ shown, model, directions, pen, play, stop }) {
    Object.assign(this, { shown, model, directions, pen, play, stop });
    this.panels = {};
  }

  /** Add the picture of a part: an image (784,) unless another element is given. */
  add(part, picture = imageCanvas(`stage-${part}`, part)) {
    const [square, caption] = [h("div", { class: "square" }, picture), h("figcaption")];
    const figure = h("figure", { class: part, "data-part": PARTS[part] ?? null, hidden: !this.shown.camera.includes(part) }, square, caption);
    this.panels[part] = { figure, square, picture, caption };
  }

  /** The figures of all parts, side by side. */
  get figures() {
    return Object.values(this.panels).map(({ figure }) => figure);
  }

  /** Show an image (784,) as a part, null for black. */
  fill(part, image, text) {
    const { figure, picture, caption } = this.panels[part];
    if (figure.hidden) return;
    paint(picture, image);
    caption.textContent = text;
  }

  decode(latent) {
    return this.model.decode(Float32Array.from(latent));
  }

  /**
   * Begin an animation, {kind, ...}; returns {at(t), startsOver}: `at` shows where it is at a fraction of its time, and
   * `startsOver` says whether it starts over when repeated, instead of going back. Returns null for what it cannot play.
   */
  animate(animation) {
    return null;
  }

  /** Where keys or an animation have brought the scene, as plain data; `follow` brings another player's there. */
  get position() {
    return {};
  }

  follow(position) {}

  /** What is shown, for pages that cannot play it: {image, output, latent}, pictures as bytes in base64. */
  get glance() {
    return {};
  }

  // What keys do: take an empty sheet; choose the next slider (+1) or the one before (-1), move it, move it from end to end; show a random
  // digit; add noise; go back to the scene as it was.
  clear() {}

  choose(by) {}

  nudge(by) {}

  sweep() {}

  random() {}

  addNoise(by) {}

  restore() {}
}

/** A fraction of the way for a fraction of the time: slow at both ends. */
export const eased = (t) => t * t * (3 - 2 * t);

/** Where one is on a way through lists of numbers, at a fraction of the time; it slows down at each of them. */
export function hop(way, t) {
  const place = t * (way.length - 1), start = Math.min(Math.floor(place), way.length - 2);
  return Array.from(interpolate(way, start + eased(place - start)));
}
