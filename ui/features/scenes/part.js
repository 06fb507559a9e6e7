// The Scenes page's live part: a canvas for several digits, what the network finds on it, and the scene drawn again from
// that list. The canvas is painted in every frame; it is read in steps between the frames, and the list comes after it.

import { loadModel } from "../../frontend/engine/engine.js";
import { mount } from "../../frontend/lib/component.js";
import { LatentSliders } from "../../frontend/lib/latent_sliders.js";
import { InSpareTime, NextFrame, NextTurn, comesNear } from "../../frontend/lib/pace.js";
import { nameOf } from "./board.js";
import { redraw } from "./crops.js";
import { paintGrey, paintClasses, paintDifference, paintOutlined } from "./pixels.js";
import { layOut } from "./layout.js";
import { Listed } from "./listed.js";
import { readScene } from "./reader.js";

const WORDS = { group: "the chosen digit's latent", slider: "number", short: "z", home: "back to the number that was read", real: "real digits" };
const READ_MS = 14; // at a time
const MISSING = "The model that finds the digits of a scene is not here: `python -m aecore.train scene` trains it.";

class Scenes extends Listed {
  static subject = "The scene needs";
  static whole = true;
  static student = true;
  frame = new NextFrame(() => this.showPicture());
  reading = new NextTurn(() => this.readOn());
  others = new InSpareTime(() => this.showOthers());
  reader = null;
  isDue = false; // there is a picture that was not read
  walk = null; // the steps of reading that are left

  constructor(root) {
    super();
    this.sliders = new LatentSliders(this, WORDS);
    Object.assign(this, layOut(this));
    this.sliders.use(this.statistics);
    root.append(this.root);
  }

  update(data, reports) {
    const { reader: readerUrl, samples, pen, most } = data;
    Object.assign(this, { readerUrl, samples, penOfSize: pen, most });
    super.update({ ...data, seq: data.moves }, reports);
    this.moving.resume();
    this.brought.update(data.line);
  }

  adopt({ strokes, digits, film }) {
    this.items = [...strokes, ...digits];
    this.film = film;
    this.moving.take();
  }

  // The model's student lets the scene be read; films wait for the model itself.
  studentEncodes() {
    return this.use(this.model);
  }

  async loaded(model) {
    await this.use(model);
    if (!this.reader) return this.say(MISSING);
    this.moving.enable();
    comesNear(this.moving.element).then(() => this.moving.open()); // which reads a frame
  }

  async use({ statistics }) {
    this.sliders.use((this.statistics = statistics));
    if (this.readerUrl && !this.reader) {
      this.sayLoading("Loading the network that finds digits …");
      this.reader = await (await loadModel(this.readerUrl)).whole;
      this.say("");
    }
    this.show();
  }

  // ---- from whoever presents ---------------------------------------------------------------------------------

  get scene() {
    const count = this.rows.length;
    return { scenes: { ...this.state, seq: undefined }, glance: { words: `The network finds ${count} digit${count === 1 ? "" : "s"} on one canvas, each as sixteen numbers.`, isElsewhere: true } };
  }

  showScene({ scenes }) {
    if (!scenes) return;
    this.adopt(scenes);
    this.frame.soon();
  }

  // ---- to the screen -----------------------------------------------------------------------------------------

  show() {
    this.showPicture();
  }

  showPicture() {
    this.frame.cancel();
    const { model, reader } = this;
    this.enable(Boolean(model), this.row);
    if (!model) return;
    this.picture = this.painter.paint(this.items, model);
    paintOutlined(this.board.canvas, this.picture, this.read?.classes);
    this.board.show(this.rows, this.chosen);
    this.isDue = Boolean(reader);
    if (reader) this.reading.soon();
    this.others.soon();
    if (!this.readerUrl) this.root.dataset.ready = String(!this.isStudent);
  }

  // Take some of the steps of reading a picture.
  readOn() {
    const start = performance.now();
    if (!this.walk) this.begin();
    while (!this.walk.next().done) if (performance.now() - start > READ_MS) return this.reading.soon();
    this.walk = null;
    if (this.isDue) this.reading.soon();
  }

  begin() {
    this.isDue = false;
    this.mark();
    this.walk = this.steps(this.picture);
  }

  *steps(picture) {
    const { reader } = this;
    for (const name of Object.keys(reader.spec.networks)) yield reader.run.ahead({ scene: picture }, name);
    this.read = { ...readScene(reader, picture), picture }; // the networks are not run again
    this.enlist(this.read.found);
    paintOutlined(this.board.canvas, this.picture, this.read.classes);
    this.board.show(this.rows, this.chosen);
    this.others.soon();
    this.root.dataset.ready = String(!this.isStudent);
  }

  *showOthers() {
    if (!this.model || !this.read) return;
    const { read } = this, { picture } = read;
    yield paintClasses(this.maps, picture, read.classes);
    for (const row of this.rows) yield this.describe(row, picture, read.classes);
    const again = redraw(picture, this.rows.filter(({ latent }) => latent).map(({ listed, latent }) => ({ box: listed, latent })), this.model);
    paintGrey(this.redrawn, again);
    yield paintDifference(this.difference, picture, again);
    yield this.list.show(this.rows, this.chosen);
    this.number.show(this.rows);
    this.enable(true, this.row);
    yield* this.sliders.steps();
    this.spoken.say(this.rows.length ? `Found: ${this.rows.map(nameOf).join(", ")}.` : "Nothing found.");
  }

  stop() {
    this.moving.stop();
    this.brought.stop();
    this.reading.cancel();
    this.others.cancel();
    this.spoken.stop();
    super.stop();
  }
}

export default mount(Scenes);
