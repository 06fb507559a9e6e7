// Tools to damage the corrupted digit with, by pointer: the square of an occlusion is moved, noise and nothing are
// painted.

import { occlusionBox } from "../../frontend/lib/corruption.js";
import { button, h } from "../../frontend/lib/paint.js";
import { NOISE, NOTHING, followPointer, stroke } from "./damage.js";

const SIZE = 28;
const TOOLS = { box: "Move the square", noise: "Noise pen", eraser: "Eraser" };
const percent = (pixels) => `${(100 * pixels) / SIZE}%`;

/**
 * The tools, in `element`, and what they do on the canvas of a panel. Of the lab they use image, settings, remember(),
 * change(settings), rest.
 */
export class Tools {
  constructor(lab, { canvas }) {
    Object.assign(this, { lab, canvas });
    canvas.tabIndex = 0;
    this.frame = h("i", { class: "box", hidden: true }); // a square is black on black: only its frame can be seen
    canvas.parentElement.append(this.frame);
    this.buttons = Object.fromEntries(Object.entries(TOOLS).map(([tool, text]) => [tool, button(text, "", () => this.choose(tool))]));
    this.element = h("div", { class: "group", role: "group", "aria-label": "damage by hand" }, ...Object.values(this.buttons));
    this.kind = null; // of noise, that the tool was chosen for
    this.follow();
  }

  choose(tool) {
    this.tool = tool;
    this.show();
  }

  /** Where the square of an occlusion is: {top, left, side} in pixels. */
  get box() {
    const { level, seed, box } = this.lab.settings;
    return occlusionBox(level, seed, box);
  }

  moveBox(x, y) {
    const { side } = this.box;
    const place = (v) => Math.min(Math.max(Math.round(v), 0), SIZE - side);
    this.lab.change({ box: { top: place(y), left: place(x) } });
  }

  /** Move the square by so many pixels; returns whether there is one. */
  nudgeBox(dx, dy, repeated) {
    if (this.lab.settings.kind !== "occlusion") return false;
    if (!repeated) this.lab.remember();
    const { top, left } = this.box;
    this.moveBox(left + dx, top + dy);
    return true;
  }

  follow() {
    const { lab } = this;
    let held = null; // where in the square the pointer holds it
    followPointer(this.canvas, {
      begin: ({ x, y }) => {
        if (!lab.image) return false;
        lab.remember();
        const { top, left, side } = this.box;
        const inside = x >= left && x < left + side && y >= top && y < top + side;
        held = inside ? { x: x - left, y: y - top } : { x: side / 2, y: side / 2 };
      },
      move: (from, to) => {
        if (this.tool === "box") this.moveBox(to.x - held.x, to.y - held.y);
        else lab.change({ mask: stroke(lab.settings.mask, this.tool === "noise" ? NOISE : NOTHING, from, to) });
      },
      end: () => lab.rest.flush(),
    });
  }

  show() {
    const { kind } = this.lab.settings;
    if (kind !== this.kind) this.tool = kind === "occlusion" ? "box" : this.tool === "eraser" ? "eraser" : "noise";
    this.kind = kind;
    for (const [tool, one] of Object.entries(this.buttons)) {
      one.setAttribute("aria-pressed", tool === this.tool);
      one.disabled = tool === "box" && kind !== "occlusion";
    }
    this.canvas.dataset.tool = this.tool;
    const { top, left, side } = this.box;
    this.frame.hidden = kind !== "occlusion" || !side || !this.lab.image;
    Object.assign(this.frame.style, { top: percent(top), left: percent(left), width: percent(side), height: percent(side) });
  }
}
