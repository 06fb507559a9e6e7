// The thumb of a slider, under mouse and finger. A browser's own slider jumps to wherever a finger comes down, even one
// that is about to scroll the page; here a finger moves it only once it goes sideways, or where it taps.

import { wayOf } from "./swipe.js";

const WIDTH = 16; // px, of a thumb
const NEAR = 24; // px: a finger that comes down so near has the thumb, and does not make it jump

const fingers = new Map(); // slider -> the finger on it: {pointer, x, y, way, value, beside}

// What the browser's own slider makes of a finger is taken back before anybody hears of it.
function takeBack(event) {
  const [slider] = event.composedPath();
  if (!event.isTrusted || !fingers.has(slider)) return;
  slider.value = fingers.get(slider).value;
  event.stopImmediatePropagation();
}

addEventListener("input", takeBack, true);

/** The left end of a slider's track, and how long it is, in px of the window: for the middle of its thumb. */
function track(slider) {
  const { left, width } = slider.getBoundingClientRect();
  return { left: left + WIDTH / 2, length: width - WIDTH };
}

function placeOf(slider) {
  const { left, length } = track(slider), [low, high] = [Number(slider.min), Number(slider.max)];
  return left + (length * (Number(slider.value) - low)) / (high - low || 1);
}

function moveTo(slider, x) {
  const { left, length } = track(slider), [low, high] = [Number(slider.min), Number(slider.max)];
  const before = slider.value;
  slider.value = low + Math.min(Math.max((x - left) / length, 0), 1) * (high - low);
  if (slider.value !== before) slider.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
}

/**
 * The handlers of a slider, an input of type "range" whose touch-action lets the page scroll: `begin()` is called when
 * its thumb is taken, `move(value)` for each change, also by keys, and `end()` when it is let go, perhaps more than once.
 */
export function thumb({ begin, move, end }) {
  const forget = ({ currentTarget: slider }) => {
    const finger = fingers.get(slider);
    setTimeout(() => fingers.get(slider) === finger && fingers.delete(slider)); // after what the browser makes of it
  };
  const letGo = ({ currentTarget: slider }) => (fingers.get(slider)?.way ?? "sideways") === "sideways" && end();
  return {
    onpointerdown({ currentTarget: slider, pointerType, pointerId: pointer, clientX: x, clientY: y }) {
      if (pointerType !== "mouse" && !fingers.has(slider)) fingers.set(slider, { pointer, x, y, way: "", value: slider.value });
    },
    onpointermove(event) {
      const slider = event.currentTarget, finger = fingers.get(slider);
      if (event.pointerId !== finger?.pointer) return;
      const before = finger.way;
      finger.way ||= wayOf(finger, event);
      if (finger.way === "sideways") {
        if (!before) {
          begin();
          const beside = finger.x - placeOf(slider);
          finger.beside = Math.abs(beside) < NEAR ? beside : 0;
        }
        moveTo(slider, event.clientX - finger.beside);
      }
      finger.value = slider.value;
    },
    onpointerup: letGo,
    onpointercancel: letGo,
    ontouchend: forget,
    ontouchcancel: forget,
    /** Of a mouse or a pen; and of a finger, when the browser has found that it tapped. */
    onmousedown({ currentTarget: slider, button }) {
      fingers.delete(slider);
      if (!button) begin();
    },
    oninput: ({ currentTarget: slider }) => move(Number(slider.value)),
    onchange: end,
  };
}
