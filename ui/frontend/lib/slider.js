// A slider with a label and its value; `slider.css` says what it looks like.

import { inWords } from "./latent.js";
import { h } from "./paint.js";
import { thumb } from "./thumb.js";

/**
 * A slider from `low` to `high` in steps: {label, name, input, show(value, words)}, where `name` holds the text of the label. For a part:
 * it remembers its state before a change, calls `change(value)` for each, and reports at once when the slider is released.
 */
export function slider(part, { name: spoken, of = null, text = "", low = 0, high = 1, step = 0.01, change }) {
  const input = h("input", {
    type: "range", min: low, max: high, step, "aria-label": spoken,
    onkeydown: (event) => !event.repeat && /Arrow|Page|Home|End/.test(event.key) && part.remember(),
    ...thumb({ begin: () => part.remember(), move: change, end: () => part.rest.flush() }),
  });
  const [name, number] = [h("span", {}, text), h("output")];
  return {
    name,
    input,
    label: h("label", { class: "slider", "data-part": of }, name, input, number),
    /** Show a value, which screen readers read out as `words`. */
    show(value, words) {
      input.setAttribute("aria-valuetext", words);
      if (Number(input.value) !== value) input.value = value;
      number.textContent = inWords(value);
    },
  };
}
