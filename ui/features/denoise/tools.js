// Tools to damage the corrupted digit with, by pointer or by keys: the square of an occlusion is moved, noise and nothing
// are painted.

import { occlusionBox } from "../../frontend/lib/corruption.js";
import { button, h } from "../../frontend/lib/paint.js";
import { NOISE, NOTHING, followPointer, stroke } from "./damage.js";

const PEN = 3; // pixels, of the frame that shows where it is
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const TOOLS = { box: "Move the square", noise: "Noise pen", eraser: "Eraser" };

/**
 * The tools, in `element`, and what they do on the canvas of a panel. Of the lab they use image, settings, remember(),
 * change(settings), rest.
 */
export class Tools {
  constructor(lab, { canvas }) {
    Object.assign(this, { lab, canvas });
    this.pen = { x: canvas.width / 2, y: canvas.height / 2 }; // of the keys
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label", `${canvas.getAttribute("aria-label")}: arrow keys move the square or the pen, Space paints, Shift and arrows paint along`);
    for (const type of ["focus", "blur"]) canvas.addEventListener(type, () => this.show());
    this.frame = h("i", { class: "box", hidden: true }); // a square is black on black: only its frame can be seen
    canvas.parentElement.append(this.frame);
    this.buttons = Object.fromEntries(Object.entries(TOOLS).map(([tool, text]) => [tool, button(text, "", () => this.choose(tool))]));
    this.element = h("div", { class: "group", role: "group", "aria-label": "damage by hand" }, ...Object.values(this.buttons));
    this.kind = null; // of noise, that the tool was chosen for
    this.follow();
  }

  /** Pixels for each of those of an image of 28 x 28, in which the square's place is noted. */
  get unit() {
    return this.size / 28;
  }

  /** Pixels of the image's side. */
  get size() {
    return this.canvas.width;
  }

  choose(tool) {
    this.tool = tool;
    this.show();
  }

  /** Where the square of an occlusion is: {top, left, side} in pixels. */
  get box() {
    const { level, seed, box } = this.lab.settings;
    return occlusionBox(level, seed, box, this.size);
  }

  moveBox(x, y) {
    const { side } = this.box;
    const place = (v) => Math.round(Math.min(Math.max(v, 0), this.size - side) / this.unit);
    this.lab.change({ box: { top: place(y), left: place(x) } });
  }

  /** Move the square or the pen by a key, or paint; returns whether the key does something. */
  key({ key, shiftKey, repeat }) {
    const by = ARROWS[key];
    if (!this.lab.image || (!by && (key !== " " || this.tool === "box"))) return false;
    const [dx, dy] = by ?? [0, 0], isMoved = this.tool !== "box" && by && !shiftKey;
    if (!repeat && !isMoved) this.lab.remember();
    if (this.tool === "box") {
      const { top, left } = this.box;
      this.moveBox(left + dx * this.unit, top + dy * this.unit);
      return true;
    }
    const from = this.pen, within = (v) => Math.min(Math.max(v, 0), this.size);
    this.pen = { x: within(from.x + dx), y: within(from.y + dy) };
    if (isMoved) this.show();
    else this.paint(from, this.pen);
    return true;
  }

  paint(from, to) {
    const { lab } = this;
    lab.change({ mask: stroke(lab.settings.mask, this.tool === "noise" ? NOISE : NOTHING, from, to) });
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
        else this.paint(from, to);
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
    const isPen = this.tool !== "box" && this.canvas.matches(":focus-visible");
    const { top, left, side } = isPen ? { top: this.pen.y - PEN / 2, left: this.pen.x - PEN / 2, side: PEN } : this.box;
    const percent = (pixels) => `${(100 * pixels) / this.size}%`;
    this.frame.hidden = !this.lab.image || !side || !(isPen || kind === "occlusion");
    Object.assign(this.frame.style, { top: percent(top), left: percent(left), width: percent(side), height: percent(side) });
  }
}
