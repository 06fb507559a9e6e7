// The ten sample digits: a press puts one on the table.

import { mount } from "../../frontend/lib/component.js";
import { button, h } from "../../frontend/lib/paint.js";

class Samples {
  constructor(root) {
    this.buttons = Array.from({ length: 10 }, (_, digit) => button(String(digit), "", () => this.pick(digit)));
    root.append(h("div", { class: "part samples" }, h("p", { class: "name" }, "or start from a sample"), h("div", { class: "row", role: "group", "aria-label": "samples" }, ...this.buttons)));
  }

  update({ sample }, { trigger }) {
    this.trigger = trigger;
    this.mark(sample);
  }

  pick(digit) {
    this.mark(digit); // Python's answer says the same
    this.trigger("picked", { number: digit });
  }

  mark(sample) {
    this.buttons.forEach((one, digit) => one.setAttribute("aria-pressed", digit === sample));
  }

  stop() {}
}

export default mount(Samples);
