// How typical a latent is of real digits, and which of them are nearest.

import { aloud } from "./aloud.js";
import { picturesOf } from "./example_pictures.js";
import { named } from "./naming.js";
import { h, imageCanvas, paint, say } from "./paint.js";
import { EDGE, typicalityOf } from "./typicality.js";

const NEAREST = 5;
const NONE_SO_FAR = 99.5; // from this percentile on, (nearly) no real digit is so untypical
const PAUSE_MS = 120, MOST_PAUSE_MS = 450; // all of it costs more than a frame has
const REST = 20; // times as long as measuring took, on a slow machine: the pen comes first
const MOST_KEPT = 300; // decoded digits of a model, 3 kB each

const decoded = new WeakMap(); // model -> digit of its atlas -> image

/**
 * The gauge of what `output` shows, a canvas: {element, show(atlas, model, latent, described), showSoon, stop}. It hides
 * without an atlas. `described` is Python's description of the model. It also names the canvas, by the digits nearest to it.
 */
export function gauge(output) {
  const needle = h("i", { class: "needle" });
  const words = h("p", { class: "verdict", "data-testid": "gauge" });
  const spoken = aloud();
  const pictures = Array.from({ length: NEAREST }, (_, i) => imageCanvas(`nearest-${i + 1}`, "a similar digit"));
  const labels = pictures.map(() => h("figcaption"));
  const element = h(
    "section",
    { class: "gauge", hidden: true },
    h("h2", {}, "Does this look like a real digit?"),
    h("div", { class: "scale", "aria-hidden": "true" }, needle),
    words,
    spoken.element,
    h("div", { class: "nearest", title: "the most similar real digits, and how far away they are in latent space" }, ...pictures.map((picture, i) => h("figure", {}, picture, labels[i]))),
  );

  const pictured = []; // the image that each picture shows
  let measured = []; // what was shown last
  const again = () => wanted ?? show(...measured);

  // Measure, and show all of it at the end: a step of it takes no longer than a decode.
  function* steps(atlas, model, latent, described) {
    const call = (label) => described?.classes[label] ?? (described && !described.classes.length ? "" : String(label));
    element.hidden = !atlas || !model || latent.length !== atlas.dim;
    if (element.hidden) return;
    const found = atlas.nearest(latent, NEAREST);
    // A file without a mixture has no density: then the distance to the nearest digit has to do.
    const judged = typicalityOf(model, atlas)?.of(latent) ?? { percentile: atlas.percentile(found[0].distance), isBetween: false };
    const images = [];
    const own = picturesOf(described);
    for (const { index } of found) {
      if (!own?.get(index) && !isDecoded(model, index)) yield;
      images.push(own?.get(index) ?? digitOf(model, atlas, index));
    }
    measured = [atlas, model, latent, described];
    own?.want(found.map(({ index }) => index), again);
    for (const [i, { index, distance }] of found.entries()) {
      if (pictured[i] !== images[i]) paint(pictures[i], (pictured[i] = images[i]));
      const label = call(atlas.labels[index]);
      say(labels[i], `${label && `${label} · `}${distance.toFixed(1)}`);
      pictures[i].setAttribute("aria-label", `real ${label || "picture"}, at a distance of ${distance.toFixed(1)}`);
    }
    needle.style.left = `${judged.percentile}%`;
    say(words, named(verdict(judged), described));
    const kind = call(commonest(found.map(({ index }) => atlas.labels[index]))), digit = named("digit", described);
    const name = `decoded ${digit}, nearest to real ${digit === "digit" ? `${kind}s` : kind ? `${digit}s of ${kind}` : `${digit}s`}`;
    output().setAttribute("aria-label", name);
    spoken.say(`${name}. ${words.textContent}`);
  }

  let timer = 0;
  let wanted = null; // what to show next
  let cost = 0; // milliseconds that the last measuring took

  function stop() {
    spoken.stop();
    clearTimeout(timer);
    timer = 0;
    wanted = null;
  }

  function show(...what) {
    stop();
    for (const walk = steps(...what); !walk.next().done; );
  }

  /** Show, before long, what `look` returns by then: [atlas, model, latent]. */
  function showSoon(look) {
    wanted = look;
    timer ||= setTimeout(begin, pause());
  }

  const pause = () => Math.min(Math.max(PAUSE_MS, REST * cost), MOST_PAUSE_MS);

  function begin() {
    const look = wanted;
    stop();
    cost = 0;
    go(steps(...look()));
  }

  function go(walk) {
    const start = performance.now(), { done } = walk.next();
    cost += performance.now() - start;
    if (!done) timer = setTimeout(go, 0, walk);
    else timer = wanted ? setTimeout(begin, pause()) : 0;
  }

  return { element, show, showSoon, stop };
}

const isDecoded = (model, index) => Boolean(decoded.get(model)?.has(index));

function digitOf(model, atlas, index) {
  if (!(decoded.get(model)?.size < MOST_KEPT)) decoded.set(model, new Map());
  const images = decoded.get(model);
  if (!images.has(index)) images.set(index, model.decode(atlas.latent(index)));
  return images.get(index);
}

/** The value that a list has most often, the first of several. */
const commonest = (list) => list.reduce((best, one) => (list.filter((v) => v === one).length > list.filter((v) => v === best).length ? one : best));

/** In a sentence, how typical a latent is, {percentile, isBetween}: the percentage of real digits that are more typical. */
export function verdict({ percentile, isBetween }) {
  const less = Math.min(Math.floor(100 - percentile), 99); // % of real digits that are less typical: at least so many
  const where = isBetween ? " It lies between different digits." : "";
  if (percentile < EDGE) return `Yes: more typical than ${less} % of unseen real digits.`;
  if (percentile < NONE_SO_FAR) return `Unusual: more typical than ${less ? `only ${less}` : "less than 1"} % of unseen real digits.${where}`;
  return `No: less typical than ${percentile >= 100 ? "all" : "nearly all"} unseen real digits.${where} The decoder has to make something up.`;
}
