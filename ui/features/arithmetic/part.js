// The Arithmetic page: A - B + C with latents, such as "my 7" - "average 7" + "average 1".

import { mount } from "../../frontend/lib/component.js";
import { textField } from "../../frontend/lib/field.js";
import { inWords, isLatent, quantiseAll } from "../../frontend/lib/latent.js";
import { ModelPart } from "../../frontend/lib/model_part.js";
import { button, h, imageCanvas, paint, refill } from "../../frontend/lib/paint.js";
import { slider } from "../../frontend/lib/slider.js";
import { turnAll } from "./dare.js";

const TERMS = ["a", "b", "c"];
const SIGNS = { a: "", b: "−", c: "+" };
const MOST_KEPT = 12;
const LONGEST = 24; // characters of a name
const STRENGTH = 2; // the most

class Arithmetic extends ModelPart {
  static student = true;
  static subject = "The sum needs";

  constructor(root) {
    super();
    this.build(root);
  }

  update(data, reports) {
    Object.assign(this, { choices: data.choices, modelName: data.model.name });
    super.update(data, reports);
  }

  adopt({ sum }) {
    this.sum = sum;
  }

  get state() {
    return this.sum;
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
    if (this.saved) return this.saved.latent;
    const [b, c] = [this.term("b"), this.term("c")];
    return c.map((v, i) => v - b[i]);
  }

  /** The saved direction that is added, null where it is C - B. */
  get saved() {
    return this.sum.directions.find(({ name }) => name === this.sum.direction) ?? null;
  }

  /** What is added to A, in words. */
  get added() {
    return this.saved ? `“${this.saved.name}”` : "(C − B)";
  }

  get result() {
    return Float32Array.from(this.term("a"), (v, i) => v + this.sum.strength * this.direction[i]);
  }

  get gaugedLatent() {
    return this.result;
  }

  get scene() {
    const label = (key) => (this.options.find(({ id }) => id === this.sum[key]) ?? this.options[0]).label;
    const terms = TERMS.map((key) => `${key.toUpperCase()} is ${label(key)}`).join(", ");
    return { arithmetic: this.sum, glance: { latent: quantiseAll(this.result), words: `${this.formula.textContent}, where ${terms}.` } };
  }

  showScene({ arithmetic: { a, b, c, strength, direction, kept, directions } = {} }) {
    const size = this.term("a").length;
    const isNamed = (list) => Array.isArray(list) && list.length <= MOST_KEPT && list.every(({ name, latent }) => typeof name === "string" && isLatent(latent, size));
    if (!(strength >= 0 && strength <= STRENGTH) || !isNamed(kept) || !isNamed(directions)) return;
    this.sum = { a, b, c, strength, direction, kept, directions };
    this.frame.soon();
  }

  // ---- user input --------------------------------------------------------------------------------------------

  change(changes) {
    this.sum = { ...this.sum, ...changes };
    this.changed();
  }

  /** Put something under the name that was typed at the end of a list of named latents. */
  keep(list, latent, select) {
    const name = this.name.take().slice(0, LONGEST);
    if (!name) return this.name.refuse("Give it a name first.");
    const others = this.sum[list].filter((one) => one.name !== name);
    if (others.length >= MOST_KEPT) return this.name.refuse(`There is room for ${MOST_KEPT}: remove one first.`);
    this.remember();
    this.name.input.value = "";
    this.name.say(`“${name}” is saved.`);
    this.change({ [list]: [...others, { name, latent: quantiseAll(latent) }], ...select(name) });
  }

  forget(list, name) {
    this.remember();
    this.change({ [list]: this.sum[list].filter((one) => one.name !== name), ...(this.sum.direction === name && list === "directions" ? { direction: "" } : {}) });
  }

  take() {
    this.trigger("picked", { model: this.modelName, latent: quantiseAll(this.result) });
    this.say(this.named("Done: the sliders on the Draw page now show this digit."));
  }

  // ---- to the screen -----------------------------------------------------------------------------------------

  show() {
    this.frame.cancel();
    const { options, sum, saved } = this;
    const listed = JSON.stringify([options.map(({ id, label }) => [id, label]), sum.directions.map(({ name }) => name)]);
    if (listed !== this.listed) {
      this.listed = listed;
      for (const { input } of Object.values(this.terms)) input.replaceChildren(...options.map(({ id, label }) => h("option", { value: id }, label)));
      this.directionInput.replaceChildren(h("option", { value: "" }, "C − B"), ...sum.directions.map(({ name }) => h("option", { value: name }, name)));
      const chip = (list, { name }) => h("li", {}, name, button("×", "remove it", () => this.forget(list, name), { class: "small", "aria-label": `remove ${name}` }));
      refill(this.keptList, [...sum.kept.map((one) => chip("kept", one)), ...sum.directions.map((one) => chip("directions", one))]);
    }
    for (const key of TERMS) {
      const { input, figure } = this.terms[key];
      input.value = options.some(({ id }) => id === sum[key]) ? sum[key] : options[0].id;
      const unused = Boolean(saved) && key !== "a";
      figure.classList.toggle("unused", unused);
      this.terms[key].name.textContent = `${key.toUpperCase()}${unused ? " (not in this sum)" : ""}`;
    }
    this.directionInput.value = saved ? sum.direction : "";
    this.directionInput.disabled = !sum.directions.length; // not hidden: what lies below would move
    this.strength.show(sum.strength, `${sum.strength.toFixed(2)} times ${this.added}`);
    this.strength.name.textContent = `Strength: A + strength × ${this.added}`;
    this.formula.textContent = `A + ${inWords(sum.strength)} × ${this.added}`;
    this.saveButton.title = `save ${this.added} under a name, to add it to others`;
    if (!this.model || this.term("a").length !== this.model.latentDim) return;
    for (const key of TERMS) paint(this.terms[key].picture, this.model.decode(Float32Array.from(this.term(key))));
    paint(this.output, this.model.decode(this.result));
    this.root.dataset.ready = String(!this.isStudent);
    this.showGauge();
    this.dare.show();
  }

  build(root) {
    this.terms = Object.fromEntries(TERMS.map((key) => {
      const picture = imageCanvas(`term-${key}`, `picture of ${key.toUpperCase()}`);
      const input = h("select", { "aria-label": `term ${key.toUpperCase()}`, onchange: () => {
        this.remember();
        this.change({ [key]: input.value, ...(key === "a" ? {} : { direction: "" }) });
      } });
      const name = h("span");
      const figure = h("figure", { class: `term ${key}` }, h("span", { class: "sign", "aria-hidden": "true" }, SIGNS[key]), picture, h("figcaption", {}, name, input));
      return [key, { picture, input, name, figure }];
    }));
    this.output = imageCanvas("decoded", "decoded digit, 28 by 28 pixels");
    this.formula = h("small", { "data-testid": "formula" });
    this.strength = slider(this, { name: "strength", of: "latent", high: STRENGTH, change: (strength) => this.change({ strength }) });
    this.directionInput = h("select", { "aria-label": "direction", onchange: () => {
      this.remember();
      this.change({ direction: this.directionInput.value });
    } });
    this.saveButton = button("Save the direction", "", () => this.keep("directions", this.direction, (direction) => ({ direction })));
    this.name = textField(
      "Save for later",
      { maxlength: LONGEST, placeholder: "a name", "aria-label": "name" },
      button("Save the result", "to use it in later sums", () => this.keep("kept", this.result, () => ({}))),
      button("Save my digit", "the one on the Draw page, to use it in later sums", () => this.keep("kept", this.choices[0].latent, () => ({}))),
      this.saveButton,
    );
    this.keptList = h("ul", { class: "kept" });
    this.dare = turnAll(this);
    this.root = h(
      "div",
      { class: "part arithmetic" },
      h(
        "div",
        { class: "sum" },
        ...TERMS.map((key) => this.terms[key].figure),
        h("figure", { class: "term result", "data-part": "output" }, h("span", { class: "sign", "aria-hidden": "true" }, "="), this.output, h("figcaption", {}, "Decoded digit", this.formula)),
      ),
      h(
        "div",
        { class: "controls" },
        h("label", { class: "direction" }, h("span", {}, "Direction"), this.directionInput),
        this.strength.label,
        button("Put it on the sliders", "continue on the Draw page with this result", () => this.take()),
      ),
      this.status,
      this.name.element,
      this.keptList,
      this.gauge.element,
      this.dare.element,
    );
    root.append(this.root);
  }

  stop() {
    this.dare.stop();
    super.stop();
  }
}

export default mount(Arithmetic);
