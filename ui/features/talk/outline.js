// The list of a talk's scenes: dragged by their handles, or moved by keys, doubled, removed.

import { mount } from "../../frontend/lib/component.js";
import { explained } from "../../frontend/lib/explain.js";
import { button, h, refill } from "../../frontend/lib/paint.js";
import { Part } from "../../frontend/lib/part.js";

const AGAIN_MS = 4000; // Streamlit may lose a report beside another one

class Outline extends Part {
  isUndone = false;
  scenes = []; // {line, page, from}: `from` is its place in the talk that Python has
  sent = null; // what was reported and not answered
  isUndoDue = false; // once that is answered
  held = null; // {pointer, from, to}: a scene that is dragged

  constructor(root) {
    super();
    this.list = h("ol", {});
    this.undo = button("Undo", "take back the last change of this list", () => this.takeBack());
    this.root = h("div", { class: "part outline" }, h("div", { class: "head" }, h("h2", {}, "Scenes"), this.undo), this.list, this.status);
    root.append(this.root);
  }

  update(data, reports) {
    super.update(data, reports);
    this.undo.disabled = !data.can_undo;
    this.root.dataset.ready = "true";
    const { seq, sent } = this;
    if (data.seq === seq && !sent) return;
    Object.assign(this, { seq: data.seq, most: data.most, sent: null });
    if (sent && data.seq !== seq && lines(sent) === lines(data.scenes)) {
      const places = new Map(sent.map((one, i) => [one.from, i])); // what has been moved since goes on from there
      for (const one of this.scenes) one.from = sent.includes(one) ? sent.indexOf(one) : places.get(one.from);
      if (lines(this.scenes) !== lines(sent)) setTimeout(() => this.send());
    } else {
      this.scenes = data.scenes.map((one, from) => ({ ...one, from }));
      this.build();
    }
    if (this.isUndoDue) setTimeout(() => this.trigger("undo", true));
    this.isUndoDue = false;
  }

  takeBack() {
    if (!this.sent) this.trigger("undo", true);
    else if (lines(this.scenes) === lines(this.sent)) this.isUndoDue = true;
    else {
      this.scenes = [...this.sent]; // Python does not know of what came after
      this.build();
    }
  }

  send() {
    if (this.sent) return; // the answer is on its way
    this.sent = [...this.scenes];
    this.tell({ seq: this.seq, order: this.scenes.map(({ from }) => from) });
  }

  tell(report) {
    this.trigger("arranged", report);
    clearTimeout(this.again);
    this.again = setTimeout(() => this.sent && this.seq === report.seq && this.tell(report), AGAIN_MS);
  }

  build() {
    const isFull = this.scenes.length >= this.most, isLast = this.scenes.length === 1;
    const row = ({ line, page }, i) => {
      const named = `scene ${i + 1}, ${line}`;
      const handle = button("⠿", "drag, or press the arrow keys, to move this scene", () => {}, { class: "handle", "aria-label": `move ${named}` });
      const handlers = {
        pointerdown: (event) => this.take(event, i),
        pointermove: (event) => this.drag(event),
        lostpointercapture: () => this.drop(),
        keydown: (event) => this.key(event, i),
      };
      for (const [type, handler] of Object.entries(handlers)) handle.addEventListener(type, handler);
      const double = button("+", "double this scene", () => this.arrange(this.order.toSpliced(i + 1, 0, i), `Scene ${i + 1} doubled.`), { "aria-label": `double ${named}`, disabled: isFull });
      const remove = button("×", "remove this scene", () => this.arrange(this.order.toSpliced(i, 1), `Scene ${i + 1} removed.`), { "aria-label": `remove ${named}`, disabled: isLast });
      return h("li", {}, handle, h("span", { class: "line" }, ...explained(line)), h("small", {}, page.replace("_", " ")), double, remove);
    };
    refill(this.list, this.scenes.map(row));
  }

  /** The scenes as they are. */
  get order() {
    return this.scenes.map((_, i) => i);
  }

  /** Show the scenes in another order at once, and report it. */
  arrange(order, said) {
    this.say(said);
    const taken = new Set();
    this.scenes = order.map((i) => {
      const one = this.scenes[i], isDouble = taken.has(one);
      taken.add(one);
      return isDouble ? { ...one } : one;
    });
    this.build();
    this.undo.disabled = false;
    this.send();
  }

  move(from, to) {
    if (from === to || to < 0 || to >= this.scenes.length) return;
    this.arrange(this.order.toSpliced(from, 1).toSpliced(to, 0, from), `Scene ${from + 1} is scene ${to + 1} now.`);
    this.list.children[to].querySelector(".handle").focus();
  }

  stop() {
    clearTimeout(this.again);
    super.stop();
  }

  // ---- by hand -------------------------------------------------------------------------------------------------

  take(event, from) {
    if (event.button || this.held) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    this.held = { pointer: event.pointerId, from, to: from };
    this.show();
  }

  drag({ pointerId, clientY }) {
    if (pointerId !== this.held?.pointer) return;
    const middles = [...this.list.children].map((row) => row.getBoundingClientRect()).map(({ top, height }) => top + height / 2);
    const above = middles.filter((middle, i) => i !== this.held.from && middle < clientY).length;
    this.held.to = above;
    this.show();
  }

  drop() {
    const { from, to } = this.held ?? {};
    this.held = null;
    this.show();
    if (from !== undefined) this.move(from, to);
  }

  key(event, i) {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.move(i, i + by);
  }

  /** Mark the scene that is held, and where it would come. */
  show() {
    const { from, to } = this.held ?? {};
    [...this.list.children].forEach((row, i) => {
      row.classList.toggle("held", i === from);
      row.classList.toggle("above", this.held !== null && to < from && i === to);
      row.classList.toggle("below", this.held !== null && to > from && i === to);
    });
  }
}

const lines = (scenes) => JSON.stringify(scenes.map(({ line, page }) => [line, page]));

export default mount(Outline);
