// The Denoise page's live part: a digit is corrupted, and three networks show what they make of it, frame by frame.
//
// The lab keeps its own settings and reports where they came to rest; from Python it takes the digit on the table.

import { loadModel } from "../../frontend/engine/engine.js";
import { evenColumns } from "../../frontend/lib/columns.js";
import { mount } from "../../frontend/lib/component.js";
import { corrupt } from "../../frontend/lib/corruption.js";
import { AtRest } from "../../frontend/lib/pace.js";
import { explained } from "../../frontend/lib/explain.js";
import { nameIn, named } from "../../frontend/lib/naming.js";
import { button, h, imageFromBase64, imageToBase64, paintDifference, shapeOf } from "../../frontend/lib/paint.js";
import { Part } from "../../frontend/lib/part.js";
import { latentBars } from "./bars.js";
import { Controls } from "./controls.js";
import { curve } from "./curve.js";
import { damage, maskFromText, maskToText } from "./damage.js";
import { filmstrip } from "./filmstrip.js";
import { KINDS } from "./kinds.js";
import { ROLES, levelsSeen } from "./models.js";
import { Panel } from "./panel.js";
import { poster, save } from "./poster.js";
import { Tools } from "./tools.js";

const [NARROWEST, GAP, FEWEST] = [120, 18, 3]; // px of a picture and between two; pictures in a row, also on a phone

// Whether settings that come from another browser are such as Python reads.
function isValid({ kind, level, mean, seed, box, damage: text }) {
  const inside = (value, low, high) => Number.isFinite(value) && value >= low && value <= high;
  if (!Object.hasOwn(KINDS, kind) || !inside(level, 0, 1) || !inside(mean, -1, 1) || !inside(seed, 1, 999_999)) return false;
  return /^[012]{0,4096}$/.test(text) && (!box || (inside(box.top, 0, 28) && inside(box.left, 0, 28)));
}

class NoiseLab extends Part {
  constructor(root, { kind, level, mean, seed, box, damage: text, plotly }) {
    super();
    this.side = 28; // of the image
    this.adopt({ kind, level, mean, seed, box, damage: text });
    this.later = new AtRest(() => this.showMore());
    this.image = null;
    this.models = {}; // role -> what loadModel gives
    this.urls = {};
    this.build(root, plotly);
  }

  // ---- from Python -------------------------------------------------------------------------------------------

  update(data, reports) {
    super.update(data, reports);
    const { moves, image, models, seen, pictures = true } = data;
    Object.assign(this, { seq: undefined, seen, pictures, cleanLatent: null });
    this.takeImage(image);
    if (moves !== this.moves) this.adopt(data);
    this.moves = moves;
    this.describe(models.own && !models.denoiser ? models.own : null);
    this.stopListening ??= this.listen();
    this.absent = Object.values(ROLES).map(({ role }) => role).filter((role) => !models[role]);
    for (const role of this.absent) delete this.models[role];
    for (const [role, model] of Object.entries(models)) if (model) this.load(role, model);
    for (const [panel, { role }] of Object.entries(ROLES)) {
      this.panels[panel].figure.hidden = !models[role];
      this.legend[panel].hidden = !models[role];
    }
    this.resized();
    this.show();
    this.later.soon();
  }

  adopt({ kind, level, mean, seed, box, damage: text }) {
    this.settings = { kind, level, mean, seed, box, mask: maskFromText(text, this.side) };
  }

  takeImage(image) {
    this.image = image ? imageFromBase64(image) : null;
    const side = this.image ? shapeOf(this.image.length).side : this.side;
    if (side === this.side) return;
    this.side = side;
    if (this.settings) this.settings = { ...this.settings, box: null, mask: maskFromText("", side) }; // no damage
  }

  /** Say what is seen of the images of a model, null for digits. */
  describe(model) {
    if (model?.url === this.described?.url) return;
    this.described = model;
    nameIn(this.root, model);
  }

  listen() {
    const keys = (event) => this.key(event);
    document.addEventListener("keydown", keys);
    return () => document.removeEventListener("keydown", keys);
  }

  async load(role, { url, label }) {
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
      this.say(`${label} is missing here: ${error.message}. Reload the page to try again.`);
    }
  }

  named() {
    return Object.fromEntries(Object.values(ROLES).filter(({ role }) => this.models[role]).map(({ role, title }) => [title, this.models[role]]));
  }

  /** The settings as plain JSON, as Python reads them. */
  get state() {
    const { mask, ...rest } = this.settings;
    return { ...rest, damage: maskToText(mask) };
  }

  // ---- from whoever presents ---------------------------------------------------------------------------------

  get scene() {
    return { image: imageToBase64(this.image), denoise: this.state };
  }

  showScene({ image, denoise }) {
    if (!isValid(denoise ?? {})) return;
    if (image !== imageToBase64(this.image)) {
      this.takeImage(image);
      this.cleanLatent = null;
    }
    this.adopt({ ...denoise, box: denoise.box ?? null });
    this.frame.soon();
    this.later.soon();
  }

  // ---- user input --------------------------------------------------------------------------------------------

  change(changes) {
    this.settings = { ...this.settings, ...changes };
    this.changed();
    this.later.soon();
  }

  /** Change the settings in one step that undo takes back. */
  changeAtOnce(changes) {
    this.remember();
    this.change(changes);
  }

  /** Keys move the square, or paint. */
  key(event) {
    const [target] = event.composedPath();
    if (target !== this.panels.corrupted.canvas || event.ctrlKey || event.altKey || event.metaKey || !this.tools.key(event)) return;
    event.preventDefault();
  }

  save() {
    const { kind, level } = this.settings;
    const shown = ["clean", "corrupted", ...Object.keys(ROLES)].map((name) => this.panels[name]).filter((panel) => !panel.figure.hidden);
    save(poster(`${KINDS[kind].label}: ${this.controls.meaning.textContent}`, shown), `${kind}-${level.toFixed(2)}.png`);
  }

  // ---- to the screen -----------------------------------------------------------------------------------------

  corruptAt(level) {
    const { kind, mean, seed, box, mask } = this.settings;
    return damage(corrupt(this.image, kind, level, seed, { mean: kind === "gaussian" ? mean : undefined, box }), mask, seed);
  }

  show() {
    this.frame.cancel();
    this.controls.show();
    this.tools.show();
    this.chart?.mark(this.settings.level);
    const waiting = Object.values(ROLES).some(({ role }) => !this.models[role] && !this.absent.includes(role));
    this.root.classList.toggle("empty", !this.image);
    this.root.dataset.ready = String(!waiting);
    if (!this.image) {
      Object.values(this.panels).forEach((panel) => panel.show(null));
      const ways = this.pictures ? ", pick a sample below or choose a picture" : " or pick a sample below";
      return this.say(named(`There is no digit yet: draw one on the Draw page${ways}.`, this.described));
    }
    this.say(waiting ? "Loading the models …" : "");
    this.compare();
  }

  /** Show what each network makes of the corrupted digit, and the latents of one. */
  compare() {
    const { clean, corrupted, residual } = this.panels, noisy = this.corruptAt(this.settings.level);
    clean.show(this.image);
    corrupted.show(noisy, this.image);
    const latents = {}, outputs = {};
    for (const [panel, { role }] of Object.entries(ROLES)) {
      const model = this.models[role];
      if (!model || model.spec.inputs.image.reduce((a, b) => a * b) !== noisy.length) continue; // one is on its way
      latents[role] = model.encode(noisy);
      outputs[panel] = model.decode(latents[role]);
      this.panels[panel].show(outputs[panel], this.image);
    }
    const best = Object.keys(outputs).sort((a, b) => this.panels[a].error - this.panels[b].error)[0];
    for (const panel of Object.keys(ROLES)) this.panels[panel].mark(panel === best);
    // Where there is no denoiser of ours, the article's is the denoiser.
    const chosen = ["denoised", "book", "own"].find((panel) => !this.absent.includes(ROLES[panel].role));
    if (!outputs[chosen]) return;
    paintDifference(residual.canvas, noisy, outputs[chosen]);
    const { role } = ROLES[chosen], denoiser = this.models[role];
    this.cleanLatent ??= denoiser.encode(this.image); // the same in every frame
    this.bars.show({ clean: this.cleanLatent, corrupted: latents[role], denoised: denoiser.encode(outputs[chosen]) });
  }

  /** What takes longer than a frame, and waits until nothing changes any more. */
  showMore() {
    this.strip.reset(this.image && this.corruptAt(this.settings.level));
    if (!this.image || !this.chart) return;
    const { level, ...others } = this.settings;
    const look = getComputedStyle(this.root), entries = { ...this.legend, corrupted: this.corruptedEntry };
    const drawn = JSON.stringify([others, Array.from(this.image), Object.keys(this.models), look.color]);
    if (drawn === this.drawn) return; // only the level has moved, and the chart has them all
    this.drawn = drawn;
    const line = (panel, name, redraw) => ({ name, redraw, colour: getComputedStyle(entries[panel], "::before").borderTopColor });
    const series = Object.entries(ROLES)
      .filter(([, { role }]) => this.models[role])
      .map(([panel, { role, title }]) => line(panel, title, (image) => this.models[role].decode(this.models[role].encode(image))));
    series.unshift({ ...line("corrupted", "Corrupted", (image) => image), dash: "dot" });
    const given = { image: this.image, series, seen: levelsSeen(this.seen, this.settings), axis: KINDS[others.kind].axis ?? "noise level" };
    this.chart
      .draw({ ...given, corruptAt: (at) => this.corruptAt(at) })
      .catch((error) => this.say(`${error.message}. Reload the page to try again.`));
  }

  resized() {
    const shown = Object.values(this.panels).filter(({ figure }) => !figure.hidden).length;
    const most = Math.max(Math.floor((this.row.clientWidth + GAP) / (NARROWEST + GAP)), FEWEST);
    this.row.style.setProperty("--columns", evenColumns(shown, most));
  }

  build(root, plotly) {
    this.panels = {
      clean: new Panel("clean", "Clean", "the others are compared with it, by MSE, PSNR and SSIM"),
      corrupted: new Panel("corrupted", "Corrupted", "draw on it to damage it", { of: "input" }),
      ...Object.fromEntries(Object.entries(ROLES).map(([name, { title, subtitle }]) => [name, new Panel(name, title, subtitle, { of: "output", compared: true })])),
      residual: new Panel("residual", "What changed", "red: removed, blue: added"),
    };
    this.controls = new Controls(this);
    this.tools = new Tools(this, this.panels.corrupted);
    const dragged = { begin: () => this.remember(), choose: (level) => this.change({ level }), end: () => this.rest.flush() };
    this.chart = plotly ? curve(plotly, dragged) : null; // the one-file demo comes without Plotly
    this.bars = latentBars({ clean: "clean", corrupted: "corrupted", denoised: "denoised" });
    this.strip = filmstrip();
    this.legend = Object.fromEntries(Object.entries(ROLES).map(([panel, { title }]) => [panel, h("li", { class: panel }, title)]));
    const seen = h("li", { class: "seen" }, "levels used in the denoiser's training");
    const legend = h("ul", { class: "legend" }, (this.corruptedEntry = h("li", { class: "corrupted" }, "Corrupted")), ...Object.values(this.legend), seen);
    const saveButton = button("Save as PNG", "the comparison with its captions, for a slide", () => this.save());
    this.row = h("div", { class: "panels" }, ...Object.values(this.panels).map((panel) => panel.figure));
    this.root = h(
      "div",
      { class: "part lab" },
      this.controls.element,
      this.controls.meaning,
      this.row,
      h("div", { class: "controls tools" }, this.tools.element, this.controls.mendButton, saveButton),
      this.status,
      h(
        "div",
        { class: "understand" },
        h("section", {}, h("h4", {}, ...explained("The latent that the denoiser makes", "latent")), this.bars.element),
        this.chart ? h("section", {}, h("h4", {}, "How much noise is too much?"), legend, this.chart.element) : "",
      ),
      this.strip.element,
    );
    root.append(this.root);
  }

  stop() {
    this.later.cancel();
    this.chart?.stop();
    this.strip.stop();
    this.stopListening?.();
    this.stopListening = null;
    super.stop();
  }
}

export default mount(NoiseLab);
