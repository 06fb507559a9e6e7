// What a talk shows of the Morph page: two digits, and what lies between them.

import { interpolate } from "../../frontend/lib/interpolation.js";
import { quantiseAll } from "../../frontend/lib/latent.js";
import { imageToBase64 } from "../../frontend/lib/paint.js";
import { latentOfDigit } from "../../frontend/lib/strokes.js";
import { TalkScene, eased } from "../../frontend/lib/talk_scene.js";

export default class MorphScene extends TalkScene {
  constructor(options) {
    super(options);
    for (const part of ["start", "between", "end"]) this.add(part);
    const { from, to } = this.shown.animation;
    this.stops = [from, to].map((digit) => latentOfDigit(digit, this.model, this.pen));
    this.setPlace(0);
  }

  animate({ kind }) {
    return kind === "morph" ? { at: (t) => this.setPlace(eased(t)) } : null;
  }

  restore() {
    this.stop();
    this.setPlace(0);
  }

  get position() {
    return { place: this.place };
  }

  get glance() {
    const latent = quantiseAll(interpolate(this.stops, this.place));
    return { latent, output: imageToBase64(this.decode(latent)) };
  }

  follow({ place }) {
    if (place >= 0 && place <= 1) this.setPlace(place);
  }

  setPlace(place) {
    this.place = place;
    const [start, end] = this.stops;
    this.fill("start", this.decode(start), "from");
    this.fill("between", this.decode(interpolate(this.stops, place)), `${Math.round(100 * place)} %`);
    this.fill("end", this.decode(end), "to");
  }
}
