// The Morph page: two to six digits, and everything between them.

import { oneEntryPerPage } from "./address.js";
import { loadAtlas } from "./atlas.js";
import { loadModel } from "./engine.js";
import { gauge } from "./gauge.js";
import { interpolate } from "./interpolation.js";
import { h, imageCanvas, paint, putImage } from "./paint.js";

const [FEWEST, MOST] = [2, 6];
const FRAMES = 25; // in the filmstrip
const SECONDS = 1.6; // from stop to stop, played
const SETTLE_MS = 250;
const GAUGE_MS = 120;
const HISTORY = 50;

const pages = new WeakMap();
oneEntryPerPage();

export default function render({ data, parentElement, setStateValue }) {
  if (!pages.has(parentElement)) pages.set(parentElement, new Morph(parentElement));
  const page = pages.get(parentElement);
  page.update(data, (settled) => setStateValue("settled", settled));
  return () => page.stop();
}

class Morph {
  constructor(root) {
    Object.assign(this, { seq: null, model: null, atlas: null, url: "", stops: [], place: 0.5, spherical: false, history: [], direction: 1 });
    this.build(root);
  }

  update(data, send) {
    Object.assign(this, { send, table: data.table, samples: data.samples });
    if (data.seq !== this.seq) Object.assign(this, { seq: data.seq, stops: data.stops, place: data.place, spherical: data.spherical, history: [] });
    if (data.model.url === this.url) return this.show();
    Object.assign(this, { url: data.model.url, model: null, atlas: null });
    this.load(data);
  }

  async load({ model: { url }, atlas }) {
    const absolute = (address) => new URL(address, document.baseURI).href;
    this.say("Loading the model …");
    try {
      const model = await loadModel(absolute(url));
      if (url !== this.url) return;
      this.model = model;
      this.say("");
      this.show();
      if (atlas) this.atlas = await loadAtlas(absolute(atlas)).catch(() => null); // the path works without
      this.showGauge();
    } catch (error) {
      this.say(`The path needs the model, and ${error.message}. Reload the page to try again.`);
    }
  }

  get last() {
    return this.stops.length - 1;
  }

  // ---- from the hand -----------------------------------------------------------------------------------------

  remember() {
    this.history.push({ stops: this.stops, place: this.place, spherical: this.spherical });
    if (this.history.length > HISTORY) this.history.shift();
  }

  change(changes) {
    Object.assign(this, changes);
    this.place = Math.min(Math.max(this.place, 0), this.last);
    this.showSoon();
    this.settleSoon();
  }

  undo() {
    if (this.history.length) this.change(this.history.pop());
  }

  add(latent) {
    if (this.stops.length >= MOST) return;
    this.remember();
    this.change({ stops: [...this.stops, latent], place: this.stops.length });
  }

  remove(i) {
    if (this.stops.length <= FEWEST) return;
    this.remember();
    this.change({ stops: this.stops.filter((_, k) => k !== i) });
  }

  swap(i) {
    this.remember();
    const stops = [...this.stops];
    [stops[i], stops[i + 1]] = [stops[i + 1], stops[i]];
    this.change({ stops });
  }

  play() {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    let before = performance.now();
    const step = (now) => {
      const moved = this.place + (this.direction * (now - before)) / (1000 * SECONDS * (still ? 4 : 1));
      before = now;
      if (moved >= this.last || moved <= 0) {
        if (!this.loopInput.checked && moved >= this.last) {
          this.change({ place: this.last });
          return this.pause();
        }
        this.direction = moved >= this.last ? -1 : 1;
      }
      this.place = Math.min(Math.max(moved, 0), this.last);
      this.show();
      this.playing = requestAnimationFrame(step);
    };
    if (this.place >= this.last) Object.assign(this, { place: 0, direction: 1 });
    this.playButton.textContent = "Pause";
    this.playing = requestAnimationFrame(step);
  }

  pause() {
    cancelAnimationFrame(this.playing);
    this.playing = 0;
    this.direction = 1;
    this.playButton.textContent = "Play";
    if (this.send) this.settleSoon();
  }

  settleSoon() {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.settle(), SETTLE_MS);
  }

  settle() {
    clearTimeout(this.settling);
    this.settling = 0;
    this.send({ seq: this.seq, stops: this.stops, place: this.place, spherical: this.spherical });
  }

  // ---- to the screen -----------------------------------------------------------------------------------------

  say(text) {
    this.status.textContent = text;
  }

  latentAt(place) {
    return interpolate(this.stops, place, this.spherical);
  }

  showSoon() {
    this.frame ||= requestAnimationFrame(() => this.show());
  }

  show() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.scrubber.max = this.last;
    if (Number(this.scrubber.value) !== this.place) this.scrubber.value = this.place;
    this.scrubber.setAttribute("aria-valuetext", `${this.place.toFixed(2)} of ${this.last}`);
    this.pathInput.value = this.spherical ? "spherical" : "straight";
    this.undoButton.disabled = !this.history.length;
    this.adders.querySelectorAll("button").forEach((button) => (button.disabled = this.stops.length >= MOST || !this.model));
    if (!this.model || this.stops[0]?.length !== this.model.latentDim) return;
    paint(this.output, this.model.decode(this.latentAt(this.place)));
    this.mark.style.left = `${(100 * (0.5 + ((FRAMES - 1) * this.place) / this.last)) / FRAMES}%`;
    const path = JSON.stringify([this.url, this.stops, this.spherical]);
    if (path !== this.path) {
      this.path = path;
      this.showPath();
    }
    this.root.dataset.ready = "true";
    this.gaugeTimer ||= setTimeout(() => this.showGauge(), GAUGE_MS);
  }

  showPath() {
    const context = this.strip.getContext("2d");
    for (let k = 0; k < FRAMES; k++) putImage(context, this.model.decode(this.latentAt((k / (FRAMES - 1)) * this.last)), 28 * k);
    this.list.replaceChildren(...this.stops.map((latent, i) => {
      const picture = imageCanvas(`stop-${i + 1}`, `stop ${i + 1}`);
      paint(picture, this.model.decode(Float32Array.from(latent)));
      const remove = h("button", { type: "button", class: "small", title: "take this stop out", "aria-label": `remove stop ${i + 1}`, disabled: this.stops.length <= FEWEST, onclick: () => this.remove(i) }, "×");
      const swap = h("button", { type: "button", class: "small", title: "swap with the next stop", "aria-label": `swap stops ${i + 1} and ${i + 2}`, disabled: i === this.last, onclick: () => this.swap(i) }, "⇄");
      picture.addEventListener("click", () => this.change({ place: i }));
      return h("figure", { class: "stop" }, picture, h("figcaption", {}, String(i + 1), remove, swap));
    }));
    if (this.samplesShown === this.url) return;
    this.samplesShown = this.url;
    this.adders.querySelectorAll("canvas").forEach((canvas, i) => paint(canvas, this.model.decode(Float32Array.from(i ? this.samples[i - 1] : this.table))));
  }

  showGauge() {
    clearTimeout(this.gaugeTimer);
    this.gaugeTimer = 0;
    if (this.stops.length) this.gauge.show(this.atlas, this.model, this.latentAt(this.place));
  }

  build(root) {
    const button = (text, title, onclick) => h("button", { type: "button", title, onclick }, text);
    this.output = imageCanvas("decoded", "decoded digit, 28 by 28 pixels");
    this.status = h("p", { class: "status", role: "status" });
    this.scrubber = h("input", {
      type: "range", min: 0, step: 0.01, "aria-label": "place on the path",
      onpointerdown: () => this.playing && this.pause(),
      oninput: () => this.change({ place: Number(this.scrubber.value) }),
      onchange: () => this.settling && this.settle(),
    });
    this.strip = h("canvas", {
      width: 28 * FRAMES, height: 28, "data-testid": "filmstrip", role: "img", "aria-label": "the path as a filmstrip",
      onclick: (event) => this.change({ place: (this.last * Math.floor((FRAMES * event.offsetX) / this.strip.clientWidth)) / (FRAMES - 1) }),
    });
    this.mark = h("i", { class: "mark" });
    this.playButton = button("Play", "", () => (this.playing ? this.pause() : this.play()));
    this.loopInput = h("input", { type: "checkbox", checked: true });
    this.pathInput = h(
      "select",
      { "aria-label": "path", onchange: () => {
        this.remember();
        this.change({ spherical: this.pathInput.value === "spherical" });
      } },
      h("option", { value: "straight" }, "Straight path"),
      h("option", { value: "spherical" }, "Spherical path"),
    );
    this.undoButton = button("Undo", "take the last change back", () => this.undo());
    this.list = h("div", { class: "stops" });
    const adder = (name, i) => h("button", { type: "button", class: "adder", title: `add ${name} to the path`, "aria-label": `add ${name}`, onclick: () => this.add(i ? this.samples[i - 1] : this.table) }, imageCanvas(`adder-${i}`, name), i ? "" : "mine");
    this.adders = h("div", { class: "adders", role: "group", "aria-label": "add a stop" }, ...["my digit", ..."0123456789"].map(adder));
    this.gauge = gauge();
    this.root = h(
      "div",
      { class: "morph" },
      h("figure", { class: "output" }, this.output, h("figcaption", {}, "Decoded digit"), this.status),
      h(
        "div",
        {},
        h("div", { class: "track" }, this.strip, this.mark),
        this.scrubber,
        h("div", { class: "controls" }, this.playButton, h("label", { class: "loop" }, this.loopInput, " there and back"), this.pathInput, this.undoButton),
        h("h4", {}, `Stops (${FEWEST} to ${MOST})`),
        this.list,
        h("h4", {}, "Add a stop"),
        this.adders,
        this.gauge.element,
      ),
    );
    root.append(this.root);
  }

  stop() {
    if (this.playing) this.pause();
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    clearTimeout(this.gaugeTimer);
    this.gaugeTimer = 0;
    if (this.settling) this.settle();
  }
}
