// The whole demo on one page, without a server. The live parts are the app's own; what Python does for them there,
// to keep the digit and its latent and hand them to each part, is done here.

import noise from "../../features/denoise/part.js";
import deck from "../../features/draw/part.js";
import map from "../../features/map/part.js";
import train from "../../features/train_here/part.js";
import { loadModel } from "../engine/engine.js";
import { carry, fetchFile, readSafetensors } from "../engine/files.js";
import { quantiseAll } from "../lib/latent.js";
import { normalizeGrey } from "../lib/normalize.js";
import { button, h, imageFromBase64 } from "../lib/paint.js";
import { sketch } from "../lib/sketch.js";
import { carryAll } from "./carried.js";

const EMPTY = "The canvas is empty: draw a digit, or pick a sample.";

const demo = JSON.parse(document.getElementById("demo").textContent);
carryAll(demo.files);

// What Python calls the state: the digit on the table, and where the sliders stand.
// `decoded` is only for the time until the decoder is there.
const state = { seq: 0, reason: "start", sample: null, image: null, encoded: [], home: [], latent: [], isFresh: false, automatic: true, decoded: null, hint: "" };
const view = { view: demo.view, shown: "0123456789" }; // of the map
const damage = { kind: "gaussian", level: 0.5, mean: 0.5, seed: 1, box: null, damage: "" }; // the article's noise

function take(changes) {
  const { encoded } = changes;
  Object.assign(state, { isFresh: Boolean(encoded) }, encoded && { home: encoded }, changes);
  state.seq++;
  waiting = null;
  for (const [digit, buttons] of sampleButtons.entries()) for (const one of buttons) one.setAttribute("aria-pressed", digit === state.sample);
  open?.update();
}

function chooseSample(digit) {
  const { strokes, ...found } = demo.samples[digit];
  delete found.called;
  canvas.show(strokes);
  if (trained) Object.assign(found, { encoded: quantiseAll(model.encode(imageFromBase64(found.image))), decoded: null });
  take({ ...found, latent: found.encoded, reason: "canvas", sample: digit, hint: "" });
}

let model = null; // on the sliders, as soon as it can encode
let original = null; // the demo's own
let trained = null; // the description of one that was trained here, while it is on the sliders
let count = 0; // of those
let waiting = null; // what was drawn before

function draw(drawing) {
  const image = normalizeGrey(drawing);
  if (!image) return take({ reason: "canvas", sample: null, image: null, hint: EMPTY });
  if (!model) return (waiting = drawing);
  const encoded = quantiseAll(model.encode(image));
  take({ reason: "canvas", sample: null, image: toBase64(image), encoded, latent: encoded, hint: "" });
}

/** Put a network that was trained here on the sliders of all pages that have any. */
async function useTrained(file, label) {
  const url = `trained-${++count}.safetensors`, { metadata } = readSafetensors(file.slice().buffer);
  for (const side of ["decoder", "encoder"]) carry(url.replace(".safetensors", `.${side}.safetensors`), async () => new Response(new Blob([file])));
  model = await (await loadModel(url)).whole;
  const { image, classes, noun, shape, isQuick } = demo.model;
  trained = { name: url, url, label, statistics: JSON.parse(metadata.statistics), image, classes, noun, shape, isQuick };
  encodeAgain();
  return "It is on the sliders of Draw now. The map goes on with the network that came with this page.";
}

/** Go back to the network that came with the page. */
function useOriginal() {
  if (!trained) return;
  [trained, model] = [null, original];
}

function encodeAgain() {
  if (!state.image) return take({ reason: "model" });
  const encoded = quantiseAll(model.encode(imageFromBase64(state.image)));
  take({ encoded, latent: encoded, decoded: null, reason: "model" });
}

// Where the picture is on the map, which is the original's.
function latentOnMap() {
  return trained && state.image ? quantiseAll(original.encode(imageFromBase64(state.image))) : trained ? new Array(original.latentDim).fill(0) : state.latent;
}

const toBase64 = (image) => btoa(String.fromCharCode(...image.map((v) => Math.round(v * 255))));

// ---- the pages -------------------------------------------------------------------------------------------------

/** A page with a live part: data() returns what the part gets, and its reports go to the functions of `answers`. */
class Page {
  constructor(name, title, render, data, answers, before, after = []) {
    Object.assign(this, { name, render, data, answers });
    const live = h("div", { class: "live" });
    this.root = live.attachShadow({ mode: "open" });
    this.root.append(h("style", {}, demo.styles[name]));
    this.section = h("section", { class: name, hidden: true }, ...before, live, ...after);
    this.link = h("a", { href: `#${name}` }, title);
  }

  update() {
    const report = (name, value) => this.answers[name]?.(value);
    this.stop = this.render({ data: this.data(), parentElement: this.root, setStateValue: report, setTriggerValue: report });
  }

  show() {
    this.section.hidden = false;
    this.link.setAttribute("aria-current", "page");
    this.update();
  }

  hide() {
    this.stop();
    this.section.hidden = true;
    this.link.removeAttribute("aria-current");
  }
}

const sampleButtons = demo.samples.map(() => []);

function samples() {
  const row = demo.samples.map((_, digit) => {
    const one = button(demo.samples[digit].called ?? String(digit), "", () => chooseSample(digit));
    sampleButtons[digit].push(one);
    return one;
  });
  return h("div", {}, h("p", { class: "caption" }, "or start from a sample"), h("div", { class: "row samples" }, ...row));
}

const undo = button("Undo", "undo the last stroke", () => canvas.undo(), { disabled: true });
const canvas = sketch(demo.pen, { onDrawing: draw, onPast: (some) => (undo.disabled = !some) });
const drawing = [
  h("div", { class: "paper" }, canvas.element),
  h("div", { class: "row pen" }, undo, button("Clear", "clear the canvas", () => canvas.clear())),
];

const pages = [
  new Page(
    "draw", "Draw", deck,
    () => ({ ...state, ...(trained ? { model: trained, atlas: null, directions: null } : { model: demo.model, atlas: demo.atlas, directions: demo.directions }), isDrawn: demo.isDrawn }),
    { settled: ({ seq, latent, home, fresh, automatic }) => seq === state.seq && Object.assign(state, { latent, home, isFresh: fresh, automatic }) },
    demo.isDrawn ? drawing : [],
    [h("div", { class: "side" }, samples())],
  ),
  new Page(
    "denoise", "Denoise", noise,
    () => ({ ...damage, seq: state.seq, image: state.image, models: demo.denoising, plotly: null, pictures: false }),
    { settled: ({ seq, ...now }) => Object.assign(damage, now) },
    [],
    [samples()],
  ),
  ...(demo.atlas
    ? [
        new Page(
          "map", "Map", map,
          () => ({ ...view, seq: state.seq, sources: { [demo.source]: { model: demo.model, atlas: demo.atlas, latent: latentOnMap() } } }),
          { settled: ({ view: kind, shown }) => Object.assign(view, { view: kind, shown }), picked: ({ latent }) => (useOriginal(), take({ reason: "picked", latent })) },
          [],
          [samples()],
        ),
      ]
    : []),
  ...(demo.training
    ? [
        new Page(
          "train", "Train", train,
          () => ({ ...demo.training, worker, image: state.image, mnist: null, own: null, useHere: useTrained }),
          {},
          [],
        ),
      ]
    : []),
];

let open = null;

// The script that trains networks comes with the page, too.
let worker = "";
if (demo.training) fetchFile("worker.js").then((response) => response.text()).then((script) => {
  worker = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  open?.update();
});

function turn() {
  const wanted = pages.find(({ link }) => link.hash === location.hash) ?? pages[0];
  if (wanted === open) return;
  open?.hide();
  open = wanted;
  open.show();
}

document.querySelector("nav").append(...pages.map(({ link }) => link));
document.querySelector("main").append(...pages.map(({ section }) => section));
addEventListener("hashchange", turn);
chooseSample(demo.start);
state.isFresh = false; // it opens as it is
turn();

loadModel(demo.model.url)
  .then((decoder) => decoder.whole)
  .then((whole) => {
    original = whole;
    model ??= whole;
    if (waiting) draw(waiting);
  })
  .catch(() => {}); // the deck says so
