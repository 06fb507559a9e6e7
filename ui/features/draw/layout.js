// What the deck looks like: image, encoder, sliders, decoder, image.

import { gaussian } from "../../frontend/engine/engine.js";
import { button, h, imageCanvas } from "../../frontend/lib/paint.js";

const NEIGHBOUR = 0.35; // standard deviation of a random neighbour, in units of the latent's own

/** Build the deck's elements: `root`, which holds them all, and those that the deck writes into. */
export function layOut(deck) {
  const input = imageCanvas("model-input", "what the model sees, 28 by 28 pixels");
  const output = imageCanvas("decoded", "decoded digit, 28 by 28 pixels");
  const error = h("strong", { "data-testid": "reconstruction-error" }, "–");
  const hint = h("p", { class: "hint", role: "status", "data-testid": "hint" });
  const [encoderLabel, decoderLabel] = [h("small"), h("small")];
  const resetButton = button("Reset", "back to what the encoder said", () => deck.jump(deck.encoded));
  const refineButton = button("Refine", "search for the latent that redraws this digit best", () => deck.refine());
  const randomButton = button("Random digit", "a latent drawn like those of real digits", () => deck.jump(deck.model.sample()));
  const undoButton = button("Undo", "take the last change back (Ctrl+Z)", () => deck.undo());
  const neighbour = () => deck.jump(deck.latent.map((v) => v + NEIGHBOUR * gaussian()));
  const root = h(
    "div",
    { class: "part deck empty" },
    h("figure", { class: "input" }, input, h("figcaption", {}, "What the model sees", h("small", {}, "28 × 28 = 784 numbers"), hint)),
    h("div", { class: "funnel encoder" }, h("span", {}, "Encoder"), encoderLabel),
    deck.attributes.element,
    h(
      "section",
      { class: "latent" },
      deck.sliders.element,
      h(
        "div",
        { class: "buttons" },
        resetButton,
        refineButton,
        randomButton,
        button("Neighbour", "a random latent close by", neighbour),
        button("Zero", "all zero: the mean of all latents", () => deck.jump(deck.latent.map(() => 0))),
        undoButton,
      ),
      deck.status,
    ),
    h("div", { class: "funnel decoder" }, h("span", {}, "Decoder"), decoderLabel),
    h("figure", { class: "output" }, output, h("figcaption", {}, "Decoded digit", h("small", {}, "squared error per pixel ", error))),
    deck.gauge.element,
  );
  return { root, input, output, error, hint, encoderLabel, decoderLabel, resetButton, refineButton, randomButton, undoButton };
}
