// Why the tracker sees what it sees, for a frame that stands still: class maps, the heat of centres, and the assignment.

import { h, svg } from "../../frontend/lib/paint.js";
import { middleOf } from "./boxes.js";
import { packed, paintClasses, put } from "./pixels.js";
import { DIGITS } from "./reader.js";
import { SIDE } from "./motion.js";

/** Three pictures: {element, show(frame)}. */
export function reasons() {
  const canvas = (testId, label) => h("canvas", { width: SIDE, height: SIDE, "data-testid": testId, role: "img", "aria-label": label });
  const classes = canvas("film-classes", "the class of each pixel"), heat = canvas("film-heat", "where the network expects the middle of a digit");
  const pairs = svg("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, role: "img", "aria-label": "from where each digit was expected to where it was found", "data-testid": "film-pairs" });
  const figure = (picture, text, note) => h("figure", {}, picture, h("figcaption", {}, text, h("small", {}, note)));
  const element = h(
    "div",
    { class: "why" },
    figure(classes, "Whose pixel", "a colour per class"),
    figure(heat, "Middles", "the brighter, the surer"),
    figure(pairs, "Who is who", "dashed: expected; a line joins it to what was found"),
  );
  return {
    element,
    show({ picture, read, assignment }) {
      paintClasses(classes, picture, read.classes);
      put(heat, read.heat, (i) => {
        const level = Math.round(255 * Math.max(...read.heat.data.subarray(i * DIGITS, (i + 1) * DIGITS)));
        return packed(level, Math.round(0.6 * level), 40);
      });
      pairs.setAttribute("viewBox", `0 0 ${picture.width} ${picture.height}`);
      pairs.style.setProperty("--unit", Math.max(picture.width, picture.height) / SIDE);
      const { expected, found, pairs: joined } = assignment;
      const rect = ({ box: [top, left, bottom, right] }, of) => svg("rect", { class: of, x: left, y: top, width: right - left, height: bottom - top });
      const lines = [...joined].map(([i, j]) => {
        const [[y1, x1], [y2, x2]] = [middleOf(expected[i].box), middleOf(found[j].box)];
        return svg("line", { x1, y1, x2, y2 });
      });
      pairs.replaceChildren(...expected.map((one) => rect(one, "expected")), ...found.map((one) => rect(one, "found")), ...lines);
    },
  };
}
