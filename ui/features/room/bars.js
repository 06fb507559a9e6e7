// A latent at a glance: an upright bar for each of its numbers, up for what is above zero.

import { h } from "../../frontend/lib/paint.js";

const REACH = 3.2; // latents are whitened, so 3 is a lot

/** The bars: {element, show(latent)}. */
export function bars() {
  const element = h("div", { class: "bars", "data-part": "latent", "data-testid": "bars", role: "img", "aria-label": "the latent" });
  return {
    element,
    show(latent) {
      if (element.children.length !== latent.length) element.replaceChildren(...latent.map(() => h("i")));
      latent.forEach((value, i) => {
        const part = 50 * Math.min(Math.abs(value) / REACH, 1); // % of the height
        element.children[i].style.setProperty("--high", `${part.toFixed(1)}%`);
        element.children[i].style.setProperty("--top", `${(value > 0 ? 50 - part : 50).toFixed(1)}%`);
      });
      element.setAttribute("aria-label", `the latent: ${latent.length === 1 ? "one number" : `${latent.length} numbers`}`);
    },
  };
}
