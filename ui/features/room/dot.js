// The presenter's laser dot on a page without a session: on the picture here that stands for the one they point at.

import { h } from "../../frontend/lib/paint.js";

const isFraction = (v) => typeof v === "number" && v >= 0 && v <= 1;

/** The dot: {element, show(place)}; `find(part)` returns the element for a part of a talk's scene, or its line. */
export function dot(find) {
  const element = h("i", { class: "laser", "data-testid": "laser", hidden: true });
  return {
    element,
    /** Show the dot at a place {part, x, y} (`talk/laser.js`); anything else takes it away. */
    show(place) {
      const target = place && isFraction(place.x) && isFraction(place.y) ? find(place.part) : null;
      if (!target?.checkVisibility()) return void (element.hidden = true);
      const { left, top, width, height } = target.getBoundingClientRect();
      element.classList.toggle("glides", !element.hidden);
      Object.assign(element.style, { left: `${left + scrollX + place.x * width}px`, top: `${top + scrollY + place.y * height}px` });
      element.hidden = false;
    },
  };
}
