// Follow the pen on the page's drawing canvas (streamlit-drawable-canvas) while it is still down.
// The component lives in an open shadow root of the same document: the stroke in progress is on its upper canvas,
// finished strokes are on its lower one. Where it cannot be found nothing happens, and Python's result has to do.

import { Ink } from "./ink.js";
import { h } from "./paint.js";

const SIZE = 280;
const REACH = 20; // pixels: a wide pen's half, and its soft edge

/** Call onDrawing(grey) with the grey levels of the drawing when it changes; returns {isDown(), stop()}. */
export function followPen(onDrawing) {
  const copy = new OffscreenCanvas(SIZE, SIZE).getContext("2d", { willReadFrequently: true });
  const ink = new Ink(SIZE, REACH);
  let canvases = null;
  let down = false;
  let frame = 0;
  const timers = new Set();

  function find() {
    if (canvases?.lower.isConnected) return canvases;
    canvases = null;
    for (const host of document.querySelectorAll("*")) {
      const lower = host.shadowRoot?.querySelector("canvas.dc-canvas.lower-canvas");
      if (lower) canvases = { host, lower, upper: host.shadowRoot.querySelector("canvas.dc-canvas.upper-canvas") };
    }
    // Its own hidden toolbar lies over a corner of the canvas, where a touch then would not draw. The page has buttons.
    canvases?.host.shadowRoot.append(h("style", {}, ".dc-toolbar { display: none !important; }"));
    canvases?.upper?.setAttribute("role", "img");
    canvases?.upper?.setAttribute("aria-label", "drawing canvas: draw a digit with mouse, finger or pen");
    return canvases;
  }

  const finder = setInterval(find, 300); // it may mount after us, and every sample is a new one

  function read() {
    frame = 0;
    if (!find()) return;
    onDrawing(ink.read(copy, () => {
      copy.fillStyle = "#000";
      copy.fillRect(0, 0, SIZE, SIZE);
      for (const canvas of [canvases.lower, canvases.upper]) if (canvas?.width) copy.drawImage(canvas, 0, 0, SIZE, SIZE);
    }));
  }

  function place({ clientX, clientY }) {
    const { left, top, width, height } = canvases.lower.getBoundingClientRect();
    return [((clientX - left) * SIZE) / width, ((clientY - top) * SIZE) / height];
  }

  const readSoon = () => (frame ||= requestAnimationFrame(read));
  const readIn = (ms) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      ink.renew();
      readSoon();
    }, ms);
    timers.add(timer);
  };

  const handlers = {
    pointerdown(event) {
      const found = find();
      down = !!found && event.composedPath().some((node) => node === found.upper || node === found.lower);
      if (!down) return;
      ink.renew(); // strokes may have come and gone meanwhile
      ink.moved(...place(event));
    },
    pointermove(event) {
      if (!down || !find()) return;
      ink.moved(...place(event));
      readSoon();
    },
    pointerup(event) {
      // When the pen lifts, the stroke moves from the upper canvas to the lower one, a frame or two later.
      if (down || (find() && event.composedPath().includes(canvases.host.shadowRoot))) readIn(50);
      down = false;
    },
    pointercancel() {
      down = false;
    },
    drawn() { // by undo or Clear
      ink.renew();
      readSoon();
    },
  };
  for (const [type, handler] of Object.entries(handlers)) document.addEventListener(type, handler, true);

  return {
    isDown: () => down,
    stop() {
      for (const [type, handler] of Object.entries(handlers)) document.removeEventListener(type, handler, true);
      clearInterval(finder);
      cancelAnimationFrame(frame);
      timers.forEach(clearTimeout);
    },
  };
}
