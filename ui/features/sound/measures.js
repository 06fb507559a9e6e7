// How near a sound is to the clean one: mirrors `aecore/evaluation/sound_measures.py`.

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

/** Decibels as they are shown: 9.0 dB, −3.2 dB. */
export const inDecibels = (value) => `${(Math.round(10 * value) / 10 + 0).toFixed(1).replace("-", "−")} dB`;
