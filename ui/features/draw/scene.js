// What a talk shows of the Draw page: a digit, its latent as faders, and what the decoder makes of it.

import { DigitScene } from "../../frontend/lib/digit_scene.js";
import { STYLE, faders, swept, sweptBy, withFaders } from "../../frontend/lib/faders.js";
import { inWords } from "../../frontend/lib/latent.js";
import { hop } from "../../frontend/lib/talk_scene.js";

const HOPS = 4; // random digits per animation
const GLIDE = { kind: "glide", seconds: 0.4, repeat: false };

export default class DrawScene extends withFaders(DigitScene) {
  static style = STYLE;

  constructor(options) {
    super(options);
    const { slider } = this.shown.animation ?? {};
    this.slider = typeof slider === "number" ? slider - 1 : null;
    this.named = typeof slider === "string" ? slider : null; // what people see
    this.faders = faders((i, value) => this.drag(i, value));
    this.add("input");
    this.add("latent", this.faders.element);
    this.add("output");
    this.takesPen("input");
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
    const n = this.latent.length;
    this.fill("input", this.corrupted, this.noiseInWords || "784 numbers");
    this.showPaper();
    this.faders.show(this.latent, this.slider);
    const size = n === 1 ? "one number" : `${n} numbers`;
    this.panels.latent.caption.textContent = this.slider === null ? (this.named ?? size) : `z${this.slider + 1} = ${inWords(this.latent[this.slider])}`;
    const moved = this.latent.some((v, i) => v !== this.encoded[i]);
    this.fill("output", this.clean || moved ? this.decode(this.latent) : null, "784 again");
  }
}
