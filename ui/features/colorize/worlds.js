// Many worlds: nine colourings that the model finds possible, drawn from what it expects.

import { generator } from "../../frontend/lib/corruption.js";
import { explained } from "../../frontend/lib/explain.js";
import { quantise } from "../../frontend/lib/latent.js";
import { button, h } from "../../frontend/lib/paint.js";
import { slider } from "../../frontend/lib/slider.js";
import { fit } from "./picture.js";

const COUNT = 9;
const SEEDS = 1_000_000;

/**
 * The latents of nine draws, spread out over what is expected of a picture with these fields: the same seed gives the same
 * ones, nearer to the mean where the temperature is low.
 */
export function drawn(expected, fields, temperature, seed) {
  return expected.spreadSamples(COUNT, fields.gram(), temperature, generator(COUNT * seed)).map((latent) => latent.map(quantise));
}

/** The section: {element, steps()}. */
export function worlds(part) {
  const pictures = Array.from({ length: COUNT }, (_, i) => h("canvas", { "data-testid": `world-${i + 1}`, role: "presentation" }));
  let latents = [], shown = "";
  const choose = (i) => part.changeAtOnce({ latent: latents[i], palette: null });
  const buttons = pictures.map((picture, i) => h("button", { type: "button", class: "world", title: "take these colours", "aria-label": `colouring ${i + 1}`, "aria-pressed": "false", onclick: () => choose(i) }, picture));
  const others = button("Nine others", "other draws", () => {
    part.changeAtOnce({ latent: part.latent, draw: 1 + Math.floor(Math.random() * (SEEDS - 1)) });
    part.show(); // all nine at once
  });
  const vivid = slider(part, { name: "temperature", of: "latent", text: "From cautious (0) to vivid (1.5)", high: 1.5, change: (temperature) => part.change({ temperature }) });
  const element = h(
    "section",
    { class: "many", "data-part": "latent" },
    h("h2", {}, "Many worlds"),
    h("p", {}, ...explained("Nothing in a grey picture says whether a car was red or blue. These nine colourings are drawn from the prior, spread out so that they differ: all of them are possible.", "prior")),
    h("div", { class: "worlds", role: "group", "aria-label": "nine colourings" }, ...buttons),
    h("div", { class: "controls" }, others, vivid.label),
  );

  function* steps() {
    const { studio, settings: { temperature, draw } } = part;
    vivid.show(temperature, `temperature ${temperature.toFixed(2)}, ${inWords(temperature)}`);
    const state = JSON.stringify([studio.name, studio.number, temperature, draw, part.settings.hints]);
    if (state !== shown) {
      latents = drawn(part.expected, studio.fields, temperature, draw);
      for (const [i, latent] of latents.entries()) {
        const image = studio.colourSmall(latent);
        yield fit(pictures[i], image).putImageData(image, 0, 0);
      }
      shown = state;
    }
    const now = String(part.latent);
    buttons.forEach((one, i) => one.setAttribute("aria-pressed", String(latents[i]) === now));
  }

  return { element, steps };
}

function inWords(temperature) {
  if (temperature < 0.4) return "cautious";
  return temperature < 1.1 ? "as the model expects" : "vivid";
}
