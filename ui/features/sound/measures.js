// How near a sound is to the clean one: mirrors `aecore/evaluation/sound_measures.py`.

import { BINS, emptySpectrum } from "./spectrum.js";

const TINY = 1e-12;

/** The scale-invariant signal-to-distortion ratio in dB (Le Roux and others, 2019); the clean sound is not silent. */
export function siSdr(sound, clean) {
  let [both, wanted, all] = [0, 0, 0];
  for (let i = 0; i < clean.length; i++) {
    both += sound[i] * clean[i];
    wanted += clean[i] * clean[i];
    all += sound[i] * sound[i];
  }
  const kept = both ** 2 / wanted;
  return 10 * Math.log10((kept + TINY) / (Math.max(all - kept, 0) + TINY));
}

const SMOOTHING = 0.92, LEAST = 10 ** -2.5;

/** A spectrum cleaned by the Wiener filter that knows the mean power of the very noise, whose spectrum is given. */
export function wiener(noisy, noise) {
  const { re, im, frames } = noisy, out = emptySpectrum(frames), power = new Float64Array(BINS).fill(TINY), before = new Float64Array(BINS);
  noise.re.forEach((value, i) => (power[i % BINS] += (value * value + noise.im[i] * noise.im[i]) / frames));
  for (let frame = 0, i = 0; frame < frames; frame++) for (let k = 0; k < BINS; k++, i++) {
    const own = re[i] * re[i] + im[i] * im[i];
    const ratio = Math.max((SMOOTHING * before[k]) / power[k] + (1 - SMOOTHING) * Math.max(own / power[k] - 1, 0), LEAST), gain = ratio / (1 + ratio);
    before[k] = gain * gain * own;
    out.re[i] = gain * re[i];
    out.im[i] = gain * im[i];
  }
  return out;
}

/** Decibels as they are shown: 9.0 dB, −3.2 dB. */
export const inDecibels = (value) => `${(Math.round(10 * value) / 10 + 0).toFixed(1).replace("-", "−")} dB`;
