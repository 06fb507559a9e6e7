// Search for the latent that redraws this very image best: the thumbs glide from step to step, the error falls.

import { DAMPING, refineStep } from "../../frontend/engine/refine.js";
import { quantise } from "../../frontend/lib/latent.js";
import { meanSquaredError } from "../../frontend/lib/measures.js";

const GLIDE_MS = 450; // to the next step, slow enough to be followed
const STEPS = 8;
const ENOUGH = 0.995; // a step that leaves more of the error than this was the last one

/**
 * Refine from a latent, step by step. `glide(latent, milliseconds, then)` shows a step and calls `then` when it has been
 * shown; `done(sentence)` is called after the last one, with what was found in words.
 */
export function refine({ model, image, encoded, latent: start }, glide, done) {
  const errorOf = (latent) => meanSquaredError(image, model.decode(Float32Array.from(latent)));
  const guessed = errorOf(encoded);
  let [latent, shown, damping, error, left] = [[...start], [...start], DAMPING, null, STEPS];

  function step() {
    const next = refineStep(model, image, Float32Array.from(latent), damping);
    const last = error !== null && next.improved && next.error > ENOUGH * error;
    [latent, damping, error] = [Array.from(next.latent), next.damping, next.error];
    if (next.improved) glide((shown = latent.map(quantise)), GLIDE_MS, --left && !last ? step : finish);
    else if (--left) step();
    else finish();
  }

  function finish() {
    const farthest = Math.max(...shown.map((v, i) => Math.abs(v - encoded[i])));
    done(
      `The encoder's quick guess has an error of ${guessed.toFixed(5)}, the best match found ${errorOf(shown).toFixed(5)}: ` +
        `no number had to move by more than ${farthest.toFixed(2)}.`,
    );
  }

  step();
}
