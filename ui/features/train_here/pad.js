// Where a visitor draws digits to learn from: a canvas that asks for one digit after the other, and the digits so far.

import { normalizeGrey } from "../../frontend/lib/normalize.js";
import { button, h, imageCanvas, imageFromBase64, imageToBase64, paint, refill } from "../../frontend/lib/paint.js";
import { sketch } from "../../frontend/lib/sketch.js";
import { FEWEST, keepMine, mine } from "./sources.js";

/** The pad: {element, show()}; changed() is called when there is another digit, or one less. */
export function pad(pen, changed) {
  let image = null;
  const digitWanted = () => {
    const counts = new Array(10).fill(0);
    for (const { digit } of mine()) counts[digit]++;
    return counts.indexOf(Math.min(...counts));
  };
  const asked = h("p", { class: "asked", role: "status" }), keepIt = button("", "", () => take());
  const undo = button("Undo", "undo the last stroke", () => canvas.undo(), { disabled: true });
  const canvas = sketch(pen, {
    onDrawing: (grey) => {
      image = normalizeGrey(grey);
      keepIt.disabled = !image;
    },
    onPast: (some) => (undo.disabled = !some),
  });
  const row = h("div", { class: "mine" });

  function take() {
    keepMine([...mine(), { image: imageToBase64(image), digit: digitWanted() }]);
    image = null;
    canvas.clear();
    show();
    changed();
  }

  function show() {
    const all = mine(), digit = digitWanted(), left = FEWEST - all.length;
    asked.textContent = `Draw a ${digit}.${left > 0 ? ` ${left} more, and you can train on your own hand.` : " The more, the better."}`;
    keepIt.textContent = `Keep this ${digit}`;
    keepIt.title = `keep the drawing as a ${digit}`;
    keepIt.disabled = !image;
    refill(row, all.map(({ image: drawn, digit: of }, i) => {
      const picture = imageCanvas(`mine-${i}`, `your ${of}`);
      paint(picture, imageFromBase64(drawn));
      return h("button", { type: "button", title: `take this ${of} away`, onclick: () => drop(i) }, picture);
    }));
  }

  function drop(i) {
    keepMine(mine().toSpliced(i, 1));
    show();
    changed();
  }

  const element = h("div", { class: "pad", hidden: true }, h("div", { class: "paper" }, canvas.element), h("div", {}, asked, h("div", { class: "buttons" }, keepIt, undo), row));
  return { element, show };
}
