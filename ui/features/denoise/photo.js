// Brings a picture of a digit: chosen, photographed, dropped or pasted. Python reads it and says what it found.
//
// The picture stays here, so that a turned one is read anew; Python keeps none.

import { listen } from "../../frontend/lib/brought.js";
import { mount } from "../../frontend/lib/component.js";
import { inForeignFrame } from "../../frontend/lib/frame.js";
import { button, h } from "../../frontend/lib/paint.js";
import { Part } from "../../frontend/lib/part.js";
import { shrink } from "../../frontend/lib/shrink.js";

const PATIENCE_MS = 30_000;

class Bring extends Part {
  constructor(root) {
    super();
    this.picture = null; // what `shrink` gave
    this.build(root);
    this.stopListening = listen((file) => this.take(file));
  }

  /** Python's `answers` count the pictures that it has read; `pixels` is whether the last one's own are in use. */
  update(data, reports) {
    super.update(data, reports);
    const { answers, said, problem, shown, pixels } = data;
    if (answers !== this.answers) this.answered();
    Object.assign(this, { answers, pixels });
    const ours = Boolean(this.picture && shown && !problem);
    this.turnButton.hidden = !ours;
    this.pixelsButton.hidden = !ours || pixels === null;
    this.pixelsButton.setAttribute("aria-pressed", pixels === true);
    if (!this.waiting) this.say(problem ? "The picture was not used." : said);
    this.stopListening ??= listen((file) => this.take(file));
  }

  async take(file) {
    this.wait();
    const mine = (this.latest = {});
    try {
      const picture = await shrink(file);
      if (mine !== this.latest) return; // another one was brought meanwhile
      this.picture = { ...picture, turns: 0, pixels: null };
      this.send();
    } catch (error) {
      this.answered();
      this.say(`The picture could not be opened here: ${error.message}`);
    }
  }

  /** Send the picture again with changes. */
  again(changes) {
    Object.assign(this.picture, changes);
    this.send();
  }

  send() {
    this.wait();
    this.trigger("picture", this.picture);
  }

  wait() {
    clearTimeout(this.waiting);
    this.say("Reading the picture …");
    this.waiting = setTimeout(() => {
      this.answered();
      this.say("The server did not answer. Choose the picture again.");
    }, PATIENCE_MS);
  }

  answered() {
    clearTimeout(this.waiting);
    this.waiting = 0;
  }

  build(root) {
    const touch = matchMedia("(pointer: coarse)").matches;
    const input = h("input", { type: "file", accept: "image/*,.heic,.heif", "aria-label": "picture of a digit", tabindex: -1, hidden: true });
    input.addEventListener("change", () => {
      if (input.files.length) this.take(input.files[0]);
      input.value = ""; // so that the same file can be chosen again
    });
    const choose = button(touch ? "Take or choose a photo" : "Choose a picture", "a digit on paper, photographed", () => input.click(), { class: "choose" });
    const ways = touch ? "of a digit on paper" : "of a digit on paper, drop one here, or paste it (Ctrl+V)";
    this.turnButton = button("Rotate", "a quarter turn to the right", () => this.again({ turns: (this.picture.turns + 1) % 4 }), { hidden: true });
    this.pixelsButton = button("Use these pixels", "as they are, or the digit centred with MNIST's stroke width", () => this.again({ pixels: !this.pixels }), { hidden: true });
    this.root = h(
      "div",
      { class: "part bring", "data-testid": "bring-picture" },
      h("div", { class: "row" }, choose, input, h("span", { class: "ways" }, ways), this.turnButton, this.pixelsButton),
      inForeignFrame() ? h("p", { class: "frame" }, "This page is inside another website. If you cannot choose a picture here, paste one: click here, then press Ctrl+V.") : "",
      this.status,
    );
    root.append(this.root);
  }

  stop() {
    this.answered();
    this.stopListening?.();
    this.stopListening = null;
    super.stop();
  }
}

export default mount(Bring);
