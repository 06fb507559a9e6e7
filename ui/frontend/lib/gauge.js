// How typical a latent is of real digits, and which of them are nearest.

import { h, imageCanvas, paint } from "./paint.js";
import { EDGE, typicalityOf } from "./typicality.js";

const NEAREST = 5;
const NONE_SO_FAR = 99.5; // from this percentile on, (nearly) no real digit is so untypical
const PAUSE_MS = 120; // it costs more than a frame has

/** The gauge: {element, show(atlas, model, latent), showSoon, stop}; without an atlas it hides. */
export function gauge() {
  const needle = h("i", { class: "needle" });
  const words = h("p", { class: "verdict", role: "status", "data-testid": "gauge" });
  const pictures = Array.from({ length: NEAREST }, (_, i) => imageCanvas(`nearest-${i + 1}`, "a digit near by"));
  const labels = pictures.map(() => h("figcaption"));
  const element = h(
    "section",
    { class: "gauge", hidden: true },
    h("h4", {}, "Am I still on solid ground?"),
    h("div", { class: "scale", "aria-hidden": "true" }, needle),
    words,
    h("div", { class: "nearest" }, ...pictures.map((picture, i) => h("figure", {}, picture, labels[i]))),
  );

  function show(atlas, model, latent) {
    element.hidden = !atlas || !model || latent.length !== atlas.dim;
    if (element.hidden) return;
    const found = atlas.nearest(latent, NEAREST);
    // A file without a mixture has no density: then the distance to the nearest digit has to do.
    const judged = typicalityOf(model, atlas)?.of(latent) ?? { percentile: atlas.percentile(found[0].distance), isBetween: false };
    needle.style.left = `${judged.percentile}%`;
    words.textContent = verdict(judged);
    found.forEach(({ index, distance }, i) => {
      paint(pictures[i], model.decode(atlas.latent(index)));
      labels[i].textContent = `${atlas.labels[index]} · ${distance.toFixed(1)}`;
    });
  }

  let timer = 0;

  function stop() {
    clearTimeout(timer);
    timer = 0;
  }

  /** Show, before long, what `look` returns by then: [atlas, model, latent]. */
  function showSoon(look) {
    timer ||= setTimeout(() => {
      timer = 0;
      show(...look());
    }, PAUSE_MS);
  }

  return { element, show, showSoon, stop };
}

function verdict({ percentile, isBetween }) {
  const digits = `${percentile >= 100 ? "all" : `${Math.floor(percentile)} % of`} digits never seen before`;
  const where = isBetween ? " It lies between digits of different kinds." : "";
  if (percentile < EDGE) return `Yes: ${digits} are more typical than this latent.`;
  if (percentile < NONE_SO_FAR) return `At the edge: ${digits} are more typical.${where}`;
  return `No: ${digits} are more typical.${where} The decoder has to make something up.`;
}
