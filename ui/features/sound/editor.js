// What a pointer or the keys do on a spectrogram: move the playhead, or paint.

import { button, h } from "../../frontend/lib/paint.js";
import { slider } from "../../frontend/lib/slider.js";
import { RATE, framesOf } from "./spectrum.js";
import { timeAt } from "./spectrogram.js";
import { thinned } from "./painting.js";

const TOOLS = { seek: ["Move the playhead", "press a spectrogram to go there"], erase: ["Erase", "paint over what shall not be heard"], keep: ["Keep", "paint over what shall be heard as it was"] };
const SIZES = [1, 16], USUAL_SIZE = 4; // frames and frequencies
const STEP_SECONDS = 0.05, STEP_HERTZ = 125, HIGHEST = 4000;

/**
 * The tools, on the panes of spectrograms: `part` has settings {strokes}, `most`, `length` (samples), `paint(strokes)`;
 * `transport` plays. {element, enable(isOpen)}.
 */
export function editor(part, panes, transport) {
  let [tool, size, stroke] = ["seek", USUAL_SIZE, null];
  const at = { along: 0, high: 0.25 }; // where the keys are
  const tools = Object.entries(TOOLS).map(([name, [title, about]]) => [name, button(title, about, () => take(name), { "aria-pressed": String(name === tool) })]);
  const width = slider({ remember() {}, rest: { flush() {} } }, { name: "brush", text: "Brush", low: SIZES[0], high: SIZES[1], step: 1, change: (value) => resize(value) });
  const clear = button("Clear the painting", "leave everything to the network", () => part.changeAtOnce({ strokes: [] }));
  const rings = panes.map((pane) => {
    const ring = h("i", { class: "ring", hidden: true });
    pane.append(ring);
    return ring;
  });
  resize(USUAL_SIZE);
  take(tool);

  function resize(value) {
    size = value;
    width.show(value, `${value}`);
    width.label.querySelector("output").textContent = value;
    showRing();
  }

  function take(name) {
    tool = name;
    for (const [key, one] of tools) one.setAttribute("aria-pressed", key === tool);
    for (const pane of panes) pane.dataset.tool = tool;
    width.label.classList.toggle("away", tool === "seek");
    showRing();
  }

  // Where the keys would paint, while a pane has their focus.
  function showRing() {
    const frames = framesOf(part.length || 1);
    panes.forEach((pane, i) => {
      const seconds = timeAt(at.along, frames);
      rings[i].hidden = tool === "seek" || !pane.matches(":focus-visible");
      Object.assign(rings[i].style, { left: `${100 * at.along}%`, bottom: `${100 * at.high}%`, width: `${(200 * size) / frames}%`, height: `${(200 * size) / 128}%` });
      pane.setAttribute("aria-valuemax", ((part.length || 0) / RATE).toFixed(2));
      pane.setAttribute("aria-valuenow", seconds.toFixed(2));
      pane.setAttribute("aria-valuetext", tool === "seek" ? `${seconds.toFixed(2)} seconds` : `${seconds.toFixed(2)} seconds, ${Math.round(HIGHEST * at.high)} hertz; Enter paints`);
    });
  }

  const placeIn = (pane, { clientX, clientY }) => {
    const { left, top, width: wide, height } = pane.getBoundingClientRect(), clamp = (value) => Number(Math.min(Math.max(value, 0), 1).toFixed(4));
    return [clamp((clientX - left) / wide), clamp(1 - (clientY - top) / height)];
  };

  function begin(place) {
    if (part.settings.strokes.length >= part.most.strokes) return part.say("There are as many strokes as the page can keep: undo some, or clear the painting.");
    part.remember();
    stroke = { before: part.settings.strokes, points: [...place] };
    draw();
  }

  function draw() {
    const { before, points } = stroke;
    part.change({ strokes: [...before, { erases: tool === "erase", size, points: thinned(points, part.most.points) }] });
  }

  function go(along) {
    at.along = along;
    transport.seek(timeAt(along, framesOf(part.length)));
    showRing();
  }

  const keys = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1], Home: [-Infinity, 0], End: [Infinity, 0] };

  panes.forEach((pane) => {
    Object.entries({ tabindex: 0, role: "slider", "aria-label": "place on the spectrogram", "aria-valuemin": 0 }).forEach(([name, value]) => pane.setAttribute(name, value));
    let pointer = null;
    const handlers = {
      pointerdown(event) {
        if (event.button || pointer !== null || !part.length) return;
        const place = placeIn(pane, event);
        if (tool === "seek") return go(place[0]);
        pointer = event.pointerId;
        pane.setPointerCapture(pointer);
        begin(place);
      },
      pointermove(event) {
        if (event.pointerId !== pointer || !stroke) return;
        for (const one of event.getCoalescedEvents?.() ?? [event]) stroke.points.push(...placeIn(pane, one));
        draw();
      },
      lostpointercapture(event) {
        if (event.pointerId === pointer) [pointer, stroke] = [null, null];
      },
      focus: showRing,
      blur: showRing,
      keydown(event) {
        if (event.altKey || event.ctrlKey || event.metaKey || !part.length) return;
        const step = keys[event.key], isPress = event.key === "Enter" || event.key === " ";
        if (!step && !isPress) return;
        event.preventDefault();
        if (isPress && (tool === "seek" || event.key === " ")) return event.repeat || transport.toggle();
        if (isPress) {
          begin([Number(at.along.toFixed(4)), Number(at.high.toFixed(4))]);
          stroke = null;
          return;
        }
        const seconds = part.length / RATE, clamp = (value) => Math.min(Math.max(value, 0), 1);
        at.high = clamp(at.high + (step[1] * STEP_HERTZ) / HIGHEST);
        const along = clamp(at.along + (step[0] * STEP_SECONDS) / seconds);
        if (tool === "seek" && step[0]) go(along);
        else at.along = along;
        showRing();
      },
    };
    for (const [type, handler] of Object.entries(handlers)) pane.addEventListener(type, handler);
  });

  return {
    element: h("div", { class: "controls tools" }, h("div", { class: "group", role: "group", "aria-label": "tool" }, ...tools.map(([, one]) => one)), clear, width.label),
    show() {
      clear.disabled = !part.settings.strokes.length;
      showRing();
    },
  };
}
