// A spoken digit as sixteen numbers, and back: mirrors `aecore/tasks/voice.py`, which says more.

import { FRAMES, LENGTH, heard, magnitudesOf, pictureOf } from "./bands.js";
import { LEVEL, gainOf, loudness, scaled, sounding } from "./levels.js";

export const LATENT = 16;
const HEARD = 1; // root mean square, of what sounds of a recording, that pictures are made of

/** What sounds of a recording in the middle of a clip (8192,), at one level: [clip, factor, where it begins]. */
export function centred(part) {
  const cut = part.subarray(0, LENGTH), start = Math.max(Math.floor((LENGTH - cut.length) / 2), 0), gain = gainOf(loudness(cut), HEARD);
  const clip = new Float32Array(LENGTH);
  clip.set(scaled(cut, gain), start);
  return [clip, gain, start];
}

export class Voice {
  constructor(model) {
    this.model = model;
  }

  /** The latent of a sound (8192,). */
  encode(sound) {
    return this.model.encode(pictureOf(centred(sound.subarray(...sounding(sound)))[0]));
  }

  /** The magnitudes of a latent as a spectrum whose phases are nobody's. */
  spectrum(latent) {
    const picture = this.model.decode(Float32Array.from(latent)).map((value) => Math.min(Math.max(value, 0), 1)), re = magnitudesOf(picture);
    return { re, im: new Float32Array(re.length), frames: FRAMES + 1 };
  }

  /** The sound (8192,) of a latent. */
  decode(latent) {
    return scaled(heard(this.spectrum(latent).re), LEVEL);
  }

  /** A sound through the bottleneck, stretch by stretch [start, stop], each of which is a digit: as long as it. */
  squeeze(sound, stretches) {
    const out = new Float32Array(sound.length);
    for (const [start, stop] of stretches) {
      const [clip, gain, at] = centred(sound.subarray(start, stop)), again = heard(this.spectrum(this.model.encode(pictureOf(clip))).re);
      const { length } = sound.subarray(start, Math.min(stop, start + LENGTH));
      for (let i = 0; i < length; i++) out[start + i] = again[at + i] / gain;
    }
    return out;
  }
}

const PIECE = 160, QUIET = 0.01, PAUSE = 2; // samples; of the largest power of a piece; pieces

/** Where somebody speaks in a clean sound: [start, stop] in samples, none longer than a second. */
export function stretchesOf(sound) {
  const count = Math.ceil(sound.length / PIECE), powers = Array.from({ length: count }, (_, i) => loudness(sound.subarray(i * PIECE, (i + 1) * PIECE)) ** 2);
  const least = QUIET * powers.reduce((a, b) => Math.max(a, b), 0), found = [];
  powers.forEach((power, i) => {
    if (power <= least) return;
    const last = found.at(-1), stop = Math.min(sound.length, (i + 1) * PIECE);
    if (last && i * PIECE - last[1] <= PAUSE * PIECE && stop - last[0] <= LENGTH) last[1] = stop;
    else found.push([i * PIECE, stop]);
  });
  return found;
}
