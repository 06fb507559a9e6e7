// How far a latent is from real digits, and which ones are nearest.

import { h, imageCanvas, paint } from "./paint.js";

const NEAREST = 5;
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
    const percentile = atlas.percentile(found[0].distance);
    needle.style.left = `${percentile}%`;
    words.textContent = verdict(percentile);
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

function verdict(percentile) {
  const percent = percentile >= 100 ? "all" : `${Math.round(percentile)} %`;
  if (percentile < 75) return `Yes: ${percent} of digits never seen before lie nearer to a real one than this latent.`;
  if (percentile < 98) return `At the edge: ${percent} of digits never seen before lie nearer to a real one than this latent.`;
  return `No: ${percent} of digits never seen before lie nearer to a real one. The decoder has to make something up.`;
}
