// What is written on a scene, read as a person does: from left to right, line by line.

import { button, h, say } from "../../frontend/lib/paint.js";
import { middleOf } from "./boxes.js";

const ASIDE = 0.6; // of the height of a line's first digit: what is farther down is another line
const SHOWN_MS = 1500;

/** The digits of rows {box, digit}, as text. */
export function textOf(rows) {
  const lines = [], found = rows.filter(({ digit }) => digit !== null).map((row) => ({ ...row, middle: middleOf(row.box) }));
  for (const one of found.sort((a, b) => a.middle[0] - b.middle[0])) {
    const line = lines.at(-1);
    if (line && one.middle[0] - line[0].middle[0] < ASIDE * (line[0].box[2] - line[0].box[0])) line.push(one);
    else lines.push([one]);
  }
  return lines.flatMap((line) => line.sort((a, b) => a.middle[1] - b.middle[1])).map(({ digit }) => digit).join("");
}

/** The text with a button that copies it: {element, show(rows)}. */
export function readNumber() {
  const text = h("output", { "data-testid": "number", "aria-label": "the digits, read from left to right" });
  const copy = button("Copy", "copy the digits as text", async () => {
    getSelection().selectAllChildren(text); // for those whose browser copies for no page
    await navigator.clipboard?.writeText(text.textContent).then(() => say(copy, "Copied"), () => {});
    setTimeout(() => say(copy, "Copy"), SHOWN_MS);
  });
  return {
    element: h("p", { class: "number" }, text, copy),
    show(rows) {
      say(text, textOf(rows));
      copy.disabled = !text.textContent;
    },
  };
}
