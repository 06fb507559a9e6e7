// The Map page: real digits as points, and what the decoder draws under the pointer.
//
// The points are painted once per view on one canvas; the pointer, the visitor's own digit and what was picked lie on
// another above it, so that following the pointer costs one decode and no points.

import { mount } from "../../frontend/lib/component.js";
import { explainIn } from "../../frontend/lib/explain.js";
import { gauge } from "../../frontend/lib/gauge.js";
import { quantiseAll } from "../../frontend/lib/latent.js";
import { nameIn, named } from "../../frontend/lib/naming.js";
import { NextFrame } from "../../frontend/lib/pace.js";
import { paint } from "../../frontend/lib/paint.js";
import { Part } from "../../frontend/lib/part.js";
import { Answers } from "./answers.js";
import { arrivals } from "./arrivals.js";
import { Cameras } from "./cameras.js";
import { sceneOf, showSceneOn } from "./followed.js";
import { followGestures } from "./gestures.js";
import { Glide } from "./glide.js";
import { layOut } from "./layout.js";
import { PlaneTiles, paintMap, paintPointer } from "./painting.js";
import { Thumbnails } from "./thumbnails.js";
import { Trail } from "./trail.js";
import { VIEWS, about, latentAt, nameChips, pointOf, taken } from "./views.js";

class LatentMap extends Part {
  constructor(root, { view, shown }) {
    super();
    Object.assign(this, { view, shown: new Set(shown), loaded: {}, urls: {}, problems: {}, own: {}, point: null, picked: null, pans: false });
    Object.assign(this, { trail: new Trail(this), glide: new Glide(), answers: new Answers(this) });
    this.cameras = new Cameras(() => ({ view: this.view, points: this.points }));
    this.tiles = new PlaneTiles();
    this.pointerFrame = new NextFrame(() => this.showPointer());
    this.gauge = gauge(() => this.output);
    Object.assign(this, layOut(this));
    followGestures(this.canvas, {
      ready: () => Boolean(this.here),
      pans: () => this.pans,
      hover: (place) => this.hover(place),
      pick: (place) => this.pick(this.cameras.toMap(place)),
      go: (place, from) => this.trail.go(place, from),
      move: (dx, dy) => this.move(dx, dy),
      zoom: (factor, place) => this.zoom(factor, place),
    });
    root.append(this.root);
  }

  // ---- from Python -------------------------------------------------------------------------------------------

  update(data, reports) {
    super.update(data, reports);
    this.answers.hear();
    const { sources, seq, chosen, moves } = data;
    if (moves !== this.moves) Object.assign(this, { moves, view: data.view, shown: new Set(data.shown) });
    Object.assign(this, { sources, chosen });
    this.wayBackNote.show(data.before, data.label);
    for (const [view, { source }] of Object.entries(VIEWS)) this.viewButtons[view].hidden = !sources[source];
    if (seq !== this.seq) Object.assign(this, { seq, point: null });
    for (const [name, { latent }] of Object.entries(sources)) this.own[name] = latent;
    if (this.picked && String(this.picked.latent) !== String(this.own[this.source])) this.forget();
    if (!sources[VIEWS[this.view].source]) this.view = Object.keys(VIEWS).find((view) => sources[VIEWS[view].source]);
    this.describe();
    this.loadAll();
    this.resized();
  }

  /** Say what is seen of the images of the model of the view. */
  describe() {
    const { model } = this.sources[this.source], isSame = model.url === this.described?.url;
    this.described = model; // which may have got the address of the pixels
    if (isSame) return;
    this.thumbnails = new Thumbnails();
    this.hasPictures = model.noun !== "digit";
    nameIn(this.root, model);
    nameChips(this.chips, model);
    this.allButton.hidden = !model.classes.length;
  }

  // What is looked at first; the rest must not hold it up.
  async loadAll() {
    await this.load(this.source);
    for (const name of Object.keys(this.sources)) this.load(name);
  }

  // The points come first; the pointer decodes as soon as the decoder is there as well.
  async load(name) {
    const { model, atlas } = this.sources[name], key = `${model.url} ${atlas}`;
    if (this.urls[name] === key) return;
    this.urls[name] = key;
    try {
      for await (this.loaded[name] of arrivals(model, atlas)) this.show();
    } catch (error) {
      this.problems[name] = `This map cannot be shown: ${error.message}. Reload the page to try again.`;
      this.show();
    }
  }

  // ---- where things are --------------------------------------------------------------------------------------

  get source() {
    return VIEWS[this.view].source;
  }

  get here() {
    return this.loaded[this.source];
  }

  get points() {
    return this.here?.atlas.points[VIEWS[this.view].places];
  }

  get isVisible() {
    return Boolean(this.here && this.cameras.width);
  }

  latentAt(point) {
    return latentAt(this.view, this.here.atlas, point, this.ownLatent());
  }

  ownLatent() {
    return Float32Array.from(this.own[this.source] ?? new Float32Array(this.here.atlas.dim));
  }

  /** The latent that is decoded: that of the pointer, or the visitor's own. */
  get latent() {
    return this.point ? this.latentAt(this.point) : this.ownLatent();
  }

  get state() {
    return { view: this.view, shown: [...this.shown].sort().join("") };
  }

  // ---- from whoever presents ---------------------------------------------------------------------------------

  get scene() {
    return sceneOf(this);
  }

  showScene({ map }) {
    showSceneOn(this, map);
  }

  // ---- user input --------------------------------------------------------------------------------------------

  hover(place) {
    this.point = place && this.cameras.toMap(place);
    this.pointerFrame.soon();
  }

  /** Take the digit at a point of the map: every page has it then. */
  pick(point) {
    this.trail.arrive();
    this.point = point;
    const latent = quantiseAll(this.latentAt(this.point));
    this.picked = { view: this.view, point, latent };
    this.own[this.source] = latent;
    this.pickedNote.textContent = taken(this);
    this.trigger("picked", { model: this.sources[this.source].model.name, latent });
    this.pickedNote.hidden = false;
    this.showPointer();
    this.trail.show();
  }

  // The digit is another one now.
  forget() {
    this.trail.clear();
    this.picked = null;
    this.pickedNote.hidden = true;
  }

  move(dx, dy) {
    this.cameras.move(dx, dy);
    this.frame.soon();
  }

  zoom(factor, place = this.cameras.middle) {
    this.cameras.zoom(factor, place);
    this.frame.soon();
  }

  refit() {
    this.cameras.refit();
    this.frame.soon();
  }

  togglePans() {
    this.panButton.setAttribute("aria-pressed", (this.pans = !this.pans));
  }

  choose(view) {
    if (VIEWS[view].source === this.source && view !== this.view && this.isVisible) this.glide.begin();
    this.view = view;
    this.point = null;
    this.forget();
    this.describe();
    this.load(this.source);
    this.show();
    this.rest.soon();
  }

  toggle(digit) {
    if (!this.shown.delete(digit)) this.shown.add(digit);
    this.changed();
  }

  toggleAll() {
    const places = this.chips.flatMap((chip, place) => (chip.hidden ? [] : [String(place)]));
    this.shown = new Set(places.some((place) => !this.shown.has(place)) ? "0123456789" : "");
    this.changed();
  }

  // ---- to the screen -----------------------------------------------------------------------------------------

  get watched() {
    return this.canvas.parentElement;
  }

  resized() {
    const { width, height } = this.watched.getBoundingClientRect();
    if (!width) return;
    const ratio = window.devicePixelRatio || 1;
    if (width !== this.cameras.width || height !== this.cameras.height || ratio !== this.ratio) {
      this.glide.end();
      this.ratio = ratio;
      this.cameras.resize(width, height);
      for (const canvas of [this.canvas, this.overlay]) Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    }
    this.show();
  }

  show() {
    this.frame.cancel();
    const { model, isStudent } = this.here ?? {};
    for (const [view, button] of Object.entries(this.viewButtons)) button.setAttribute("aria-pressed", view === this.view);
    this.picturesButton.setAttribute("aria-pressed", this.hasPictures);
    this.chips.forEach((chip, digit) => chip.setAttribute("aria-pressed", this.shown.has(String(digit))));
    explainIn(this.explanation, about(this));
    this.root.dataset.ready = String(Boolean(model && !isStudent && this.isVisible));
    if (model || this.problems[this.source]) this.say(this.problems[this.source] ?? "");
    else this.sayLoading(`Loading the ${this.here ? "decoder" : "map"} …`);
    if (!this.isVisible) return;
    if (!paintMap(this)) this.frame.soon();
    this.showPointer();
  }

  togglePictures() {
    this.hasPictures = !this.hasPictures;
    this.frame.soon();
  }

  showPointer() {
    this.pointerFrame.cancel();
    if (!this.isVisible) return;
    const { model } = this.here, { latent } = this;
    if (model) paint(this.output, model.decode(latent));
    this.caption.textContent = this.point ? "under the pointer" : named("your digit", this.described);
    paintPointer(this);
    this.dare.show();
    this.gauge.showSoon(() => [this.here?.atlas, this.here?.model, this.here && this.latent, this.described]);
  }

  /** Where the visitor's own digit lies. */
  get yours() {
    return this.picked?.view === this.view ? this.picked.point : pointOf(this.view, this.here.atlas, this.own[this.source] ?? this.ownLatent());
  }

  stop() {
    this.pointerFrame.cancel();
    for (const one of [this.answers, this.gauge]) one.stop();
    super.stop();
  }
}

export default mount(LatentMap);
