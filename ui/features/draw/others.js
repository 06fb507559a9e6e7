// What goes along with the pictures of the deck: sliders, buttons, the error, the header's digit, the gauge.

import { meanSquaredError } from "../../frontend/lib/measures.js";
import { say } from "../../frontend/lib/paint.js";
import { table } from "../../frontend/lib/table.js";
import { errorOf } from "./refine.js";

/** Show all that goes along with what the deck shows, step by step. */
export function* showOthers(deck) {
  yield* deck.sliders.steps();
  const { model, image, decoded, edited } = deck;
  deck.resetButton.disabled = !edited;
  deck.refineButton.disabled = !image || !model || deck.isStudent;
  if (deck.refineSwitch.checked !== deck.automatic) deck.refineSwitch.checked = deck.automatic;
  deck.randomButton.disabled = !model?.sample;
  deck.randomButton.hidden = Boolean(model) && !deck.isStudent && !model.sample;
  if (!deck.isDecodable) return yield* deck.attributes.steps();
  deck.head.show(deck.latent);
  deck.dare.show();
  table.follow(edited ? decoded : image, edited);
  const isCompared = image && !deck.isDecoded;
  say(deck.error, isCompared ? meanSquaredError(image, decoded).toFixed(5) : "–");
  yield say(deck.guessError, isCompared ? errorOfGuess(deck).toFixed(5) : "–");
  yield* deck.attributes.steps();
  return deck.showGauge();
}

// The error of the encoder's guess, which takes a decode: measured once for each image.
function errorOfGuess(deck) {
  const { image, model, encoded, latent, decoded, guess } = deck;
  if (guess?.image !== image || guess.encoded !== encoded || guess.model !== model) {
    const isShown = String(latent) === String(encoded);
    deck.guess = { image, encoded, model, error: isShown ? meanSquaredError(image, decoded) : errorOf(model, image, encoded) };
  }
  return deck.guess.error;
}
