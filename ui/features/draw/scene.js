// What a talk shows of the Draw page: a digit, its latent as faders, and what the decoder makes of it.

import { DigitScene } from "../../frontend/lib/digit_scene.js";
import { STYLE, faders, swept, sweptBy, withFaders } from "../../frontend/lib/faders.js";
import { inWords } from "../../frontend/lib/latent.js";
import { h } from "../../frontend/lib/paint.js";
import { SIZE, drawStrokes } from "../../frontend/lib/strokes.js";
import { hop } from "../../frontend/lib/talk_scene.js";

const HOPS = 4; // random digits per animation
const GLIDE = { kind: "glide", seconds: 0.4, repeat: false };

export default class DrawScene extends withFaders(DigitScene) {
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
    if (typeof slider === "number") return { at: (t) => this.setLatent(swept(home, slider - 1, from, to, t)), startsOver: true };
    const { direction } = this.directions.find(({ name }) => name === slider);
    return { at: (t) => this.setLatent(home.map((v, i) => v + sweptBy(from, to, t) * direction[i])), startsOver: true };
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
