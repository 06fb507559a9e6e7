// What is said once a latent of the map has switched every page to its model, with a button that switches back.

import { button, h } from "../../frontend/lib/paint.js";

/** {element, show(before, now)}: the labels of the models before and now; hidden where nothing was switched. */
export function wayBack(back) {
  const sentence = h("p");
  const toBefore = button("", "every page uses that model again", back);
  const element = h("div", { class: "way-back", hidden: true }, sentence, toBefore);
  return {
    element,
    show(before, now) {
      element.hidden = !before;
      sentence.textContent = `Every page uses the model “${now}” now, whose latent you took.`;
      toBefore.textContent = `Back to ${before}`;
    },
  };
}
