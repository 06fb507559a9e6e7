// The sixteen numbers of the Colorize page's live part: sliders, buttons and hints change them here.

import { quantise } from "../../frontend/lib/latent.js";
import { ModelPart } from "../../frontend/lib/model_part.js";
import { LATENT } from "./fields.js";
import { expectedWith } from "./hints.js";
import { drawn } from "./worlds.js";

/** A part with `settings` {latent, hints, ...}, a `studio`, the `statistics` of latents, and `later`, an AtRest. */
export class Numbers extends ModelPart {
  get latent() {
    return this.settings.latent ?? this.opening;
  }

  /** The numbers with which a picture opens: of the nine draws, the most colourful. What is most likely is nearly grey. */
  get opening() {
    return this.studio?.vivid ?? Array(LATENT).fill(0);
  }

  /** The most likely numbers: where a reset leads. */
  get encoded() {
    return this.studio?.mostLikely ?? Array(LATENT).fill(0);
  }

  /** Change something as one step for undo. */
  changeAtOnce(changes) {
    this.remember();
    this.change(changes);
  }

  change(changes) {
    this.settings = { ...this.settings, ...changes };
    this.changed();
    this.later.soon();
  }

  take(latent) {
    this.change({ latent });
  }

  takeAtOnce(latent) {
    this.changeAtOnce({ latent });
  }

  /** Take hints, and move to the likeliest colouring that fits them. */
  hint(hints) {
    const latent = Array.from(expectedWith(hints, this.studio).mean, quantise);
    this.change({ hints, latent, palette: null });
  }

  /** What the model expects, with the hints so far. */
  get expected() {
    return expectedWith(this.settings.hints, this.studio);
  }

  /** The same, without one of the hints. */
  expectedWithout(i) {
    return expectedWith(this.settings.hints.filter((_, k) => k !== i), this.studio);
  }

  /** A sample to compare with: the first of the nine. */
  get sample() {
    return drawn(this.studio.prior, this.studio.fields, 1, this.settings.draw)[0];
  }

  hold() {
    this.remember();
  }

  release() {
    this.rest.flush();
  }
}
