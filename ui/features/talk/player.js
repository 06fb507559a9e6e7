// Plays the scenes of a talk: one line of text and large pictures, in any box, with nothing else around. The stage and
// the attract loop put it on screen; ui/scenes.py says what a scene is.

import { corrupt } from "../../frontend/lib/corruption.js";
import { loadModel } from "../../frontend/engine/engine.js";
import { interpolate } from "../../frontend/lib/interpolation.js";
import { inWords, quantise } from "../../frontend/lib/latent.js";
import { normalizeDrawing } from "../../frontend/lib/normalize.js";
import { h, imageCanvas, paint, svg } from "../../frontend/lib/paint.js";

const SIZE = 280; // px of the drawing canvas that strokes are written for
const HOPS = 4; // random digits per animation
const CAPTION = 2.3, GAP = 1.9; // em, as in stage.css: below a picture, and between two
const GLIDE = { kind: "glide", seconds: 0.4, repeat: false };
const PARTS = { draw: ["input", "latent", "output"], denoise: ["clean", "corrupted", "denoised"], morph: ["start", "between", "end"], title: [] };

export class Player {
  /** `pen` is as wide as in the app, in pixels. */
  constructor(pen) {
    this.pen = pen;
    this.models = new Map();
    this.sketch = new OffscreenCanvas(SIZE, SIZE).getContext("2d", { willReadFrequently: true });
    this.build();
  }

  // ---- what is played ----------------------------------------------------------------------------------------

  /** Take a talk and load its models; onProgress(share) hears how far that is. Resolves when every scene can be played. */
  async load(talk, onProgress = () => {}) {
    const described = Object.values(talk.models), shares = new Map();
    this.wanted = talk;
    const progress = (name, share) => {
      shares.set(name, share);
      onProgress([...shares.values()].reduce((sum, one) => sum + one, 0) / described.length);
    };
    const models = await Promise.all(
      described.map(async ({ name, url }) => {
        const model = await loadModel(url, (share) => progress(name, share / 2)); // the other half is the encoder
        await model.whole;
        progress(name, 1);
        return [name, model];
      }),
    );
    if (this.wanted !== talk) return; // another one was asked for meanwhile
    this.models = new Map(models);
    this.talk = talk;
  }

  /** Show a scene of the talk from its beginning; its animation starts by itself unless motion is unwelcome. */
  show(index) {
    this.stop();
    Object.assign(this, { home: null, stops: null, place: 0 });
    this.index = Math.min(Math.max(index, 0), this.talk.scenes.length - 1);
    this.scene = this.talk.scenes[this.index];
    this.model = this.models.get(this.scene.model);
    this.directions = this.talk.directions[this.scene.model];
    this.animation = this.scene.animation;
    this.slider = typeof this.animation?.slider === "number" ? this.animation.slider - 1 : null;
    this.named = typeof this.animation?.slider === "string" ? this.animation.slider : null;
    this.line.textContent = this.scene.line;
    this.element.dataset.page = this.scene.page;
    for (const page of Object.values(PARTS)) for (const part of page) this.figures[part].hidden = !this.scene.camera.includes(part);
    this.layout();
    this.reset();
    if (this.animation?.kind === "morph") this.stops = [this.animation.from, this.animation.to].map((digit) => this.latentOf(digit));
    if (this.animation) this.at(0);
    if (this.animation && !matchMedia("(prefers-reduced-motion: reduce)").matches) this.play();
  }

  /** The digit as the scene has it: nothing bent, its own noise. */
  reset() {
    this.noise = { ...this.scene.noise };
    this.drawn = 1;
    this.takeDigit(this.scene.digit);
    this.render();
  }

  takeDigit(digit) {
    this.digit = digit;
    if (digit.strokes) this.clean = this.imageOf(digit.strokes, this.drawn);
    else this.clean = this.model.decode(Float32Array.from(digit.latent));
    this.encode();
  }

  encode() {
    this.corrupted = this.clean && this.noise.level ? this.withNoise(this.clean) : this.clean;
    this.encoded = this.noise.level || this.digit.strokes ? this.latentOfImage(this.corrupted) : [...this.digit.latent];
    this.latent = [...this.encoded];
  }

  withNoise(image) {
    const { kind, level, mean, seed, box } = this.noise;
    return corrupt(image, kind, level, seed, { box, ...(mean === null ? {} : { mean }) });
  }

  latentOfImage(image) {
    return image ? Array.from(this.model.encode(image), quantise) : new Array(this.model.latentDim).fill(0);
  }

  latentOf(digit) {
    return digit.latent ?? this.latentOfImage(this.imageOf(digit.strokes, 1));
  }

  imageOf(strokes, share) {
    this.write(this.sketch, strokes, share);
    return normalizeDrawing(this.sketch.getImageData(0, 0, SIZE, SIZE));
  }

  /** Draw the first part of strokes, as much of their length as `share` says. */
  write(context, strokes, share) {
    Object.assign(context, { fillStyle: "#000", strokeStyle: "#fff", lineWidth: this.pen, lineCap: "round", lineJoin: "round" });
    context.fillRect(0, 0, SIZE, SIZE);
    const lengths = strokes.map((d) => svg("path", { d }).getTotalLength());
    let left = share * lengths.reduce((a, b) => a + b, 0);
    for (const [i, stroke] of strokes.entries()) {
      if (left <= 0) break;
      context.setLineDash(left < lengths[i] ? [left, 2 * lengths[i]] : []);
      context.stroke(new Path2D(stroke));
      left -= lengths[i];
    }
    context.setLineDash([]);
  }

  // ---- what a hand does ----------------------------------------------------------------------------------------

  get bendable() {
    return this.scene?.page === "draw";
  }

  choose(by) {
    if (!this.bendable) return;
    const n = this.latent.length;
    this.slider = this.slider === null ? (by > 0 ? 0 : n - 1) : (this.slider + by + n) % n;
    this.render();
  }

  nudge(by) {
    if (!this.bendable) return;
    this.stop();
    this.slider ??= 0;
    this.bend(this.latent.with(this.slider, quantise(Math.min(Math.max(this.latent[this.slider] + by, -6), 6))));
  }

  /** Move the chosen slider from end to end. */
  sweep() {
    if (!this.bendable) return;
    this.slider ??= 0;
    this.play({ kind: "sweep", slider: this.slider + 1, from: -2.5, to: 2.5, seconds: 6, repeat: false });
  }

  random() {
    if (this.bendable && this.model.sample) this.play({ ...GLIDE, way: [this.latent, this.model.sample()] });
  }

  /** Back to the scene as it was: nothing bent, its own noise. */
  restore() {
    this.stop();
    const before = this.latent;
    this.reset();
    if (this.bendable) this.play({ ...GLIDE, way: [before, this.latent] });
  }

  addNoise(by) {
    if (!["draw", "denoise"].includes(this.scene?.page)) return;
    this.stop();
    this.setNoise(Math.min(Math.max(Math.round(100 * (this.noise.level + by)) / 100, 0), 1));
  }

  // ---- what moves by itself --------------------------------------------------------------------------------------

  get playing() {
    return Boolean(this.frame);
  }

  /** Start an animation, the scene's own unless another is given; `then` is called when it has ended. */
  play(animation = this.scene?.animation, then = this.onEnd) {
    this.stop();
    if (!animation) return;
    if (animation.kind === "random") animation = { ...animation, way: [this.latent, ...Array.from({ length: HOPS }, () => this.model.sample())] };
    this.animation = animation;
    this.home = animation.kind === "sweep" ? [...this.latent] : null;
    const start = performance.now();
    const step = (now) => {
      const turns = Math.max(now - start, 0) / (1000 * animation.seconds);
      const ended = turns >= 1 && !animation.repeat;
      this.at(ended ? 1 : this.along(turns));
      this.frame = ended ? 0 : requestAnimationFrame(step);
      if (ended) then?.();
    };
    this.frame = requestAnimationFrame(step);
  }

  /** Where an animation is after so many turns, 0 to 1: a pen and a sweep start over, the rest goes back and forth. */
  along(turns) {
    const within = turns % 1;
    const back = turns % 2 >= 1 && !["draw", "sweep"].includes(this.animation.kind);
    return back ? 1 - within : within;
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
  }

  /** Put the running animation where it is at a share of its time. */
  at(t) {
    const { kind, from, to, slider, way } = this.animation;
    if (kind === "draw") this.setDrawn(Math.min(1.25 * t, 1)); // a while to look at what was drawn
    if (kind === "noise") this.setNoise(from + (to - from) * t);
    if (kind === "morph") this.setPlace(eased(t));
    if (kind === "glide" || (kind === "random" && way)) this.bend(hop(way, t));
    if (kind === "sweep" && this.home) this.bend(this.swept(slider, hop([[0], [to], [from], [0]], t)[0], hop([[0], [1], [1], [0]], t)[0]));
  }

  /** The latent where a slider stands at `value`: a numbered one by itself, a named one so far from the digit's own. */
  swept(slider, value, share) {
    if (typeof slider === "number") return this.home.with(slider - 1, (1 - share) * this.home[slider - 1] + value);
    const { direction } = this.directions.find(({ name }) => name === slider);
    return this.home.map((v, i) => v + value * direction[i]);
  }

  setDrawn(share) {
    this.drawn = share;
    this.takeDigit(this.digit);
    this.render();
  }

  setNoise(level) {
    this.noise.level = level;
    this.encode();
    this.render();
  }

  setPlace(place) {
    this.place = place;
    this.latent = Array.from(interpolate(this.stops, place));
    this.render();
  }

  bend(latent) {
    this.latent = latent;
    this.render();
  }

  /** Where a hand or an animation has brought the scene, as plain data; `follow` brings another player there. */
  get position() {
    const { latent, slider, noise, place, drawn } = this;
    return { latent: latent.map(quantise), slider, level: noise.level, place, drawn };
  }

  follow({ latent, slider, level, place, drawn }) {
    this.stop();
    this.slider = slider;
    if (drawn !== this.drawn) this.setDrawn(drawn);
    if (level !== this.noise.level) this.setNoise(level);
    if (this.stops) this.setPlace(place);
    else if (this.bendable && latent.length === this.latent.length) this.bend(latent);
  }

  // ---- to the screen -----------------------------------------------------------------------------------------

  render() {
    const { page } = this.scene, drawing = this.drawn < 1 && this.digit.strokes;
    const n = this.latent.length, numbers = n === 1 ? "one number" : `${n} numbers`;
    const decode = (latent) => this.model.decode(Float32Array.from(latent));
    const kind = this.noise.kind === "gaussian" ? "noise" : this.noise.kind.replaceAll("_", " ");
    const noise = this.noise.level ? `${kind} ${this.noise.level.toFixed(2)}` : "";
    if (page === "draw") {
      this.fill("input", this.corrupted, noise || "784 numbers");
      this.input.hidden = !drawing;
      if (drawing) this.write(this.input.getContext("2d"), this.digit.strokes, this.drawn);
      this.faders.show(this.latent, this.slider);
      this.captions.latent.textContent = this.slider === null ? (this.named ?? numbers) : `z${this.slider + 1} = ${inWords(this.latent[this.slider])}`;
      this.fill("output", this.clean || this.changed ? decode(this.latent) : null, "784 again");
    } else if (page === "denoise") {
      this.fill("clean", this.clean, "clean");
      this.fill("corrupted", this.corrupted, noise || "no noise yet");
      this.fill("denoised", this.clean && decode(this.latent), "denoised");
    } else if (page === "morph") {
      const [first, last] = this.stops ?? [this.latent, this.latent];
      this.fill("start", decode(first), "from");
      this.fill("between", decode(this.latent), `${Math.round(100 * this.place)} %`);
      this.fill("end", decode(last), "to");
    }
  }

  get changed() {
    return this.latent.some((v, i) => v !== this.encoded[i]);
  }

  fill(part, image, caption) {
    if (this.figures[part].hidden) return;
    paint(this.pictures[part], image);
    this.captions[part].textContent = caption;
  }

  /** Squares as large as the box allows: side by side, or one above the other where that makes them larger. */
  layout() {
    const { width, height } = this.parts.getBoundingClientRect(), n = this.scene.camera.length;
    const em = parseFloat(getComputedStyle(this.parts).fontSize), caption = CAPTION * em, gap = GAP * em;
    const beside = Math.min((width - (n - 1) * gap) / n, height - caption), below = Math.min(width, height / n - caption);
    this.parts.classList.toggle("below", below > beside);
    this.parts.style.setProperty("--side", `${Math.floor(Math.max(beside, below))}px`);
  }

  build() {
    [this.figures, this.pictures, this.captions] = [{}, {}, {}];
    const names = Object.values(PARTS).flat();
    for (const part of names) {
      const caption = (this.captions[part] = h("figcaption"));
      const picture = part === "latent" ? (this.faders = faders()).element : (this.pictures[part] = imageCanvas(`stage-${part}`, part));
      this.figures[part] = h("figure", { class: part }, h("div", { class: "square" }, picture), caption);
    }
    this.input = h("canvas", { width: SIZE, height: SIZE, class: "pen", "aria-hidden": "true", hidden: true });
    this.figures.input.firstChild.append(this.input);
    this.line = h("p", { class: "line", "data-testid": "stage-line", "aria-live": "polite" });
    this.parts = h("div", { class: "parts" }, ...names.map((part) => this.figures[part]));
    this.element = h("div", { class: "scene" }, this.line, this.parts);
  }
}

const eased = (t) => t * t * (3 - 2 * t);

/** Where one is on a way through lists of numbers, at a share of the time; it slows down at each of them. */
function hop(way, t) {
  const place = t * (way.length - 1), start = Math.min(Math.floor(place), way.length - 2);
  return Array.from(interpolate(way, start + eased(place - start)));
}

const HIGH = 160, REACH = 3.2; // of the drawing below; latents are whitened, so 3 is a lot

/** A latent as upright faders, one per dimension: {element, show(latent, chosen)}. */
function faders() {
  const element = svg("svg", { viewBox: `0 0 ${HIGH} ${HIGH}`, role: "img", "aria-label": "the latent", "data-testid": "stage-latent" });
  let lines = [];
  const y = (value) => HIGH / 2 - (Math.min(Math.max(value, -REACH), REACH) / REACH) * (HIGH / 2 - 8);
  return {
    element,
    show(latent, chosen) {
      const wide = HIGH / latent.length;
      if (lines.length !== latent.length) {
        lines = Array.from(latent, (_, i) => {
          const x = (i + 0.5) * wide;
          const [rail, bar] = ["rail", "bar"].map((name) => svg("line", { class: name, x1: x, x2: x, y1: y(REACH), y2: y(-REACH), "stroke-width": wide * (name === "bar" ? 0.5 : 0.12) }));
          return { bar, thumb: svg("circle", { cx: x, r: Math.min(0.42 * wide, 8) }), group: svg("g"), rail };
        });
        for (const { group, rail, bar, thumb } of lines) group.append(rail, bar, thumb);
        element.replaceChildren(svg("line", { class: "zero", x1: 0, x2: HIGH, y1: HIGH / 2, y2: HIGH / 2 }), ...lines.map(({ group }) => group));
      }
      latent.forEach((value, i) => {
        const { group, bar, thumb } = lines[i];
        bar.setAttribute("y1", y(0));
        bar.setAttribute("y2", y(value));
        thumb.setAttribute("cy", y(value));
        group.classList.toggle("chosen", i === chosen);
      });
    },
  };
}
