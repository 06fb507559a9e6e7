// The Sound page's live part: a voice with noise, the spectrogram of it, and what the denoiser leaves.
//
// Everything is computed here. The networks clean a window of two seconds at a time; a long sound is cleaned window by window,
// between the frames. Sounds that a visitor brings stay here: Python knows only that there is one.

import { listen } from "../../frontend/lib/brought.js";
import { loadModel } from "../../frontend/engine/engine.js";
import { mount } from "../../frontend/lib/component.js";
import { ModelPart } from "../../frontend/lib/model_part.js";
import { AtRest, NextTurn, comesNear } from "../../frontend/lib/pace.js";
import { layOut } from "./layout.js";
import { LEVEL, gainOf } from "./levels.js";
import { inDecibels, siSdr } from "./measures.js";
import { Mixed } from "./mixed.js";
import { COMPUTED, computedNoise, repeated } from "./noises.js";
import { own } from "./own.js";
import { paintedOf } from "./painting.js";
import { Shelf, titleOf } from "./shelf.js";
import { SpokenMap } from "./spoken_map.js";
import { paintSpectrum } from "./spectrogram.js";
import { RATE } from "./spectrum.js";
import { Voice } from "./voice.js";
import { describe } from "./words.js";

const OWN = "own"; // the name of a sound that a visitor brought
const SEED = 1;
const CLEAN_MS = 8; // at a time
const LATER_MS = 400; // after which what lies further down is shown, too
const ELSEWHERE = "That recording is not in this browser: your own sounds stay where they were made. Here is another one.";

class Sound extends ModelPart {
  static subject = "The denoiser needs";
  static whole = true;
  cleaning = new NextTurn(() => this.cleanOn());
  later = new AtRest(() => this.showLater(), LATER_MS);
  voice = null; // of spoken digits, once its model is here
  spokenMap = null;
  isNear = false; // whether what lies further down has come near the window
  settings = null;
  mixed = null; // of the sound and the noise that `made` names
  made = "";
  sounds = null;
  walk = null; // the windows that are left to clean

  constructor(root, { visit }) {
    super();
    own.openedBy(visit);
    this.shelf = new Shelf();
    Object.assign(this, layOut(this));
    root.append(this.root);
  }

  update(data, reports) {
    own.nowOf(data.visit);
    if (!this.voices) this.useSounds(data.sounds);
    this.stopListening ??= listen((file) => this.brought.bring(file));
    Object.assign(this, { most: data.most, voiceUrls: data.voice });
    this.bend.expect(Boolean(data.voice?.model && data.voice?.map));
    this.bend.resume();
    super.update({ ...data, seq: data.moves }, reports);
  }

  useSounds(sounds) {
    this.urls = new Map(sounds.map(({ name, url }) => [name, url]));
    this.voices = sounds.filter(({ speaker }) => speaker);
    this.shelfRow.use(this.voices);
    this.credit(sounds);
  }

  adopt({ recording, noise, ratio, strokes, start, goal, along, bent }) {
    this.settings = { recording, noise, ratio, strokes, start, goal, along, bent };
    this.open();
  }

  async loaded() {
    await this.open();
    Promise.race([this.compare, this.bend].map(({ element }) => comesNear(element))).then(() => this.openVoice());
  }

  /** Load the autoencoder of spoken digits, and its map, once. */
  openVoice() {
    return (this.opening ??= this.loadVoice());
  }

  async loadVoice() {
    const { model, map } = this.voiceUrls ?? {};
    const [voice, latents] = await Promise.all([model && loadModel(model).then((found) => found.whole), map && SpokenMap.load(map)]).catch((error) => {
      this.say(`A voice cannot be bent now: ${error.message}. Reload the page to try again.`);
      return [];
    });
    Object.assign(this, { voice: voice ? new Voice(voice) : null, spokenMap: latents ?? null, isNear: true });
    this.bend.open(this.voice, this.spokenMap);
    this.later.now();
  }

  get state() {
    return { ...this.settings, seq: undefined }; // it is about no digit on the table
  }

  get scene() {
    const voice = this.voices.find(({ name }) => name === this.settings.recording);
    const glance = { words: `The presenter takes the noise out of ${voice ? `a recording (${titleOf(voice)})` : "a sound of their own"}.`, isElsewhere: true };
    return this.settings.recording === OWN ? { glance } : { sound: this.settings, glance };
  }

  showScene({ sound }) {
    if (!this.urls.has(sound?.recording)) return;
    this.settings = { ...this.settings, ...sound };
    this.open();
  }

  /** The sound without noise, null where nobody knows it. */
  get clean() {
    return this.settings.recording !== OWN && this.mixed.factor ? this.mixed.clean : null;
  }

  /** How many samples the sound has. */
  get length() {
    return this.mixed?.length ?? 0;
  }

  get soundName() {
    return this.settings.recording;
  }

  // ---- what is chosen ----------------------------------------------------------------------------------------

  choose(recording) {
    this.say("");
    this.changeAtOnce({ recording, strokes: [] });
  }

  /** Take a sound that a visitor brought. */
  take(sound) {
    own.keep(sound);
    this.made = "";
    this.changeAtOnce({ recording: OWN, noise: "none", strokes: [] });
  }

  changeAtOnce(changes) {
    this.remember();
    this.change(changes);
    this.rest.flush();
  }

  change(changes) {
    this.settings = { ...this.settings, ...changes };
    this.rest.soon();
    this.open();
  }

  /** Mix what the settings name, and show it; where it is on its way, what was there is shown until it has come. */
  async open() {
    this.frame.soon();
    const { model, settings: { recording, noise } } = this, made = `${recording} ${noise}`;
    if (!model || this.made === made) return;
    const isMine = () => made === `${this.settings.recording} ${this.settings.noise}` && model === this.model;
    try {
      const clean = await (recording === OWN ? own.read() : this.shelf.get(this.urls.get(recording)));
      if (!clean) return this.leaveOwn();
      const added = await this.noiseFor(noise, clean.length);
      if (!isMine() || this.made === made) return;
      Object.assign(this, { mixed: new Mixed(model, clean, added), made, isNew: true });
      this.frame.soon();
    } catch (error) {
      if (isMine()) this.say(`There is no sound to hear: ${error.message}.`);
    }
  }

  async noiseFor(kind, length) {
    if (kind === "none") return null;
    return COMPUTED.includes(kind) ? computedNoise(kind, length, SEED) : repeated(await this.shelf.get(this.urls.get(kind)), length);
  }

  // A link or another tab names a sound of which this browser has nothing.
  leaveOwn() {
    this.choose(this.voices[0].name);
    this.say(ELSEWHERE);
  }

  // ---- to the screen -----------------------------------------------------------------------------------------

  show() {
    this.frame.cancel();
    const { mixed, settings } = this;
    this.shelfRow.show(settings.recording);
    this.noisePanel.show();
    this.playing.enable(Boolean(mixed));
    this.tools.show();
    this.compare.enable(Boolean(mixed));
    this.bend.show();
    this.dare.offer();
    if (!mixed) return;
    this.level = gainOf(mixed.loud || mixed.loudOfNoise, 1);
    this.mix();
    if (this.strokes !== settings.strokes) {
      this.strokes = settings.strokes;
      mixed.paint(paintedOf(settings.strokes, mixed.frames));
      this.paintCleaned(0, mixed.frames);
      this.cleaning.soon();
    }
  }

  mix() {
    const { mixed, settings: { ratio } } = this;
    if (this.mixedAt === ratio && !this.isNew) return;
    mixed.mix(ratio);
    paintSpectrum(this.noisy.canvas, mixed.noisy, this.level);
    if (this.isNew) {
      [this.isNew, this.strokes] = [false, null];
      for (const one of [this.noisy, this.cleaned]) one.show(mixed.length / RATE, mixed.frames);
      this.playing.rewind();
    }
    this.mixedAt = ratio;
    this.walk = mixed.cleaning();
    this.cleanOn();
  }

  // Clean some of the windows that are left; the others later.
  cleanOn() {
    const start = performance.now();
    for (let next = this.walk?.next(); next && !next.done; next = this.walk.next()) {
      this.paintCleaned(...next.value);
      if (performance.now() - start > CLEAN_MS) return this.cleaning.soon();
    }
    this.walk = null;
    this.cleanedAll();
  }

  paintCleaned(start, stop) {
    paintSpectrum(this.cleaned.canvas, this.mixed.cleaned, this.level, start, stop);
  }

  cleanedAll() {
    const { mixed, clean } = this, sounds = (this.sounds = { ...mixed.sounds, ...(this.sounds?.noisy.length === mixed.length ? this.compare.sounds : {}) });
    this.playing.load();
    const [before, after] = clean ? [sounds.noisy, sounds.cleaned].map((sound) => inDecibels(siSdr(sound, clean))) : [];
    const gained = clean ? `SI-SDR ${before} noisy, ${after} cleaned` : "";
    this.figures.textContent = gained || "\u00a0";
    this.spoken.say(gained);
    this.later.soon();
    this.root.dataset.ready = "true";
  }

  showLater() {
    if (!this.sounds || this.walk) return; // it comes again when all is cleaned
    const { mixed } = this;
    this.noisy.canvas.setAttribute("aria-label", `spectrogram of the noisy sound: ${describe(mixed.noisy, mixed.length)}`);
    this.cleaned.canvas.setAttribute("aria-label", `spectrogram of the cleaned sound: ${describe(mixed.cleaned, mixed.length)}`);
    if (!this.isNear) return;
    this.dare.show();
    this.compare.show();
    Object.assign(this.sounds, this.compare.sounds);
    this.playing.load();
  }

  stop() {
    this.stopListening?.();
    this.stopListening = null;
    this.cleaning.cancel();
    this.later.cancel();
    this.compare.stop();
    this.bend.stop();
    this.playing.stop();
    this.brought.stop();
    this.spoken.stop();
    super.stop();
  }
}

export default mount(Sound);
