// How a film moves and what is wrong with it: sliders, and films that are hard to follow.

import { button, h, say } from "../../frontend/lib/paint.js";
import { slider } from "../../frontend/lib/slider.js";
import { makeItFail } from "./dare.js";
import { COUNTS } from "./motion.js";

const HEAVY = 0.35; // the noise of the example
const CLEAR = { noise: 0, blur: 0 };
const SLIDERS = [
  { name: "speed", text: "Speed", low: 0, high: 2, step: 0.1 },
  { name: "count", text: "Digits", low: 1, high: 4, step: 1, makes: { kind: "scattered" } },
  { name: "rate", text: "Frames a second", low: 2, high: 30, step: 1 },
  { name: "blur", text: "Blur", low: 0, high: 2, step: 0.1 },
  { name: "noise", text: "Noise", low: 0, high: 0.6, step: 0.05 },
];
const FAILURES = [
  ["Three of the same that cross", "their looks do not tell them apart", { kind: "crossing", count: COUNTS.crossing, ...CLEAR }],
  ["One hidden behind another", "what nobody sees has to be remembered", { kind: "hiding", count: COUNTS.hiding, ...CLEAR }],
  ["Heavy noise", "digits are lost, and found where there are none", { kind: "scattered", ...CLEAR, noise: HEAVY }],
];

/**
 * Sliders and buttons for a part with a `film`: {element, buttons, dare, show(made)}. A user's input calls `change(fields)`, after
 * `part.remember()`, and `fail(fields)` for a film that is to be played from its beginning; `made` is whether its digits are ours.
 */
export function filmSettings(part, { change, fail }) {
  const sliders = SLIDERS.map(({ name, text, low, high, step, makes = {} }) => {
    const take = (value) => change({ ...makes, [name]: Number((Math.round(value / step) * step).toFixed(2)) });
    return { ...slider(part, { name: text, text, low, high, step, change: take }), name };
  });
  const buttons = FAILURES.map(([text, title, fields]) => button(text, title, () => fail(fields)));
  return {
    element: h("div", { class: "settings" }, ...sliders.map(({ label }) => label)),
    buttons,
    dare: makeItFail(buttons),
    show(made) {
      for (const { name, show, label, input } of sliders) {
        const words = String(part.film[name]);
        show(part.film[name], words);
        say(label.lastChild, words);
        if (["speed", "count"].includes(name)) input.disabled = !made;
      }
    },
  };
}
