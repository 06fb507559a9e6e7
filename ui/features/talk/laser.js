// A laser dot: where the presenter points. It is kept as a place in a picture or in the line of text, for followers'
// screens have other shapes.

import { h } from "../../frontend/lib/paint.js";

const OVER = ".line, .square"; // what can be pointed at

/**
 * The dot over a scene: {element, place, toggle(), off(), move(event), show(place)}; a place is {over, part, x, y} or null.
 * `part` is for pages with other pictures: whose colour the picture has, or "line".
 */
export function laser(scene) {
  const element = h("i", { class: "laser", "data-testid": "stage-laser", hidden: true });
  let place = null, isOn = false;
  const targets = () => [...scene.querySelectorAll(OVER)];

  function put(left, top) {
    const { left: x, top: y } = element.parentElement.getBoundingClientRect();
    Object.assign(element.style, { left: `${left - x}px`, top: `${top - y}px` });
    element.hidden = false;
  }

  function off() {
    [isOn, place, element.hidden] = [false, null, true];
  }

  return {
    element,
    off,
    /** Where it points, for followers. */
    get place() {
      return place;
    },
    toggle() {
      if (isOn) off();
      else isOn = true;
    },
    move({ clientX, clientY }) {
      if (!isOn) return;
      put(clientX, clientY);
      const boxes = targets().map((one) => one.getBoundingClientRect());
      const over = boxes.findIndex(({ left, right, top, bottom }) => clientX >= left && clientX <= right && clientY >= top && clientY <= bottom);
      const { left, top, width, height } = boxes[over] ?? {};
      place = over < 0 ? null : { over, part: partOf(targets()[over]), x: hundredths((clientX - left) / width), y: hundredths((clientY - top) / height) };
    },
    /** Show the dot of whoever is followed; null takes it away. */
    show(its) {
      if (isOn) return;
      const target = targets()[its?.over];
      if (!target?.checkVisibility()) return void (element.hidden = true);
      const { left, top, width, height } = target.getBoundingClientRect();
      element.classList.toggle("shown", !element.hidden); // it glides, but not from where it was long ago
      put(left + its.x * width, top + its.y * height);
    },
  };
}

const partOf = (target) => target.closest("figure")?.dataset.part ?? (target.matches(".line") ? "line" : "");

const hundredths = (fraction) => Math.round(100 * fraction) / 100;
