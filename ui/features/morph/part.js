// The Morph page: two to six digits, and everything between them.

import { mount } from "../../frontend/lib/component.js";
import { betweenMiddles, followDrag, pictureAt } from "../../frontend/lib/drag.js";
import { questionMark } from "../../frontend/lib/explain.js";
import { interpolate } from "../../frontend/lib/interpolation.js";
import { isLatent, quantiseAll } from "../../frontend/lib/latent.js";
import { ModelPart } from "../../frontend/lib/model_part.js";
import { prefersStillness } from "../../frontend/lib/pace.js";
import { button, h, imageCanvas, paint, putFrame, refill } from "../../frontend/lib/paint.js";
import { thumb } from "../../frontend/lib/thumb.js";
import { guessTheMiddle } from "./dare.js";

const [FEWEST, MOST] = [2, 6];
const FRAMES = 25; // in the filmstrip
const SECONDS = 1.6; // from stop to stop, played
const SLOWER = 4; // times, for who wants little motion

class Morph extends ModelPart {
  static student = true;
  static subject = "The path needs";

  constructor(root) {
    super();
    Object.assign(this, { stops: [], place: 0.5, spherical: false, back: true, direction: 1 });
    this.build(root);
  }

  update(data, reports) {
    Object.assign(this, { table: data.table, samples: data.samples });
    this.adders.querySelectorAll("button").forEach((one, i) => {
      const name = i ? data.called[i - 1] : "my digit";
      one.hidden = name === undefined;
      if (!one.hidden) for (const [key, text] of [["title", `add ${name} to the path`], ["aria-label", `add ${name}`]]) one.setAttribute(key, text);
    });
    super.update(data, reports);
  }

  adopt({ stops, place, spherical, back }) {
    Object.assign(this, { stops, place, spherical, back });
  }

  get state() {
    return { stops: this.stops, place: this.place, spherical: this.spherical, back: this.back };
  }

  get last() {
    return this.stops.length - 1;
  }

  get scene() {
    const glance = { latent: quantiseAll(this.latentAt(this.place)), words: `On the way from digit to digit: at ${(this.place + 1).toFixed(2)}, from 1 to ${this.stops.length}.` };
    return { morph: this.state, glance };
  }

  showScene({ morph: { stops, place, spherical, back } = {} }) {
    const size = this.stops[0].length;
    if (!Array.isArray(stops) || stops.length < FEWEST || stops.length > MOST || !stops.every((stop) => isLatent(stop, size))) return;
    if (!(place >= 0 && place <= stops.length - 1)) return;
    if (this.playing) this.pause();
    Object.assign(this, { stops, place, spherical: spherical === true, back: back !== false });
    this.frame.soon();
  }

  // ---- user input --------------------------------------------------------------------------------------------

  change(changes) {
    Object.assign(this, changes);
    this.place = Math.min(Math.max(this.place, 0), this.last);
    this.changed();
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

  /** Go along other stops. */
  take(stops) {
    this.remember();
    this.change({ stops, place: 0.5 });
  }

  swap(i) {
    this.remember();
    const stops = [...this.stops];
    [stops[i], stops[i + 1]] = [stops[i + 1], stops[i]];
    this.change({ stops });
  }

  play() {
    const seconds = SECONDS * (prefersStillness() ? SLOWER : 1); // from stop to stop
    let before = performance.now();
    const step = (now) => {
      const moved = this.place + (this.direction * (now - before)) / (1000 * seconds);
      before = now;
      if (moved >= this.last || moved <= 0) {
        if (!this.back && moved >= this.last) {
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
    this.rest.soon();
  }

  // ---- to the screen -----------------------------------------------------------------------------------------

  latentAt(place) {
    return interpolate(this.stops, place, this.spherical);
  }

  /** So many latents along the path, for the GIF of it. */
  film(count) {
    return Array.from({ length: count }, (_, i) => this.latentAt((this.last * i) / (count - 1)));
  }

  show() {
    this.frame.cancel();
    this.scrubber.max = this.last;
    if (Number(this.scrubber.value) !== this.place) this.scrubber.value = this.place;
    this.scrubber.setAttribute("aria-valuetext", `stop ${(this.place + 1).toFixed(2)} of ${this.stops.length}`);
    this.backInput.checked = this.back;
    this.pathInput.value = this.spherical ? "spherical" : "straight";
    this.adders.querySelectorAll("button").forEach((button) => (button.disabled = this.stops.length >= MOST || !this.model));
    if (!this.model || this.stops[0]?.length !== this.model.latentDim) return;
    paint(this.output, this.model.decode(this.latentAt(this.place)));
    this.mark.style.left = `${(100 * (0.5 + ((FRAMES - 1) * this.place) / this.last)) / FRAMES}%`;
    const shown = JSON.stringify([this.url, this.isStudent, this.stops, this.spherical]);
    if (shown !== this.shown) {
      this.shown = shown;
      this.showPath();
    }
    this.root.dataset.ready = String(!this.isStudent);
    this.showGauge();
    this.dare.show();
  }

  showPath() {
    for (let k = 0; k < FRAMES; k++) putFrame(this.strip, this.model.decode(this.latentAt((k / (FRAMES - 1)) * this.last)), k, FRAMES);
    refill(this.list, this.stops.map((latent, i) => {
      const picture = imageCanvas(`stop-${i + 1}`, `stop ${i + 1}`);
      paint(picture, this.model.decode(Float32Array.from(latent)));
      const go = h("button", { type: "button", class: "go", title: "go to this stop", "aria-label": `go to stop ${i + 1}`, onclick: () => this.change({ place: i }) }, picture);
      const remove = button("×", "remove this stop", () => this.remove(i), { class: "small", "aria-label": `remove stop ${i + 1}`, disabled: this.stops.length <= FEWEST });
      const swap = button("⇄", "swap with the next stop", () => this.swap(i), { class: "small", "aria-label": `swap stops ${i + 1} and ${i + 2}`, disabled: i === this.last });
      return h("figure", { class: "stop" }, go, h("figcaption", {}, String(i + 1), remove, swap));
    }));
    if (this.samplesShown === this.url) return;
    this.samplesShown = this.url;
    this.adders.querySelectorAll("canvas").forEach((canvas, i) => {
      const latent = i ? this.samples[i - 1] : this.table;
      if (latent) paint(canvas, this.model.decode(Float32Array.from(latent)));
    });
  }

  get gaugedLatent() {
    return this.latentAt(this.place);
  }

  build(root) {
    this.output = imageCanvas("decoded", "decoded digit, 28 by 28 pixels");
    this.scrubber = h("input", {
      "data-part": "latent", type: "range", min: 0, step: 0.01, "aria-label": "place on the path",
      ...thumb({ begin: () => this.playing && this.pause(), move: (place) => this.change({ place }), end: () => this.rest.flush() }),
    });
    this.strip = h("canvas", {
      width: 28 * FRAMES, height: 28, "data-testid": "filmstrip", role: "img", "aria-label": "the path as a filmstrip",
    });
    followDrag(this.strip, {
      begin: () => this.playing && this.pause(),
      move: (along, dragged) => this.change({ place: this.last * (dragged ? betweenMiddles(along, FRAMES) : pictureAt(along, FRAMES) / (FRAMES - 1)) }),
      end: () => this.rest.flush(),
    });
    this.mark = h("i", { class: "mark" });
    this.playButton = button("Play", "", () => (this.playing ? this.pause() : this.play()));
    this.backInput = h("input", { type: "checkbox", onchange: () => {
      this.remember();
      this.change({ back: this.backInput.checked });
    } });
    this.pathInput = h(
      "select",
      { "aria-label": "path", onchange: () => {
        this.remember();
        this.change({ spherical: this.pathInput.value === "spherical" });
      } },
      h("option", { value: "straight" }, "Straight path"),
      h("option", { value: "spherical" }, "Spherical path"),
    );
    this.list = h("div", { class: "stops" });
    this.dare = guessTheMiddle(this);
    const adder = (name, i) => h("button", { type: "button", class: "adder", title: `add ${name} to the path`, "aria-label": `add ${name}`, onclick: () => this.add(i ? this.samples[i - 1] : this.table) }, imageCanvas(`adder-${i}`, name), i ? "" : "my digit");
    this.adders = h("div", { class: "adders", role: "group", "aria-label": "add a stop" }, ...["my digit", ..."0123456789"].map(adder));
    this.root = h(
      "div",
      { class: "part morph" },
      h("figure", { class: "output", "data-part": "output" }, this.output, h("figcaption", {}, "Decoded digit"), this.status),
      h(
        "div",
        {},
        h("div", { class: "track", "data-part": "latent" }, this.strip, this.mark),
        this.scrubber,
        h("div", { class: "controls" }, this.playButton, h("label", { class: "back", title: "when played, and in the GIF" }, this.backInput, " Back and forth"), h("span", { class: "path" }, this.pathInput, questionMark("spherical path"))),
        h("h2", {}, "Add a stop"),
        this.adders,
        h("h2", {}, `Stops (${FEWEST} to ${MOST})`),
        this.list, // it grows: the buttons that make it grow are above
        this.gauge.element,
        this.dare.element,
      ),
    );
    root.append(this.root);
  }

  stop() {
    if (this.playing) this.pause();
    super.stop();
  }
}

export default mount(Morph);
