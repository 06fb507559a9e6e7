// The canvas for several digits: a pen for mouse and finger, and a box around each digit, by whose label it can be moved.

import { COLOURS } from "../../frontend/lib/colours.js";
import { h, say } from "../../frontend/lib/paint.js";
import { middleOf, overlap } from "./boxes.js";
import { SIDE } from "./items.js";

const STEP = 1, LEAP = 8; // pixels for an arrow key
const [WIDE, HIGH] = [26, 9]; // of a label, at most, on a small screen

/**
 * The canvas, and boxes above it: {element, canvas, show(rows, chosen)}. A user's input calls `pen.down(place)`, `pen.move(places)` and
 * `pen.up()` with places [x, y] in pixels, and for a box `choose(key)`, `hold(key)`, `move(key, rows, columns)`, `release()`, `remove(key)`.
 */
export function board({ pen, choose, hold, move, release, remove }) {
  const canvas = h("canvas", {
    width: SIDE, height: SIDE, "data-testid": "scene", role: "img", "aria-label": "canvas for several digits: draw with mouse, finger or pen",
  });
  const boxes = h("div", { class: "boxes" });
  const element = h("div", { class: "board" }, canvas, boxes), shown = new Map(); // key -> button

  const place = (event) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return [((event.clientX - left) * SIDE) / width, ((event.clientY - top) * SIDE) / height];
  };
  follow(canvas, {
    down: (event) => pen.down(place(event)),
    move: (events) => pen.move(events.map(place)),
    up: () => pen.up(),
  });

  function build(key) {
    const label = h("span", {}), box = h("div", { role: "button", tabindex: 0, class: "box" }, label); // its label is outside
    let last = null;
    follow(box, {
      down(event) {
        last = place(event);
        box.focus({ preventScroll: true });
        hold(key);
      },
      move(events) {
        const at = place(events.at(-1));
        move(key, at[1] - last[1], at[0] - last[0]);
        last = at;
      },
      up: release,
    });
    box.addEventListener("focus", () => choose(key));
    box.addEventListener("keydown", (event) => {
      const by = event.shiftKey ? LEAP : STEP;
      const way = { ArrowUp: [-by, 0], ArrowDown: [by, 0], ArrowLeft: [0, -by], ArrowRight: [0, by] }[event.key];
      if (way) {
        if (!event.repeat) hold(key);
        move(key, ...way);
      } else if (["Delete", "Backspace"].includes(event.key)) remove(key);
      else return;
      event.preventDefault();
    });
    return box;
  }

  function show(rows, chosen) {
    const taken = [];
    for (const row of rows) {
      if (!shown.has(row.key)) {
        shown.set(row.key, build(row.key));
        boxes.append(shown.get(row.key));
      }
      const box = shown.get(row.key), [top, left, bottom, right] = row.box.map((edge) => Math.min(Math.max(edge, 0), SIDE));
      Object.assign(box.style, { top: percent(top), left: percent(left), height: percent(bottom - top), width: percent(right - left) });
      box.style.setProperty("--class", colourOf(row));
      const at = labelPlace([top, left, bottom], taken);
      box.classList.toggle("low", at === "low");
      box.classList.toggle("quiet", at === "none");
      box.setAttribute("aria-pressed", row.key === chosen);
      const [y, x] = middleOf(row.box).map(Math.round);
      box.setAttribute("aria-label", `${nameOf(row)} at ${x}, ${y}: move it with the arrow keys`);
      say(box.firstChild, row.digit === null ? "?" : `${row.digit} · ${Math.round(100 * row.score)} %`);
    }
    const keys = new Set(rows.map(({ key }) => key));
    for (const [key, box] of shown) if (!keys.has(key)) {
      box.remove();
      shown.delete(key);
    }
  }

  return { element, canvas, show };
}

// Where the label of a box has room: above it, below it, or nowhere.
function labelPlace([top, left, bottom], taken) {
  for (const [at, y] of [["high", top - HIGH], ["low", bottom]]) {
    const place = [y, left, y + HIGH, left + WIDE];
    if (y < 0 || y + HIGH > SIDE || taken.some((other) => overlap(place, other) > 0)) continue;
    taken.push(place);
    return at;
  }
  return "none";
}

const percent = (n) => `${(100 * n) / SIDE}%`;

/** What a row of the list is called. */
export const nameOf = ({ digit }) => (digit === null ? "a digit that the network does not find" : `a ${digit}`);

/** The colour of a row. */
export const colourOf = ({ digit }) => (digit === null ? "var(--soft)" : COLOURS[digit]);

/** Follow one pointer from where it is put down on an element; the others are ignored. */
export function follow(element, { down, move, up }) {
  let pointer = null;
  element.addEventListener("pointerdown", (event) => {
    if (event.button || pointer !== null) return;
    event.preventDefault();
    element.setPointerCapture(event.pointerId);
    pointer = event.pointerId;
    down(event);
  });
  element.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    move(events.length ? events : [event]);
  });
  element.addEventListener("lostpointercapture", (event) => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    up(event);
  });
}
