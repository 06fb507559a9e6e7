// One picture of the comparison, with its distance from the clean digit.

import { meanSquaredError, peakSignalToNoise, structuralSimilarity } from "../../frontend/lib/measures.js";
import { h, imageCanvas, paint } from "../../frontend/lib/paint.js";

export class Panel {
  constructor(testId, title, subtitle = "") {
    this.title = title;
    this.canvas = imageCanvas(testId, `${title.toLowerCase()}, 28 by 28 pixels`);
    this.caption = h("small", { class: "numbers", "data-testid": `${testId}-numbers` });
    this.star = h("b", { class: "best", hidden: true, title: "closest to the clean digit, by MSE" }, "★ best");
    this.figure = h("figure", { class: testId }, h("span", { class: "picture" }, this.canvas), h("figcaption", {}, title, this.star, h("small", {}, subtitle), this.caption));
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
    this.caption.replaceChildren(...this.numbers.flatMap((number) => [h("span", {}, number), " "]));
  }

  mark(best) {
    this.best = best;
    this.star.hidden = !best;
    this.figure.classList.toggle("is-best", best);
  }
}
