// One picture of the comparison, with its distance from the clean digit.

import { explained } from "../../frontend/lib/explain.js";
import { meanSquaredError, peakSignalToNoise, structuralSimilarity } from "../../frontend/lib/measures.js";
import { h, imageCanvas, paint } from "../../frontend/lib/paint.js";

export class Panel {
  /** Its frame is in the colour of the part it is `of`; `compared` panels can be marked as the best. */
  constructor(testId, title, subtitle = "", { of = null, compared = false } = {}) {
    this.title = title;
    this.canvas = imageCanvas(testId, `${title.toLowerCase()}, 28 by 28 pixels`);
    this.caption = h("small", { class: "numbers", "data-testid": `${testId}-numbers` });
    const star = compared ? h("b", { class: "best", title: "closest to the clean digit, by MSE" }, "★ best") : "";
    this.subtitle = h("small", {}, ...explained(subtitle));
    this.figure = h("figure", { class: testId, "data-part": of }, h("span", { class: "picture" }, this.canvas, star), h("figcaption", {}, ...explained(title, "autoencoder", "latent"), this.subtitle, this.caption));
    this.numbers = [];
  }

  /** Show an image, and how far it is from a clean one. */
  show(image, clean = null) {
    paint(this.canvas, image);
    this.numbers = [];
    if (image && clean) {
      this.error = meanSquaredError(image, clean);
      const ratio = this.error ? `${peakSignalToNoise(image, clean).toFixed(1)} dB` : "∞";
      this.numbers = [`MSE ${this.error.toFixed(4)}`, `PSNR ${ratio}`, `SSIM ${structuralSimilarity(image, clean).toFixed(3)}`];
    }
    this.caption.replaceChildren(...this.numbers.map((number) => h("span", {}, number)));
  }

  mark(best) {
    this.best = best;
    this.figure.classList.toggle("is-best", best);
  }
}
