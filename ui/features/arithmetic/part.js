// The Arithmetic page: A - B + C with latents, such as "my 7" - "average 7" + "average 1".

import { loadAtlas } from "../../frontend/lib/atlas.js";
import { AtRest, NextFrame, Past, mount } from "../../frontend/lib/component.js";
import { loadModel } from "../../frontend/engine/engine.js";
import { gauge } from "../../frontend/lib/gauge.js";
import { isLatent, quantiseAll } from "../../frontend/lib/latent.js";
import { button, h, imageCanvas, paint } from "../../frontend/lib/paint.js";

const TERMS = ["a", "b", "c"];
const SIGNS = { a: "", b: "−", c: "+" };
const MOST_KEPT = 12;
const LONGEST = 24; // characters of a name
const STRENGTH = 2; // the most

class Arithmetic {
  constructor(root) {
    Object.assign(this, { seq: null, model: null, atlas: null, url: "", past: new Past() });
    this.frame = new NextFrame(() => this.show());
    this.rest = new AtRest(() => this.send({ seq: this.seq, ...this.sum }));
    this.build(root);
  }

  update(data, { settled, trigger }) {
    Object.assign(this, { send: settled, trigger, choices: data.choices, name: data.model.name });
    if (data.seq !== this.seq) {
      Object.assign(this, { seq: data.seq, sum: data.sum });
      this.past.forget();
    }
    if (data.model.url === this.url) return this.show();
    Object.assign(this, { url: data.model.url, model: null, atlas: null });
    this.load(data);
  }

  async load({ model: { url }, atlas }) {
    this.say("Loading the model …");
    try {
      const model = await loadModel(url);
      if (url !== this.url) return;
      this.model = model;
      this.say("");
      this.show();
      if (atlas) this.atlas = await loadAtlas(atlas).catch(() => null); // the sum works without
      this.gauge.show(...this.ground());
    } catch (error) {
      this.say(`The sum needs the model, and ${error.message}. Reload the page to try again.`);
    }
  }

  /** What can be a term: {id, label, latent}, with what was kept under a name. */
  get options() {
    return [...this.choices, ...this.sum.kept.map(({ name, latent }) => ({ id: `kept-${name}`, label: name, latent }))];
  }

  term(key) {
    return (this.options.find(({ id }) => id === this.sum[key]) ?? this.options[0]).latent;
  }

  /** The direction that is added: C - B, or one that was saved. */
  get direction() {
    const saved = this.sum.directions.find(({ name }) => name === this.sum.direction);
    if (saved) return saved.latent;
    const [b, c] = [this.term("b"), this.term("c")];
    return c.map((v, i) => v - b[i]);
  }

  get result() {
    return Float32Array.from(this.term("a"), (v, i) => v + this.sum.strength * this.direction[i]);
  }

  // ---- from who presents, to who follows ----------------------------------------------------------------------

  get scene() {
    return { arithmetic: this.sum };
  }

  showScene({ arithmetic: { a, b, c, strength, direction, kept, directions } = {} }) {
    const size = this.term("a").length;
    const isNamed = (list) => Array.isArray(list) && list.length <= MOST_KEPT && list.every(({ name, latent }) => typeof name === "string" && isLatent(latent, size));
    if (!(strength >= 0 && strength <= STRENGTH) || !isNamed(kept) || !isNamed(directions)) return;
    this.sum = { a, b, c, strength, direction, kept, directions };
    this.frame.soon();
  }

  // ---- from the hand -----------------------------------------------------------------------------------------

  remember() {
    this.past.remember(this.sum);
  }

  change(changes) {
    this.sum = { ...this.sum, ...changes };
    this.frame.soon();
    this.rest.soon();
  }

  undo() {
    const before = this.past.back();
    if (before) this.change(before);
  }

  /** Put something under the name that was typed at the end of a list of named latents. */
  keep(list, latent, select) {
    const name = this.nameInput.value.trim().slice(0, LONGEST);
    if (!name) {
      this.nameInput.focus();
      return this.say("Give it a name first.");
    }
    const others = this.sum[list].filter((one) => one.name !== name);
    if (others.length >= MOST_KEPT) return this.say(`There is room for ${MOST_KEPT}: forget one first.`);
    this.remember();
    this.nameInput.value = "";
    this.say(`“${name}” is kept.`);
    this.change({ [list]: [...others, { name, latent: quantiseAll(latent) }], ...select(name) });
  }

  forget(list, name) {
    this.remember();
    this.change({ [list]: this.sum[list].filter((one) => one.name !== name), ...(this.sum.direction === name && list === "directions" ? { direction: "" } : {}) });
  }

  take() {
    this.trigger("picked", { model: this.name, latent: quantiseAll(this.result) });
    this.say("Taken: the sliders of the Draw page stand there now.");
  }

  // ---- to the screen -----------------------------------------------------------------------------------------

  say(text) {
    this.status.textContent = text;
  }

  show() {
    this.frame.cancel();
    const { options, sum } = this;
    const saved = sum.directions.some(({ name }) => name === sum.direction);
    const listed = JSON.stringify([options.map(({ id, label }) => [id, label]), sum.directions.map(({ name }) => name)]);
    if (listed !== this.listed) {
      this.listed = listed;
      for (const { input } of Object.values(this.terms)) input.replaceChildren(...options.map(({ id, label }) => h("option", { value: id }, label)));
      this.directionInput.replaceChildren(h("option", { value: "" }, "C − B"), ...sum.directions.map(({ name }) => h("option", { value: name }, name)));
      const chip = (list, { name }) => h("li", {}, name, button("×", "forget it", () => this.forget(list, name), { class: "small", "aria-label": `forget ${name}` }));
      this.keptList.replaceChildren(...sum.kept.map((one) => chip("kept", one)), ...sum.directions.map((one) => chip("directions", one)));
    }
    for (const key of TERMS) {
      const { input, figure } = this.terms[key];
      input.value = options.some(({ id }) => id === sum[key]) ? sum[key] : options[0].id;
      figure.classList.toggle("unused", saved && key !== "a");
    }
    this.directionInput.value = saved ? sum.direction : "";
    this.directionInput.parentElement.hidden = !sum.directions.length;
    if (Number(this.strengthInput.value) !== sum.strength) this.strengthInput.value = sum.strength;
    this.strengthText.textContent = sum.strength.toFixed(2);
    this.undoButton.disabled = !this.past.length;
    if (!this.model || this.term("a").length !== this.model.latentDim) return;
    for (const key of TERMS) paint(this.terms[key].picture, this.model.decode(Float32Array.from(this.term(key))));
    paint(this.output, this.model.decode(this.result));
    this.root.dataset.ready = "true";
    this.gauge.showSoon(() => this.ground());
  }

  /** What the gauge shows. */
  ground() {
    return [this.atlas, this.model, this.result];
  }

  build(root) {
    this.terms = Object.fromEntries(TERMS.map((key) => {
      const picture = imageCanvas(`term-${key}`, `picture of ${key.toUpperCase()}`);
      const input = h("select", { "aria-label": `term ${key.toUpperCase()}`, onchange: () => {
        this.remember();
        this.change({ [key]: input.value, ...(key === "a" ? {} : { direction: "" }) });
      } });
      const figure = h("figure", { class: `term ${key}` }, h("span", { class: "sign", "aria-hidden": "true" }, SIGNS[key]), picture, h("figcaption", {}, key.toUpperCase(), input));
      return [key, { picture, input, figure }];
    }));
    this.output = imageCanvas("decoded", "decoded digit, 28 by 28 pixels");
    this.status = h("p", { class: "status", role: "status" });
    this.strengthInput = h("input", {
      type: "range", min: 0, max: STRENGTH, step: 0.01, "aria-label": "strength",
      onpointerdown: () => this.remember(),
      oninput: () => this.change({ strength: Number(this.strengthInput.value) }),
      onchange: () => this.rest.flush(),
    });
    this.strengthText = h("output");
    this.directionInput = h("select", { "aria-label": "direction", onchange: () => {
      this.remember();
      this.change({ direction: this.directionInput.value });
    } });
    this.nameInput = h("input", { type: "text", maxlength: LONGEST, placeholder: "a name", "aria-label": "name" });
    this.keptList = h("ul", { class: "kept" });
    this.undoButton = button("Undo", "take the last change back", () => this.undo());
    this.gauge = gauge();
    this.root = h(
      "div",
      { class: "part arithmetic" },
      h(
        "div",
        { class: "sum" },
        ...TERMS.map((key) => this.terms[key].figure),
        h("figure", { class: "term result" }, h("span", { class: "sign", "aria-hidden": "true" }, "="), this.output, h("figcaption", {}, "Decoded digit")),
      ),
      h(
        "div",
        { class: "controls" },
        h("label", { class: "direction" }, h("span", {}, "Direction"), this.directionInput),
        h("label", { class: "strength" }, h("span", {}, "Strength: A + strength × (C − B)"), this.strengthInput, this.strengthText),
        this.undoButton,
        button("Take to the sliders", "the Draw page goes on from the result", () => this.take()),
      ),
      h(
        "div",
        { class: "controls" },
        h("label", {}, h("span", {}, "Keep for later"), this.nameInput),
        button("Keep the result", "as a term of later sums", () => this.keep("kept", this.result, () => ({}))),
        button("Keep my digit", "the one on the Draw page, as a term of later sums", () => this.keep("kept", this.choices[0].latent, () => ({}))),
        button("Save the direction", "C − B under a name, to add it to other digits", () => this.keep("directions", this.direction, (direction) => ({ direction }))),
      ),
      this.keptList,
      this.status,
      this.gauge.element,
    );
    root.append(this.root);
  }

  stop() {
    this.frame.cancel();
    this.gauge.stop();
    this.rest.flush();
  }
}

export default mount(Arithmetic);
