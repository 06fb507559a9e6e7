// What a talk shows of the Colorize page: a grey picture, its sixteen numbers as faders, and the picture in colours.

import { STYLE, faders, swept, withFaders } from "../../frontend/lib/faders.js";
import { quantise } from "../../frontend/lib/latent.js";
import { h } from "../../frontend/lib/paint.js";
import { TalkScene, hop } from "../../frontend/lib/talk_scene.js";
import { Shelf } from "./chooser.js";
import { LATENT } from "./fields.js";
import { fit } from "./picture.js";
import { Studio } from "./studio.js";

const HOPS = 4; // random colourings per animation
const GLIDE = { kind: "glide", seconds: 0.6, repeat: false };

const shelf = new Shelf(); // the pictures of all scenes

export default class ColorizeScene extends withFaders(TalkScene) {
  static style = `${STYLE}
    .parts canvas { object-fit: contain; image-rendering: auto; outline: none !important; }`;

  static async prepare({ picture }) {
    await shelf.get(picture.url).catch(() => {}); // without it, the line stands alone
  }

  constructor(options) {
    super(options);
    const canvas = (part, label) => h("canvas", { "data-testid": `stage-${part}`, role: "img", "aria-label": label });
    const { title, url } = this.shown.picture;
    this.faders = faders((i, value) => this.drag(i, value));
    this.add("grey", canvas("grey", `${title}, without colours`));
    this.add("latent", this.faders.element);
    this.add("colored", canvas("colored", `${title}, in colour`));
    this.slider = null;
    this.latent = Array(LATENT).fill(0);
    const { slider } = this.shown.animation ?? {};
    if (typeof slider === "number") this.slider = slider - 1;
    shelf.get(url).then((picture) => this.open(picture), () => {});
  }

  open(picture) {
    this.studio = new Studio(this.model, picture, this.shown.picture.name);
    picture.paintGrey(this.panels.grey.picture);
    this.panels.grey.caption.textContent = "given";
    if (this.latent.every((number) => number === 0)) this.latent = this.studio.mostLikely;
    this.render();
  }

  render() {
    this.faders.show(this.latent, this.slider);
    this.panels.latent.caption.textContent = this.slider === null ? "16 numbers" : `number ${this.slider + 1}`;
    if (!this.studio || this.panels.colored.figure.hidden) return;
    const image = this.studio.colour(this.latent);
    fit(this.panels.colored.picture, image).putImageData(image, 0, 0);
    this.panels.colored.caption.textContent = "in colour";
  }

  // ---- keys --------------------------------------------------------------------------------------------------

  random() {
    if (this.studio) this.play({ ...GLIDE, way: [this.latent, this.studio.prior.sample(1)] });
  }

  restore() {
    this.stop();
    if (this.studio) this.play({ ...GLIDE, way: [this.latent, this.studio.mostLikely] });
  }

  // ---- animations --------------------------------------------------------------------------------------------

  animate({ kind, way, slider, from, to }) {
    if (kind === "glide") return { at: (t) => this.setLatent(hop(way, t)) };
    if (kind === "random") return this.wander();
    if (kind === "sweep") return this.swept(slider - 1, from, to);
    return null;
  }

  // From one colouring to others, drawn once the picture is there.
  wander() {
    let way = null;
    return {
      at: (t) => {
        if (!this.studio) return;
        way ??= [this.latent, ...Array.from({ length: HOPS }, () => this.studio.prior.sample(1))];
        this.setLatent(hop(way, t));
      },
    };
  }

  // From where a slider stands, once the picture is there, to both ends and back.
  swept(slider, from, to) {
    let home = null;
    return {
      at: (t) => {
        if (!this.studio) return;
        home ??= this.latent;
        this.setLatent(swept(home, slider, from, to, t));
      },
      startsOver: true,
    };
  }

  get position() {
    return { latent: this.latent.map(quantise), slider: this.slider };
  }

  follow({ latent, slider }) {
    this.slider = slider;
    if (latent.length === LATENT) this.setLatent(latent);
  }
}
