// What a talk shows of the Scenes page: digits that move and are followed, whose each pixel is, and the scene drawn again
// from the list alone.

import { loadModel } from "../../frontend/engine/engine.js";
import { h } from "../../frontend/lib/paint.js";
import { imageOfStrokes } from "../../frontend/lib/strokes.js";
import { TalkScene } from "../../frontend/lib/talk_scene.js";
import { redraw } from "./crops.js";
import { filmPicture, trailsOf } from "./film_picture.js";
import { SIDE, advanced, bodiesOf, frameOf, stepOf, worsened } from "./motion.js";
import { paintClasses, paintGrey } from "./pixels.js";
import { Tracker } from "./tracker.js";

const RATE = 12, MOST_FRAMES = 96, TRAIL = 30; // frames a second; frames of a film; frames that a trail goes back
const BUDGET_MS = 12; // of a frame of the browser, for frames of the film that have not been read yet
const FIRST = 1; // the seed of the first film

const readers = new Map(); // url -> the model that reads scenes

export default class ScenesScene extends TalkScene {
  static style = `
    .parts .board { position: relative; }
    .parts .board > * { position: absolute; inset: 0; width: 100%; height: 100%; }
    .board svg > * { fill: none; stroke-width: calc(.6px * var(--unit, 1)); }
    .board text { stroke: none; font: 600 calc(4.5px * var(--unit, 1)) system-ui, sans-serif; }
    .board polyline { opacity: .75; }`;

  static async prepare({ second }) {
    if (!readers.has(second)) readers.set(second, await (await loadModel(second)).whole);
  }

  constructor(options) {
    super(options);
    this.reader = readers.get(this.shown.second);
    this.images = this.shown.digits.map(({ strokes }) => imageOfStrokes(strokes, this.pen));
    this.film = filmPicture(null, "stage-film");
    const canvas = (part, label) => h("canvas", { width: SIDE, height: SIDE, "data-testid": `stage-${part}`, role: "img", "aria-label": label });
    this.add("film", this.film.element);
    this.add("maps", canvas("maps", "the class of each pixel, in its colour"));
    this.add("redrawn", canvas("redrawn", "the scene, drawn again from the list alone"));
    this.begin(FIRST, this.shown.noise.level);
  }

  begin(seed, noise) {
    Object.assign(this, { seed, noise, frames: [], tracker: new Tracker(this.reader, this.model) });
    this.seek(0);
  }

  // Show a frame, or the last one before it that there is time for.
  seek(wanted) {
    this.wanted = wanted;
    const start = performance.now();
    do if (this.frames.length <= wanted) this.extend();
    while (this.frames.length <= wanted && performance.now() - start < BUDGET_MS);
    this.render(Math.min(wanted, this.frames.length - 1));
    if (this.frames.length <= wanted) this.later ||= requestAnimationFrame(() => this.goOn());
  }

  goOn() {
    this.later = 0;
    if (this.film.element.isConnected) this.seek(this.wanted);
  }

  extend() {
    const last = this.frames.at(-1), bodies = last ? advanced(last.bodies, stepOf({ speed: 1, rate: RATE })) : bodiesOf({ kind: "scattered", seed: this.seed }, this.images);
    const picture = worsened(frameOf(bodies).picture, { blur: 0, noise: this.noise }, this.frames.length + 1);
    this.frames.push({ bodies, picture, ...this.tracker.update(picture) });
  }

  render(at) {
    const { picture, tracks, read } = this.frames[at], { film, maps, redrawn } = this.panels, count = tracks.length;
    this.film.show(picture, tracks, trailsOf(this.frames.slice(Math.max(at - TRAIL, 0), at + 1)));
    paintClasses(maps.picture, picture, read.classes);
    if (!redrawn.figure.hidden) paintGrey(redrawn.picture, redraw(picture, tracks, this.model));
    film.caption.textContent = this.noise ? `noise ${this.noise.toFixed(2)}` : "who is who";
    maps.caption.textContent = "whose pixel";
    redrawn.caption.textContent = `${count} × 16 numbers`;
  }

  // ---- keys --------------------------------------------------------------------------------------------------

  random() {
    this.begin(this.seed + 1, this.noise);
  }

  addNoise(by) {
    this.begin(this.seed, Math.min(Math.max(Math.round(100 * (this.noise + by)) / 100, 0), 1));
  }

  restore() {
    this.stop();
    this.begin(FIRST, this.shown.noise.level);
  }

  // ---- animations --------------------------------------------------------------------------------------------

  animate({ kind }) {
    return kind === "move" ? { at: (t) => this.seek(Math.round(t * (MOST_FRAMES - 1))), startsOver: true } : null;
  }

  get position() {
    return { frame: this.wanted, seed: this.seed, level: this.noise };
  }

  follow({ frame, seed, level }) {
    if (!Number.isInteger(seed) || !(level >= 0 && level <= 1)) return;
    if (seed !== this.seed || level !== this.noise) this.begin(seed, level);
    if (frame >= 0 && frame < MOST_FRAMES) this.seek(Math.round(frame));
  }
}
