// A strip of pictures that is used like a slider: a press chooses a picture, a drag goes through them.

import { wayOf } from "./swipe.js";

/**
 * Follow mouse, pen and finger along an element: `begin()` when it is taken, `move(along, dragged)` with the place from 0
 * to 1, and whether it was dragged there or pressed, `end()` when it is let go. A finger that scrolls the page changes
 * nothing: so that a browser can tell, it is a drag only once it has moved sideways. Each change is an `input` event too.
 */
export function followDrag(element, { begin = () => {}, move, end = () => {} }) {
  let held = null; // {pointer, x, y, way, begun}
  element.style.touchAction = "pan-y pinch-zoom";

  function go(event, dragged) {
    const box = element.getBoundingClientRect();
    element.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
    move(Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1), dragged);
  }

  const handlers = {
    pointerdown(event) {
      if (event.button || held) return;
      held = { pointer: event.pointerId, x: event.clientX, y: event.clientY, way: "", begun: false };
      element.setPointerCapture(event.pointerId);
      if (event.pointerType === "mouse") press(event);
    },
    pointermove(event) {
      if (event.pointerId !== held?.pointer) return;
      held.way ||= wayOf(held, event);
      if (!held.way || (held.way === "scroll" && event.pointerType !== "mouse")) return;
      start();
      go(event, true);
    },
    pointerup(event) {
      if (event.pointerId === held?.pointer && !held.begun && !held.way) press(event);
    },
    lostpointercapture(event) {
      if (event.pointerId !== held?.pointer) return;
      const { begun } = held;
      held = null;
      if (begun) end();
    },
  };

  function start() {
    if (!held.begun) begin();
    held.begun = true;
  }

  function press(event) {
    start();
    go(event, false);
  }

  for (const [type, handler] of Object.entries(handlers)) element.addEventListener(type, handler);
}

/** Which of `count` pictures in a row lies at a place from 0 to 1. */
export const pictureAt = (along, count) => Math.min(Math.floor(along * count), count - 1);

/** Where a place from 0 to 1 is between the middle of the first of `count` pictures, 0, and that of the last, 1. */
export const betweenMiddles = (along, count) => Math.min(Math.max((along * count - 0.5) / (count - 1), 0), 1);
