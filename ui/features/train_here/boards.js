// What is seen of a network that learns: its errors, sixteen pictures and the visitor's own redrawn, latents, filters.

import { COLOURS } from "../../frontend/lib/colours.js";
import { explained } from "../../frontend/lib/explain.js";
import { h, imageCanvas, paint, say } from "../../frontend/lib/paint.js";
import { paintCurves, paintFilters, paintPairs, paintScatter } from "../../frontend/training/charts.js";

const toImage = (bytes) => Float32Array.from(bytes, (v) => v / 255);

export class Boards {
  constructor() {
    const picture = (testId, label, attributes = {}) => h("canvas", { "data-testid": testId, role: "img", "aria-label": label, ...attributes });
    this.chart = picture("here-curves", "error over the epochs, training and validation", { class: "chart" });
    this.digits = picture("here-digits", "sixteen pictures and what the network makes of them", { class: "digits", "data-part": "output", width: 224, height: 112 });
    this.scatter = picture("here-scatter", "latents of pictures that it has not seen, in the plane", { class: "scatter", "data-part": "latent" });
    this.filters = picture("here-filters", "filters of the first layer", { class: "filters", "data-part": "encoder", width: 173, height: 57 });
    [this.own, this.redrawn] = [imageCanvas("here-own", "your picture"), imageCanvas("here-own-redrawn", "your picture, redrawn")];
    this.caption = h("small", {}, "their two main directions");
    this.classes = COLOURS.map((colour, i) => h("span", {}, h("b", { style: `background: ${colour}` }), String(i)));
    const key = (colour, text) => h("span", {}, h("i", { style: `color: ${colour}` }), ...explained(text));
    this.ownBoard = h("section", { class: "own" }, h("h3", {}, "Yours", h("small", {}, "the one on every page")), h("figure", { "data-part": "input" }, this.own), h("figure", { "data-part": "output" }, this.redrawn));
    this.element = h(
      "div",
      { class: "boards" },
      h("section", { class: "errors" }, h("h3", {}, ...explained("Squared error per pixel")), this.chart, h("div", { class: "legend" }, key(COLOURS[0], "training, by batch"), key(COLOURS[1], "validation, by epoch"))),
      h("section", { class: "sixteen" }, h("h3", { "data-part": "output" }, "Sixteen it has never seen", h("small", {}, "above as they are, below as it redraws them")), this.digits),
      this.ownBoard,
      h("section", { class: "latents" }, h("h3", { "data-part": "latent" }, ...explained("Their latents"), this.caption), this.scatter, (this.legend = h("div", { class: "legend" }, ...this.classes))),
      h("section", { class: "first" }, h("h3", { "data-part": "encoder" }, ...explained("Filters of the first layer"), h("small", {}, "red adds, blue takes away")), this.filters),
    );
  }

  /** Show what a session has come to, or the epoch that is looked back at. */
  show(session, { references, own, shape, classes, colours }) {
    const { losses, errors, earlier, begun, looked } = session, view = looked?.view ?? session.view;
    paintCurves(this.chart, { losses, held: errors, epochs: begun?.epochs ?? 20, earlier, references }, colours);
    if (!view || !begun) return;
    const count = session.clean.length / (shape[0] * shape[1] * shape[2]);
    paintPairs(this.digits, [toImage(session.clean), toImage(view.redrawn)], count);
    const points = Array.from({ length: view.points.length / 2 }, (_, i) => [view.points[2 * i], view.points[2 * i + 1]]);
    paintScatter(this.scatter, points, session.labels.map((label) => label ?? 0));
    paintFilters(this.filters, view.filters, shape[2]);
    this.ownBoard.hidden = !own;
    if (own) {
      paint(this.own, toImage(own));
      if (view.own) paint(this.redrawn, toImage(view.own));
    }
    this.legend.hidden = !classes.length;
    say(this.caption, ["one number along x, sorted by class", "the two numbers themselves", "their two main directions"][Math.min(begun.latentDim, 3) - 1]);
  }
}
