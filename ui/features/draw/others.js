// What goes along with the pictures of the deck: sliders, buttons, the error, the header's digit, the gauge.

import { meanSquaredError } from "../../frontend/lib/measures.js";
import { say } from "../../frontend/lib/paint.js";
import { table } from "../../frontend/lib/table.js";

/** Show all that goes along with what the deck shows, step by step. */
export function* showOthers(deck) {
  yield* deck.sliders.steps();
  yield* deck.attributes.steps();
  const { model, image, decoded, edited } = deck;
  deck.resetButton.disabled = !edited;
  deck.refineButton.disabled = !image || !model || deck.isStudent;
  deck.randomButton.disabled = !model?.sample;
  deck.randomButton.hidden = Boolean(model) && !deck.isStudent && !model.sample;
  if (!deck.isDecodable) return;
  table.follow(edited ? decoded : image, edited);
  say(deck.error, image && !deck.isDecoded ? meanSquaredError(image, decoded).toFixed(5) : "–");
  deck.showGauge();
}
