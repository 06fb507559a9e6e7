// The Map page: real digits as points, and what the decoder draws under the pointer.
//
// The points are painted once per view on one canvas; the pointer, the visitor's own digit and what was picked lie on
// another above it, so that following the pointer costs one decode and no points.

import { loadModel } from "../../frontend/engine/engine.js";
import { loadAtlas } from "../../frontend/lib/atlas.js";
import { mount } from "../../frontend/lib/component.js";
import { explainIn } from "../../frontend/lib/explain.js";
import { gauge } from "../../frontend/lib/gauge.js";
import { quantiseAll } from "../../frontend/lib/latent.js";
import { nameIn, named } from "../../frontend/lib/naming.js";
import { NextFrame } from "../../frontend/lib/pace.js";
import { paint } from "../../frontend/lib/paint.js";
import { Part } from "../../frontend/lib/part.js";
import { Cameras } from "./cameras.js";
import { followGestures } from "./gestures.js";
import { pressed } from "./keys.js";
import { layOut } from "./layout.js";
import { PlaneTiles, cleared, paintPoints, paintRing } from "./painting.js";
import { Thumbnails } from "./thumbnails.js";
import { VIEWS, about, latentAt, nameChips, pointOf, taken } from "./views.js";

class LatentMap extends Part {
  constructor(root, { view, shown }) {
    super();
    Object.assign(this, { view, shown: new Set(shown), loaded: {}, urls: {}, problems: {}, own: {}, point: null, picked: null });
    this.cameras = new Cameras(() => ({ view: this.view, points: this.points }));
    this.tiles = new PlaneTiles();
    this.pointerFrame = new NextFrame(() => this.showPointer());
    this.gauge = gauge(() => this.output);
    Object.assign(this, layOut(this));
    followGestures(this.canvas, {
      ready: () => Boolean(this.here),
      hover: (place) => this.hover(place),
      pick: (place) => this.pick(place),
      move: (dx, dy) => this.move(dx, dy),
      zoom: (factor, place) => this.zoom(factor, place),
    });
    root.append(this.root);
  }

  // ---- from Python -------------------------------------------------------------------------------------------

  update(data, reports) {
    super.update(data, reports);
    const { sources, seq, chosen, moves } = data;
    if (moves !== this.moves) Object.assign(this, { moves, view: data.view, shown: new Set(data.shown) });
    Object.assign(this, { sources, chosen });
    this.wayBackNote.show(data.before, data.label);
    for (const [view, { source }] of Object.entries(VIEWS)) this.viewButtons[view].hidden = !sources[source];
    if (seq !== this.seq) Object.assign(this, { seq, point: null });
    for (const [name, { latent }] of Object.entries(sources)) this.own[name] = latent;
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
      const network = loadModel(model.url);
      this.loaded[name] = { atlas: await loadAtlas(atlas), model: null };
      this.show();
      this.loaded[name].model = await network;
      this.show();
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
    const { x, y } = this.isVisible ? this.cameras.camera : {};
    const camera = this.isVisible ? { x, y, zoom: this.cameras.magnification } : null;
    return { map: { ...this.state, point: this.point, camera } };
  }

  showScene({ map: { view, shown, point, camera } = {} }) {
    const isPlace = (...numbers) => numbers.every(Number.isFinite);
    if (!Object.hasOwn(VIEWS, view) || !this.sources[VIEWS[view].source] || !/^[0-9]{0,10}$/.test(shown)) return;
    if (view !== this.view) this.choose(view);
    this.point = Array.isArray(point) && point.length === 2 && isPlace(...point) ? point : null;
    this.pointerFrame.soon();
    const painted = () => JSON.stringify([this.state.shown, this.isVisible && this.cameras.camera]), before = painted();
    this.shown = new Set(shown);
    if (this.isVisible && camera && isPlace(camera.x, camera.y, camera.zoom) && camera.zoom > 0) {
      this.cameras.camera = { x: camera.x, y: camera.y, scale: camera.zoom * this.cameras.fitted().scale };
    }
    if (painted() !== before) this.frame.soon(); // else the ten thousand points are where they were
  }

  // ---- user input --------------------------------------------------------------------------------------------

  hover(place) {
    this.point = place && this.cameras.toMap(place);
    this.pointerFrame.soon();
  }

  pick(place) {
    this.point = this.cameras.toMap(place);
    const latent = quantiseAll(this.latentAt(this.point));
    this.picked = { view: this.view, point: this.point };
    this.own[this.source] = latent;
    this.pickedNote.textContent = taken(this);
    this.trigger("picked", { model: this.sources[this.source].model.name, latent });
    this.pickedNote.hidden = false;
    this.showPointer();
  }

  move(dx, dy) {
    this.cameras.move(dx, dy);
    this.frame.soon();
  }

  zoom(factor, place = this.middle) {
    this.cameras.zoom(factor, place);
    this.frame.soon();
  }

  refit() {
    this.cameras.refit();
    this.frame.soon();
  }

  get middle() {
    return [this.cameras.width / 2, this.cameras.height / 2];
  }

  key(event) {
    if (this.here && pressed(this, event)) event.preventDefault();
  }

  choose(view) {
    this.view = view;
    this.point = this.picked = null;
    this.pickedNote.hidden = true;
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
    if (width !== this.cameras.width || ratio !== this.ratio) {
      this.ratio = ratio;
      this.cameras.resize(width, height);
      for (const canvas of [this.canvas, this.overlay]) Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    }
    this.show();
  }

  show() {
    this.frame.cancel();
    const { model } = this.here ?? {}, isPlane = this.view === "plane";
    for (const [view, button] of Object.entries(this.viewButtons)) button.setAttribute("aria-pressed", view === this.view);
    this.picturesButton.setAttribute("aria-pressed", this.hasPictures);
    this.chips.forEach((chip, digit) => chip.setAttribute("aria-pressed", this.shown.has(String(digit))));
    explainIn(this.explanation, about(this));
    this.root.dataset.ready = String(Boolean(model && this.isVisible));
    this.say(this.problems[this.source] ?? (model ? "" : `Loading the ${this.here ? "decoder" : "map"} …`));
    if (!this.isVisible) return;
    const context = cleared(this.canvas, this.cameras, this.ratio);
    if (isPlane && model && !this.tiles.paint(context, this.cameras, (latent) => model.decode(latent))) this.frame.soon();
    paintPoints(context, this.here.atlas, this.points, this.shown, this.cameras, isPlane ? 0.55 : 0.75);
    if (this.hasPictures && !this.thumbnails.paint(context, this, () => this.frame.soon()) && model) this.frame.soon();
    this.showPointer();
  }

  togglePictures() {
    this.hasPictures = !this.hasPictures;
    this.frame.soon();
  }

  showPointer() {
    this.pointerFrame.cancel();
    if (!this.isVisible) return;
    const { atlas, model } = this.here, { latent } = this;
    if (model) paint(this.output, model.decode(latent));
    this.caption.textContent = this.point ? "under the pointer" : named("your digit", this.described);
    const context = cleared(this.overlay, this.cameras, this.ratio);
    const look = getComputedStyle(this.root), colours = { ink: look.color, halo: look.getPropertyValue("--st-background-color") };
    const yours = this.picked?.view === this.view ? this.picked.point : pointOf(this.view, atlas, this.ownLatent());
    paintRing(context, this.cameras.toScreen(yours), 9, colours, "yours");
    if (this.point) paintRing(context, this.cameras.toScreen(this.point), 5, colours);
    this.gauge.showSoon(() => [this.here?.atlas, this.here?.model, this.here && this.latent, this.described]);
  }

  stop() {
    this.pointerFrame.cancel();
    this.gauge.stop();
    super.stop();
  }
}

export default mount(LatentMap);
