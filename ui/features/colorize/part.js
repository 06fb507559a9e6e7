// The Colorize page's live part: a grey picture, sixteen sliders, and the picture in colours, frame by frame.
//
// The networks run once per picture; a slider then costs a weighted sum of fields (`fields.js`) and bringing that up to
// the whole picture (`upsample.js`). Pictures that a visitor brings stay here: Python knows only that there is one.

import { listen } from "../../frontend/lib/brought.js";
import { loadModel } from "../../frontend/engine/engine.js";
import { mount } from "../../frontend/lib/component.js";
import { isLatent } from "../../frontend/lib/latent.js";
import { LatentSliders } from "../../frontend/lib/latent_sliders.js";
import { AtRest, InSpareTime, NextFrame } from "../../frontend/lib/pace.js";
import { say } from "../../frontend/lib/paint.js";
import { Shelf } from "./chooser.js";
import { LATENT } from "./fields.js";
import { layOut } from "./layout.js";
import { Numbers } from "./numbers.js";
import { own } from "./own.js";
import { OWN, PictureError, fit, readPicture } from "./picture.js";
import { Borrowed, tagOf } from "./room.js";
import { save } from "./save.js";
import { Studio } from "./studio.js";

const STATISTICS = { low: Array(LATENT).fill(-3), high: Array(LATENT).fill(3), histogram: Array(LATENT).fill(Array(32).fill(1)) };
const WORDS = { group: "the colours", slider: "colour", short: "", home: "back to the most likely number", real: "real photos" };

class Colorize extends Numbers {
  static subject = "The colours need";
  static whole = true;
  frame = new NextFrame(() => this.showPicture());
  others = new InSpareTime(() => this.showOthers());
  later = new AtRest(() => this.isOpen && this.compare.show());

  constructor(root, { visit }) {
    super();
    own.openedBy(visit);
    this.shelf = new Shelf();
    this.statistics = STATISTICS;
    this.settings = null;
    this.borrowed = new Borrowed((picture) => this.lend(picture));
    this.studio = null; // of the picture that is shown
    this.sliders = new LatentSliders(this, WORDS);
    Object.assign(this, layOut(this));
    this.sliders.use(STATISTICS);
    root.append(this.root);
  }

  // ---- from Python -------------------------------------------------------------------------------------------

  update(data, reports) {
    own.nowOf(data.visit);
    if (!this.pictures) this.usePictures(data.pictures);
    this.stopListening ??= listen((file) => this.bring(file));
    this.bookUrl = data.book;
    super.update({ ...data, seq: data.moves }, reports);
  }

  usePictures(pictures) {
    this.pictures = pictures;
    this.chooser.use(pictures, this.shelf);
    this.credit(pictures);
  }

  adopt({ picture, latent, hints, palette, temperature, draw }) {
    this.settings = { picture, latent, hints, palette, temperature, draw };
    this.open();
  }

  async loaded({ statistics }) {
    this.sliders.use((this.statistics = statistics));
    await this.open();
    if (this.bookUrl) this.book = await loadModel(this.bookUrl).then((model) => model.whole).catch(() => null); // all else works without
    this.later.soon();
  }

  get state() {
    return { ...this.settings, seq: undefined }; // the colours are about no digit
  }

  // ---- from whoever presents ---------------------------------------------------------------------------------

  get scene() {
    const isOwn = this.settings.picture === OWN, photo = isOwn ? tagOf(own.held) : "";
    const title = isOwn ? "a picture of their own" : `“${this.pictures.find(({ name }) => name === this.settings.picture)?.title}”`;
    const glance = { words: `The presenter gives ${title} its colours with sixteen numbers.`, isElsewhere: true };
    return isOwn ? { glance, ...(photo ? { colorize: this.settings, photo } : {}) } : { colorize: this.settings, glance };
  }

  showScene(scene) {
    const { colorize, photo } = (this.presented = scene);
    const { picture, latent = null } = colorize ?? {};
    const isKnown = this.pictures.some(({ name }) => name === picture);
    if (!(isKnown || picture === OWN) || (latent !== null && !isLatent(latent, LATENT))) return;
    if (picture === OWN && !this.borrowed.is(photo)) return; // it is on its way
    this.settings = { ...this.settings, ...colorize };
    this.frame.soon();
    this.later.soon();
    this.open();
  }

  // ---- pictures ----------------------------------------------------------------------------------------------

  /** Let the model see the picture of the settings, and show it. */
  async open() {
    const { model, settings: { picture: name } } = this;
    this.chooser.show(name);
    if (!model || this.studio?.name === name) return this.show();
    const isMine = () => name === this.settings.picture && model === this.model;
    try {
      const picture = await (name === OWN ? own.read() : this.shelf.get(this.pictures.find((one) => one.name === name).url));
      if (!isMine() || this.studio?.name === name) return;
      if (!picture) return this.leaveOwn();
      this.studio = new Studio(model, picture, name);
      this.later.soon();
      this.show();
    } catch (error) {
      if (isMine()) this.say(`There is no picture to see: ${error.message}.`);
    }
  }

  // A link or another tab names a picture of which this browser has nothing.
  leaveOwn() {
    this.choose(this.pictures[0].name);
    this.say("That picture is not in this browser: a private picture stays where it was opened. Showing another one.");
  }

  /** Show a presenter's own picture, which has come after the scene that named it. */
  lend(picture) {
    own.lend(picture);
    if (this.studio?.name === OWN) this.studio = null;
    this.showScene(this.presented);
  }

  choose(picture) {
    this.remember();
    this.say("");
    this.settings = { ...this.settings, picture, latent: null, hints: [], palette: null };
    this.rest.soon();
    this.open();
  }

  async bring(file) {
    const mine = (this.brought = {});
    this.say("Reading the picture …");
    try {
      const picture = await readPicture(file);
      if (mine !== this.brought) return; // another one was brought meanwhile
      own.keep(picture);
      if (this.settings.picture === OWN) this.studio = null;
      this.choose(OWN);
    } catch (error) {
      if (!(error instanceof PictureError)) throw error;
      this.say(error.message);
    }
  }

  // ---- to the screen -----------------------------------------------------------------------------------------

  save() {
    save(this.studio.colour(this.latent), `${this.studio.name}-in-colour.png`);
  }

  show() {
    this.showPicture();
    this.others.now();
  }

  // The picture comes first: what goes along with it can wait for a frame or two.
  showPicture() {
    this.frame.cancel();
    const { studio, isOpen } = this;
    this.enable(isOpen, studio);
    if (!isOpen) return;
    if (this.greyOf !== studio) this.showGrey((this.greyOf = studio));
    const image = this.asDrawn ? studio.asDrawn(this.latent) : studio.colour(this.latent);
    fit(this.colored, image).putImageData(image, 0, 0);
    this.hints.place();
    this.others.soon();
    this.root.dataset.ready = "true";
  }

  showGrey({ picture }) {
    picture.paintGrey(this.grey);
    this.root.style.setProperty("--ratio", picture.width / picture.height);
  }

  *showOthers() {
    if (!this.isOpen) return;
    yield* this.sliders.steps();
    yield this.dare.show();
    for (const section of this.sections) yield* section.steps();
    this.colored.classList.toggle("drawn", Boolean(this.asDrawn));
    say(this.caption, this.asDrawn ? "As drawn, 32 × 32" : "In colour");
  }

  /** Whether the model has seen the picture that the settings name. */
  get isOpen() {
    return Boolean(this.studio) && this.studio.name === this.settings.picture;
  }

  /** Show what the network itself sees and draws, or the whole picture. */
  toggle() {
    this.asDrawn = !this.asDrawn;
    this.frame.soon();
  }

  stop() {
    this.stopListening?.();
    this.stopListening = null;
    this.others.cancel();
    this.compare.stop();
    super.stop();
  }
}

export default mount(Colorize);
