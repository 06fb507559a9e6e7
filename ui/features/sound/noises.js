// Noises at 8 kHz that are computed from a seed: white, pink, the hum of mains, the crackle of an old record. They are of
// the same kinds as in `aecore/data/noises.py`.

import { generator } from "../../frontend/lib/corruption.js";
import { RATE } from "./spectrum.js";

const HARMONICS = 12, MAINS = 50; // Hz
const CLICKS = 40; // a second

// A number from N(0, 1) at each call (Marsaglia's polar method).
function normal(random) {
  let spare = null;
  return () => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    for (;;) {
      const [x, y] = [2 * random() - 1, 2 * random() - 1], s = x * x + y * y;
      if (s === 0 || s >= 1) continue;
      const factor = Math.sqrt((-2 * Math.log(s)) / s);
      spare = y * factor;
      return x * factor;
    }
  };
}

const MAKERS = {
  white(out, gaussian) {
    for (let i = 0; i < out.length; i++) out[i] = gaussian();
  },

  // White noise through filters whose sum falls by 3 dB an octave (Paul Kellet, 1999).
  pink(out, gaussian) {
    const poles = [0.99886, 0.99332, 0.969, 0.8665, 0.55, -0.7616], gains = [0.0555179, 0.0750759, 0.153852, 0.3104856, 0.5329522, -0.016898];
    const states = poles.map((pole, i) => (gains[i] / Math.sqrt(1 - pole * pole)) * gaussian()); // as after a long time
    let before = 0;
    for (let i = 0; i < out.length; i++) {
      const white = gaussian();
      let sum = before + 0.5362 * white;
      for (let k = 0; k < 6; k++) sum += states[k] = poles[k] * states[k] + gains[k] * white;
      before = 0.115926 * white;
      out[i] = sum;
    }
  },

  hum(out, gaussian, random) {
    for (let i = 0; i < out.length; i++) out[i] = 0.02 * gaussian();
    for (let harmonic = 1; harmonic <= HARMONICS; harmonic++) {
      const strength = (0.3 + 0.7 * random()) / harmonic ** 0.6, start = 2 * Math.PI * random(), turn = (2 * Math.PI * MAINS * harmonic) / RATE;
      for (let i = 0; i < out.length; i++) out[i] += strength * Math.sin(start + turn * i);
    }
  },

  crackle(out, gaussian, random) {
    const decay = Float64Array.from({ length: 24 }, (_, i) => Math.exp(-i / 3) * Math.cos(1.5 * i));
    for (let i = 0; i < out.length; i++) out[i] += 0.01 * gaussian();
    for (let left = Math.max(1, Math.round((out.length * CLICKS) / RATE)); left > 0; left--) {
      const place = Math.floor(random() * out.length), strength = -gaussian() * Math.log(1 - random());
      for (let i = 0; i < decay.length && place + i < out.length; i++) out[place + i] += strength * decay[i];
    }
  },
};

/** The kinds of noise that are computed. */
export const COMPUTED = Object.keys(MAKERS);

/** Noise (length,) of a kind, at no particular level: the same for the same seed. */
export function computedNoise(kind, length, seed) {
  const out = new Float32Array(length), random = generator(seed);
  MAKERS[kind](out, normal(random), random);
  return out;
}

/** A recorded noise from its beginning, again and again: (length,). */
export const repeated = (sound, length) => Float32Array.from({ length }, (_, i) => sound[i % sound.length]);
