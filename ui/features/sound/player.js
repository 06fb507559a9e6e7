// Plays several versions of a sound side by side, of which one is heard: switching, and taking other sounds, leaves no gap.

import { LEVEL, loudness } from "./levels.js";
import { RATE } from "./spectrum.js";

const FADE = 0.02; // seconds, from one sound to another
const PEAK = 0.97; // of full scale
const MOST_GAIN = 30; // what is nearly silent stays quiet

const peakOf = (sound) => sound.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Factors that bring sounds (a list) to one loudness, as loud as they all can be without clipping, at most the usual one. */
export function equalLoudness(sounds) {
  const louds = sounds.map(loudness), level = sounds.reduce((least, sound, i) => Math.min(least, (PEAK * louds[i]) / peakOf(sound) || LEVEL), LEVEL);
  const gains = louds.map((loud) => Math.min(level / loud || 1, MOST_GAIN));
  return gains;
}

export class Player {
  isPlaying = false;
  loops = false;
  chosen = "";
  #context = null;
  #sounds = {}; // name -> sound
  #voice = null; // what is playing: {fade, gains, sources}
  #started = 0; // when the sounds would have begun, by the context's clock
  #paused = 0; // seconds

  /** `ended()` is called when the sounds have come to their end; `open()` gives the context to play in. */
  constructor({ ended = () => {}, open = () => new AudioContext() } = {}) {
    Object.assign(this, { ended, open });
  }

  get seconds() {
    return (Object.values(this.#sounds)[0]?.length ?? 0) / RATE;
  }

  /** Where it is, in seconds. */
  get time() {
    if (!this.isPlaying) return this.#paused;
    const played = Math.max(0, this.#context.currentTime - this.#started);
    return this.loops ? played % (this.seconds || 1) : Math.min(played, this.seconds);
  }

  /** Take other sounds, all of one length, by their names; what plays goes on from where it is. */
  load(sounds) {
    const isNew = this.seconds !== (Object.values(sounds)[0]?.length ?? 0) / RATE;
    this.#sounds = sounds;
    if (isNew) this.#paused = 0;
    if (this.isPlaying) this.#begin(isNew ? 0 : this.time);
  }

  choose(name) {
    this.chosen = name;
    if (!this.#voice) return;
    const { currentTime } = this.#context;
    for (const [key, { gain }] of Object.entries(this.#voice.gains)) {
      gain.cancelScheduledValues(currentTime);
      gain.setTargetAtTime(key === name ? 1 : 0, currentTime, FADE / 3);
    }
  }

  async play() {
    this.#context ??= this.open();
    const { state } = this.#context;
    if (state === "suspended") await this.#context.resume();
    if (this.#paused >= this.seconds) this.#paused = 0;
    this.#begin(this.#paused);
  }

  pause() {
    this.#paused = this.time;
    this.isPlaying = false;
    this.#end();
  }

  /** Go to a time in seconds, playing or not. */
  seek(seconds) {
    this.#paused = Math.min(Math.max(seconds, 0), this.seconds);
    if (this.isPlaying) this.#begin(this.#paused);
  }

  loop(loops) {
    const { time } = this;
    this.loops = loops;
    if (this.isPlaying) this.#begin(time);
  }

  #begin(from) {
    this.#end();
    const context = this.#context, { currentTime } = context, names = Object.keys(this.#sounds), levels = equalLoudness(Object.values(this.#sounds));
    const fade = context.createGain(), gains = {}, sources = names.map((name, i) => {
      const gain = (gains[name] = context.createGain()), source = context.createBufferSource(), sound = this.#sounds[name];
      gain.gain.value = name === this.chosen ? 1 : 0;
      source.buffer = context.createBuffer(1, Math.max(sound.length, 1), RATE);
      source.buffer.copyToChannel(sound.map((value) => value * levels[i]), 0);
      source.loop = this.loops;
      source.connect(gain).connect(fade);
      source.start(currentTime, from);
      return source;
    });
    fade.gain.setValueAtTime(0, currentTime);
    fade.gain.linearRampToValueAtTime(1, currentTime + FADE);
    fade.connect(context.destination);
    this.#voice = { fade, gains, sources };
    this.#started = currentTime - from;
    this.isPlaying = true;
    const voice = this.#voice;
    if (sources.length) sources[0].onended = () => voice === this.#voice && this.#ends();
  }

  #ends() {
    this.#voice = null;
    this.isPlaying = false;
    this.#paused = 0;
    this.ended();
  }

  // Fade what is playing out.
  #end() {
    if (!this.#voice) return;
    const { fade, sources } = this.#voice, { currentTime } = this.#context;
    this.#voice = null;
    fade.gain.cancelScheduledValues(currentTime);
    fade.gain.setValueAtTime(fade.gain.value, currentTime);
    fade.gain.linearRampToValueAtTime(0, currentTime + FADE);
    for (const source of sources) source.stop(currentTime + FADE);
  }

  stop() {
    if (this.isPlaying) this.pause();
    this.#context?.close();
    this.#context = null;
  }
}
