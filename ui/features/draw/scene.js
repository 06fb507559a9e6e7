// What a talk shows of the Draw page: a digit, its latent as faders, and what the decoder makes of it.

import { DigitScene } from "../../frontend/lib/digit_scene.js";
import { inWords, quantise } from "../../frontend/lib/latent.js";
import { h } from "../../frontend/lib/paint.js";
import { SIZE, drawStrokes } from "../../frontend/lib/strokes.js";
import { hop } from "../../frontend/lib/talk_scene.js";
import { STYLE, faders } from "./faders.js";

const HOPS = 4; // random digits per animation
const GLIDE = { kind: "glide", seconds: 0.4, repeat: false };
const SWEEP = { kind: "sweep", from: -2.5, to: 2.5, seconds: 6, repeat: false };
const FARTHEST = 6; // of a number of the latent

export default class DrawScene extends DigitScene {
  static style = `${STYLE}
    .input .pen { image-rendering: auto; }`;

  constructor(options) {
    super(options);
    const { slider } = this.shown.animation ?? {};
    this.slider = typeof slider === "number" ? slider - 1 : null;
    this.named = typeof slider === "string" ? slider : null; // what people see
    this.faders = faders();
    this.add("input");
    this.add("latent", this.faders.element);
    this.add("output");
    this.drawing = h("canvas", { width: SIZE, height: SIZE, class: "pen", "aria-hidden": "true", hidden: true });
    this.panels.input.square.append(this.drawing);
    this.reset();
  }

  // ---- keys --------------------------------------------------------------------------------------------------

  choose(by) {
    const n = this.latent.length;
    this.slider = this.slider === null ? (by > 0 ? 0 : n - 1) : (this.slider + by + n) % n;
    this.render();
  }

  nudge(by) {
    this.stop();
    this.slider ??= 0;
    const value = Math.min(Math.max(this.latent[this.slider] + by, -FARTHEST), FARTHEST);
    this.setLatent(this.latent.with(this.slider, quantise(value)));
  }

  sweep() {
    this.slider ??= 0;
    this.play({ ...SWEEP, slider: this.slider + 1 });
  }

  random() {
    if (this.model.sample) this.play({ ...GLIDE, way: [this.latent, this.model.sample()] });
  }

  restore() {
    const before = this.latent;
    super.restore();
    this.play({ ...GLIDE, way: [before, this.latent] });
  }

  // ---- animations --------------------------------------------------------------------------------------------

  animate(animation) {
    const { kind, way } = animation;
    if (kind === "glide") return this.along(way);
    if (kind === "random") return this.model.sample ? this.along([this.latent, ...Array.from({ length: HOPS }, () => this.model.sample())]) : null;
    if (kind === "sweep") return this.swept(animation);
    return super.animate(animation);
  }

  along(way) {
    return { at: (t) => this.setLatent(hop(way, t)) };
  }

  /** From where a slider stands to both ends and back: a numbered one by itself, a named one so far from the digit's own. */
  swept({ slider, from, to }) {
    const home = [...this.latent];
    const value = (t) => hop([[0], [to], [from], [0]], t)[0];
    if (typeof slider === "number") {
      const away = (t) => hop([[0], [1], [1], [0]], t)[0]; // from where the digit has it
      return { at: (t) => this.setLatent(home.with(slider - 1, (1 - away(t)) * home[slider - 1] + value(t))), startsOver: true };
    }
    const { direction } = this.directions.find(({ name }) => name === slider);
    return { at: (t) => this.setLatent(home.map((v, i) => v + value(t) * direction[i])), startsOver: true };
  }

  setLatent(latent) {
    this.latent = latent;
    this.render();
  }

  get position() {
    return { ...super.position, slider: this.slider };
  }

  follow(position) {
    super.follow(position);
    this.slider = position.slider;
    if (position.latent.length === this.latent.length) this.setLatent(position.latent);
  }

  // ---- to the screen -----------------------------------------------------------------------------------------

  render() {
    const n = this.latent.length, isDrawing = this.drawn < 1 && Boolean(this.digit.strokes);
    this.fill("input", this.corrupted, this.noiseInWords || "784 numbers");
    this.drawing.hidden = !isDrawing;
    if (isDrawing) drawStrokes(this.drawing.getContext("2d"), this.digit.strokes, this.pen, this.drawn);
    this.faders.show(this.latent, this.slider);
    const size = n === 1 ? "one number" : `${n} numbers`;
    this.panels.latent.caption.textContent = this.slider === null ? (this.named ?? size) : `z${this.slider + 1} = ${inWords(this.latent[this.slider])}`;
    const moved = this.latent.some((v, i) => v !== this.encoded[i]);
    this.fill("output", this.clean || moved ? this.decode(this.latent) : null, "784 again");
  }
}
