// The Map page: real digits as points, and what the decoder draws under the pointer.
//
// The points are painted once per view on one canvas; the pointer, the visitor's own digit and what was picked lie on
// another above it, so that following the pointer costs one decode and no points.

import { loadAtlas } from "../../frontend/lib/atlas.js";
import { COLOURS } from "../../frontend/lib/colours.js";
import { AtRest, NextFrame, mount } from "../../frontend/lib/component.js";
import { loadModel } from "../../frontend/engine/engine.js";
import { gauge } from "../../frontend/lib/gauge.js";
import { quantiseAll } from "../../frontend/lib/latent.js";
import { button, h, imageCanvas, imageFromBase64, paint, putImage } from "../../frontend/lib/paint.js";

const VIEWS = {
  pca: { label: "Flat (PCA)", points: "flat", source: "default" },
  umap: { label: "Bent (UMAP)", points: "bent", source: "default" },
  plane: { label: "Two numbers only", points: "flat", source: "plane" },
  own: { label: "Your own model", points: "flat", source: "own" },
};
const SAYS = {
  pca: "The plane through latent space on which the ten average digits lie farthest apart. The point under the pointer is decoded exactly: its two coordinates move, the other fourteen stay as they are in your latent.",
  umap: "UMAP bends latent space so that neighbours stay together. There is no exact way back: the five digits nearest to the pointer are blended, the nearer the heavier, and that latent is decoded.",
  plane: "An autoencoder whose latent is two numbers: the map is all it has. Behind the points, its whole plane, decoded.",
  own: "The plane through your model's latent space on which the ten average digits lie farthest apart. The point under the pointer is decoded exactly: its two coordinates move, the others stay as they are in your latent.",
};
const ZOOM = 1.3;
const TILE = 34; // px, of the decoded plane
const BUDGET_MS = 10; // of decoding tiles per frame
const CLICK = 5; // px: a pointer that moved less has not dragged

class LatentMap {
  constructor(root, { view, shown }) {
    Object.assign(this, { view, shown: new Set(shown), loaded: {}, urls: {}, problems: {}, own: {}, bounds: {}, cameras: {}, point: null, picked: null, tiles: null });
    this.frame = new NextFrame(() => this.show());
    this.pointerFrame = new NextFrame(() => this.showPointer());
    this.rest = new AtRest(() => this.send({ seq: this.seq, ...this.state }));
    this.build(root);
    this.resizing = new ResizeObserver(() => this.resize());
  }

  // ---- from Python -------------------------------------------------------------------------------------------

  update({ sources, seq }, { settled, trigger }) {
    Object.assign(this, { send: settled, trigger, sources });
    for (const [view, { source }] of Object.entries(VIEWS)) this.viewButtons[view].hidden = !sources[source];
    if (seq !== this.seq) Object.assign(this, { seq, point: null });
    for (const [name, { latent }] of Object.entries(sources)) this.own[name] = latent;
    if (!sources[VIEWS[this.view].source]) this.view = "pca";
    this.resizing.observe(this.canvas.parentElement);
    this.loadAll();
    this.resize();
  }

  // What is looked at first; the rest must not hold it up.
  async loadAll() {
    await this.load(this.source);
    for (const name of Object.keys(this.sources)) this.load(name);
  }

  // The points come first; the pointer decodes as soon as the decoder is there as well.
  async load(name) {
    const { model, atlas } = this.sources[name];
    const key = `${model.url} ${atlas}`;
    if (this.urls[name] === key) return;
    this.urls[name] = key;
    try {
      const network = loadModel(model.url);
      this.loaded[name] = { atlas: await loadAtlas(atlas), model: null };
      this.show();
      this.loaded[name].model = await network;
      this.show();
    } catch (error) {
      this.problems[name] = `This map is missing here: ${error.message}. Reload the page to try again.`;
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
    return this.here?.atlas.points[VIEWS[this.view].points];
  }

  /** The camera of this view, {x, y, scale} with scale in px per unit; at first it shows (nearly) every point. */
  get camera() {
    return (this.cameras[this.view] ??= this.fit());
  }

  fit() {
    const [[left, right], [top, bottom]] = (this.bounds[this.view] ??= [0, 1].map((axis) => this.extent(axis)));
    const scale = 0.94 * Math.min(this.width / (right - left), this.height / (bottom - top));
    return { x: (left + right) / 2, y: (top + bottom) / 2, scale };
  }

  // On the plane a few digits lie far out, and would make the map of all the others small.
  extent(axis) {
    const sorted = this.points.filter((_, i) => i % 2 === axis).sort();
    const outside = this.view === "plane" ? Math.floor(sorted.length / 100) : 0;
    return [sorted[outside], sorted.at(-1 - outside)];
  }

  toScreen([x, y]) {
    const { camera } = this;
    return [this.width / 2 + (x - camera.x) * camera.scale, this.height / 2 - (y - camera.y) * camera.scale];
  }

  toMap([x, y]) {
    const { camera } = this;
    return [camera.x + (x - this.width / 2) / camera.scale, camera.y - (y - this.height / 2) / camera.scale];
  }

  /** The latent of a point of the map. */
  latentAt(point) {
    const { atlas } = this.here;
    if (this.view === "umap") return atlas.blend(point);
    return this.view === "plane" ? Float32Array.from(point) : atlas.lift(point, this.ownLatent());
  }

  /** Where a latent lies on the map. */
  pointOf(latent) {
    return this.view === "umap" ? this.here.atlas.place(latent) : this.here.atlas.project(latent);
  }

  ownLatent() {
    return Float32Array.from(this.own[this.source] ?? new Float32Array(this.here.atlas.dim));
  }

  /** The latent that is decoded: that of the pointer, or the visitor's own. */
  get latent() {
    return this.point ? this.latentAt(this.point) : this.ownLatent();
  }

  // ---- from who presents, to who follows ----------------------------------------------------------------------

  get state() {
    return { view: this.view, shown: [...this.shown].sort().join("") };
  }

  get scene() {
    const { x, y, scale } = this.here && this.width ? this.camera : {};
    const camera = scale ? { x, y, zoom: scale / this.fit().scale } : null;
    return { map: { ...this.state, point: this.point, camera } };
  }

  showScene({ map: { view, shown, point, camera } = {} }) {
    const isPlace = (...numbers) => numbers.every(Number.isFinite);
    if (!Object.hasOwn(VIEWS, view) || !this.sources[VIEWS[view].source] || !/^[0-9]{0,10}$/.test(shown)) return;
    if (view !== this.view) this.choose(view);
    this.point = Array.isArray(point) && point.length === 2 && isPlace(...point) ? point : null;
    this.pointerFrame.soon();
    const painted = () => JSON.stringify([[...this.shown].sort(), this.cameras[view]]);
    const before = painted();
    this.shown = new Set(shown);
    if (this.here && this.width && camera && isPlace(camera.x, camera.y, camera.zoom) && camera.zoom > 0) {
      this.cameras[view] = { x: camera.x, y: camera.y, scale: camera.zoom * this.fit().scale };
    }
    if (painted() !== before) this.frame.soon(); // else the ten thousand points are where they were
  }

  // ---- from the hand -----------------------------------------------------------------------------------------

  follow() {
    const fingers = new Map(); // pointerId -> place on the canvas
    let [start, moved] = [null, false];
    const place = (event) => {
      const box = this.canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    const middle = () => [0, 1].map((axis) => [...fingers.values()].reduce((sum, at) => sum + at[axis], 0) / fingers.size);
    const apart = () => {
      const [a, b] = [...fingers.values()];
      return b ? Math.hypot(a[0] - b[0], a[1] - b[1]) : 0;
    };
    const handlers = {
      pointerdown: (event) => {
        if (event.button || !this.here) return;
        this.canvas.setPointerCapture(event.pointerId);
        fingers.set(event.pointerId, place(event));
        if (fingers.size === 1) [start, moved] = [place(event), false];
        if (event.pointerType !== "mouse") this.hover(place(event));
      },
      pointermove: (event) => {
        if (!this.here) return;
        const before = fingers.size ? [middle(), apart()] : null;
        if (fingers.has(event.pointerId)) fingers.set(event.pointerId, place(event));
        if (start && Math.hypot(place(event)[0] - start[0], place(event)[1] - start[1]) > CLICK) moved = true;
        const pans = fingers.size > 1 || (fingers.size === 1 && event.pointerType === "mouse");
        if (!pans) return this.hover(place(event)); // a finger is the pointer, two move the map
        if (!moved) return;
        const [from, spread] = before, to = middle();
        this.move(to[0] - from[0], to[1] - from[1]);
        if (spread) this.zoom(apart() / spread, to);
      },
      pointerup: (event) => {
        const clicked = fingers.size === 1 && fingers.has(event.pointerId) && !moved;
        if (clicked) this.pick(place(event));
      },
      lostpointercapture: (event) => fingers.delete(event.pointerId),
      pointerleave: (event) => event.pointerType === "mouse" && this.hover(null),
      wheel: (event) => {
        if (!this.here) return;
        event.preventDefault();
        this.zoom(Math.exp(-event.deltaY / 400), place(event));
      },
    };
    for (const [type, handler] of Object.entries(handlers)) this.canvas.addEventListener(type, handler, { passive: false });
  }

  hover(place) {
    this.point = place && this.toMap(place);
    this.pointerFrame.soon();
  }

  pick(place) {
    this.point = this.toMap(place);
    const latent = quantiseAll(this.latentAt(this.point));
    this.picked = { view: this.view, point: this.point };
    this.own[this.source] = latent;
    this.trigger("picked", { model: this.sources[this.source].model.name, latent });
    this.pickedNote.hidden = false;
    this.showPointer();
  }

  move(dx, dy) {
    this.camera.x -= dx / this.camera.scale;
    this.camera.y += dy / this.camera.scale;
    this.frame.soon();
  }

  zoom(factor, place = [this.width / 2, this.height / 2]) {
    const [x, y] = this.toMap(place), smallest = this.fit().scale / 2;
    this.camera.scale = Math.min(Math.max(this.camera.scale * factor, smallest), smallest * 100);
    const [left, top] = this.toScreen([x, y]);
    this.move(place[0] - left, place[1] - top);
  }

  key(event) {
    const pan = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!this.here || event.altKey || event.ctrlKey || event.metaKey) return;
    if (pan) {
      const [x, y] = this.point ? this.toScreen(this.point) : [this.width / 2, this.height / 2];
      const step = event.shiftKey ? 40 : 8;
      this.hover([Math.min(Math.max(x + step * pan[0], 0), this.width), Math.min(Math.max(y + step * pan[1], 0), this.height)]);
    } else if (event.key === "Enter" || event.key === " ") this.point && this.pick(this.toScreen(this.point));
    else if (event.key === "+") this.zoom(ZOOM);
    else if (event.key === "-") this.zoom(1 / ZOOM);
    else if (event.key === "0") this.refit();
    else return;
    event.preventDefault();
  }

  refit() {
    delete this.cameras[this.view];
    this.frame.soon();
  }

  choose(view) {
    this.view = view;
    this.point = this.picked = null;
    this.pickedNote.hidden = true;
    this.load(this.source);
    this.show();
    this.rest.soon();
  }

  toggle(digit) {
    if (!this.shown.delete(digit)) this.shown.add(digit);
    this.frame.soon();
    this.rest.soon();
  }

  // ---- to the screen -----------------------------------------------------------------------------------------

  say(text) {
    this.status.textContent = text;
  }

  resize() {
    const box = this.canvas.parentElement.getBoundingClientRect();
    if (!box.width) return;
    const ratio = window.devicePixelRatio || 1;
    if (box.width !== this.width || ratio !== this.ratio) {
      Object.assign(this, { width: box.width, height: box.height, ratio, cameras: {} });
      for (const canvas of [this.canvas, this.overlay]) Object.assign(canvas, { width: Math.round(box.width * ratio), height: Math.round(box.height * ratio) });
    }
    this.show();
  }

  show() {
    this.frame.cancel();
    for (const [view, button] of Object.entries(this.viewButtons)) button.setAttribute("aria-pressed", view === this.view);
    this.chips.forEach((chip, digit) => chip.setAttribute("aria-pressed", this.shown.has(String(digit))));
    this.explanation.textContent = SAYS[this.view];
    this.root.dataset.ready = String(Boolean(this.here?.model && this.width));
    this.say(this.problems[this.source] ?? (this.here?.model ? "" : `Loading the ${this.here ? "decoder" : "map"} …`));
    if (!this.here || !this.width) return;
    const context = this.canvas.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    if (this.view === "plane" && this.here.model) this.showPlane(context);
    this.showPoints(context);
    this.showPointer();
  }

  showPoints(context) {
    const { labels, count } = this.here.atlas, { points, camera } = this;
    const side = Math.min(Math.max(2.2 * Math.sqrt(camera.scale / this.fit().scale), 2.2), 7);
    context.globalAlpha = this.view === "plane" ? 0.55 : 0.75;
    for (const digit of this.shown) {
      context.fillStyle = COLOURS[digit];
      for (let i = 0; i < count; i++) {
        if (labels[i] !== Number(digit)) continue;
        const x = this.width / 2 + (points[2 * i] - camera.x) * camera.scale;
        const y = this.height / 2 - (points[2 * i + 1] - camera.y) * camera.scale;
        if (x > -side && y > -side && x < this.width + side && y < this.height + side) context.fillRect(x - side / 2, y - side / 2, side, side);
      }
    }
    context.globalAlpha = 1;
  }

  // The whole plane as tiles, each the digit of its middle. They are decoded once per camera, a few per frame.
  showPlane(context) {
    const columns = Math.ceil(this.width / TILE), rows = Math.ceil(this.height / TILE);
    const place = JSON.stringify([this.camera, columns, rows]);
    if (this.tiles?.place !== place) {
      const canvas = new OffscreenCanvas(28 * columns, 28 * rows);
      this.tiles = { place, canvas, left: Array.from({ length: columns * rows }, (_, k) => [k % columns, Math.floor(k / columns)]) };
    }
    const { canvas, left } = this.tiles, tiles = canvas.getContext("2d");
    for (const end = performance.now() + BUDGET_MS; left.length && performance.now() < end; ) {
      const [column, row] = left.shift();
      const point = this.toMap([(column + 0.5) * TILE, (row + 0.5) * TILE]);
      putImage(tiles, this.here.model.decode(Float32Array.from(point)), 28 * column, 28 * row);
    }
    context.imageSmoothingEnabled = true;
    context.drawImage(canvas, 0, 0, columns * TILE, rows * TILE);
    if (left.length) this.frame.soon();
  }

  showPointer() {
    this.pointerFrame.cancel();
    if (!this.here || !this.width) return;
    const own = this.ownLatent();
    const latent = this.latent;
    if (this.here.model) paint(this.output, this.here.model.decode(latent));
    this.caption.textContent = this.point ? "under the pointer" : "your latent";
    const context = this.overlay.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    const look = getComputedStyle(this.root), colours = { ink: look.color, halo: look.getPropertyValue("--st-background-color") };
    const mark = this.picked?.view === this.view ? this.picked.point : this.pointOf(own);
    ring(context, this.toScreen(mark), 9, colours, "yours");
    if (this.point) ring(context, this.toScreen(this.point), 5, colours);
    this.gauge.showSoon(() => [this.here?.atlas, this.here?.model, this.here && this.latent]);
  }

  // ---- the page ----------------------------------------------------------------------------------------------

  build(root) {
    this.canvas = h("canvas", {
      "data-testid": "atlas", tabindex: 0, role: "application",
      "aria-label": "map of latents: arrow keys move the pointer, Enter takes its latent, plus and minus zoom",
      onkeydown: (event) => this.key(event),
    });
    this.overlay = h("canvas", { class: "overlay", "aria-hidden": "true" });
    this.output = imageCanvas("decoded", "decoded digit, 28 by 28 pixels");
    this.caption = h("small");
    this.status = h("p", { class: "status", role: "status" });
    this.pickedNote = h("p", { class: "picked", role: "status", hidden: true }, "Taken: the sliders of the Draw page stand there now.");
    this.explanation = h("p", { class: "explanation" });
    this.viewButtons = Object.fromEntries(Object.entries(VIEWS).map(([view, { label }]) => [view, button(label, "", () => this.choose(view))]));
    this.chips = COLOURS.map((colour, digit) => {
      const chip = button(String(digit), `show or hide the ${digit}s`, () => this.toggle(String(digit)));
      chip.className = "chip";
      chip.style.setProperty("--chip", colour);
      return chip;
    });
    const all = button("All", "show every digit, or none", () => {
      this.shown = new Set(this.shown.size < 10 ? "0123456789" : "");
      this.frame.soon();
      this.rest.soon();
    });
    this.gauge = gauge();
    this.root = h(
      "div",
      { class: "part map" },
      h(
        "div",
        { class: "left" },
        h(
          "div",
          { class: "bar" },
          h("div", { class: "group", role: "group", "aria-label": "kind of map" }, ...Object.values(this.viewButtons)),
          h("div", { class: "group" }, button("−", "zoom out (-)", () => this.zoom(1 / ZOOM)), button("+", "zoom in (+)", () => this.zoom(ZOOM)), button("Fit", "show everything (0)", () => this.refit())),
        ),
        h("div", { class: "stage" }, this.canvas, this.overlay),
        h("div", { class: "legend", role: "group", "aria-label": "digits shown" }, ...this.chips, all),
        this.explanation,
      ),
      h(
        "div",
        { class: "right" },
        h("figure", { class: "output" }, this.output, h("figcaption", {}, "Decoded digit", this.caption, this.pickedNote)),
        this.status,
        this.gauge.element,
      ),
    );
    this.follow();
    root.append(this.root);
  }

  stop() {
    this.frame.cancel();
    this.pointerFrame.cancel();
    this.gauge.stop();
    this.resizing.disconnect();
    this.rest.flush();
  }
}

export default mount(LatentMap);

function ring(context, [x, y], radius, { ink, halo }, label = "") {
  context.font = "600 13px system-ui, sans-serif";
  for (const [width, colour] of [[5, halo], [2, ink]]) {
    Object.assign(context, { lineWidth: width, strokeStyle: colour });
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.stroke();
    if (colour === halo) context.strokeText(label, x + radius + 5, y + 5);
  }
  context.fillStyle = ink;
  context.fillText(label, x + radius + 5, y + 5);
}
