// What the parts that show one model have in common: they load it and its atlas, say how far that is and what went
// wrong, take over what Python changed, and show how far their latent is from real digits.

import { isLoaded, loadModel } from "../engine/engine.js";
import { loadAtlas } from "./atlas.js";
import { gauge } from "./gauge.js";
import { nameIn, named } from "./naming.js";
import { Part } from "./part.js";

const LOADING = "Loading the model …";

/**
 * Of a part derived from this, Python's data has `seq`, `model` and, for those that show a gauge, `atlas`. It may have
 * - `adopt(data)`: take over the state that Python has changed;
 * - `prepare(data)`: get ready for another model, which is about to be loaded;
 * - `studentEncodes()`: go on once the model's student, which is shown until the model is there, can encode;
 * - `beforeTeacher()`: a promise to wait for before the model itself is loaded;
 * - `loaded(model)`: go on once the model is there; an error of what this promises is said as one of loading;
 * - `gotAtlas()`: go on once the atlas is there;
 * - `gaugedLatent`: the latent whose distance from real digits the gauge shows.
 */
export class ModelPart extends Part {
  static subject = "This page needs"; // for the sentence that says what is missing
  static whole = false; // whether it can show nothing before the encoder has been loaded as well
  static student = false; // whether its student may stand in for a model that is on its way (`aecore/training/distillation.py`)
  static patience = 500; // ms for which the model is waited for first: a student that is replaced at once would only move things
  model = null;
  isStudent = false;
  atlas = null;
  url = "";
  #failed = false;

  constructor() {
    super();
    if ("gaugedLatent" in this) this.gauge = gauge(() => this.output);
  }

  update(data, reports) {
    super.update(data, reports);
    const isNew = data.model.url !== this.url;
    if (isNew) {
      Object.assign(this, { url: data.model.url, model: null, isStudent: false, atlas: null });
      if (this.gauge) this.gauge.element.hidden = true;
      this.described = data.model;
      this.prepare?.(data);
    }
    if (isNew) nameIn(this.root, data.model);
    if (data.seq !== this.seq) this.takeOver(data);
    if (isNew || this.#failed) this.load(data);
    else this.show();
  }

  /** A text about digits as it is about the images of the model. */
  named(text) {
    return named(text, this.described);
  }

  takeOver(data) {
    this.seq = data.seq;
    this.adopt?.(data);
  }

  async load({ model: { url, student }, atlas }) {
    const isMine = () => url === this.url; // else another model was chosen meanwhile
    this.#failed = false;
    this.sayLoading(LOADING);
    this.show();
    try {
      const { whole, patience } = this.constructor;
      let asked = null;
      const fetched = () => (asked ??= loadModel(url, (fraction, isEncoder) => {
        const share = whole ? (fraction + isEncoder) / 2 : fraction;
        if (isMine() && !this.model) this.sayLoading(LOADING, ` ${Math.round(100 * share)} %`);
      }));
      const mayStandIn = student && this.constructor.student && !isLoaded(url);
      if (mayStandIn && !(patience && (await comesWithin(patience, fetched())))) await this.showStudent(student, isMine);
      const model = await fetched();
      if (whole || this.isStudent) await model.whole;
      if (!isMine()) return;
      Object.assign(this, { model, isStudent: false });
      this.say("");
      this.show();
      if (atlas) this.addAtlas(atlas, isMine);
      await this.loaded?.(model);
    } catch (error) {
      if (!isMine()) return;
      this.#failed = true; // the next rerun tries again
      this.say(`${this.constructor.subject} the model, but ${error.message}. Reload the page to try again.`);
    }
  }

  /** Show the student of a model until the model itself is there: ten times smaller, with the same latent. */
  async showStudent(url, isMine) {
    const student = await loadModel(url).catch(() => null); // then the page waits for the model itself
    if (!student || !isMine()) return;
    Object.assign(this, { model: student, isStudent: true });
    this.say("");
    this.show();
    await student.whole.then(() => isMine() && this.studentEncodes?.(), () => {});
    await this.beforeTeacher?.();
  }

  async addAtlas(url, isMine) {
    const atlas = await loadAtlas(url).catch(() => null); // all but the gauge works without
    if (!isMine()) return;
    this.atlas = atlas;
    this.gauge?.show(...this.gauged());
    this.gotAtlas?.();
  }

  /** What the gauge compares: the atlas' digits, decoded by the model, with the latent; and the model in words. */
  gauged() {
    return [this.atlas, this.model, this.gaugedLatent, this.described];
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

const comesWithin = (ms, promise) => Promise.race([promise.then(() => true), new Promise((done) => setTimeout(done, ms, false))]);
