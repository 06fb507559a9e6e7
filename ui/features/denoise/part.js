// The Denoise page's live part: a digit is corrupted, and three networks show what they make of it, frame by frame;
// one with a wide latent follows.
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
import { Curves } from "./curves.js";
import { makeItFail } from "./dare.js";
import { damage, maskFromText, maskToText } from "./damage.js";
import { filmstrip } from "./filmstrip.js";
import { glanceOf } from "./glance.js";
import { KINDS } from "./kinds.js";
import { ROLES, denoiserPanel, redrawBy } from "./models.js";
import { Panel } from "./panel.js";
import { saveComparison } from "./poster.js";
import { Search } from "./search.js";
import { Tools } from "./tools.js";
import { WideLatent } from "./wide.js";

// px of a picture, of one so that no picture is alone in its row, and between two; pictures in a row, also on a phone
const [NARROWEST, LEAST, GAP, FEWEST] = [120, 96, 18, 3];

// Whether settings that come from another browser are such as Python reads.
function isValid({ kind, level, mean, seed, box, damage: text, searched = false }) {
  const inside = (value, low, high) => Number.isFinite(value) && value >= low && value <= high;
  if (!Object.hasOwn(KINDS, kind) || !inside(level, 0, 1) || !inside(mean, -1, 1) || !inside(seed, 1, 999_999)) return false;
  return typeof searched === "boolean" && /^[012]{0,4096}$/.test(text) && (!box || (inside(box.top, 0, 28) && inside(box.left, 0, 28)));
}

class NoiseLab extends Part {
  constructor(root, { plotly, ...settings }) {
    super();
    this.side = 28; // of the image
    this.adopt(settings);
    this.later = new AtRest(() => this.showMore());
    this.image = null;
    this.models = {}; // role -> what loadModel gives
    this.urls = {};
    this.build(root, plotly);
  }

  // ---- from Python -------------------------------------------------------------------------------------------

  update(data, reports) {
    super.update(data, reports);
    const { moves, image, models, wide = null, seen, pictures = true } = data;
    Object.assign(this, { seq: undefined, seen, pictures, descriptions: models, cleanLatent: null });
    this.takeImage(image);
    if (moves !== this.moves) this.adopt(data);
    this.moves = moves;
    this.describe(models.own && !models.denoiser ? models.own : null);
    this.stopListening ??= this.listen();
    this.absent = Object.values(ROLES).map(({ role }) => role).filter((role) => !models[role]);
    for (const role of this.absent) delete this.models[role];
    for (const [role, model] of Object.entries(models)) if (model) this.load(role, model);
    for (const [panel, { role }] of Object.entries(ROLES)) this.panels[panel].figure.hidden = !models[role];
    this.wide.describe(wide);
    this.curves?.list();
    this.resized();
    this.show();
    this.later.soon();
  }

  adopt({ kind, level, mean, seed, box, searched = false, damage: text }) {
    this.settings = { kind, level, mean, seed, box, searched, mask: maskFromText(text, this.side) };
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
      this.addRedraw();
      this.show();
    } catch (error) {
      this.absent.push(role);
      this.say(`${label} is missing here: ${error.message}. Reload the page to try again.`);
    }
  }

  /** Another model can redraw images from now on: repeat it, and draw its curve. */
  addRedraw() {
    this.strip.use(this.redraws);
    this.later.soon();
  }

  /** Functions that redraw an image, by the names of the models. */
  get redraws() {
    const here = Object.values(ROLES).filter(({ role }) => this.models[role]);
    return { ...Object.fromEntries(here.map(({ role, title }) => [title, redrawBy(this.models[role])])), ...this.wide.redraws };
  }

  /** The settings as plain JSON, as Python reads them. */
  get state() {
    const { mask, ...rest } = this.settings;
    return { ...rest, damage: maskToText(mask) };
  }

  // ---- from whoever presents ---------------------------------------------------------------------------------

  get scene() {
    return { image: imageToBase64(this.image), denoise: this.state, glance: glanceOf(this.settings, this.compared) };
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
    this.settings = { ...this.settings, searched: false, ...changes }; // what was found is of the noise before
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

  // ---- to the screen -----------------------------------------------------------------------------------------

  corruptAt(level) {
    const { kind, mean, seed, box, mask } = this.settings;
    return damage(corrupt(this.image, kind, level, seed, { mean: kind === "gaussian" ? mean : undefined, box }), mask, seed);
  }

  show() {
    this.frame.cancel();
    this.controls.show();
    this.tools.show();
    this.curves?.mark(this.settings.level);
    const waiting = Object.values(ROLES).some(({ role }) => !this.models[role] && !this.absent.includes(role));
    this.root.classList.toggle("empty", !this.image);
    this.root.dataset.ready = String(!waiting);
    if (!this.image) {
      Object.values(this.panels).forEach((panel) => panel.show(null));
      this.search.show(null);
      const ways = this.pictures ? ", pick a sample below or choose a picture" : " or pick a sample below";
      return this.say(named(`There is no digit yet: draw one on the Draw page${ways}.`, this.described));
    }
    if (waiting) this.sayLoading("Loading the models …");
    else this.say("");
    if (!waiting) this.wide.load();
    this.compare();
  }

  /** Show what each network makes of the corrupted digit, and the latents of one. */
  compare() {
    const { clean, corrupted, residual } = this.panels, noisy = this.corruptAt(this.settings.level);
    clean.show(this.image);
    corrupted.show(noisy, this.image);
    this.wide.show(noisy);
    const latents = {}, outputs = {}, chosen = denoiserPanel(this.absent);
    for (const [panel, { role }] of Object.entries(ROLES)) {
      const model = this.models[role];
      if (!model || model.spec.inputs.image.reduce((a, b) => a * b) !== noisy.length) continue; // one is on its way
      latents[role] = model.encode(noisy);
      outputs[panel] = model.decode(panel === chosen ? this.search.latent(model, noisy, latents[role]) : latents[role]);
      this.panels[panel].show(outputs[panel], this.image);
    }
    const best = Object.keys(outputs).sort((a, b) => this.panels[a].error - this.panels[b].error)[0];
    for (const panel of Object.keys(ROLES)) this.panels[panel].mark(panel === best);
    if (!outputs[chosen]) return;
    this.compared = { noisy, denoised: outputs[chosen] };
    paintDifference(residual.canvas, noisy, outputs[chosen]);
    const { role } = ROLES[chosen], denoiser = this.models[role];
    const guess = this.settings.searched ? denoiser.decode(latents[role]) : outputs[chosen];
    this.search.show(this.image, guess, outputs[chosen]);
    this.dare.show(this.image, guess);
    this.cleanLatent ??= denoiser.encode(this.image); // the same in every frame
    this.bars.show({ clean: this.cleanLatent, corrupted: latents[role], denoised: denoiser.encode(outputs[chosen]) });
  }

  /** What takes longer than a frame, and waits until nothing changes any more. */
  showMore() {
    this.strip.reset(this.image && this.corruptAt(this.settings.level));
    if (this.image) this.curves?.draw();
  }

  resized() {
    const shown = Object.values(this.panels).filter(({ figure }) => !figure.hidden).length;
    const fitting = (narrowest) => Math.max(Math.floor((this.row.clientWidth + GAP) / (narrowest + GAP)), FEWEST);
    const even = evenColumns(shown, fitting(NARROWEST)), columns = this.wide.isShown ? Math.min(even, fitting(LEAST)) : even;
    this.row.style.setProperty("--columns", columns);
    this.wide.fillRow(columns, shown % columns);
  }

  build(root, plotly) {
    this.wide = new WideLatent(this);
    this.panels = {
      clean: new Panel("clean", "Clean", "the others are compared with it, by MSE, PSNR and SSIM"),
      corrupted: new Panel("corrupted", "Corrupted", "draw on it to damage it", { of: "input" }),
      ...Object.fromEntries(Object.entries(ROLES).map(([name, { title, subtitle }]) => [name, new Panel(name, title, subtitle, { of: "output", compared: true })])),
      wide: this.wide.panel,
      residual: new Panel("residual", "What changed", "red: removed, blue: added"),
    };
    this.controls = new Controls(this);
    this.tools = new Tools(this, this.panels.corrupted);
    this.search = new Search(this);
    this.curves = plotly ? new Curves(plotly, this) : null; // the one-file demo comes without Plotly
    this.bars = latentBars({ clean: "clean", corrupted: "corrupted", denoised: "denoised" });
    this.strip = filmstrip();
    this.dare = makeItFail(this);
    this.row = h("div", { class: "panels" }, ...Object.values(this.panels).map((panel) => panel.figure), this.wide.words);
    this.root = h(
      "div",
      { class: "part lab" },
      this.controls.element,
      this.controls.meaning,
      this.search.element,
      this.row,
      h("div", { class: "controls tools" }, this.tools.element, this.controls.mendButton, button("Save as PNG", "the comparison with its captions, for a slide", () => saveComparison(this))),
      this.status,
      h(
        "div",
        { class: "understand" },
        h("section", {}, h("h2", {}, ...explained("The latent that the denoiser makes", "latent")), this.bars.element),
        this.curves?.element ?? "",
      ),
      this.strip.element,
      this.dare.element,
    );
    root.append(this.root);
  }

  stop() {
    this.later.cancel();
    this.wide.stop();
    this.curves?.stop();
    this.strip.stop();
    this.search.stop();
    this.dare.stop();
    this.stopListening?.();
    this.stopListening = null;
    super.stop();
  }
}

export default mount(NoiseLab);
