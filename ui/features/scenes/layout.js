// The elements of the Scenes page's live part.

import { aloud } from "../../frontend/lib/aloud.js";
import { button, h } from "../../frontend/lib/paint.js";
import { board } from "./board.js";
import { bring } from "./bring.js";
import { film } from "./film.js";
import { SIDE } from "./items.js";
import { readNumber } from "./number.js";
import { roll } from "./roll.js";

/** The elements by the names that the part uses. */
export function layOut(part) {
  const canvas = (testId, label) => h("canvas", { width: SIDE, height: SIDE, "data-testid": testId, role: "img", "aria-label": label });
  const redrawn = canvas("redrawn", "the scene, drawn again from the list alone");
  const maps = canvas("maps", "the class of each pixel, in its colour"), difference = canvas("difference", "what differs between the two");
  const choose = (key) => part.choose(key), remove = (key) => part.remove(key);
  const paper = board({
    pen: { down: (place) => part.penDown(place), move: (places) => part.penMove(places), up: () => part.penUp() },
    choose, remove, hold: (key) => part.grip(key), move: (...to) => part.move(...to), release: () => part.release(),
  });
  const list = roll({ choose }), spoken = aloud(), moving = film(part), number = readNumber();
  const brought = bring(part, { place: (digits) => part.place(digits), follow: (clip) => moving.bring(clip) });
  const samples = Array.from({ length: 10 }, (_, digit) => button(String(digit), `drop a ${digit} on the canvas`, () => part.drop(digit), { "aria-label": `drop a ${digit}` }));
  const shuffle = button("Shuffle", "another scene of samples", () => part.shuffle());
  const clear = button("Clear", "an empty canvas", () => part.clear());
  const copy = button("Duplicate", "the chosen digit once more", () => part.duplicate());
  const trash = button("Delete", "take the chosen digit away", () => part.remove(part.chosen));
  const bar = h("div", { class: "controls tools" }, h("div", { class: "group samples", role: "group", "aria-label": "samples" }, ...samples), shuffle, clear, brought.element);
  const title = h("h2", { "data-part": "latent" }, "The scene as a list");
  const root = h(
    "div",
    { class: "part scenes" },
    spoken.element,
    h(
      "div",
      { class: "studio" },
      h("figure", { class: "main", "data-part": "input" }, paper.element, h("figcaption", {}, "The scene", h("small", {}, "Draw several digits; move one by its label."))),
      bar,
      part.status,
      h(
        "div",
        { class: "views" },
        h("figure", { class: "again", "data-part": "output" }, redrawn, h("figcaption", {}, "Drawn again", h("small", {}, "from the list alone"))),
        h("figure", { "data-part": "encoder" }, maps, h("figcaption", {}, "Whose pixel")),
        h("figure", {}, difference, h("figcaption", {}, "Difference")),
      ),
      h("div", { class: "listing", "data-part": "latent" }, h("div", { class: "title" }, title, number.element), list.element, h("div", { class: "controls" }, copy, trash), part.sliders.element),
    ),
    moving.element,
  );
  return {
    root, redrawn, maps, difference, board: paper, list, spoken, moving, brought, number,
    /** Let the buttons do what there is to do. */
    enable(isOpen, row) {
      for (const one of [...samples, shuffle]) one.disabled = !isOpen;
      clear.disabled = !part.items.length;
      for (const one of [copy, trash]) one.disabled = !row?.items.length;
      for (const one of part.sliders.element.querySelectorAll("input")) one.disabled = !row;
    },
  };
}
