// The Denoise page's live part: a digit is corrupted, and three networks show what they make of it, frame by frame.
//
// The lab keeps its own settings and tells Python where they came to rest; of Python it takes the digit on the table.

import { latentBars } from "./bars.js";
import { AtRest, NextFrame, Past, mount } from "../../frontend/lib/component.js";
import { corrupt, occlusionBox } from "../../frontend/lib/corruption.js";
import { curve } from "./curve.js";
import { NOISE, NOTHING, damage, followPointer, maskFromText, maskToText, stroke } from "./damage.js";
import { loadModel } from "../../frontend/engine/engine.js";
import { filmstrip } from "./filmstrip.js";
import { inWords } from "../../frontend/lib/latent.js";
import { meanSquaredError, peakSignalToNoise, structuralSimilarity } from "../../frontend/lib/measures.js";
import { button, h, imageCanvas, imageFromBase64, imageToBase64, paint, paintDifference } from "../../frontend/lib/paint.js";
import { followClipboard } from "./picture.js";
import { poster, save } from "./poster.js";

const share = (pixels) => `${(100 * pixels) / 28}%`;
const percent = (level) => `${Math.round(100 * level)} %`;

// What each kind is called, what its level means, and what the chart's axis says.
const KINDS = {
  gaussian: {
    label: "Gaussian noise", axis: "standard deviation",
    meaning: ({ level, mean }) =>
      `noise of mean ${mean.toFixed(2)} and standard deviation ${level.toFixed(2)} is added` + (level === 0.5 && mean === 0.5 ? ": the article's" : ""),
  },
  salt_and_pepper: { label: "Salt and pepper", meaning: ({ level }) => `${percent(level)} of the pixels turn black or white` },
  speckle: { label: "Speckle", meaning: ({ level }) => `each pixel is multiplied by a number of mean 1 and standard deviation ${level.toFixed(2)}` },
  shot: {
    label: "Shot noise",
    meaning: ({ level }) => (level ? `light comes in photons: about ${Math.max(1, Math.round(1 / level ** 2))} of them for a white pixel` : "so much light that single photons do not matter"),
  },
  blur: { label: "Blur", meaning: ({ level }) => `blurred with a Gaussian of ${(4 * level).toFixed(1)} pixels` },
  low_contrast: { label: "Low contrast", meaning: ({ level }) => `every pixel comes ${percent(level)} closer to grey` },
  occlusion: { label: "Occlusion", meaning: ({ level }) => `a black square of ${Math.round(28 * level)} × ${Math.round(28 * level)} pixels: drag it over the digit` },
  scratches: { label: "Scratches", meaning: ({ level }) => `${Math.round(12 * level)} scratches, black or white` },
};
const ROLES = {
  denoised: { role: "denoiser", title: "Denoiser", subtitle: "trained on all of these" },
  plain: { role: "plain", title: "Plain autoencoder", subtitle: "has never seen noise" },
  book: { role: "book", title: "The article's denoiser", subtitle: "trained on one noise only" },
  own: { role: "own", title: "Your own model", subtitle: "the one you trained or brought" },
};
const TOOLS = { box: "Move the square", noise: "Noise pen", eraser: "Eraser" };

class NoiseLab {
  constructor(root, { kind, level, mean, seed, box, damage: text, plotly }) {
    this.settings = { kind, level, mean, seed, box, mask: maskFromText(text) };
    this.past = new Past();
    this.frame = new NextFrame(() => this.show());
    this.rest = new AtRest(() => this.send({ seq: this.seq, ...this.state }));
    this.later = new AtRest(() => this.showMore());
    this.image = null;
    this.models = {}; // role -> what loadModel gives
    this.urls = {};
    this.tool = kind === "occlusion" ? "box" : "noise";
    this.build(root, plotly);
  }

  // ---- from Python -------------------------------------------------------------------------------------------

  update({ seq, image, models, seen, pictures = true }, { settled, trigger }) {
    Object.assign(this, { send: settled, seq, seen, pictures, image: image ? imageFromBase64(image) : null, cleanLatent: null });
    this.stopListening ??= this.listen((picture) => trigger("picture", picture));
    this.absent = Object.values(ROLES).map(({ role }) => role).filter((role) => !models[role]);
    for (const role of this.absent) delete this.models[role];
    for (const [role, model] of Object.entries(models)) if (model) this.load(role, model);
    for (const [panel, { role }] of Object.entries(ROLES)) {
      this.panels[panel].figure.hidden = !models[role];
      this.legend[panel].hidden = !models[role];
    }
    this.show();
    this.later.soon();
  }

  listen(sendPicture) {
    const stopPasting = this.pictures ? followClipboard(sendPicture, (sentence) => this.say(sentence)) : () => {};
    const keys = (event) => this.key(event);
    document.addEventListener("keydown", keys);
    return () => {
      stopPasting();
      document.removeEventListener("keydown", keys);
    };
  }

  async load(role, { url, name }) {
    if (this.urls[role] === url) return;
    this.urls[role] = url;
    try {
      const model = await loadModel(url);
      this.models[role] = await model.whole;
      this.cleanLatent = null;
      this.strip.use(this.named());
      this.show();
      this.later.soon();
    } catch (error) {
      this.absent.push(role);
      this.say(`${name} is missing here: ${error.message}. Reload the page to try again.`);
    }
  }

  named() {
    const present = Object.values(ROLES).filter(({ role }) => this.models[role]);
    return Object.fromEntries(present.map(({ role, title }) => [title, this.models[role]]));
  }

  // ---- from who presents, to who follows ----------------------------------------------------------------------

  /** The settings as plain JSON, as Python reads them. */
  get state() {
    const { mask, ...rest } = this.settings;
    return { ...rest, damage: maskToText(mask) };
  }

  get scene() {
    return { image: imageToBase64(this.image), denoise: this.state };
  }

  showScene({ image, denoise }) {
    const { kind, level, mean, seed, box, damage } = denoise ?? {};
    const inside = (value, low, high) => Number.isFinite(value) && value >= low && value <= high;
    if (!Object.hasOwn(KINDS, kind) || !inside(level, 0, 1) || !inside(mean, -1, 1) || !inside(seed, 1, 999_999)) return;
    if (!/^([012]{784})?$/.test(damage) || (box && !(inside(box.top, 0, 28) && inside(box.left, 0, 28)))) return;
    if (image !== imageToBase64(this.image)) Object.assign(this, { image: image && imageFromBase64(image), cleanLatent: null });
    if (kind !== this.settings.kind) this.tool = kind === "occlusion" ? "box" : "noise";
    this.settings = { kind, level, mean, seed, box: box ?? null, mask: maskFromText(damage) };
    this.frame.soon();
    this.later.soon();
  }

  // ---- from the hand -----------------------------------------------------------------------------------------

  undo() {
    const before = this.past.back();
    if (before) this.change(before);
  }

  change(changes) {
    this.settings = { ...this.settings, ...changes };
    this.frame.soon();
    this.rest.soon();
    this.later.soon();
  }

  choose(kind) {
    this.past.remember(this.settings);
    this.tool = kind === "occlusion" ? "box" : this.tool === "box" ? "noise" : this.tool;
    this.change({ kind, box: null });
  }

  moveBox(x, y) {
    const place = (v) => Math.min(Math.max(Math.round(v), 0), 28 - this.box().side);
    this.change({ box: { top: place(y), left: place(x) } });
  }

  box() {
    const { level, seed, box } = this.settings;
    return occlusionBox(level, seed, box);
  }

  brush() {
    let held = null; // where in the square it was taken hold of
    followPointer(this.panels.corrupted.canvas, {
      begin: ({ x, y }) => {
        if (!this.image) return false;
        this.past.remember(this.settings);
        const { top, left, side } = this.box();
        const inside = x >= left && x < left + side && y >= top && y < top + side;
        held = inside ? { x: x - left, y: y - top } : { x: side / 2, y: side / 2 };
      },
      move: (from, to) => {
        if (this.tool === "box") this.moveBox(to.x - held.x, to.y - held.y);
        else this.change({ mask: stroke(this.settings.mask, this.tool === "noise" ? NOISE : NOTHING, from, to) });
      },
      end: () => this.rest.flush(),
    });
  }

  /** Arrow keys move the square; Ctrl+Z undoes, wherever the focus is, for a button that was used up has lost it. */
  key(event) {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const on = event.composedPath();
    if (event.key === "z" && (event.ctrlKey || event.metaKey) && !on[0].matches?.("input[type=text], textarea")) this.undo();
    else if (by && this.settings.kind === "occlusion" && on[0] === this.panels.corrupted.canvas) {
      if (!event.repeat) this.past.remember(this.settings);
      const { top, left } = this.box();
      this.moveBox(left + by[0], top + by[1]);
    } else return;
    event.preventDefault();
  }

  // ---- to the screen -----------------------------------------------------------------------------------------

  say(text) {
    this.status.textContent = text;
  }

  corruptAt(level) {
    const { kind, mean, seed, box, mask } = this.settings;
    return damage(corrupt(this.image, kind, level, seed, { mean: kind === "gaussian" ? mean : undefined, box }), mask, seed);
  }

  show() {
    this.frame.cancel();
    this.showControls();
    const waiting = Object.values(ROLES).some(({ role }) => !this.models[role] && !this.absent.includes(role));
    this.root.classList.toggle("empty", !this.image);
    this.root.dataset.ready = String(!waiting);
    if (!this.image) {
      Object.values(this.panels).forEach((panel) => panel.show(null));
      const ways = this.pictures ? ", pick a sample below or bring a picture" : " or pick a sample below";
      return this.say(`There is no digit yet: draw one on the Draw page${ways}.`);
    }
    this.say(waiting ? "Loading the models …" : "");
    const { clean, corrupted, residual } = this.panels;
    const noisy = this.corruptAt(this.settings.level);
    clean.show(this.image);
    corrupted.show(noisy, this.image);
    const latents = {}, outputs = {};
    for (const [panel, { role }] of Object.entries(ROLES)) {
      const model = this.models[role];
      if (!model) continue;
      latents[role] = model.encode(noisy);
      outputs[panel] = model.decode(latents[role]);
      this.panels[panel].show(outputs[panel], this.image);
    }
    const best = Object.keys(outputs).sort((a, b) => this.panels[a].error - this.panels[b].error)[0];
    for (const panel of Object.keys(ROLES)) this.panels[panel].mark(panel === best);
    // Where there is no denoiser of ours, the article's is the denoiser.
    const chosen = this.absent.includes(ROLES.denoised.role) ? "book" : "denoised";
    if (!outputs[chosen]) return;
    paintDifference(residual.canvas, noisy, outputs[chosen]);
    const { role } = ROLES[chosen], denoiser = this.models[role];
    this.cleanLatent ??= denoiser.encode(this.image); // the same in every frame
    this.bars.show({ clean: this.cleanLatent, corrupted: latents[role], denoised: denoiser.encode(outputs[chosen]) });
  }

  showControls() {
    const { kind, level, mean, mask } = this.settings;
    this.kindInput.value = kind;
    this.level.show(level);
    this.mean.show(mean);
    this.mean.label.hidden = kind !== "gaussian";
    this.level.name.textContent = kind === "gaussian" ? "Standard deviation" : "Noise level";
    this.meaning.textContent = KINDS[kind].meaning(this.settings) + (mask.some(Boolean) ? ", and damage by hand" : "");
    for (const [tool, button] of Object.entries(this.tools)) {
      button.setAttribute("aria-pressed", tool === this.tool);
      button.hidden = tool === "box" && kind !== "occlusion";
    }
    this.panels.corrupted.canvas.dataset.tool = this.tool;
    this.undoButton.disabled = !this.past.length;
    this.mendButton.disabled = !mask.some(Boolean);
    this.chart?.mark(level);
    // The square is black on black: only its frame can be seen.
    const { top, left, side } = this.box();
    this.frameOfBox.hidden = kind !== "occlusion" || !side || !this.image;
    Object.assign(this.frameOfBox.style, { top: share(top), left: share(left), width: share(side), height: share(side) });
  }

  /** What takes longer than a frame, and waits until the hand rests. */
  showMore() {
    this.strip.reset(this.image && this.corruptAt(this.settings.level));
    if (!this.image || !this.chart) return;
    const { level, ...others } = this.settings;
    const look = getComputedStyle(this.root);
    const drawn = JSON.stringify([others, Array.from(this.image), Object.keys(this.models), look.color]);
    if (drawn === this.drawn) return; // only the level has moved, and the chart has them all
    this.drawn = drawn;
    const line = (panel, name, redraw) => ({ name, redraw, colour: look.getPropertyValue(`--${panel}`).trim() });
    const series = Object.entries(ROLES)
      .filter(([, { role }]) => this.models[role])
      .map(([panel, { role, title }]) => line(panel, title, (image) => this.models[role].decode(this.models[role].encode(image))));
    series.unshift({ ...line("corrupted", "Corrupted", (image) => image), dash: "dot" });
    const axis = KINDS[others.kind].axis ?? "noise level";
    this.chart
      .draw({ image: this.image, corruptAt: (at) => this.corruptAt(at), series, seen: this.seenInTraining(), axis })
      .catch((error) => this.say(`${error.message}. Reload the page to try again.`));
  }

  /** The levels of this kind that the denoiser was trained on, [low, high]; null for none. */
  seenInTraining() {
    const { kind, mean } = this.settings;
    if (!this.seen?.[kind]) return null;
    const { low, high, means } = this.seen[kind];
    // Of gaussian noise, the mean went from one share of the standard deviation to another.
    return [kind === "gaussian" && mean ? Math.max(low, mean / means[mean < 0 ? 0 : 1]) : low, high];
  }

  save() {
    const { kind, level } = this.settings;
    const shown = ["clean", "corrupted", ...Object.keys(ROLES)].map((name) => this.panels[name]).filter((panel) => !panel.figure.hidden);
    save(poster(`${KINDS[kind].label}: ${this.meaning.textContent}`, shown), `${kind}-${level.toFixed(2)}.png`);
  }

  // ---- the page ----------------------------------------------------------------------------------------------

  build(root, plotly) {
    this.panels = {
      clean: new Panel("clean", "Clean"),
      corrupted: new Panel("corrupted", "Corrupted", "draw on it to damage it"),
      ...Object.fromEntries(Object.entries(ROLES).map(([name, { title, subtitle }]) => [name, new Panel(name, title, subtitle)])),
      residual: new Panel("residual", "Taken away", "red: removed, blue: added"),
    };
    this.panels.corrupted.canvas.tabIndex = 0;
    this.frameOfBox = h("i", { class: "box", hidden: true });
    this.panels.corrupted.canvas.parentElement.append(this.frameOfBox);
    this.chart = plotly ? curve(plotly) : null; // what draws it is not always at hand
    this.bars = latentBars({ clean: "clean", corrupted: "corrupted", denoised: "denoised" });
    this.strip = filmstrip();
    const options = Object.entries(KINDS).map(([value, { label }]) => h("option", { value }, label));
    this.kindInput = h("select", { "aria-label": "corruption", onchange: () => this.choose(this.kindInput.value) }, ...options);
    this.level = this.slider("noise level", 0, (level) => this.change({ level }));
    this.mean = this.slider("noise mean", -1, (mean) => this.change({ mean }));
    this.mean.name.textContent = "Mean";
    this.meaning = h("p", { class: "meaning" });
    this.status = h("p", { class: "status", role: "status" });
    this.undoButton = button("Undo", "take the last change back (Ctrl+Z)", () => this.undo());
    this.mendButton = button("Mend", "take the damage by hand away", () => {
      this.past.remember(this.settings);
      this.change({ mask: maskFromText("") });
    });
    const renew = () => {
      this.past.remember(this.settings);
      this.change({ seed: 1 + Math.floor(Math.random() * 999_999), box: null });
    };
    const another = button("New noise", "another pattern of the same noise", renew, { class: "another" });
    this.tools = Object.fromEntries(
      Object.entries(TOOLS).map(([tool, text]) => [tool, button(text, "", () => {
        this.tool = tool;
        this.showControls();
      })]),
    );
    this.legend = Object.fromEntries(Object.entries(ROLES).map(([panel, { title }]) => [panel, h("li", { class: panel }, title)]));
    const seen = h("li", { class: "seen" }, "levels seen in the denoiser's training");
    const legend = h("ul", { class: "legend" }, h("li", { class: "corrupted" }, "Corrupted"), ...Object.values(this.legend), seen);
    this.root = h(
      "div",
      { class: "part lab" },
      h("div", { class: "controls" }, h("label", { class: "kind" }, h("span", {}, "Corruption"), this.kindInput), this.level.label, this.mean.label, another),
      this.meaning,
      h("div", { class: "panels" }, ...Object.values(this.panels).map((panel) => panel.figure)),
      h(
        "div",
        { class: "controls tools" },
        h("div", { class: "group", role: "group", "aria-label": "damage by hand" }, ...Object.values(this.tools)),
        this.mendButton,
        this.undoButton,
        button("Save as PNG", "the comparison with its captions, for a slide", () => this.save()),
      ),
      this.status,
      h(
        "div",
        { class: "understand" },
        h("section", {}, h("h4", {}, "The latent, by the denoiser's encoder"), this.bars.element),
        this.chart ? h("section", {}, h("h4", {}, "How much noise is too much?"), legend, this.chart.element) : "",
      ),
      this.strip.element,
    );
    this.brush();
    root.append(this.root);
  }

  slider(label, low, onChange) {
    const input = h("input", {
      type: "range", min: low, max: 1, step: 0.01, "aria-label": label,
      onpointerdown: () => this.past.remember(this.settings),
      onkeydown: (event) => !event.repeat && /Arrow|Page|Home|End/.test(event.key) && this.past.remember(this.settings),
      oninput: () => onChange(Number(input.value)),
      onchange: () => this.rest.flush(),
    });
    const [name, number] = [h("span"), h("output")];
    return {
      name,
      label: h("label", { class: "level" }, name, input, number),
      show(value) {
        if (Number(input.value) !== value) input.value = value;
        number.textContent = inWords(value);
      },
    };
  }

  stop() {
    this.frame.cancel();
    this.later.cancel();
    this.chart?.stop();
    this.strip.stop();
    this.stopListening?.();
    this.stopListening = null;
    this.rest.flush();
  }
}

export default mount(NoiseLab);

class Panel {
  constructor(testId, title, subtitle = "") {
    this.title = title;
    this.canvas = imageCanvas(testId, `${title.toLowerCase()}, 28 by 28 pixels`);
    this.caption = h("small", { class: "numbers", "data-testid": `${testId}-numbers` });
    this.star = h("b", { class: "best", hidden: true, title: "closest to the clean digit, by MSE" }, "★ best");
    this.figure = h("figure", { class: testId }, h("span", { class: "picture" }, this.canvas), h("figcaption", {}, title, this.star, h("small", {}, subtitle), this.caption));
    this.numbers = [];
  }

  /** Show an image, and how far it is from a clean one. */
  show(image, clean = null) {
    paint(this.canvas, image);
    this.numbers = [];
    if (image && clean) {
      this.error = meanSquaredError(image, clean);
      const ratio = this.error ? `${peakSignalToNoise(image, clean).toFixed(1)} dB` : "∞";
      this.numbers = [`MSE ${this.error.toFixed(4)}`, `PSNR ${ratio}`, `SSIM ${structuralSimilarity(image, clean).toFixed(3)}`];
    }
    this.caption.replaceChildren(...this.numbers.flatMap((number) => [h("span", {}, number), " "]));
  }

  mark(best) {
    this.best = best;
    this.star.hidden = !best;
    this.figure.classList.toggle("is-best", best);
  }
}
