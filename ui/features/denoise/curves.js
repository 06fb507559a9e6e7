// How well each network denoises at every level: a chart with its legend.

import { h } from "../../frontend/lib/paint.js";
import { curve } from "./curve.js";
import { KINDS } from "./kinds.js";
import { levelsSeen } from "./models.js";

/**
 * The chart, in `element`; of the lab it uses root, panels, redraws, image, settings, seen, corruptAt(level), remember(),
 * change(settings), rest, say(text).
 */
export class Curves {
  #drawn = "";

  constructor(plotly, lab) {
    this.lab = lab;
    this.chart = curve(plotly, { begin: () => lab.remember(), choose: (level) => lab.change({ level }), end: () => lab.rest.flush() });
    const { clean: _, residual: __, ...shown } = lab.panels;
    this.entries = Object.fromEntries(Object.entries(shown).map(([panel, { title }]) => [panel, h("li", { class: panel }, title)]));
    const seen = h("li", { class: "seen" }, "levels used in the denoiser's training");
    const legend = h("ul", { class: "legend" }, ...Object.values(this.entries), seen);
    this.element = h("section", {}, h("h2", {}, "How much noise is too much?"), legend, this.chart.element);
  }

  /** List what has a panel. */
  list() {
    for (const [panel, entry] of Object.entries(this.entries)) entry.hidden = this.lab.panels[panel].figure.hidden;
  }

  mark(level) {
    this.chart.mark(level);
  }

  draw() {
    const { root, panels, redraws, image, settings, seen } = this.lab, { level: _, searched: __, ...others } = settings;
    const drawn = JSON.stringify([others, Array.from(image), Object.keys(redraws), getComputedStyle(root).color]);
    if (drawn === this.#drawn) return; // only the level has moved, and the chart has them all
    this.#drawn = drawn;
    const redraw = (panel) => (panel === "corrupted" ? (noisy) => noisy : redraws[panels[panel].title]);
    const line = ([panel, entry]) => ({
      name: panels[panel].title, redraw: redraw(panel), colour: getComputedStyle(entry, "::before").borderTopColor,
      dash: panel === "corrupted" ? "dot" : undefined,
    });
    const series = Object.entries(this.entries).map(line).filter((one) => one.redraw);
    this.chart
      .draw({ image, series, seen: levelsSeen(seen, settings), axis: KINDS[others.kind].axis ?? "noise level", corruptAt: (at) => this.lab.corruptAt(at) })
      .catch((error) => this.lab.say(`${error.message}. Reload the page to try again.`));
  }

  stop() {
    this.chart.stop();
  }
}
