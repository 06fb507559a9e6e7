// A small drawing canvas for mouse, finger and pen, where the app has streamlit-drawable-canvas.

import { NextFrame } from "./pace.js";
import { h } from "./paint.js";
import { Past } from "./past.js";

const SIZE = 280;

/**
 * The canvas: {element, show(strokes), undo(), clear()}. A stroke is an SVG path, drawn by a round pen so many pixels wide.
 * onDrawing(ImageData) is called for every change that a user makes, while the pen is down too; onPast(bool) says whether
 * there is something to undo.
 */
export function sketch(pen, { onDrawing, onPast }) {
  const element = h("canvas", {
    width: SIZE, height: SIZE, class: "sketch", "data-testid": "sketch", role: "img", "aria-label": "drawing canvas: draw a digit with mouse, finger or pen",
  });
  const context = element.getContext("2d", { willReadFrequently: true });
  const past = new Past();
  const frame = new NextFrame(() => {
    paint();
    onDrawing(context.getImageData(0, 0, SIZE, SIZE));
  });
  let strokes = [];
  let pointer = null; // that draws: a second finger does not

  function paint() {
    Object.assign(context, { fillStyle: "#000", strokeStyle: "#fff", lineWidth: pen, lineCap: "round", lineJoin: "round" });
    context.fillRect(0, 0, SIZE, SIZE);
    for (const stroke of strokes) context.stroke(new Path2D(stroke));
  }

  function change(next) {
    strokes = next;
    onPast(past.length > 0);
    frame.soon();
  }

  const place = (event) => {
    const box = element.getBoundingClientRect();
    return [(event.clientX - box.left) * (SIZE / box.width), (event.clientY - box.top) * (SIZE / box.height)].map((v) => v.toFixed(1));
  };
  const handlers = {
    pointerdown(event) {
      if (event.button || pointer !== null) return;
      event.preventDefault();
      element.setPointerCapture(event.pointerId);
      pointer = event.pointerId;
      past.remember(strokes);
      const [x, y] = place(event);
      change([...strokes, `M${x} ${y}L${x} ${Number(y) + 0.01}`]); // a line of no length leaves no dot
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
    /** Show strokes without a call of onDrawing: their image is known. */
    show(next) {
      past.remember(strokes);
      strokes = next;
      onPast(past.length > 0);
      paint();
    },
    undo() {
      const before = past.back();
      if (before) change(before);
    },
    clear() {
      if (!strokes.length) return;
      past.remember(strokes);
      change([]);
    },
  };
}
