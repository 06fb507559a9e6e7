// A small drawing canvas for mouse, finger and pen, where the app has streamlit-drawable-canvas.

import { Ink } from "./ink.js";
import { NextFrame } from "./pace.js";
import { h } from "./paint.js";
import { Past } from "./past.js";
import { SIZE, paintDrawing } from "./strokes.js";

/**
 * The canvas: {element, strokes, show(strokes), undo(), clear()}. A stroke is an SVG path, drawn by a round pen so many pixels wide.
 * onDrawing(grey) is called with its grey levels for every change that a user makes, while the pen is down too; onPast(bool)
 * says whether there is something to undo.
 */
export function sketch(pen, { onDrawing, onPast = () => {} }) {
  const element = h("canvas", {
    width: SIZE, height: SIZE, class: "sketch", "data-testid": "sketch", role: "img", "aria-label": "drawing canvas: draw a digit with mouse, finger or pen",
  });
  const context = element.getContext("2d", { willReadFrequently: true });
  const past = new Past();
  const ink = new Ink(SIZE, pen / 2 + 2);
  const frame = new NextFrame(() => onDrawing(ink.read(context, paint)));
  let strokes = [];
  let pointer = null; // that draws: a second finger does not

  function paint() {
    paintDrawing(context, strokes, pen);
  }

  function change(next) {
    strokes = next;
    onPast(past.length > 0);
    frame.soon();
  }

  const place = (event) => {
    const box = element.getBoundingClientRect();
    const at = [(event.clientX - box.left) * (SIZE / box.width), (event.clientY - box.top) * (SIZE / box.height)];
    ink.moved(...at);
    return at.map((v) => v.toFixed(1));
  };
  const handlers = {
    pointerdown(event) {
      if (event.button || pointer !== null) return;
      event.preventDefault();
      element.setPointerCapture(event.pointerId);
      pointer = event.pointerId;
      past.remember(strokes);
      const [x, y] = place(event);
      change([...strokes, `M${x} ${y}L${x} ${(Number(y) + 0.01).toFixed(2)}`]); // a line of no length leaves no dot
    },
    pointermove(event) {
      if (event.pointerId !== pointer) return;
      const events = event.getCoalescedEvents?.() ?? [];
      const way = (events.length ? events : [event]).map((one) => `L${place(one).join(" ")}`).join("");
      change([...strokes.slice(0, -1), strokes.at(-1) + way]);
    },
    lostpointercapture(event) {
      if (event.pointerId === pointer) pointer = null;
    },
  };
  for (const [type, handler] of Object.entries(handlers)) element.addEventListener(type, handler);
  paint();

  return {
    element,
    get strokes() {
      return strokes;
    },
    /** Show strokes without a call of onDrawing: their image is known. */
    show(next) {
      past.remember(strokes);
      strokes = next;
      onPast(past.length > 0);
      ink.renew();
      paint();
    },
    undo() {
      const before = past.back();
      ink.renew();
      if (before) change(before);
    },
    clear() {
      if (!strokes.length) return;
      past.remember(strokes);
      ink.renew();
      change([]);
    },
  };
}
