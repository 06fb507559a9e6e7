// The Draw page's live part: image -> encoder -> sixteen sliders -> decoder -> image, in the browser, frame by frame.
//
// Two rules keep it right across Streamlit's reruns. Python owns the state: it hands in an image, its latent and a `seq`,
// and gets the latent when it has come to rest. The deck keeps its own state per mount point and takes Python's only
// when `seq` has changed; then Python's result for a drawing that the deck followed is the same anyway.

import { mount } from "../../frontend/lib/component.js";
import { areClose, Drawings } from "../../frontend/lib/drawings.js";
import { isLatent, quantise } from "../../frontend/lib/latent.js";
import { LatentSliders, rangeOf } from "../../frontend/lib/latent_sliders.js";
import { ModelPart } from "../../frontend/lib/model_part.js";
import { normalizeGrey } from "../../frontend/lib/normalize.js";
import { imageFromBase64, imageToBase64, paint, say } from "../../frontend/lib/paint.js";
import { InSpareTime, NextFrame } from "../../frontend/lib/pace.js";
import { followPen } from "../../frontend/lib/pen.js";
import { AttributeSliders } from "./attributes.js";
import { foolIt } from "./dare.js";
import { Glide } from "./glide.js";
import { Head } from "./head.js";
import { layOut } from "./layout.js";
import { showOthers } from "./others.js";
import { Refining } from "./refine.js";
import { warmUp } from "./warm_up.js";

const GLIDE_MS = 220;
const FOLLOW_MS = 150; // from one scene of a room to the next

class Deck extends ModelPart {
  static subject = "The sliders need";
  static student = true;
  static patience = 0; // it is the first page: its student comes before all else
  frame = new NextFrame(() => this.showPictures());
  others = new InSpareTime(() => showOthers(this));

  constructor(root) {
    super();
    this.image = null; // (784,) what the model sees; null when the canvas is empty
    Object.assign(this, { encoded: [], home: [], latent: [] }); // the encoder's guess; the digit's own, which may be refined; the sliders'
    this.edited = false; // the latent is no longer the digit's own
    this.fresh = false; // the digit has just come, and nobody has seen yet whether its latent can be refined
    this.automatic = true; // it is refined when the pen rests
    this.isDecoded = false; // the image is a decoded latent: there is no drawing to compare it with
    this.source = null; // of a digit that takes the drawing's place, while that is reported
    this.held = false; // a thumb is held
    this.unread = null; // a drawing that waits for the encoder
    this.drawings = new Drawings();
    this.guessed = false; // the latent is a student's
    this.gliding = new Glide();
    this.refining = new Refining(this);
    this.waiting = null; // what Python sent while a thumb was held or the pen was down
    this.sliders = new LatentSliders(this);
    this.attributes = new AttributeSliders(this);
    this.head = new Head();
    this.dare = foolIt(this);
    Object.assign(this, layOut(this));
    root.append(this.root);
  }

  // ---- from Python -------------------------------------------------------------------------------------------

  update(data, reports) {
    this.pen ??= followPen((drawing) => this.follow(drawing));
    this.refining.listen();
    super.update(data, reports);
  }

  prepare({ model: { statistics, shape, head, shapeNetwork }, directions, isDrawn = true }) {
    this.root.classList.toggle("pictures", !isDrawn);
    this.statistics = statistics;
    this.encoderLabel.textContent = shape.encoder;
    this.decoderLabel.textContent = shape.decoder;
    this.fold.name(statistics.low.length);
    this.attributes.use(directions, shapeNetwork);
    this.head.use(head);
    this.dare.show(); // it takes its place at once: nothing below moves later
    this.sliders.use(statistics);
  }

  // The sliders work as soon as the decoder is there; the pen is followed once the encoder is there as well.
  async loaded(model) {
    await model.whole;
    if (model !== this.model) return;
    this.root.dataset.ready = "true";
    if (this.guessed && this.image) {
      this.guessed = false;
      this.home = this.encoded = Array.from(model.encode(this.image), quantise);
      if (!this.edited) this.glide([...this.encoded]);
    }
    if (this.unread) this.follow(this.unread);
    this.refining.soon();
    warmUp(model);
    this.head.load(() => model === this.model && this.others.soon()).then(() => this.attributes.load());
  }

  studentEncodes() {
    if (this.unread) this.follow(this.unread);
  }

  takeOver(data) {
    if (this.held || this.pen?.isDown()) this.waiting = data;
    else this.adopt(data);
  }

  adopt({ seq, reason, image, encoded, home = encoded, latent, decoded, hint, isDecoded = false, isFresh = false, automatic = true }) {
    this.waiting = null;
    const drawn = image ? imageFromBase64(image) : null;
    if (this.drawings.areAheadOf(drawn, this.image, reason)) return;
    this.unread = null;
    this.seq = seq;
    const followed = ["drawing", "followed"].includes(reason) && drawn && this.model && areClose(drawn, this.image);
    Object.assign(this, { image: drawn, encoded, isDecoded, automatic });
    this.hint.textContent = hint;
    if (followed && this.edited) return this.rest.now(); // the sliders have moved on from the drawing
    if (followed && isFresh && !this.fresh) return this.refining.report();
    this.gliding.stop();
    Object.assign(this, { home, latent, fresh: isFresh, edited: String(latent) !== String(home) });
    if (!this.model && decoded) paint(this.output, imageFromBase64(decoded));
    this.refining.soon();
  }

  get state() {
    const latent = (this.edited ? this.latent : this.home).map(quantise); // where a glide to the digit's own latent ends
    return { latent, home: this.home, fresh: this.fresh, automatic: this.automatic, ...(this.source ? { source: this.source } : {}) };
  }

  // ---- from whoever presents ---------------------------------------------------------------------------------

  get scene() {
    return { image: imageToBase64(this.image), latent: this.latent.map(quantise), home: this.home, draw: { automatic: this.automatic } };
  }

  showScene({ image, latent, home, draw }) {
    const isOne = (value) => isLatent(value, this.statistics.low.length);
    if (!isOne(latent) || this.held) return;
    if (image !== imageToBase64(this.image)) {
      this.image = image && imageFromBase64(image);
      this.hint.textContent = "";
      if (image) this.encoded = this.model?.encode ? Array.from(this.model.encode(this.image), quantise) : latent;
    }
    Object.assign(this, { home: isOne(home) ? home : this.encoded, fresh: false, automatic: draw?.automatic !== false });
    this.glide(latent, FOLLOW_MS, () => {});
  }

  // ---- from the pen ------------------------------------------------------------------------------------------

  follow(drawing) {
    this.unread = this.model?.encode ? null : drawing;
    if (this.unread) return;
    this.gliding.stop();
    this.say("");
    this.guessed = this.isStudent;
    this.image = normalizeGrey(drawing);
    if (!this.pen?.isDown()) this.drawings.add(this.image);
    Object.assign(this, { edited: false, isDecoded: false, fresh: true });
    if (this.image) {
      this.home = this.encoded = Array.from(this.model.encode(this.image), quantise);
      this.latent = [...this.encoded];
      say(this.hint, "");
    }
    this.showPictures();
    this.refining.soon();
  }

  // ---- from the sliders and buttons --------------------------------------------------------------------------

  /** Take over a latent while it is being changed. */
  take(latent) {
    this.gliding.stop();
    this.refining.cancel();
    this.latent = latent;
    this.edited = true;
    this.changed();
  }

  /** Take over a latent as one step for undo. */
  takeAtOnce(latent) {
    this.remember();
    this.take(latent);
  }

  jump(target) {
    this.say("");
    this.remember();
    this.glide(this.inRange(target));
  }

  /** Glide to a digit of its own: it takes the drawing's place, here and with Python, which gets its source. */
  invent(target, source) {
    this.say("");
    this.remember();
    const latent = this.inRange(target);
    this.glide(latent, GLIDE_MS, () => {
      Object.assign(this, { encoded: [...latent], home: [...latent], edited: false, fresh: false, isDecoded: true, image: this.decoded });
      this.source = source;
      this.show();
      this.rest.now();
    });
  }

  /** Where an invented digit comes from is reported once: now, or, while a pointer is still down, as soon as it is up. */
  report() {
    const isDue = super.report();
    if (!isDue) this.source = null;
    return isDue;
  }

  inRange(latent) {
    return latent.map((value, i) => {
      const { low, high } = rangeOf(this, i);
      return quantise(Math.min(Math.max(value, low), high));
    });
  }

  /** End what is on its way, for one who wants to undo it. */
  finish() {
    this.gliding.finish();
  }

  glide(target, milliseconds = GLIDE_MS, then = () => this.rest.now()) {
    this.refining.cancel();
    this.edited = String(target) !== String(this.home);
    this.gliding.start(this.latent, target, milliseconds, (latent) => {
      this.latent = latent;
      this.showPictures();
    }, then);
  }

  hold() {
    this.gliding[this.edited ? "stop" : "finish"]();
    this.remember();
    this.held = true;
  }

  release() {
    if (!this.held) return;
    this.held = false;
    if (this.waiting) {
      this.adopt(this.waiting);
      this.show();
    }
    this.rest.flush();
    this.refining.soon();
  }

  // ---- to the screen -----------------------------------------------------------------------------------------

  show() {
    this.showPictures();
    this.others.now();
  }

  // Input and output come first: what goes along with them can wait for a frame or two.
  showPictures() {
    this.frame.cancel();
    paint(this.input, this.image);
    this.root.classList.toggle("empty", !this.image);
    if (this.isDecodable) paint(this.output, (this.decoded = this.model.decode(Float32Array.from(this.latent))));
    this.others.soon();
  }

  get isDecodable() {
    return Boolean(this.model) && this.latent.length === this.model.latentDim;
  }

  get gaugedLatent() {
    return this.latent;
  }

  stop() {
    this.pen?.stop();
    this.pen = null;
    this.others.cancel();
    super.stop();
    setTimeout(() => this.root.isConnected || this.refining.stop()); // else it is a rerun, which calls `update` at once
  }
}

export default mount(Deck);
