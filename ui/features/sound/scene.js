// What a talk shows of the Sound page: a voice with noise, and what the denoiser leaves of it. The key for something random
// plays it: first the noisy sound, then the cleaned one.

import { h } from "../../frontend/lib/paint.js";
import { TalkScene } from "../../frontend/lib/talk_scene.js";
import { gainOf } from "./levels.js";
import { Mixed } from "./mixed.js";
import { computedNoise } from "./noises.js";
import { Player } from "./player.js";
import { Shelf } from "./shelf.js";
import { paintSpectrum } from "./spectrogram.js";

const [CLEAN, LOUD] = [20, -10]; // dB, of the levels 0 and 1
const SEED = 1;

const shelf = new Shelf(); // the recordings of all scenes

export default class SoundScene extends TalkScene {
  static style = `
    .parts .noisy canvas, .parts .cleaned canvas { image-rendering: auto; }`;

  static async prepare({ recording }) {
    await shelf.get(recording.url).catch(() => {}); // without it, the line stands alone
  }

  constructor(options) {
    super(options);
    const { title, url } = this.shown.recording, canvas = (part) => h("canvas", { "data-testid": `stage-${part}`, role: "img", "aria-label": `spectrogram of ${title}, ${part}`, width: 1, height: 1 });
    for (const part of ["noisy", "cleaned"]) this.add(part, canvas(part));
    this.level = this.shown.noise.level;
    this.player = new Player({ ended: () => this.goOn() });
    shelf.get(url).then((sound) => this.open(sound), () => {});
  }

  open(sound) {
    this.mixed = new Mixed(this.model, sound, computedNoise("white", sound.length, SEED));
    this.render();
  }

  render() {
    const { mixed, level, panels: { noisy, cleaned } } = this;
    if (!mixed) return;
    const ratio = CLEAN + level * (LOUD - CLEAN), gain = gainOf(mixed.loud, 1);
    mixed.mix(ratio);
    for (const _ of mixed.cleaning());
    paintSpectrum(noisy.picture, mixed.noisy, gain);
    paintSpectrum(cleaned.picture, mixed.cleaned, gain);
    noisy.caption.textContent = `noise, ${Math.round(ratio)} dB`.replace("-", "−");
    cleaned.caption.textContent = "cleaned";
    if (this.player.isPlaying) this.player.load(this.sounds);
  }

  get sounds() {
    const { noisy, cleaned } = this.mixed.sounds;
    return { noisy, cleaned };
  }

  setLevel(level) {
    this.level = level;
    this.render();
  }

  // ---- keys --------------------------------------------------------------------------------------------------

  async random() {
    if (!this.mixed) return;
    this.player.stop();
    await this.say("noisy");
  }

  async say(name) {
    this.player.chosen = name;
    this.player.load(this.sounds);
    this.player.seek(0);
    await this.player.play();
  }

  goOn() {
    if (this.player.chosen === "noisy" && this.panels.noisy.picture.isConnected) this.say("cleaned"); // else another scene is shown
  }

  addNoise(by) {
    this.stop();
    this.setLevel(Math.min(Math.max(Math.round(100 * (this.level + by)) / 100, 0), 1));
  }

  restore() {
    this.stop();
    this.player.stop();
    this.setLevel(this.shown.noise.level);
  }

  // ---- animations --------------------------------------------------------------------------------------------

  animate({ kind, from, to }) {
    return kind === "noise" ? { at: (t) => this.setLevel(from + (to - from) * t) } : null;
  }

  get position() {
    return { level: this.level };
  }

  follow({ level }) {
    if (level !== this.level) this.setLevel(level);
  }
}
