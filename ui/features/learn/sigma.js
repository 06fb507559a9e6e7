// Streamlit's own slider, of sigma, under a finger: as lib/thumb.js has it for ours, it moves only once the finger goes
// sideways, or where it taps. So it hears of a finger later than the browser.

import { wayOf } from "../../frontend/lib/swipe.js";

const SLIDER = "[data-testid='stSlider'] [style*='touch-action']";

let held = null; // the event of a finger that came down on it, {x, y, ...}, until it is known what it is about to do

const isOnSlider = ({ target }) => target.closest?.(SLIDER);
const pass = (event) => event.target.dispatchEvent(new PointerEvent("pointerdown", event));

const handlers = {
  pointerdown(event) {
    if (!event.isTrusted || event.pointerType === "mouse" || !isOnSlider(event)) return;
    event.stopImmediatePropagation();
    held = event;
  },
  touchstart: (event) => isOnSlider(event) && event.stopImmediatePropagation(),
  pointermove(event) {
    const way = held?.pointerId === event.pointerId && wayOf(held, event);
    if (!way) return;
    if (way === "sideways") pass(held);
    held = null;
  },
  pointerup(event) {
    if (held?.pointerId === event.pointerId) pass(held);
    held = null;
  },
  pointercancel: () => (held = null),
};

/** Watch the fingers on the page's slider; more than once makes no difference. */
export function watchFingers() {
  for (const [type, handler] of Object.entries(handlers)) addEventListener(type, handler, true);
}
