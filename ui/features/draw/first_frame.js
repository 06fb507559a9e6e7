// The Draw page before Streamlit has loaded: canvas, samples, sliders and decoded digit work from the first second on.
// When Streamlit's page is complete, the sliders move into it, and Python gets what was drawn meanwhile.

import { loadModel } from "../../frontend/engine/engine.js";
import { firstFrame } from "../../frontend/lib/first_frame.js";
import { latentFromText } from "../../frontend/lib/latent.js";
import { normalizeGrey } from "../../frontend/lib/normalize.js";
import { imageToBase64 } from "../../frontend/lib/paint.js";
import { sketch } from "../../frontend/lib/sketch.js";
import render from "./part.js";

const QUICK_MS = 80; // for the sliders' first network, a tenth of a megabyte, on a line that takes everything at once
const START_MS = 4000; // for the sliders' network; then Streamlit is loaded beside it
const BACK_MS = 3000; // for Python's answer to what was drawn
const WANTED_MS = 10_000; // for Streamlit to ask for the sliders; else its page says why they are not there

const frame = document.getElementById("first-frame");
const data = JSON.parse(document.getElementById("first-frame-data").textContent);
const { opening } = window; // of the page's head: frontend/index.js

function start() {
  const query = new URLSearchParams(location.search);
  const digit = Number(query.get("digit") ?? data.start), sample = data.samples[digit];
  if (query.has("z") && !query.has("digit")) return opening.skip(); // only the numbers are known: Python decodes them
  if (opening.isPlain || (query.get("model") ?? data.model.name) !== data.model.name || !sample) return opening.skip();
  const numbers = (name, otherwise) => latentFromText(query.get(name) ?? "", sample.encoded.length) ?? otherwise;
  const home = numbers("home", sample.encoded), latent = numbers("z", home), automatic = query.get("refine") !== "0";

  const host = frame.querySelector(".live").attachShadow({ mode: "open" });
  host.append(Object.assign(document.createElement("style"), { textContent: data.style }));
  const { model, atlas, directions } = data;
  const deck = firstFrame.show(render, host, { seq: -1, reason: "canvas", hint: "", model, atlas, directions, ...sample, home, latent, automatic, decoded: null });
  const asked = performance.now();
  const first = loadModel(model.student ?? model.url).then(() => performance.now() - asked > QUICK_MS);
  deck.beforeTeacher = async () => (await first) && opening.complete; // on a slow line, Streamlit first
  setTimeout(opening.start, START_MS);
  first.then(opening.start, opening.start);

  const drawn = { digit, canvas: sketch(data.pen, { onDrawing: (drawing) => draw(drawing), onPast: (some) => (undo.disabled = !some) }) };
  const [undo, clear, ...samples] = frame.querySelectorAll(".draw button");
  const press = () => samples.forEach((one, number) => one.setAttribute("aria-pressed", number === drawn.digit));
  frame.querySelector(".paper").append(drawn.canvas.element);
  drawn.canvas.show(sample.strokes);
  undo.addEventListener("click", () => drawn.canvas.undo());
  clear.addEventListener("click", () => drawn.canvas.clear());
  samples.forEach((one, number) => one.addEventListener("click", () => choose(number)));

  function draw(drawing) {
    drawn.digit = null;
    press();
    deck.follow(drawing);
  }

  function choose(number) {
    drawn.digit = number;
    press();
    drawn.canvas.show(data.samples[number].strokes);
    deck.adopt({ seq: -1, reason: "canvas", hint: "", ...data.samples[number], latent: data.samples[number].encoded, isFresh: true, automatic: deck.automatic });
    deck.show();
  }

  opening.complete.then(() => leave(deck, drawn, { digit, latent }));
}

/** Move the sliders into Streamlit's page, when nobody holds one of them or the pen, and take what was done along. */
async function leave(deck, drawn, start) {
  await Promise.race([firstFrame.isWanted, new Promise((resolve) => setTimeout(resolve, WANTED_MS))]);
  await letGo();
  if (!firstFrame.data) return opening.reveal(); // Streamlit's page says why
  const { seq, model } = firstFrame.data;
  const isDrawn = drawn.digit !== start.digit, isChanged = isDrawn || String(deck.latent) !== String(start.latent);
  if (isChanged && model.url === data.model.url) deck.seq = seq; // what the visitor did counts, not where Python starts
  if (isDrawn) {
    const image = deck.unread ? normalizeGrey(deck.unread) : deck.image; // the encoder may still be on its way
    firstFrame.bringBack({ image: imageToBase64(image), latent: deck.unread ? null : deck.latent, home: deck.unread ? null : deck.home, fresh: deck.fresh, digit: drawn.digit, strokes: drawn.canvas.strokes, under: null, source: "drawn" });
    await Promise.race([firstFrame.nextData(), new Promise((resolve) => setTimeout(resolve, BACK_MS))]);
    await opening.settled();
  }
  firstFrame.move();
  if (isChanged) deck.rest.soon();
  opening.reveal();
}

let held = 0; // pointers that are down
let onLetGo = null;

/** A promise that neither a slider nor the pen is held. */
const letGo = () => new Promise((resolve) => (held ? (onLetGo = resolve) : resolve()));

frame.addEventListener("pointerdown", () => held++, true);
for (const type of ["pointerup", "pointercancel"]) {
  addEventListener(type, () => {
    held = Math.max(held - 1, 0);
    if (!held) setTimeout(() => onLetGo?.()); // when the part has seen it, too
  }, true);
}

try {
  start();
} catch (error) {
  console.warn("the first frame does not work here", error);
  firstFrame.host = null;
  opening.skip();
}
