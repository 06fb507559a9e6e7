// The digit on the table, in the header of every page: a thumbnail, where it comes from, its model; and undo and redo.

import { root as appRoot } from "../../frontend/lib/address.js";
import { flushAll, mount } from "../../frontend/lib/component.js";
import { button, h, imageCanvas, imageFromBase64, paint } from "../../frontend/lib/paint.js";
import { table } from "../../frontend/lib/table.js";

const TYPED_INTO = "textarea, [contenteditable], input:not([type=range], [type=checkbox], [type=radio], [type=button])";

class Digit {
  constructor(root) {
    this.counts = null; // the undos and redos that Python was asked for
    this.picture = imageCanvas("thumbnail", "the digit on the table");
    [this.words, this.model] = [h("b"), h("small")];
    this.link = h("a", { href: appRoot().href, onclick: (event) => this.open(event) }, this.picture, h("span", {}, this.words, this.model));
    const act = (way) => () => this.move(way);
    this.buttons = {
      undo: button("↶", "undo the last change (Ctrl+Z)", act("undo"), { "aria-label": "Undo" }),
      redo: button("↷", "redo (Ctrl+Shift+Z)", act("redo"), { "aria-label": "Redo" }),
    };
    root.append(h("div", { class: "part digit" }, this.buttons.undo, this.buttons.redo, this.link));
    this.key = (event) => this.press(event);
  }

  update(data, { settled }) {
    const [undo, redo] = data.taken, [undone, redone] = this.data?.taken ?? [Infinity, Infinity];
    if (undo < undone || redo < redone) this.counts = { undo, redo }; // the first ones, or of a session that begins anew
    Object.assign(this, { data, settled, isChanged: false, images: data.images });
    document.addEventListener("keydown", this.key);
    table.header = this;
    this.show(data.image && imageFromBase64(data.image), data.isBent);
  }

  show(image, isBent) {
    paint(this.picture, image);
    this.isBent = isBent;
    const words = this.data.words + (isBent ? ", bent" : "");
    this.words.textContent = words;
    this.model.textContent = this.data.model;
    this.link.title = `${words} · ${this.data.model} · back to Draw`;
    this.enable(this.data.left[0] || this.isChanged || table.canMove("undo"), this.data.left[1] || table.canMove("redo"));
  }

  enable(undo, redo) {
    this.buttons.undo.disabled = !undo;
    this.buttons.redo.disabled = !redo;
    table.undoShown();
  }

  get canUndo() {
    return !this.buttons.undo.disabled;
  }

  /** Show what another part decodes now. */
  follow(image, isBent) {
    this.show(image, isBent);
  }

  /** Something was changed that Python may not know of yet. */
  changed() {
    this.isChanged = true;
    this.enable(true, table.canMove("redo"));
  }

  showScene({ image }) {
    if (image) paint(this.picture, imageFromBase64(image));
  }

  // ---- undo and redo -----------------------------------------------------------------------------------------

  /** What has not come to rest is reported first: it is the last change. */
  move(way) {
    flushAll();
    table.move(way);
  }

  /** Ask Python for a step. The counts grow, so that of several reports on a slow line the last one says all. */
  ask(way) {
    this.counts = { ...this.counts, [way]: this.counts[way] + 1 };
    this.settled({ ...this.counts });
  }

  press(event) {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || event.altKey || !["z", "y"].includes(key)) return;
    if (event.composedPath()[0].matches?.(TYPED_INTO)) return;
    event.preventDefault();
    this.move(key === "y" || event.shiftKey ? "redo" : "undo");
  }

  /** Go to Draw like the navigation does, which keeps the session. */
  open(event) {
    const links = [...document.querySelectorAll("[data-testid=stPageLink-NavLink]")];
    const draw = links.find((one) => new URL(one.getAttribute("href"), appRoot()).pathname === appRoot().pathname);
    if (!draw || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (location.pathname !== appRoot().pathname) draw.click();
  }

  stop() {
    document.removeEventListener("keydown", this.key);
  }
}

export default mount(Digit);
