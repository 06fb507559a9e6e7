// A strip of pictures that the model learned from: of all classes or of one, or those that are most like what the sliders
// show. Their owner sees their own pixels, others what the decoder makes of their latents.

import { mount } from "../../frontend/lib/component.js";
import { picturesOf } from "../../frontend/lib/example_pictures.js";
import { ModelPart } from "../../frontend/lib/model_part.js";
import { button, h, imageCanvas, paint } from "../../frontend/lib/paint.js";
import { recall } from "../train/memory.js";

const SHOWN = 12; // pictures at once
const LIKE = "like"; // the choice of what is most like the picture on the table

class Examples extends ModelPart {
  isUndone = false;
  again = () => this.show();

  constructor(root) {
    super();
    Object.assign(this, { kind: "", start: 0, decodedImages: new Map(), drawn: [] });
    this.build(root);
  }

  update(data, reports) {
    if (!data.model.pictures && !this.recalled) {
      this.recalled = true;
      const before = recall();
      if (before.runs.length) reports.trigger("remembered", before); // the pixels belong to one of these trainings
    }
    this.table = data.latent;
    this.sample = data.sample;
    super.update(data, reports);
    this.described = data.model; // which may have got the address of the pixels
    this.show();
  }

  prepare({ model: { classes } }) {
    Object.assign(this, { kind: "", start: 0, decodedImages: new Map(), drawn: [] });
    const option = (value, text) => h("option", { value }, text);
    this.choice.replaceChildren(option("", "all pictures"), option(LIKE, "most like this one"), ...classes.map((name, i) => option(String(i), name)));
  }

  gotAtlas() {
    this.show();
  }

  /** The numbers of the examples of the choice, in their order. */
  get found() {
    const { atlas, kind } = this;
    if (!atlas) return [];
    if (kind === LIKE) return atlas.nearest(Float32Array.from(this.table), Math.min(SHOWN * 4, atlas.count)).map(({ index }) => index);
    const all = Array.from({ length: atlas.count }, (_, i) => i);
    return kind === "" ? all : all.filter((i) => atlas.labels[i] === Number(kind));
  }

  show() {
    this.frame.cancel();
    const { found } = this, numbers = found.slice(this.start, this.start + SHOWN);
    this.more.disabled = found.length <= SHOWN;
    this.buttons.forEach((one, i) => this.showOne(one, numbers[i]));
    this.drawn = numbers;
    this.root.dataset.ready = String(numbers.length > 0 && numbers.every((number) => this.imageOf(number)));
    picturesOf(this.described)?.want(numbers, this.again);
  }

  showOne(one, number) {
    one.hidden = number === undefined;
    if (one.hidden) return;
    const name = this.described.classes[this.atlas.labels[number]] ?? "";
    one.setAttribute("aria-label", name ? `${name}, example ${number + 1}` : `example ${number + 1}`);
    one.title = name;
    one.setAttribute("aria-pressed", number === this.sample);
    paint(one.firstChild, this.imageOf(number));
  }

  /** The image of an example: its own pixels, or what the decoder makes of its latent; null while it is on its way. */
  imageOf(number) {
    const own = picturesOf(this.described);
    if (own) return own.get(number) ?? null;
    if (!this.model) return null;
    if (!this.decodedImages.has(number)) this.decodedImages.set(number, this.model.decode(this.atlas.latent(number)));
    return this.decodedImages.get(number);
  }

  pick(i) {
    this.sample = this.drawn[i];
    this.trigger("picked", { number: this.sample });
    this.show();
  }

  choose(kind) {
    Object.assign(this, { kind, start: 0 });
    this.show();
  }

  build(root) {
    this.choice = h("select", { "aria-label": "which pictures are shown", onchange: () => this.choose(this.choice.value) });
    this.more = button("More", "other pictures", () => {
      this.start = (this.start + SHOWN) % Math.max(1, this.found.length);
      this.show();
    });
    this.buttons = Array.from({ length: SHOWN }, (_, i) => h("button", { type: "button", class: "example", onclick: () => this.pick(i) }, imageCanvas(`example-${i + 1}`, "")));
    for (const one of this.buttons) one.firstChild.setAttribute("aria-hidden", "true");
    this.root = h("div", { class: "part examples" }, h("div", { class: "row" }, this.choice, this.more), h("div", { class: "strip", role: "group", "aria-label": "examples" }, ...this.buttons), this.status);
    root.append(this.root);
  }
}

export default mount(Examples);
