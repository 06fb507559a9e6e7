// Search for the latent that redraws this very image best: by itself when the pen rests, and farther when asked to.

import { DAMPING, refineStep } from "../../frontend/engine/refine.js";
import { quantiseAll } from "../../frontend/lib/latent.js";
import { meanSquaredError } from "../../frontend/lib/measures.js";
import { AtRest, FrameByFrame } from "../../frontend/lib/pace.js";

const REST_MS = 300; // without a pointer down: it is still seen to follow from the stroke, and Python has mostly answered that
const BUDGET_MS = 8; // of decoding per frame: half of it is left for what else the page does
const STEPS = 3; // by itself; a fourth one lowers the error by 1 %
const GLIDE_MS = 220;
const [MOST_STEPS, STEP_MS] = [8, 450]; // when asked to: the thumbs glide from step to step, slowly enough to be followed
const ENOUGH = 0.995; // a step that leaves more of the error than this was the last one

/** Refines the latent of a deck's digit; the search takes a part of every frame. */
export class Refining {
  #rest = new AtRest(() => this.#begin(), REST_MS);
  #search = new FrameByFrame(BUDGET_MS);
  #asked = new FrameByFrame(BUDGET_MS);
  #pointers = new Set(); // that are down, anywhere on the page
  #listening = null;

  constructor(deck) {
    this.deck = deck;
  }

  /** Note which pointers are down, until `stop()`. */
  listen() {
    if (this.#listening) return;
    this.#listening = new AbortController();
    const on = (type, act) => document.addEventListener(type, ({ pointerId }) => act(pointerId), { capture: true, signal: this.#listening.signal });
    const lift = (pointer) => {
      this.#pointers.delete(pointer);
      this.#wait();
      this.#resume();
    };
    on("pointerdown", (pointer) => {
      this.#pointers.add(pointer);
      this.#wait();
    });
    on("pointerup", lift);
    on("pointercancel", lift);
  }

  stop() {
    this.cancel();
    this.deck.gliding.stop();
    this.#listening?.abort();
    this.#listening = null;
    this.#pointers.clear();
  }

  /** Leave the latent as it is. */
  cancel() {
    this.#wait();
    this.#asked.stop();
  }

  #wait() {
    this.#rest.cancel();
    this.#search.stop();
  }

  // ---- by itself -------------------------------------------------------------------------------------------------

  /** Refine when nothing is touched any more, if the digit on the table waits for that. */
  soon() {
    this.cancel();
    this.#resume();
  }

  #resume() {
    if (this.#isDue) this.#rest.soon();
  }

  get #isDue() {
    const { automatic, fresh, edited, image, isDecoded, model, isStudent, described } = this.deck;
    const isPossible = Boolean(image) && !isDecoded && Boolean(model) && !isStudent && described.isQuick;
    return isPossible && automatic && fresh && !edited && !this.#pointers.size;
  }

  #begin() {
    const { deck } = this, { model, image, encoded } = deck;
    if (!this.#isDue || encoded.length !== model.latentDim) return;
    this.#search.start(search(model, image, encoded), (found) => this.#take(found ?? encoded));
  }

  // What was found is the digit's own latent from now on.
  #take(latent) {
    Object.assign(this.deck, { home: latent, fresh: false });
    this.deck.glide([...latent], GLIDE_MS, () => this.report());
  }

  /** Report the refined latent as no step of its own: undo takes it back with the stroke, which the canvas can do by itself. */
  report() {
    const { deck } = this;
    if (deck.gliding.isOn) return; // there, first
    deck.isUndone = false;
    deck.rest.now();
    deck.isUndone = true;
  }

  /** Refine from now on when the pen rests; or leave that off, and go back to the encoder's guess. */
  switch(automatic) {
    const { deck } = this;
    deck.remember();
    deck.automatic = automatic;
    if (deck.edited || !deck.image || deck.isDecoded) return deck.rest.now();
    Object.assign(deck, { home: deck.encoded, fresh: true });
    return deck.glide([...deck.encoded], GLIDE_MS, () => {
      deck.rest.now();
      this.soon();
    });
  }

  // ---- when asked to ---------------------------------------------------------------------------------------------

  /** Refine as far as that goes: the thumbs glide from step to step. At the end, a sentence says what was found. */
  improve() {
    const { deck } = this, { model, image, encoded } = deck;
    deck.remember();
    deck.fresh = false;
    let [latent, shown, damping, error, left] = [[...deck.latent], [...deck.latent], DAMPING, null, MOST_STEPS];
    const step = () => this.#asked.start(refineStep(model, image, Float32Array.from(latent), damping), take);

    function take(next) {
      const isLast = error !== null && next.improved && next.error > ENOUGH * error;
      [latent, damping, error] = [Array.from(next.latent), next.damping, next.error];
      if (next.improved) deck.glide((shown = quantiseAll(latent)), STEP_MS, --left && !isLast ? step : finish);
      else if (--left) step();
      else finish();
    }

    function finish() {
      const farthest = Math.max(...shown.map((v, i) => Math.abs(v - encoded[i])));
      const [guessed, found] = [encoded, shown].map((one) => errorOf(model, image, one).toFixed(5));
      deck.say(`The encoder's quick guess has an error of ${guessed}, the best match found ${found}: no number had to move by more than ${farthest.toFixed(2)}.`);
      deck.rest.now();
    }

    this.cancel();
    step();
  }
}

// The better latent after some steps, null where none is better by a perceptible fraction; it yields after every decode.
function* search(model, image, start) {
  const before = errorOf(model, image, start);
  let [latent, damping, error] = [Float32Array.from(start), DAMPING, before];
  for (let step = 0; step < STEPS; step++) {
    const next = yield* refineStep(model, image, latent, damping);
    const isLast = next.improved && next.error > ENOUGH * error;
    ({ latent, damping, error } = next);
    if (isLast) break;
  }
  const found = quantiseAll(latent);
  return errorOf(model, image, found) < ENOUGH * before ? found : null;
}

/** The squared error per pixel of a latent. */
export const errorOf = (model, image, latent) => meanSquaredError(image, model.decode(Float32Array.from(latent)));
