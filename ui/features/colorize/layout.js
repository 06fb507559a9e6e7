// The elements of the Colorize page's live part.

import { button, h } from "../../frontend/lib/paint.js";
import { chooser } from "./chooser.js";
import { comparison } from "./compare.js";
import { credits, failures } from "./about.js";
import { hintPanel } from "./hint_panel.js";
import { beatTheMostLikely } from "./dare.js";
import { palettes } from "./palettes.js";
import { worlds } from "./worlds.js";

/** The elements by the names that the part uses. */
export function layOut(part) {
  const grey = h("canvas", { "data-testid": "grey", role: "img", "aria-label": "the picture without its colours" });
  const colored = h("canvas", { "data-testid": "colored", role: "img", "aria-label": "the picture in the colours of the sixteen numbers" });
  const caption = h("span", {}, "In colour");
  const shelf = chooser({ choose: (name) => part.choose(name), bring: (file) => part.bring(file) });
  const likely = button("Most likely", "the mean of what the model expects", () => part.changeAtOnce({ latent: part.encoded, hints: [], palette: null }));
  const truth = button("As it was", "the photo's own sixteen numbers", () => part.changeAtOnce({ latent: part.studio.truth, hints: [], palette: null }));
  const drawn = button("What the network sees", "32 × 32 pixels: all that the networks see and draw", () => part.toggle(), { "aria-pressed": "false" });
  const png = button("Download PNG", "the picture in these colours", () => part.save());
  const paper = h("div", { class: "paper" }, colored);
  const hints = hintPanel(part, paper), sections = [hints, worlds(part), palettes(part)];
  const compare = comparison(part), dare = beatTheMostLikely(part);
  const root = h(
    "div",
    { class: "part colorize" },
    shelf.element,
    part.status,
    h(
      "div",
      { class: "studio" },
      h(
        "div",
        { class: "pictures" },
        h("figure", { "data-part": "input" }, h("div", { class: "frame" }, h("div", { class: "paper" }, grey)), h("figcaption", {}, "The grey picture")),
        h("figure", { "data-part": "output" }, h("div", { class: "frame" }, paper), h("figcaption", {}, caption)),
      ),
      h("div", { class: "numbers", "data-part": "latent" }, h("h2", { "data-part": "latent" }, "The colours, as numbers"), part.sliders.element),
      h("div", { class: "controls actions" }, likely, truth, drawn, png),
    ),
    ...sections.map(({ element }) => element), // hints first: they are chosen below the picture that they are set on
    dare.element,
    compare.element,
    failures(part),
    credits(part),
  );
  return {
    root,
    grey,
    colored,
    caption,
    chooser: shelf,
    compare,
    dare,
    hints,
    sections,
    /** Let the buttons do what there is to do. */
    enable(isOpen, studio) {
      for (const one of [likely, drawn, png]) one.disabled = !isOpen;
      truth.disabled = !isOpen || !studio.truth;
      drawn.setAttribute("aria-pressed", Boolean(part.asDrawn));
    },
  };
}
