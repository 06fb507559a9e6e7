// A trail behind the pointer, so that the last row sees where the presenter points.

import { h } from "../../frontend/lib/paint.js";

const LASTS_MS = 700;
const WIDE = 0.025; // of the shorter side

/** The trail: {element, toggle(), move(event), stop()}; it covers the box that it is put into. */
export function trail() {
  const element = h("canvas", { class: "trail", "aria-hidden": "true", hidden: true });
  const context = element.getContext("2d");
  let points = [], frame = 0;

  function draw(now) {
    const { width, height } = element.getBoundingClientRect();
    if (element.width !== Math.round(width) || element.height !== Math.round(height)) Object.assign(element, { width: Math.round(width), height: Math.round(height) });
    points = points.filter(({ time }) => now - time < LASTS_MS);
    context.clearRect(0, 0, width, height);
    Object.assign(context, { strokeStyle: getComputedStyle(element).color, lineCap: "round" });
    for (const [i, { x, y, time }] of points.entries()) {
      const from = points[Math.max(i - 1, 0)];
      context.lineWidth = WIDE * Math.min(width, height) * (1 - (now - time) / LASTS_MS);
      context.beginPath();
      context.moveTo(from.x, from.y);
      context.lineTo(x, y);
      context.stroke();
    }
    frame = points.length ? requestAnimationFrame(draw) : 0;
  }

  return {
    element,
    toggle: () => (element.hidden = !element.hidden),
    move(event) {
      if (element.hidden) return;
      const box = element.getBoundingClientRect();
      for (const one of event.getCoalescedEvents?.() ?? [event]) points.push({ x: one.clientX - box.left, y: one.clientY - box.top, time: performance.now() });
      frame ||= requestAnimationFrame(draw);
    },
    stop() {
      cancelAnimationFrame(frame);
      [points, frame] = [[], 0];
    },
  };
}
