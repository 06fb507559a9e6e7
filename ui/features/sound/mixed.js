// A voice with noise, and what the denoiser makes of it. Both transforms, and the filter of rumble, are linear: another level
// of the noise costs a sum, and the networks.

import { LEVEL as HEARD, masking } from "./denoiser.js";
import { added, gainOf, loudness, noiseFactor, power, withoutRumble } from "./levels.js";
import { BINS, emptySpectrum, istft, stft } from "./spectrum.js";

// out = a + factor * b, of spectra.
function add(a, b, factor, out) {
  for (const side of ["re", "im"]) {
    const [one, two, to] = [a[side], b[side], out[side]];
    for (let i = 0; i < to.length; i++) to[i] = one[i] + factor * two[i];
  }
}

const inner = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

export class Mixed {
  factor = 0; // of the noise
  isClean = true; // whether the networks have seen what is mixed

  /** `clean` is the sound without noise, `noise` as long as it, null for none. */
  constructor(model, clean, noise) {
    const quiet = noise ?? new Float32Array(clean.length);
    Object.assign(this, { model, clean, noise: quiet, length: clean.length, loud: loudness(clean), loudOfNoise: loudness(quiet) });
    this.whole = [stft(clean), stft(quiet)];
    const filtered = [withoutRumble(clean), withoutRumble(quiet)];
    this.filtered = filtered.map((sound) => stft(sound));
    this.powers = [power(filtered[0]), inner(...filtered), power(filtered[1])];
    const { frames } = this.whole[0];
    this.frames = frames;
    [this.noisy, this.cleaned, this.given] = [emptySpectrum(frames), emptySpectrum(frames), emptySpectrum(frames)];
    this.mask = new Float32Array(frames * BINS);
    this.painted = null; // where somebody has painted: (frames, 129), 0 erases, 1 keeps, -1 leaves it to the network
  }

  /** Mix the noise in, `ratio` dB below the voice. */
  mix(ratio) {
    this.factor = noiseFactor(this.loud, this.loudOfNoise, ratio);
    add(...this.whole, this.factor, this.noisy);
    add(...this.filtered, this.factor, this.given);
    const { powers: [own, both, other], factor } = this;
    this.gain = gainOf(Math.sqrt(Math.max(own + 2 * factor * both + factor * factor * other, 0) / this.length), HEARD);
    this.isClean = false;
  }

  /** Let the networks clean it: yields the frames [start, stop] that are done. */
  *cleaning() {
    for (const [start, stop] of masking(this.model, this.given, this.gain, this.mask)) {
      this.#apply(start, stop);
      yield [start, stop];
    }
    this.isClean = true;
  }

  /** Take what somebody has painted over the mask, null for nothing. */
  paint(painted) {
    this.painted = painted;
    this.#apply(0, this.frames);
  }

  #apply(start, stop) {
    const { given, cleaned, mask, painted } = this;
    for (let i = start * BINS; i < stop * BINS; i++) {
      const part = painted && painted[i] >= 0 ? painted[i] : mask[i];
      cleaned.re[i] = part * given.re[i];
      cleaned.im[i] = part * given.im[i];
    }
  }

  /** The spectrum of the noise, as loud as it is mixed in. */
  get noiseSpectrum() {
    const [, noise] = this.whole, out = emptySpectrum(this.frames);
    add(out, noise, this.factor, out);
    return out;
  }

  /** The three sounds as they are now: {noisy, cleaned, away}. */
  get sounds() {
    const noisy = added(this.clean, this.noise, this.factor), cleaned = istft(this.cleaned, this.length);
    return { noisy, cleaned, away: added(noisy, cleaned, -1) };
  }
}
