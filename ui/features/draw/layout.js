// What the deck looks like: image, encoder, sliders, decoder, image.

import { gaussian } from "../../frontend/engine/engine.js";
import { explained } from "../../frontend/lib/explain.js";
import { button, h, imageCanvas } from "../../frontend/lib/paint.js";

const NEIGHBOUR = 0.35; // standard deviation of a random neighbour, in units of the latent's own

/** Build the deck's elements: `root`, which holds them all, and those that the deck writes into. */
export function layOut(deck) {
  const input = imageCanvas("model-input", "what the model sees, 28 by 28 pixels");
  const output = imageCanvas("decoded", "decoded digit, 28 by 28 pixels");
  const error = h("strong", { "data-testid": "reconstruction-error" }, "–");
  const guessError = h("strong", { "data-testid": "encoder-error" }, "–");
  const more = (text) => h("span", { class: "more" }, text); // where there is room
  const errors = [h("small", {}, ...explained("squared error"), more(" per pixel"), " ", error), h("small", {}, more("by the "), "encoder alone ", guessError)];
  const hint = h("p", { class: "hint", role: "status", "data-testid": "hint" });
  const [encoderLabel, decoderLabel] = [h("small"), h("small")];
  const resetButton = button("Reset", "back to the numbers of your drawing", () => deck.jump(deck.home));
  const refineButton = button("Improve the match", "search for sixteen numbers that redraw this digit better", () => deck.refining.improve());
  const refineSwitch = h("input", { type: "checkbox", checked: true, onchange: () => deck.refining.switch(refineSwitch.checked) });
  const randomButton = button("Invent a digit", "sixteen random numbers, distributed like those of real digits", () => deck.invent(deck.model.sample(), "invented"), { "data-testid": "invent" });
  const neighbour = () => deck.jump(deck.latent.map((v) => v + NEIGHBOUR * gaussian()));
  const fold = disclosure();
  const root = h(
    "div",
    { class: "part deck empty" },
    h("div", { class: "strip", "aria-hidden": "true" }),
    h("figure", { class: "input", "data-part": "input" }, input, h("figcaption", {}, h("span", {}, "What the model sees"), h("small", {}, "28 × 28 = 784 numbers"), hint)),
    h("div", { class: "funnel encoder", "data-part": "encoder" }, h("span", {}, "Encoder"), encoderLabel),
    h(
      "section",
      { class: "numbers", "data-part": "latent" },
      deck.attributes.element,
      fold.button,
      h(
        "section",
        { class: "latent", id: fold.id },
        fold.heading,
        deck.sliders.element,
        h(
          "div",
          { class: "buttons" },
          resetButton,
          refineButton,
          h("label", { class: "switch", title: "search for numbers that redraw the digit better than the encoder's guess, whenever the pen rests" }, refineSwitch, "Refine when the pen rests"),
          randomButton,
          button("Nudge randomly", "a small random step for each number", neighbour),
          button("Average digit", "all numbers at zero, the mean of all digits' numbers", () => deck.invent(deck.latent.map(() => 0), "average")),
        ),
      ),
      deck.dare.element,
      deck.status,
    ),
    h("div", { class: "funnel decoder", "data-part": "decoder" }, h("span", {}, "Decoder"), decoderLabel),
    h("figure", { class: "output", "data-part": "output" }, output, h("figcaption", {}, h("span", {}, "Decoded digit"), ...errors)),
    deck.head.element,
    deck.gauge.element,
  );
  return { root, fold, input, output, error, guessError, hint, encoderLabel, decoderLabel, resetButton, refineButton, refineSwitch, randomButton };
}

let isOpen = false; // while the page lives, whichever model comes

/**
 * On a small screen the numbers of the latent are folded: the button that unfolds them, and the heading that stands in
 * its place where there is room for all. `name(n)` says how many there are.
 */
function disclosure() {
  const id = "all-numbers";
  const element = button("", "", () => show(!isOpen), { class: "fold", "aria-controls": id });
  const heading = h("h2", { class: "all", "data-part": "latent" });
  const show = (open) => {
    isOpen = open;
    element.setAttribute("aria-expanded", open);
  };
  show(isOpen);
  return {
    id,
    button: element,
    heading,
    name(n) {
      element.textContent = n === 1 ? "The latent: one number" : `The latent: ${n} numbers`;
      heading.replaceChildren(...explained(element.textContent));
    },
  };
}
