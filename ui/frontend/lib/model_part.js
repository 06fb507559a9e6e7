// What the parts that show one model have in common: they load it and its atlas, say how far that is and what went
// wrong, take over what Python changed, and show how far their latent is from real digits.

import { loadModel } from "../engine/engine.js";
import { loadAtlas } from "./atlas.js";
import { gauge } from "./gauge.js";
import { Part } from "./part.js";

/**
 * Of a part derived from this, Python's data has `seq`, `model` and, for those that show a gauge, `atlas`. It may have
 * - `adopt(data)`: take over the state that Python has changed;
 * - `prepare(data)`: get ready for another model, which is about to be loaded;
 * - `loaded(model)`: go on once the model is there; an error of what this promises is said as one of loading;
 * - `gaugedLatent`: the latent whose distance from real digits the gauge shows.
 */
export class ModelPart extends Part {
  static subject = "This page needs"; // for the sentence that says what is missing
  static whole = false; // whether it can show nothing before the encoder has been loaded as well
  model = null;
  atlas = null;
  url = "";
  #failed = false;

  constructor() {
    super();
    if ("gaugedLatent" in this) this.gauge = gauge();
  }

  update(data, reports) {
    super.update(data, reports);
    const isNew = data.model.url !== this.url;
    if (isNew) {
      Object.assign(this, { url: data.model.url, model: null, atlas: null });
      if (this.gauge) this.gauge.element.hidden = true;
      this.prepare?.(data);
    }
    if (data.seq !== this.seq) this.takeOver(data);
    if (isNew || this.#failed) this.load(data);
    else this.show();
  }

  takeOver(data) {
    this.seq = data.seq;
    this.past.forget();
    this.adopt?.(data);
  }

  async load({ model: { url }, atlas }) {
    const isMine = () => url === this.url; // else another model was chosen meanwhile
    this.#failed = false;
    this.say("Loading the model …");
    this.show();
    try {
      const model = await loadModel(url, (fraction) => {
        if (isMine() && !this.model) this.say(`Loading the model … ${Math.round(100 * fraction)} %`);
      });
      if (this.constructor.whole) await model.whole;
      if (!isMine()) return;
      this.model = model;
      this.say("");
      this.show();
      if (atlas) this.addAtlas(atlas, isMine);
      await this.loaded?.(model);
    } catch (error) {
      if (!isMine()) return;
      this.#failed = true; // the next rerun tries again
      this.say(`${this.constructor.subject} the model, and ${error.message}. Reload the page to try again.`);
    }
  }

  async addAtlas(url, isMine) {
    const atlas = await loadAtlas(url).catch(() => null); // all but the gauge works without
    if (!isMine()) return;
    this.atlas = atlas;
    this.gauge.show(...this.gauged());
  }

  /** What the gauge compares: the atlas' digits, decoded by the model, with the latent. */
  gauged() {
    return [this.atlas, this.model, this.gaugedLatent];
  }

  /** Measure, before long, what is shown by then. */
  showGauge() {
    this.gauge.showSoon(() => this.gauged());
  }

  stop() {
    this.gauge?.stop();
    super.stop();
  }
}
