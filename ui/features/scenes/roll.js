// The list of what was found: each digit's class, place, size, and its sixteen numbers as small bars.

import { inWords } from "../../frontend/lib/latent.js";
import { h, say, svg } from "../../frontend/lib/paint.js";
import { colourOf, nameOf } from "./board.js";
import { middleOf } from "./boxes.js";

const WIDE = 4, HIGH = 22, MOST = 3; // a bar's width, twice its longest, and the number that is so long

/** The list: {element, show(rows, chosen)}; a click calls `choose(key)`. */
export function roll({ choose }) {
  const element = h("ol", { class: "roll", "data-testid": "list", "aria-label": "the scene as a list" }), shown = new Map();
  const empty = h("li", { class: "empty" }, "Nothing found yet: draw a digit, or drop a sample.");

  function build(key) {
    const name = h("strong"), place = h("span", { class: "place" }), bars = svg("svg", { viewBox: `0 0 ${16 * WIDE} ${HIGH}`, preserveAspectRatio: "none", "aria-hidden": "true" });
    for (let i = 0; i < 16; i++) bars.append(svg("rect", { x: i * WIDE, width: WIDE - 1 }));
    const button = h("button", { type: "button", onclick: () => choose(key) }, name, place, bars);
    return { line: h("li", {}, button), button, name, place, bars };
  }

  function show(rows, chosen) {
    const keys = new Set(rows.map(({ key }) => key));
    for (const [key, { line }] of shown) if (!keys.has(key)) {
      line.remove();
      shown.delete(key);
    }
    for (const row of rows) {
      if (!shown.has(row.key)) {
        shown.set(row.key, build(row.key));
        element.append(shown.get(row.key).line);
      }
      const { button, name, place, bars } = shown.get(row.key), [y, x] = middleOf(row.box).map(Math.round);
      const [tall, wide] = [row.box[2] - row.box[0], row.box[3] - row.box[1]].map(Math.round);
      say(name, row.digit === null ? "?" : String(row.digit));
      say(place, `${x}, ${y}\n${wide} × ${tall} px`);
      button.style.setProperty("--class", colourOf(row));
      button.setAttribute("aria-pressed", row.key === chosen);
      button.setAttribute("aria-label", `${nameOf(row)} at ${x}, ${y}, ${wide} by ${tall} pixels`);
      button.title = row.latent ? Array.from(row.latent, (n) => inWords(n)).join("  ") : "";
      [...bars.children].forEach((bar, i) => {
        const long = (Math.min(Math.abs(row.latent?.[i] ?? 0), MOST) / MOST) * (HIGH / 2);
        bar.setAttribute("y", (row.latent?.[i] ?? 0) > 0 ? HIGH / 2 - long : HIGH / 2);
        bar.setAttribute("height", Math.max(long, 0.6));
      });
    }
    empty.remove();
    if (!rows.length) element.append(empty);
  }

  return { element, show };
}
