// The map of spoken digits on a canvas: a point for each recording, in its digit's colour. Hovering hears one, a click takes it.

import { COLOURS } from "../../frontend/lib/colours.js";
import { h, say } from "../../frontend/lib/paint.js";

const MARGIN = 0.06, DOT = 2.2, RING = 8, NEAR = 22; // of the side; px
const HOVER_MS = 90; // a pointer that only passes hears nothing
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** {element, use(map), show(start, goal), stop()}; `hear(i)` and `take(i)` are called with a recording's number, `leave()` after it. */
export function mapPicture({ hear, leave, take }) {
  const canvas = h("canvas", { "data-testid": "voices", tabindex: 0, role: "slider", "aria-label": "recording on the map", "aria-valuemin": 0, "aria-valuemax": 0, "aria-valuenow": 0, "aria-valuetext": "the map is on its way" });
  const how = matchMedia("(pointer: coarse)").matches ? "Tap one to take it, and" : "Click one to take it; hover over it to";
  const line = h("p", { class: "which", "aria-hidden": "true" }, "\u00a0");
  const legend = h("div", { class: "legend", "aria-hidden": "true" }, ...COLOURS.map((colour, digit) => h("span", { style: `--colour: ${colour}` }, String(digit))));
  let [map, at, marks, timer] = [null, -1, [0, 0], 0];

  const side = () => canvas.getBoundingClientRect().width;
  const placeOf = (i) => [0, 1].map((axis) => (0.5 + (axis ? -1 : 1) * map.points[2 * i + axis] * (0.5 - MARGIN)) * side());
  const pointAt = ([x, y]) => [(x / side() - 0.5) / (0.5 - MARGIN), (0.5 - y / side()) / (0.5 - MARGIN)];

  function paint() {
    const wide = side(), scale = devicePixelRatio || 1, context = canvas.getContext("2d");
    if (!map || !wide) return;
    if (canvas.width !== Math.round(wide * scale)) canvas.width = canvas.height = Math.round(wide * scale);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, wide, wide);
    context.globalAlpha = 0.75;
    for (let i = 0; i < map.count; i++) {
      const [x, y] = placeOf(i);
      context.fillStyle = COLOURS[map.digits[i]];
      context.fillRect(x - DOT / 2, y - DOT / 2, DOT, DOT);
    }
    context.globalAlpha = 1;
    const { color } = getComputedStyle(canvas);
    [...marks, at].forEach((i, k) => {
      if (i < 0) return;
      const [x, y] = placeOf(i);
      context.strokeStyle = color;
      context.lineWidth = 2;
      context.beginPath();
      context.arc(x, y, k < 2 ? RING : RING / 2, 0, 2 * Math.PI);
      context.stroke();
      context.fillStyle = color;
      if (k < 2) context.fillText("AB"[k], x + RING + 2, y + 4);
    });
  }

  function go(i) {
    if (i === at) return;
    at = i;
    say(line, i < 0 ? "\u00a0" : `${map.title(i)}`);
    if (i >= 0) {
      canvas.setAttribute("aria-valuenow", i);
      canvas.setAttribute("aria-valuetext", map.title(i));
    }
    clearTimeout(timer);
    if (i < 0) leave();
    else timer = setTimeout(() => hear(i), HOVER_MS);
    paint();
  }

  function under(event) {
    const { left, top } = canvas.getBoundingClientRect(), place = [event.clientX - left, event.clientY - top], i = map.nearest(pointAt(place)), [x, y] = placeOf(i);
    return Math.hypot(x - place[0], y - place[1]) < NEAR ? i : -1;
  }

  const handlers = {
    pointermove: (event) => map && event.pointerType === "mouse" && go(under(event)),
    pointerleave: (event) => map && event.pointerType === "mouse" && go(-1),
    click(event) {
      const i = map ? under(event) : -1;
      if (i < 0) return;
      clearTimeout(timer);
      at = i;
      say(line, map.title(i));
      take(i);
    },
    keydown(event) {
      const way = WAYS[event.key];
      if (!map || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Enter" && at >= 0) take(at);
      else if (way) {
        const from = at < 0 ? marks[0] : at, [x, y] = [map.points[2 * from], map.points[2 * from + 1]];
        const i = map.nearest([x + 0.03 * way[0], y + 0.03 * way[1]], (k) => {
          const [dx, dy] = [map.points[2 * k] - x, map.points[2 * k + 1] - y], along = dx * way[0] + dy * way[1];
          return along > 0.005 && along >= Math.abs(dx * way[1] + dy * way[0]);
        });
        if (i >= 0) go(i);
      } else return;
      event.preventDefault();
    },
  };
  for (const [type, handler] of Object.entries(handlers)) canvas.addEventListener(type, handler);
  const watcher = new ResizeObserver(paint);

  return {
    element: h("figure", { class: "voices" }, canvas, h("figcaption", {}, "All recordings", h("small", {}, `Each point is one. ${how} hear it as its sixteen numbers say it.`), line, legend)),
    use(found) {
      map = found;
      canvas.setAttribute("aria-valuemax", map.count - 1);
      canvas.setAttribute("aria-valuetext", `${map.count} recordings; the arrow keys go from one to the next`);
      watcher.observe(canvas);
      paint();
    },
    show(start, goal) {
      if (String(marks) === String([start, goal])) return;
      marks = [start, goal];
      paint();
    },
    stop() {
      clearTimeout(timer);
      watcher.disconnect();
    },
    resume: () => map && watcher.observe(canvas),
  };
}
