// The Draw page's live part: image -> encoder -> sixteen sliders -> decoder -> image, in the browser, frame by frame.
//
// Two rules keep it right across Streamlit's reruns. Python owns the state: it hands in an image, its latent and a `seq`,
// and gets the latent when it has come to rest. The deck keeps its own state per mount point and takes Python's only
// when `seq` has changed; then Python's result for a drawing that the deck followed is the same anyway.

import { mount } from "../../frontend/lib/component.js";
import { isLatent, quantise } from "../../frontend/lib/latent.js";
import { meanSquaredError } from "../../frontend/lib/measures.js";
import { ModelPart } from "../../frontend/lib/model_part.js";
import { normalizeDrawing } from "../../frontend/lib/normalize.js";
import { imageFromBase64, imageToBase64, paint } from "../../frontend/lib/paint.js";
import { followPen } from "../../frontend/lib/pen.js";
import { AttributeSliders } from "./attributes.js";
import { Glide } from "./glide.js";
import { layOut } from "./layout.js";
import { refine } from "./refine.js";
import { LatentSliders, targetOfKey } from "./sliders.js";
import { warmUp } from "./warm_up.js";

const GLIDE_MS = 220;
const FOLLOW_MS = 150; // from one scene of a room to the next

class Deck extends ModelPart {
  static subject = "The sliders need";
  static student = true;

  constructor(root) {
    super();
    this.image = null; // (784,) what the model sees; null when the canvas is empty
    this.encoded = [];
    this.latent = [];
    this.edited = false; // the latent is no longer the encoder's
    this.held = false; // a thumb is held
    this.unread = null; // a drawing that waits for the encoder
    this.guessed = false; // the latent is a student's
    this.gliding = new Glide();
    this.waiting = null; // what Python sent while a thumb was held or the pen was down
    this.sliders = new LatentSliders(this);
    this.attributes = new AttributeSliders(this);
    this.status.hidden = true;
    Object.assign(this, layOut(this));
    root.append(this.root);
  }

  // ---- from Python -------------------------------------------------------------------------------------------

  update(data, reports) {
    this.pen ??= followPen((drawing) => this.follow(drawing));
    super.update(data, reports);
  }

  prepare({ model: { statistics, shape }, directions }) {
    this.statistics = statistics;
    this.encoderLabel.textContent = shape.encoder;
    this.decoderLabel.textContent = shape.decoder;
    this.attributes.use(directions);
    this.sliders.use(statistics);
  }

  // The sliders work as soon as the decoder is there; the pen is followed once the encoder is there as well.
  async loaded(model) {
    await model.whole;
    if (model !== this.model) return;
    this.root.dataset.ready = "true";
    if (this.guessed && this.image) {
      this.guessed = false;
      this.encoded = Array.from(model.encode(this.image), quantise);
      if (!this.edited) this.glide([...this.encoded]);
    }
    if (this.unread) this.follow(this.unread);
    warmUp(model);
  }

  studentEncodes() {
    if (this.unread) this.follow(this.unread);
  }

  takeOver(data) {
    if (this.held || this.pen?.isDown()) this.waiting = data;
    else this.adopt(data);
  }

  adopt({ seq, reason, image, encoded, latent, decoded, hint }) {
    this.waiting = this.unread = null;
    this.seq = seq;
    const drawn = image ? imageFromBase64(image) : null;
    const followed = ["drawing", "followed"].includes(reason) && drawn && this.image && this.model && areClose(drawn, this.image);
    Object.assign(this, { image: drawn, encoded });
    this.hint.textContent = hint;
    if (followed && this.edited) return this.rest.now(); // the sliders have moved on from the drawing
    this.edited = String(latent) !== String(encoded);
    this.past.forget();
    this.latent = latent;
    if (!this.model && decoded) paint(this.output, imageFromBase64(decoded));
  }

  get state() {
    return { latent: this.latent.map(quantise) };
  }

  // ---- from whoever presents ---------------------------------------------------------------------------------

  get scene() {
    return { image: imageToBase64(this.image), ...this.state };
  }

  showScene({ image, latent }) {
    if (!isLatent(latent, this.statistics.low.length) || this.held) return;
    if (image !== imageToBase64(this.image)) {
      this.image = image && imageFromBase64(image);
      this.hint.textContent = "";
      if (image) this.encoded = this.model?.encode ? Array.from(this.model.encode(this.image), quantise) : latent;
    }
    this.glide(latent, FOLLOW_MS, () => {});
  }

  // ---- from the pen ------------------------------------------------------------------------------------------

  follow(drawing) {
    this.unread = this.model?.encode ? null : drawing;
    if (this.unread) return;
    this.gliding.stop();
    this.say("");
    this.guessed = this.isStudent;
    this.image = normalizeDrawing(drawing);
    this.edited = false;
    if (this.image) {
      this.encoded = Array.from(this.model.encode(this.image), quantise);
      this.latent = [...this.encoded];
      this.hint.textContent = "";
    }
    this.show();
  }

  // ---- from the sliders and buttons --------------------------------------------------------------------------

  remember() {
    this.past.remember(this.latent);
  }

  /** Take over a latent while it is being changed. */
  take(latent) {
    this.latent = latent;
    this.edited = true;
    this.changed();
  }

  /** Take over a latent that one undo takes back. */
  takeAtOnce(latent) {
    this.remember();
    this.gliding.stop();
    this.take(latent);
  }

  /** Glide to a latent that is not reached by the sliders: undo. */
  change(latent) {
    this.glide(latent);
  }

  jump(target) {
    this.say("");
    this.remember();
    this.glide(target.map((value, i) => quantise(Math.min(Math.max(value, this.range(i).low), this.range(i).high))));
  }

  glide(target, milliseconds = GLIDE_MS, then = () => this.rest.now()) {
    this.edited = String(target) !== String(this.encoded);
    this.gliding.start(this.latent, target, milliseconds, (latent) => {
      this.latent = latent;
      this.show();
    }, then);
  }

  refine() {
    this.remember();
    refine(this, (latent, milliseconds, then) => this.glide(latent, milliseconds, then), (sentence) => {
      this.say(sentence);
      this.rest.now();
    });
  }

  hold() {
    this.gliding.stop();
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
  }

  /** Move a slider, which is in a place as `targetOfKey` takes it, by a key. */
  key(event, place, move) {
    const target = targetOfKey(event, place);
    if (event.key === "z" && (event.ctrlKey || event.metaKey)) this.undo();
    else if (target === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    else {
      if (!event.repeat) this.remember();
      this.gliding.stop();
      move(target);
    }
    event.preventDefault();
  }

  // A drawing may lie outside the range of most digits; then the slider grows to hold it.
  range(i) {
    const { low, high } = this.statistics;
    const [a, b] = [this.encoded[i] ?? 0, this.latent[i] ?? 0];
    return { low: Math.min(low[i], a, b), high: Math.max(high[i], a, b) };
  }

  // ---- to the screen -----------------------------------------------------------------------------------------

  show() {
    this.frame.cancel();
    paint(this.input, this.image);
    this.root.classList.toggle("empty", !this.image);
    this.sliders.show();
    this.attributes.show();
    this.undoButton.disabled = !this.past.length;
    this.resetButton.disabled = !this.edited;
    this.refineButton.disabled = !this.image || !this.model || this.isStudent;
    this.randomButton.disabled = !this.model?.sample;
    this.randomButton.hidden = Boolean(this.model) && !this.isStudent && !this.model.sample;
    if (!this.model || this.latent.length !== this.model.latentDim) return;
    this.decoded = this.model.decode(Float32Array.from(this.latent));
    paint(this.output, this.decoded);
    this.error.textContent = this.image ? meanSquaredError(this.image, this.decoded).toFixed(5) : "–";
    this.showGauge();
  }

  get gaugedLatent() {
    return this.latent;
  }

  say(text) {
    super.say(text);
    this.status.hidden = !text;
  }

  stop() {
    this.pen?.stop();
    this.pen = null;
    this.gliding.stop();
    super.stop();
  }
}

export default mount(Deck);

function areClose(a, b) {
  return a.every((value, i) => Math.abs(value - b[i]) <= 2.5 / 255);
}
