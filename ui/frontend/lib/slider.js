// A slider with a label and its value; `slider.css` says what it looks like.

import { inWords } from "./latent.js";
import { h } from "./paint.js";

/**
 * A slider from `low` to `high`: {label, name, input, show(value)}, where `name` holds the text of the label. For a part:
 * it remembers its state before a change, calls `change(value)` for each, and reports at once when the slider is released.
 */
export function slider(part, { name: spoken, text = "", low = 0, high = 1, change }) {
  const input = h("input", {
    type: "range", min: low, max: high, step: 0.01, "aria-label": spoken,
    onpointerdown: () => part.remember(),
    onkeydown: (event) => !event.repeat && /Arrow|Page|Home|End/.test(event.key) && part.remember(),
    oninput: () => change(Number(input.value)),
    onchange: () => part.rest.flush(),
  });
  const [name, number] = [h("span", {}, text), h("output")];
  return {
    name,
    input,
    label: h("label", { class: "slider" }, name, input, number),
    show(value) {
      if (Number(input.value) !== value) input.value = value;
      number.textContent = inWords(value);
    },
  };
}
