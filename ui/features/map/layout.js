// What the map's page looks like: kinds of map and zoom above, digits and an explanation below, the decoded digit beside.

import { COLOURS } from "../../frontend/lib/colours.js";
import { button, h, imageCanvas } from "../../frontend/lib/paint.js";
import { findBoth } from "./dare.js";
import { ZOOM, pressed } from "./keys.js";
import { alongTheWay } from "./trail.js";
import { VIEWS } from "./views.js";
import { wayBack } from "./way_back.js";

/** Build the map's elements: `root`, which holds them all, and those that the map writes into. */
export function layOut(map) {
  const canvas = h("canvas", {
    "data-testid": "atlas", tabindex: 0, role: "application",
    "aria-label": "map of digits: arrow keys move the pointer, Enter puts its digit on the sliders, Shift and Enter go there from your digit, plus and minus zoom",
    onkeydown: (event) => map.here && pressed(map, event) && event.preventDefault(),
  });
  const overlay = h("canvas", { class: "overlay", "aria-hidden": "true" });
  const output = imageCanvas("decoded", "decoded digit, 28 by 28 pixels");
  const caption = h("small");
  const pickedNote = h("p", { class: "picked", role: "status", hidden: true });
  const wayBackNote = wayBack(() => map.trigger("back", true));
  const explanation = h("p", { class: "explanation" });
  const viewButtons = Object.fromEntries(Object.entries(VIEWS).map(([view, { label }]) => [view, button(label, "", () => map.choose(view))]));
  const chips = COLOURS.map((colour, digit) => {
    const chip = button(String(digit), `show or hide the ${digit}s`, () => map.toggle(String(digit)), { class: "chip", "data-own-words": true });
    chip.style.setProperty("--chip", colour);
    return chip;
  });
  const allButton = button("All", "show every digit, or none", () => map.toggleAll());
  const zoomButtons = [
    button("−", "zoom out (-)", () => map.zoom(1 / ZOOM)),
    button("+", "zoom in (+)", () => map.zoom(ZOOM)),
    button("Fit", "show everything (0)", () => map.refit()),
  ];
  const panButton = button("Move", "a drag moves the map, as it does with Shift held down; else it goes a way", () => map.togglePans(), { "aria-pressed": false });
  const along = alongTheWay((k) => map.trail.pick(k));
  const picturesButton = button("Digits", "show some of them as digits", () => map.togglePictures(), { "aria-pressed": false });
  const dare = findBoth(map);
  const root = h(
    "div",
    { class: "part map" },
    h(
      "div",
      { class: "left" },
      h(
        "div",
        { class: "bar" },
        h("div", { class: "group", role: "group", "aria-label": "kind of map" }, ...Object.values(viewButtons)),
        h("div", { class: "group" }, ...zoomButtons, panButton),
        picturesButton,
      ),
      h("div", { class: "stage", "data-part": "latent" }, canvas, overlay),
      h("div", { class: "legend", role: "group", "aria-label": "digits shown" }, ...chips, allButton, map.answers.element),
      explanation,
    ),
    h(
      "div",
      { class: "right" },
      h("figure", { class: "output", "data-part": "output" }, output, h("figcaption", {}, "Decoded digit", caption, pickedNote)),
      map.status,
      map.gauge.element,
      along.element,
      wayBackNote.element,
      dare.element,
    ),
  );
  return { root, dare, wayBackNote, canvas, overlay, output, caption, pickedNote, explanation, viewButtons, chips, allButton, picturesButton, panButton, along };
}
