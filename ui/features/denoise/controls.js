// Which noise, how much of it, and what that means in words.

import { explainIn } from "../../frontend/lib/explain.js";
import { button, h } from "../../frontend/lib/paint.js";
import { slider } from "../../frontend/lib/slider.js";
import { maskFromText } from "./damage.js";
import { KINDS } from "./kinds.js";

const SEEDS = 999_999;

/** The controls, in `element`; of the lab they use settings, remember(), change(settings), changeAtOnce(settings). */
export class Controls {
  constructor(lab) {
    this.lab = lab;
    const options = Object.entries(KINDS).map(([value, { label }]) => h("option", { value }, label));
    const choose = () => lab.changeAtOnce({ kind: this.kindInput.value, box: null });
    this.kindInput = h("select", { "aria-label": "corruption", onchange: choose }, ...options);
    this.level = slider(lab, { name: "noise level", of: "input", change: (level) => lab.change({ level }) });
    this.mean = slider(lab, { name: "noise mean", of: "input", text: "Mean", low: -1, change: (mean) => lab.change({ mean }) });
    const renew = () => lab.changeAtOnce({ seed: 1 + Math.floor(Math.random() * SEEDS), box: null });
    const another = button("New noise", "another pattern of the same noise", renew, { class: "another" });
    const kind = h("label", { class: "kind" }, h("span", {}, "Corruption"), this.kindInput);
    this.element = h("div", { class: "controls" }, kind, this.level.label, this.mean.label, another);
    this.meaning = h("p", { class: "meaning" });
    this.mendButton = button("Remove damage", "undo everything that was drawn on it", () => lab.changeAtOnce({ mask: maskFromText("", lab.side) }));
  }

  show() {
    const { kind, level, mean, mask } = this.lab.settings;
    const damaged = mask.some(Boolean);
    this.kindInput.value = kind;
    this.level.show(level, KINDS[kind].meaning(this.lab.settings));
    this.mean.show(mean, mean.toFixed(2));
    this.mean.input.disabled = kind !== "gaussian"; // not hidden: what lies below would move
    this.level.name.textContent = kind === "gaussian" ? "Standard deviation" : "Noise level";
    explainIn(this.meaning, KINDS[kind].meaning(this.lab.settings) + (damaged ? ", and damage by hand" : ""));
    this.mendButton.disabled = !damaged;
  }
}
