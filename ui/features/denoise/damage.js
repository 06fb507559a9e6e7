// Damage done with a brush over the corrupted digit: it paints noise, or nothing. A mask says per pixel which.

import { noisePattern } from "../../frontend/lib/corruption.js";

const DIGIT = 28; // pixels: the side of an image that does not say otherwise
const RADIUS = 1.6; // pixels of such an image, of the brush
export const [NOISE, NOTHING] = [1, 2];

/** Return a mask from its digits as text, one per pixel; without text, or of another size, one of an untouched picture. */
export function maskFromText(text, side = DIGIT) {
  return Uint8Array.from({ length: side * side }, (_, i) => Number(text.length === side * side ? text[i] : 0));
}

/** Return a mask as text, one digit per pixel; "" where nothing is damaged. */
export function maskToText(mask) {
  return mask.some(Boolean) ? mask.join("") : "";
}

/** Return a new mask after a stroke with `what` from one place to another, {x, y} in pixels. */
export function stroke(mask, what, from, to) {
  const [dx, dy] = [to.x - from.x, to.y - from.y], size = Math.sqrt(mask.length);
  return mask.map((before, i) => {
    const [x, y] = [(i % size) + 0.5 - from.x, Math.floor(i / size) + 0.5 - from.y];
    const along = Math.min(Math.max((x * dx + y * dy) / Math.max(dx * dx + dy * dy, 1e-9), 0), 1);
    return Math.hypot(x - along * dx, y - along * dy) < (RADIUS * size) / DIGIT ? what : before;
  });
}

/** Return the image with the damage done to it. */
export function damage(image, mask, seed) {
  const pattern = noisePattern(seed, image.length), channels = image.length / mask.length;
  return image.map((v, i) => [v, pattern[i], 0][mask[Math.floor(i / channels)]]);
}

/**
 * Follow a mouse, a finger or a pen on a canvas with an image: begin(place), move(from, to), end(), where a place
 * is {x, y} in pixels. `begin` returning false lets the gesture go.
 */
export function followPointer(canvas, { begin, move, end }) {
  let last = null;
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return { x: ((event.clientX - box.left) / box.width) * canvas.width, y: ((event.clientY - box.top) / box.height) * canvas.height };
  };
  const handlers = {
    pointerdown(event) {
      if (event.button || last) return;
      const here = place(event);
      if (begin(here) === false) return;
      canvas.setPointerCapture(event.pointerId);
      last = here;
      move(here, here);
      event.preventDefault();
      canvas.focus({ preventScroll: true });
    },
    pointermove(event) {
      if (!last || !canvas.hasPointerCapture(event.pointerId)) return;
      const here = place(event);
      move(last, here);
      last = here;
    },
    lostpointercapture() {
      if (last) end();
      last = null;
    },
  };
  for (const [type, handler] of Object.entries(handlers)) canvas.addEventListener(type, handler);
}
