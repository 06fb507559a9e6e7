// What is said once a latent of the map has switched every page to its model, with a button that switches back.

import { button, h } from "../../frontend/lib/paint.js";

/** {element, show(before, now)}: the labels of the models before and now; hidden where nothing was switched. */
export function wayBack(back) {
  const sentence = h("p");
  const toBefore = button("", "use that model on every page again", back);
  const element = h("div", { class: "way-back", hidden: true }, sentence, toBefore);
  return {
    element,
    show(before, now) {
      element.hidden = !before;
      sentence.textContent = `Every page now uses “${now}”: the digit you took belongs to that model.`;
      toBefore.textContent = `Back to “${before}”`;
    },
  };
}
